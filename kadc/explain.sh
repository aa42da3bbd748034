#!/bin/sh
# explain.sh OUTPUT FILE...: makes C of the pages in explain/: `== CODE` begins the page of a code.
set -eu

exec >"$1"
shift
cat <<'END'
/* Made by explain.sh. */
static const char *const PAGES[] = {
END
awk '
    function finish() {
        if (is_open)
            print "    ),"
        blanks = 0
    }
    /^== / {
        finish()
        printf "    [%s] = (\n", $2
        is_open = 1
        has_text = 0
        next
    }
    /^$/ { blanks++; next }
    {
        while (has_text && blanks-- > 0)
            print "        \"\\n\""
        blanks = 0
        has_text = 1
        gsub(/\\/, "\\\\")
        gsub(/"/, "\\\"")
        gsub(/[?][?]/, "?\\?") # no trigraphs
        print "        \"" $0 "\\n\""
    }
    END { finish() }' "$@"
echo "};"
