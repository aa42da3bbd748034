#!/usr/bin/env bash
# Each workflow of examples/language compiles without a finding and does what it teaches.
source "$(dirname "$0")/lib.sh"

cp -r "$KAD_SOURCE/examples/language" "$temporary/language"
cd "$temporary/language"
git init -q -b main
kad init >/dev/null
rm -f workflows/hello.yaml

it "compiles all of them, without a warning"
for file in workflows/*.yaml; do
    exits 0 kadc --check -Werror --modules modules "$file"
done
exits 0 kad build

it "names all of them in the README"
for file in workflows/*.yaml; do
    contains README.md "| \`$(basename "$file" .yaml)\` |"
done

it "says which of them nothing starts yet, and shows what would"
exits 0 kad build schedule webhook started-by-event watch call
equal "the lines" "$(sed 's/:.*//' "$temporary/err" | tr '\n' ' ')" \
    "schedule webhook started-by-event watch "
contains "$temporary/err" \
    "webhook: its webhook starts nothing by itself: this version of kad has no \`serve\`"
exits 0 kad workflow show started-by-event
contains "$temporary/out" "event order.placed, if {{ trigger.total > 1000"
contains "$temporary/out" "its event starts nothing by itself"
exits 0 kad workflow show call
lacks "$temporary/out" "serve"

it "schedule, webhook, started-by-event, watch: a person starts them, too"
git -c user.name=a -c user.email=a@b commit -q --allow-empty -m first
exits 2 kad workflow schedule
contains "$temporary/err" "--lines is missing"
exits 0 kad workflow schedule --lines 3
contains reports/report first
exits 0 kad workflow webhook --branch main --event tag
equal route "$(route)" "fetch"
contains ".kad/logs/$(execution)/fetch.1.1.log" "fetch --depth=1 --branch=main"
exits 0 kad workflow started-by-event --order 7 --total 2000.5
contains ".kad/logs/$(execution)/look.1.1.log" "order 7 of 2000.5: no note"
exits 0 kad workflow watch --files a.c --files b.c
equal route "$(route)" "each format format"

it "outcomes: goes where the outcome leads"
exits 0 kad workflow outcomes --text "It crashes"
equal route "$(route)" "sort open-ticket"
exits 0 kad workflow outcomes --text "How?"
equal route "$(route)" "sort answer"
exits 0 kad workflow outcomes --text "Thanks"
equal route "$(route)" "sort"

it "route: decides without doing anything"
printf 'one\n\ntwo\n' >text
: >nothing
exits 0 kad workflow route --file text
equal route "$(route)" "start count-code decide"
exits 0 kad workflow route --file text --strict
equal route "$(route)" "start count-all decide long"
exits 0 kad workflow route --file nothing
equal route "$(route)" "start count-code decide empty"

it "retry: tries again, as soon as it is due"
exits 3 kad workflow run --no-wait retry --file there
equal status "$(status)" waiting
touch there
exits 0 kad workflow resume "$(execution)"
equal route "$(route)" "look:failed look found"

it "guarantees: keeps the file if it cannot be replaced"
echo new >new
exits 0 kad workflow guarantees --file text --with new
equal text "$(cat text)" new
exits 1 kad workflow guarantees --file text --with missing
equal route "$(route)" "keep replace:failed restore"
equal text "$(cat text)" new
mkdir "$temporary/broken"
# shellcheck disable=SC2016
sed '0,/onFailure: restore/s//onFailure: $fail/' workflows/guarantees.yaml \
    >"$temporary/broken/guarantees.yaml"
exits 1 kadc --check "$temporary/broken/guarantees.yaml"
contains "$temporary/out" KAD0314

it "wait: stays, or leaves and goes on when it is due"
exits 0 kad workflow wait --after 100ms
equal route "$(route)" "pause office-hours remind"
exits 3 kad workflow run --no-wait wait --not-before 2000-01-01T00:00Z
equal status "$(status)" waiting
sql "UPDATE gates SET due_at = opened_at"
exits 0 kad workflow resume --no-wait "$(execution)"
equal route "$(route)" "pause office-hours remind"

