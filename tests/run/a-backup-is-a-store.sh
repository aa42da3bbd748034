#!/usr/bin/env bash
# `kad backup`: a copy of the store, made while an execution runs, is a store; large values come
# along, one that is damaged is named, and a kill leaves none that a row refers to and that is
# not there. Logs of called workflows are told with their callers.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/crash.sh"

new_project project
workflow outer <<'END'
name: Outer
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow outer, params: []}
steps:
  - id: print
    run: [sh, -c, "echo from outer >&2; head -c 400000 /dev/zero | tr '\\0' x"]
    idempotent: true
    timeout: 1m
    onSuccess: inner
  - {id: inner, workflow: inner, inputs: {text: "{{ steps.print.outputs.stdout }}"}}
outputs:
  - {name: text, value: "{{ steps.print.outputs.stdout }}"}
END
workflow inner <<'END'
name: Inner
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow inner, params: [{name: text, type: string}]}
steps:
  - {id: say, run: [echo, from inner], idempotent: true, timeout: 1m, onSuccess: hold}
  - id: hold
    run: [sh, -c, "touch holding; until test -e go; do sleep 0.05; done"]
    idempotent: true
    timeout: 1m
END
kad build >/dev/null 2>&1
text=$(head -c 400000 /dev/zero | tr '\0' x)

it "a copy can be made while an execution runs"
.kad/bin/wf-outer --json >"$temporary/run" 2>/dev/null &
run=$!
eventually test -e holding
exits 0 kad backup "$temporary/copy.db"
contains "$temporary/out" "$temporary/copy.db is a copy of"
exits 0 kad backup "$temporary/a copy"
contains "$temporary/out" "\`kad --db '$temporary/a copy' workflow status\`"
touch go
wait "$run"
equal "the outputs of the run" "$(jq -r .outputs.text "$temporary/run" | sha256sum)" \
    "$(echo "$text" | sha256sum)"
outer=$(sql "SELECT id FROM executions WHERE parent_id IS NULL")

it "it is a store: as it was then, with its large values, for its owner alone"
equal mode "$(stat -c %a "$temporary/copy.db")" 600
exits 0 kad --db "$temporary/copy.db" workflow list
exits 0 kad --db "$temporary/copy.db" workflow status "$outer" --json
equal status "$(jq -r .status "$temporary/out")" interrupted
equal "large value" "$(jq -r '.steps[0].outputs.stdout' "$temporary/out" | sha256sum)" \
    "$(echo "$text" | sha256sum)"

it "so is a copy of the copy, with nothing beside it"
cp "$temporary/copy.db" "$temporary/alone.db"
exits 0 kad --db "$temporary/alone.db" workflow status
contains "$temporary/out" "$outer"

it "a file that is there is left alone"
exits 2 kad backup "$temporary/copy.db"
contains "$temporary/err" "it is there already"
exits 2 kad backup "$temporary/nowhere/copy.db"

it "one that fails at its last step leaves nothing"
ASAN_OPTIONS=detect_leaks=0 exits 74 strace -qqq -o /dev/null -e trace=link,linkat \
    -e inject=link,linkat:error=EIO kad backup "$temporary/failed.db"
contains "$temporary/err" "failed.db can't be made: Input/output error"
[ -z "$(compgen -G "$temporary/failed.db*")" ] || fail "files are left"

it "a store that has come to that name meanwhile is left alone, with its log"
export ASAN_OPTIONS=detect_leaks=0
strace -qqq -o /dev/null -e trace=fsync -e inject=fsync:signal=STOP:when=1 \
    kad backup "$temporary/taken.db" 2>"$temporary/taken" &
backup=$!
eventually compgen -G "$temporary/taken.db.*.new"
stopped=$(cat "/proc/$backup/task/$backup/children")
exits 0 kad --db "$temporary/taken.db" workflow run inner --text here
while kill -CONT "$stopped" 2>/dev/null; do sleep 0.05; done
found=0
wait "$backup" || found=$?
unset ASAN_OPTIONS
equal "exit code of the backup" "$found" 2
contains "$temporary/taken" "it is there already"
exits 0 kad --db "$temporary/taken.db" workflow list --json
contains "$temporary/out" completed

it "the copy takes the place of a store that is lost"
rm .kad/kad.db*
mv "$temporary/copy.db" .kad/kad.db
exits 0 kad workflow resume "$outer"
equal status "$(sql "SELECT status FROM executions WHERE id = '$outer'")" completed

it "no row is large"
equal "longest value" "$(sql "SELECT max(length(outputs)) < 1000 FROM step_executions")" 1
equal "files" "$(find .kad/values -type f | wc -l)" \
    "$(sql "SELECT count(DISTINCT hash) FROM large_values")"

it "a large value that is damaged or missing is named, and nothing else suffers"
value=$(sql "SELECT substr(outputs, 6) FROM step_executions WHERE step_id = 'print'")
cp ".kad/values/$value" "$temporary/value"
printf y | dd of=".kad/values/$value" bs=1 seek=1000 conv=notrunc 2>/dev/null
exits 74 kad workflow status "$outer"
contains "$temporary/err" "/.kad/values/$value is damaged; restore that file from a backup"
exits 0 kad workflow status
exits 0 kad workflow list
rm ".kad/values/$value"
exits 74 kad workflow status "$outer"
contains "$temporary/err" "/.kad/values/$value can't be read: No such file"
cp "$temporary/value" ".kad/values/$value"
exits 0 kad workflow status "$outer"

it "logs tell what called workflows wrote, too"
exits 0 kad workflow logs "$outer"
contains "$temporary/out" "==> print, visit 1, attempt 1 <=="
contains "$temporary/out" "==> say of inner $(sql "SELECT id FROM executions WHERE workflow_id = 'inner'"), visit 1"
contains "$temporary/out" "from inner"
exits 0 kad workflow logs "$outer" --step say --json
equal "document" "$(jq -c '[.logs[] | [.step, (.text | contains("from inner"))]]' "$temporary/out")" \
    '[["say",true]]'

it "killed anywhere while they are stored, all that rows refer to are there"
calls=write,pwrite64,fsync,fdatasync,rename
strace_options=()
stride=${KAD_EVERYWHERE:-9}
n=1
while rm -rf .kad/kad.db* .kad/values && ! killed_at "$calls" "$n" .kad/bin/wf-outer 2>/dev/null; do
    if [ -e .kad/kad.db ] && [ -n "$(execution)" ]; then
        for hash in $(sql "SELECT DISTINCT hash FROM large_values"); do
            equal "content, killed at $n" "$(sha256sum <".kad/values/$hash")" "$hash  -"
        done
        outer=$(sql "SELECT id FROM executions WHERE parent_id IS NULL")
        exits 0 kad workflow resume "$outer"
        equal "status, killed at $n" "$(sql "SELECT status FROM executions WHERE id = '$outer'")" completed
    fi
    n=$((n + stride))
done
[ "$n" -gt $((3 * stride)) ] || fail "killed only till $n"
