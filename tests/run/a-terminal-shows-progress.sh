#!/usr/bin/env bash
# In a terminal the run is shown live; elsewhere its progress is plain lines on stderr.
source "$(dirname "$0")/lib.sh"

new_project project
workflow slow <<'END'
name: Slow
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow slow}
steps:
  - {id: begin, run: [echo, begin], onSuccess: linger}
  - {id: linger, run: [sh, -c, "while [ ! -e .kad/go ]; do sleep 0.1; done"], onSuccess: finish}
  - {id: finish, run: [echo, finish]}
END
kad build >/dev/null

# A terminal of so many columns in which a command runs.
server=kad-$$
open_terminal() { # COLUMNS COMMAND
    tmux -L "$server" kill-server 2>/dev/null || true
    server=$server- # the last one may not be gone yet
    tmux -L "$server" -f /dev/null new-session -d -x "$1" -y 24 \
        "PATH='$PATH' $2; echo exit \$?; cat"
}
screen() { tmux -L "$server" capture-pane -p -t 0; }
shows() { screen | grep -q -- "$1"; }
colored() { tmux -L "$server" capture-pane -e -p -t 0 | grep -q "$(printf '\033\[32m')"; }
trap 'tmux -L "$server" kill-server 2>/dev/null || true; rm -rf "$temporary"' EXIT

it "shows the step that runs while it runs"
open_terminal 100 "kad workflow slow"
eventually shows linger
if shows "exit 0"; then fail "it is over before its end"; fi

it "shows the end"
touch .kad/go
eventually shows "exit 0"
eventually shows finish

it "has colours, and none with NO_COLOR"
eventually colored
open_terminal 100 "NO_COLOR=1 kad workflow slow"
eventually shows "exit 0"
if colored; then fail "NO_COLOR is not honoured"; fi

it "fits into a narrow terminal"
rm .kad/go
open_terminal 24 "kad workflow slow"
eventually shows linger
touch .kad/go
eventually shows "exit 0"
equal "lines of steps" "$(screen | grep -cE '^ +(begin|linger|finish) ')" 3
equal "lines between the first and the last step" \
    "$(screen | sed -n '/^ *begin /,/^ *finish /p' | wc -l)" 3

it "is paused by Ctrl-C, and says how to go on"
rm .kad/go
open_terminal 100 "kad workflow slow"
eventually shows linger
tmux -L "$server" send-keys -t 0 C-c
eventually shows "exit 3"
equal status "$(status)" paused
shows "kad workflow resume $(execution) --retry" || fail "it does not say how to go on"

it "cuts listings at the edge"
open_terminal 24 "kad workflow status; kad workflow list; kad workflow history $(execution)"
eventually shows "exit 0"
rows=$(sql "SELECT (SELECT count(*) FROM executions) + (SELECT count(*) FROM execution_history
    WHERE execution_id = '$(execution)')")
workflows=3 # hello, slow, implement-feature; two lines are headings, one is the exit code
equal "lines" "$(screen | grep -c .)" $((rows + workflows + 2 + 1))

it "writes plain lines without a terminal"
touch .kad/go
exits 0 kad workflow slow
contains "$temporary/err" finish
lacks "$temporary/err" "$(printf '\033')"

it "writes plain lines to a terminal that can't erase"
TERM=dumb script -qec "kad workflow slow" /dev/null </dev/null >"$temporary/out"
contains "$temporary/out" "finish: completed after"
lacks "$temporary/out" "$(printf '\033')"

it "prints one document with --json"
exits 0 kad workflow run --json slow
jq -e . "$temporary/out" >/dev/null || fail "no JSON"

it "says what is cancelled, and shows it no longer"
workflow race <<'WORKFLOW'
name: Race
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow race}
steps:
  - id: race
    parallel:
      mode: any
      branches:
        quick: [{id: quick, run: ["true"]}]
        never: [{id: never, run: [sleep, "3600"]}]
WORKFLOW
kad build race >/dev/null 2>&1
exits 0 kad workflow race
contains "$temporary/err" "never: cancelled after"

it "cuts a long name rather than what is said of it"
sed 's/linger/linger-for-as-long-as-nobody-says-go/g; s/workflow slow/workflow long/' workflows/slow.yaml |
    workflow long
kad build long >/dev/null
open_terminal 40 "kad workflow long"
eventually shows "exit 0"
equal "steps with their status" "$(screen | grep -c '^  [a-z-]* *completed ')" 3
