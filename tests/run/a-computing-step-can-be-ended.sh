#!/usr/bin/env bash
# A step in C that computes looks at no signal: the first stops the execution behind it, the
# second ends the engine at once, and a resume goes on.
source "$(dirname "$0")/lib.sh"

new_project project
mkdir -p modules/busy
cat >modules/busy/module.yaml <<'END'
module: busy
version: 1.0.0
description: Computes until a file is there.
actions:
  - {name: compute, description: Computes., idempotent: true}
END
cat >modules/busy/busy.c <<'END'
#include <stdio.h>
#include <unistd.h>

#include "modules/busy.h"

enum kad_outcome busy_compute(struct kad_step *step)
{
    (void)step;
    fclose(fopen(".kad/computes", "w"));
    while (access(".kad/go", F_OK) < 0)
        continue;
    return KAD_SUCCESS;
}
END
workflow compute <<'END'
name: Compute
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow compute}
steps:
  - {id: compute, module: busy, action: compute, onSuccess: end}
  - {id: end, run: ["true"]}
END
kad build >/dev/null

begin() {
    rm -f .kad/computes .kad/go
    .kad/bin/wf-compute >/dev/null 2>&1 &
    engine=$!
    eventually test -e .kad/computes
}

# Its exit code, in `code`.
ended() {
    code=0
    wait "$engine" || code=$?
}

it "stops behind the step at the first signal"
begin
kill -INT "$engine"
touch .kad/go
ended
equal "exit code" "$code" 3
equal status "$(status)" paused
equal route "$(route)" compute
exits 0 kad workflow resume "$(execution)"
equal route "$(route)" "compute end"

it "ends at the second, and can be resumed"
begin
kill -INT "$engine"
kill -TERM "$engine"
ended
equal "exit code" "$code" 3
equal "what runs" "$(route)" compute:running
touch .kad/go
exits 0 kad workflow resume "$(execution)"
equal route "$(route)" "compute end"
