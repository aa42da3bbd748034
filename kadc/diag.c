/* diag.c: collects findings, counts and sorts them; the renderings print them.
 *
 * In: calls from every pass. Out: one report, printed by diag_print.
 *   (1) no two findings have the same code, place and message;
 *   (2) `latest` is the finding that notes and helps belong to, NULL when it was a
 *       repeat;
 *   (3) a report has no two findings with the same subject. */
#include "diag.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "finding.h"
#include "name_index.h"
#include "table.h"

static const struct code {
    const char *name;
    const char *slug;
    enum diag_level level;
} CODES[] = {
#define DIAG(code, slug, level, title) {#code, slug, level},
#include "diag.def"
#undef DIAG
};

struct diags {
    struct arena *arena;
    VEC(struct finding *) findings;
    VEC(struct expectation) expectations;
    struct finding *latest;
    struct table known; /* for (1) */
    enum diag_level levels[DIAG_CODE_COUNT];
    bool are_warnings_errors;
    const struct source *source; /* that was last found fault with */
    /* Of its errors, and of the rest: how many there are. Above FINDINGS_MAX: 1301 was
     * said, and no more are kept. Errors are not lost for warnings. */
    size_t error_count, rest_count;
    struct table indexes; /* of lists of names that may have been meant */
};

struct diags *diags_new(struct arena *arena)
{
    struct diags *diags = arena_new(arena, struct diags);

    diags->arena = arena;
    for (size_t i = 0; i < DIAG_CODE_COUNT; i++)
        diags->levels[i] = CODES[i].level;
    diags_clear(diags);
    return diags;
}

void diags_clear(struct diags *diags)
{
    diags->findings.count = diags->expectations.count = 0;
    diags->latest = NULL;
    diags->source = NULL;
    diags->error_count = diags->rest_count = 0;
    table_init(&diags->known, diags->arena);
    table_init(&diags->indexes, diags->arena);
}

/* ---- Collecting ------------------------------------------------------------------ */

