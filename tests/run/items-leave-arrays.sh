#!/usr/bin/env bash
# What the items of a forEach leave is an array outside of it, whatever its shape.
source "$(dirname "$0")/lib.sh"

new_project project
mkdir -p modules/word
cat >modules/word/module.yaml <<'END'
module: word
version: 1.0.0
actions:
  - name: measure
    inputs:
      - {name: text, type: string}
    outputs:
      - {name: length, type: integer}
      - {name: isLong, type: boolean}
      - name: ends
        type: {type: object, properties: {first: string, last: string}}
    errors: [empty]
    idempotent: true
END
cat >modules/word/word.c <<'END'
/* word.c: see module.yaml. */
#include <string.h>

#include "modules/word.h"

static const char *letter(struct kad_step *step, char c)
{
    char *text = kad_alloc(step, 2);

    text[0] = c;
    return text;
}

enum kad_outcome word_measure(struct kad_step *step,
                              const struct word_measure_inputs *in,
                              struct word_measure_outputs *out)
{
    const size_t len = strlen(in->text);

    if (len == 0)
        return kad_fail(step, "empty", "there is no word");
    out->length = (int64_t)len;
    out->is_long = len > 4;
    out->ends.first = letter(step, in->text[0]);
    out->ends.last = letter(step, in->text[len - 1]);
    return KAD_SUCCESS;
}
END
cat >workflows/words.yaml <<'END'
name: Words
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow words
    params:
      - name: lines
        type: {type: array, items: {type: object, properties: {words: {type: array, items: string}}}}
steps:
  - id: lines
    forEach: "{{ trigger.lines }}"
    as: line
    max: 10
    concurrency: 3
    mode: settle
    steps:
      - id: words
        forEach: "{{ line.words }}"
        as: word
        max: 10
        concurrency: 2
        mode: settle
        steps:
          - id: measure
            module: word
            action: measure
            inputs: {text: "{{ word }}"}
            onFailure: $fail
        onSuccess: sum
        onFailure: $fail
      - id: sum
        module: word
        action: measure
        inputs: {text: "{{ join(line.words, '') }}"}
        onFailure: $fail
    onSuccess: after
    onFailure: $fail
  - id: after
    forEach: "{{ steps.sum.outputs.length }}"
    as: length
    max: 10
    steps:
      - {id: say, run: [printf, "%s/%s", "{{ index }}", "{{ length ?? 0 }}"], onFailure: $fail}
    onFailure: $fail
outputs:
  - {name: lengths, value: "{{ steps.measure.outputs.length }}"}
  - {name: long, value: "{{ steps.measure.outputs.isLong }}"}
  - {name: ends, value: "{{ steps.measure.outputs.ends }}"}
  - {name: sums, value: "{{ steps.sum.outputs.length }}"}
  - {name: firstSum, value: "{{ first(steps.sum.outputs.length) ?? -1 }}"}
  - {name: said, value: "{{ steps.say.outputs.stdout }}"}
  - {name: counts, value: "{{ steps.words.outputs.failed }}"}
END

# outputs FILTER: of what has just run
outputs() {
    jq -c ".outputs.$1" "$temporary/out"
}

it "in the order of the items, null where there is none"
exits 0 kad workflow run --json words --lines '[{"words": ["to", "", "begin"]}, {"words": []}, {"words": ["with"]}]'
equal lengths "$(outputs lengths)" "[[2,null,5],[],[4]]"
equal long "$(outputs long)" "[[false,null,true],[],[false]]"
equal ends "$(outputs ends)" '[[{"first":"t","last":"o"},null,{"first":"b","last":"n"}],[],[{"first":"w","last":"h"}]]'
equal sums "$(outputs sums)" "[7,null,4]"
equal "first sum" "$(outputs firstSum)" 7
equal counts "$(outputs counts)" "[1,0,0]"

it "and is the items of another forEach"
equal said "$(outputs said)" '["0/7","1/0","2/4"]'

it "which is empty where there are no items"
exits 0 kad workflow run --json words --lines '[]'
equal lengths "$(outputs lengths)" "[]"
equal sums "$(outputs sums)" "[]"
equal said "$(outputs said)" "[]"

workflow tell <<'WORKFLOW'
name: Tell
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow tell}
steps:
  - id: each
    forEach: "{{ ['a', 'b'] }}"
    max: 2
    steps:
      - {id: tell, run: [printf, "it is {{ item }}"]}
    onSuccess: end
  - {id: end, run: [echo, the end]}
WORKFLOW
kad build tell >/dev/null 2>&1

it "what an item has written is among the logs, by its name"
exits 0 kad workflow tell
exits 0 kad workflow logs "$(execution)"
contains "$temporary/out" "==> tell[0], visit 1, attempt 1 <=="
contains "$temporary/out" "==> end, visit 1, attempt 1 <=="
equal "lines of text" "$(grep -cxE 'it is [ab]|the end' "$temporary/out")" 3
exits 0 kad workflow logs "$(execution)" --step 'tell[1]'
contains "$temporary/out" "it is b"
lacks "$temporary/out" "it is a"
exits 0 kad workflow logs --json "$(execution)" --step tell
equal "items" "$(jq -r '.logs | map(.item) | join(" ")' "$temporary/out")" "[0] [1]"
