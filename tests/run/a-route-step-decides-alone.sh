#!/usr/bin/env bash
# A `route:` step has a row and a history, decides the same after a kill, takes onFailure when
# its expression has no value, and bounds a loop.
source "$(dirname "$0")/lib.sh"

new_project project
workflow decide <<'END'
name: Decide
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow decide
    params: [{name: a, type: integer}, {name: b, type: integer}]
steps:
  - id: compare
    onFailure: complain
    route:
      switch:
        - when: "{{ trigger.a % trigger.b == 0 }}"
          then: divisible
      else: $complete
  - {id: divisible, run: [echo, divisible]}
  - {id: complain, run: [echo, no], recovers: true}
END
workflow round <<'END'
name: Round
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow round}
steps:
  - {id: work, run: [echo, work], onSuccess: again}
  - id: again
    maxRetries: 2
    onFailure: $complete
    route:
      condition: "{{ workflow.status == 'completed' }}"
      then: work
      else: $fail
END
kad build >/dev/null

it "goes one way or the other, with a row and a history"
exits 0 kad workflow decide --a 6 --b 3
equal route "$(route)" "compare divisible"
equal "row" "$(sql "SELECT module || action FROM step_executions WHERE step_id = 'compare'")" route
exits 0 kad workflow history "$(execution)"
contains "$temporary/out" compare
exits 0 kad workflow decide --a 7 --b 3
equal route "$(route)" "compare"

it "fails, and takes onFailure, when its expression has no value"
exits 0 kad workflow decide --a 7 --b 0
equal route "$(route)" "compare:failed complain"

it "bounds a loop"
exits 1 kad workflow round
equal route "$(route)" "work again work again work again work again:failed"

it "is shown and drawn"
exits 0 kad workflow show decide
contains "$temporary/out" compare
exits 0 kadc --emit=graph workflows/decide.yaml
contains "$temporary/out" divisible
