#!/usr/bin/env bash
# A store that can't be read or written: exit 74, the message names the file, the cause and what
# to do, the file is as it was, and no step has run.
source "$(dirname "$0")/lib.sh"

new_project project
workflow touch <<'END'
name: Touch
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow touch}
steps:
  - {id: touch, run: [touch, ran]}
END
kad build >/dev/null
files=$temporary/files
program=$files/wf-touch
mkdir -m 755 "$files"
chmod 755 "$temporary" # others may come so far
install -m 755 .kad/bin/wf-touch "$program"

# refused FILE CAUSE REMEDY [COMMAND...]: run by wf-touch, or what is given in front of it.
refused() {
    local file=$1 cause=$2 remedy=$3 before=
    shift 3
    [ ! -f "$file" ] || before=$(sha256sum "$file")
    exits 74 "$@" "$program" --db "$file"
    contains "$temporary/err" "$file"
    contains "$temporary/err" "$cause"
    contains "$temporary/err" "$remedy"
    [ -z "$before" ] || equal "$file" "$(sha256sum "$file")" "$before"
    [ ! -e ran ] || fail "a step has run"
}

it "refuses a file that is no database, and makes nothing beside it"
printf 'A letter to somebody, longer than a hundred bytes, %s.\n' {1..9} >"$files/letter"
refused "$files/letter" "not a database" "move it away"
[ ! -e "$files/letter.d" ] || fail "letter.d was made"

it "refuses a database of another program"
sqlite3 "$files/other.db" "CREATE TABLE t (x)"
refused "$files/other.db" "another program" "choose another file"

it "refuses a database of a newer kad"
exits 0 "$program" --db "$files/newer.db"
rm ran
sqlite3 "$files/newer.db" "PRAGMA user_version = 99" >/dev/null
refused "$files/newer.db" "newer kad" "use that kad"

it "refuses a folder"
mkdir "$files/folder.db"
refused "$files/folder.db" "unable to open" "check that it is there"

it "refuses a lock file that it can't open"
mkdir -p "$files/locked.db.d/locks"
refused "$files/locked.db" "Is a directory" "a file that you may write"

it "says what is wrong with a damaged database, and never crashes"
exits 0 "$program" --db "$files/whole.db"
rm ran
sqlite3 "$files/whole.db" "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
bytes=$(stat -c %s "$files/whole.db")
mkdir "$files/damaged.db.d"
for ((at = 4096; at < bytes; at += 8192)); do
    rm -f "$files"/damaged.db-*
    head -c "$at" "$files/whole.db" >"$files/damaged.db"
    refused "$files/damaged.db" "malformed" "restore a backup"
done

# Somebody who may not do everything.
person=()
[ "$(id -u)" != 0 ] || person=(setpriv --reuid 65534 --regid 65534 --clear-groups)

it "refuses a database that may not be written"
exits 0 "$program" --db "$files/fixed.db"
rm ran
chmod 444 "$files/fixed.db"*
chmod 755 "$files/fixed.db.d"
refused "$files/fixed.db" "read-only" "make the file and its folder writable" "${person[@]}"

it "refuses a folder in which nothing can be made"
mkdir -m 555 "$files/closed"
refused "$files/closed/new.db" "Permission denied" "writable" "${person[@]}"

it "needs a project, if no database is named"
mkdir "$files/nowhere"
cd "$files/nowhere"
exits 2 "$program"
contains "$temporary/err" "kad init"

it "says that its result could not be written"
cd "$temporary/project"
[ ! -w /dev/full ] || exits 74 sh -c "'$program' --describe >/dev/full"
contains "$temporary/err" "standard output"
