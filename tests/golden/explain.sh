#!/bin/sh
# explain.sh KADC SOURCE: each code has a page, whose wrong example gives exactly that code and
# whose right one gives nothing; docs/diagnostics.md has all of them.
#
# Examples are the indented parts below `Wrong:`, `Right:` and, for files beside the workflow,
# `Both (modules/desk/module.yaml):`; `Wrong (Name.yaml):` names the workflow's file. A workflow
# is called after its command, or else order.yaml. With UPDATE_GOLDEN=1 the document is written.
set -eu

kadc=$(realpath "$1")
source=$(realpath "$2")
docs=$source/docs/diagnostics.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1795557600 # for what depends on coming dates
failed=0

fail() {
    echo "$1" >&2
    failed=1
}

# take PAGE WRONG-OR-RIGHT FOLDER: writes the example's files, prints the workflow's.
take() {
    awk -v kind="$2" -v folder="$3" '
        /^(Wrong|Right|Both)( [(].*[)])?:$/ {
            takes = index($0, kind) == 1 || index($0, "Both") == 1
            path = ""
            if (match($0, /[(].*[)]/))
                path = substr($0, RSTART + 1, RLENGTH - 2)
            file = folder "/" (path == "" ? "order.yaml" : path)
            if (path ~ "/") {
                parent = file
                sub(/\/[^\/]*$/, "", parent)
                system("mkdir -p " parent)
            } else if (takes) {
                workflow = file
            }
            next
        }
        /^[^ ]/ { takes = 0 }
        takes && file { sub(/^    /, ""); sub(/<U[+]202E>/, "\342\200\256"); print > file }
        END { print workflow }' "$1"
}

# judge CODE WRONG-OR-RIGHT PAGE; of KAD1304 the examples would be long, KAD1002 is silent, and
# KAD1102 is said by the linker.
judge() {
    case $1 in KAD1002 | KAD1102 | KAD1304) return 0 ;; esac
    folder=$work/$1/$2
    mkdir -p "$folder"
    workflow=$(take "$3" "$2" "$folder")
    if [ ! -f "$workflow" ]; then
        fail "$1 has no example for $2"
        return
    fi
    id=$(sed -n 's/.*command: kad workflow \([a-z0-9-]*\).*/\1/p' "$workflow" | head -n 1)
    if [ -n "$id" ] && [ "$1" != KAD0712 ]; then
        mv "$workflow" "$folder/$id.yaml"
        workflow=$folder/$id.yaml
    fi
    found=$(cd "$folder" && "$kadc" --check --format=json -- "${workflow##*/}" |
        jq -r 'select(.code) | .code' | sort -u | tr '\n' ' ')
    expected=
    [ "$2" = Right ] || expected="$1 "
    [ "$found" = "$expected" ] ||
        fail "$1: the $2 example gives \`$found\`: $(cd "$folder" &&
            "$kadc" --check --format=short -- "${workflow##*/}")"
}

codes=$(sed -n 's/^DIAG(\(KAD[0-9]*\),.*/\1/p' "$source/kadc/diag.def")
{
    echo "# Diagnostics"
    echo
    echo "What kadc finds, by code: \`kadc --explain CODE\` prints the same. Made by tests/golden/explain.sh."
    for code in $codes; do
        "$kadc" --explain "$code" >"$work/page"
        echo
        sed '1s/^\([a-z]*\)\[\(KAD[0-9]*\) \([^]]*\)]: \(.*\)/## \2 \3\n\n\1: \4/' "$work/page"
    done
} >"$work/docs"
for code in $codes; do
    "$kadc" --explain "$code" >"$work/page"
    judge "$code" Wrong "$work/page"
    judge "$code" Right "$work/page"
done
if [ -n "${UPDATE_GOLDEN:-}" ]; then
    cmp -s "$work/docs" "$docs" || cp "$work/docs" "$docs"
elif ! diff -u "$docs" "$work/docs" >"$work/diff"; then
    head -n 40 "$work/diff"
    fail "docs/diagnostics.md is not what kadc --explain says"
fi
exit $failed
