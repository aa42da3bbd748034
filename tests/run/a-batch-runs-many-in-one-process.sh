#!/usr/bin/env bash
# wf-ID --batch: each line of a file is an execution of its own, in one process; and many
# processes share one store without a busy error.
source "$(dirname "$0")/lib.sh"

new_project project
workflow greet <<'END_OF_FILE'
name: Greet
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow greet
    params:
      - {name: who, type: string}
      - {name: gate, type: string, default: ""}
      - {name: token, type: string, secret: true, required: false}
steps:
  - id: wait
    run: [sh, -c, 'echo "$1" >>begun; while [ -n "$2" ] && [ -e "$2" ]; do sleep 0.02; done; [ "$1" != bad ]', wait, "{{ trigger.who }}", "{{ trigger.gate }}"]
    idempotent: true
    timeout: 1m
    onSuccess: say
  - {id: say, run: [echo, "{{ trigger.who }}"], timeout: 1m}
outputs:
  - {name: who, type: string, value: "{{ steps.say.outputs.stdout }}"}
END_OF_FILE
kad build >/dev/null
wf=.kad/bin/wf-greet
count() { sql "SELECT count(*) FROM executions WHERE status = '$1'"; }
has() { [ "$(count "$1")" = "$2" ]; }

it "mistakes in the file are named by line, all of them, and nothing starts"
cat >lines <<'END_OF_FILE'
{"who": "a"}

{"whom": "b"}
{"who": 7}
{"who": "c"
[1]
{"who": "d", "token": "in clear"}
END_OF_FILE
exits 2 $wf --batch lines
contains "$temporary/err" "lines:3: unknown parameter \`whom\`: did you mean \`who\`?"
contains "$temporary/err" "lines:4: \`who\`:"
contains "$temporary/err" 'lines:5:'
contains "$temporary/err" 'lines:6: expected an object'
contains "$temporary/err" "lines:7: \`token\` is secret"
lacks "$temporary/err" "in clear"
[ ! -e begun ] || fail "something has begun"
exits 2 $wf --batch none
exits 2 $wf --batch lines --who x
exits 2 $wf --batch lines --concurrency 0

it "all lines run, and the document says how each has ended"
for who in a bad c; do echo "{\"who\": \"$who\"}"; done >lines
exits 1 $wf --batch lines --json
equal counts "$(jq -c '[.counts.completed, .counts.failed, .exit]' <"$temporary/out")" "[2,1,1]"
equal lines "$(jq -c '[.executions[] | [.line, .status, .outputs.who]]' <"$temporary/out")" \
    '[[1,"completed","a\n"],[2,"failed",null],[3,"completed","c\n"]]'
contains "$temporary/err" "3 in all: 2 completed, 1 failed"

it "with a key the same command starts only what is not there"
echo '{"who": "k"}' >lines
exits 0 $wf --batch lines --key monday
echo '{"who": "l"}' >>lines
rm begun
exits 0 $wf --batch lines --key monday
equal begun "$(cat begun)" l

it "the lines may come from a pipe, and a secret, too"
printf '{"who": "p"}\n{"who": "q"}\n' | $wf --batch /dev/stdin >"$temporary/out" 2>"$temporary/err" ||
    fail "exit $?"
contains "$temporary/err" "2 in all: 2 completed"
exits 0 $wf --who r --token @<(echo canary-7731)

it "a secret is stored as its reference"
export TOKEN=correct-horse-battery
echo '{"who": "s", "token": "env:TOKEN"}' >lines
exits 0 $wf --batch lines
! grep -rqF "$TOKEN" .kad || fail "the secret is written"

it "Ctrl-C pauses those that are under way, and begins no more; each is resumed by itself"
touch gate
for who in p q r s; do echo "{\"who\": \"$who\", \"gate\": \"$PWD/gate\"}"; done >lines
rm begun
$wf --batch lines --concurrency 3 --json >"$temporary/out" 2>"$temporary/err" &
batch=$!
eventually grep -c r begun
one=$(sql "SELECT id FROM executions WHERE status = 'running' ORDER BY slot LIMIT 1")
exits 0 kad workflow status "$one"
kill -INT $batch
status=0; wait $batch || status=$?
equal "exit code" "$status" 3
has paused 3 || fail "paused: $(count paused)"
rm gate
for id in $(sql "SELECT id FROM executions WHERE status = 'paused'"); do
    exits 0 kad workflow resume "$id"
done

it "one of them is cancelled without the others, and a kill leaves each to be resumed"
touch gate
rm begun
$wf --batch lines --concurrency 3 >"$temporary/out" 2>"$temporary/err" &
batch=$!
eventually grep -c r begun
one=$(sql "SELECT id FROM executions WHERE status = 'running' ORDER BY slot LIMIT 1")
exits 0 kad workflow cancel "$one"
eventually has cancelled 1
eventually grep -c s begun
kill -KILL $batch
wait $batch 2>/dev/null || true
rm gate
equal "left behind" "$(count running)" 3
for id in $(sql "SELECT id FROM executions WHERE status = 'running'"); do
    exits 0 kad workflow resume "$id"
done

it "one that another process runs is told as running"
echo '{"who": "held", "gate": "shut"}' >lines
touch shut
$wf --batch lines --key held >"$temporary/first" 2>&1 &
runner=$!
eventually grep -qx held begun
exits 5 $wf --batch lines --key held --json
equal executions "$(jq -c '[.executions[0].status, .counts.running, .counts.paused, .exit]' "$temporary/out")" \
    '["running",1,0,5]'
rm shut
wait "$runner"

it "50 processes share one store: none is lost, none runs twice, nobody is refused"
rm begun
for who in {1..50}; do
    $wf --quiet --who "n$who" >"$temporary/out-$who" 2>"$temporary/err-$who" &
done
exits 0 kad workflow status
wait
equal begun "$(sort -u begun | wc -l) $(wc -l <begun)" "50 50"
equal completed "$(sql "SELECT count(*) FROM executions WHERE status = 'completed' AND trigger_data LIKE '%\"n%'")" 50
equal "said by them" "$(cat "$temporary"/err-* | wc -c)" 0
equal integrity "$(sql 'PRAGMA integrity_check')" ok