it "budget: takes no more than it may"
tar -cf packed.tar text
exits 0 kad workflow budget --from packed.tar
equal route "$(route)" "fetch unpack clean"
exits 1 kad workflow budget --from missing.tar
equal route "$(route)" "fetch:failed fetch:failed fetch:failed"

it "approval: a choice may send back, and leads on"
exits 3 kad workflow approval --text Hello
exits 3 kad workflow approve "$(execution)" --choice rewrite --comment "too short"
equal route "$(route)" "write agree write agree:running"
exits 0 kad workflow approve "$(execution)" --choice publish
equal route "$(route)" "write agree write agree publish"

it "parallel: needs all branches, but none that nobody asked for"
printf 'one\ntwo\n' >tidy
printf 'one \n' >untidy
exits 0 kad workflow parallel --file tidy
contains ".kad/logs/$(execution)/accept.1.1.log" "passed: blanks, tabs"
exits 0 kad workflow parallel --file tidy --short
contains ".kad/logs/$(execution)/accept.1.1.log" "passed: blanks, tabs, lines"
exits 1 kad workflow parallel --file untidy
contains ".kad/logs/$(execution)/refuse.1.1.log" "refused: branch \`blanks\`"

it "for-each: what the items leave is an array, in their order"
exits 0 kad workflow for-each --files '["tidy", "missing", "untidy"]'
contains ".kad/logs/$(execution)/report.1.1.log" "3 files, 1 unreadable"
contains ".kad/logs/$(execution)/report.1.1.log" '["2\n","","1\n"]'
exits 0 kad workflow for-each --files '[]'
contains ".kad/logs/$(execution)/report.1.1.log" "0 files, 0 unreadable []"

it "call: runs another workflow, which also runs alone"
exits 0 kad workflow call --file tidy
equal children "$(sql "SELECT workflow_id FROM executions WHERE parent_id = '$(sql "SELECT id FROM executions WHERE workflow_id = 'call'")'")" called
exits 0 kad workflow called --file tidy
exits 1 kad workflow call --file missing

it "call: is built anew when what it calls has changed, and nothing else is"
sed -i 's/run: \[cksum/run: [sum/' workflows/called.yaml
exits 0 kad build
equal built "$(grep -c '^built' "$temporary/out")" 2
exits 0 kad build
equal built "$(grep -c '^built' "$temporary/out")" 0

it "event: waits until it is said, or for two weeks"
exits 3 kad workflow run --no-wait event --order 7
equal status "$(status)" waiting
sql "UPDATE gates SET due_at = opened_at"
exits 1 kad workflow resume --no-wait "$(execution)"
equal route "$(route)" "paid:timed_out"

it "first: the end of patience leads on"
exits 3 kad workflow run --no-wait first
sql "UPDATE gates SET due_at = opened_at"
exits 0 kad workflow resume --no-wait "$(execution)"
equal route "$(route)" "answer go-on"

it "lock: a step has it to itself"
exits 0 kad workflow lock --file tidy --line three
equal tidy "$(tail -n 1 tidy)" three

it "secret: reaches the program, and is written nowhere"
export KAD_SECRET_SIGNING_KEY=open-sesame SALT=grain-of-salt
exits 0 kad workflow run --json secret --file text --salt env:SALT
equal signature "$(jq -r .outputs.signature "$temporary/out")" \
    "$({ printf %s open-sesamegrain-of-salt; cat text; } | sha256sum | cut -d' ' -f1)"
! grep -rqaF -e open-sesame -e grain-of-salt .kad || fail "a secret was written"

it "worktree: commits on the execution's branch, and leaves the checkout as it is"
git add -A
git commit -q -m Begin
exits 0 kad workflow worktree --text "A note"
equal note "$(git show "kad/$(execution):note.txt")" "A note"
[ ! -e note.txt ] || fail "the checkout was changed"

it "concurrency: one for each file"
exits 3 kad workflow concurrency --file text
first=$(execution)
exits 0 kad workflow concurrency --file text
contains "$temporary/err" "not started"
exits 3 kad workflow concurrency --file new
exits 0 kad workflow approve "$first" --choice go
exits 3 kad workflow concurrency --file text
