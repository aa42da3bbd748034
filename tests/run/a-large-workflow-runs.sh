#!/usr/bin/env bash
# A workflow of more steps than a switch lists goes from group to group of them, and back, reads
# what steps of other groups have left, and has blocks across their borders.
source "$(dirname "$0")/lib.sh"

# Steps s1 to s80 in a line, each with what the one before has said. s30 repeats something for
# two items, in six steps that reach into the next group; s80 goes back to s31 once.
step() { # NUMBER
    local said="{{ steps.s$(($1 - 1)).outputs.stdout }}" to
    case $1 in
    1) echo "  - {id: s1, run: [printf, onetwo], onSuccess: s2}" ;;
    30)
        echo "  - id: s30"
        echo "    forEach: \"{{ split(steps.s29.outputs.stdout, 't') }}\""
        echo "    max: 2"
        echo "    concurrency: 1"
        echo "    onSuccess: s31"
        echo "    steps:"
        for to in 2 3 4 5 6; do
            echo "      - {id: each$((to - 1)), run: [printf, \"{{ item }}\"], onSuccess: each$to}"
        done
        echo "      - {id: each6, run: [printf, \"{{ steps.each1.outputs.stdout }}6\"]}"
        ;;
    31)
        echo "  - id: s31"
        echo "    maxRetries: 1"
        echo "    recovers: true"
        echo "    run: [printf, \"{{ join(steps.each6.outputs.stdout, '+') }}\"]"
        echo "    onSuccess: s32"
        ;;
    80)
        echo "  - id: s80"
        echo "    run: [sh, -c, \"test -e mark && echo \$1 \$2 || { touch mark; exit 1; }\","
        echo "      sh, \"{{ steps.s1.outputs.stdout }}\", \"$said\"]"
        echo "    onFailure: s31"
        ;;
    *) echo "  - {id: s$1, run: [printf, \"$said\"], onSuccess: s$(($1 + 1))}" ;;
    esac
}

new_project project
workflow large <<END
name: Large
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow large}
steps:
$(for i in $(seq 1 80); do step "$i"; done)
outputs:
  - {name: said, value: "{{ trim(steps.s80.outputs.stdout) }}"}
END
kad build >/dev/null 2>&1

it "goes through all of its steps, and back"
exits 0 kad workflow large
contains "$temporary/err" "said: onetwo one6+wo6"
equal "runs of s31" "$(sql "SELECT count(*) FROM step_executions WHERE step_id = 's31'")" 2
equal "runs of each6" "$(sql "SELECT count(*) FROM step_executions WHERE step_id = 'each6'")" 2

it "is drawn on demand alone"
exits 0 kadc -o c workflows/large.yaml
contains c/large.c "A drawing of its 86 steps: kadc --emit=graph"
exits 0 kadc --emit=graph --graph-format=text workflows/large.yaml
contains "$temporary/out" "s79 "
