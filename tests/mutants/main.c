/* main.c: mutants of valid workflows, and how many of them kadc sees.
 *
 *     mutants [--limit N] [--seed N] [--show] FILE...
 *
 * --limit: at most so many mutants for an operator in a file, drawn by the seed; 0: all.
 * --show: each miss, as a line. Prints a table by operator; the exit code is 1 where the
 * numbers are not what is wanted of kadc. Runs in the root of the sources. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

enum { OPERATORS_MAX = 200, TOGETHER_MAX = 6, TOGETHER_ROUNDS = 40 };

struct tally {
    size_t mutants, detected, right_code, right_line, extra;
};

struct suite {
    size_t limit;
    uint64_t random;
    bool is_shown;
    struct operator operators[OPERATORS_MAX];
    struct tally tallies[OPERATORS_MAX];
    size_t operator_count, harmful_count;
    struct tally together;
    size_t files, false_alarms, harmless;
};

static size_t draw(struct suite *suite, size_t count)
{
    suite->random ^= suite->random << 13;
    suite->random ^= suite->random >> 7;
    suite->random ^= suite->random << 17;
    return (size_t)(suite->random % count);
}

static void add_operators(struct suite *suite, const struct operator* list)
{
    for (; list->name; list++)
        suite->operators[suite->operator_count++] = *list;
}

/* ---- One mutant ----------------------------------------------------------------------- */

static bool is_expected_code(const struct mutant *m, enum diag_code code)
{
    for (size_t i = 0; i < m->code_count; i++)
        if (m->codes[i] == code)
            return true;
    return false;
}

static bool is_expected_line(const struct mutant *m, struct str text, uint32_t line)
{
    for (size_t i = 0; i < m->place_count; i++)
        if (mutant_line(m, text, i) == line)
            return true;
    return false;
}

struct verdict {
    bool has_code, has_line, has_both;
};

static struct verdict judge_mutant(const struct mutant *m, struct str text,
                                   const struct findings *found)
{
    struct verdict verdict = {0};

    for (size_t i = 0; i < found->all.count; i++) {
        const struct finding *finding = &found->all.items[i];
        const bool has_code = is_expected_code(m, finding->code);
        const bool has_line = is_expected_line(m, text, finding->line);

        verdict.has_code |= has_code;
        verdict.has_line |= has_line;
        verdict.has_both |= has_code && has_line;
    }
    return verdict;
}

static void show(const char *what, const struct mutant *m, struct str text,
                 const struct findings *found)
{
    printf("%s: %s of %s:%u, expected %s\n%s", what, m->made_by->name, m->subject->path,
           m->place_count ? mutant_line(m, text, 0) : 0,
           m->code_count ? diag_code_name(m->codes[0]) : "nothing", found->text);
    if (m->edit_count > 0)
        printf("    edit: `%.*s`\n\n", STR(m->edits[0].text));
}

static void try_harmful(struct suite *suite, struct tally *tally,
                        const struct mutant *m, const struct findings *base)
{
    struct arena arena = {0};
    const struct str text = mutant_text(&arena, m);
    const struct findings now = judge(&arena, m->subject, text);
    const struct findings found = judge_new(&arena, base, &now);
    const struct verdict verdict = judge_mutant(m, text, &found);

    tally->mutants++;
    tally->detected += found.all.count > 0;
    tally->right_code += verdict.has_code;
    tally->right_line += verdict.has_line;
    tally->extra += found.all.count > 1 ? found.all.count - 1 : 0;
    if (suite->is_shown && found.all.count == 0)
        show("MISSED", m, text, &now);
    else if (suite->is_shown && !verdict.has_both)
        show(verdict.has_code ? "LINE" : "CODE", m, text, &now);
    else if (suite->is_shown && found.all.count > 1)
        show("EXTRA", m, text, &now);
    arena_release(&arena);
}

static void try_harmless(struct suite *suite, struct tally *tally,
                         const struct mutant *m, const struct findings *base)
{
    struct arena arena = {0};
    const struct str text = mutant_text(&arena, m);
    const struct findings now = judge(&arena, m->subject, text);
    const struct findings found = judge_new(&arena, base, &now);

    tally->mutants++;
    tally->extra += found.all.count;
    suite->harmless++;
    suite->false_alarms += found.all.count > 0;
    if (suite->is_shown && found.all.count > 0)
        show("FALSE ALARM", m, text, &now);
    arena_release(&arena);
}

/* ---- Several at once ------------------------------------------------------------------ */

static int step_around(const struct mutant *m)
{
    const struct subject *s = m->subject;
    int found = NO_STEP;

    for (size_t i = 0; i < s->steps.count; i++)
        if (s->steps.items[i].map->span.start <= m->edits[0].start &&
            m->edits[0].start <= s->steps.items[i].map->span.end)
            found = (int)i;
    return found;
}

