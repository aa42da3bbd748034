/* report.h: what a test run says, read from what the framework prints.
 *
 * A parser gets the whole output, without escape sequences. It returns false and
 * changes nothing when the output is not its framework's. Texts are slices of the
 * output or in the report's arena. */
#ifndef KAD_TESTING_REPORT_H
#define KAD_TESTING_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

struct test_failure {
    struct str name;
    struct str message;
};

struct test_report {
    struct arena *arena;
    const char *framework; /* of the parser that understood it; NULL: none did */
    int64_t succeeded, failed, skipped;
    VEC(struct test_failure) failures;
    bool has_coverage;
    double coverage; /* per cent of lines */
};

/* Reads the counts with the parser of `framework` ("ctest", "pytest", ...), or with all
 * of them, the most specific first, when it is none of these names; then the
 * coverage. */
void report_read(struct test_report *report, const char *framework, struct str output);

/* A copy without ANSI escape sequences, carriage returns and NULs. */
struct str report_clean(struct arena *arena, struct str output);

/* ---- Parsers --------------------------------------------------------------------- */

bool parse_cargo(struct test_report *report, struct str output);
bool parse_criterion(struct test_report *report, struct str output);
bool parse_ctest(struct test_report *report, struct str output);
bool parse_go(struct test_report *report, struct str output);
bool parse_node(struct test_report *report, struct str output);
bool parse_plain(struct test_report *report, struct str output);
bool parse_pytest(struct test_report *report, struct str output);
bool parse_tap(struct test_report *report, struct str output);
bool parse_unittest(struct test_report *report, struct str output);
/* Any tool's; false: nothing about coverage. */
bool parse_coverage(struct test_report *report, struct str output);

/* ---- For parsers ----------------------------------------------------------------- */

/* Cuts the next line, without its end, off *rest; false: there is none. */
bool next_line(struct str *rest, struct str *line);
/* Cuts `prefix` off *text, if it is there. */
bool skip_prefix(struct str *text, const char *prefix);
/* Cuts an unsigned number and the blanks before it off *text. */
bool skip_integer(struct str *text, int64_t *value);
bool skip_number(struct str *text, double *value);
/* The part before the first `end`, or all. */
struct str text_before(struct str text, const char *end);
/* How many blanks it starts with. */
size_t indent_of(struct str line);
/* From the start of `from` to the end of `to`, two slices of one text. */
struct str text_span(struct str from, struct str to);
/* A long message is cut. */
void report_fail(struct test_report *report, struct str name, struct str message);

#endif
