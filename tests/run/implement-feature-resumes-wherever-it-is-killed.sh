#!/usr/bin/env bash
# implement-feature is killed at each of its checkpoints and at lines that it says, so in
# each of its steps, on the route of success and on that of failure. Resumed, it takes the same
# route to the same outputs, and no step whose end was stored runs again.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/crash.sh"

killed_inside= # steps that were in flight

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
    rm -rf project
    feature_project project
    "$1"
}

# What the steps have said whose ends are stored: each call of one adds lines to its log.
said_by() { # KEYS
    local execution step visit attempt
    while IFS=/ read -r execution step visit attempt; do
        [ -z "$execution" ] || cat ".kad/logs/$execution/$step.$visit.$attempt.log"
    done <<<"$1"
}

test_runs() { { cat .kad/test-runs 2>/dev/null || true; } | wc -l; }

# What is left in the working tree, and on the branch if there is one.
tree() {
    git write-tree
    cat README.md feature 2>/dev/null || true
    git ls-tree -r HEAD
}

# Kills the ROUTE at the Nth of these calls, resumes and compares. false: it ended before.
kill_and_resume() { # ROUTE EXIT-CODE SYSCALLS N
    local route=$1 code=$2 calls=$3 n=$4 ends said in_flight found=0
    start_again "$route"
    { killed_at "$calls" "$n" kad workflow implement-feature --feature "A feature"; } \
        2>/dev/null || found=$? # where bash says `Killed`
    [ "$found" != "$code" ] || return 1
    [ -n "$(execution 2>/dev/null)" ] || return 0 # it had not begun
    ends=$(stored_ends)
    said=$(said_by "$ends")
    in_flight=$(sql "SELECT step_id FROM step_executions WHERE status = 'running'")
    killed_inside="$killed_inside $in_flight"
    case $(status) in
    completed | failed) ;;
    *) exits "$code" kad workflow resume "$(execution)" ;;
    esac
    equal "outcome of $route after a kill at $calls number $n" "$(outcome)" "$undisturbed"
    equal "tree of $route after a kill at $calls number $n" "$(tree)" "$undisturbed_tree"
    equal "what had ended has not run again ($ends)" "$(said_by "$ends")" "$said"
    [ "$in_flight" = test ] ||
        equal "runs of the tests" "$(test_runs)" "$undisturbed_tests"
}

kill_at_every() { # ROUTE EXIT-CODE SYSCALLS STRIDE FILE...
    local route=$1 code=$2 calls=$3 stride=$4 n=1 file
    shift 4
    strace_options=() # the engine's first thread writes to the store and to the person
    for file in "$@"; do
        strace_options+=(-P "$file")
    done
    while kill_and_resume "$route" "$code" "$calls" "$n"; do
        n=$((n + stride))
        [ "$n" -lt 200 ] || fail "there is no end of $calls"
    done
    echo "  killed at $(((n - 1) / stride)) places"
    [ "$n" -gt 5 ] || fail "only $n calls of $calls: nothing was tested"
}

kill_everywhere() { # ROUTE EXIT-CODE
    it "has an end without any kill: $1"
    start_again "$1"
    exits "$2" kad workflow implement-feature --feature "A feature"
    undisturbed=$(outcome)
    undisturbed_tree=$(tree)
    undisturbed_tests=$(test_runs)

    it "survives SIGKILL at every checkpoint: $1"
    kill_at_every "$1" "$2" fdatasync,fsync 1 "$PWD/.kad/kad.db" "$PWD/.kad/kad.db-wal"

    it "survives SIGKILL at lines that it says: $1"
    kill_at_every "$1" "$2" write "${KAD_EVERYWHERE:-3}" "$temporary/err"
}

kill_everywhere success 0
kill_everywhere failure 1

it "was killed inside every step"
for step in analyze plan implement test fix-tests document review rollback error-handler complete; do
    case " $killed_inside " in
    *" $step "*) ;;
    *) fail "never inside $step, only:$killed_inside" ;;
    esac
done
