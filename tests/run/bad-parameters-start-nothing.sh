#!/usr/bin/env bash
# Wrong arguments end with exit 2 and a helpful line, and nothing is stored.
source "$(dirname "$0")/lib.sh"

feature_project project
record "$recorded_analyze"

it "refuses a missing parameter, and names it"
exits 2 kad workflow implement-feature
contains "$temporary/err" feature

it "refuses an unknown parameter, and suggests the right one"
exits 2 kad workflow implement-feature --featur "A feature"
contains "$temporary/err" "--feature"

it "refuses an unknown workflow, and suggests the right one"
exits 2 kad workflow implement-featur --feature x
contains "$temporary/err" implement-feature

it "refuses an unknown execution"
for command in status resume history logs pause cancel; do
    exits 2 kad workflow "$command" nosuchexecution
    contains "$temporary/err" nosuchexecution
done

it "refuses unknown commands and options, and suggests the right ones"
exits 2 kad workfow
contains "$temporary/err" "did you mean \`workflow\`?"
exits 2 kad serve
contains "$temporary/err" "unknown command"
exits 2 kad workflow status --jsn
contains "$temporary/err" "did you mean \`--json\`?"
exits 2 kad workflow rn implement-feature
contains "$temporary/err" "did you mean \`run\`?"
exits 2 kad workflow run
contains "$temporary/err" "Usage: kad workflow run ID"

it "refuses values of the wrong type"
workflow typed <<'END'
name: Typed
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow typed
    params:
      - {name: count, type: integer}
      - {name: isLoud, type: boolean, default: false}
      - {name: wait, type: duration, default: 1s}
      - {name: level, type: string, enum: [low, high], default: low}
      - {name: tags, type: array, items: string, required: false}
      - {name: extra, type: object, required: false}
steps:
  - id: only
    run: [echo, "{{ trigger.count }} {{ trigger.isLoud }} {{ trigger.wait }} {{ trigger.level }}",
      "{{ toJson(trigger.tags) }}", "{{ toJson(trigger.extra) }}"]
END
exits 0 kad build typed
refuses() { # TEXT PARAMETER...
    local text=$1
    shift
    exits 2 kad workflow typed "$@"
    contains "$temporary/err" "$text"
}
refuses "--count is missing"
refuses "--count: expected integer" --count three
refuses "--count: expected integer" --count 3.5
refuses "--count is given twice" --count 1 --count 2
refuses "--is-loud: expected boolean" --count 1 --is-loud=perhaps
refuses "--wait: expected a duration" --count 1 --wait 5x
refuses "--wait: expected a duration of at most 36500d" --count 1 --wait 106751991167d
refuses "one of low, high" --count 1 --level medium
refuses "--extra: expected object" --count 1 --extra "{"
refuses "--extra: unable to open nowhere.json" --count 1 --extra @nowhere.json
refuses "is no option" --count 1 loud
refuses "did you mean --is-loud?" --count 1 --is-lod

it "explains itself"
for command in "" init build backup workflow "workflow run" "workflow logs" "workflow prune" version; do
    for words in "$command --help" "$command -h" "help $command"; do
        # Words of a command are meant to be split.
        # shellcheck disable=SC2086
        exits 0 kad $words
        contains "$temporary/out" Usage:
    done
done

it "has stored nothing"
if [ -e .kad/kad.db ]; then
    equal executions "$(sql "SELECT count(*) FROM executions")" 0
fi

it "says where a project is missing"
mkdir "$temporary/nowhere"
cd "$temporary/nowhere"
exits 2 kad workflow status
contains "$temporary/err" "kad init"
