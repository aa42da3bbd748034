#!/usr/bin/env bash
# A workflow is edited and built again while an execution of it is paused: the execution ends on
# the code that it began with, a new one uses the new code.
source "$(dirname "$0")/lib.sh"

new_project project
edition() { # WORD
    workflow greet <<END
name: Greet
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow greet}
steps:
  - {id: wait, run: [sh, -c, "touch .kad/waits; until [ -e .kad/go ]; do sleep 0.1; done"],
     idempotent: true, onSuccess: greet}
  - {id: greet, run: [echo, $1]}
END
    kad build >/dev/null
}

it "pauses on SIGINT, and a plain resume goes on, on the old code"
edition old
.kad/bin/wf-greet >/dev/null 2>&1 &
engine=$!
eventually test -e .kad/waits
kill -INT "$engine"
code=0
wait "$engine" || code=$?
equal "exit code" "$code" 3
equal status "$(status)" paused
edition new
touch .kad/go
old=$(execution)
exits 0 .kad/bin/wf-greet --resume "$old"
equal greeting "$(sql "SELECT json_extract(outputs, '\$.stdout') FROM step_executions
    WHERE step_id = 'greet' AND execution_id = '$old'")" old

it "a new run is on the new code"
exits 0 kad workflow greet
equal greeting "$(sql "SELECT json_extract(outputs, '\$.stdout') FROM step_executions
    WHERE step_id = 'greet' AND execution_id = '$(execution)'")" new

it "a row refers to no copy that a loss of power would take away"
own_modules
mkdir modules/reverse/part
echo data >modules/reverse/part/data
kad build >/dev/null
# What is synced before the log of the store is: the names of copies, without their hashes.
synced() {
    ASAN_OPTIONS=detect_leaks=0 strace -f -y -qqq -o "$temporary/trace" -e trace=fsync,fdatasync \
        .kad/bin/wf-shout --text x >/dev/null 2>&1
    sed '/kad.db-wal/,$d' "$temporary/trace" | grep -o "$PWD/.kad[^>]*" |
        sed -E "s,^$PWD/.kad,STATE,; s,[0-9a-f]{16\,},HASH,; s,[.][0-9]+(/|\$),\1," | sort -u
}
made=$(synced)
for name in "" /builds /builds/HASH /builds/HASH/wf-shout /modules /modules/reverse-HASH \
    /modules/reverse-HASH/{module.yaml,reverse,part,part/data}; do
    grep -qx "STATE$name" <<<"$made" || fail "STATE$name is not synced, but $made"
done
equal "synced by the next" "$(synced)" ""

it "says what is missing when the old program is gone"
rm .kad/go .kad/waits
.kad/bin/wf-greet >/dev/null 2>&1 &
engine=$!
eventually test -e .kad/waits
kill -KILL "$engine"
wait "$engine" 2>/dev/null || true
rm -r .kad/builds
edition newest
exits 2 .kad/bin/wf-greet --resume "$(execution)"
contains "$temporary/err" "put that program back"
equal status "$(status)" running
