#!/usr/bin/env bash
# implement-feature takes each of its routes: success, tests that fail once or for ever, and
# failures of analyze and implement.
source "$(dirname "$0")/lib.sh"

begun="analyze plan implement"
ended="document review complete"
run() { # CODE
    exits "$1" kad workflow implement-feature --feature "A feature"
}

it "completes when the tests pass at once"
feature_project success
record "$recorded_analyze" "$recorded_plan" "$(recorded_implement works)" "$recorded_document"
run 0
equal route "$(route)" "$begun test $ended"
equal status "$(status)" completed

it "leaves the work as a commit on a branch of its own"
branch=$(sql "SELECT json_extract(outputs, '\$.branch') FROM step_executions WHERE step_id = 'review'")
equal "feature on the branch" "$(git show "$branch:feature")" works
equal "files on main" "$(git ls-tree --name-only main | tr '\n' ' ')" "Makefile README.md tests.sh "

it "works where git ignores the state"
feature_project ignored
echo .kad >.gitignore
git add .gitignore
git commit -q -m Ignore
record "$recorded_analyze" "$recorded_plan" "$(recorded_implement works)" "$recorded_document"
run 0
equal route "$(route)" "$begun test document review complete"

it "counts the tests behind whatever they print"
feature_project binary
sed -i '1i printf "a\\0b\\n"' tests.sh
record "$recorded_analyze" "$recorded_plan" "$(recorded_implement works)" "$recorded_document"
run 0
contains "$temporary/err" "tests pass: 1 passed"

it "goes to fix-tests and back when the tests fail once"
feature_project once
record "$recorded_analyze" "$recorded_plan" "$(recorded_implement broken)" \
    "$(recorded_fix works)" "$recorded_document"
run 0
equal route "$(route)" "$begun test fix-tests test $ended"
equal "test runs" "$(wc -l <.kad/test-runs)" 2

it "gives up when the budget of fix-tests is spent"
feature_project for-ever
record "$recorded_analyze" "$recorded_plan" "$(recorded_implement broken)" "$(recorded_fix broken)"
run 1
round="test fix-tests"
equal route "$(route)" \
    "$begun $round $round $round $round test fix-tests:failed error-handler complete"
equal status "$(status)" failed
equal error "$(sql "SELECT json_extract(error, '\$.code') FROM executions")" retries_exhausted

it "rolls back exactly what implement changed when implement fails"
feature_project implement-fails
echo "mine" >mine
record "$recorded_analyze" "$recorded_plan" '- step: implement
  edits: [{path: feature, content: "half\n"}, {path: README.md, content: "spoilt\n"}, {path: nowhere, delete: true}]
  answer: {summary: Not reached.}'
run 1
equal route "$(route)" "analyze plan implement:failed rollback error-handler complete"
equal status "$(status)" failed
[ ! -e feature ] || fail "feature is still there"
equal README "$(cat README.md)" "# A project"
equal "a file of the user's" "$(cat mine)" mine

it "says where what it took back is kept"
kept=$(grep -o 'kept as .*' "$temporary/err" | cut -d' ' -f3)
equal "feature as it was" "$(git show "$kept:feature")" half

it "says that an agent's own commits stay when it rolls back"
feature_project agent-commits
cat >.kad/agent <<'END'
#!/bin/sh
# A fake agent: answers as the prompt wants it, and fails at the third after a commit.
case $(cat) in
"# Analyse"*) echo '{"complexity": "low", "estimatedTime": 1, "summary": "Small."}' ;;
"# Plan"*) echo '{"plan": {"summary": "None.", "tasks": [], "tests": []}}' ;;
*) echo half >feature && git add feature && git commit -q -m Half; exit 1 ;;
esac
END
chmod +x .kad/agent
echo "agent: {command: [$PWD/.kad/agent]}" >.kad/config.yaml
run 1
contains "$temporary/err" "HEAD is $(git rev-parse HEAD | cut -c1-8), and was $(git rev-parse HEAD^ | cut -c1-8)"

it "gives each execution of a batch a branch of its own, and a commit its first line with text"
feature_project batch
record "$recorded_analyze" "$recorded_plan" "$(recorded_implement works)" "$recorded_document"
sed 's/^version:/workspace: worktree\n&/; s/workflow implement-feature"/workflow apart"/' \
    "$KAD_SOURCE/workflows/implement-feature.yaml" | workflow apart
exits 0 kad build apart
printf '{"feature": "\\nA feature"}\n%.0s' 1 2 >features
exits 0 .kad/bin/wf-apart --batch features
equal "commits since main" \
    "$(git for-each-ref --format='%(subject)' 'refs/heads/kad/a-feature-*' | tr '\n' ,)" "A feature,A feature,"