static void lines_of(const struct mutant *m, uint32_t *first, uint32_t *last)
{
    *first = source_place(m->subject->source, m->edits[0].start).line;
    *last = source_place(m->subject->source, m->edits[m->edit_count - 1].end).line;
    for (size_t i = 0; i < m->place_count; i++)
        if (m->places[i].edit < 0) {
            const uint32_t line =
                source_place(m->subject->source, m->places[i].at).line;

            *first = line < *first ? line : *first;
            *last = line > *last ? line : *last;
        }
}

static bool are_independent(const struct mutant *a, const struct mutant *b)
{
    uint32_t a_first, a_last, b_first, b_last;

    lines_of(a, &a_first, &a_last);
    lines_of(b, &b_first, &b_last);
    return !(a->made_by->reach == REACH_GRAPH && b->made_by->reach == REACH_GRAPH) &&
           step_around(a) != step_around(b) && (a_last < b_first || b_last < a_first);
}

/* All edits of several mutants, as one; `edits[i]`: where those of the i-th begin. */
static struct mutant join(struct mutant *const *parts, size_t count)
{
    struct mutant whole = {.subject = parts[0]->subject, .made_by = parts[0]->made_by};

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < parts[i]->edit_count; k++)
            mutant_replace(&whole, parts[i]->edits[k].start, parts[i]->edits[k].end,
                           parts[i]->edits[k].text);
    return whole;
}

/* A part's places in terms of the edits of the whole. */
static struct mutant part_of(const struct mutant *whole, const struct mutant *part,
                             size_t edits_before)
{
    struct mutant moved = *whole;

    memcpy(moved.codes, part->codes, sizeof(part->codes));
    moved.code_count = part->code_count;
    moved.made_by = part->made_by;
    for (size_t i = 0; i < part->place_count; i++) {
        moved.places[i] = part->places[i];
        if (part->places[i].edit >= 0)
            moved.places[i].edit += (int)edits_before;
    }
    moved.place_count = part->place_count;
    return moved;
}

static size_t choose(struct suite *suite, const struct mutants *pool,
                     struct mutant **parts)
{
    const size_t wanted = 2 + draw(suite, TOGETHER_MAX - 1);
    size_t count = 0;

    for (size_t tries = 0; tries < 60 && count < wanted; tries++) {
        struct mutant *m = pool->all.items[draw(suite, pool->all.count)];
        bool fits = m->edit_count > 0 && m->made_by->reach != REACH_ALONE;
        size_t at = count;

        for (size_t i = 0; i < count; i++)
            fits = fits && are_independent(m, parts[i]);
        if (!fits)
            continue;
        while (at > 0 && parts[at - 1]->edits[0].start > m->edits[0].start) {
            parts[at] = parts[at - 1];
            at--;
        }
        parts[at] = m;
        count++;
    }
    return count;
}

static void try_together(struct suite *suite, const struct mutants *pool,
                         const struct findings *base)
{
    struct mutant *parts[TOGETHER_MAX];
    const size_t count = choose(suite, pool, parts);
    struct arena arena = {0};
    struct mutant whole;
    struct findings now, found;
    struct str text;
    size_t edits_before = 0;

    if (count < 2)
        return;
    whole = join(parts, count);
    text = mutant_text(&arena, &whole);
    now = judge(&arena, whole.subject, text);
    found = judge_new(&arena, base, &now);
    for (size_t i = 0; i < count; i++) {
        const struct mutant part = part_of(&whole, parts[i], edits_before);
        const struct verdict verdict = judge_mutant(&part, text, &found);

        edits_before += parts[i]->edit_count;
        suite->together.mutants++;
        suite->together.detected += verdict.has_line;
        suite->together.right_line += verdict.has_line;
        suite->together.right_code += verdict.has_both;
        if (suite->is_shown && !verdict.has_both)
            show("TOGETHER", &part, text, &now);
    }
    suite->together.extra += found.all.count;
    if (suite->is_shown && found.all.count > count) {
        printf("TOO MANY: %zu for %zu of", found.all.count, count);
        for (size_t i = 0; i < count; i++)
            printf(" %s", parts[i]->made_by->name);
        printf(" in %s\n%s\n", whole.subject->path, now.text);
    }
    arena_release(&arena);
}

/* ---- A file --------------------------------------------------------------------------- */

/* At most `limit` of those that the operator has just made, by chance. */
static void thin_out(struct suite *suite, struct mutants *pool, size_t first)
{
    while (suite->limit > 0 && pool->all.count - first > suite->limit) {
        const size_t at = first + draw(suite, pool->all.count - first);

        pool->all.items[at] = pool->all.items[--pool->all.count];
    }
}

