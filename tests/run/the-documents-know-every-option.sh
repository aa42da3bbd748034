#!/usr/bin/env bash
# docs/commands.md and the man pages name the options that --help prints, all of them and no
# others.
source "$(dirname "$0")/lib.sh"

new_project project
kad build >/dev/null
docs=$KAD_SOURCE/docs

# Options at the head of the lines of a --help: `-o, --output DIR   where to ...`. Parameters
# of the workflow are none.
of_help() { # COMMAND...
    "$@" --help | sed -n 's/^ \+-/-/p' | sed 's/  .*//' |
        grep -oE '(^|[ ,|])--?[A-Za-z][A-Za-z-]*' | tr -d ' ,|' | grep -vx -- --name
}

of_kad() {
    local command
    for command in init build doctor version "workflow run" "workflow list" "workflow show" "workflow define" \
        "workflow status" "workflow resume" "workflow history" "workflow logs" \
        "workflow pause" "workflow cancel" "workflow approve" "workflow prune" emit backup \
        progress; do
        # Words of a command are meant to be split.
        # shellcheck disable=SC2086
        of_help kad $command
    done
    of_help .kad/bin/wf-hello
    echo -h
}

# Placeholders are in capitals: --PARAMETER.
of_markdown() {
    grep -oE -- '(^|[^A-Za-z0-9-])(--[a-z]|-[A-Za-z])[a-z-]*' "$1" |
        grep -oE -- '-[A-Za-z-]+$' | grep -vx -- --no-
}

of_man() {
    grep -oE 'Fl -?[a-zA-Z][a-zA-Z-]*' "$1" | sed 's/Fl /-/' | grep -vx -- --PARAMETER
}

same_options() { # DOCUMENT: stdin is expected; its own are the arguments
    sort -u >"$temporary/expected"
    shift
    "$@" | sort -u >"$temporary/found"
    diff "$temporary/expected" "$temporary/found" >"$temporary/out" ||
        fail "options differ (<: --help, >: $2)"
}

it "says in kad(1) what kad and the programs of workflows take"
of_kad | same_options kad.1 of_man "$docs/man/kad.1"

it "says in kadc(1) what kadc takes"
of_help kadc | same_options kadc.1 of_man "$docs/man/kadc.1"

it "says in commands.md what all of them take"
{ of_kad; of_help kadc; } | same_options commands.md of_markdown "$docs/commands.md"
