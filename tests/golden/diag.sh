#!/bin/sh
# diag.sh KADC: each workflow of golden/diag gives exactly the findings beside it.
#
# With UPDATE_GOLDEN=1 it writes them instead. The names of these files begin with a code in
# capitals and so are no workflow ids: KAD1003 is allowed, but where it is what is shown. Now is
# 2026-11-24 22:00 UTC: what is said of the next runs depends on it.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
found=$work/found
# A copy, which does not find the modules that come with kad: only those beside the tests.
mkdir "$work/bin"
kadc=$work/bin/kadc
cp "$1" "$kadc"
cd "$(dirname "$0")/diag"
failed=0
export SOURCE_DATE_EPOCH=1795557600

for workflow in *.yaml; do
    expected=${workflow%.yaml}.diag
    case $workflow in
    KAD1003-*) allow= ;;
    *) allow=KAD1003 ;;
    esac
    code=0
    "$kadc" --check --color=never --modules modules ${allow:+-A "$allow"} "$workflow" \
        >"$found" 2>&1 || code=$?
    if [ "$code" -gt 1 ]; then
        echo "$workflow: kadc ended with $code" >&2
        failed=1
    elif [ -n "${UPDATE_GOLDEN:-}" ]; then
        cp "$found" "$expected"
    elif ! diff -u "$expected" "$found"; then
        failed=1
    fi
done
exit $failed
