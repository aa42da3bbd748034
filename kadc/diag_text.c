/* diag_text.c: findings for people: the message, the excerpt with its underline, notes.
 *
 *     error[KAD0202 unknown-target]: no step is called `plam`
 *       --> workflows/order.yaml:31:16
 *        |
 *     31 |     onSuccess: plam
 *        |                ^^^^ label
 *     help: did you mean `plan`?
 *
 * A "cell" is one column of the terminal: tabs take several, wide characters two. A
 * line that is too long is shown through a window of cells round its range. */
#include <string.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "finding.h"

enum {
    TAB_CELLS = 4,
    NARROWEST = 40,        /* a narrower terminal wraps */
    WIDTH_ELSEWHERE = 160, /* where there is no terminal */
    CUT_CELLS = 3,         /* of "..." */
    LEAD_CELLS = 4,        /* shown before a range that fills the window */
    AROUND_BYTES = 1000    /* of a long line, on both sides of where its range starts */
};

enum paint {
    PAINT_NONE,
    PAINT_BOLD,
    PAINT_ERROR,
    PAINT_WARNING,
    PAINT_NOTE,
    PAINT_HELP
};

static const char *const PAINT_CODES[] = {
    [PAINT_NONE] = "",
    [PAINT_BOLD] = "\x1b[1m",
    [PAINT_ERROR] = "\x1b[1;31m",
    [PAINT_WARNING] = "\x1b[1;33m",
    [PAINT_NOTE] = "\x1b[1;36m",
    [PAINT_HELP] = "\x1b[1;32m",
};

struct printer {
    struct arena *arena;
    FILE *out;
    bool has_color;
    size_t width;
    int gutter; /* digits of the largest line number of the finding */
};

static void set_paint(const struct printer *p, enum paint paint)
{
    if (p->has_color)
        fputs(paint == PAINT_NONE ? "\x1b[0m" : PAINT_CODES[paint], p->out);
}

static void put(const struct printer *p, enum paint paint, const char *text)
{
    set_paint(p, paint);
    fputs(text, p->out);
    set_paint(p, PAINT_NONE);
}

/* Text that may hold words of the author's files. */
static void put_clean(const struct printer *p, struct str text)
{
    const struct str clean = diag_clean(p->arena, text);

    fwrite(clean.p, 1, clean.len, p->out);
}

static void put_times(const struct printer *p, char c, size_t count)
{
    while (count--)
        fputc(c, p->out);
}

/* ---- An excerpt ------------------------------------------------------------------ */

/* A range in a line: bytes [from, to), cells [from_cell, to_cell); cells [low, high) of
 * the line are shown. Of a very long line only the part round the range is looked at, as
 * if it were the line. */
struct excerpt {
    uint32_t number;
    struct str line;
    bool is_cut_before, is_cut_after;
    size_t from, to;
    uint32_t last_number; /* of the line where the span ends */
    size_t from_cell, to_cell, cell_count;
    size_t low, high;
};

static size_t cells_of(struct str line, size_t at, size_t cell, size_t *len)
{
    const bool is_replaced = diag_is_unprintable(line, at, len);

    if (line.p[at] == '\t')
        return TAB_CELLS - cell % TAB_CELLS;
    if (is_replaced)
        return 1;
    return (size_t)utf8proc_charwidth((utf8proc_int32_t)str_utf8_char(line, at, len));
}

static void measure(struct excerpt *e)
{
    size_t cell = 0;

    for (size_t at = 0, len; at < e->line.len; at += len) {
        if (at <= e->from)
            e->from_cell = cell;
        if (at <= e->to)
            e->to_cell = cell;
        cell += cells_of(e->line, at, cell, &len);
    }
    if (e->from >= e->line.len)
        e->from_cell = cell;
    if (e->to >= e->line.len)
        e->to_cell = cell;
    e->cell_count = cell;
}

/* Keeps the range in the middle of the window, or its start when it is longer. */
static void choose_window(struct excerpt *e, size_t room)
{
    const size_t range = e->to_cell - e->from_cell;
    size_t lead;

    e->low = 0;
    e->high = e->cell_count;
    if (e->cell_count <= room)
        return;
    e->high = room - CUT_CELLS;
    if (e->to_cell < e->high)
        return;
    room -= (size_t)2 * CUT_CELLS;
    lead = range + LEAD_CELLS < room ? (room - range) / 2 : LEAD_CELLS;
    e->low = e->from_cell > lead ? e->from_cell - lead : 0;
    if (e->low + room > e->cell_count)
        e->low = e->cell_count - room;
    e->high = e->low + room;
}

