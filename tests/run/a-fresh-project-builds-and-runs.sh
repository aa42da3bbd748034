#!/usr/bin/env bash
# kad init, build and run in a new project; only what changed is built again.
source "$(dirname "$0")/lib.sh"

it "makes a project that runs at once"
mkdir "$temporary/fresh"
cd "$temporary/fresh"
exits 0 kad init
contains "$temporary/out" "kad workflow hello"
exits 0 kad workflow hello --name Ada
contains "$temporary/err" "greeting: Hello, Ada!"
exits 0 kad workflow status --json
jq -e . "$temporary/out" >/dev/null || fail "status --json is no JSON"
contains ".kad/logs/$(execution)/greet.1.1.log" "Hello, Ada!"

it "changes nothing when it is done again"
echo "# mine" >>workflows/hello.yaml
before=$(cat workflows/hello.yaml .kad/config.yaml | sha256sum)
exits 0 kad init
equal "what is there" "$(cat workflows/hello.yaml .kad/config.yaml | sha256sum)" "$before"

it "keeps the store out of git"
git init -q
git add -A
equal "files that git sees" "$(git ls-files)" workflows/hello.yaml

it "builds once, and again only after a change"
exits 0 kad build
contains "$temporary/out" built
program=$(stat -c %i .kad/bin/wf-hello)
exits 0 kad build
contains "$temporary/out" current
equal "the program" "$(stat -c %i .kad/bin/wf-hello)" "$program"
sed -i 's/Hello,/Good morning,/' workflows/hello.yaml
exits 0 kad workflow hello
contains "$temporary/err" "built wf-hello"
contains ".kad/logs/$(execution)/greet.1.1.log" "Good morning, world!"

it "shows and lists workflows and executions"
exits 0 kad workflow list
contains "$temporary/out" hello
contains "$temporary/out" implement-feature
contains "$temporary/out" completed
exits 0 kad workflow list --json
equal "workflows" "$(jq -r '.workflows[0].id' "$temporary/out")" hello
exits 0 kad workflow show hello
contains "$temporary/out" "--name"
contains "$temporary/out" greet
exits 0 kad workflow history "$(execution)"
contains "$temporary/out" step_completed
exits 0 kad workflow logs "$(execution)" --step count
contains "$temporary/out" "5 letters"
lacks "$temporary/out" "Good morning"

it "does not start what does not compile, and says why"
sed -i 's/onSuccess: count/onSuccess: cuont/' workflows/hello.yaml
exits 2 kad workflow hello
contains "$temporary/err" KAD0202
contains "$temporary/err" "did you mean"
exits 2 kad build
sed -i 's/onSuccess: cuont/onSuccess: count/' workflows/hello.yaml

it "says a warning once"
sed 's/length(trigger.name) > 20/true/' workflows/hello.yaml >workflows/warned.yaml
sed -i 's/kad workflow hello/kad workflow warned/' workflows/warned.yaml
exits 0 kad build warned
equal "times that the warning is there" "$(grep -c '^warning' "$temporary/err")" 1
rm workflows/warned.yaml

it "lists what it cannot read, and says what is no name of a workflow"
echo "name: [" >workflows/torn.yaml
cp workflows/hello.yaml "workflows/my flow.yaml"
exits 0 kad workflow list
contains "$temporary/out" "kad build torn"
exits 2 kad build "my flow"
contains "$temporary/err" "rename it"
exits 2 kad build hello.yaml
contains "$temporary/err" "kad build hello"
rm workflows/torn.yaml "workflows/my flow.yaml"
exits 2 kad workflow logs "$(execution)" --step nowhere
contains "$temporary/err" nowhere

it "takes --db and --json before a command, too"
exits 0 kad --json workflow list
jq -e .workflows "$temporary/out" >/dev/null || fail "no JSON"
exits 0 kad workflow --json list
jq -e .workflows "$temporary/out" >/dev/null || fail "no JSON"

it "builds the project's own modules, in C and in any language"
own_modules
exits 0 kad workflow run --json shout --text hello
equal "result" "$(jq -r .outputs.text "$temporary/out")" OLLEH

