#!/usr/bin/env bash
# A choice or an event that comes while a process runs the execution is taken, whether by that
# process or, if it ends without having looked, by the one that brought it.
source "$(dirname "$0")/lib.sh"

new_project project
workflow decide <<'YAML'
name: Decide
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow decide}
steps:
  - id: both
    parallel:
      branches:
        person: [{id: ask, approval: {prompt: "Well?", choices: [good, bad]}, onOutcome: {good: $complete, bad: $fail}}]
        event: [{id: hear, wait: {event: news, match: {about: kad}}}]
        work: [{id: work, run: [sh, -c, "touch .kad/begun; while [ ! -e .kad/go ]; do sleep 0.02; done"], idempotent: true}]
    onSuccess: say
  - {id: say, run: [echo, "{{ steps.ask.outputs.by }}"]}
YAML
kad build >/dev/null 2>&1

begin() {
    rm -f .kad/go .kad/begun
    kad workflow decide >"$temporary/run.out" 2>"$temporary/run.err" &
    engine=$!
    eventually test -e .kad/begun
}

answer_is_stored() { # KIND
    [ "$(sql "SELECT count(*) FROM gates WHERE kind = '$1' AND answer IS NOT NULL")" = 1 ]
}

is_completed() { # STEP
    [ "$(sql "SELECT status FROM step_executions WHERE execution_id = '$(execution)' AND step_id = '$1'")" = completed ]
}

# The engine stands still while an answer comes, and never goes on.
dies_before_it_looks() { # KIND COMMAND...
    kill -STOP "$engine"
    "${@:2}" >"$temporary/told.out" 2>"$temporary/told.err" &
    teller=$!
    eventually answer_is_stored "$1"
    touch .kad/go
    kill -KILL "$engine"
    wait "$engine" 2>/dev/null || true
    wait "$teller" || true
}

it "a live run takes a choice, and says in its history who has chosen"
begin
exits 0 kad workflow approve "$(execution)" --choice good --comment fine
contains "$temporary/out" "told process $engine"
eventually is_completed ask
exits 0 kad workflow history "$(execution)"
contains "$temporary/out" "\"by\":\"$(id -un)\""
contains "$temporary/out" "\"comment\":\"fine\""
exits 0 kad emit news about=kad
eventually is_completed hear
touch .kad/go
wait "$engine"

it "what is not UTF-8 in a comment is replaced, whoever stores it"
begin
exits 0 kad workflow approve "$(execution)" --choice good --comment $'f\xffne'
eventually is_completed ask
exits 0 kad emit news about=kad
touch .kad/go
wait "$engine"
exits 0 kad workflow history "$(execution)"
contains "$temporary/out" $'"comment":"f\xef\xbf\xbdne"'

it "an execution that has ended takes no choice"
exits 2 kad workflow approve "$(execution)" --choice bad
contains "$temporary/err" "has ended already"

it "a choice goes on without the process that was told"
begin
dies_before_it_looks approval kad workflow approve "$(execution)" --choice good
is_completed ask || fail "the choice is lost"
is_completed work || fail "it has not gone on"
equal status "$(status)" waiting

it "what an event waits for is said with all that it has to match"
exits 3 kad workflow resume "$(execution)"
contains "$temporary/err" "kad emit news --data '{\"about\":\"kad\"}'"
exits 0 kad emit news --data '{"about":"kad"}'
equal status "$(status)" completed

it "an event is kept for the next resume if its process has died"
begin
dies_before_it_looks event kad emit news about=kad
contains "$temporary/told.out" "kad workflow resume $(execution)"
exits 3 kad workflow resume "$(execution)"
is_completed hear || fail "the event is lost"

it "what a called workflow asks can be answered by the name of its caller, too"
workflow outer <<'YAML'
name: Outer
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow outer}
steps:
  - {id: call, workflow: decide}
YAML
kad build outer >/dev/null 2>&1
rm -f .kad/go .kad/begun
kad workflow outer >/dev/null 2>&1 &
engine=$!
eventually test -e .kad/begun
called=$(execution)
exits 0 kad workflow approve "$(sql "SELECT parent_id FROM executions WHERE id = '$called'")" --choice bad
equal outcome "$(sql "SELECT outcome FROM step_executions WHERE execution_id = '$called' AND step_id = 'ask'")" bad
wait "$engine" && fail "it has not failed"
equal status "$(status)" failed

it "an event is stored also where what it lets go on fails, and that is said"
workflow fragile <<'YAML'
name: Fragile
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow fragile}
steps:
  - {id: hear, wait: {event: noise}, onSuccess: break}
  - {id: break, run: ["false"]}
YAML
exits 3 kad workflow fragile
exits 0 env --ignore-signal=CHLD kad emit noise
contains "$temporary/err" "noise is stored; execution $(execution), which it let go on, has failed (exit 1)"
equal status "$(status)" failed

it "what waits for an event goes on also where nobody reads what is printed"
exits 3 kad workflow fragile
exec 3> >(exit 0)
wait $!
kad emit noise >&3 2>"$temporary/err" || fail "exit code $?"
exec 3>&-
equal status "$(status)" failed

it "an event is stored, too, where nothing has run yet"
mkdir "$temporary/fresh"
cd "$temporary/fresh"
git init -q -b main
exits 0 kad emit order.paid id=17
equal event "$(sql "SELECT name, data FROM events")" 'order.paid|{"id":"17"}'
equal "what git sees" "$(git status --porcelain)" ""
