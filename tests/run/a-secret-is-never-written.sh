#!/usr/bin/env bash
# Secrets reach the actions that are to have them, and nothing else: not the store, its WAL, the
# logs, what is printed, other programs' environments or command lines.
# shellcheck disable=SC2016
source "$(dirname "$0")/lib.sh"

new_project project
mkdir -p modules/vault modules/echo
cat >modules/vault/module.yaml <<'END_OF_FILE'
module: vault
version: 1.0.0
description: Takes a secret, and says it wherever it can.
actions:
  - name: open
    description: Says it.
    inputs:
      - {name: token, type: string, secret: true}
      - {name: how, type: string, enum: [log, fail, output, digest]}
    outputs: [{name: digest, type: string}]
    idempotent: true
END_OF_FILE
cat >modules/vault/vault.c <<'END_OF_FILE'
/* vault.c: see module.yaml. */
#include "modules/vault.h"

#include <string.h>

enum kad_outcome vault_open(struct kad_step *step, const struct vault_open_inputs *in,
                            struct vault_open_outputs *out)
{
    const char *const argv[] = {"printf", "%s\n", in->token, NULL};
    const struct kad_program program = {.argv = argv};
    struct kad_output output;

    kad_log(step, "the token is %s", in->token);
    kad_progress(step, "uses %s", in->token);
    if (!strcmp(in->how, "log")) /* a program of its own, and its command line */
        if (kad_exec(step, &program, &output) != KAD_SUCCESS)
            return KAD_FAILURE;
    if (!strcmp(in->how, "fail"))
        return kad_fail(step, "refused", "%s is refused", in->token);
    out->digest = kad_printf(step, "%zu", strlen(in->token));
    if (!strcmp(in->how, "output"))
        out->digest = kad_printf(step, "<%s>", in->token);
    return KAD_SUCCESS;
}
END_OF_FILE
cat >modules/echo/module.yaml <<'END_OF_FILE'
module: echo
version: 1.0.0
description: The same, in another language.
command: [./echo]
actions:
  - name: say
    description: Says it.
    inputs:
      - name: account
        type: object
        properties: {user: string, password: {type: string, secret: true}}
      - {name: fails, type: boolean}
    outputs: [{name: len, type: integer}]
    idempotent: true
END_OF_FILE
cat >modules/echo/echo <<'END_OF_FILE'
#!/bin/bash
request=$(cat)
password=$(jq -r .inputs.account.password <<<"$request")
printf '%s' "${password:0:5}" >&2
printf '%s\n' "${password:5}" >&2
for file in /proc/$$/environ /proc/$$/cmdline; do
    tr '\0' '\n' <"$file" >>"$(dirname "$KAD_DB")/environ-$KAD_STEP"
done
if [ "$(jq .inputs.fails <<<"$request")" = true ]; then
    jq -n --arg p "$password" '{error: {code: $p, message: "no: \($p)", details: {got: [$p]}}}'
else
    jq -n --arg p "$password" '{outputs: {len: ($p | length)}, more: $p}'
fi
END_OF_FILE
chmod +x modules/echo/echo
workflow leak <<'END_OF_FILE'
name: Leak
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow leak
    params:
      - {name: pass, type: string, secret: true}
      - {name: how, type: string, enum: [log, fail, output, digest], default: log}
      - {name: fails, type: boolean, default: false}
steps:
  - id: named
    module: vault
    action: open
    inputs: {token: "{{ secrets.TOKEN }}", how: "{{ trigger.how }}"}
    onSuccess: given
    onFailure: tell
  - id: given
    module: vault
    action: open
    inputs: {token: "Bearer {{ trigger.pass }}", how: digest}
    onSuccess: made
    onFailure: $fail
  - id: made
    module: vault
    action: open
    inputs: {token: "{{ upper(secrets.FILED) }}", how: log}
    onSuccess: outside
    onFailure: $fail
  - id: outside
    module: echo
    action: say
    inputs:
      account: {user: ada, password: "{{ secrets.FILED }}"}
      fails: "{{ trigger.fails }}"
    onSuccess: program
    onFailure: tell
  - id: program
    run: [sh, -c, 'printf %s "$PASSWORD"; cat; cat >&2; tr "\0" "\n" </proc/$PPID/environ >.kad/environ-keeper || true']
    env: {PASSWORD: "{{ secrets.FILED }}"}
    stdin: "{{ trigger.pass }}"
  - id: tell
    run: [echo, "{{ workflow.error.message }}", "{{ toJson(workflow.error) }}"]
    recovers: true
outputs:
  - {name: said, value: "{{ steps.program.outputs.stdout ?? steps.tell.outputs.stdout ?? '' }}"}
END_OF_FILE

