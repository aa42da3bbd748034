#!/usr/bin/env bash
# A run with branches, items, a wait, a retry and a called workflow is killed at any of its
# checkpoints, and resumed to the same end; the resume is killed as well.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/crash.sh"

new_project project
# Each call leaves its name and its attempt; the first attempt at `flaky` fails.
cat >call <<'END'
#!/bin/sh
echo "$1.$KAD_ATTEMPT" >>.kad/calls
echo "this is $1"
[ "$1" != flaky ] || [ "$KAD_ATTEMPT" -gt 1 ]
END
chmod +x call
workflow inner <<'END'
name: Inner
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow inner, params: [{name: text, type: string}]}
steps:
  - {id: inside, run: [./call, inside, "{{ trigger.text }}"], idempotent: true, onSuccess: after}
  - {id: after, run: [./call, after], idempotent: true}
outputs:
  - {name: said, value: "{{ steps.inside.outputs.stdout }}"}
END
workflow blocks <<'END'
name: Blocks
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow blocks
    params: [{name: names, type: array, items: string, default: [ada, bob, cyd, dan]}]
steps:
  - {id: first, run: [./call, first], idempotent: true, onSuccess: both}
  - id: both
    parallel:
      branches:
        left:
          - {id: left-one, run: [./call, left-one], idempotent: true, onSuccess: flaky}
          - id: flaky
            run: [./call, flaky]
            idempotent: true
            retry: {maxAttempts: 3, backoff: {initial: 10ms}}
        right:
          - {id: rest, wait: 20ms, onSuccess: right-one}
          - {id: right-one, run: [./call, right-one], idempotent: true}
    onSuccess: each
  - id: each
    forEach: "{{ trigger.names }}"
    as: who
    max: 10
    concurrency: 2
    steps:
      - {id: greet, run: [./call, "greet-{{ who }}"], idempotent: true, onSuccess: leave}
      - {id: leave, run: [./call, "leave-{{ index }}"], idempotent: true}
    onSuccess: child
  - {id: child, workflow: inner, inputs: {text: "{{ steps.right-one.outputs.stdout }}"}, onSuccess: last}
  - {id: last, run: [./call, last], idempotent: true}
outputs:
  - {name: greetings, value: "{{ join(steps.greet.outputs.stdout, '') }}"}
  - {name: said, value: "{{ steps.child.outputs.said }}"}
END
kad build >/dev/null

start_again() {
    rm -rf .kad/kad.db* .kad/locks .kad/logs .kad/calls
    touch .kad/calls
}

root() { sql "SELECT id FROM executions WHERE parent_id IS NULL"; }

# What remains the same however often a run is killed: of both executions.
whole_outcome() {
    sql "SELECT workflow_id, status, error, outputs FROM executions ORDER BY workflow_id;
        SELECT step_id, item, visit, attempt, status, outputs, error FROM step_executions
            ORDER BY step_id, item, visit, attempt;
        SELECT count(*) FROM positions;
        SELECT count(*) FROM gates;
        SELECT count(*) FROM (SELECT execution_id FROM execution_history
            GROUP BY execution_id HAVING max(seq) <> count(*));
        PRAGMA integrity_check;
        PRAGMA foreign_key_check"
}

# One word for each call that the ended step runs have made.
calls_of_ended() {
    [ -s .kad/kad.db ] || return 0
    sql "SELECT json_extract(inputs, '\$.argv[1]') || '.' || attempt FROM step_executions
        WHERE status <> 'running' AND action = 'run'" 2>/dev/null | sort || true
}

count_calls() { # NAMES
    local name
    for name in $1; do
        grep -cx "$name" .kad/calls || true
    done
}

# Kills at the Nth of these system calls, and the resume at the Mth, if it comes to that.
kill_twice_and_resume() { # SYSCALLS N M
    local ended calls
    start_again
    if killed_at "$1" "$2" .kad/bin/wf-blocks; then
        return 1
    fi 2>/dev/null
    if [ ! -s .kad/kad.db ] || [ -z "$(root 2>/dev/null)" ]; then
        equal "steps called before anything is stored" "$(cat .kad/calls)" ""
        return 0
    fi
    ended=$(calls_of_ended)
    calls=$(count_calls "$ended")
    if [ "$3" -gt 0 ]; then
        killed_at "$1" "$3" .kad/bin/wf-blocks --resume "$(root)" || true
    fi 2>/dev/null
    exits 0 kad workflow resume "$(root)"
    equal "outcome after a kill at $1 number $2, then $3" "$(whole_outcome)" "$undisturbed"
    equal "calls of what had ended ($ended)" "$(count_calls "$ended")" "$calls"
}

kill_at_every() { # SYSCALLS STEP
    local n=1
    while kill_twice_and_resume "$1" "$n" "$((n % 7))"; do
        n=$((n + $2))
        [ "$n" -lt 2000 ] || fail "there is no end of $1"
    done
    echo "  killed at $(((n - 1) / $2)) places"
    [ "$n" -gt 20 ] || fail "only $n calls of $1: nothing was tested"
}

it "is not disturbed by strace itself"
start_again
exits 0 kad workflow blocks
undisturbed=$(whole_outcome)
contains .kad/calls leave-3
contains .kad/calls after

it "survives SIGKILL at syncs"
kill_at_every fdatasync,fsync "${KAD_EVERYWHERE:-2}"

it "survives SIGKILL at writes to the store"
kill_at_every pwrite64 "${KAD_EVERYWHERE:-12}"
