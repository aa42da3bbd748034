#!/usr/bin/env bash
# Were kadc wrong, the C compiler would refuse what it wrote: steps are tied by C types, and a
# module's functions by the generated prototypes.
source "$(dirname "$0")/lib.sh"

generated=$temporary/generated
flags=(-std=gnu17 -Wall -Wextra -Werror -fsyntax-only -I "$KAD_SOURCE/runtime/include"
    -I "$KAD_SOURCE/runtime")
cp -R "$KAD_SOURCE/generated" "$generated"

# compiles FILE: with the generated headers
compiles() {
    "${CC:-cc}" "${flags[@]}" -I "$generated" -I "$KAD_SOURCE/modules" "$1" \
        >"$temporary/out" 2>"$temporary/err"
}

# refuses FILE EXPRESSION: after sed has changed it
refuses() {
    local changed=$temporary/changed.c
    sed "$2" "$1" >"$changed"
    ! cmp -s "$1" "$changed" || fail "nothing was changed by $2"
    ! compiles "$changed" || fail "the C compiler accepts $2"
}

it "accepts what kadc writes, and the modules"
compiles "$generated/implement-feature.c" || fail "the generated C does not compile"
compiles "$KAD_SOURCE/modules/testing/testing.c" || fail "the module does not compile"

it "refuses an input of another type"
refuses "$generated/implement-feature.c" 's/\.complexity = f->analyze.complexity/.complexity = f->analyze.estimated_time/'

it "refuses the outputs of another step"
refuses "$generated/implement-feature.c" 's/&in, &f->test)/\&in, \&f->fix_tests)/'

it "refuses the inputs of another action"
refuses "$generated/implement-feature.c" 's/switch (testing_run_tests_do(/switch (testing_fix_failing_tests_do(/'

it "refuses a step without a case for an outcome"
refuses "$generated/implement-feature.c" '0,/case KAD_TIMEOUT: return STEP_ERROR_HANDLER;/s///'

it "refuses a module's function that is not what its manifest says"
refuses "$KAD_SOURCE/modules/testing/testing.c" 's/struct testing_run_tests_outputs \*out)/struct testing_fix_failing_tests_outputs *out)/'

it "refuses a manifest whose output has become another type"
sed -i 's/bool passed;/const char *passed;/' "$generated/modules/testing.h"
! compiles "$KAD_SOURCE/modules/testing/testing.c" || fail "the C compiler accepts the old function"
