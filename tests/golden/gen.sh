#!/bin/sh
# gen.sh KADC SOURCE_DIR: the workflows of golden/gen give exactly the C beside them.
#
# What kadc writes compiles without a warning, and clang-format leaves it as it is; it is the
# same whatever else is compiled in one go. With UPDATE_GOLDEN=1 the C is written instead of
# compared.
set -eu

kadc=$(realpath "$1")
source=$(realpath "$2")
golden=$source/tests/golden/gen
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    echo "$1" >&2
    failed=1
}

# compare FILE: the one that was written with the one that is recorded
compare() {
    if [ -n "${UPDATE_GOLDEN:-}" ]; then
        cmp -s "$1" "$golden/$1" || cp "$1" "$golden/$1"
    elif ! diff -u "$golden/$1" "$1"; then
        fail "$1 differs"
    fi
}

# The warnings are the strictest that generated code promises to be free of.
compile() {
    for cc in gcc clang; do
        command -v $cc >/dev/null || continue
        $cc -std=c17 -Wall -Wextra -Wshadow -Wconversion -Werror -fsyntax-only -I. \
            -I"$source/runtime/include" "$1" || fail "$cc refuses $1"
    done
}

cd "$golden"
"$kadc" --modules modules --color=never -A unused -o "$work" -- *.yaml
for file in *.yaml; do
    "$kadc" --modules modules --color=never -A unused -o "$work/alone" "$file" >/dev/null 2>&1 ||
        fail "$file does not compile alone"
done
cd "$work"
for file in $(cd alone && find . -name '*.[ch]'); do
    cmp -s "alone/$file" "$file" || fail "$file depends on other workflows"
done
for file in *.[ch] modules/*.[ch]; do
    compare "$file"
    clang-format --style="file:$source/.clang-format" "$file" | cmp -s - "$file" ||
        fail "clang-format changes $file"
    case $file in *.c) compile "$file" ;; esac
done

# A workflow that is divided into groups, too long to be recorded.
awk 'BEGIN {
    print "name: Large\nversion: 1.0.0\ntriggers:\n  - {type: cli}\nsteps:"
    for (i = 1; i <= 70; i++)
        print "  - {id: s" i ", run: [echo, x], onFailure: $fail" \
            (i < 70 ? ", onSuccess: s" i + 1 : "") "}"
}' >large.yaml
"$kadc" -A unused -o . large.yaml || fail "large.yaml is refused"
grep -q '^static int advance_3(' large.c || fail "large.c has no groups"
clang-format --style="file:$source/.clang-format" large.c | cmp -s - large.c ||
    fail "clang-format changes large.c"
compile large.c
exit $failed