named=canary-named-7f2c given=canary-given-91ab filed='canary-"filed"-\d03e'
made=$(tr '[:lower:]' '[:upper:]' <<<"$filed")
export KAD_SECRET_TOKEN=$named GIVEN_KEY=$given
printf '# of the team\n\nFILED=%s\nOTHER=canary-other-5511\n' "$filed" >.kad/secrets
chmod 600 .kad/secrets
kad build >/dev/null

# Everything that was written, but for the file of secrets and what is kept on purpose.
nowhere() {
    local secret file in_json
    for secret in "$named" "$given" "$filed" "$made"; do
        in_json=$(jq -cn --arg s "$secret" '$s'); in_json=${in_json#\"}; in_json=${in_json%\"}
        for file in "$secret" "$in_json"; do
            ! grep -rlaF --exclude=secrets --exclude-dir=held -- "$file" .kad workflows modules \
                "$temporary/out" "$temporary/err" ||
                fail "\`$secret\` was written"
        done
    done
}
logs() { cat ".kad/logs/$(execution)"/* >"$temporary/logs"; }

it "reaches native modules, modules in other languages and programs"
exits 0 kad workflow run --verbose --json leak --pass env:GIVEN_KEY
equal "length of a text that was made of one" \
    "$(sql "SELECT json_extract(outputs, '$.digest') FROM step_executions WHERE step_id = 'given'")" \
    $((${#given} + 7))
equal "length outside" \
    "$(sql "SELECT json_extract(outputs, '$.len') FROM step_executions WHERE step_id = 'outside'")" \
    ${#filed}

it "is nowhere in clear, where modules and programs have said it"
nowhere
logs
contains "$temporary/logs" 'the token is ***'
contains "$temporary/err" "uses ***"
equal "what a program has printed" "$(jq -r .outputs.said "$temporary/out")" "******"

it "rows refer to it by its name, and mask what is made of it"
inputs() { sql "SELECT json_extract(inputs, '\$.$2') FROM step_executions WHERE step_id = '$1' ORDER BY rowid DESC LIMIT 1"; }
equal named "$(inputs named token)" '{"$secret":"TOKEN"}'
equal given "$(inputs given token)" 'Bearer ***'
equal made "$(inputs made token)" '***'
equal outside "$(inputs outside account)" '{"user":"ada","password":{"$secret":"FILED"}}'
equal program "$(inputs program env)" '["PASSWORD=***"]'
equal stdin "$(inputs program stdin)" '{"$secret":"trigger.pass"}'
equal parameter "$(sql "SELECT json_extract(trigger_data, '$.pass') FROM executions")" \
    '{"$secret":"env:GIVEN_KEY"}'

it "children do not get the variables"
lacks .kad/environ-outside KAD_SECRET_
lacks .kad/environ-outside GIVEN_KEY
contains .kad/environ-outside KAD_EXECUTION
lacks .kad/environ-keeper "$named"
rm .kad/environ-*

it "masks errors, their codes and details, and what is made of them"
exits 0 kad workflow run --json leak --pass env:GIVEN_KEY --fails
nowhere
contains "$temporary/out" 'no: ***'
exits 0 kad workflow run leak --pass env:GIVEN_KEY --how fail
nowhere
exits 0 kad workflow history "$(execution)"
contains "$temporary/out" '*** is refused'
nowhere

it "a module's output with a secret in it fails the step"
exits 0 kad workflow run leak --pass env:GIVEN_KEY --how output
nowhere
equal code "$(sql "SELECT json_extract(error, '$.code') FROM step_executions WHERE step_id = 'named' ORDER BY rowid DESC LIMIT 1")" \
    bad_output

it "is never given in clear on the command line"
exits 2 kad workflow run leak --pass "$given"
contains "$temporary/err" "env:NAME, @file, or -"
nowhere
exits 2 kad workflow run leak --pass env:NO_SUCH
contains "$temporary/err" "NO_SUCH is not set"

it "is refused where its reference can't be stored"
unstorable=$temporary/$'folder-\xff'
mkdir "$unstorable"
echo "$given" >"$unstorable/key"
ln -s "$unstorable" "$temporary/linked"
for file in "$unstorable/key" "$temporary/linked/key"; do
    exits 2 kad workflow run leak --pass "@$file"
    contains "$temporary/err" "--pass: where the secret is can't be stored"
done
nowhere

it "comes from a file, or from standard input, and is kept only while the run can go on"
echo "$given" >"$temporary/key"
export -n GIVEN_KEY
exits 0 kad workflow run leak --pass "@$temporary/key"
equal parameter "$(sql "SELECT json_extract(trigger_data, '$.pass') FROM executions ORDER BY slot DESC LIMIT 1")" \
    "{\"\$secret\":\"@$temporary/key\"}"
kad workflow run leak --pass - <<<"$given" >"$temporary/out" 2>"$temporary/err" || fail "exit $?"
equal "what is held" "$(ls .kad/held)" ""
nowhere

export GIVEN_KEY

it "survives a pause, a kill and a resume"
workflow slow <<'END_OF_FILE'
name: Slow
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow slow
    params: [{name: pass, type: string, secret: true}]
steps:
  - {id: first, wait: 1d, onSuccess: second}
  - id: second
    module: vault
    action: open
    inputs: {token: "{{ trigger.pass }}", how: digest}
outputs: [{name: len, value: "{{ steps.second.outputs.digest }}"}]
END_OF_FILE
kad workflow run --no-wait slow --pass - <<<"$given" >"$temporary/out" 2>"$temporary/err" || true
equal status "$(status)" waiting
equal mode "$(stat -c %a .kad/held/"$(execution)")" 600
nowhere
exits 0 kad workflow resume --json --skip "$(execution)"
equal length "$(jq -r .outputs.len "$temporary/out")" ${#given}
equal "what is held" "$(ls .kad/held)" ""
nowhere
exits 0 kad workflow resume "$(execution)"

it "one that is gone when the run goes on is named"
exits 3 kad workflow run --no-wait slow --pass env:GIVEN_KEY
exits 2 env -u GIVEN_KEY kad workflow resume --skip "$(execution)"
contains "$temporary/err" 'the secret parameter `pass`: the variable GIVEN_KEY is not set'
exits 0 kad workflow resume --skip "$(execution)"
kad workflow run --no-wait slow --pass - <<<"$given" >"$temporary/out" 2>"$temporary/err" || true
exits 0 kad workflow cancel "$(execution)"
equal "what is held" "$(ls .kad/held)" ""

it "a called workflow gets it, also when it goes on after a kill, and its branches too"
workflow called <<'END_OF_FILE'
name: Called
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow called
    params:
      - {name: pass, type: string, secret: true}
      - {name: token, type: string, secret: true}
steps:
  - {id: first, wait: 1d, onSuccess: both}
  - id: both
    parallel:
      branches:
        one: [{id: one, module: vault, action: open, inputs: {token: "{{ trigger.pass }}", how: log}}]
        two: [{id: two, module: vault, action: open, inputs: {token: "{{ trigger.token }}", how: log}}]
    onSuccess: third
  - id: third
    module: vault
    action: open
    inputs: {token: "{{ trigger.pass }}", how: digest}
outputs: [{name: len, value: "{{ steps.third.outputs.digest }}"}]
END_OF_FILE
workflow calls <<'END_OF_FILE'
name: Calls
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow calls
    params: [{name: pass, type: string, secret: true}]
steps:
  - id: call
    workflow: called
    inputs: {pass: "{{ trigger.pass }}", token: "{{ secrets.TOKEN }}"}
outputs: [{name: len, value: "{{ steps.call.outputs.len }}"}]
END_OF_FILE
exits 3 kad workflow run --no-wait calls --pass env:GIVEN_KEY
caller=$(sql "SELECT id FROM executions WHERE workflow_id = 'calls'")
equal parameters "$(sql "SELECT trigger_data FROM executions WHERE parent_id = '$caller'")" \
    '{"pass":{"$secret":"trigger.pass"},"token":{"$secret":"TOKEN"}}'
sql "UPDATE gates SET due_at = opened_at"
exits 0 kad workflow resume --json "$caller"
equal length "$(jq -r .outputs.len "$temporary/out")" ${#given}
kad workflow run --no-wait calls --pass - <<<"$given" >"$temporary/out" 2>"$temporary/err" || true
equal status "$(sql "SELECT group_concat(status) FROM executions WHERE completed_at IS NULL")" waiting,waiting
nowhere

it "is masked in a value that is too large for a row, too"
workflow large <<'END_OF_FILE'
name: Large
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow large, params: []}
steps:
  - id: program
    run: [sh, -c, 'printf %s "$PASSWORD"; head -c 300000 /dev/zero | tr "\0" x']
    env: {PASSWORD: "{{ secrets.FILED }}"}
END_OF_FILE
exits 0 kad workflow run large
equal "how the values begin" "$(cat .kad/values/* | grep -o '"stdout":"....')" '"stdout":"***x'
nowhere

it "a file that others may read is refused, before anything starts"
count=$(sql "SELECT count(*) FROM executions")
chmod 640 .kad/secrets
exits 2 kad workflow run leak --pass env:GIVEN_KEY
contains "$temporary/err" "may be read by others: \`chmod 600"
chmod 600 .kad/secrets
exits 2 env -u KAD_SECRET_TOKEN kad workflow run leak --pass env:GIVEN_KEY
contains "$temporary/err" "there is no secret \`TOKEN\`"
exits 2 env KAD_SECRET_TOKEN=abc kad workflow run leak --pass env:GIVEN_KEY
contains "$temporary/err" "shorter than 4 characters"
echo "no equals sign $filed" >.kad/secrets
exits 2 kad workflow run leak --pass env:GIVEN_KEY
contains "$temporary/err" "line 1: expected NAME=VALUE"
equal executions "$(sql "SELECT count(*) FROM executions")" "$count"
nowhere
