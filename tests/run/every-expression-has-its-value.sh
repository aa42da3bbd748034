#!/usr/bin/env bash
# Operators and functions, compiled: each output below has the value that stands beside it.
# What has no value fails the step, and never wraps.
source "$(dirname "$0")/lib.sh"

new_project project
rm workflows/hello.yaml

# EXPRESSION = VALUE, as JSON
cat >"$temporary/table" <<'END'
trigger.i + trigger.j * 3 - 1 = 12
(trigger.i + trigger.j) * 3 = 27
2 - 3 - 4 = -5
100 / 10 / 5 = 2
7 % 4 % 2 = 1
trigger.i / trigger.j = 3.5
trigger.i % trigger.j = 1
-trigger.i % 3 = -1
- trigger.i + 2 * -trigger.f = -12
trigger.yes || (trigger.no && false) = true
!trigger.yes == trigger.no = true
trigger.i > 3 == true = true
1 + 2 < 4 && 2 in trigger.is = true
trigger.no ? 1 : trigger.no ? 2 : 3 = 3
(trigger.opt ?? 'x') == 'x' ? 'yes' : 'no' = "yes"
trigger.oi ?? 1 + 2 = 3
trigger.typed.inner.deep ?? 'none' = "none"
trigger.is[0] ?? 0 = 3
trigger.is[3] ?? -1 = -1
trigger.is[-1] ?? -1 = -1
length(trigger.s) + length(trigger.ss) + length(trigger.o) = 17
length('ü€😀') = 3
contains(trigger.s, 'World') && contains(trigger.ss, 'b') = true
contains(trigger.is, 9) = false
startsWith(trigger.s, 'Hell') && endsWith(trigger.s, 'ld') = true
format('{0}|{1}|{2}', lower(trigger.s), upper('äé'), trim('  x ')) = "hello, world|ÄÉ|x"
join(split(trigger.s, ', '), '-') = "Hello-World"
split('abc', '') = ["a","b","c"]
replace(trigger.s, 'o', '0') = "Hell0, W0rld"
toJson(trigger.o) = "{\"k1\":1,\"k2\":[1,2,{\"z\":3}]}"
toJson('q"') = "\"q\\\"\""
keys(trigger.o) = ["k1","k2"]
first(trigger.is) ?? 0 = 3
last(trigger.ss) ?? '' = "c"
format('{0} of {1}: {0}', trigger.i, trigger.f) = "7 of 2.5: 7"
min(trigger.i, trigger.j, 3) = 2
max(trigger.i, trigger.f) = 7
round(trigger.f) = 3
round(-2.5) = -3
'{{' = "{{"
[1, 2.5, trigger.i] = [1,2.5,7]
[trigger.s, 'x'] = ["Hello, World","x"]
[[trigger.i], []] = [[7],[]]
trigger.s == 'hello' || trigger.s < 'I' = true
trigger.i == 7.0 = true
'a' in trigger.ss = true
null ?? 'd' = "d"
9223372036854775806 + trigger.one = 9223372036854775807
(0 - 9223372036854775807 - trigger.one) % -1 = 0
END

{
    cat <<'END'
name: Values
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow values
    params:
      - {name: i, type: integer, default: 7}
      - {name: j, type: integer, default: 2}
      - {name: one, type: integer, default: 1}
      - {name: f, type: number, default: 2.5}
      - {name: "yes", type: boolean, default: true}
      - {name: "no", type: boolean, default: false}
      - {name: s, type: string, default: "Hello, World"}
      - {name: opt, type: string, required: false}
      - {name: oi, type: integer, required: false}
      - {name: ss, type: array, items: string, default: [a, b, c]}
      - {name: is, type: array, items: integer, default: [3, 1, 2]}
      - {name: o, type: object, default: {k1: 1, k2: [1, 2, {z: 3}]}}
      - name: typed
        type: object
        properties: {inner: {type: object, properties: {deep: string}, required: false}}
        default: {}
steps: [{id: start, run: ["true"]}]
outputs:
END
    # Quotes of YAML are doubled within them.
    sed "s/ = [^=]*\$//; s/'/''/g" "$temporary/table" |
        awk '{ printf "  - {name: v%d, value: '\''{{ %s }}'\''}\n", NR, $0 }'
} | workflow values
sed 's/.* = //' "$temporary/table" >"$temporary/expected"

