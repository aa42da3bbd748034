#!/usr/bin/env bash
# With --json each command prints exactly one JSON document on stdout, whatever the end.
source "$(dirname "$0")/lib.sh"

# The fields of the document, or of its entries, and of the entries of its lists are in
# docs/commands.md; those of a definition may be more.
are_documented() {
    local field
    jq -e 'objects | has("routes") or has("bounds")' "$temporary/out" >/dev/null && return
    jq -r '[.] | flatten | .[] | keys[], (.[]? | arrays | .[]? | objects | keys[])' "$temporary/out" | sort -u |
        while read -r field; do
            grep -qF "\`$field\`" "$KAD_SOURCE/docs/commands.md" ||
                fail "docs/commands.md does not know $field"
        done
}

# Runs, and stdout is one document, in which the jq FILTER is true.
says() { # CODE FILTER COMMAND...
    local code=$1 filter=$2
    shift 2
    exits "$code" "$@"
    jq -es "length == 1 and (.[0] | $filter)" "$temporary/out" >/dev/null ||
        fail "not one document with $filter: $*"
    are_documented
}

mkdir "$temporary/project"
cd "$temporary/project"

it "holds for what makes and shows a project"
says 0 '.made | index("workflows/hello.yaml")' kad init --json
says 0 '.made == []' kad init --json
says 0 '.workflows[0] == {id: "hello", result: "built", program: .workflows[0].program}' kad build --json
says 0 '.workflows[0].result == "current"' kad build --json hello
says 0 '.version | type == "string"' kad version --json
says 0 '.version | type == "string"' kad --json version
says 0 '.problems == 0 and (.checks | map(.name) | index("store"))' kad doctor --json
says 0 '.workflows | map(.id) | index("hello")' kad workflow list --json
says 0 '.id == "hello" and (.steps | length == 3)' kad workflow show hello --json

it "holds when nothing has run"
says 0 '.executions == []' kad workflow status --json

it "holds for runs that complete, fail and pause"
workflow fails <<'END'
name: Fails
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow fails}
steps:
  - {id: break, run: ["false"]}
END
says 0 '.status == "completed" and .exit == 0 and .outputs.greeting == "Hello, Ada!\n"' \
    kad workflow run --json hello --name Ada
completed=$(jq -r .execution "$temporary/out")
says 0 '.status == "completed"' kad workflow hello --json
says 1 '.status == "failed" and .exit == 1 and .error.step == "break"' kad workflow run --json fails
failed=$(jq -r .execution "$temporary/out")
says 3 '.status == "paused" and .exit == 3 and .gate.kind == "ask"' \
    kad workflow run --json implement-feature --feature x
paused=$(jq -r .execution "$temporary/out")

it "holds for what shows executions"
says 0 '.executions | length == 4' kad workflow status --json
says 0 '.status == "completed" and (.steps | map(.step) == ["greet", "count"])' \
    kad workflow status --json "$completed"
says 0 '.error.code == "exit_status"' kad workflow status --json "$failed"
says 0 '.status == "paused"' kad workflow status --json "$paused"
says 0 '.events | map(.type) | first == "execution_started" and last == "execution_completed"' \
    kad workflow history --json "$completed"
says 0 '.logs | map(.text) | join("") | contains("Hello, Ada!")' kad workflow logs --json "$completed"
says 0 '.logs | length == 1' kad workflow logs --json --step greet "$completed"

it "holds for logs that are not UTF-8, and for gates as a run and the status tell them"
workflow raw <<'END'
name: Raw
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow raw}
steps:
  - {id: raw, run: [printf, 'a\377b\n'], onSuccess: ask}
  - {id: ask, approval: {prompt: "Well?", choices: [good, bad]}, onOutcome: {good: $complete, bad: $fail}}
END
says 3 '.gate.kind == "approval" and .gate.step == "ask" and .gates == [.gate]' kad workflow run --json raw
gate=$(jq -c .gate "$temporary/out")
raw=$(jq -r .execution "$temporary/out")
says 0 '.logs[0].text | endswith("\na\ufffdb\n")' kad workflow logs --json "$raw"
says 0 ".gates == [$gate]" kad workflow status --json "$raw"
says 3 '.gate.kind == "approval"' kad workflow run --json --key one raw
kept=$(jq -c '[.execution, .gate, .gates]' "$temporary/out")
says 3 "[.execution, .gate, .gates] == $kept" kad workflow run --json --key one raw
contains "$temporary/err" "kad workflow approve $(jq -r .execution "$temporary/out") --choice good"
lacks "$temporary/err" "kad workflow resume"

it "prints nothing where nothing was done"
exits 2 kad workflow resume --json --from nosuch "$raw"
equal "standard output" "$(cat "$temporary/out")" ""
exits 2 kad workflow approve --json --choice nosuch "$raw"
equal "standard output" "$(cat "$temporary/out")" ""

it "holds for what steers them"
says 3 '.execution == "'"$paused"'" and .status == "paused"' kad workflow resume --json "$paused"
says 0 '.status == "completed"' kad workflow resume --json "$completed"
says 1 '.status == "failed"' kad workflow resume --json "$failed"
says 0 '.status == "cancelled"' kad workflow cancel --json "$paused"
says 4 '.status == "cancelled"' kad workflow resume --json "$paused"

it "holds for upkeep and events"
says 0 '.woken == []' kad emit --json nothing.waits
says 0 '.file | endswith("/copy.db")' kad backup --json copy.db
says 0 '.dryRun and (.executions | length == 4)' kad workflow prune --json --older-than 1ms --dry-run # but for the newest

it "holds for the program of a workflow, without kad"
program=.kad/bin/wf-hello
says 0 '.id == "hello"' "$program" --describe
says 0 '.status == "completed"' "$program" --json --name Bo
says 0 '.status == "completed"' "$program" --json --status "$completed"
says 0 '.status == "completed"' "$program" --json --resume "$completed"

it "holds for the compiler"
says 0 '.id == "hello"' kadc --emit=describe workflows/hello.yaml
says 0 'map(.module) | index("testing")' kadc --emit=modules
sed 's/onSuccess: count/onSuccess: cuont/' workflows/hello.yaml >workflows/wrong.yaml
exits 1 kadc --check --format=json workflows/wrong.yaml # a document for each finding
jq -es 'map(.code) | index("KAD0202")' "$temporary/out" >/dev/null || fail "no finding in JSON"

it "holds for a build in which something does not compile"
says 2 '.workflows | map(select(.id == "wrong")) | .[0].result == "refused"' kad build --json

it "is not lost in silence where standard output is full"
is_told() { # CODE PROGRAM ARGUMENT...
    local wanted=$1 found=0
    shift
    "$@" >/dev/full 2>"$temporary/err" </dev/null || found=$?
    equal "exit code of $*" "$found" "$wanted"
    contains "$temporary/err" "$1: standard output: No space left on device"
}
is_told 74 kad workflow status --json
is_told 74 kad help
is_told 3 kadc --emit=describe workflows/hello.yaml
