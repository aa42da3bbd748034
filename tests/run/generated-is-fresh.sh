#!/usr/bin/env bash
# What is committed in generated/ is what kadc writes.
source "$(dirname "$0")/lib.sh"

cd "$KAD_SOURCE"
it "writes the same again"
exits 0 kadc workflows/implement-feature.yaml -o "$temporary/generated"
diff -r -x CMakeLists.txt generated "$temporary/generated" >"$temporary/out" ||
    fail "generated/ is stale"

it "is what git knows, committed or staged"
equal "changes that git does not know" \
    "$(git diff --name-only -- generated; git ls-files --others -- generated)" ""
