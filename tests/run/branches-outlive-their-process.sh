#!/usr/bin/env bash
# Branches, items and called workflows run beside each other, and go on where each was after
# their process was killed.
source "$(dirname "$0")/lib.sh"

new_project project
workflow send <<'END'
name: Send
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow send
    params: [{name: to, type: string}]
steps:
  - id: post
    run: [./note, "post-{{ trigger.to }}"]
    idempotent: true
outputs:
  - name: sent
    value: "{{ steps.post.outputs.stdout }}"
END
workflow work <<'END'
name: Work
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow work
    params: [{name: files, type: array, items: string}]
steps:
  - id: all
    parallel:
      branches:
        slow: [{id: slow, run: [./hold, slow], idempotent: true}]
        unsafe: [{id: unsafe, run: [./hold, unsafe]}]
        items:
          - id: each
            forEach: "{{ trigger.files }}"
            as: file
            max: 10
            concurrency: 2
            steps:
              - id: look
                run: [./note, "look-{{ file }}"]
                idempotent: true
                lock: tree
                onSuccess: mend
              - id: mend
                run: [./note, "mend-{{ file }}-{{ steps.look.outputs.stdout }}"]
                idempotent: true
    onSuccess: tell
  - id: tell
    workflow: send
    inputs: {to: "{{ steps.slow.outputs.stdout }}"}
outputs:
  - name: said
    value: "{{ steps.tell.outputs.sent }}"
END
cat >note <<'END'
#!/bin/sh
echo "$1" >>.kad/notes
printf %s "$1"
END
cat >hold <<'END'
#!/bin/sh
echo "$1" >>.kad/notes
[ -e .kad/open ] || { touch ".kad/held-$1"; exec sleep 3600; }
printf %s "$1"
END
chmod +x note hold
kad build >/dev/null

all_are_there() {
    [ -e .kad/held-slow ] && [ -e .kad/held-unsafe ] &&
        [ "$(sql "SELECT count(*) FROM step_executions WHERE step_id = 'each' AND status = 'completed'")" = 1 ]
}

it "branches go on while others are at work"
kad workflow work --files a --files b --files c >/dev/null 2>&1 &
engine=$!
eventually all_are_there

it "a killed one has nothing left, and asks for the step that may not repeat"
kill -KILL "$engine"
wait "$engine" 2>/dev/null || true
touch .kad/open
exits 3 kad workflow resume "$(execution)"
contains "$temporary/err" "\`unsafe\` was interrupted"
lacks "$temporary/err" "\`slow\` was interrupted"
equal "runs of slow" "$(grep -c '^slow$' .kad/notes)" 1

it "an answer lets all go on to the end"
work=$(execution)
exits 2 kad workflow resume --retry --step mend "$work"
exits 0 kad workflow resume --retry --step unsafe "$work"
contains "$temporary/err" "said: post-slow"
equal "runs of slow" "$(grep -c '^slow$' .kad/notes)" 2
equal "runs of unsafe" "$(grep -c '^unsafe$' .kad/notes)" 2
equal "runs of look" "$(grep -c '^look-' .kad/notes)" 3
contains .kad/notes "mend-b-look-b"
equal "attempts of unsafe" \
    "$(sql "SELECT group_concat(status) FROM step_executions WHERE step_id = 'unsafe'")" \
    failed,completed

it "the called workflow is an execution of its own"
equal "its status" \
    "$(sql "SELECT status FROM executions WHERE parent_id = '$work'")" completed
equal "positions" "$(sql "SELECT count(*) FROM positions")" 0
