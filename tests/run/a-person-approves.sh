#!/usr/bin/env bash
# An approval waits without a process until a person chooses; the choice picks the route, and
# who chose, when and why is stored.
source "$(dirname "$0")/lib.sh"

new_project project
workflow release <<'END'
name: Release
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow release
    params:
      - {name: tag, type: string}
steps:
  - id: decide
    approval:
      prompt: "Release {{ trigger.tag }}?"
      choices: [go, stop]
      timeout: 2d
    onOutcome: {go: publish, stop: $complete}
    onTimeout: remind
  - id: publish
    run: [echo, "{{ steps.decide.outputs.by }}", "{{ steps.decide.outputs.comment ?? '' }}"]
    idempotent: true
  - id: remind
    run: [echo, Too late]
    recovers: true
END
kad build >/dev/null

output() { sql "SELECT json_extract(outputs, '\$.$1') FROM step_executions WHERE step_id = 'decide' ORDER BY rowid DESC LIMIT 1"; }
events() { sql "SELECT count(*) FROM execution_history WHERE execution_id = '$(execution)'"; }

it "leaves the execution waiting, and says how to decide"
exits 3 kad workflow release --tag v1
equal status "$(status)" waiting
contains "$temporary/err" "Release v1?"
contains "$temporary/err" "kad workflow approve $(execution) --choice go"
contains "$temporary/err" "kad workflow approve $(execution) --choice stop"

it "says it in a way that neither a terminal nor a shell takes amiss"
exits 3 kad workflow run --db "$temporary/my store.db" release --tag $'v1\e[2J\nand v2'
lacks "$temporary/err" $'\e'
grep -qx "  and v2?" "$temporary/err" || fail "the second line has no margin"
next=$(sed -n 's/^  \(kad workflow approve .* --choice stop.*\)/\1/p' "$temporary/err")
exits 0 sh -c "$next"
exits 0 kad workflow status

it "shows the question in the status"
exits 0 kad workflow status "$(execution)"
contains "$temporary/out" "Release v1?"
contains "$temporary/out" "--choice stop"
exits 0 kad workflow status --json "$(execution)"
equal choices "$(jq -c '.gates[0].choices' "$temporary/out")" '["go","stop"]'

it "a resume without a choice changes nothing"
before=$(events)
exits 3 kad workflow resume "$(execution)"
contains "$temporary/err" "--choice go"
equal events "$(events)" "$before"

it "refuses what is no choice"
exits 2 kad workflow approve "$(execution)" --choice perhaps
contains "$temporary/err" "\`go\`, \`stop\`, not \`perhaps\`"
exits 2 kad workflow approve "$(execution)"
contains "$temporary/err" "--choice is missing"
equal status "$(status)" waiting

it "goes where the choice leads, and keeps who, when and why"
exits 0 kad workflow approve "$(execution)" --choice go --comment "All is \"green\""
equal route "$(route)" "decide publish"
equal by "$(output by)" "$(id -un)"
equal comment "$(output comment)" 'All is "green"'
equal outcome "$(sql "SELECT outcome FROM step_executions WHERE step_id = 'decide'")" go
exits 0 kad workflow history "$(execution)"
contains "$temporary/out" "$(id -un)"

it "an approved execution takes no second choice"
exits 2 kad workflow approve "$(execution)" --choice stop
contains "$temporary/err" "has ended already"
equal route "$(route)" "decide publish"

it "another choice leads elsewhere"
exits 3 kad workflow release --tag v2
exits 0 kad workflow approve "$(execution)" --choice stop
equal route "$(route)" "decide"

it "too late is too late, and takes onTimeout"
exits 3 kad workflow release --tag v3
sql "UPDATE gates SET due_at = opened_at"
exits 2 kad workflow approve "$(execution)" --choice go
exits 0 kad workflow resume "$(execution)"
equal route "$(route)" "decide:timed_out remind"

it "a decision that is killed at any commit is made once"
source "$(dirname "$0")/crash.sh"
exits 3 kad workflow release --tag v4
is_asked() { [ "$(sql "SELECT count(*) FROM gates")" = 1 ]; }
go_on() { # COMMAND...
    if is_asked; then
        "$@" kad workflow approve "$(execution)" --choice go
    else
        "$@" kad workflow resume "$(execution)"
    fi
}
for n in 1 2 3 4; do
    go_on killed_at fsync,fdatasync "$n" 2>/dev/null || true
done
go_on exits 0
equal route "$(route)" "decide publish"

it "what waits can be cancelled"
exits 3 kad workflow release --tag v5
exits 0 kad workflow cancel "$(execution)"
equal status "$(status)" cancelled
exits 2 kad workflow approve "$(execution)" --choice go
