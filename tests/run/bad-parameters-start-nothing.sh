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

it "refuses options that would be ignored, or that are given twice"
exits 2 kad workflow status x --workflow implement-feature --limit 3
contains "$temporary/err" "option \`--workflow\` does not go with \`x\`"
contains "$temporary/err" "option \`--limit\` does not go with \`x\`"
exits 2 kad workflow logs x --follow --json
contains "$temporary/err" "option \`--follow\` does not go with --json"
exits 2 kad --db a.db workflow --db b.db status
contains "$temporary/err" "option \`--db\` is given twice"
exits 2 kad workflow status --limit 3 --limit 4
exits 2 wf-implement-feature --status x --relaxed
contains "$temporary/err" "--relaxed does not go with --status"

it "takes an empty word for no execution, workflow, event or file"
for command in "workflow status" "workflow resume" "workflow history" "workflow logs" \
    "workflow pause" "workflow cancel" "workflow run" "workflow show" emit backup progress build; do
    # Words of a command are meant to be split.
    # shellcheck disable=SC2086
    exits 2 kad $command ""
    contains "$temporary/err" "argument 1 of \`kad $command\` is empty"
done
exits 2 kad workflow approve "" --choice go
contains "$temporary/err" "argument 1 of \`kad workflow approve\` is empty"
exits 2 kad workflow run --key "" implement-feature --feature "A feature"
contains "$temporary/err" "the value of --key is empty"

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
head -c 67108864 /dev/zero | tr '\0' x | sed 's/.*/{"text":"&"}/' >"$temporary/large.json"
refuses "the parameters are larger than 64 MiB" --count 1 --extra "@$temporary/large.json"
refuses "is no option" --count 1 loud
refuses "did you mean --is-loud?" --count 1 --is-lod

it "takes each field of an event once"
exits 2 kad emit sold id=1 id:=2
contains "$temporary/err" "\`id\` is given twice"
exits 2 kad emit sold --data '{"id": 1}' id=2
contains "$temporary/err" "\`id\` is given twice"

it "hears that what it has started has failed, also where its parent ignores the end of children"
exits 74 env --ignore-signal=CHLD .kad/bin/wf-typed --detach --count 3 --db /proc/nothing.db

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

it "refuses a project whose path could not stand in JSON"
mkdir "$temporary"/$'p\xff'
cd "$temporary"/$'p\xff'
exits 2 kad init --json
contains "$temporary/err" "is not UTF-8"
mkdir .kad workflows
cp "$temporary/project/workflows/typed.yaml" workflows
exits 2 kad workflow typed --count 1
contains "$temporary/err" "is not UTF-8"
exits 2 "$temporary/project/.kad/bin/wf-typed" --count 1
contains "$temporary/err" "is not UTF-8"
cd "$temporary"
exits 2 "$temporary/project/.kad/bin/wf-typed" --count 1 --db $'s\xff.db'
contains "$temporary/err" "is not UTF-8"

it "says where a project is missing"
mkdir "$temporary/nowhere"
cd "$temporary/nowhere"
exits 2 kad workflow status
contains "$temporary/err" "kad init"
