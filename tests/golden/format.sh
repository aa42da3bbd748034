#!/bin/sh
# format.sh KADC: the workflows of golden/format, as each rendering for machines has them.
#
# With UPDATE_GOLDEN=1 the files beside them are written instead of compared.
set -eu

kadc=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$("$kadc" --version | sed 's/.* //')
cd "$(dirname "$0")/format"
failed=0

for workflow in *.yaml; do
    for format in text short json github sarif; do
        expected=${workflow%.yaml}.$format
        code=0
        "$kadc" --check --color=never --format=$format -- "$workflow" >"$work/all" 2>&1 ||
            code=$?
        sed "s/\"version\": \"$version\"/\"version\": \"VERSION\"/" "$work/all" >"$work/found"
        echo "exit $code" >>"$work/found"
        if [ -n "${UPDATE_GOLDEN:-}" ]; then
            cmp -s "$work/found" "$expected" || cp "$work/found" "$expected"
        elif ! diff -u "$expected" "$work/found"; then
            failed=1
        fi
    done
done
exit $failed
