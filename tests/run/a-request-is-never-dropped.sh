#!/usr/bin/env bash
# A pause that is asked of a process that has only just taken up an execution is heeded: the
# process is stopped at each of its calls about locks, asked, and let go on. So is one whose
# asker is slow to tell the process of it.
source "$(dirname "$0")/lib.sh"

new_project project
workflow steps <<'END'
name: Steps
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow steps, params: []}
steps:
  - id: one
    run: [sh, -c, "test -e ready || { touch started; exec sleep 60; }"]
    idempotent: true
    timeout: 1m
    onSuccess: two
  - {id: two, run: [touch, two-has-run], idempotent: true, timeout: 1m}
END
kad build >/dev/null 2>&1
.kad/bin/wf-steps 2>/dev/null &
running=$!
eventually test -e started
kill -INT "$running"
wait "$running" || true
touch ready
cp -a .kad "$temporary/before"
paused=$(execution)

# Stops the process before it sends a signal, or at the Nth of these moments: it has asked for the lock of an execution (a
# byte with a low number; those of SQLite are higher), or is about to enter the writers' queue.
cat >"$temporary/stop.c" <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void pass(bool is_moment)
{
    static int left = -1;

    if (left < 0)
        left = getenv("STOP_AT") ? atoi(getenv("STOP_AT")) : 0;
    if (is_moment && left && --left == 0)
        raise(SIGSTOP);
}

static int call(int fd, int command, void *argument)
{
    const struct flock *lock = argument;
    int result;

    pass(command == F_OFD_SETLK && lock->l_type == F_WRLCK);
    result = (int)syscall(SYS_fcntl, fd, command, argument);
    pass(command == F_SETLK && lock->l_start < 100);
    return result;
}

int kill(pid_t process, int number)
{
    if (getenv("STOP_BEFORE_SIGNAL"))
        raise(SIGSTOP);
    return (int)syscall(SYS_kill, process, number);
}

#define WRAPPED(name)                                                                  \
    int name(int fd, int command, ...);                                                \
    int name(int fd, int command, ...)                                                 \
    {                                                                                  \
        va_list arguments;                                                             \
        void *argument;                                                                \
                                                                                       \
        va_start(arguments, command);                                                  \
        argument = va_arg(arguments, void *);                                          \
        va_end(arguments);                                                             \
        return call(fd, command, argument);                                            \
    }
WRAPPED(fcntl)
WRAPPED(fcntl64)
END
"${CC:-cc}" -shared -fPIC -o "$temporary/stop.so" "$temporary/stop.c"

is_stopped() { grep -q "^State:.T" "/proc/$1/status" 2>/dev/null; }
is_over() { ! grep -q "^State:.[^Z]" "/proc/$1/status" 2>/dev/null; }
stands() { is_stopped "$1" || is_over "$1"; }

again() {
    rm -rf .kad two-has-run
    cp -a "$temporary/before" .kad
}
resume() { # NTH MOMENT: sets $resume, unless the process is over before it
    again
    STOP_AT=$1 LD_PRELOAD=$temporary/stop.so .kad/bin/wf-steps --resume "$paused" \
        >"$temporary/resumed" 2>&1 </dev/null &
    resume=$!
    eventually stands "$resume"
    is_stopped "$resume"
}
ends() { # CODE: of the resume, which goes on
    local code=0
    wait "$resume" || code=$?
    equal "exit code, stopped at call $n" "$code" "$1"
}

# Or it waits for the process that is stopped in a transaction.
has_asked_or_waits() {
    is_over "$1" || grep -q -- "-> OFDLCK.*:$(stat -c %i .kad/kad.db-queue) " /proc/locks
}

# A pause asked of the resume at each of those moments but those behind the start of its last
# step, where there is nothing left to stop before, is heeded.
pause_at_each() { # AT LEAST SO MANY
    asked=0
    n=1
    while resume "$n"; do
        answer=0
        kad workflow pause "$paused" >"$temporary/out" 2>"$temporary/err" </dev/null &
        pause=$!
        eventually has_asked_or_waits "$pause"
        kill -CONT "$resume"
        wait "$pause" || answer=$?
        if [ "$answer" -eq 0 ] && [[ $(route) != *two* ]]; then
            asked=$((asked + 1))
            ends 3
            equal "status, stopped at call $n" "$(status)" paused
        else
            wait "$resume" || true
        fi
        n=$((n + 1))
    done
    [ "$asked" -ge "$1" ] || fail "asked only $asked times"
}

it "a pause that is asked right after the lock was taken is heeded"
pause_at_each 2

it "one that the process reads before it is told is heeded, too"
n=1
resume 1
STOP_BEFORE_SIGNAL=1 LD_PRELOAD=$temporary/stop.so kad workflow pause "$paused" >"$temporary/out" 2>&1 </dev/null &
pause=$!
eventually is_stopped "$pause"
kill -CONT "$resume"
ends 3
equal "status" "$(status)" paused
kill -CONT "$pause"
wait "$pause"

it "one that repeats what was asked of an owner that is gone is heeded; that one is forgotten"
again
rm -f ready started
sql "UPDATE executions SET request = 'pause'"
rm -rf "$temporary/before"
cp -a .kad "$temporary/before"
touch ready
# One that waits may come too late.
pause_at_each 1
again
.kad/bin/wf-steps --quiet --resume "$paused" </dev/null
equal "status" "$(status)" completed
