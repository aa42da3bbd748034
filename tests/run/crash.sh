# crash.sh: for the tests that kill: what was stored before, what must not happen after.
# Sourced after lib.sh.
# shellcheck shell=bash disable=SC2154

# Step runs whose end is stored, by key.
stored_ends() {
    [ -s .kad/kad.db ] || return 0
    sql "SELECT id FROM step_executions WHERE status <> 'running'" 2>/dev/null || true
}

# What remains the same however often a run is killed: route, statuses, outputs, without what
# names the execution, a commit or a time.
outcome() {
    sql "SELECT status, error FROM executions ORDER BY slot DESC LIMIT 1;
        SELECT step_id, visit, attempt, status, outputs, error FROM step_executions
            WHERE execution_id = '$(execution)' ORDER BY rowid" |
        sed -e "s/$(execution)/EXECUTION/g" -e 's/[0-9a-f]\{40\}/COMMIT/g' \
            -e "s/$(execution | cut -c 9-)/EXECUTION/g"
}

# Kills the command at the Nth call of one of these system calls: in any of its threads and
# children, or, where these options of strace say so, elsewhere.
strace_options=(-f)
killed_at() { # SYSCALLS N COMMAND...
    local calls=$1 n=$2
    shift 2
    # LeakSanitizer cannot work in a traced process.
    ASAN_OPTIONS=detect_leaks=0 strace -qqq -o /dev/null "${strace_options[@]}" \
        -e trace="$calls" -e inject="$calls:signal=KILL:when=$n" \
        "$@" >"$temporary/out" 2>"$temporary/err" </dev/null
}