static struct str format_text(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* A message is one line: what it quotes may have several, which blanks then join. */
static struct str join_lines(struct arena *arena, struct str text)
{
    struct buf out;

    if (str_find(text, S("\n")) == text.len && str_find(text, S("\r")) == text.len)
        return text;
    buf_init(&out, arena);
    for (size_t i = 0; i < text.len; i++) {
        size_t end = i;

        while (end < text.len && (text.p[end] == ' ' || is_line_end(text.p[end])))
            end++;
        if (end == i) {
            buf_add_char(&out, text.p[i]);
            continue;
        }
        buf_add_char(&out, ' ');
        i = end - 1;
    }
    return buf_str(&out);
}

static struct str format_text(struct arena *arena, const char *format, va_list args)
{
    return join_lines(arena, str_of(arena_vprintf(arena, format, args)));
}

/* What two findings that are one have in common; the message is its end. */
static struct str identity_of(struct diags *diags, enum diag_code code,
                              struct span span, struct str message)
{
    const struct identity {
        const struct source *source;
        uint32_t start, end, code, zero;
    } place = {span.source, span.start, span.end, (uint32_t)code, 0};
    char *identity = arena_alloc(diags->arena, sizeof(place) + message.len + 1);

    memcpy(identity, &place, sizeof(place));
    memcpy(identity + sizeof(place), message.p, message.len);
    return (struct str){identity, sizeof(place) + message.len};
}

/* In place of the first that is too many. */
static void add_last(struct diags *diags, const struct source *source)
{
    struct finding *finding = arena_new(diags->arena, struct finding);

    finding->message =
        str_printf(diags->arena, "more than %d findings: the others are not shown",
                   (int)FINDINGS_MAX);
    finding->code = KAD1301;
    finding->span = (struct span){source, 0, 0};
    finding->order = diags->findings.count;
    vec_push(diags->arena, &diags->findings, finding);
}

/* For one more finding in this file. */
static bool has_room(struct diags *diags, const struct source *source,
                     enum diag_code code)
{
    const bool is_error = diags->levels[code] == DIAG_ERROR;
    size_t *count = is_error ? &diags->error_count : &diags->rest_count;

    if (source && source != diags->source) {
        diags->source = source;
        diags->error_count = diags->rest_count = 0;
    }
    if (*count == FINDINGS_MAX)
        add_last(diags, source);
    return (*count)++ < FINDINGS_MAX;
}

void diag_report(struct diags *diags, struct span span, enum diag_code code,
                 const char *format, ...)
{
    struct arena scratch = {0};
    struct str message, identity;
    struct finding *finding;
    va_list args;

    diags->latest = NULL;
    if (!has_room(diags, span.source, code))
        return;
    va_start(args, format);
    message = format_text(&scratch, format, args);
    va_end(args);
    identity = identity_of(diags, code, span, message);
    arena_release(&scratch);
    if (table_find(&diags->known, identity))
        return;
    finding = arena_new(diags->arena, struct finding);
    finding->message = str_part(identity, identity.len - message.len, identity.len);
    finding->code = code;
    finding->span = span;
    finding->order = diags->findings.count;
    table_add(&diags->known, identity, finding);
    vec_push(diags->arena, &diags->findings, finding);
    diags->latest = finding;
}

void diag_subject(struct diags *diags, const char *format, ...)
{
    struct str subject;
    va_list args;

    if (!diags->latest)
        return;
    va_start(args, format);
    subject = format_text(diags->arena, format, args);
    va_end(args);
    diags->latest->subject =
        str_printf(diags->arena, "%p %.*s", (const void *)diags->latest->span.source,
                   STR(subject));
}

void diag_label(struct diags *diags, const char *format, ...)
{
    va_list args;

    if (!diags->latest)
        return;
    va_start(args, format);
    diags->latest->label = format_text(diags->arena, format, args);
    va_end(args);
}

void diag_note(struct diags *diags, struct span span, const char *format, ...)
{
    struct finding_place note = {.span = span};
    va_list args;

    if (!diags->latest)
        return;
    va_start(args, format);
    note.text = format_text(diags->arena, format, args);
    va_end(args);
    vec_push(diags->arena, &diags->latest->notes, note);
}

void diag_path(struct diags *diags, const char *heading)
{
    if (diags->latest)
        diags->latest->path_heading = str_of(str_copy(diags->arena, str_of(heading)));
}

void diag_path_stop(struct diags *diags, struct span span, const char *format, ...)
{
    struct finding_place stop = {.span = span};
    va_list args;

    if (!diags->latest)
        return;
    va_start(args, format);
    stop.text = format_text(diags->arena, format, args);
    va_end(args);
    vec_push(diags->arena, &diags->latest->stops, stop);
}

void diag_help(struct diags *diags, const char *format, ...)
{
    struct finding_help help = {0};
    va_list args;

    if (!diags->latest)
        return;
    va_start(args, format);
    help.text = format_text(diags->arena, format, args);
    va_end(args);
    vec_push(diags->arena, &diags->latest->helps, help);
}

void diag_fix(struct diags *diags, struct span span, const char *text, bool is_certain,
              const char *format, ...)
{
    struct finding_help help = {
        .has_edit = true,
        .edit = {.span = span},
        .is_certain = is_certain,
    };
    va_list args;

    if (!diags->latest)
        return;
    va_start(args, format);
    help.text = format_text(diags->arena, format, args);
    va_end(args);
    help.edit.text = str_of(str_copy(diags->arena, str_of(text)));
    vec_push(diags->arena, &diags->latest->helps, help);
}

/* ---- Codes and levels ------------------------------------------------------------ */

int diag_code_find(struct str code_or_slug)
{
    for (int i = 0; i < DIAG_CODE_COUNT; i++)
        if (str_is(code_or_slug, CODES[i].name) || str_is(code_or_slug, CODES[i].slug))
            return i;
    return -1;
}

const char *diag_code_name(enum diag_code code)
{
    return CODES[code].name;
}

const char *diag_code_slug(enum diag_code code)
{
    return CODES[code].slug;
}

const char *diag_level_name(enum diag_level level)
{
    switch (level) {
    case DIAG_ERROR: return "error";
    case DIAG_WARNING: return "warning";
    case DIAG_NOTE: return "note";
    case DIAG_OFF: break;
    }
    return "off";
}

/* An error of the groups 01 to 06 and 11 means that no program can be written. */
static bool is_fixed_level(enum diag_code code)
{
    const char *group = CODES[code].name + strlen("KAD");

    return CODES[code].level == DIAG_ERROR &&
           (strncmp(group, "11", 2) == 0 || (group[0] == '0' && group[1] <= '6'));
}

bool diag_set_level(struct diags *diags, enum diag_code code, enum diag_level level)
{
    if (is_fixed_level(code) && level != DIAG_ERROR)
        return false;
    diags->levels[code] = level;
    return true;
}

void diag_warnings_are_errors(struct diags *diags)
{
    diags->are_warnings_errors = true;
}

static enum diag_level level_of(const struct diags *diags,
                                const struct finding *finding)
{
    const enum diag_level level = diags->levels[finding->code];

    return level == DIAG_WARNING && diags->are_warnings_errors ? DIAG_ERROR : level;
}

bool diag_is_full(const struct diags *diags)
{
    return diags->error_count > FINDINGS_MAX;
}

/* Which list an index is of. */
struct indexed {
    struct names names;
    const struct name_index *index;
};

static struct str names_key(const struct names *names)
{
    return (struct str){(const char *)names, sizeof(*names)};
}

const struct name_index *diag_name_index(struct diags *diags, struct names names)
{
    struct indexed *indexed = table_find(&diags->indexes, names_key(&names));

    if (indexed)
        return indexed->index;
    indexed = arena_new(diags->arena, struct indexed);
    *indexed = (struct indexed){names, name_index_new(diags->arena, names)};
    table_add(&diags->indexes, names_key(&indexed->names), indexed);
    return indexed->index;
}

bool diag_may_be_expected(enum diag_code code)
{
    return !is_fixed_level(code) && strncmp(CODES[code].name, "KAD09", 5) != 0;
}

void diag_expect(struct diags *diags, struct span range, enum diag_code code,
                 struct span place, struct str reason)
{
    const struct expectation expectation = {
        .range = range, .code = code, .place = place, .reason = reason};

    vec_push(diags->arena, &diags->expectations, expectation);
}

/* ---- The report ------------------------------------------------------------------ */

static int compare_sources(const struct source *a, const struct source *b)
{
    if (a == b)
        return 0;
    if (!a || !b)
        return a ? 1 : -1;
    return str_compare(a->path, b->path);
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* By file and place; the order of arrival decides the rest, so that it is total. */
static int compare_findings(const void *left, const void *right)
{
    const struct finding *a = *(const struct finding *const *)left;
    const struct finding *b = *(const struct finding *const *)right;
    int order = compare_sources(a->span.source, b->span.source);

    if (!order)
        order = COMPARE(a->span.start, b->span.start);
    return order ? order : COMPARE(a->order, b->order);
}

static bool is_fix(const struct finding_help *help)
{
    return help->has_edit && help->is_certain && help->edit.span.source &&
           !help->edit.span.source->is_foreign;
}

static bool is_fixable(const struct finding *finding)
{
    for (size_t i = 0; i < finding->helps.count; i++)
        if (is_fix(&finding->helps.items[i]))
            return true;
    return false;
}

/* Leaves the first of each subject, and gives it the others. */
static void join_subjects(struct diags *diags, struct finding **findings, size_t *count)
{
    struct table first;
    size_t kept = 0;

    table_init(&first, diags->arena);
    for (size_t i = 0; i < *count; i++) {
        struct finding *finding = findings[i], *same = NULL;

        finding->others.count = 0;
        if (finding->subject.p)
            same = table_add(&first, finding->subject, finding);
        if (same)
            vec_push(diags->arena, &same->others, finding);
        else
            findings[kept++] = finding;
    }
    *count = kept;
}

static void count_finding(struct report *report, const struct finding *finding)
{
    bool can_be_fixed = is_fixable(finding);

    for (size_t i = 0; i < finding->others.count; i++)
        can_be_fixed |= is_fixable(finding->others.items[i]);
    report->error_count += finding->level == DIAG_ERROR;
    report->warning_count += finding->level == DIAG_WARNING;
    report->fixable_count += can_be_fixed;
}

/* Behind an error passes are silent: what they would have found is not known. */
static bool has_error(const struct report *report, const struct source *source)
{
    for (size_t i = 0; i < report->count; i++)
        if (report->findings[i]->level == DIAG_ERROR &&
            report->findings[i]->span.source == source)
            return true;
    return false;
}

/* 0117 for an expectation, or NULL. */
static struct finding *unmet(struct diags *diags, const struct expectation *expectation)
{
    struct finding *finding;

    if (expectation->is_met || diags->levels[expectation->code] == DIAG_OFF)
        return NULL;
    finding = arena_new(diags->arena, struct finding);
    finding->code = KAD0117;
    finding->span = expectation->place;
    finding->message = str_printf(diags->arena, "there is no `%s` here to be expected",
                                  CODES[expectation->code].name);
    finding->order = diags->findings.count;
    finding->level = level_of(diags, finding);
    return finding->level == DIAG_OFF ? NULL : finding;
}

static void add_unmet(struct diags *diags, struct report *report,
                      struct finding **shown)
{
    const struct source *source = NULL; /* the last one that was asked for */
    bool is_silent = false;

    for (size_t i = 0; i < diags->expectations.count; i++) {
        const struct expectation *each = &diags->expectations.items[i];
        struct finding *finding;

        if (each->place.source != source) {
            source = each->place.source;
            is_silent = has_error(report, source);
        }
        finding = is_silent ? NULL : unmet(diags, each);
        if (finding)
            shown[report->count++] = finding;
    }
}

/* Those that are switched on, without and with an expectation. */
static void choose_findings(struct diags *diags, struct report *report,
                            struct finding **shown, struct finding **suppressed)
{
    size_t count = 0;

    for (size_t i = 0; i < diags->findings.count; i++) {
        struct finding *finding = diags->findings.items[i];

        finding->level = level_of(diags, finding);
        if (finding->level != DIAG_OFF)
            shown[count++] = finding;
    }
    expectations_match(diags->expectations.items, diags->expectations.count, shown,
                       count);
    for (size_t i = 0; i < count; i++) {
        if (shown[i]->expected)
            suppressed[report->suppressed_count++] = shown[i];
        else
            shown[report->count++] = shown[i];
    }
    add_unmet(diags, report, shown);
}

/* 1304: of very many findings the first are enough, of errors before all others. */
static void cut_findings(struct diags *diags, struct report *report,
                         struct finding **findings)
{
    enum { SHOWN_MAX = 1000 };
    size_t errors_left =
        report->error_count < SHOWN_MAX ? report->error_count : SHOWN_MAX;
    size_t rest_left = SHOWN_MAX - errors_left, kept = 0;
    struct finding *note;

    if (report->count <= SHOWN_MAX || diags->levels[KAD1304] == DIAG_OFF)
        return;
    for (size_t i = 0; i < report->count; i++) {
        size_t *left = findings[i]->level == DIAG_ERROR ? &errors_left : &rest_left;

        if (*left == 0)
            continue;
        --*left;
        findings[kept++] = findings[i];
    }
    note = arena_new(diags->arena, struct finding);
    note->code = KAD1304;
    note->level = DIAG_NOTE;
    note->message = str_printf(diags->arena, "%zu more findings are not shown",
                               report->count - kept);
    findings[kept] = note;
    report->count = kept + 1;
}

static struct report make_report(struct diags *diags)
{
    const size_t count = diags->findings.count + diags->expectations.count;
    struct finding **findings = arena_array(diags->arena, struct finding *, count);
    struct finding **suppressed =
        arena_array(diags->arena, struct finding *, diags->findings.count);
    struct report report = {
        .arena = diags->arena, .findings = findings, .suppressed = suppressed};

    choose_findings(diags, &report, findings, suppressed);
    qsort(findings, report.count, sizeof findings[0], compare_findings);
    join_subjects(diags, findings, &report.count);
    for (size_t i = 0; i < report.count; i++)
        count_finding(&report, findings[i]);
    cut_findings(diags, &report, findings);
    return report;
}

size_t diag_error_count(struct diags *diags)
{
    return make_report(diags).error_count;
}

size_t diag_warning_count(struct diags *diags)
{
    return make_report(diags).warning_count;
}

void diag_print(struct diags *diags, FILE *out, struct diag_style style,
                size_t file_count)
{
    struct report report = make_report(diags);

    report.style = style;
    report.file_count = file_count;
    switch (style.format) {
    case DIAG_TEXT: diag_text_print(&report, out); break;
    case DIAG_SHORT: diag_short_print(&report, out); break;
    case DIAG_JSON: diag_json_print(&report, out); break;
    case DIAG_SARIF: diag_sarif_print(&report, out); break;
    case DIAG_GITHUB: diag_github_print(&report, out); break;
    }
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

void diag_summary_print(const struct report *report, FILE *out)
{
    const size_t errors = report->error_count, warnings = report->warning_count;

    if (errors + warnings + report->suppressed_count == 0)
        return;
    if (errors)
        fprintf(out, "%zu error%s", errors, plural(errors));
    if (warnings)
        fprintf(out, "%s%zu warning%s", errors ? ", " : "", warnings, plural(warnings));
    if (errors + warnings == 0)
        fputs("no errors", out);
    fprintf(out, " in %zu file%s", report->file_count, plural(report->file_count));
    if (report->fixable_count)
        fprintf(out, "; %zu can be fixed with --fix", report->fixable_count);
    if (report->suppressed_count)
        fprintf(out, "; %zu suppressed", report->suppressed_count);
    fputc('\n', out);
}

/* ---- Edits ----------------------------------------------------------------------- */

static int compare_edits(const void *left, const void *right)
{
    const struct edit *a = left, *b = right;
    int order = COMPARE(a->span.start, b->span.start);

    if (!order)
        order = COMPARE(a->span.end, b->span.end);
    return order ? order : str_compare(a->text, b->text);
}

/* Two findings may want the same edit, or edits that do not go together. */
static void drop_overlaps(struct edits *edits)
{
    uint32_t end = 0;
    size_t kept = 0;

    for (size_t i = 0; i < edits->count; i++) {
        const struct edit edit = edits->items[i];

        if (edit.span.start < end)
            continue;
        end = edit.span.end;
        edits->items[kept++] = edit;
    }
    edits->count = kept;
}

struct edits diag_certain_edits(struct diags *diags, const struct source *source)
{
    VEC(struct edit) all = {0};
    struct edits edits;

    for (size_t i = 0; i < diags->findings.count; i++) {
        const struct finding *finding = diags->findings.items[i];

        if (level_of(diags, finding) == DIAG_OFF)
            continue;
        for (size_t j = 0; j < finding->helps.count; j++)
            if (is_fix(&finding->helps.items[j]) &&
                finding->helps.items[j].edit.span.source == source)
                vec_push(diags->arena, &all, finding->helps.items[j].edit);
    }
    if (all.count > 1)
        qsort(all.items, all.count, sizeof all.items[0], compare_edits);
    edits = (struct edits){all.items, all.count};
    drop_overlaps(&edits);
    return edits;
}

/* ---- Text that may be printed ---------------------------------------------------- */

/* The embeddings, overrides and isolates with which text can be shown in another
 * order. */
static bool is_bidi_control(uint32_t c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool diag_is_unprintable(struct str text, size_t at, size_t *len)
{
    const uint32_t c = str_utf8_char(text, at, len);

    return (*len == 1 && c >= 0x80) || c < 0x20 || (c >= 0x7f && c < 0xa0) ||
           c == 0x2028 || c == 0x2029 || c == 0xfeff || is_bidi_control(c);
}

struct str diag_clean(struct arena *arena, struct str text)
{
    struct buf clean;

    buf_init(&clean, arena);
    for (size_t at = 0, len; at < text.len; at += len)
        buf_add(&clean, diag_is_unprintable(text, at, &len)
                            ? S("\xef\xbf\xbd")
                            : str_part(text, at, at + len));
    return buf_str(&clean);
}
