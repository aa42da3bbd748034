#!/usr/bin/env bash
# `workspace: worktree`: each execution works in a git worktree and on a branch of its own, and
# what nobody needs any more goes when it is over.
source "$(dirname "$0")/lib.sh"

worktree() { echo "$PWD/.kad/worktrees/$(execution)"; }
branches() { git for-each-ref --format='%(refname:short)' refs/heads | tr '\n' ' '; }
worktrees() { git worktree list | wc -l; }
write_workflow() {
    workflow write <<'END_OF_FILE'
name: Write
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow write
    params:
      - {name: do, type: string}
      - {name: then, type: string, default: "true"}
workspace: worktree
steps:
  - id: write
    run: [sh, -c, "{{ trigger.do }}"]
    idempotent: true
    timeout: 1m
    onSuccess: then
  - id: then
    run: [sh, -c, "{{ trigger.then }}"]
    idempotent: true
    timeout: 1m
END_OF_FILE
}

new_project project
write_workflow
kad build >/dev/null 2>&1

it "needs a commit to begin at, and says so before anything starts"
exits 2 kad workflow write --do true
contains "$temporary/err" "commit something first"
equal executions "$(sql "SELECT count(*) FROM executions")" 0
echo one >file
git add file
git commit -q -m Begin
begin=$(git rev-parse HEAD)

it "the person's checkout and index stay as they are"
echo mine >file
exits 0 kad workflow write --do 'cat file; echo theirs >file; pwd'
equal file "$(cat file)" mine
equal "what the step saw" "$(sql "SELECT json_extract(outputs, '$.stdout') FROM step_executions WHERE step_id = 'write'")" \
    "one
$(worktree)"
equal status "$(git status --porcelain | grep -v workflows)" " M file"

it "what is not committed is kept, with its branch, and one is told where"
equal "theirs" "$(cat "$(worktree)/file")" theirs
contains "$temporary/err" "its work is in $(worktree), on branch kad/$(execution)"
equal branches "$(branches)" "kad/$(execution) main "
git worktree remove --force "$(worktree)"
git branch -q -D "kad/$(execution)"

it "what git is told not to show is kept, too"
git config status.showUntrackedFiles no
exits 0 kad workflow write --do 'echo theirs >new'
equal "theirs" "$(cat "$(worktree)/new")" theirs
git config --unset status.showUntrackedFiles
git worktree remove --force "$(worktree)"
git branch -q -D "kad/$(execution)"

it "nothing changed: nothing stays"
exits 0 kad workflow write --do true
equal worktrees "$(worktrees)" 1
equal branches "$(branches)" "main "

it "commits stay on the branch, the folder goes"
exits 0 kad workflow write --do 'echo new >new; git add new; git commit -q -m New'
contains "$temporary/err" "its commits are on branch kad/$(execution)"
equal worktrees "$(worktrees)" 1
equal "parent" "$(git rev-parse "kad/$(execution)^")" "$begin"
git branch -q -D "kad/$(execution)"

it "a failed one keeps all for its resume"
exits 1 kad workflow write --do 'echo 1 >part' --then 'test -e done'
touch "$(worktree)/done"
exits 0 kad workflow resume "$(execution)"
equal part "$(cat "$(worktree)/part")" 1
git worktree remove --force "$(worktree)"

it "one whose folder is lost gets it again from its branch; without the branch it is refused"
exits 1 kad workflow write --do 'echo 1 >part; git add part; git commit -q -m Part' --then 'test -e done'
rm -rf "$(worktree)"
exits 1 kad workflow resume "$(execution)"
equal part "$(cat "$(worktree)/part")" 1
git worktree remove --force "$(worktree)"
git branch -q -D "kad/$(execution)"
exits 2 kad workflow resume "$(execution)"
contains "$temporary/err" "is gone, and so is its branch kad/$(execution)"

it "nothing stays of one whose folder is lost when it is over"
# Meant for the step's shell.
# shellcheck disable=SC2016
lose='rm -rf "$PWD"; '
exits 1 kad workflow write --do "$lose"
lacks "$temporary/err" "its work is in"
lost=$(execution)
exits 0 kad workflow write --do true # the newest is never pruned
exits 0 kad workflow prune --older-than 1ms
equal worktrees "$(worktrees)" 1
equal "its branch" "$(git branch --list "kad/$lost")" ""
kad workflow write --do "$lose while true; do sleep 0.02; done" >/dev/null 2>&1 &
engine=$!
is_lost() { [ "$(worktrees)" = 2 ] && [ ! -e "$(worktree)" ]; }
eventually is_lost
kill -KILL $engine
wait $engine || true
exits 0 kad workflow cancel "$(execution)"
equal worktrees "$(worktrees)" 1
equal "its branch" "$(git branch --list "kad/$(execution)")" ""

