#!/bin/sh
# keys.sh KADC SOURCE_DIR: the table of all keys in docs/language.md is that of the compiler.
#
# Maps, keys, types and meanings come from `kadc --emit=schema`; what stands there under
# default and since is kept. With UPDATE_GOLDEN=1 the table is written: a new key has the
# present version, and `?` as its default where it may be left out, to be replaced by hand.
set -eu

kadc=$1
source=$2
docs=$source/docs/language.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$("$kadc" --version | sed 's/.* //')

"$kadc" --emit=schema | jq -r -f "$source/tests/golden/keys.jq" >"$work/keys"
sed -n '/^| map | key /,/^$/p' "$docs" | sed -n 's/^| //p' >"$work/old"

awk -F '\t' -v version="$version" -v old="$work/old" '
    BEGIN {
        while ((getline line < old) > 0) {
            split(line, cell, / [|] /)
            fallback[cell[1] cell[2]] = cell[4]
            since[cell[1] cell[2]] = cell[5]
        }
        print "| map | key | type | default | since | meaning |"
        print "| --- | --- | --- | --- | --- | --- |"
    }
    {
        place = "`" $1 "``" $2 "`"
        value = place in fallback ? fallback[place] : "?"
        if ($4 == "true")
            value = "required"
        else if (value == "required")
            value = "?"
        printf "| `%s` | `%s` | %s | %s | %s | %s |\n", $1, $2, $3, value,
            place in since ? since[place] : version, $5
    }' "$work/keys" >"$work/table"

awk -v table="$work/table" '
    /^[|] map [|] key / {
        while ((getline line < table) > 0)
            print line
        skips = 1
    }
    skips && /^$/ { skips = 0 }
    !skips' "$docs" >"$work/docs"

if [ -n "${UPDATE_GOLDEN:-}" ]; then
    cmp -s "$work/docs" "$docs" || cp "$work/docs" "$docs"
else
    diff -u "$docs" "$work/docs" || exit 1
fi
if grep -n '| ? |' "$work/table"; then
    echo "docs/language.md: say the default of these keys" >&2
    exit 1
fi
