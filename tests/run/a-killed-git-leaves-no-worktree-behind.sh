#!/usr/bin/env bash
# The engine, and the git that makes or removes a worktree for it, are killed at any system call
# of that git: a resume works in a whole worktree, and a prune leaves nothing of one that was
# being removed.
source "$(dirname "$0")/lib.sh"

new_project project
echo one >file
for name in a b c d e; do mkdir "$name"; echo more >"$name/more"; done
git add file ./?
git commit -q -m Begin
workflow look <<'END'
name: Look
version: 1.0.0
triggers: [{type: cli, command: kad workflow look, params: []}]
workspace: worktree
steps: [{id: look, run: [cat, file], idempotent: true, timeout: 1m}]
END
workflow other <<'END'
name: Other
version: 1.0.0
triggers: [{type: cli, command: kad workflow other, params: []}]
steps: [{id: say, run: ["true"], timeout: 1m}]
END
kad build >/dev/null 2>&1

# git, which is stopped at the Nth of the calls that change something, or a child of it, while
# it does $temporary/what; then the engine is killed, and with it all that git is.
mkdir "$temporary/bin"
git=$(command -v git)
cat >"$temporary/bin/git" <<END
#!/usr/bin/env bash
read -r what n <"$temporary/what"
[ "\${n:-0}" -gt 0 ] && [[ "\$*" == *"\${what/_/ }"* ]] || exec "$git" "\$@"
calls=mkdir,write,rename,unlink,unlinkat,rmdir,link
strace -f -o "$temporary/trace" -e trace="\$calls" -e inject="\$calls:signal=STOP:when=\$n" "$git" "\$@" &
until grep -q "stopped by SIGSTOP" "$temporary/trace" 2>/dev/null; do
    kill -0 \$! 2>/dev/null || { wait \$!; exit; }
done
kill -KILL "\$(cat "$temporary/engine")"
sleep 60
END
chmod +x "$temporary/bin/git"

killed_while_git() { # WHAT N: false: it came to its end
    echo "$1 $2" >"$temporary/what"
    rm -f "$temporary/trace"
    (
        echo "$BASHPID" >"$temporary/engine"
        PATH=$temporary/bin:$PATH exec .kad/bin/wf-look
    ) >"$temporary/out" 2>"$temporary/err" &
    ! wait $! 2>/dev/null
}
worktrees() { git worktree list | wc -l; }
branches() { git for-each-ref --format='%(refname:short)' refs/heads | tr '\n' ' '; }
none_left() { ! grep -lzxF "KAD_DB=$PWD/.kad/kad.db" /proc/[0-9]*/environ 2>/dev/null; }
stride=${KAD_EVERYWHERE:-3}

it "a worktree that was half made is made again"
n=1
while killed_while_git worktree_add "$n"; do
    eventually none_left
    exits 0 kad workflow resume "$(execution)"
    equal "what the step saw, killed at $n" \
        "$(sql "SELECT json_extract(outputs, '$.stdout') FROM step_executions ORDER BY rowid DESC LIMIT 1")" one
    equal "what is left, killed at $n" "$(worktrees) $(branches)" "1 main "
    n=$((n + stride))
done
[ "$n" -gt 12 ] || fail "killed only till $n"

removed() { # WHAT MIN
    local n=1
    while killed_while_git "$1" "$n"; do
        eventually none_left
        equal "status, killed at $n" "$(status)" completed
        exits 0 kad workflow resume "$(execution)"
        exits 0 kad workflow run other # the newest is never deleted
        exits 0 kad workflow prune --older-than 1ms
        # What locks all branches may be anybody's: the person is told.
        if grep -qF stays "$temporary/err"; then
            contains "$temporary/err" "can't be deleted: git says:"
            contains "$temporary/err" "$PWD/.git/packed-refs."
            rm .git/packed-refs.*
            exits 0 kad workflow prune --older-than 1ms
            told=$((told + 1))
        fi
        lacks "$temporary/err" stays
        equal "what is left, killed at $n" \
            "$(worktrees) $(branches)$(ls .kad/worktrees)" "1 main "
        find .git -name '*.lock' -delete # also that of git's own settings
        n=$((n + stride))
    done
    [ "$n" -gt "$2" ] || fail "killed only till $n"
}

it "one that was half removed goes with the next prune"
removed worktree_remove 6

it "so does its branch, when nothing locks the repository"
told=0
removed branch_-D 3
[ "$told" -gt 0 ] || fail "nothing ever did"
