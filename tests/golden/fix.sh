#!/bin/sh
# fix.sh KADC: what `kadc --check --fix` makes of each workflow of golden/fix.
#
#   NAME.yaml    the workflow as its author left it
#   NAME.fixed   the same after --fix, byte for byte
#   NAME.diag    what is said of it: on standard error what was mended, then what is left
#
# Manifests stay as they are, nothing else is written, a link stays a link, the mode stays,
# and once more mends nothing. UPDATE_GOLDEN=1 writes what is expected.
set -eu

kadc=$1
golden=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    echo "$1" >&2
    failed=1
}

# compare EXPECTED ACTUAL
compare() {
    if [ -n "${UPDATE_GOLDEN:-}" ]; then
        cp "$2" "$1"
    elif ! diff -u "$1" "$2"; then
        failed=1
    fi
}

cd "$work"
cp -R "$golden/diag/modules" modules
for workflow in "$golden"/fix/*.yaml; do
    name=$(basename "$workflow" .yaml)
    cp "$workflow" real.yaml
    chmod 600 real.yaml
    ln -s real.yaml "$name.yaml"
    code=0
    "$kadc" --check --fix --color=never "$name.yaml" >found 2>&1 || code=$?
    [ "$code" -le 1 ] || fail "$name: kadc ended with $code"
    compare "$golden/fix/$name.fixed" real.yaml
    compare "$golden/fix/$name.diag" found
    [ -L "$name.yaml" ] || fail "$name: the link was replaced"
    [ "$(stat -c %a real.yaml)" = 600 ] || fail "$name: the mode has changed"
    cp real.yaml once.yaml
    "$kadc" --check --fix "$name.yaml" >/dev/null 2>again || :
    [ ! -s again ] || fail "$name: something was mended again"
    cmp real.yaml once.yaml || failed=1
    rm "$name.yaml" real.yaml once.yaml found again
done

# Nothing is written to what may not be written, or has no name of its own; root may always.
cp "$golden/fix/misspelt-twice.yaml" kept.yaml
"$kadc" --check --fix /dev/stdin <kept.yaml >/dev/null 2>&1 && fail "standard input was mended"
chmod 400 kept.yaml
[ "$(id -u)" = 0 ] || ! "$kadc" --check --fix kept.yaml >/dev/null 2>&1 ||
    fail "a file was mended that may only be read"
[ "$(id -u)" = 0 ] || cmp kept.yaml "$golden/fix/misspelt-twice.yaml" || failed=1
rm -f kept.yaml

# Several at once: each ends well, and no one sees the half of another's.
for _ in 1 2 3 4 5 6 7 8; do
    cp "$golden/fix/misspelt-twice.yaml" shared.yaml
    ids=
    for one in 1 2 3 4; do
        "$kadc" --check --fix shared.yaml >/dev/null 2>"said$one" &
        ids="$ids $!"
    done
    for id in $ids; do
        wait "$id" || [ $? -eq 1 ] || fail "one of several at once has failed: $(cat said*)"
    done
    cmp shared.yaml "$golden/fix/misspelt-twice.fixed" || failed=1
done
rm -f shared.yaml said*
diff -r "$golden/diag/modules" modules || fail "a manifest was changed"
[ "$(ls)" = modules ] || fail "something else was written"
exit $failed
