#!/usr/bin/env bash
# A step that is not idempotent and was caught in flight raises the question whether it
# happened; --retry, --skip and --fail answer it. Everything that it started is gone.
source "$(dirname "$0")/lib.sh"

new_project project
cat >pay <<'END'
#!/bin/sh
echo paid >>.kad/payments
[ ! -e .kad/slow ] || { sleep 1000 & echo $! >.kad/child; wait; }
END
chmod +x pay
workflow pay <<'END'
name: Pay
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow pay}
steps:
  - {id: pay, run: [./pay], onSuccess: thank, onFailure: regret}
  - {id: thank, run: [echo, thanks]}
  - {id: regret, run: [echo, sorry]}
END
kad build >/dev/null

interrupted_run() {
    rm -f .kad/payments .kad/child
    touch .kad/slow
    kad workflow pay >/dev/null 2>&1 &
    engine=$!
    eventually test -s .kad/child
    kill -KILL "$engine"
    wait "$engine" 2>/dev/null || true
    rm .kad/slow
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }

it "kills what the step had started, grandchildren too"
interrupted_run
eventually is_gone "$(cat .kad/child)"

it "asks, and keeps asking"
exits 3 kad workflow resume "$(execution)"
contains "$temporary/err" --retry
equal status "$(status)" paused
exits 3 kad workflow resume "$(execution)"
equal payments "$(wc -l <.kad/payments)" 1

it "--retry runs the step again, as the next attempt"
exits 0 kad workflow resume "$(execution)" --retry
equal payments "$(wc -l <.kad/payments)" 2
equal attempts "$(sql "SELECT max(attempt) FROM step_executions WHERE step_id = 'pay'")" 2
equal "last step" "$(route | grep -o 'thank$')" thank

it "--skip goes on along onSuccess without running it"
interrupted_run
exits 0 kad workflow resume "$(execution)" --skip
equal payments "$(wc -l <.kad/payments)" 1
equal route "$(route)" "pay:skipped thank"

it "--fail goes on along onFailure"
interrupted_run
exits 1 kad workflow resume "$(execution)" --fail
equal route "$(route)" "pay:failed regret"
equal error "$(sql "SELECT json_extract(error, '\$.code') FROM executions ORDER BY slot DESC LIMIT 1")" \
    aborted_by_user

it "a run that is alive is not run twice"
touch .kad/slow
rm -f .kad/child
kad workflow pay >/dev/null 2>&1 &
engine=$!
eventually test -s .kad/child
exits 5 kad workflow resume "$(execution)"

it "cancel ends a live run"
exits 0 kad workflow cancel "$(execution)"
code=0
wait "$engine" || code=$?
equal "exit code of the run" "$code" 4
equal status "$(status)" cancelled
eventually is_gone "$(cat .kad/child)"

it "SIGTERM pauses a live run, which can be cancelled later"
rm -f .kad/child
kad workflow pay >/dev/null 2>&1 &
engine=$!
eventually test -s .kad/child
kill -TERM "$engine"
code=0
wait "$engine" || code=$?
equal "exit code of the run" "$code" 3
equal status "$(status)" paused
exits 0 kad workflow cancel "$(execution)"
equal status "$(status)" cancelled
exits 4 kad workflow resume "$(execution)"
