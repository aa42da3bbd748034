#!/usr/bin/env bash
# A run that is killed at any of its checkpoints is resumed to the same end: same route, same
# outputs, and no step whose end was stored runs again.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/crash.sh"

new_project project
cat >call <<'END'
#!/bin/sh
echo "$1" >>.kad/calls
echo "this is $1"
[ "$1" != three ]
END
chmod +x call
workflow steps <<'END'
name: Steps
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow steps}
steps:
  - {id: one, run: [./call, one], idempotent: true, onSuccess: two, onFailure: $fail}
  - {id: two, run: [./call, two], idempotent: true, onSuccess: three, onFailure: $fail}
  - {id: three, run: [./call, three], idempotent: true, onSuccess: four, onFailure: four}
  - {id: four, run: [./call, four], idempotent: true, recovers: true, onSuccess: five, onFailure: $fail}
  - {id: five, run: [./call, five], idempotent: true}
outputs:
  - {name: last, value: "{{ steps.five.outputs.stdout }}"}
END
kad build >/dev/null

start_again() {
    rm -rf .kad/kad.db* .kad/locks .kad/logs .kad/calls
    touch .kad/calls
}

# Calls of the steps whose ends were stored.
calls_of() { # KEYS
    local key
    for key in $1; do
        key=${key#*/}
        grep -cx "${key%%/*}" .kad/calls || true
    done
}

# Kills at the Nth of these system calls, resumes and compares. false: it was not killed.
kill_and_resume() { # SYSCALLS N
    local ends calls
    start_again
    if killed_at "$1" "$2" .kad/bin/wf-steps; then
        return 1
    fi 2>/dev/null # where bash says `Killed`
    ends=$(stored_ends)
    calls=$(calls_of "$ends")
    if [ ! -s .kad/kad.db ] || [ -z "$(execution 2>/dev/null)" ]; then
        equal "steps called before anything is stored" "$(cat .kad/calls)" ""
        return 0
    fi
    if [ "$(status)" != completed ]; then
        exits 0 kad workflow resume "$(execution)"
    fi
    equal "outcome after a kill at $1 number $2" "$(outcome)" "$undisturbed"
    equal "calls of what had ended ($ends)" "$(calls_of "$ends")" "$calls"
    equal "integrity" "$(sql "PRAGMA integrity_check")" ok
}

kill_at_every() { # SYSCALLS STRIDE
    local n=1
    while kill_and_resume "$1" "$n"; do
        n=$((n + $2))
        [ "$n" -lt 500 ] || fail "there is no end of $1"
    done
    echo "  killed at $(((n - 1) / $2)) places"
    [ "$n" -gt 5 ] || fail "only $n calls of $1: nothing was tested"
}

it "is not disturbed by strace itself"
start_again
exits 0 kad workflow steps
undisturbed=$(outcome)
contains .kad/calls five

it "survives SIGKILL at every sync"
kill_at_every fdatasync,fsync 1

it "survives SIGKILL at writes to the store"
kill_at_every pwrite64 "${KAD_EVERYWHERE:-3}"
