#!/usr/bin/env bash
# Decisions inside decisions, $complete and $fail anywhere, onTimeout, recovers, maxRetries: the
# route that was taken is in the rows. Timeouts of a workflow count what its steps do.
source "$(dirname "$0")/lib.sh"

new_project project
rm workflows/hello.yaml

# Words like {{ ... }} and $fail are the workflow's, not the shell's.
workflow routes <<'END'
name: Routes
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow routes
    params:
      - {name: way, type: string, default: ""}
      - {name: code, type: integer, default: 0}
steps:
  - id: start
    run: [sh, -c, "exit $0", "{{ trigger.code }}"]
    okExit: [0, 7, 9]
    onSuccess:
      condition: "{{ steps.start.outputs.exitCode == 0 }}"
      then:
        switch:
          - when: "{{ trigger.way == 'deep' }}"
            then: {condition: "{{ trigger.code == 0 }}", then: one, else: $fail}
          - {when: "{{ trigger.way == 'fail' }}", then: $fail}
          - {when: "{{ trigger.way == 'done' }}", then: $complete}
          - {when: "{{ trigger.way == 'slow' }}", then: slow}
          - {when: "{{ trigger.way == 'loop' }}", then: loop}
          - {when: "{{ trigger.way == 'break' }}", then: break}
        else: {condition: "{{ startsWith(trigger.way, 'x') }}", then: two, else: three}
      else: {condition: "{{ steps.start.outputs.exitCode == 7 }}", then: two, else: $complete}
    onFailure:
      condition: "{{ workflow.error.code == 'exit_status' && steps.start.status == 'failed' }}"
      then: heal
      else: $fail
  - {id: one, run: [echo, one]}
  - {id: two, run: [echo, two], onSuccess: one}
  - {id: three, run: [echo, three]}
  - {id: slow, run: [sleep, "300"], timeout: 100ms, onTimeout: heal, onFailure: $fail}
  - id: heal
    run: [echo, heal]
    recovers: true
    onSuccess: {condition: "{{ trigger.code == 3 }}", then: relapse, else: one}
  - {id: relapse, run: ["false"], onFailure: last}
  - {id: last, run: [echo, "{{ workflow.status }} {{ workflow.error.code }} {{ workflow.error.step }}"]}
  - {id: loop, run: [echo, loop], maxRetries: 2, onSuccess: again, onFailure: last}
  - {id: again, run: [echo, again], onSuccess: loop}
  - id: break
    run: ["false"]
    onFailure: {condition: "{{ trigger.code == 0 }}", then: last, else: $complete}
outputs:
  - {name: told, value: "{{ trim(steps.last.outputs.stdout ?? '') }}"}
  - {name: seen, value: "{{ steps.one.status }} {{ steps.two.attempts }} {{ steps.loop.attempts }}"}
END
exits 0 kad build

goes() { # EXIT ROUTE PARAMETER...
    local code=$1 expected=$2
    shift 2
    exits "$code" kad workflow run --json routes "$@"
    equal "route of $*" "$(route)" "$expected"
}

seen() { # EXPECTED
    equal seen "$(jq -r .outputs.seen "$temporary/out")" "$1"
}

it "decides inside of decisions"
goes 0 "start one" --way deep
seen "completed 0 0"
goes 0 "start two one" --way x
seen "completed 1 0"
goes 0 "start three" --way other
seen "pending 0 0"
goes 0 "start two one" --code 7
goes 0 "start" --code 9

# shellcheck disable=SC2016
it 'ends at $complete and $fail, wherever they stand'
goes 0 "start" --way "done"
goes 1 "start" --way fail
equal code "$(jq -r .error.code "$temporary/out")" failed_by_route

it "takes onFailure with the failure in reach, and recovers from it"
goes 0 "start:failed heal one" --code 2
goes 1 "start:failed heal relapse:failed last" --code 3
equal error "$(jq -r '.error.step + " " + .error.code' "$temporary/out")" "relapse exit_status"
goes 1 "start break:failed last" --way break
equal error "$(jq -r '.error.step' "$temporary/out")" break
contains .kad/logs/"$(execution)"/*last* "failed exit_status break"

it "takes onTimeout"
goes 0 "start slow:timed_out heal one" --way slow

it "bounds a loop, and then takes onFailure"
goes 1 "start loop again loop again loop again loop:failed last" --way loop
equal code "$(jq -r .error.code "$temporary/out")" retries_exhausted

it "ends a workflow at its timeout, in the middle of a step"
workflow late <<'END'
name: Late
version: 1.0.0
timeout: 200ms
triggers: [{type: cli, command: kad workflow late}]
steps:
  - {id: first, run: ["true"], onSuccess: sleep}
  - {id: sleep, run: [sleep, "300"], onFailure: never}
  - {id: never, run: ["true"]}
END
exits 0 kad build
exits 1 kad workflow run --json late
equal code "$(jq -r .error.code "$temporary/out")" timed_out
equal route "$(route)" "first sleep:timed_out"

it "a start behind failures alone needs one, which stays"
workflow behind <<'YAML'
name: Behind
version: 1.0.0
triggers: [{type: cli, command: kad workflow behind}]
steps:
  - {id: work, run: [test, -e, .kad/well], onSuccess: more, onFailure: handle}
  - {id: more, approval: {prompt: Well?, choices: [go]}, onOutcome: {go: $complete}}
  - {id: handle, run: [echo, "{{ workflow.error.code }}"]}
YAML
kad build >/dev/null
exits 1 kad workflow behind
exits 1 kad workflow resume "$(execution)" --from handle
contains "$temporary/err" "work: exit status 1"
touch .kad/well
exits 3 kad workflow behind
exits 2 kad workflow resume "$(execution)" --from handle
contains "$temporary/err" "\`handle\` is reached through a failure alone, and nothing has failed"