it "computes what the table says"
exits 0 kad build
exits 0 kad workflow run --json values
jq -r '.outputs[] | tojson' "$temporary/out" >"$temporary/found"
# jq 1.6 rounds the largest integer; the text has it.
grep -qF 9223372036854775807 "$temporary/out" || fail "the largest integer is lost"
number=0
while IFS= read -r expected; do
    number=$((number + 1))
    found=$(sed -n "${number}p" "$temporary/found")
    [ "$expected" != 9223372036854775807 ] || continue
    equal "$(sed -n "${number}p" "$temporary/table")" "$found" "$expected"
done <"$temporary/expected"
equal "values" "$(wc -l <"$temporary/found")" "$number"

it "numbers that overflow or divide by zero fail the step, wherever they stand"
workflow faults <<'END'
name: Faults
version: 1.0.0
triggers:
  - type: cli
    command: kad workflow faults
    params:
      - {name: where, type: string}
      - {name: most, type: integer, default: 9223372036854775807}
      - {name: zero, type: integer, default: 0}
      - {name: huge, type: number, default: 1e308}
      - {name: facts, type: object, default: {}}
steps:
  - id: choose
    route:
      switch:
        - {when: "{{ trigger.where == 'add' && trigger.most + 1 > 0 }}", then: done}
        - {when: "{{ trigger.where == 'negate' && -(0 - trigger.most - 1) > 0 }}", then: done}
        - {when: "{{ trigger.where == 'modulo' && trigger.most % trigger.zero == 0 }}", then: done}
        - {when: "{{ trigger.where == 'divide' && trigger.most / trigger.zero > 1 }}", then: done}
        - {when: "{{ trigger.where == 'number' && trigger.huge * 10 > 1 }}", then: done}
        - {when: "{{ trigger.where == 'round' && round(trigger.huge) > 1 }}", then: done}
        - {when: "{{ trigger.where == 'field' && trigger.facts.a.b > 3 }}", then: done}
        - {when: "{{ trigger.where == 'condition' }}", then: look}
        - {when: "{{ trigger.where == 'input' }}", then: say}
      else: $complete
    onFailure: tell
  - id: look
    run: ["true"]
    onSuccess: {condition: "{{ trigger.most * 2 > 1 }}", then: done, else: say}
    onFailure: tell
  - {id: say, run: [echo, "{{ trigger.most * 2 }}"], onSuccess: done, onFailure: tell}
  - {id: done, run: ["true"]}
  - {id: tell, run: [echo, "{{ workflow.error.step }} {{ workflow.error.code }}"], recovers: true}
outputs:
  - {name: sum, type: integer, value: "{{ trigger.where == 'output' ? trigger.most + 1 : 0 }}"}
  - {name: told, value: "{{ trim(steps.tell.outputs.stdout ?? '') }}"}
END
exits 0 kad build
for where in add negate modulo divide number round field; do
    exits 0 kad workflow run --json faults --where "$where"
    equal "$where" "$(jq -r .outputs.told "$temporary/out")" "choose expression"
done
exits 0 kad workflow run --json faults --where condition
equal condition "$(jq -r .outputs.told "$temporary/out")" "look expression"
exits 0 kad workflow run --json faults --where input
equal input "$(jq -r .outputs.told "$temporary/out")" "say expression"
exits 1 kad workflow run --json faults --where output
equal output "$(jq -r .error.code "$temporary/out")" expression
