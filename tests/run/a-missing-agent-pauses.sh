#!/usr/bin/env bash
# Without an agent, a step that needs one pauses for a person, whose answer.json is taken up.
source "$(dirname "$0")/lib.sh"

feature_project project
echo "{}" >.kad/config.yaml
export PATH=$KAD_BIN:/usr/bin:/bin

answer() { # STEP ANSWER
    local folder
    folder=.kad/asks/$(execution)/$1/1/1
    [ -s "$folder/prompt.md" ] || fail "no prompt.md for $1"
    [ -s "$folder/schema.json" ] || fail "no schema.json for $1"
    echo "$2" >"$folder/answer.json"
}

it "pauses at the first step that needs an agent"
exits 3 kad workflow implement-feature --feature "A feature"
equal status "$(status)" paused
equal route "$(route)" analyze:running

it "pauses again when there is no answer yet"
exits 3 kad workflow resume "$(execution)"

it "pauses again when the answer does not fit"
answer analyze '{"complexity": "enormous"}'
exits 3 kad workflow resume "$(execution)"
equal route "$(route)" analyze:running

it "goes on with a person's answer to the next question"
answer analyze '{"complexity": "low", "estimatedTime": 1, "summary": "Small."}'
exits 3 kad workflow resume "$(execution)"
equal route "$(route)" "analyze plan:running"

it "goes on with an agent once there is one"
echo "agent: {replay: .kad/recorded.yaml}" >.kad/config.yaml
record "$recorded_plan" "$(recorded_implement works)" "$recorded_document"
exits 0 kad workflow resume "$(execution)"
equal route "$(route)" "analyze plan implement test document review complete"
