#!/usr/bin/env bash
# `kad doctor` finds nothing where all is well, names each thing that is not, with a remedy,
# and changes nothing.
source "$(dirname "$0")/lib.sh"

# A line of the last output: NAME is RESULT, and its text and remedy have TEXT.
finds() { # RESULT NAME TEXT
    grep -A1 -E "^$1 +$2 " "$temporary/out" | grep -qF -- "$3" || fail "no $1 of $2 with $3"
}

new_project project

it "says that all is well, before anything has run"
exits 0 kad doctor
finds ok kadc "kadc $(kad version | cut -d' ' -f2)"
finds ok compiler libkad.a
finds ok store "the first run makes it"
contains "$temporary/out" "no problems"
lacks "$temporary/out" "problem "
[ ! -e .kad/kad.db ] || fail "a store was made"

it "makes nothing but a probe, where temporary files are made"
ASAN_OPTIONS=detect_leaks=0 exits 0 strace -y -qqq -o "$temporary/trace" \
    -e trace=mkdir,mkdirat,openat kad doctor
grep -E "mkdir|O_WRONLY|O_RDWR" "$temporary/trace" | grep -v "\"${TMPDIR:-/tmp}/kad-doctor\|/dev/null" >"$temporary/out" || true
equal "what is made or opened to write" "$(cat "$temporary/out")" ""

it "knows the store, and does not bring it up to date"
exits 0 kad workflow hello
newest=$(sql "PRAGMA user_version")
exits 0 kad doctor
finds ok store "schema $newest"
sql "PRAGMA user_version = $((newest - 1))"
exits 0 kad doctor
finds ok store "schema $((newest - 1)): what opens it next brings it to $newest"
equal version "$(sql "PRAGMA user_version")" $((newest - 1))

it "names a store that can't be used"
sql "PRAGMA user_version = 1000"
exits 1 kad doctor
finds problem store "written by a newer kad (schema 1000"
contains "$temporary/out" "1 problem"
echo "no database at all, but a text that is long enough" >"$temporary/text"
exits 1 kad --db "$temporary/text" doctor
sql "PRAGMA user_version = $newest"
kad backup "$temporary/damaged" >/dev/null
head -c 4096 /dev/zero | tr '\0' x | dd of="$temporary/damaged" bs=4096 seek=2 conv=notrunc 2>/dev/null
exits 1 kad --db "$temporary/damaged" doctor
finds problem store "restore a backup"

it "names a compiler that is missing, or does not link"
CC=nowhere exits 1 kad doctor
finds problem compiler "\`nowhere\` is not found"
finds problem compiler "apt-get install gcc"
printf '#!/bin/sh\necho "cannot find -lyaml" >&2\nexit 1\n' >"$temporary/cc"
chmod +x "$temporary/cc"
mkdir "$temporary/probe"
TMPDIR=$temporary/probe CC=$temporary/cc exits 1 kad doctor
finds problem compiler "cannot find -lyaml"
finds problem compiler "libyaml-dev"
rmdir "$temporary/probe" || fail "the probe was left"

it "notes what kad can do without"
mkdir "$temporary/empty"
TZDIR=$temporary/empty exits 0 kad doctor
finds note zones tzdata
finds note agent "steps that need one ask you"
mkdir "$temporary/outside"
(cd "$temporary/outside" && exits 0 kad doctor) || exit 1
finds note project "kad init"

it "names settings, agents and secrets that can't be used"
echo "agnet: claude" >.kad/config.yaml
exits 1 kad doctor
finds problem settings config.yaml
echo "agent: nobody" >.kad/config.yaml
exits 1 kad doctor
finds problem agent "unknown agent \`nobody\`"
echo "agent: {command: [no-such-program]}" >.kad/config.yaml
exits 1 kad doctor
finds problem agent "no program \`no-such-program\`"
echo "agent: {replay: nowhere.yaml}" >.kad/config.yaml
exits 1 kad doctor
finds problem agent nowhere.yaml
echo "agent: {command: [cat]}" >.kad/config.yaml
echo "TOKEN=abcdef" >.kad/secrets
chmod 644 .kad/secrets
exits 1 kad doctor
finds ok agent /cat
finds problem secrets "chmod 600"
chmod 600 .kad/secrets
exits 0 kad doctor

it "says the same as one document"
CC=nowhere exits 1 kad doctor --json
equal "problem" "$(jq -r '.checks[] | select(.result == "problem") | .name' "$temporary/out")" compiler
equal "count" "$(jq .problems "$temporary/out")" 1
