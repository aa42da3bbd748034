#!/usr/bin/env bash
# The time of a next attempt is stored with the failure before it: however the process ends
# meanwhile, the execution goes on at the same moment.
source "$(dirname "$0")/lib.sh"

new_project project
workflow fetch <<'END'
name: Fetch
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow fetch
steps:
  - id: fetch
    run: [./fetch]
    idempotent: true
    retry: {maxAttempts: 3, backoff: {initial: 1h}}
END
cat >fetch <<'END'
#!/bin/sh
echo run >>.kad/fetches
test -e .kad/there
END
chmod +x fetch
kad build >/dev/null

has_gate() { [ -n "$(sql 'SELECT due_at FROM gates')" ]; }
due() { sql "SELECT due_at FROM gates WHERE execution_id = '$(execution)'"; }

# Leaves a run that waits for its second attempt in $engine.
waiting_run() {
    rm -f .kad/there .kad/fetches
    kad workflow fetch >/dev/null 2>&1 &
    engine=$!
    eventually has_gate
    due_at=$(due)
}

it "a killed wait is interrupted, and its moment stays"
waiting_run
kill -KILL "$engine"
wait "$engine" 2>/dev/null || true
exits 3 kad workflow resume --no-wait "$(execution)"
contains "$temporary/err" "waiting at fetch"
contains "$temporary/err" "until $due_at"
equal status "$(status)" waiting
equal "the moment" "$(due)" "$due_at"
equal fetches "$(wc -l <.kad/fetches)" 1

it "is shown with its moment and the command that goes on"
exits 0 kad workflow status "$(execution)"
contains "$temporary/out" "$due_at"
contains "$temporary/out" "kad workflow resume"

it "a resume that comes too early writes nothing"
events=$(sql "SELECT count(*) FROM execution_history")
exits 3 kad workflow resume --no-wait "$(execution)"
equal events "$(sql "SELECT count(*) FROM execution_history")" "$events"

it "a resume stays with it, and SIGTERM pauses it"
kad workflow resume "$(execution)" >/dev/null 2>"$temporary/err" &
engine=$!
eventually grep -q "waits until" "$temporary/err"
kill -TERM "$engine"
code=0
wait "$engine" || code=$?
equal "exit code" "$code" 3
equal status "$(status)" paused
equal "the moment" "$(due)" "$due_at"

it "--retry does not wait"
touch .kad/there
exits 0 kad workflow resume --retry "$(execution)"
equal route "$(route)" "fetch:failed fetch"
equal gates "$(sql "SELECT count(*) FROM gates")" 0

it "when it is due, a resume goes on by itself"
waiting_run
kill -KILL "$engine"
wait "$engine" 2>/dev/null || true
touch .kad/there
sql "UPDATE gates SET due_at = opened_at"
exits 0 kad workflow resume --no-wait "$(execution)"
equal route "$(route)" "fetch:failed fetch"

it "what waits can be cancelled"
waiting_run
kill -KILL "$engine"
wait "$engine" 2>/dev/null || true
exits 0 kad workflow cancel "$(execution)"
equal status "$(status)" cancelled
equal gates "$(sql "SELECT count(*) FROM gates")" 0

workflow rest <<'END'
name: Rest
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow rest}
steps:
  - {id: rest, wait: 1h, onSuccess: work}
  - {id: work, run: [echo, work]}
END
kad build >/dev/null

it "a wait that is killed goes on until the same moment"
kad workflow rest >/dev/null 2>&1 &
engine=$!
eventually has_gate
due_at=$(due)
kill -KILL "$engine"
wait "$engine" 2>/dev/null || true
exits 3 kad workflow resume --no-wait "$(execution)"
contains "$temporary/err" "until $due_at"
equal status "$(status)" waiting
sql "UPDATE gates SET due_at = opened_at"
exits 0 kad workflow resume --no-wait "$(execution)"
equal route "$(route)" "rest work"

it "a wait can be ended early"
exits 3 kad workflow run --no-wait rest
exits 0 kad workflow resume --skip "$(execution)"
equal route "$(route)" "rest:skipped work"

it "--json says until when"
exits 3 kad workflow run --no-wait --json rest
equal status "$(jq -r .status "$temporary/out")" waiting
equal "the moment" "$(jq -r .gate.dueAt "$temporary/out")" "$(due)"
exits 0 kad workflow cancel "$(execution)"

it "says how long it means to wait, whatever ends it before"
workflow forever <<'WORKFLOW'
name: Forever
version: 1.0.0
timeout: 1s
triggers:
  - {type: cli, command: kad workflow forever}
steps:
  - {id: forever, wait: {until: "2999-01-01T00:00:00Z"}}
WORKFLOW
exits 1 kad workflow forever
contains "$temporary/err" "waits until 2999-01-01T00:00:00.000Z"
