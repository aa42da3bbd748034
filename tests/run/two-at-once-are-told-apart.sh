#!/usr/bin/env bash
# Processes at the same time: on one database, with one key, on one execution.
source "$(dirname "$0")/lib.sh"

new_project project
workflow note <<'END'
name: Note
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow note}
steps:
  - {id: note, run: [sh, -c, "echo x >>.kad/notes"], onSuccess: thank}
  - {id: thank, run: [echo, thanks]}
END
workflow wait <<'END'
name: Wait
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow wait}
steps:
  - {id: wait, run: [sh, -c, "echo x >>.kad/waits; until [ -e .kad/go ]; do sleep 0.1; done"],
     idempotent: true}
END
kad build >/dev/null

# together COUNT COMMAND...: their exit codes, sorted, in `codes`.
together() {
    local count=$1 pids=() code
    shift
    codes=
    for _ in $(seq "$count"); do
        "$@" >/dev/null 2>&1 &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        code=0
        wait "$pid" || code=$?
        codes+="$code "
    done
    codes=$(printf '%s' "$codes" | tr ' ' '\n' | sort -n | uniq | paste -sd' ')
}

it "twenty executions share a database"
together 20 .kad/bin/wf-note
equal "exit codes" "$codes" 0
equal executions "$(sql "SELECT count(*) FROM executions WHERE status = 'completed'")" 20
equal gaps "$(sql "SELECT count(*) FROM executions e WHERE event_count <>
    (SELECT count(*) FROM execution_history h WHERE h.execution_id = e.id)")" 0

it "a key that is used twice at once is one execution"
rm .kad/notes
for key in {1..10}; do
    together 2 .kad/bin/wf-note --key "$key"
    case $codes in
    0 | "0 5") ;;
    *) fail "exit codes of key $key: $codes" ;;
    esac
done
equal notes "$(wc -l <.kad/notes)" 10
equal executions "$(sql "SELECT count(*) FROM executions WHERE key IS NOT NULL")" 10

it "an execution has one owner"
.kad/bin/wf-wait >/dev/null 2>&1 &
engine=$!
eventually test -s .kad/waits
kill -KILL "$engine"
wait "$engine" 2>/dev/null || true
together_resume() {
    local first second one=0 two=0
    kad workflow resume "$(execution)" >/dev/null 2>&1 &
    first=$!
    kad workflow resume "$(execution)" >/dev/null 2>&1 &
    second=$!
    eventually sh -c "! kill -0 $first 2>/dev/null || ! kill -0 $second 2>/dev/null"
    touch .kad/go
    wait "$first" || one=$?
    wait "$second" || two=$?
    equal "exit codes" "$((one < two ? one : two)) $((one < two ? two : one))" "0 5"
}
together_resume
equal waits "$(wc -l <.kad/waits)" 2
