/* parse_coverage.c: the share of lines that tests run, as the usual tools print it.
 *
 *     gcov           Lines executed:85.71% of 14
 *     lcov           lines......: 85.7% (12 of 14 lines)
 *     gcovr          lines: 85.7% (12 out of 14)
 *     c8, nyc        All files | 90 | 100 | 80 | 85.71 |     statements, branches,
 *                                                            functions, lines
 *     node           # all files | 85.71 | 100.00 | 83.33 |  lines come first
 *     pytest-cov     TOTAL      20      3    85%
 *     go             coverage: 85.7% of statements
 *     tarpaulin      85.71% coverage, 12/14 lines covered
 *
 * gcov and go print one value for each file or package: they are averaged, weighted by
 * lines where these are known. */
#include "report.h"

struct sum {
    double covered, weight;
};

static struct str after(struct str line, const char *mark)
{
    return str_part(line, str_find(line, str_of(mark)) + str_of(mark).len, line.len);
}

static void add_weighted(struct sum *sum, double percent, double weight)
{
    sum->covered += percent * weight;
    sum->weight += weight;
}

static void set(struct sum *sum, double percent)
{
    *sum = (struct sum){percent, 1};
}

/* The cell after `skipped` bars. */
static bool read_cell(struct str line, int skipped, double *percent)
{
    for (int i = 0; i < skipped; i++)
        line = after(line, "|");
    return skip_number(&line, percent);
}

/* The last word, if it is a percentage. */
static bool read_last(struct str line, double *percent)
{
    size_t from;

    line = str_trim(line);
    for (from = line.len; from > 0 && line.p[from - 1] != ' ';)
        from--;
    line = str_part(line, from, line.len);
    return skip_number(&line, percent) && str_is(line, "%");
}

/* Tools that print a value for each part. */
static bool read_part(struct sum *parts, struct str line)
{
    struct str rest = after(line, "Lines executed:");
    double percent, lines;

    if (skip_number(&rest, &percent) && skip_prefix(&rest, "% of") &&
        skip_number(&rest, &lines)) {
        add_weighted(parts, percent, lines);
        return true;
    }
    rest = after(line, "coverage: ");
    if (!skip_number(&rest, &percent) || !skip_prefix(&rest, "% of statements"))
        return false;
    add_weighted(parts, percent, 1);
    return true;
}

/* Tools that print a total. */
static bool read_total(struct sum *total, struct str line)
{
    struct str text = str_trim(line), rest;
    double percent;

    skip_prefix(&text, "# ");
    skip_prefix(&text, "ℹ ");
    if ((skip_prefix(&text, "All files") && read_cell(text, 4, &percent)) ||
        (skip_prefix(&text, "all files") && read_cell(text, 1, &percent)) ||
        (skip_prefix(&text, "TOTAL ") && read_last(text, &percent))) {
        set(total, percent);
        return true;
    }
    rest = text;
    if (skip_number(&rest, &percent) && skip_prefix(&rest, "% coverage,")) {
        set(total, percent);
        return true;
    }
    if (!skip_prefix(&text, "lines"))
        return false;
    while (skip_prefix(&text, "."))
        ;
    if (!skip_prefix(&text, ":") || !skip_number(&text, &percent) ||
        !skip_prefix(&text, "% ("))
        return false;
    set(total, percent);
    return true;
}

bool parse_coverage(struct test_report *report, struct str output)
{
    struct sum total = {0}, parts = {0};
    struct str line;

    while (next_line(&output, &line))
        if (!read_total(&total, line))
            read_part(&parts, line);
    if (total.weight <= 0)
        total = parts;
    if (total.weight <= 0)
        return false;
    report->coverage = total.covered / total.weight;
    return report->coverage <= 100;
}