static bool is_inside_character(struct str text, size_t at)
{
    return at < text.len && ((unsigned char)text.p[at] & 0xc0) == 0x80;
}

static void cut_long_line(struct excerpt *e)
{
    size_t start = e->from > AROUND_BYTES ? e->from - AROUND_BYTES : 0;
    size_t end = e->from + AROUND_BYTES;

    while (is_inside_character(e->line, start))
        start++;
    while (is_inside_character(e->line, end))
        end++;
    e->is_cut_before = start > 0;
    e->is_cut_after = end < e->line.len;
    e->line = str_part(e->line, start, end);
    e->from -= start;
    e->to = e->to - start < e->line.len ? e->to - start : e->line.len;
}

static struct excerpt excerpt_of(struct span span)
{
    const struct source *source = span.source;
    struct excerpt e = {.number = source_place(source, span.start).line};
    const size_t line_start = source->lines[e.number - 1];

    e.line = source_line(source, e.number);
    e.last_number = source_place(source, span.end).line;
    e.from = span.start > line_start ? span.start - line_start : 0;
    e.to = span.end > span.start ? span.end - line_start : e.from;
    if (e.to > e.line.len)
        e.to = e.line.len;
    while (e.last_number > e.number && e.to > e.from + 1 && e.line.p[e.to - 1] == ' ')
        e.to--;
    cut_long_line(&e);
    return e;
}

static bool is_cut_left(const struct excerpt *e)
{
    return e->is_cut_before || e->low > 0;
}

static void put_line(const struct printer *p, const struct excerpt *e)
{
    size_t cell = 0;

    put(p, PAINT_NONE, is_cut_left(e) ? "..." : "");
    for (size_t at = 0, len, cells; at < e->line.len && cell < e->high;
         at += len, cell += cells) {
        const bool is_replaced = diag_is_unprintable(e->line, at, &len);

        cells = cells_of(e->line, at, cell, &len);
        if (cell + cells < e->low || (cells && cell + cells == e->low))
            continue;
        if (e->line.p[at] == '\t' || cell < e->low || cell + cells > e->high)
            put_times(p, ' ',
                      (cell + cells < e->high ? cell + cells : e->high) -
                          (cell > e->low ? cell : e->low));
        else if (is_replaced)
            put_clean(p, str_part(e->line, at, at + len));
        else
            fwrite(e->line.p + at, 1, len, p->out);
    }
    put(p, PAINT_NONE, e->is_cut_after || e->high < e->cell_count ? "..." : "");
}

static void put_underline(const struct printer *p, const struct excerpt *e,
                          enum paint paint, struct str label)
{
    const size_t end = e->to_cell < e->high ? e->to_cell : e->high;

    put_times(p, ' ', e->from_cell - e->low + (is_cut_left(e) ? CUT_CELLS : 0));
    set_paint(p, paint);
    put_times(p, '^', end > e->from_cell ? end - e->from_cell : 1);
    if (label.len) {
        fputc(' ', p->out);
        put_clean(p, label);
    }
    if (e->last_number > e->number)
        fprintf(p->out, " %s line %u", label.len ? "(to" : "to", e->last_number);
    if (e->last_number > e->number && label.len)
        fputc(')', p->out);
    set_paint(p, PAINT_NONE);
}

static void put_place(const struct printer *p, struct span span)
{
    const struct place place = source_place(span.source, span.start);

    put_times(p, ' ', (size_t)p->gutter);
    put(p, PAINT_BOLD, "--> ");
    put_clean(p, span.source->path);
    fprintf(p->out, ":%u:%u", place.line, place.column);
}

static void put_excerpt(const struct printer *p, struct span span, enum paint paint,
                        struct str label)
{
    struct excerpt e;

    if (!span.source)
        return;
    e = excerpt_of(span);
    measure(&e);
    choose_window(&e, p->width - (size_t)p->gutter - strlen(" | "));
    put_place(p, span);
    fprintf(p->out, "\n%*s |\n%*u | ", p->gutter, "", p->gutter, e.number);
    put_line(p, &e);
    fprintf(p->out, "\n%*s | ", p->gutter, "");
    put_underline(p, &e, paint, label);
    fputc('\n', p->out);
}

/* ---- A finding ------------------------------------------------------------------- */