equal "commits in all" "$(git rev-list --count --branches)" 3

it "opens a pull request where gh knows the repository, and only one"
feature_project asks-for-review
git init -q --bare "$temporary/remote"
git remote add origin "$temporary/remote"
record "$recorded_analyze" "$recorded_plan" "$(recorded_implement works)" "$recorded_document"
mkdir "$temporary/fake"
cat >"$temporary/fake/gh" <<END
#!/bin/sh
# A fake gh: as the real one it prints an empty line for \`null\`. The first \`create\` is cut short.
case "\$1 \$2" in
"pr list") cat "$temporary/requests" 2>/dev/null || echo ;;
"pr create")
    echo https://forge.example/1 >>"$temporary/requests"
    exit 1
    ;;
esac
END
chmod +x "$temporary/fake/gh"
PATH=$temporary/fake:$PATH run 1
equal route "$(route)" "$begun test document review:failed error-handler complete"
exits 0 env PATH="$temporary/fake:$PATH" kad workflow resume "$(execution)"
equal url "$(sql "SELECT json_extract(outputs, '\$.url') FROM step_executions
    WHERE step_id = 'review' AND status = 'completed'")" https://forge.example/1
equal requests "$(wc -l <"$temporary/requests")" 1
equal "branches of the remote" "$(git ls-remote -q origin | cut -f2)" "$(git symbolic-ref HEAD)"

it "goes to the error handler when analyze fails"
feature_project analyze-fails
record "$recorded_plan"
run 1
equal route "$(route)" "analyze:failed error-handler complete"
equal "step of the error" "$(sql "SELECT json_extract(error, '\$.step') FROM executions")" analyze

it "goes to the error handler from wherever the agent fails"
for step in plan fix-tests document; do
    feature_project "$step-fails"
    record "$recorded_analyze" "$recorded_plan" "$(recorded_implement broken)" \
        "$(recorded_fix works)" "$recorded_document"
    sed -i "s/step: $step\$/step: nothing/" .kad/recorded.yaml
    run 1
    equal "route when $step fails" "$(route | sed "s/.* $step:failed/... $step:failed/")" \
        "... $step:failed error-handler complete"
    equal "step of the error" "$(sql "SELECT json_extract(error, '\$.step') FROM executions")" "$step"
done

it "goes to the error handler when there is no way to test"
feature_project no-tests
git rm -q Makefile
git commit -q -m "No tests"
record "$recorded_analyze" "$recorded_plan" "$(recorded_implement works)"
run 1
equal route "$(route)" "$begun test:failed error-handler complete"

it "takes a missing pytest for no way to test, too, and asks no agent to mend it"
feature_project no-pytest
record "$recorded_analyze" "$recorded_plan" "$(recorded_implement works)"
git rm -q Makefile
touch pytest.ini
mkdir "$temporary/python"
printf '#!/bin/sh\necho "python3: No module named pytest" >&2; exit 1\n' >"$temporary/python/python3"
ln -s python3 "$temporary/python/pytest"
chmod +x "$temporary/python/python3"
PATH=$temporary/python:$PATH run 1
equal route "$(route)" "$begun test:failed error-handler complete"
contains "$temporary/err" "pytest is not installed"

it "goes to the error handler when the branch can't be made"
feature_project no-branch
git branch kad # a folder cannot have this name now
record "$recorded_analyze" "$recorded_plan" "$(recorded_implement works)" "$recorded_document"
run 1
equal route "$(route)" "$begun test document review:failed error-handler complete"

it "resumes a failed execution at the step that failed"
git branch -D -q kad
exits 0 kad workflow resume "$(execution)"
equal status "$(status)" completed

it "completes even when the error handler fails"
feature_project no-report
record
touch .kad/files # where the report would go
run 1
equal route "$(route)" "analyze:failed error-handler:failed complete"
equal "step of the error" "$(sql "SELECT json_extract(error, '\$.step') FROM executions")" analyze

it "goes on to the error handler when the rollback fails, too"
feature_project rollback-fails
record "$recorded_analyze" "$recorded_plan" '- step: implement
  edits: [{path: README.md, content: "spoilt\n"}, {path: nowhere, delete: true}]
  answer: {summary: Not reached.}'
mkdir "$temporary/broken"
cat >"$temporary/broken/git" <<'END'
#!/bin/sh
case "$*" in
*checkout-index*) exit 1 ;;
esac
PATH=${PATH#*:} exec git "$@"
END
chmod +x "$temporary/broken/git"
PATH=$temporary/broken:$PATH run 1
equal route "$(route)" "analyze plan implement:failed rollback:failed error-handler complete"
equal "step of the error" "$(sql "SELECT json_extract(error, '\$.step') FROM executions")" implement
