#!/usr/bin/env bash
# Whatever a module's program does, it is that step's failure (or success), in time; the engine
# stays small, the store sound, and nothing is left running. All attacks run at once, each in
# an engine of its own.
source "$(dirname "$0")/lib.sh"

HWM_MAX_KB=65536

new_project project
rm workflows/hello.yaml
mkdir -p modules/hostile
cat >modules/hostile/module.yaml <<'END'
module: hostile
version: 1.0.0
description: Does what it is told to, however bad.
command: [./hostile]
actions:
  - name: free
    description: Without limits.
    inputs: &inputs [{name: how, type: string}, {name: more, type: object}, {name: token, type: string, secret: true}]
    outputs: &outputs [{name: count, type: integer}, {name: any, type: any, required: false}]
  - name: bounded
    description: With those that need no cgroup.
    inputs: *inputs
    outputs: *outputs
    limits: {memory: 256MiB, cpu: 1s, output: 1MB}
  - name: counted
    description: With few processes.
    inputs: *inputs
    outputs: *outputs
    limits: {processes: 16}
END
cat >modules/hostile/hostile <<'END'
#!/usr/bin/env bash
answer='{"outputs":{"count":1}}'
how=$(head -c 200 | sed 's/.*"how":"\([^"]*\).*/\1/') # the rest is never read
case $how in
flood-without-newline) head -c 1000000000 /dev/zero ;;
flood-with-newline) yes | head -c 100000000 ;;
large) printf '{"outputs":{"count":1,"text":"'; head -c 4194000 /dev/zero | tr '\0' x; echo '"}}' ;;
large-given-on) printf '{"outputs":{"count":1,"any":"'; head -c 4194000 /dev/zero | tr '\0' x; echo '"}}' ;;
large-lists) printf '{"outputs":{"count":1,"any":[0'; yes ',[]' | tr -d '\n' | head -c 297000; printf ',"'
    head -c 3890000 /dev/zero | tr '\0' x; echo '"]}}' ;;
large-maps) printf '{"outputs":{"count":1,"any":[0'; yes ',{"a":""}' | tr -d '\n' | head -c 441000; printf ',"'
    head -c 3740000 /dev/zero | tr '\0' x; echo '"]}}' ;;
largest-details) printf '{"error":{"code":"large","message":"","details":"'; head -c 16776000 /dev/zero | tr '\0' x; echo '"}}' ;;
largest-error) printf '{"error":{"code":"large","message":"'; head -c 16776000 /dev/zero | tr '\0' x; echo '"}}' ;;
too-large) printf '{"outputs":{"count":1,"text":"'; head -c 16777216 /dev/zero | tr '\0' x; echo '"}}' ;;
flood-of-errors) head -c 100000000 /dev/zero >&2; echo "$answer" ;;
flood-of-error-lines) yes | head -c 1000000000 >&2; echo "$answer" ;;
flood-of-secrets) yes sesame | head -c 20000000 >&2; echo "$answer" ;;
flood-of-progress) yes working >".kad/logs/$KAD_EXECUTION/attack.1.1.progress" ;;
endless-progress) while kad progress working; do :; done ;;
never-reads) echo "$answer" ;;
bad-utf8) printf '{"outputs":{"count":1,"text":"\377\300\200"}}' ;;
bad-utf8-errors) printf 'wrong: \377\300\200\n' >&2; exit 3 ;;
no-json) echo hello ;;
nothing) ;;
two-documents) echo "$answer $answer" ;;
list) echo '[1]' ;;
wrong-type) echo '{"outputs":{"count":"one"}}' ;;
wrong-outputs) echo '{"outputs":[]}' ;;
wrong-error) echo '{"error":{"code":7}}' ;;
duplicate-keys) echo '{"outputs":{"count":1,"count":2}}' ;;
huge-integer) echo '{"outputs":{"count":123456789012345678901234567890}}' ;;
huge-number) echo '{"outputs":{"count":1e99999}}' ;;
deep) head -c 50000 /dev/zero | tr '\0' '[' ;;
deep-outputs) printf '{"outputs":'; head -c 50000 /dev/zero | tr '\0' '[' ;;
wide-lists) yes "[]," | tr -d "\n" | head -c 16000000 ;;
wide-maps) printf "["; yes "{}," | tr -d "\n" | head -c 294000; echo "0]" ;;
segmentation-fault) kill -SEGV $$ ;;
closed-output) exec 1>&- ;;
closed-descriptors) exec 0<&- 1>&- 2>&- ;;
daemon) (setsid sleep 1000 &) ; echo "$answer" ;;
kills-its-group) kill -KILL 0 ;;
kills-the-keeper) kill -KILL "$PPID"; exec sleep 1000 ;;
stops-the-keeper) kill -STOP "$PPID"; exec sleep 1000 ;;
stops-itself) kill -STOP $$ ;;
ignores-term) trap '' TERM; while :; do sleep 1000; done ;;
computes) while :; do :; done ;;
prints) exec yes ;;
fills-a-file) yes >"$KAD_EXECUTION.file" ;;
fills-memory) dd if=/dev/zero of=/dev/null bs=300M count=1 || exit ;;
fork-bomb) f() { f | f & }; f; exec sleep 1000 ;;
esac
END
chmod +x modules/hostile/hostile

