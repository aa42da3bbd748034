# lib.sh: what the end-to-end tests share: a temporary project, runs, assertions.
#
# In: KAD_BIN, the folder of the built programs; KAD_SOURCE, the source tree. A test is a bash
# script that sources this file, says `it "..."` before each thing that it shows, and fails at
# the first assertion that does not hold.
# shellcheck shell=bash disable=SC2034
set -euo pipefail

: "${KAD_BIN:?the folder of the built programs}" "${KAD_SOURCE:?the source tree}"
export PATH=$KAD_BIN:$PATH
unset KAD_DB NO_COLOR
export LC_ALL=C.UTF-8 # the words of other programs, and the order of sort
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.org
export GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.org

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
claim=

it() {
    claim=$1
    echo "- $claim"
}

fail() {
    echo "FAILED: $claim" >&2
    echo "  $*" >&2
    for file in "$temporary"/out "$temporary"/err; do
        [ ! -s "$file" ] || sed "s/^/  ${file##*\/}: /" "$file" >&2
    done
    exit 1
}

equal() { # WHAT FOUND EXPECTED
    [ "$2" = "$3" ] || fail "$1: found \`$2\`, expected \`$3\`"
}

contains() { # FILE TEXT
    grep -qF -- "$2" "$1" || fail "${1##*/} does not say \`$2\`"
}

lacks() { # FILE TEXT
    ! grep -qF -- "$2" "$1" || fail "${1##*/} says \`$2\`"
}

# Runs a command; its output is in $temporary/out and err.
exits() { # CODE COMMAND...
    local wanted=$1 found=0
    shift
    "$@" >"$temporary/out" 2>"$temporary/err" </dev/null || found=$?
    equal "exit code of $*" "$found" "$wanted"
}

# Until a command succeeds; it is a failure if that takes too long.
eventually() { # COMMAND...
    local left=600
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "never came true: $*"
        sleep 0.05
    done
}

# ---- Projects ----------------------------------------------------------------------------

new_project() { # NAME
    mkdir -p "$temporary/$1"
    cd "$temporary/$1"
    git init -q -b main
    kad init >/dev/null
}

# A workflow of the project, on stdin.
workflow() { # ID
    mkdir -p workflows
    cat >"workflows/$1.yaml"
}

# Modules of the project's own, one in C and one in another language, and a workflow `shout`
# that uses both: --text hello gives OLLEH.
own_modules() {
    mkdir -p modules/shout modules/reverse
    cat >modules/shout/module.yaml <<'END'
module: shout
version: 1.0.0
description: Says things loudly.
actions:
  - name: shout
    description: In capitals.
    inputs: [{name: text, type: string}]
    outputs: [{name: text, type: string}]
    idempotent: true
END
    cat >modules/shout/shout.c <<'END'
/* shout.c: see module.yaml. */
#include "modules/shout.h"

#include <ctype.h>

enum kad_outcome shout_shout(struct kad_step *step, const struct shout_shout_inputs *in,
                             struct shout_shout_outputs *out)
{
    char *text = kad_printf(step, "%s", in->text);

    for (char *c = text; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    out->text = text;
    return KAD_SUCCESS;
}
END
    cat >modules/reverse/module.yaml <<'END'
module: reverse
version: 1.0.0
description: Turns text round.
command: [./reverse]
actions:
  - name: reverse
    description: The last letter first.
    inputs: [{name: text, type: string}]
    outputs: [{name: text, type: string}]
    idempotent: true
END
    cat >modules/reverse/reverse <<'END'
#!/bin/sh
jq -c '{outputs: {text: (.inputs.text | explode | reverse | implode)}}'
END
    chmod +x modules/reverse/reverse
    workflow shout <<'END'
name: Shout
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow shout
    params: [{name: text, type: string}]
steps:
  - {id: loud, module: shout, action: shout, inputs: {text: "{{ trigger.text }}"}, onSuccess: back}
  - {id: back, module: reverse, action: reverse, inputs: {text: "{{ steps.loud.outputs.text }}"}}
outputs:
  - {name: text, value: "{{ steps.back.outputs.text }}"}
END
}

# A project whose tests pass when the file `feature` says `works`. Each run of them leaves a
# line in .kad/test-runs.
feature_project() { # NAME
    mkdir -p "$temporary/$1"
    cd "$temporary/$1"
    git init -q -b main
    printf 'test:\n\t@sh tests.sh\n' >Makefile
    cat >tests.sh <<'END'
echo run >>.kad/test-runs
echo 1..1
if grep -qx works feature; then echo "ok 1 - feature"; else echo "not ok 1 - feature"; exit 1; fi
END
    echo "# A project" >README.md
    git add -A
    git commit -q -m "Begin"
    kad init >/dev/null
    rm -r workflows
    echo "agent: {replay: .kad/recorded.yaml}" >.kad/config.yaml
}

# Recorded answers; each part is one that the agent may give.
recorded_analyze='- {step: analyze, answer: {complexity: low, estimatedTime: 1, summary: Small.}}'
recorded_plan='- step: plan
  answer:
    plan:
      summary: Write it.
      tasks: [{title: Write, files: [feature], details: One file.}]
      tests: [feature]'
recorded_implement() { # WHAT THE FILE SAYS
    printf -- '- step: implement\n  edits: [{path: feature, content: "%s\\n"}]\n' "$1"
    printf -- '  answer: {summary: Written.}\n'
}
recorded_fix() { # WHAT THE FILE SAYS [VISIT]
    printf -- '- step: fix-tests\n%s' "${2:+  visit: $2
}"
    printf -- '  edits: [{path: feature, content: "%s\\n"}]\n' "$1"
    printf -- '  answer: {fixed: true, summary: Mended.}\n'
}
recorded_document='- step: document
  edits: [{path: README.md, content: "# A project with a feature\n"}]
  answer: {summary: Told.}'

record() { # PART...
    printf '%s\n' "$@" >.kad/recorded.yaml
}

# ---- What is stored ----------------------------------------------------------------------

sql() { sqlite3 -bail -noheader -cmd ".timeout 5000" "${database:-.kad/kad.db}" "$1"; }

# The newest execution.
execution() { sql "SELECT id FROM executions ORDER BY slot DESC LIMIT 1"; }

status() { sql "SELECT status FROM executions ORDER BY slot DESC LIMIT 1"; }

# Its steps in the order in which they ran, one word for each attempt: STEP, or STEP:STATUS
# where it did not complete.
route() {
    sql "SELECT group_concat(step_id || iif(status = 'completed', '', ':' || status), ' ')
        FROM (SELECT step_id, status FROM step_executions
            WHERE execution_id = '$(execution)' ORDER BY rowid)"
}