static void try_file(struct suite *suite, const char *path)
{
    struct arena arena = {0};
    struct subject subject;
    struct findings base;
    struct mutants pool = {.arena = &arena};

    if (!subject_read(&arena, path, &subject)) {
        fprintf(stderr, "mutants: %s cannot be read\n", path);
        exit(2);
    }
    base = judge(&arena, &subject, subject.source->text);
    if (strstr(base.text, ": error[")) {
        suite->false_alarms++;
        printf("not clean:\n%s", base.text);
    }
    suite->files++;
    for (size_t i = 0; i < suite->operator_count; i++) {
        const size_t first = pool.all.count;

        pool.operator= & suite->operators[i];
        suite->operators[i].make(&subject, &pool);
        thin_out(suite, &pool, first);
        for (size_t k = first; k < pool.all.count; k++)
            if (i < suite->harmful_count)
                try_harmful(suite, &suite->tallies[i], pool.all.items[k], &base);
            else if (pool.all.items[k]->edit_count > 0)
                try_harmless(suite, &suite->tallies[i], pool.all.items[k], &base);
        if (i >= suite->harmful_count)
            pool.all.count = first;
    }
    for (size_t i = 0; i < TOGETHER_ROUNDS; i++)
        try_together(suite, &pool, &base);
    arena_release(&arena);
}

/* ---- The table ------------------------------------------------------------------------ */

static void print_row(const char *name, const struct tally *t)
{
    printf("%-24s %8zu %9zu %11zu %11zu %6zu\n", name, t->mutants, t->detected,
           t->right_code, t->right_line, t->extra);
}

static struct tally print_table(const struct suite *suite)
{
    struct tally sum = {0};

    printf("%-24s %8s %9s %11s %11s %6s\n", "operator", "mutants", "detected",
           "right code", "right line", "extra");
    for (size_t i = 0; i < suite->harmful_count; i++) {
        const struct tally *t = &suite->tallies[i];

        print_row(suite->operators[i].name, t);
        sum.mutants += t->mutants;
        sum.detected += t->detected;
        sum.right_code += t->right_code;
        sum.right_line += t->right_line;
        sum.extra += t->extra;
    }
    print_row("all", &sum);
    printf("\n%-24s %8s %12s\n", "harmless", "edits", "new findings");
    for (size_t i = suite->harmful_count; i < suite->operator_count; i++)
        printf("%-24s %8zu %12zu\n", suite->operators[i].name,
               suite->tallies[i].mutants, suite->tallies[i].extra);
    return sum;
}

static double ratio(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 1;
}

/* Whether the numbers are those that are wanted. */
static bool print_sums(const struct suite *suite)
{
    const struct tally sum = print_table(suite);
    const struct tally *together = &suite->together;
    const double detected = ratio(sum.detected, sum.mutants);
    const double at_line = ratio(sum.right_line, sum.detected);
    const double alone = ratio(sum.detected + sum.extra, sum.detected);
    const double several = ratio(together->extra, together->mutants);

    printf("\n%zu files, %zu operators, %zu mutants\n", suite->files,
           suite->harmful_count, sum.mutants);
    printf(
        "detected %.2f %% (wanted 97), right code %.2f %%, right line %.2f %% of them "
        "(wanted 100)\n",
        100 * detected, 100 * ratio(sum.right_code, sum.detected), 100 * at_line);
    printf("findings/faults %.3f alone, %.3f together (wanted 1.05); of %zu faults "
           "together %.2f %% found with code and line\n",
           alone, several, together->mutants,
           100 * ratio(together->right_code, together->mutants));
    printf("harmless edits %zu, false alarms %zu (wanted 0)\n", suite->harmless,
           suite->false_alarms);
    return detected >= 0.97 && at_line >= 1 && alone <= 1.05 && several <= 1.05 &&
           ratio(together->right_code, together->mutants) >= 0.97 &&
           suite->false_alarms == 0;
}

int main(int argc, char **argv)
{
    static struct suite suite = {.random = 20260101};
    int at = 1;

    for (; at < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "--show") == 0)
            suite.is_shown = true;
        else if (strcmp(argv[at], "--limit") == 0 && at + 1 < argc)
            suite.limit = strtoul(argv[++at], NULL, 10);
        else if (strcmp(argv[at], "--seed") == 0 && at + 1 < argc)
            suite.random = strtoull(argv[++at], NULL, 10) | 1;
        else
            return 2;
    }
    add_operators(&suite, structure_operators);
    add_operators(&suite, name_operators);
    add_operators(&suite, graph_operators);
    add_operators(&suite, expr_operators);
    add_operators(&suite, effect_operators);
    add_operators(&suite, schedule_operators);
    suite.harmful_count = suite.operator_count;
    add_operators(&suite, harmless_operators);
    for (; at < argc; at++)
        try_file(&suite, argv[at]);
    return print_sums(&suite) ? 0 : 1;
}