it "builds a module again after a change of anything that it includes"
mkdir -p modules/shout/parts modules/common
says() { # TEXT
    exits 0 kad workflow run --json shout --text hello
    equal "result after a change of $mark" "$(jq -r .outputs.text "$temporary/out")" "$1"
}
sed -i 's/"%s", in->text/"%s" MARK, in->text/' modules/shout/shout.c
for mark in shout/mark.inc shout/parts/mark.inc common/mark.h mark.h; do
    sed -i "/include.*mark/d; s|#include <ctype.h>|&\n#include \"$mark\"|" modules/shout/shout.c
    echo '#define MARK "1"' >"modules/$mark"
    says 1OLLEH
    echo '#define MARK "2"' >"modules/$mark"
    says 2OLLEH
done
echo "what it has besides does not matter" >modules/reverse/data
exits 0 kad build shout
contains "$temporary/out" current

it "finds the compiler as a shell does"
mkdir -p folder/cc tools
ln -s "$(command -v "${CC:-cc}")" tools/compiler
PATH=folder:tools:$PATH CC=compiler exits 0 kad build shout
(cd tools && PATH=:$PATH CC=compiler exits 0 kad build shout) || exit 1
PATH=folder:$PATH CC=cc exits 0 kad build shout

it "takes nothing for current that a killed build has left"
cat >"$temporary/cc" <<END
#!/bin/sh
$(command -v "${CC:-cc}") "\$@" || exit
case "\$*" in *native-shout.o) [ ! -e "$temporary/kill" ] || kill -KILL "\$PPID" ;; esac
END
chmod +x "$temporary/cc"
export CC=$temporary/cc
exits 0 kad build shout
echo '#define MARK "3"' >"modules/$mark"
touch "$temporary/kill"
exits 137 kad build shout
rm "$temporary/kill"
echo '#define MARK "2"' >"modules/$mark"
sed -i 's/trigger.text }}/&!/' workflows/shout.yaml
says '2!OLLEH'

it "says which function of a module is missing"
sed -i 's/^    idempotent: true$/&\n  - {name: whisper, description: In small letters., idempotent: true}/' modules/shout/module.yaml
exits 2 kad build shout
contains "$temporary/err" "error[KAD1102 no-implementation]: module \`shout\` has no function \`shout_whisper\`"
equal "times that it is said" "$(grep -c KAD1102 "$temporary/err")" 1
sed -i '/whisper/d' modules/shout/module.yaml

it "lets a module have names that the runtime has for itself"
mkdir modules/file
cat >modules/file/module.yaml <<'END'
module: file
version: 1.0.0
actions:
  - {name: write, inputs: [{name: text, type: string}], idempotent: true, timeout: 1m}
END
cat >modules/file/file.c <<'END'
#include "modules/file.h"
enum kad_outcome file_write(struct kad_step *step, const struct file_write_inputs *in)
{
    kad_log(step, "%s", in->text);
    return KAD_SUCCESS;
}
END
cat >workflows/written.yaml <<'END'
version: "1.0.0"
steps:
  - {id: write, module: file, action: write, inputs: {text: hello}}
END
exits 0 kad workflow written
rm -r modules/file workflows/written.yaml

it "works from a folder below the project"
mkdir -p deep/below
cd deep/below
exits 0 kad workflow shout --text x
exits 0 kad build
cd ../..

it "keeps the store elsewhere with --db"
exits 0 kad workflow run --db "$temporary/elsewhere.db" hello
equal "executions elsewhere" "$(database=$temporary/elsewhere.db sql "SELECT count(*) FROM executions")" 1
exits 0 kad workflow status --db "$temporary/elsewhere.db"
contains "$temporary/out" hello

it "does not take a store that is not there for an empty one"
for command in "list" "status" "status x" "prune --older-than 1d" "cancel x"; do
    # Words of a command are meant to be split.
    # shellcheck disable=SC2086
    exits 2 kad --db "$temporary/elsewere.db" workflow $command
    contains "$temporary/err" "there is no store $temporary/elsewere.db: its first run makes it"
done
exits 2 env KAD_DB="$temporary/elsewere.db" kad workflow status --json
equal "standard output" "$(cat "$temporary/out")" ""