static int digits_of(struct span span)
{
    return span.source
               ? snprintf(NULL, 0, "%u", source_place(span.source, span.start).line)
               : 0;
}

static int gutter_of(const struct finding *finding)
{
    int gutter = digits_of(finding->span);

    for (size_t i = 0; i < finding->notes.count; i++) {
        const int digits = digits_of(finding->notes.items[i].span);

        if (digits > gutter)
            gutter = digits;
    }
    return gutter ? gutter : 1;
}

static void put_remark(const struct printer *p, enum paint paint, const char *kind,
                       struct str text)
{
    put(p, paint, kind);
    fputs(": ", p->out);
    put_clean(p, text);
    fputc('\n', p->out);
}

static size_t place_len(struct span span)
{
    struct place place;

    if (!span.source)
        return 0;
    place = source_place(span.source, span.start);
    return str_utf8_count(span.source->path) +
           (size_t)snprintf(NULL, 0, ":%u:%u", place.line, place.column);
}

static void put_path(const struct printer *p, const struct finding *finding)
{
    size_t widest = 0;

    if (finding->path_heading.len)
        put_remark(p, PAINT_NOTE, "note", finding->path_heading);
    for (size_t i = 0; i < finding->stops.count; i++) {
        const size_t len = place_len(finding->stops.items[i].span);

        if (len > widest)
            widest = len;
    }
    for (size_t i = 0; i < finding->stops.count; i++) {
        const struct finding_place *stop = &finding->stops.items[i];

        if (stop->span.source)
            put_place(p, stop->span);
        else
            put_times(p, ' ', (size_t)p->gutter + strlen("--> "));
        put_times(p, ' ', widest - place_len(stop->span));
        fprintf(p->out, "  (%zu) ", i + 1);
        put_clean(p, stop->text);
        fputc('\n', p->out);
    }
}

/* Where else the same is wrong. */
static void put_others(const struct printer *p, const struct finding *finding)
{
    const size_t count = finding->others.count;
    const size_t shown = count < FINDING_OTHERS_SHOWN ? count : FINDING_OTHERS_SHOWN;

    if (count)
        put_remark(p, PAINT_NOTE, "note",
                   count == 1
                       ? S("the same at another place")
                       : str_printf(p->arena, "the same at %zu other places", count));
    for (size_t i = 0; i < shown; i++) {
        put_place(p, finding->others.items[i]->span);
        fputc('\n', p->out);
    }
    if (shown < count)
        fprintf(p->out, "%*s ... and %zu more\n", p->gutter, "", count - shown);
}

static enum paint paint_of(enum diag_level level)
{
    return level == DIAG_ERROR     ? PAINT_ERROR
           : level == DIAG_WARNING ? PAINT_WARNING
                                   : PAINT_NOTE;
}

static void put_finding(struct printer *p, const struct finding *finding)
{
    const enum paint paint = paint_of(finding->level);

    p->gutter = gutter_of(finding);
    set_paint(p, paint);
    fprintf(p->out, "%s[%s %s]", diag_level_name(finding->level),
            diag_code_name(finding->code), diag_code_slug(finding->code));
    set_paint(p, PAINT_NONE);
    set_paint(p, PAINT_BOLD);
    fputs(": ", p->out);
    put_clean(p, finding->message);
    set_paint(p, PAINT_NONE);
    fputc('\n', p->out);
    put_excerpt(p, finding->span, paint, finding->label);
    for (size_t i = 0; i < finding->notes.count; i++) {
        put_remark(p, PAINT_NOTE, "note", finding->notes.items[i].text);
        put_excerpt(p, finding->notes.items[i].span, PAINT_NOTE, S(""));
    }
    put_path(p, finding);
    put_others(p, finding);
    for (size_t i = 0; i < finding->helps.count; i++)
        put_remark(p, PAINT_HELP, "help", finding->helps.items[i].text);
    fputc('\n', p->out);
}

void diag_text_print(const struct report *report, FILE *out)
{
    const unsigned columns = report->style.columns;
    struct arena scratch = {0};
    struct printer printer = {
        .arena = &scratch,
        .out = out,
        .has_color = report->style.has_color,
        .width = columns == 0          ? WIDTH_ELSEWHERE
                 : columns < NARROWEST ? NARROWEST
                                       : columns,
    };

    for (size_t i = 0; i < report->count; i++) {
        put_finding(&printer, report->findings[i]);
        arena_release(&scratch);
    }
    diag_summary_print(report, out);
}