# The step after the attack looks at the engine, the parent of the keeper.
attackers() { # ID ACTION TIMEOUT
    workflow "$1" <<END
name: Attack
version: 1.0.0
triggers: [{type: cli, command: kad workflow $1, params: [{name: how, type: string}, {name: more, type: object, default: {}}]}]
steps:
  - id: attack
    module: hostile
    action: $2
    inputs: {how: "{{ trigger.how }}", more: "{{ trigger.more }}", token: "{{ secrets.TOKEN }}"}
    timeout: $3
    onSuccess: look
    onFailure: look
  - id: look
    run: [sh, -c, "read -r _ _ _ engine _ </proc/\$PPID/stat; sed -n 's/^VmHWM:[^0-9]*//p' /proc/\$engine/status"]
END
}
export KAD_SECRET_TOKEN=sesame
attackers free free 5m
attackers hasty free 1s
attackers bounded bounded 5m
attackers counted counted 5m
# The same with a program that is no module.
workflow print <<'END'
name: Print
version: 1.0.0
triggers: [{type: cli, command: kad workflow print, params: [{name: how, type: string}, {name: more, type: object, default: {}}]}]
steps:
  - id: attack
    run: [./print, "{{ trigger.how }}", "{{ toJson(trigger.more) }}"]
    env: {TOKEN: "{{ secrets.TOKEN }}"}
    onSuccess: look
    onFailure: look
  - id: look
    run: [sh, -c, "read -r _ _ _ engine _ </proc/$PPID/stat; sed -n 's/^VmHWM:[^0-9]*//p' /proc/$engine/status"]
END
cat >print <<'END'
#!/usr/bin/env bash
case $1 in
print-without-end) exec head -c 1000000000 /dev/zero ;;
print-nul) head -c 4194304 /dev/zero ;;
print-controls) head -c 4194304 /dev/zero | tr '\0' '\1' ;;
print-lines) yes '' | head -c 2000000 ;;
print-secrets) yes "$TOKEN" | head -c 3500000 ;;
print-largest) head -c 4194000 /dev/zero | tr '\0' x ;;
esac
END
chmod +x print
exits 0 kad build

# Whether this shell may make a cgroup below its own that counts processes.
can_count() {
    local old new folder
    old=$(sed -n 's/^[0-9]*:\([^:]*,\)*pids\(,[^:]*\)*:\(.*\)/\3/p' /proc/self/cgroup)
    new=$(sed -n 's/^0:://p' /proc/self/cgroup)
    folder=${old:+/sys/fs/cgroup/pids$old}
    folder=${folder:-/sys/fs/cgroup$new}
    [ "$old" ] || grep -qw pids "$folder/cgroup.controllers" || return
    mkdir "$folder/kad-test-$$" && rmdir "$folder/kad-test-$$"
}

declare -A wanted=() started=()
attack() { # CODE WORKFLOW HOW [MORE]
    wanted[$3]=$1
    kad workflow run --key "$3" "$2" --how "$3" --more "${4:-{\}}" \
        >"$temporary/$3.out" 2>"$temporary/$3.err" </dev/null &
    started[$3]=$!
}
attacks() { # CODE WORKFLOW HOW...
    local code=$1 id=$2 how
    for how in "${@:3}"; do attack "$code" "$id" "$how"; done
}

