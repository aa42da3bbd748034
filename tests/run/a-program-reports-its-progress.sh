#!/usr/bin/env bash
# `kad progress` reaches the engine that runs the step, from wherever the step's program calls
# it, and from nowhere else.
source "$(dirname "$0")/lib.sh"

new_project project
rm workflows/hello.yaml
mkdir -p modules/talker
cat >modules/talker/module.yaml <<'END_MODULE'
module: talker
version: 1.0.0
description: Says what it is doing.
command: [./talker]
actions:
  - {name: talk, description: Talks., inputs: [{name: token, type: string, secret: true}]}
END_MODULE
cat >modules/talker/talker <<'END_PROGRAM'
#!/bin/sh
kad progress "half of it is
done" >/dev/null 2>&1
printf 'no valid \377 text\n\nwith sesame in it\n' >"${KAD_DB%/*}/logs/$KAD_EXECUTION/$KAD_STEP.$KAD_VISIT.$KAD_ATTEMPT.progress"
env >.kad/environment
touch .kad/talks
while [ ! -e .kad/go ]; do sleep 0.02; done
kad progress "the end"
echo '{}'
END_PROGRAM
chmod +x modules/talker/talker
workflow talk <<'END_WORKFLOW'
name: Talk
version: 1.0.0
triggers: [{type: cli, command: kad workflow talk}]
steps:
  - {id: talk, module: talker, action: talk, timeout: 1m, inputs: {token: "{{ secrets.TOKEN }}"}, onSuccess: each}
  - id: each
    forEach: "{{ [1, 2] }}"
    max: 2
    concurrency: 2
    steps: [{id: run, run: [kad, progress, "item {{ item }}"]}]
END_WORKFLOW
export KAD_SECRET_TOKEN=sesame
exits 0 kad build

it "shows it while the step runs"
kad workflow talk >/dev/null 2>"$temporary/plain" &
engine=$!
eventually test -e .kad/talks
eventually grep -q '\*\*\* in it' "$temporary/plain"
contains "$temporary/plain" "talk: half of it is done"
contains "$temporary/plain" "talk: no valid � text"
contains "$temporary/plain" "talk: with *** in it"
exits 0 kad workflow status "$(execution)"
contains "$temporary/out" "with *** in it"
exits 0 kad workflow status --json "$(execution)"
equal "the last line" "$(jq -r '.steps[0].lastLine' "$temporary/out")" "with *** in it"

it "refuses what is not inside of a step"
exits 2 kad progress text
contains "$temporary/err" "not inside of a step"
exits 2 env KAD_DB="$PWD/.kad/kad.db" KAD_KEY=../../../etc/1 kad progress text
exits 2 env KAD_DB="$PWD/.kad/kad.db" KAD_KEY="$(execution)/talk/1/2" kad progress text
contains "$temporary/err" "no engine runs the step $(execution)/talk/1/2 now"
exits 2 env KAD_DB="$PWD/.kad/kad.db" KAD_KEY="$(execution)/talk/1/1" kad progress "
"
contains "$temporary/err" "the text is empty"

it "takes it from any process that has the step's variables"
exits 0 env KAD_DB="$PWD/.kad/kad.db" KAD_KEY="$(execution)/talk/1/1" kad progress "from outside"
eventually grep -q "from outside" "$temporary/plain"
touch .kad/go
wait "$engine" || fail "it did not complete"
contains "$temporary/plain" "talk: the end"
contains "$temporary/plain" "run[0]: item 1"
contains "$temporary/plain" "run[1]: item 2"

it "keeps it in the log, and no pipe"
exits 0 kad workflow logs "$(execution)"
for text in "half of it is done" "with *** in it" "from outside" "the end" "item 1" "item 2"; do
    contains "$temporary/out" "$text"
done
equal pipes "$(find .kad -type p)" ""
exits 2 env KAD_DB="$PWD/.kad/kad.db" KAD_KEY="$(execution)/talk/1/1" kad progress late
contains "$temporary/err" "no engine runs the step"

it "a secret that is cut at the end of a long line is not told in part"
workflow whisper <<'END_WORKFLOW'
name: Whisper
version: 1.0.0
triggers: [{type: cli, command: kad workflow whisper, params: [{name: word, type: string, secret: true}]}]
steps:
  - id: whisper
    run: [sh, -c, 'kad progress "$(head -c 4085 /dev/zero | tr "\0" x)$WORD"']
    env: {WORD: "{{ trigger.word }}"}
END_WORKFLOW
kad build whisper >/dev/null 2>&1
WORD=hunter2hunter2 exits 0 kad workflow run whisper --word env:WORD
exits 0 kad workflow logs "$(execution)"
contains "$temporary/out" xxxx
lacks "$temporary/out" hunter

it "does without it where something else lies in the pipe's place"
workflow planted <<'END_WORKFLOW'
name: Planted
version: 1.0.0
triggers: [{type: cli, command: kad workflow planted}]
steps:
  - {id: plant, run: [sh, -c, 'touch ".kad/logs/$KAD_EXECUTION/later.1.1.progress"'], onSuccess: later}
  - {id: later, run: [kad, progress, text], okExit: [2]}
END_WORKFLOW
exits 0 kad workflow run planted
