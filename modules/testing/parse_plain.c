/* parse_plain.c: counts in words, as hand-written suites, automake, mocha, jest and
 * vitest print them.
 *
 *     12 passed, 1 failed         # PASS:  12         5 passing (3ms)
 *     Tests: 1 failed, 12 passed, 13 total
 *
 * Each line with such a count adds to the sum: a make target may run several suites.
 * Lines that count files or suites are left out. Names come from lines like
 * "FAIL: name". */
#include "report.h"

#include <ctype.h>
#include <strings.h>

enum kind { KIND_NONE, KIND_SUCCEEDED, KIND_FAILED, KIND_SKIPPED };

struct word {
    const char *text;
    enum kind kind;
};

static const struct word words[] = {
    {"passed", KIND_SUCCEEDED}, {"passing", KIND_SUCCEEDED},
    {"pass", KIND_SUCCEEDED},   {"succeeded", KIND_SUCCEEDED},
    {"failed", KIND_FAILED},    {"failing", KIND_FAILED},
    {"failures", KIND_FAILED},  {"fail", KIND_FAILED},
    {"skipped", KIND_SKIPPED},  {"skip", KIND_SKIPPED},
    {"pending", KIND_SKIPPED},  {"ignored", KIND_SKIPPED},
};

enum { WORD_COUNT = sizeof(words) / sizeof(words[0]) };

static enum kind kind_of(struct str text)
{
    for (size_t i = 0; i < WORD_COUNT; i++)
        if (text.len == str_of(words[i].text).len &&
            !strncasecmp(text.p, words[i].text, text.len))
            return words[i].kind;
    return KIND_NONE;
}

static size_t word_len(struct str text)
{
    size_t len = 0;

    while (len < text.len && isalnum((unsigned char)text.p[len]))
        len++;
    return len;
}

/* The next word or number; false: the line is over. */
static bool next_token(struct str *rest, struct str *token)
{
    while (rest->len && !word_len(*rest))
        *rest = str_part(*rest, 1, rest->len);
    *token = str_part(*rest, 0, word_len(*rest));
    *rest = str_part(*rest, token->len, rest->len);
    return token->len > 0;
}

static void add(struct test_report *report, enum kind kind, int64_t count)
{
    report->succeeded += kind == KIND_SUCCEEDED ? count : 0;
    report->failed += kind == KIND_FAILED ? count : 0;
    report->skipped += kind == KIND_SKIPPED ? count : 0;
}

/* "3 passed" anywhere, or "passed: 3". */
static bool read_counts(struct test_report *report, struct str line)
{
    struct str token;
    bool is_known = false, has_count = false;
    int64_t count = 0;

    while (next_token(&line, &token)) {
        const enum kind kind = kind_of(token);
        struct str number = token;

        if (has_count && (str_is(token, "test") || str_is(token, "tests")))
            continue; /* "3 tests passed" */
        if (kind != KIND_NONE && !has_count)
            has_count = skip_prefix(&line, ":") && skip_integer(&line, &count);
        if (kind != KIND_NONE && has_count) {
            add(report, kind, count);
            is_known = true;
        }
        has_count = kind == KIND_NONE && skip_integer(&number, &count) && !number.len;
    }
    return is_known;
}

static void read_failure(struct test_report *report, struct str line)
{
    if (skip_prefix(&line, "[FAIL]") || skip_prefix(&line, "FAIL:") ||
        skip_prefix(&line, "FAILED:") || skip_prefix(&line, "FAIL "))
        report_fail(report, line, (struct str){0});
}

bool parse_plain(struct test_report *report, struct str output)
{
    struct str line;
    bool is_known = false;

    while (next_line(&output, &line)) {
        line = str_trim(line);
        if (str_starts_with(line, S("Test Suites")) ||
            str_starts_with(line, S("Test Files")))
            continue;
        if (read_counts(report, line))
            is_known = true;
        else
            read_failure(report, line);
    }
    return is_known;
}
