#!/usr/bin/env bash
# On a disk that becomes full, more or less early: exit 74, the message says what to do, and
# when there is space again the execution goes on; no step runs twice.
source "$(dirname "$0")/lib.sh"

# A disk of our own: in a mount namespace where that needs no rights, and none at all where it
# can't be had.
if [ "${1:-}" != inside ]; then
    unshare=(unshare --mount)
    [ "$(id -u)" = 0 ] || unshare+=(--map-root-user)
    if ! "${unshare[@]}" mount -t tmpfs none /mnt 2>/dev/null; then
        echo "- skipped: a full disk: no file system can be mounted here"
        exit 0
    fi
    exec "${unshare[@]}" bash "$0" inside
fi

new_project project
mkdir "$temporary/disk"
mount -t tmpfs -o size=16m none "$temporary/disk"
trap 'umount "$temporary/disk"; rm -rf "$temporary"' EXIT
database=$temporary/disk/kad.db
workflow fill <<'END'
name: Fill
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow fill}
steps:
  - {id: first, run: [sh, -c, 'echo first >>calls'], idempotent: true, onSuccess: each}
  - id: each
    forEach: "{{ [1, 2, 3, 4, 5, 6, 7, 8] }}"
    max: 8
    steps:
      - id: talk
        run: [sh, -c, 'echo talk >>calls; head -c 20000 /dev/zero | tr "\0" x']
        idempotent: true
    onSuccess: last
  - {id: last, run: [sh, -c, 'echo last >>calls'], idempotent: true}
END
kad build >/dev/null 2>&1
program=.kad/bin/wf-fill

it "runs, as long as there is space"
exits 0 "$program" --db "$database"
equal calls "$(wc -l <calls)" 10

fill_up() { # all but so many KiB
    head -c "$1K" /dev/zero >"$temporary/disk/room"
    cat /dev/zero >"$temporary/disk/filler" 2>/dev/null || true
    rm "$temporary/disk/room"
}

it "stops at any place, and goes on from there"
stops=0
for room in 0 8 24 48 80 120 200 320; do
    rm -f "$database"-* "$database" calls
    touch calls
    fill_up "$room"
    code=0
    "$program" --db "$database" >"$temporary/out" 2>"$temporary/err" </dev/null || code=$?
    if [ "$code" != 0 ]; then
        equal "exit code with $room KiB" "$code" 74
        contains "$temporary/err" "$temporary/disk"
        contains "$temporary/err" " space"
        stops=$((stops + 1))
    fi
    rm "$temporary/disk/filler"
    ended=0
    if [ -s "$database" ] && [ -n "$(execution)" ]; then
        ended=$(sql "SELECT count(*) FROM step_executions WHERE action = 'run' AND status = 'completed'")
        exits 0 "$program" --db "$database" --resume "$(execution)"
    else
        exits 0 "$program" --db "$database"
    fi
    equal "status after $room KiB" "$(status)" completed
    equal integrity "$(sql "PRAGMA integrity_check")" ok
    [ "$(wc -l <calls)" -le $((10 + (ended < 10))) ] || fail "$(wc -l <calls) calls, $ended had ended"
done
[ "$stops" -gt 4 ] || fail "the disk was full only $stops times"
