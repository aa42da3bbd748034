#!/usr/bin/env bash
# kad workflow define: questions on stderr, answers on stdin, a workflow that runs.
source "$(dirname "$0")/lib.sh"

new_project project
own_modules

# define CODE ANSWER...: the answers, a line each.
define() {
    local wanted=$1 found=0
    shift
    printf '%s\n' "$@" >"$temporary/answers"
    kad workflow define <"$temporary/answers" >"$temporary/out" 2>"$temporary/err" || found=$?
    equal "exit code of kad workflow define" "$found" "$wanted"
}

it "writes a workflow that compiles and runs"
define 0 greet-loudly "" 'Says "hello": loudly.' \
    name string Ada times integer 2 pause duration 5ms "" \
    first "shout shout" "hello {{ trigger.name }}" "" "" \
    second "sh -c 'echo \"\$0 \$1\"' '{{ steps.first.outputs.text }}' {{trigger.times}}-{{trigger.pause}}" "\$complete" "\$fail" \
    "" greeting "{{ steps.second.outputs.stdout }}" ""
contains "$temporary/out" "wrote workflows/greet-loudly.yaml"
lacks "$temporary/err" error
exits 0 kad workflow greet-loudly --json
equal greeting "$(jq -r .outputs.greeting "$temporary/out")" "HELLO ADA 2-5ms"
exits 0 kad workflow show greet-loudly
contains "$temporary/out" 'Says "hello": loudly.'

it "asks again for what cannot be"
define 0 Wrong run hello shout greet-loudly again- again "" "" \
    "2nd" count integer many 3 "" \
    "" Step step "?" "shout nothing" "shout shout" "" text "" "" "" ""
contains "$temporary/err" "\`kad workflow run\` is a command"
contains "$temporary/err" "workflows/hello.yaml is there already"
contains "$temporary/err" "  shout shout"
contains "$temporary/err" "neither JSON nor an expression"
contains "$temporary/err" "shout needs it"
contains workflows/again.yaml "default: 3"

it "keeps what has findings, and says so"
define 2 broken "" "" "" step "shout shout" "{{ trigger.nothing }}" "" "" "" ""
contains "$temporary/err" "workflows/broken.yaml:"
contains "$temporary/out" "mend it before it can run"

it "writes nothing when the answers end too early, and replaces nothing"
before=$(cksum workflows/*)
define 2 early "" ""
contains "$temporary/err" "nothing is written"
define 2 shout
equal "the files" "$(cksum workflows/*)" "$before"

it "says in JSON what it has written"
printf '%s\n' one "" "" "" step "echo one" "" "" "" "" >"$temporary/answers"
kad workflow define --json <"$temporary/answers" >"$temporary/out" 2>"$temporary/err"
equal file "$(jq -r .file "$temporary/out")" "$PWD/workflows/one.yaml"
equal compiles "$(jq .compiles "$temporary/out")" true
