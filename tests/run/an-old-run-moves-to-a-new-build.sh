#!/usr/bin/env bash
# A workflow is edited and built again while an execution of it has stopped: --upgrade moves it
# to the new build, where all that is stored means the same there. What does not is listed, and
# nothing is changed.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/crash.sh"

new_project project

build_of() { sql "SELECT build_id FROM executions WHERE id = '$1'"; }
events() { sql "SELECT count(*) FROM execution_history"; }
said() { # STEP
    sql "SELECT coalesce(json_extract(outputs, '\$.said'), trim(json_extract(outputs, '\$.stdout'), char(10)))
        FROM step_executions WHERE execution_id = '$id' AND step_id = '$1' ORDER BY rowid DESC LIMIT 1"
}
begin() { # CODE WORKFLOW
    exits "$1" kad workflow run "$2"
    id=$(execution)
    build=$(build_of "$id")
}
built() { exits 0 kad build; }
edit() { # FILE SED
    sed -i "$2" "$1"
    built
}
moves() { # CODE
    exits "$1" kad workflow resume "$id" --upgrade
    equal event "$(sql "SELECT data FROM execution_history WHERE execution_id = '$id'
        AND event_type = 'execution_resumed' ORDER BY seq DESC LIMIT 1 OFFSET ${2:-1}")" \
        "{\"upgrade\":{\"from\":\"$build\",\"to\":\"$(build_of "$id")\"}}"
    [ "$(build_of "$id")" != "$build" ] || fail "it is on the old build"
}
# Refused, with these reasons, and nothing is changed.
refuses() { # REASON...
    local before status reason
    before=$(events) status=$(status)
    exits 2 kad workflow resume "$id" --upgrade
    for reason; do contains "$temporary/err" "$reason"; done
    equal reasons "$(grep -c '^  ' "$temporary/err")" $(($# + 1))
    equal events "$(events)" "$before"
    equal build "$(build_of "$id")" "$build"
    equal status "$(status)" "$status"
}

# ---- A line of steps ---------------------------------------------------------------------

mkdir -p modules/tell
cat >modules/tell/module.yaml <<'YAML'
module: tell
version: 1.0.0
description: Says something.
command: [./tell]
actions:
  - name: tell
    description: Says it.
    inputs: [{name: to, type: string}]
    outputs: [{name: said, type: string}]
    idempotent: true
YAML
cat >modules/tell/tell <<'SH'
#!/bin/sh
echo '{"outputs": {"said": "old module"}}'
SH
chmod +x modules/tell/tell
workflow line <<'YAML'
name: Line
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow line, params: [{name: to, type: string, default: you}]}
steps:
  - {id: first, module: tell, action: tell, inputs: {to: "{{ trigger.to }}"}, onSuccess: ask}
  - id: ask
    approval: {prompt: Go on?, choices: [go, stop]}
    onOutcome: {go: say, stop: $fail}
  - {id: say, run: [echo, "old, {{ steps.first.outputs.said }}"], onSuccess: last}
  - {id: last, module: tell, action: tell, inputs: {to: all}}
YAML
cp -r workflows modules "$temporary"
reset() {
    rm -r workflows modules
    cp -r "$temporary/workflows" "$temporary/modules" .
    built
}

it "without --upgrade it ends on the old code, its modules too"
built
begin 3 line
sed -i 's/old/new/' modules/tell/tell
edit workflows/line.yaml 's/old,/new,/'
exits 0 kad workflow approve "$id" --choice go
equal "what is said" "$(said say)" "old, old module"
equal "the module that was kept" "$(said last)" "old module"

it "--upgrade takes the new code and its modules, and another prompt does not matter"
reset
begin 3 line
sed -i 's/old/new/' modules/tell/tell
sed -i 's/Go on?/Really?/; s/1.0.0/1.1.0/' workflows/line.yaml
edit workflows/line.yaml 's/old,/new,/'
moves 3 0
equal version "$(sql "SELECT workflow_version FROM executions WHERE id = '$id'")" 1.1.0
exits 0 kad workflow approve "$id" --choice go
equal "what is said" "$(said say)" "new, old module"
equal "the module that is kept" "$(said last)" "new module"

it "the newest build is not left"
begin 3 line
exits 3 kad workflow resume "$id" --upgrade
contains "$temporary/err" "is on this build already"
exits 0 kad workflow approve "$id" --choice go

it "lists what does not fit, and changes nothing"
reset
begin 3 line
sed -i 's/name: said, type: string/name: said, type: integer/' modules/tell/module.yaml
sed -i 's/name: to, type: string, default: you/name: to, type: integer, default: 3/' workflows/line.yaml
sed -i 's/to: "{{ trigger.to }}"/to: "{{ trigger.to }}."/' workflows/line.yaml
sed -i 's/^steps:/workspace: worktree\n&/' workflows/line.yaml
edit workflows/line.yaml 's/ask/decide/'
refuses "step \`ask\`, which the execution is at, is not there any more" \
    "output \`said\` of \`first\` was string, is integer" \
    "parameter \`to\` was string, is integer" "\`workspace:\` here before, now worktree"
contains "$temporary/err" "nothing is changed"

it "an attempt that is under way keeps its work, its choices and its place"
reset
edit workflows/line.yaml 's/stop/halt/'
refuses "the choices of \`ask\`: \`go\`, \`stop\` before, now \`go\`, \`halt\`"
reset
sed -i '/approval:/d; s/onOutcome: .*/run: ["true"]\n    onSuccess: say/' workflows/line.yaml
built
refuses "step \`ask\`: \`approval\` before, now \`run\`"

it "what is read from now on has to be there"
reset
edit workflows/line.yaml 's/{id: say, .*stdout/&/; s/^  - {id: first, .*/  - {id: zero, run: [echo, zero], onSuccess: first}\n&/; s/old, /{{ steps.zero.outputs.stdout }}/'
refuses "\`ask\` needs the outputs of \`zero\`, which has left none"

it "after all that it still ends on the old code"
exits 0 kad workflow approve "$id" --choice go
equal "what is said" "$(said say)" "old, old module"

# ---- Failed ------------------------------------------------------------------------------

it "a failed execution tries again on code that has been mended, and reads what is new"
workflow mend <<'YAML'
name: Mend
version: 1.0.0
triggers: [{type: cli, command: kad workflow mend}]
steps:
  - {id: work, run: ["false"], onSuccess: say}
  - {id: say, run: [echo, "{{ env.WHO ?? 'nobody' }} {{ env.BEFORE ?? 'unset' }}"]}
YAML
built
BEFORE=earlier begin 1 mend
sed -i 's/env.BEFORE/env.BEFORE ?? env.NOW/' workflows/mend.yaml
edit workflows/mend.yaml 's/"false"/"true"/'
WHO=late BEFORE=afterwards NOW=now moves 0
equal "what is said" "$(said say)" "nobody earlier"

it "a step that is reached by failures alone is not begun without one"
workflow after <<'YAML'
name: After
version: 1.0.0
triggers: [{type: cli, command: kad workflow after}]
steps:
  - {id: work, run: ["true"], onSuccess: report, onFailure: report}
  - id: report
    approval: {prompt: Go on?, choices: [go]}
    onOutcome: {go: say}
  - {id: say, run: [echo, "{{ workflow.error.code ?? 'none' }}"]}
YAML
built
begin 3 after
sed -i "s/onSuccess: report, //; s/ ?? 'none'//" workflows/after.yaml
built
refuses "\`report\` is reached through a failure alone, and nothing has failed"

# ---- Queued ------------------------------------------------------------------------------

it "a queued execution begins with the new code, its modules and its environment"
sed -i 's/new module/old module/' modules/tell/tell
workflow turn <<'YAML'
name: Turn
version: 1.0.0
concurrency: {limit: 1, onFull: queue}
triggers: [{type: cli, command: kad workflow turn}]
steps:
  - {id: hold, run: [sh, -c, "touch holding; until test -e go; do sleep 0.05; done"], timeout: 1m, onSuccess: last}
  - {id: last, module: tell, action: tell, inputs: {to: you}, onSuccess: say}
  - {id: say, run: [echo, old]}
YAML
built
.kad/bin/wf-turn --quiet &
holder=$!
eventually test -e holding
exits 3 kad workflow run turn --no-wait
id=$(sql "SELECT id FROM executions WHERE status = 'queued'")
build=$(build_of "$id")
sed -i 's/old module/new module/' modules/tell/tell
edit workflows/turn.yaml "s/echo, old/echo, \"{{ env.WHO ?? 'nobody' }}\"/"
touch go
wait "$holder"
WHO=somebody moves 0 0
equal "what is said" "$(said say)" "somebody"
equal "the module that has run" "$(said last)" "new module"

# ---- Blocks ------------------------------------------------------------------------------

workflow within <<'YAML'
name: Within
version: 1.0.0
triggers: [{type: cli, command: kad workflow within}]
steps:
  - {id: list, run: [echo, a b], onSuccess: each}
  - id: each
    forEach: "{{ split(trim(steps.list.outputs.stdout), ' ') }}"
    max: 3
    concurrency: 2
    steps:
      - {id: look, run: [echo, "looks at {{ item }}"], onSuccess: allow}
      - {id: allow, approval: {prompt: "{{ item }}?", choices: [go]}, onOutcome: {go: note}}
      - {id: note, run: [echo, "old {{ item }}"]}
    onSuccess: join
  - {id: join, run: [echo, "{{ join(steps.note.outputs.stdout, '') }}"]}
YAML
cp workflows/within.yaml "$temporary"
again() {
    cp "$temporary/within.yaml" workflows
    built
}

it "a block that has begun goes on with its items on the new code"
built
begin 3 within
exits 3 kad workflow approve "$id" --step 'allow[0]' --choice go
edit workflows/within.yaml 's/old {{/new {{/'
moves 3 0
exits 0 kad workflow approve "$id" --step 'allow[1]' --choice go
equal "what is said" "$(said join | tr -d '\n')" "old anew b"

it "what is inside of it, and how it leads on, stays"
again
begin 3 within
sed -i 's/max: 3/max: 2/; s/mode: all//; s/    concurrency: 2/&\n    mode: settle/' workflows/within.yaml
sed -i 's/onSuccess: allow/onSuccess: allow, onFailure: allow/; s/join(steps.note.outputs.stdout/toJson(steps.note.outputs.stdout/; s/stdout, .*)/stdout)/' workflows/within.yaml
built
refuses "the mode of \`each\`: all before, now settle" "\`each\` may have fewer items than before" \
    "what follows \`look\`: success"
again
edit workflows/within.yaml 's/onOutcome: {go: note}/onOutcome: {go: more}/; s/^      - {id: note/      - {id: more, run: [echo], onSuccess: note}\n&/'
refuses "what is inside of \`each\`: \`look\`, \`allow\`, \`note\` before, now \`look\`, \`allow\`, \`more\`, \`note\`"
again
edit workflows/within.yaml 's/forEach: .*/forEach: "{{ [1, 2] }}"/'
refuses "input \`items[]\` of \`each\` was string, is integer"

it "it may start elsewhere at once, and gives up what is under way"
again
begin 3 within
edit workflows/within.yaml 's/old {{/new {{/'
exits 3 kad workflow resume "$id" --upgrade --from each
[ "$(build_of "$id")" != "$build" ] || fail "it is on the old build"
exits 3 kad workflow approve "$id" --step 'allow[0]' --choice go
exits 0 kad workflow approve "$id" --step 'allow[1]' --choice go
equal "what is said" "$(said join | tr -d '\n')" "new anew b"
again

# ---- The environment ---------------------------------------------------------------------

it "what is secret, or a hook's, is not in the environment of its steps"
git commit -q --allow-empty -m first
workflow hide <<'YAML'
name: Hide
version: 1.0.0
workspace: worktree
triggers:
  - {type: cli, command: kad workflow hide, params: [{name: pass, type: string, secret: true}]}
steps:
  - {id: stop, run: ["false"], onSuccess: say}
  - {id: say, run: [sh, -c, 'echo "${PASS_KEY-unset} ${GIT_DIR-unset}"; git rev-parse --abbrev-ref HEAD']}
YAML
built
export PASS_KEY=open-sesame-1234 GIT_DIR=$PWD/.git
exits 1 kad workflow run hide --pass env:PASS_KEY
id=$(execution)
build=$(build_of "$id")
edit workflows/hide.yaml 's/"false"/"true"/'
moves 0
unset PASS_KEY GIT_DIR
equal "what is said" "$(said say | tr '\n' ' ')" "unset unset kad/$id "

# ---- Called workflows --------------------------------------------------------------------

workflow inner <<'YAML'
name: Inner
version: 1.0.0
triggers: [{type: cli, command: kad workflow inner}]
steps:
  - {id: permit, approval: {prompt: Go on?, choices: [go]}, onOutcome: {go: tell}}
  - {id: tell, run: [echo, old]}
outputs:
  - {name: said, value: "{{ steps.tell.outputs.stdout }}"}
YAML
workflow outer <<'YAML'
name: Outer
version: 1.0.0
triggers: [{type: cli, command: kad workflow outer}]
steps:
  - {id: call, workflow: inner, onSuccess: end}
  - {id: end, run: [echo, "{{ steps.call.outputs.said }}"]}
YAML
cp workflows/inner.yaml "$temporary"

it "what it has called is compared, and moves with it"
built
exits 3 kad workflow run outer
id=$(sql "SELECT id FROM executions WHERE workflow_id = 'outer'")
child=$(sql "SELECT id FROM executions WHERE parent_id = '$id'")
build=$(build_of "$id")
edit workflows/inner.yaml 's/permit/allow/'
refuses "in workflow \`inner\`: step \`permit\`, which the execution is at, is not there any more"
cp "$temporary/inner.yaml" workflows
edit workflows/inner.yaml 's/old/new/'

it "killed at any write, both have moved, or neither has"
cp -a .kad "$temporary/stopped"
moved=0 stayed=0
for ((n = 1; ; n++)); do
    rm -rf .kad
    cp -a "$temporary/stopped" .kad
    killed=0
    killed_at pwrite64,fsync,fdatasync "$n" .kad/bin/wf-outer --resume "$id" --upgrade || killed=$?
    equal "build of the child, killed at $n" "$(build_of "$child")" "$(build_of "$id")"
    told=$(sql "SELECT count(*) FROM execution_history WHERE data LIKE '%upgrade%'
        AND execution_id IN ('$id', '$child')")
    if [ "$(build_of "$id")" = "$build" ]; then
        stayed=$((stayed + 1))
        equal "events, killed at $n" "$told" 0
    else
        moved=$((moved + 1))
        equal "events, killed at $n" "$told" 2
    fi
    [ "$killed" = 137 ] || break
done
equal "how it ends when nothing kills it" "$killed" 3
[ "$stayed" -gt 1 ] || fail "it was never killed before it had moved"
[ "$moved" -gt 0 ] || fail "it has never moved"
rm -rf .kad
mv "$temporary/stopped" .kad

it "it moves with what it has called, whichever is named"
id=$child
exits 3 kad workflow resume "$id" --upgrade
id=$(sql "SELECT parent_id FROM executions WHERE id = '$child'")
[ "$(build_of "$id")" != "$build" ] || fail "it is on the old build"
equal "build of both" "$(build_of "$child")" "$(build_of "$id")"
exits 0 kad workflow approve "$id" --choice go
equal "what is said" "$(said end)" "new"

it "is refused where the old build does not say what it was"
begin 3 within
rm -r ".kad/builds/$build"
edit workflows/within.yaml 's/old {{/newer {{/'
exits 2 kad workflow resume "$id" --upgrade
contains "$temporary/err" "does not say what it was"