it "two at once do not meet"
kad workflow write --do 'echo a >shared; while [ ! -e go ]; do sleep 0.02; done; cat shared' >/dev/null 2>&1 &
first=$!
is_shared() { [ -e "$PWD/.kad/worktrees/$1/shared" ]; }
eventually sh -c 'ls .kad/worktrees/*/shared'
one=$(execution)
exits 0 kad workflow write --do 'echo b >shared; cat shared'
touch ".kad/worktrees/$one/go"
wait $first || fail "the first ended with $?"
equal shared "$(cat ".kad/worktrees/$one/shared")" a

it "a worktree that git was making when it was killed is made again"
mkdir "$temporary/bin"
cat >"$temporary/bin/git" <<END_OF_FILE
#!/bin/sh
case "\$*" in *"worktree add"*)
    if [ -e "$temporary/kill" ]; then
        rm "$temporary/kill"
        "$(command -v git)" "\$@"
        for path; do case \$path in */worktrees/*) rm "\$path/file"; name=\${path##*/} ;; esac; done
        echo initializing >"$PWD/.git/worktrees/\$name/locked"
        kill -KILL "\$(cat "$temporary/engine")"
        sleep 60
    fi ;;
esac
exec "$(command -v git)" "\$@"
END_OF_FILE
chmod +x "$temporary/bin/git"
killed_while_git_works() {
    touch "$temporary/kill"
    (
        echo "$BASHPID" >"$temporary/engine"
        PATH=$temporary/bin:$PATH exec kad workflow write --do 'cat file'
    ) >"$temporary/out" 2>"$temporary/err" && fail "it was not killed"
    equal status "$(status)" running
}
killed_while_git_works
exits 0 kad workflow resume "$(execution)"
equal "what the step saw" "$(sql "SELECT json_extract(outputs, '$.stdout') FROM step_executions
    WHERE step_id = 'write' ORDER BY rowid DESC LIMIT 1")" one

it "a worktree that git was making when it was killed goes when it is cancelled"
killed_while_git_works
exits 0 kad workflow cancel "$(execution)"
[ ! -e "$(worktree)" ] || fail "the worktree is still there"

it "one that nobody runs is cancelled with its worktree"
exits 1 kad workflow write --do false
kad workflow write --do 'while true; do sleep 0.02; done' >/dev/null 2>&1 &
engine=$!
eventually sh -c "[ \"\$(sqlite3 .kad/kad.db \"SELECT count(*) FROM executions WHERE status = 'running'\")\" = 1 ]"
eventually sh -c "ls -d '$PWD'/.kad/worktrees/\$(sqlite3 .kad/kad.db 'SELECT id FROM executions ORDER BY slot DESC LIMIT 1')"
kill -KILL $engine
wait $engine || true
exits 0 kad workflow cancel "$(execution)"
[ ! -e "$(worktree)" ] || fail "the worktree is still there"

it "a project in a part of a repository works in that part"
mkdir -p "$temporary/repository/part"
cd "$temporary/repository"
git init -q -b main
cd part
kad init >/dev/null
rm -rf workflows
write_workflow
git add -A
git commit -q -m Begin
exits 0 kad workflow write --do 'pwd; touch new'
equal where "$(sql "SELECT json_extract(outputs, '$.stdout') FROM step_executions WHERE step_id = 'write'")" \
    "$(worktree)/part"

it "without a repository it is refused"
mkdir "$temporary/nowhere"
cd "$temporary/nowhere"
kad init >/dev/null
write_workflow
exits 2 env GIT_CEILING_DIRECTORIES="$temporary" kad workflow write --do true
contains "$temporary/err" "needs a git repository"

it "implement-feature works in one: the person's files are theirs, the commit is on its branch"
feature_project feature
mkdir workflows
sed 's/^version:/workspace: worktree\n&/' "$KAD_SOURCE/workflows/implement-feature.yaml" >workflows/implement-feature.yaml
record "$recorded_analyze" "$recorded_plan" "$(recorded_implement broken)" "$(recorded_fix works)" "$recorded_document"
sed -i 's#\.kad/test-runs#/dev/null#' tests.sh
git commit -q -a -m Tests
head=$(git rev-parse HEAD)
exits 0 kad workflow implement-feature --feature "A feature"
equal HEAD "$(git rev-parse HEAD) $(git branch --show-current)" "$head main"
[ ! -e feature ] || fail "the person's checkout was changed"
branch=$(git for-each-ref --format='%(refname:short)' 'refs/heads/kad/*')
equal "what is committed" "$(git show "$branch:feature")" works
equal worktrees "$(worktrees)" 1
