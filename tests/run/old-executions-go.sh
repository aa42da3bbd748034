#!/usr/bin/env bash
# `kad workflow prune`: what ended long ago goes with all that it has left, and only that; killed
# anywhere, the next prune does the rest.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/crash.sh"

new_project project
echo begin >file
git add file
git commit -q -m Begin
workflow leave <<'END'
name: Leave
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow leave
    params:
      - {name: do, type: string}
      - {name: password, type: string, secret: true, required: false}
workspace: worktree
steps:
  - id: leave
    run: [sh, -c, "{{ trigger.do }}"]
    timeout: 1m
    onSuccess: inner
  - id: inner
    workflow: called
    inputs: {text: "{{ steps.leave.outputs.stdout }}"}
END
workflow called <<'END'
name: Called
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow called, params: [{name: text, type: string}]}
steps:
  - {id: say, run: [echo, said], idempotent: true, timeout: 1m}
END
workflow stay <<'END'
name: Stay
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow stay, params: []}
steps:
  - {id: approve, approval: {prompt: "Go on?", choices: [yes]}}
END
kad build >/dev/null 2>&1

# A ref as the modules keep them, a file as kad_files does, a log, a worktree with commits.
# Meant for the step's shell.
# shellcheck disable=SC2016
leave='git update-ref refs/kad/$KAD_EXECUTION/base HEAD; mkdir -p ../../files/$KAD_EXECUTION
    echo kept >../../files/$KAD_EXECUTION/note; head -c 300000 /dev/zero | tr "\0" x; '

refs() { git for-each-ref refs/kad | wc -l; }
entries() { find ".kad/$1" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l; }
count() { sql "SELECT count(*) FROM $1"; }
content() { find .kad -type f ! -name 'kad.db-*' -exec sha256sum {} + | sort | sha256sum; }

# What only ended executions have left, in one line: nothing of it may remain.
left() {
    echo "$(sql "SELECT count(*) FROM executions WHERE workflow_id <> 'stay'")" \
        "$(count large_values)" "$(count pruned_executions)" "$(refs)" "$(entries files)" \
        "$(entries values)" "$(entries held)" "$(entries worktrees)" "$(entries logs)"
}

again() { # the project as it was before anything was pruned
    rm -rf .kad .git
    cp -a "$temporary/before/.kad" "$temporary/before/.git" .
}

it "only what is old enough goes"
exits 0 kad workflow leave --do "$leave true"
completed=$(sql "SELECT id FROM executions WHERE workflow_id = 'leave'")
exits 1 kad workflow leave --do "$leave exit 3"
exits 3 kad workflow stay
exits 0 kad emit shipped n:=1
equal "what is there" "$(left)" "3 4 0 2 2 3 0 1 3"
exits 0 kad workflow prune --older-than 1h
contains "$temporary/out" "deleted 0 executions, 0 events"
equal "none is old enough" "$(count executions)" 4
equal "what is there" "$(left)" "3 4 0 2 2 3 0 1 3"
mkdir "$temporary/before"
cp -a .kad .git "$temporary/before"

it "a dry run says what would go, and changes nothing"
before=$(content)
exits 0 kad workflow prune --older-than 1ms --dry-run
contains "$temporary/out" "would delete $completed  completed"
contains "$temporary/out" "would delete 2 executions, 0 events"
exits 0 kad workflow prune --older-than 1ms --dry-run --json
equal "document" "$(jq -c '[.dryRun, (.executions | length), .events]' "$temporary/out")" \
    '[true,2,0]'
equal "what is there" "$(content)" "$before"

it "the newest of each workflow stay, so many as one wants"
exits 0 kad workflow prune --older-than 1ms --keep 1 --dry-run
contains "$temporary/out" "would delete $completed"
contains "$temporary/out" "would delete 1 execution, 0 events"

it "all that it has left goes with an execution, and with those that it has called"
exits 0 kad workflow prune --older-than 1ms
contains "$temporary/out" "deleted 2 executions and 1 that they had called"
equal "what is left" "$(left)" "0 0 0 0 0 0 0 0 0"
equal "worktrees" "$(git worktree list | wc -l)" 1
equal "log of the store" "$(stat -c %s .kad/kad.db-wal 2>/dev/null || echo 0)" 0
exits 2 kad workflow resume "$completed"
contains "$temporary/err" "no execution \`$completed\`"

