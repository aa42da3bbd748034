#!/usr/bin/env bash
# The workflows of examples/patterns compile without a finding and do what docs/patterns.md says.
source "$(dirname "$0")/lib.sh"

cp -r "$KAD_SOURCE/examples/patterns" "$temporary/patterns"
cd "$temporary/patterns"
git init -q -b main
kad init >/dev/null
rm -f workflows/hello.yaml

# What an execution has run, sorted: lines at the same time come in any order.
steps() { route | tr ' ' '\n' | sort | xargs; }

it "compiles all of them, without a warning"
exits 0 kadc --check -Werror workflows/*.yaml
exits 0 kad build

it "is told of all of them by the document"
for file in workflows/*.yaml; do
    contains "$KAD_SOURCE/docs/patterns.md" "$(basename "$file" .yaml)"
done

it "1 to 3: one after the other, at the same time, and together again"
exits 0 kad workflow p01-sequence
equal route "$(route)" "pick pack"
exits 0 kad workflow p02-parallel-split
equal steps "$(steps)" "bill pack split"
exits 0 kad workflow p03-synchronization
equal last "$(route | tail -c 5)" send

it "4, 5: one of several ways, and back to one"
exits 0 kad workflow p04-exclusive-choice --weight 31
equal route "$(route)" "how lorry"
exits 0 kad workflow p04-exclusive-choice --weight 1
equal route "$(route)" "how letter"
exits 0 kad workflow p05-simple-merge --cash
equal route "$(route)" "how cash receipt"
exits 0 kad workflow p05-simple-merge --no-cash
equal route "$(route)" "how card receipt"

it "6, 7: some of several ways, and waits for those"
exits 0 kad workflow p06-multi-choice --theft --no-smoke
equal steps "$(steps)" "alarm police"
exits 0 kad workflow p06-multi-choice --theft --smoke
equal steps "$(steps)" "alarm fire police"
exits 0 kad workflow p07-synchronizing-merge --theft --smoke
contains ".kad/logs/$(execution)/report.1.1.log" "police and fire"
exits 0 kad workflow p07-synchronizing-merge --no-theft --no-smoke
equal steps "$(steps)" "alarm report"

it "8: what follows runs once for each"
exits 0 kad workflow p08-multi-merge
equal closed "$(sql "SELECT count(*) FROM step_executions WHERE step_id = 'close' AND status = 'completed'")" 2

it "9: the first is enough"
exits 0 kad workflow run --no-wait p09-discriminator
contains ".kad/logs/$(execution)/answer.1.1.log" near
equal far "$(sql "SELECT status FROM step_executions WHERE step_id = 'far'")" cancelled

it "10, 11: loops with several ways in, and no step for the end"
exits 0 kad workflow p10-arbitrary-cycles --hasDraft
equal route "$(route)" "where review draft review publish"
exits 0 kad workflow p10-arbitrary-cycles --no-hasDraft
equal route "$(route)" "where draft review draft review publish"
exits 0 kad workflow p11-implicit-termination
equal steps "$(steps)" "all first second short"

it "13, 14: as many as are known when it is written, or when it runs"
exits 0 kad workflow p13-instances-design-time
contains ".kad/logs/$(execution)/file.1.1.log" "3 signatures"
exits 0 kad workflow p14-instances-run-time --lines '["a", "b"]'
contains ".kad/logs/$(execution)/pack.1.1.log" "2 lines"

it "17: never two at the same time: the room has one door"
for turn in 1 2 3; do
    exits 0 kad workflow p17-interleaved-routing
    equal "steps in turn $turn" "$(steps)" "ears eyes report tests"
done

it "16: what happens first decides"
exits 3 kad workflow run --no-wait p16-deferred-choice --offer 7
waiting=$(execution)
exits 0 kad emit offer.refused offer:=8
equal route "$(route)" "reply:running"
exits 0 kad emit offer.accepted offer:=7
equal route "$(route)" "reply order"
equal execution "$(execution)" "$waiting"

it "18: changes are taken until it is sent"
exits 3 kad workflow run --no-wait p18-milestone --order 7
exits 0 kad emit order.change order:=7
equal route "$(route)" "open change open:running"
exits 0 kad emit order.sent order:=7
equal route "$(route)" "open change open bill"
exits 0 kad emit order.change order:=7
equal route "$(route)" "open change open bill"

it "19: one step is given up"
exits 3 kad workflow run --no-wait p19-cancel-activity
exits 0 kad emit build.stop
contains ".kad/logs/$(execution)/report.1.1.log" "work: cancelled"

it "20: the whole is given up"
exits 3 kad workflow run --no-wait p20-cancel-case
exits 0 kad workflow cancel "$(execution)"
equal status "$(status)" cancelled
