#!/usr/bin/env bash
# `concurrency`: as many executions of a workflow as it says are under way; others wait in the
# order of their creation, are not started, or end the oldest.
source "$(dirname "$0")/lib.sh"

new_project project
for on_full in queue skip cancel-oldest; do
    workflow "w-$on_full" <<END_OF_FILE
name: Waits
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow w-$on_full
    params:
      - {name: branch, type: string}
      - {name: gate, type: string, default: ""}
concurrency: {key: "{{ trigger.branch }}", limit: 1, onFull: $on_full}
steps:
  - id: work
    run: [sh, -c, 'echo "\$1" >>order; while [ -n "\$1" ] && [ -e "\$1" ]; do sleep 0.02; done', work, "{{ trigger.gate }}"]
    idempotent: true
    timeout: 1m
END_OF_FILE
done
kad build >/dev/null

status_of() { sql "SELECT status FROM executions WHERE id = '$1'"; }
nth() { sql "SELECT id FROM executions ORDER BY slot LIMIT 1 OFFSET $1"; }
count() { sql "SELECT count(*) FROM executions"; }
has() { [ "$(sql "SELECT count(*) FROM executions WHERE status = '$1'")" = "$2" ]; }
start() { # WORKFLOW BRANCH GATE
    touch "$3"
    kad workflow run "$1" --branch "$2" --gate "$3" >"$temporary/out-$3" 2>"$temporary/err-$3" &
}

it "one waits in the foreground until the one before it has ended"
start w-queue main a; a=$!
eventually has running 1
start w-queue main b; b=$!
eventually has queued 1
start w-queue main c; c=$!
eventually has queued 2
contains "$temporary/err-c" "is queued: 2 others are under way"
equal "what has begun" "$(cat order)" a

it "another key does not wait"
exits 0 kad workflow run w-queue --branch other
rm order

it "in the order of their creation"
rm a
wait $a
eventually grep -q b order
rm c
equal status "$(status_of "$(nth 2)")" queued
rm b
wait $b
wait $c
equal order "$(tr '\n' ' ' <order)" "b c "
equal events "$(sql "SELECT group_concat(event_type, ' ') FROM (SELECT event_type FROM execution_history WHERE execution_id = '$(nth 2)' ORDER BY seq LIMIT 2)")" \
    "execution_queued execution_started"

it "without waiting it stays queued, and a resume starts it when there is room"
start w-queue main d; d=$!
eventually has running 1
exits 3 kad workflow run --no-wait w-queue --branch main
queued=$(execution)
equal status "$(status)" queued
contains "$temporary/err" "kad workflow resume $queued"
exits 3 kad workflow resume --no-wait "$queued"
exits 0 kad workflow status "$queued"
contains "$temporary/out" queued
rm d && wait $d
exits 0 kad workflow resume "$queued"
equal status "$(status)" completed

it "what nobody waits with holds up nobody who waits"
start w-queue main e; e=$!
eventually has running 1
exits 3 kad workflow run --no-wait w-queue --branch main
start w-queue main f; f=$!
eventually has queued 2
rm e f
wait $e
wait $f
equal status "$(status_of "$(nth 7)")" queued

it "one that waits can be cancelled, and is left queued by a signal"
exits 0 kad workflow cancel "$(nth 7)"
start w-queue main g; g=$!
eventually has running 1
start w-queue main h; h=$!
eventually has queued 1
exits 0 kad workflow cancel "$(execution)"
ended=0
wait $h || ended=$?
equal exit "$ended" 4
equal status "$(status)" cancelled
exec 3< <(exec "$(dirname "$(command -v kad)")"/kad workflow run w-queue --branch main 2>&1)
waiter=$!
eventually has queued 1
eventually kill -INT "$waiter"
eventually sh -c "! kill -0 $waiter"
grep -q "queued after" <&3 || fail "it does not say that it is queued"
equal status "$(status)" queued
exits 0 kad workflow cancel "$(execution)"

it "an interrupted one counts until it goes on or is cancelled"
interrupted=$(sql "SELECT id FROM executions WHERE status = 'running'")
kill -KILL $g
wait $g || true
exits 3 kad workflow run --no-wait w-queue --branch main
exits 0 kad workflow cancel "$interrupted"
exits 0 kad workflow resume "$(execution)"
rm -f g h

it "skip: starts nothing, and says so"
start w-skip main i; i=$!
eventually has running 1
before=$(count)
exits 0 kad workflow run w-skip --branch main
contains "$temporary/err" "not started"
exits 0 kad workflow run --json w-skip --branch main
equal status "$(jq -r .status "$temporary/out")" skipped
equal executions "$(count)" "$before"
rm i && wait $i
exits 0 kad workflow run w-skip --branch main
equal executions "$(count)" "$((before + 1))"

it "cancel-oldest: ends the one before it, and begins"
start w-cancel-oldest main j; j=$!
eventually has running 1
oldest=$(sql "SELECT id FROM executions WHERE status = 'running'")
exits 0 kad workflow run w-cancel-oldest --branch main
ended=0
wait $j || ended=$?
equal exit "$ended" 4
equal status "$(status_of "$oldest")" cancelled

it "cancel-oldest: also one that nobody runs"
start w-cancel-oldest main k; k=$!
eventually has running 1
kill -KILL $k
wait $k || true
rm k
oldest=$(sql "SELECT id FROM executions WHERE status = 'running'")
exits 0 kad workflow run w-cancel-oldest --branch main
equal status "$(status_of "$oldest")" cancelled
equal steps "$(sql "SELECT status FROM step_executions WHERE execution_id = '$oldest'")" cancelled

it "of many that begin at the same moment never more are under way than may be"
rm -f order
for n in 1 2 3 4 5 6; do
    kad workflow run w-queue --branch crowd >/dev/null 2>&1 &
    pids[n]=$!
done
for n in 1 2 3 4 5 6; do
    wait "${pids[n]}" || fail "one ended with $?"
done
equal overlaps "$(sql "SELECT count(*) FROM executions a JOIN executions b
    ON a.slot < b.slot AND a.concurrency_key = 'crowd' AND b.concurrency_key = 'crowd'
    WHERE a.completed_at > b.started_at AND b.completed_at > a.started_at")" 0

it "a failed one is resumed only where there is room"
touch l
workflow w-queue <<'END_OF_FILE'
name: Waits
version: 1.0.1
triggers:
  - type: cli
    command: kad workflow w-queue
    params: [{name: gate, type: string}]
concurrency: {limit: 1}
steps:
  - id: work
    run: [sh, -c, 'while [ -e "$1" ]; do sleep 0.02; done; [ -z "$1" ]', work, "{{ trigger.gate }}"]
    idempotent: true
    timeout: 1m
END_OF_FILE
exits 1 kad workflow w-queue --gate missing
failed=$(execution)
kad workflow w-queue --gate l >/dev/null 2>&1 &
l=$!
eventually has running 1
exits 2 kad workflow resume "$failed"
contains "$temporary/err" "resume it when one has ended"
rm l
wait $l || true
exits 1 kad workflow resume "$failed"

it "cancel-oldest: also when who began has died before it was told to end"
start w-cancel-oldest main l; l=$!
eventually has running 1
oldest=$(sql "SELECT id FROM executions WHERE status = 'running'")
kill -STOP $l
exits 3 kad workflow run --no-wait w-cancel-oldest --branch main
newest=$(execution)
kill -KILL $l
wait $l || true
rm l
sql "UPDATE executions SET request = NULL"
exits 0 kad workflow resume --no-wait "$newest"
equal status "$(status_of "$oldest")" cancelled
