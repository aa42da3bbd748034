/* parse_pytest.c: pytest, also with -q.
 *
 *     FAILED tests/test_sums.py::test_adds - assert 3 == 4
 *     ERROR tests/test_io.py::test_reads - fixture 'disk' not found
 *     ==== 1 failed, 2 passed, 1 skipped, 1 error in 0.12s ====
 *
 * An expected failure counts as skipped, an unexpected success as success. */
#include "report.h"

enum kind { KIND_SUCCEEDED, KIND_FAILED, KIND_SKIPPED, KIND_NOT_COUNTED, KIND_COUNT };

struct word {
    const char *text;
    enum kind kind;
};

static const struct word words[] = {
    {"passed", KIND_SUCCEEDED},     {"xpassed", KIND_SUCCEEDED},
    {"failed", KIND_FAILED},        {"error", KIND_FAILED},
    {"errors", KIND_FAILED},        {"skipped", KIND_SKIPPED},
    {"xfailed", KIND_SKIPPED},      {"warning", KIND_NOT_COUNTED},
    {"warnings", KIND_NOT_COUNTED}, {"deselected", KIND_NOT_COUNTED},
};

enum { WORD_COUNT = sizeof(words) / sizeof(words[0]) };

static const struct word *find_word(struct str text)
{
    for (size_t i = 0; i < WORD_COUNT; i++)
        if (str_is(text, words[i].text))
            return &words[i];
    return NULL;
}

/* "1 failed, 2 passed in 0.12s", with or without a frame of `=`. */
static bool read_summary(struct str line, int64_t counts[KIND_COUNT])
{
    while (skip_prefix(&line, "="))
        ;
    line = str_trim(line);
    if (skip_prefix(&line, "no tests ran"))
        return true;
    for (;;) {
        const struct word *word;
        struct str name;
        int64_t count;

        if (!skip_integer(&line, &count) || !skip_prefix(&line, " "))
            return false;
        name = text_before(text_before(line, ","), " ");
        word = find_word(name);
        if (!word)
            return false;
        counts[word->kind] += count;
        line = str_part(line, name.len, line.len);
        if (skip_prefix(&line, " in "))
            return true;
        if (!skip_prefix(&line, ", "))
            return false;
    }
}

static void read_failure(struct test_report *report, struct str line)
{
    const size_t dash = str_find(line, S(" - "));

    if (str_find(line, S("::")) < line.len || str_find(line, S(".py")) < line.len)
        report_fail(report, str_part(line, 0, dash),
                    str_part(line, dash + 3, line.len));
}

/* Whether the output has a summary; the last one counts. */
static bool find_summary(struct test_report *report, struct str output)
{
    struct str rest = output, line;
    bool is_known = false;

    while (next_line(&rest, &line)) {
        int64_t counts[KIND_COUNT] = {0};

        if (!read_summary(line, counts))
            continue;
        report->succeeded = counts[KIND_SUCCEEDED];
        report->failed = counts[KIND_FAILED];
        report->skipped = counts[KIND_SKIPPED];
        is_known = true;
    }
    return is_known;
}

bool parse_pytest(struct test_report *report, struct str output)
{
    struct str rest = output, line;

    if (!find_summary(report, output))
        return false;
    while (next_line(&rest, &line))
        if (skip_prefix(&line, "FAILED ") || skip_prefix(&line, "ERROR "))
            read_failure(report, line);
    return true;
}