it "ends each attack as the failure of its step"
jq -nc '{text: ("x" * 1000000)}' >"$temporary/megabyte"
attacks timed_out hasty flood-of-progress endless-progress ignores-term stops-itself stops-the-keeper
attacks output_too_large free flood-without-newline flood-with-newline wide-lists too-large
attacks "" free large large-given-on large-lists large-maps
attacks large free largest-error largest-details
attacks output_too_large print print-without-end print-controls
attacks "" print print-nul print-lines print-secrets print-largest
attacks "" free flood-of-errors flood-of-error-lines flood-of-secrets daemon
attack "" free never-reads "@$temporary/megabyte"
attacks bad_output free bad-utf8 no-json nothing two-documents list wrong-type wrong-outputs \
    wrong-error duplicate-keys huge-integer huge-number deep deep-outputs wide-maps closed-output \
    closed-descriptors
attacks exit_status free bad-utf8-errors
attacks signal free segmentation-fault kills-its-group
attacks interrupted free kills-the-keeper
attacks limit_cpu bounded computes
attacks limit_output bounded prints fills-a-file
attacks exit_status bounded fills-memory
# Where processes can't be counted the program must not even start.
if can_count 2>/dev/null; then
    attacks limit_processes counted fork-bomb
else
    echo "  skipped: the fork bomb but for its refusal: no cgroup can be had here"
    attacks limit_unavailable counted fork-bomb
fi
for how in "${!started[@]}"; do
    code=0
    wait "${started[$how]}" || code=$?
    equal "exit code of $how" "$code" "$([ "${wanted[$how]}" ] && echo 1 || echo 0)"
    equal "$how" "$(sql "SELECT ifnull(json_extract(s.error, '\$.code'), '') FROM step_executions s
        JOIN executions e ON e.id = s.execution_id WHERE e.key = '$how' AND step_id = 'attack'")" "${wanted[$how]}"
done

it "keeps the engine small"
sql "SELECT cast(json_extract(s.outputs, '$.stdout') AS integer), key FROM step_executions s
    JOIN executions e ON e.id = s.execution_id WHERE step_id = 'look'" | sort -n >"$temporary/sizes"
equal "engines that were measured" "$(wc -l <"$temporary/sizes")" "${#wanted[@]}"
largest=$(tail -1 "$temporary/sizes")
if ! grep -q __asan_init .kad/bin/wf-free; then
    [ "${largest%|*}" -lt $HWM_MAX_KB ] || fail "an engine has had $largest kB"
fi

it "cuts the log of what floods it, with a mark"
for how in flood-without-newline flood-of-error-lines; do
    log=.kad/logs/$(sql "SELECT id FROM executions WHERE key = '$how'")/attack.1.1.log
    mark="[the log is cut here: it has 64 MiB]"
    tail -c 100 "$log" >"$temporary/tail"
    contains "$temporary/tail" "$mark"
    equal "length of $log" "$(stat -c %s "$log")" $((64 * 1024 * 1024 + ${#mark} + 2))
done

it "masks what floods it"
lacks ".kad/logs/$(sql "SELECT id FROM executions WHERE key = 'flood-of-secrets'")/attack.1.1.log" sesame

it "leaves a sound store, and texts that can be read"
equal integrity "$(sql "PRAGMA integrity_check; PRAGMA foreign_key_check")" ok
equal "steps that run" "$(sql "SELECT count(*) FROM step_executions WHERE status = 'running'")" 0
equal "history with gaps" "$(sql "SELECT count(*) FROM (SELECT 1 FROM execution_history
    GROUP BY execution_id HAVING count(*) != max(seq) OR min(seq) != 1)")" 0
exits 0 kad workflow status --json "$(sql "SELECT id FROM executions WHERE key = 'bad-utf8-errors'")"
contains "$temporary/out" "exit status 3: wrong: ���"

it "says which limit it was"
says() { # HOW TEXT
    sql "SELECT json_extract(error, '$.message') FROM executions WHERE key = '$1'" >"$temporary/out"
    contains "$temporary/out" "$2"
}
says computes "hostile\` has used more than its 1s of CPU time"
says prints "hostile\` has written more than its 1MB"
says fills-a-file "hostile\` has written more than its 1MB"
says fills-memory "(its memory is limited to 256MiB)"
case ${wanted[fork-bomb]} in
limit_processes) says fork-bomb "hostile\` has wanted more than its 16 processes" ;;
*) says fork-bomb "systemd-run --user --scope -p Delegate=yes" ;;
esac

# Programs have the store's name in their environment.
left_over() { grep -lzxF "KAD_DB=$PWD/.kad/kad.db" /proc/[0-9]*/environ 2>/dev/null; }
none_left() { [ -z "$(left_over)" ]; }
it "leaves nothing running"
eventually none_left
