#!/usr/bin/env bash
# What a type says is checked wherever a value comes in: parameters, inputs, what a module
# answers, a step's refinement, the workflow's outputs. The message names the place.
source "$(dirname "$0")/lib.sh"

new_project project
rm workflows/hello.yaml
mkdir -p modules/echo
cat >modules/echo/module.yaml <<'END'
module: echo
version: 1.0.0
description: Gives back what it gets.
command: [./echo]
actions:
  - name: parse
    description: Reads its outputs from a text.
    inputs: [{name: text, type: string}]
    outputs:
      - name: testResults
        type: object
        properties:
          passed: boolean
          took: {type: duration, default: 1s}
          failures:
            type: array
            items:
              type: object
              properties:
                line: integer
                file: {type: string, minLength: 1, pattern: "^[a-z./]+$"}
                severity: {type: string, enum: [low, high], default: low}
            default: [{line: 0, file: none}]
    idempotent: true
  - name: take
    description: Gives back its inputs.
    inputs:
      - {name: word, type: string, minLength: 2, maxLength: 5, pattern: "^[a-z]+$"}
      - {name: count, type: integer, min: -3, max: 99}
      - {name: share, type: number, min: 0.5, max: 1.5, default: 1}
      - {name: list, type: array, items: {type: integer, min: 0}, minLength: 1, maxLength: 3, default: [1]}
      - name: box
        type: object
        properties:
          depth: {type: integer, default: 7}
          rows: {type: array, items: {type: object, properties: {key: {type: string, default: k}, size: "integer?"}}, default: [{}, {size: 3}]}
        default: {}
      - {name: facts, type: object, required: false}
    outputs: [{name: all, type: any}]
    idempotent: true
END
cat >modules/echo/echo <<'END'
#!/bin/sh
jq -c 'if .action == "parse" then {outputs: (.inputs.text | fromjson)} else {outputs: {all: .inputs}} end'
END
chmod +x modules/echo/echo
workflow parse <<'END'
name: Parse
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow parse, params: [{name: text, type: string}]}
steps:
  - {id: parse, module: echo, action: parse, inputs: {text: "{{ trigger.text }}"}}
outputs:
  - {name: results, value: "{{ steps.parse.outputs.testResults }}"}
END
workflow take <<'END'
name: Take
version: 1.0.0
types:
  Word: {type: string, minLength: 1}
  Money: {type: object, properties: {amount: {type: integer, min: 0}, currency: {type: string, enum: [EUR, USD], default: EUR}}}
triggers:
  - type: cli
    command: kad workflow take
    params:
      - {name: word, type: Word, default: abc}
      - {name: count, type: integer, default: 5}
      - {name: share, type: number, default: 1}
      - {name: list, type: array, items: integer, default: [1]}
      - {name: facts, type: object, default: {}}
      - {name: prices, type: array, items: Money, maxLength: 2, default: [{amount: 1}, {amount: 2, currency: USD}]}
steps:
  - id: take
    module: echo
    action: take
    inputs: {word: "{{ trigger.word }}", count: "{{ trigger.count }}", share: "{{ trigger.share }}", list: "{{ trigger.list }}", facts: "{{ trigger.facts }}"}
    outputs:
      - name: all
        type: object
        properties:
          count: {type: integer, max: 50}
          facts: {type: object, properties: {depth: {type: integer, default: 9}, word: {type: string, maxLength: 3, default: "yes"}}}
outputs:
  - {name: all, value: "{{ steps.take.outputs.all }}"}
  - {name: count, type: {type: integer, max: 40}, value: "{{ trigger.count }}"}
  - {name: prices, value: "{{ trigger.prices }}"}
END
exits 0 kad build

outputs() { jq -c .outputs "$temporary/out"; }

refused() { # CODE MESSAGE COMMAND...
    local code=$1 message=$2
    shift 2
    exits 1 kad workflow run --json "$@"
    equal "$*" "$(jq -r '.error.code + ": " + .error.message' "$temporary/out")" "$code: $message"
}

