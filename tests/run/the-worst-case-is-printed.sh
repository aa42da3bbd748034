#!/usr/bin/env bash
# `kadc --emit=bounds` and `kad workflow show` print the worst case in one line, with the step
# or loop that takes the most of it.
source "$(dirname "$0")/lib.sh"

new_project project
workflow loop <<'END'
name: Loop
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow loop}
steps:
  - {id: build, run: [make], timeout: 10m, onSuccess: test, onFailure: $fail}
  - {id: test, run: [make, test], timeout: 5m, onSuccess: publish, onFailure: mend}
  - {id: mend, run: [make, mend], timeout: 5m, maxRetries: 2, onSuccess: test, onFailure: $fail}
  - {id: publish, run: [make, publish], timeout: 3h, onFailure: $fail}
END
workflow chain <<'END'
name: Chain
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow chain}
steps:
  - {id: one, run: [echo, "1"], onSuccess: two, onFailure: $fail}
  - {id: two, run: [echo, "2"], onFailure: $fail}
END
line="At most 9 step runs (7 in the loop of test and mend), 0 agent calls, 3h 45m (3h 0m in publish)"

it "names the loop and the step"
exits 0 kadc --emit=bounds workflows/loop.yaml
equal bounds "$(cat "$temporary/out")" "loop: $line"

it "shows the same line"
exits 0 kad workflow show loop
contains "$temporary/out" "$line"

it "says that nothing limits the time, and names no step where all take the same"
exits 0 kadc --emit=bounds workflows/chain.yaml
equal bounds "$(cat "$temporary/out")" "chain: At most 2 step runs, 0 agent calls, no limit on time"

it "is what happens, at most"
sed -i 's/run: \[make.*\], t/run: ["false"], t/; s/\["false"\], timeout: 10m/["true"], timeout: 10m/' workflows/loop.yaml
sed -i '/id: mend/s/"false"/"true"/' workflows/loop.yaml
exits 1 kad workflow loop
equal runs "$(sql "SELECT count(*) FROM step_executions WHERE action = 'run' AND inputs IS NOT NULL")" 8
