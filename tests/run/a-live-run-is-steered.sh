#!/usr/bin/env bash
# What another terminal can do with a run that is alive: pause it, cancel it, follow its logs.
source "$(dirname "$0")/lib.sh"

new_project project
workflow linger <<'END'
name: Linger
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow linger}
steps:
  - {id: begin, run: [echo, has begun], onSuccess: linger}
  - id: linger
    run: [sh, -c, "echo waits; echo $$ >.kad/child; while [ ! -e .kad/go ]; do sleep 0.05; done; echo goes"]
    idempotent: true
    onSuccess: finish
  - {id: finish, run: [echo, has finished]}
END
workflow caller <<'END'
name: Caller
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow caller}
steps:
  - {id: call, workflow: linger}
END
kad build >/dev/null

begin() { # [WORKFLOW]
    rm -f .kad/go .kad/child
    kad workflow "${1:-linger}" >"$temporary/run.out" 2>"$temporary/run.err" &
    engine=$!
    eventually test -s .kad/child
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }

ends_with() { # CODE: the run
    local code=0
    wait "$engine" || code=$?
    equal "exit code of the run" "$code" "$1"
    eventually is_gone "$(cat .kad/child)"
}

it "is paused, and says how to go on"
begin
exits 0 kad workflow pause "$(execution)"
ends_with 3
equal status "$(status)" paused
contains "$temporary/run.err" "kad workflow resume $(execution)"

it "is not paused twice, nor when it is over"
exits 2 kad workflow pause "$(execution)"
contains "$temporary/err" paused

it "goes on where it was paused"
touch .kad/go
exits 0 kad workflow resume "$(execution)"
equal status "$(status)" completed
equal "times that begin ran" "$(grep -cx 'has begun' ".kad/logs/$(execution)/begin.1.1.log")" 1
exits 2 kad workflow pause "$(execution)"
contains "$temporary/err" completed

it "is cancelled, and cannot be resumed"
begin
exits 0 kad workflow cancel "$(execution)"
ends_with 4
equal status "$(status)" cancelled
equal route "$(route)" "begin linger:cancelled"
exits 4 kad workflow resume "$(execution)"
contains "$temporary/err" "has ended already"
exits 2 kad workflow cancel "$(execution)"
contains "$temporary/err" cancelled

it "is cancelled while it is paused"
begin
exits 0 kad workflow pause "$(execution)"
ends_with 3
exits 0 kad workflow cancel "$(execution)"
equal status "$(status)" cancelled

it "has its logs followed until it ends"
begin
kad workflow logs "$(execution)" --follow >"$temporary/followed" &
follower=$!
eventually grep -q waits "$temporary/followed"
if is_gone "$follower"; then fail "--follow has ended before the run"; fi
touch .kad/go
ends_with 0
wait "$follower" || fail "--follow has failed"
equal "what was followed" "$(grep -v '^\$' "$temporary/followed" | tr '\n' '|')" \
    "==> begin, visit 1, attempt 1 <==|has begun|==> linger, visit 1, attempt 1 <==|waits|goes|==> finish, visit 1, attempt 1 <==|has finished|"

it "is followed by who reads only what is new, of logs that may still grow"
begin
ASAN_OPTIONS=detect_leaks=0 strace -qqq -f -e trace=openat -o "$temporary/opened" \
    kad workflow logs "$(execution)" --follow >"$temporary/followed" 2>&1 &
follower=$!
opened() { grep -c "$1.1.1.log" "$temporary/opened"; }
has_looked_again() { [ "$(opened linger)" -ge 4 ]; }
eventually has_looked_again
touch .kad/go
ends_with 0
wait "$follower" || fail "--follow has failed"
contains "$temporary/followed" "has finished"
equal "times that the log of begin was opened" "$(opened begin)" 1

it "is not followed any more when nobody reads it"
begin
kad workflow logs "$(execution)" --follow | head -n 1 >"$temporary/out"
contains "$temporary/out" "==> begin"
equal status "$(status)" running
touch .kad/go
ends_with 0

it "has its logs followed when it is over already"
exits 0 kad workflow logs "$(execution)" --follow --step linger
contains "$temporary/out" goes
lacks "$temporary/out" "has begun"

it "is held by its process alone"
begin
exits 5 kad workflow resume "$(execution)"
contains "$temporary/err" "$engine"
touch .kad/go
ends_with 0

both() { sql "SELECT group_concat(DISTINCT status) FROM executions WHERE id IN ('$called', '$caller')"; }

it "is paused and cancelled by the name of a workflow that it has called, too"
begin caller
called=$(execution)
caller=$(sql "SELECT parent_id FROM executions WHERE id = '$called'")
exits 0 kad workflow pause "$called"
contains "$temporary/out" "runs $caller"
ends_with 3
equal "both are" "$(both)" paused
steps=$(sql "SELECT count(*) FROM step_executions")
exits 2 kad workflow resume "$called" --from "$(sql "SELECT current_step FROM executions WHERE id = '$caller'")"
contains "$temporary/err" "is called by $caller"
equal steps "$(sql "SELECT count(*) FROM step_executions")" "$steps"
equal "both are" "$(both)" paused
exits 0 kad workflow cancel "$called"
equal "both are" "$(both)" cancelled

it "fails where only the called workflow was cancelled when the engine died"
begin caller
called=$(execution)
caller=$(sql "SELECT parent_id FROM executions WHERE id = '$called'")
kill -KILL "$engine"
wait "$engine" 2>/dev/null || true
sql "UPDATE executions SET status = 'cancelled' WHERE id = '$called'"
exits 1 kad workflow resume "$caller"
contains "$temporary/err" "the workflow that it called was cancelled"

it "forgets a pause that its process has died with"
begin
kill -STOP "$engine"
exits 0 kad workflow pause "$(execution)"
kill -KILL "$engine"
wait "$engine" 2>/dev/null || true
rm .kad/child
kad workflow resume "$(execution)" >"$temporary/run.out" 2>"$temporary/run.err" &
engine=$!
eventually test -s .kad/child
kill -USR1 "$engine"
touch .kad/go
ends_with 0
equal status "$(status)" completed

it "is cancelled by its next resume where its process has died before it was"
begin
kill -STOP "$engine"
exits 0 kad workflow cancel "$(execution)"
kill -KILL "$engine"
wait "$engine" 2>/dev/null || true
exits 4 kad workflow resume "$(execution)"
equal status "$(status)" cancelled

it "a called workflow that has failed is not offered to go on by itself"
workflow broken <<'WORKFLOW'
name: Broken
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow broken}
steps:
  - {id: break, run: ["false"]}
WORKFLOW
sed -i 's/workflow: linger/workflow: broken/' workflows/caller.yaml
exits 1 kad workflow caller
exits 0 kad workflow status "$(execution)"
contains "$temporary/out" "called by"
lacks "$temporary/out" "kad workflow resume"