it "an event goes when nothing that is open may still take it, the newest execution never"
equal events "$(count events)" 1
exits 0 kad workflow cancel "$(execution)"
exits 0 kad workflow prune --older-than 1ms
equal events "$(count events)" 0
equal executions "$(count executions)" 1

it "a program that no execution is pinned to goes when nobody has used it for a day"
equal programs "$(entries builds)" 2
exits 0 kad workflow prune --older-than 1ms
equal programs "$(entries builds)" 2
touch -d "2 days ago" .kad/builds/*
exits 0 kad workflow prune --older-than 1ms
contains "$temporary/out" "removed 0 large values, 1 program"
equal programs "$(entries builds)" 1
exits 4 kad workflow resume "$(execution)"

it "a worktree with work that is not committed stays until it is"
again
failed=$(sql "SELECT id FROM executions WHERE workflow_id = 'leave' AND status = 'failed'")
echo mine >".kad/worktrees/$failed/file"
exits 0 kad workflow prune --older-than 1ms
contains "$temporary/err" "/worktrees/$failed stays: it has work that is not committed"
equal "what is left" "$(left)" "0 0 1 1 0 0 0 1 0"
git -C ".kad/worktrees/$failed" checkout -q file
exits 0 kad workflow prune --older-than 1ms
equal "what is left" "$(left)" "0 0 0 0 0 0 0 0 0"

it "what a process has left that was killed before its execution was stored goes"
again
rm -rf .kad/logs .kad/files
executions=$(count executions)
for n in {1..9}; do
    echo hunter2 | ASAN_OPTIONS=detect_leaks=0 strace -f -qqq -o /dev/null -e trace=fsync,fdatasync \
        -e inject="fsync,fdatasync:signal=KILL:when=$n" .kad/bin/wf-leave --do true --password - \
        >/dev/null 2>&1 || true
    [ "$(entries held)" = 0 ] || break
done
equal "executions, secrets" "$(count executions) $(entries held)" "$executions 1"
mkdir -p .kad/logs/0000 .kad/files/0000 .kad/asks/0000
exits 0 kad workflow prune --older-than 1h
equal "secrets that may still be needed" "$(entries held)" 1
exits 3 kad workflow stay
touch .kad/held/"$(execution)"
touch -d "2 hours ago" .kad/{held,logs,files,asks}/*
exits 0 kad workflow prune --older-than 1h
equal "what is left" "$(find .kad/{held,logs,files,asks} -mindepth 1)" ".kad/held/$(execution)"

it "others go on working meanwhile"
again
for _ in {1..30}; do echo '{"text": "x"}'; done >lines
.kad/bin/wf-called --quiet --batch lines >"$temporary/batch" 2>&1 &
batch=$!
while kill -0 "$batch" 2>/dev/null; do
    exits 0 kad workflow prune --older-than 1ms
done
wait "$batch" || fail "the batch ended with $?: $(cat "$temporary/batch")"
exits 3 kad workflow stay
exits 0 kad workflow prune --older-than 1ms
equal "what is left" "$(left)" "0 0 0 0 0 0 0 0 0"
equal "integrity" "$(sql "PRAGMA integrity_check; PRAGMA foreign_key_check")" ok

it "killed anywhere, the next prune does the rest"
calls=write,pwrite64,fsync,fdatasync,ftruncate,unlink,unlinkat,rmdir
strace_options=()
stride=${KAD_EVERYWHERE:-7}
kills=0
while again && ! killed_at "$calls" $((kills * stride + 1)) kad workflow prune --older-than 1ms 2>/dev/null; do
    kills=$((kills + 1))
    equal "integrity" "$(sql "PRAGMA integrity_check; PRAGMA foreign_key_check")" ok
    exits 0 kad workflow prune --older-than 1ms
    equal "what is left, killed at $(((kills - 1) * stride + 1))" "$(left)" "0 0 0 0 0 0 0 0 0"
    equal "what waits" "$(status)" waiting
done
[ "$kills" -ge 6 ] || fail "killed only $kills times"
