#!/usr/bin/env bash
# scripts/demo runs to its end: killed during implement, resumed, a commit on a branch.
source "$(dirname "$0")/lib.sh"

it "ends well"
exits 0 "$KAD_SOURCE/scripts/demo"
contains "$temporary/out" interrupted
contains "$temporary/out" completed
contains "$temporary/out" recorded