it "fills in defaults, at any depth"
exits 0 kad workflow run --json take
equal take "$(outputs)" '{"all":{"count":5,"facts":{"depth":9,"word":"yes"}},"count":5,"prices":[{"amount":1,"currency":"EUR"},{"amount":2,"currency":"USD"}]}'
equal inputs "$(sql "SELECT json_extract(inputs, '$.box') FROM step_executions")" \
    '{"depth":7,"rows":[{"key":"k"},{"key":"k","size":3}]}'
exits 0 kad workflow run --json parse --text '{"testResults":{"passed":true}}'
equal parse "$(outputs)" '{"results":{"passed":true,"took":"1s","failures":[{"line":0,"file":"none","severity":"low"}]}}'

it "names the place of what a module answers wrongly"
answer() { # FAILURES MESSAGE
    refused bad_output "testResults.$2" parse --text '{"testResults":{"passed":true,"failures":['"$1"']}}'
}
fine='{"line":7,"file":"a.c"}'
answer "$fine,$fine,$fine,"'{"line":"x","file":"b"}' 'failures[3].line: expected integer, found string'
answer "$fine,"'{"line":null,"file":"b"}' 'failures[1].line: expected integer, found null'
answer '{"file":"b"}' 'failures[0].line: expected integer, it is missing'
answer '{"line":1.5,"file":"b"}' 'failures[0].line: expected integer, found number'
answer '{"line":1,"file":""}' 'failures[0].file: expected at least 1 character, found 0'
answer '{"line":1,"file":"B"}' 'failures[0].file: "B" does not match the pattern ^[a-z./]+$'
answer '{"line":1,"file":"b","severity":"mid"}' 'failures[0].severity: expected one of low, high, found "mid"'
refused bad_output 'testResults: expected object, found integer' parse --text '{"testResults":1}'
refused bad_output 'testResults.took: expected a duration such as 90s or 1h30m, found "0s"' \
    parse --text '{"testResults":{"passed":true,"took":"0s"}}'

it "checks inputs, refinements and outputs"
refused bad_input 'word: expected at least 2 characters, found 1' take --word x
refused bad_input 'word: expected at most 5 characters, found 6' take --word abcdef
refused bad_input 'word: "ABC" does not match the pattern ^[a-z]+$' take --word ABC
refused bad_input 'count: expected at least -3, found -4' take --count -4
refused bad_input 'share: expected at most 1.5, found 1.6' take --share 1.6
refused bad_input 'list: expected at least 1 item, found 0' take --list '[]'
refused bad_input 'list: expected at most 3 items, found 4' take --list '[1,2,3,4]'
refused bad_input 'list[1]: expected at least 0, found -1' take --list '[1,-1]'
refused bad_output 'all.count: expected at most 50, found 51' take --count 51
refused bad_output 'all.facts.word: expected at most 3 characters, found 4' take --facts '{"word":"yes!"}'
refused expression 'count: expected at most 40, found 45' take --count 45

it "refuses parameters before anything runs"
before=$(sql "SELECT count(*) FROM executions")
exits 2 kad workflow take --word ""
contains "$temporary/err" "expected at least 1 character"
exits 2 kad workflow take --prices '[{"amount":1},{"amount":-1}]'
contains "$temporary/err" "[1].amount: expected at least 0, found -1"
exits 2 kad workflow take --prices '[{"amount":1},{"amount":1},{"amount":1}]'
contains "$temporary/err" "expected at most 2 items, found 3"
exits 2 kad workflow take --count 9223372036854775808
exits 2 kad workflow take --word "$(printf '\377')"
equal executions "$(sql "SELECT count(*) FROM executions")" "$before"

it "carries each character of a text through a module and back"
text=$(printf 'a\001\033[1m\177\t"\\\r\nb ü €😀 \342\200\250 end')
workflow text <<'END'
name: Text
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow text, params: [{name: text, type: string}]}
steps:
  - {id: take, module: echo, action: take, inputs: {word: abc, count: 1, facts: {text: "{{ trigger.text }}"}}, onSuccess: say}
  - {id: say, run: [printf, "%s", "<{{ steps.take.outputs.all.facts.text }}>"]}
outputs:
  - {name: is-same, type: boolean, value: "{{ steps.say.outputs.stdout == format('<{0}>', trigger.text) }}"}
END
exits 0 kad build
exits 0 kad workflow run --json text --text "$text"
equal same "$(jq '.outputs["is-same"]' "$temporary/out")" true
