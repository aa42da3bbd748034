#!/usr/bin/env bash
# A named outcome of a native action and of a program picks the next step, is stored, and can
# be given for a step that is skipped.
source "$(dirname "$0")/lib.sh"

new_project project
mkdir -p modules/vote modules/count
cat >modules/vote/module.yaml <<'END'
module: vote
version: 1.0.0
description: Votes.
command: [./vote]
actions:
  - name: ask
    description: Gives back what it is given.
    inputs: [{name: answer, type: string}]
    outcomes: [yes-please, no-thanks]
END
cat >modules/vote/vote <<'END'
#!/bin/sh
[ ! -e .kad/slow ] || { touch .kad/begun; sleep 1000; }
jq -c '{outcome: .inputs.answer} | if .outcome == "" then {} else . end'
END
chmod +x modules/vote/vote
cat >modules/count/module.yaml <<'END'
module: count
version: 1.0.0
description: Counts.
actions:
  - name: parity
    description: Tells even from odd.
    inputs: [{name: number, type: integer}]
    outcomes: [even, odd]
    idempotent: true
END
cat >modules/count/count.c <<'END'
/* count.c: see module.yaml. */
#include "modules/count.h"

enum kad_outcome count_parity(struct kad_step *step, const struct count_parity_inputs *in,
                              enum count_parity_outcome *outcome)
{
    kad_log(step, "counted");
    if (in->number == 0)
        return KAD_SUCCESS;
    *outcome = in->number % 2 ? COUNT_PARITY_ODD : COUNT_PARITY_EVEN;
    return KAD_SUCCESS;
}
END
workflow vote <<'END'
name: Vote
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow vote
    params: [{name: answer, type: string}, {name: number, type: integer, default: 2}]
steps:
  - id: ask
    module: vote
    action: ask
    inputs: {answer: "{{ trigger.answer }}"}
    onOutcome: {yes-please: parity, no-thanks: stop}
    onFailure: $fail
  - id: parity
    module: count
    action: parity
    inputs: {number: "{{ trigger.number }}"}
    onOutcome: {even: go, odd: stop}
    onFailure: $fail
  - {id: go, run: [echo, go]}
  - {id: stop, run: [echo, stop]}
END
kad build >/dev/null

outcome_of() { sql "SELECT outcome FROM step_executions WHERE execution_id = '$(execution)' AND step_id = '$1'"; }
error_code() { sql "SELECT json_extract(error, '\$.code') FROM executions ORDER BY slot DESC LIMIT 1"; }

it "takes the route of a program's outcome, and of a C function's"
exits 0 kad workflow vote --answer yes-please
equal route "$(route)" "ask parity go"
equal "outcome of ask" "$(outcome_of ask)" yes-please
equal "outcome of parity" "$(outcome_of parity)" even
exits 0 kad workflow vote --answer yes-please --number 3
equal route "$(route)" "ask parity stop"
exits 0 kad workflow vote --answer no-thanks
equal route "$(route)" "ask stop"

it "says it in the history"
exits 0 kad workflow history "$(execution)" --json
contains "$temporary/out" no-thanks

it "fails where a success has no outcome, or an unknown one"
for answer in "" perhaps; do
    exits 1 kad workflow vote --answer "$answer"
    equal route "$(route)" "ask:failed"
    equal error "$(error_code)" bad_output
done
exits 1 kad workflow vote --answer yes-please --number 0
equal route "$(route)" "ask parity:failed"
equal error "$(error_code)" bad_output

it "asks for the outcome of a step that is skipped"
touch .kad/slow
kad workflow vote --answer yes-please >/dev/null 2>&1 &
engine=$!
eventually test -e .kad/begun
kill -KILL "$engine"
wait "$engine" 2>/dev/null || true
rm .kad/slow
exits 2 kad workflow resume "$(execution)" --skip
contains "$temporary/err" --outcome
exits 2 kad workflow resume "$(execution)" --skip --outcome perhaps
exits 0 kad workflow resume "$(execution)" --skip --outcome no-thanks
equal route "$(route)" "ask:skipped stop"
equal "outcome of ask" "$(outcome_of ask)" no-thanks
