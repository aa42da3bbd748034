#!/bin/sh
# run.sh KADC SOURCE FOLDER: runs the checks that need packages of npm, in FOLDER.
#
# The packages are installed there as package-lock.json has them. Without npm, or where they
# cannot be had, nothing is checked: exit 77.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
kadc=$(realpath "$1")
source=$(realpath "$2")
mkdir -p "$3"
cd "$3"

skip() {
    echo "skipped: $1"
    exit 77
}

command -v npm >/dev/null || skip "there is no npm"
cp "$here"/*.mjs "$here/package.json" .
if ! cmp -s "$here/package-lock.json" package-lock.json || [ ! -d node_modules ]; then
    cp "$here/package-lock.json" .
    npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1 || {
        rm -f package-lock.json
        skip "npm can't install the packages, see $3/npm.log"
    }
fi
for check in *.mjs; do
    echo "${check%.mjs}:"
    node "$check" "$kadc" "$source"
done
