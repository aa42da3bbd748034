#!/usr/bin/env bash
# Every command in README.md and in the example's works, in the order in which it stands there.
#
# Lines of their `sh` blocks are run one after the other in one shell. The scripts are only
# looked for: one runs these very tests, the other has a test of its own.
source "$(dirname "$0")/lib.sh"

commands_of() { # FILE
    echo "set -eu"
    awk '/^```sh$/ {on = 1; next} /^```$/ {on = 0} on' "$1" | while IFS= read -r line; do
        case $line in
        scripts/*)
            [ -x "$KAD_SOURCE/${line%% *}" ] || fail "no ${line%% *}"
            ;;
        "export PATH="*) ;;
        *) printf '%s\n' "$line" ;;
        esac
    done
}

runs() { # FILE
    commands_of "$1" >"$temporary/script"
    [ "$(wc -l <"$temporary/script")" -gt 5 ] || fail "$1 has no commands"
    sed 's/^/  $ /' "$temporary/script"
    exits 0 bash "$temporary/script"
}

it "runs what README.md says, in an empty folder"
mkdir "$temporary/home"
cd "$temporary/home"
runs "$KAD_SOURCE/README.md"

it "runs what the example says, in a copy of it"
cp -R "$KAD_SOURCE/examples/todo" "$temporary/todo"
cd "$temporary/todo"
KAD=$KAD_SOURCE runs README.md
contains "$temporary/out" "list.c"
