#!/usr/bin/env bash
# What a person adds by hand is charged to the budget, too: after that, steps fail with
# `budget_exhausted`, across resumes.
source "$(dirname "$0")/lib.sh"

new_project project
cat >pay <<'END'
#!/bin/sh
echo paid >>.kad/payments
[ ! -e .kad/slow ] || { touch .kad/begun; sleep 1000; }
END
chmod +x pay
workflow pay <<'END'
name: Pay
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow pay}
budget: {steps: 2}
steps:
  - {id: pay, run: [./pay], onSuccess: thank, onFailure: $fail}
  - {id: thank, run: [echo, thanks], onFailure: $fail}
END
kad build >/dev/null

it "runs what fits"
exits 0 kad workflow pay

it "fails the step that does not fit any more, after a resume"
touch .kad/slow
kad workflow pay >/dev/null 2>&1 &
engine=$!
eventually test -e .kad/begun
kill -KILL "$engine"
wait "$engine" 2>/dev/null || true
rm .kad/slow
exits 1 kad workflow resume "$(execution)" --retry
equal route "$(route)" "pay:failed pay thank:failed"
equal error "$(sql "SELECT json_extract(error, '\$.code') FROM executions ORDER BY slot DESC LIMIT 1")" \
    budget_exhausted

it "starts with a fresh budget after a failure"
exits 0 kad workflow resume "$(execution)"
equal status "$(status)" completed

it "does not compile what may take more"
sed -i 's/steps: 2/steps: 1/' workflows/pay.yaml
exits 2 kad workflow pay
contains "$temporary/err" KAD0316
