#!/usr/bin/env bash
# The engine is killed while a step of implement-feature works: the agent thinks, or a program
# runs. The step runs again on the tree that it began with, and the end is that of an
# undisturbed run. What the step had started is gone.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/crash.sh"

# ---- Steps that wait for the kill --------------------------------------------------------

# An agent that takes an hour for one step, after half of its edits.
thinks_long() { # STEP
    sed -i "s/^- {step: $1, /- {step: $1, edits: [{takes: 1h}], /; /^- step: $1\$/,/answer:/{
        s/edits: \\[/edits: [{path: half-done, content: x}, {takes: 1h}, /
    }" .kad/recorded.yaml
    if [ "$1" = plan ]; then
        sed -i 's/^- step: plan$/&\n  edits: [{takes: 1h}]/' .kad/recorded.yaml
    fi
    ! cmp -s .kad/recorded.yaml .kad/quick.yaml || fail "no pause was put into $1"
}

is_thinking() { # STEP
    [ "$(sql "SELECT count(*) FROM step_executions WHERE step_id = '$1' AND status = 'running'")" = 1 ] &&
        grep -q recorded ".kad/logs/$(execution)/$1".*.log
}

# Programs in front of the real ones, which stop where $HOLD says: a pattern of their command
# line. $HOLD.pid then says which process it is.
export HOLD=$temporary/hold
mkdir "$temporary/held"
cat >"$temporary/held/git" <<'END'
#!/bin/sh
if [ -e "$HOLD" ] && echo "${0##*/} $*" | grep -q -e "$(cat "$HOLD")"; then
    echo $$ >"$HOLD.pid"
    exec sleep 1000
fi
PATH=${PATH#*:} exec "${0##*/}" "$@"
END
chmod +x "$temporary/held/git"
ln -s git "$temporary/held/make"
ln -s git "$temporary/held/notify-send"
export DISPLAY=:0 # the step complete notifies

is_held() { [ -s "$HOLD.pid" ]; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }

# ---- Routes ------------------------------------------------------------------------------

success() {
    record "$recorded_analyze" "$recorded_plan" "$(recorded_implement broken)" \
        "$(recorded_fix works)" "$recorded_document"
}

failure() {
    record "$recorded_analyze" "$recorded_plan" '- step: implement
  edits: [{path: feature, content: "half\n"}, {path: README.md, content: "spoilt\n"},
    {path: nowhere, delete: true}]
  answer: {summary: Not reached.}'
}

start_again() { # ROUTE
    cd "$temporary"
    rm -rf project "$HOLD" "$HOLD.pid"
    feature_project project
    "$1"
    cp .kad/recorded.yaml .kad/quick.yaml
}

files() {
    git ls-files --others --exclude-standard
    git ls-tree -r HEAD
}

undisturbed_run() { # ROUTE EXIT-CODE
    it "has an end without any kill: $1"
    start_again "$1"
    exits "$2" kad workflow implement-feature --feature "A feature"
    undisturbed=$(outcome)
    undisturbed_files=$(files)
}

# ---- Kills -------------------------------------------------------------------------------

# Runs until a condition holds, kills, and resumes to the EXIT-CODE.
kill_when() { # EXIT-CODE STEP CONDITION...
    local code=$1 step=$2 ends
    shift 2
    kad workflow implement-feature --feature "A feature" >/dev/null 2>&1 &
    engine=$!
    eventually "$@"
    ends=$(stored_ends)
    kill -KILL "$engine"
    wait "$engine" 2>/dev/null || true
    exits 0 kad workflow status "$(execution)"
    contains "$temporary/out" interrupted
    equal "step in flight" \
        "$(sql "SELECT step_id FROM step_executions WHERE status = 'running'")" "$step"
    [ ! -s "$HOLD.pid" ] || eventually is_gone "$(cat "$HOLD.pid")"
    rm -f "$HOLD"
    cp .kad/quick.yaml .kad/recorded.yaml
    exits "$code" kad workflow resume "$(execution)"
    equal outcome "$(outcome)" "$undisturbed"
    equal files "$(files)" "$undisturbed_files"
    equal "ends that were stored" "$(stored_ends | grep -cxF "${ends:-nothing}" || true)" \
        "$(printf '%s' "$ends" | grep -c / || true)"
}

kill_while_thinking() { # STEP
    it "is killed while the agent thinks in $1, and resumed"
    start_again success
    thinks_long "$1"
    kill_when 0 "$1" is_thinking "$1"
}

kill_while_running() { # ROUTE EXIT-CODE STEP PATTERN
    it "is killed while $3 runs $4, and resumed"
    start_again "$1"
    echo "$4" >"$HOLD"
    PATH=$temporary/held:$PATH kill_when "$2" "$3" is_held
}

undisturbed_run success 0
for step in analyze plan implement fix-tests document; do
    kill_while_thinking "$step"
done
kill_while_running success 0 implement "git .* commit-tree"
kill_while_running success 0 test "make test"
kill_while_running success 0 review "git .* symbolic-ref"
kill_while_running success 0 complete "notify-send"

undisturbed_run failure 1
kill_while_running failure 1 rollback "git .* checkout-index"
kill_while_running failure 1 complete "notify-send"
