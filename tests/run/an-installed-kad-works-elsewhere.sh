#!/usr/bin/env bash
# cmake --install makes a tree that works from anywhere, with find_package(kad).
source "$(dirname "$0")/lib.sh"

it "installs, and may be moved"
cmake --install "$KAD_BIN/.." --prefix "$temporary/first" >/dev/null
mv "$temporary/first" "$temporary/opt"
export PATH=$temporary/opt/bin:/usr/bin:/bin

it "builds and runs a project"
new_project project
exits 0 kad workflow hello --name Ada
exits 0 kad workflow list
contains "$temporary/out" implement-feature
own_modules
exits 0 kad workflow run --json shout --text hello
equal "result" "$(jq -r .outputs.text "$temporary/out")" OLLEH

it "builds again when an archive that it links has changed"
flags=$temporary/opt/lib/kad/link-flags
archive=$(grep -o '/[^ ]*/libutf8proc\.a' "$flags" || true)
if [ -n "$archive" ]; then
    cp "$archive" "$temporary/opt/lib/repaired.a"
    sed -i "s|$archive|$temporary/opt/lib/repaired.a|" "$flags"
    exits 0 kad build hello
    contains "$temporary/out" built
    exits 0 kad build hello
    contains "$temporary/out" current
    ar rc "$temporary/opt/lib/repaired.a" "$flags"
    exits 0 kad build hello
    contains "$temporary/out" built
else
    echo "  skipped: a changed archive: no library is linked as an archive here"
fi

it "runs the workflow that comes with it"
exits 3 kad workflow implement-feature --feature x

cat >workflows/twice.yaml <<'END'
name: Twice
version: 1.0.0
triggers:
  - {type: cli, command: kad workflow twice, params: [{name: text, type: string}]}
steps:
  - id: there
    workflow: shout
    inputs: {text: "{{ trigger.text }}"}
    onSuccess: back
    onFailure: $fail
  - id: back
    workflow: shout
    inputs: {text: "{{ steps.there.outputs.text }}"}
    onFailure: $fail
outputs:
  - {name: text, value: "{{ steps.back.outputs.text }}"}
END

it "gives CMake projects kad_add_workflow"
cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.25)
project(mine LANGUAGES C)
find_package(kad REQUIRED)
kad_add_workflow(workflows/hello.yaml)
kad_add_workflow(workflows/shout.yaml)
kad_add_workflow(workflows/twice.yaml)
END
exits 0 cmake -S . -B "$temporary/mine" -DCMAKE_PREFIX_PATH="$temporary/opt" -DCMAKE_C_COMPILER="${CC:-cc}"
exits 0 cmake --build "$temporary/mine"
exits 0 "$temporary/mine/wf-hello" --name Grace
contains ".kad/logs/$(execution)/greet.1.1.log" "Hello, Grace!"

it "builds the modules of a CMake project with it"
exits 0 "$temporary/mine/wf-shout" --json --text hello
equal "result" "$(jq -r .outputs.text "$temporary/out")" OLLEH

it "compiles what a workflow calls into its program"
exits 0 "$temporary/mine/wf-twice" --json --text hello
equal "result" "$(jq -r .outputs.text "$temporary/out")" HELLO

it "builds again what has changed, and only that"
sed -i 's/toupper/tolower/' modules/shout/shout.c
hello=$(stat -c %y "$temporary/mine/wf-hello")
exits 0 cmake --build "$temporary/mine"
exits 0 "$temporary/mine/wf-shout" --json --text HELLO
equal "result" "$(jq -r .outputs.text "$temporary/out")" olleh
equal "the other program" "$(stat -c %y "$temporary/mine/wf-hello")" "$hello"
sed -i 's/onSuccess: back}/onSuccess: bakc}/' workflows/shout.yaml
cmake --build "$temporary/mine" >"$temporary/out" 2>&1 && fail "a broken workflow was built"
contains "$temporary/out" KAD0202
