#!/usr/bin/env bash
# docs/ci.md: its hook, its matcher and its formats do what it says, and exit codes are the same
# for all formats.
source "$(dirname "$0")/lib.sh"

new_project project
rm -f workflows/*.yaml
docs=$KAD_SOURCE/docs/ci.md

# The first block of a language in the document.
block() { # LANGUAGE
    awk -v start="\`\`\`$1" '$0 == start { takes = 1; next } /^```/ { if (takes) exit } takes' "$docs"
}

fine() { printf 'steps:\n  - id: build\n    run: [make, all]\n' >"$1"; }
doubtful() { printf 'steps:\n  - id: send\n    run: [./send]\n    retry: {maxAttempts: 3}\n' >"$1"; }
wrong() { printf 'steps:\n  - id: build\n    rum: [make, all]\n' >"$1"; }

mkdir -p workflows
fine workflows/fine.yaml
doubtful workflows/doubtful.yaml
wrong workflows/wrong.yaml

it "ends with the same exit code whatever the format"
for format in text short json sarif github; do
    check=(kadc --check "--format=$format")
    exits 0 "${check[@]}" workflows/fine.yaml
    exits 0 "${check[@]}" workflows/doubtful.yaml
    exits 1 "${check[@]}" -Werror workflows/doubtful.yaml
    exits 1 "${check[@]}" -E retry-not-idempotent workflows/doubtful.yaml
    exits 0 "${check[@]}" -Werror -A KAD0803 workflows/doubtful.yaml
    exits 1 "${check[@]}" workflows/*.yaml
    exits 3 "${check[@]}" workflows/fine.yaml workflows/missing.yaml
    contains "$temporary/err" "workflows/missing.yaml: No such file"
    exits 3 "${check[@]}"
    exits 2 "${check[@]}" -A KAD0104 workflows/wrong.yaml
    exits 2 "${check[@]}" -W no-such-code workflows/fine.yaml
done
exits 2 kadc --check --format=xml workflows/fine.yaml
exits 3 kadc --check workflows

it "checks many files in one process, with one summary"
exits 1 kadc --check --format=short workflows/*.yaml
equal summary "$(tail -n 1 "$temporary/out")" "1 error, 1 warning in 3 files; 1 can be fixed with --fix"

it "counts what a comment expects"
printf 'steps:\n  - id: send # kadc: expect(KAD0803) sent once\n    run: [./send]\n    retry: {maxAttempts: 3}\n' \
    >"$temporary/expected.yaml"
exits 0 kadc --check -Werror "$temporary/expected.yaml"
equal summary "$(cat "$temporary/out")" "no errors in 1 file; 1 suppressed"
exits 0 kadc --check --format=json "$temporary/expected.yaml"
equal suppressed "$(jq .summary.suppressed "$temporary/out")" 1

it "the git hook lets nothing wrong in, and looks at nothing else"
git config core.hooksPath .git/hooks
block sh >.git/hooks/pre-commit
chmod +x .git/hooks/pre-commit
git add workflows/fine.yaml
exits 0 git commit -q -m "A fine one"
git add workflows/doubtful.yaml
exits 0 git commit -q -m "A doubtful one"
git add workflows/wrong.yaml
exits 1 git commit -q -m "A wrong one"
contains "$temporary/err" KAD0104
fine workflows/wrong.yaml
git add workflows/wrong.yaml
exits 0 git commit -q -m "It is mended"
echo text >README.md
git add README.md
exits 0 git commit -q -m "Nothing to check"

it "so does pre-commit, where it is installed"
if command -v pre-commit >/dev/null; then
    rm .git/hooks/pre-commit
    git config --unset core.hooksPath
    block yaml >.pre-commit-config.yaml
    git add .pre-commit-config.yaml
    exits 0 pre-commit run --all-files
    contains "$temporary/out" Passed
    wrong workflows/wrong.yaml
    git add workflows/wrong.yaml
    exits 1 pre-commit run
    contains "$temporary/out" KAD0104
    sed 's/^/  /' "$KAD_SOURCE/.pre-commit-hooks.yaml" | grep -v '#' |
        sed '1i repos:\n- repo: local\n  hooks:' >.pre-commit-config.yaml
    git add .pre-commit-config.yaml
    exits 1 pre-commit run
else
    echo "  (it is not)"
fi

it "the matcher takes each line of a finding apart"
wrong workflows/wrong.yaml
exits 1 kadc --check --format=short workflows/*.yaml
block json | jq -r '.problemMatcher[0].pattern[0].regexp' >"$temporary/regexp"
matched=$(jq -R -r --rawfile regexp "$temporary/regexp" \
    'capture($regexp | rtrimstr("\n") | sub("^\\^\\(\\.\\+\\)"; "^(?<file>.+)") | sub("\\(\\.\\*\\)\\$$"; "(?<message>.*)$")) | "\(.file) \(.message)"' \
    "$temporary/out" 2>/dev/null)
equal matched "$(printf '%s\n' "$matched" | wc -l)" 2
contains <(printf '%s\n' "$matched") "workflows/wrong.yaml unknown key \`rum\`"

it "annotations name file, line and column, ten of a level at most"
exits 1 kadc --check --format=github workflows/*.yaml
contains "$temporary/out" "::error file=workflows/wrong.yaml,line=3,col=5,endLine=3,endColumn=8,title=KAD0104 unknown-key::unknown key \`rum\` in step \`build\`%0Ahelp: did you mean \`run\`?"
for number in $(seq 13); do wrong "workflows/wrong-$number.yaml"; done
exits 1 kadc --check --format=github workflows/*.yaml
equal errors "$(grep -c ^::error "$temporary/out")" 10
contains "$temporary/out" "::notice title=kadc::4 more errors are not shown here"
