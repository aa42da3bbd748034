#!/usr/bin/env bash
# --detach: the execution goes on in a process of its own; status --watch stays with it.
source "$(dirname "$0")/lib.sh"

new_project project
workflow wait <<'END'
name: Wait
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow wait
    params: [{name: text, type: string, default: hello}]
steps:
  - {id: wait, run: [sh, -c, "until [ -e .kad/go ]; do sleep 0.05; done"], idempotent: true, onSuccess: say}
  - {id: say, run: [echo, "{{ trigger.text }}"]}
END
workflow fail <<'END'
name: Fail
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow fail}
concurrency: {limit: 1, onFull: skip}
steps:
  - {id: fail, run: [sh, -c, "echo broken >&2; exit 3"]}
END
kad build >/dev/null

it "prints the id of an execution that is stored, and is gone while that runs"
exits 0 kad workflow run --detach wait --text "good day"
id=$(cat "$temporary/out")
equal "the id" "$id" "$(execution)"
equal status "$(status)" running

it "shows an execution until it stops, with the exit code of a run"
kad workflow status --watch "$id" >"$temporary/watched" &
watcher=$!
eventually grep -q "stands at  wait" "$temporary/watched"
touch .kad/go
wait "$watcher" || fail "exit code $?"
contains "$temporary/watched" "say   completed"
contains ".kad/logs/$id/output.log" "completed after"
contains ".kad/logs/$id/say.1.1.log" "good day"

it "says in one document as JSON that it has begun, and how it ended"
exits 0 kad workflow run --json --detach wait
equal status "$(jq -r .status "$temporary/out")" running
id=$(jq -r .execution "$temporary/out")
exits 0 kad workflow status --json --watch "$id"
equal status "$(jq -r .status "$temporary/out")" completed

it "tells what is wrong to who has asked, and stores nothing"
before=$(sql "SELECT count(*) FROM executions")
exits 2 kad workflow run --detach wait --nothing
contains "$temporary/err" "unknown option --nothing"
exits 2 kad workflow run --detach wait --text
equal executions "$(sql "SELECT count(*) FROM executions")" "$before"
exits 2 .kad/bin/wf-wait --detach --resume "$id"
contains "$temporary/err" "--detach does not go with --resume"

it "fails where who watches sees it"
exits 0 kad workflow run --detach fail
id=$(cat "$temporary/out")
exits 1 kad workflow status --watch "$id"
contains "$temporary/out" "broken"
contains ".kad/logs/$id/output.log" "broken"

it "returns the execution that has the key"
exits 0 kad workflow run --key one --detach wait
id=$(cat "$temporary/out")
exits 0 kad workflow status --watch "$id"
exits 0 kad workflow run --key one --detach --json wait
equal execution "$(jq -r .execution "$temporary/out")" "$id"
equal status "$(jq -r .status "$temporary/out")" completed

it "can be killed and resumed as any other"
rm .kad/go
exits 0 kad workflow run --detach wait
id=$(cat "$temporary/out")
pid=$(kad workflow status --json "$id" | jq .pid)
kill -KILL "$pid"
exits 3 kad workflow status --watch "$id"
contains "$temporary/out" interrupted
touch .kad/go
exits 0 kad workflow resume "$id"

it "outlives the terminal that it was started from"
rm .kad/go
script -qec "kad workflow run --detach wait" /dev/null >"$temporary/out" </dev/null
id=$(tr -d '\r\n' <"$temporary/out")
touch .kad/go
exits 0 kad workflow status --watch "$id"

it "watches one execution"
exits 2 kad workflow status --watch
contains "$temporary/err" "option \`--watch\` needs an argument: kad workflow status [EXECUTION]"
exits 2 kad workflow status --watch nothing
