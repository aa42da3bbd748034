#!/usr/bin/env bash
# A store that an earlier kad has left (tests/migrations) is brought up to date, and what is in
# it is listed, told and taken up; killed meanwhile, it is the old one or the new one.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/crash.sh"
migrations=$KAD_SOURCE/tests/migrations
versions=$(find "$migrations" -name "store-*.sql" -printf "%f\n" | tr -cd "0-9\n" | sort -n)
newest=$(cat "$KAD_SOURCE"/runtime/store/schema-*.sql | grep -c '^-- Version') # but the first
newest=$((newest + 1))

new_project project
rm -rf workflows
mkdir workflows
cp "$migrations"/*.yaml workflows
kad build >/dev/null 2>&1
cp -a .kad "$temporary/built"

store_of() { # VERSION
    rm -rf .kad
    cp -a "$temporary/built" .kad
    sed "s#PROJECT#$PWD#g" "$migrations/store-$1.sql" | sqlite3 -bail .kad/kad.db >/dev/null
}
of() { # WORKFLOW STATUS [STEP]
    sql "SELECT id FROM executions WHERE workflow_id = '$1' AND status = '$2'
        AND parent_id IS NULL AND coalesce(current_step, '') = '${3:-}'"
}
sound() { equal "integrity" "$(sql "PRAGMA integrity_check; PRAGMA foreign_key_check")" ok; }

# Schema 5 came together with 6.
equal "stores of all earlier schemas" "$versions" "$(seq 1 $((newest - 1)) | grep -vx 5)"
for version in $versions; do
    it "schema $version: what ended, waits and is paused is told as it was"
    store_of "$version"
    equal version "$(sql "PRAGMA user_version")" "$version"
    before=$(sql "SELECT id, workflow_id, status, current_step, outputs, error FROM executions
        ORDER BY slot; SELECT id, status, outputs FROM step_executions ORDER BY id;
        SELECT execution_id, seq, event_type, data FROM execution_history ORDER BY 1, 2")
    exits 0 kad workflow status --json
    equal version "$(sql "PRAGMA user_version")" "$newest"
    equal rows "$(sql "SELECT id, workflow_id, status, current_step, outputs, error
        FROM executions ORDER BY slot; SELECT id, status, outputs FROM step_executions
        ORDER BY id; SELECT execution_id, seq, event_type, data FROM execution_history
        ORDER BY 1, 2")" "$before"
    equal listed "$(jq '.executions | length' "$temporary/out")" \
        "$(sql "SELECT count(*) FROM executions WHERE parent_id IS NULL")"
    completed=$(of plain completed)
    exits 0 kad workflow status --json "$completed"
    equal said "$(jq -c .outputs "$temporary/out")" '{"said":"finished\n\n"}'
    for one in $(sql "SELECT id FROM executions"); do
        exits 0 kad workflow status "$one"
        exits 0 kad workflow history "$one"
        exits 0 kad workflow logs "$one"
    done
    sound

    it "schema $version: each goes on where it was"
    failed=$(of plain failed) paused=$(of plain paused two)
    exits 0 kad workflow resume "$completed"
    exits 0 kad workflow resume "$failed"
    exits 3 kad workflow resume "$paused"
    contains "$temporary/err" "did it happen?"
    exits 0 kad workflow resume "$paused" --retry
    equal said "$(sql "SELECT outputs FROM executions WHERE id = '$paused'")" \
        '{"said":"interrupted\n\n"}'
    equal "runs of a step that had ended" \
        "$(sql "SELECT count(*) FROM step_executions WHERE execution_id = '$paused' AND step_id = 'one'")" 1
    if [ "$version" -ge 2 ]; then
        asking=$(of hold waiting ask) waiting=$(of hold waiting later)
        exits 0 kad workflow approve "$asking" --choice go
        exits 3 kad workflow resume "$waiting"
        exits 1 kad workflow approve "$waiting" --choice stop
    fi
    if [ "$version" -ge 4 ]; then
        exits 0 kad emit go
        equal "blocks" "$(of blocks completed)" "$(sql "SELECT id FROM executions WHERE workflow_id = 'blocks'")"
    fi
    sound
    exits 0 kad workflow plain --text new
    exits 0 kad workflow prune --older-than 1ms
    equal "what is left, the newest" "$(sql "SELECT count(*) FROM executions")" 1
done

it "killed while it is brought up to date, a store is the old one or the new one"
calls=write,pwrite64,fsync,fdatasync,ftruncate,unlink
strace_options=()
stride=${KAD_EVERYWHERE:-9}
kills=0
version=1
n=1
while store_of "$version" && ! killed_at "$calls" "$n" kad workflow status 2>/dev/null; do
    kills=$((kills + 1))
    found=$(sql "PRAGMA user_version")
    [ "$found" = "$version" ] || [ "$found" = "$newest" ] || fail "schema $found"
    sound
    exits 0 kad workflow status
    equal version "$(sql "PRAGMA user_version")" "$newest"
    n=$((n + stride))
done
[ "$kills" -ge 3 ] || fail "killed only $kills times"
