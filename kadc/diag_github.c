/* diag_github.c: findings as commands of GitHub Actions, which annotate the changed lines.
 *
 *     ::error file=order.yaml,line=3,col=7,endLine=3,endColumn=9,title=KAD0202 ...::message
 *
 * GitHub shows ten of a level for each step of a job: no more are printed, and a notice says
 * how many there are. The last line is the summary, for the log. */
#include <string.h>

#include "base/buf.h"
#include "finding.h"

enum { SHOWN_PER_LEVEL = 10 };

/* Data ends at the end of the line; a property also at `:` and `,`. */
static void add_escaped(struct buf *out, struct str text, const char *more)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.p[i];

        if (c == '%' || c == '\r' || c == '\n' || (c && strchr(more, c)))
            buf_printf(out, "%%%02X", (unsigned char)c);
        else
            buf_add_char(out, c);
    }
}

static void add_property(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, "%s%s=", out->p[out->len - 1] == ' ' ? "" : ",", name);
    add_escaped(out, value, ":,");
}

static void add_place(struct arena *arena, struct buf *out, struct span span)
{
    const struct place start = source_place(span.source, span.start);
    const struct place end = source_place(span.source, span.end);

    add_property(out, "file", diag_clean(arena, span.source->path));
    buf_printf(out, ",line=%u,col=%u,endLine=%u", start.line, start.column, end.line);
    if (end.line == start.line)
        buf_printf(out, ",endColumn=%u", end.column);
}

/* "path:3:7: text", a line of its own in the message. */
static void add_line(struct arena *arena, struct buf *out, const char *kind,
                     struct span span, struct str text)
{
    buf_printf(out, "\n%s", kind);
    if (span.source) {
        const struct place place = source_place(span.source, span.start);

        buf_printf(out, "%.*s:%u:%u: ", STR(diag_clean(arena, span.source->path)),
                   place.line, place.column);
    }
    buf_add(out, diag_clean(arena, text));
}

static struct str message_of(struct arena *arena, const struct finding *finding)
{
    struct buf out;

    buf_init(&out, arena);
    buf_add(&out, diag_clean(arena, finding->message));
    for (size_t i = 0; i < finding->notes.count; i++)
        add_line(arena, &out, "note: ", finding->notes.items[i].span,
                 finding->notes.items[i].text);
    if (finding->path_heading.len)
        add_line(arena, &out, "note: ", (struct span){0}, finding->path_heading);
    for (size_t i = 0; i < finding->stops.count; i++)
        add_line(arena, &out, arena_printf(arena, "  (%zu) ", i + 1),
                 finding->stops.items[i].span, finding->stops.items[i].text);
    for (size_t i = 0; i < finding->others.count; i++)
        add_line(arena, &out, "the same: ", finding->others.items[i]->span, S(""));
    for (size_t i = 0; i < finding->helps.count; i++)
        add_line(arena, &out, "help: ", (struct span){0}, finding->helps.items[i].text);
    return buf_str(&out);
}

static const char *command_of(enum diag_level level)
{
    return level == DIAG_NOTE ? "notice" : diag_level_name(level);
}

static void print_finding(struct arena *arena, const struct finding *finding, FILE *out)
{
    struct buf line;

    buf_init(&line, arena);
    buf_printf(&line, "::%s ", command_of(finding->level));
    if (finding->span.source)
        add_place(arena, &line, finding->span);
    add_property(&line, "title",
                 str_printf(arena, "%s %s", diag_code_name(finding->code),
                            diag_code_slug(finding->code)));
    buf_add(&line, S("::"));
    add_escaped(&line, message_of(arena, finding), "");
    fwrite(line.p, 1, line.len, out);
    fputc('\n', out);
}

static void print_rest(size_t count, enum diag_level level, FILE *out)
{
    fprintf(out, "::notice title=kadc::%zu more %s%s not shown here\n", count,
            diag_level_name(level), count == 1 ? " is" : "s are");
}

void diag_github_print(const struct report *report, FILE *out)
{
    size_t counts[DIAG_ERROR + 1] = {0};
    struct arena scratch = {0};

    for (size_t i = 0; i < report->count; i++) {
        const struct finding *finding = report->findings[i];

        if (counts[finding->level]++ < SHOWN_PER_LEVEL)
            print_finding(&scratch, finding, out);
        arena_release(&scratch);
    }
    for (int level = DIAG_ERROR; level > DIAG_OFF; level--)
        if (counts[level] > SHOWN_PER_LEVEL)
            print_rest(counts[level] - SHOWN_PER_LEVEL, (enum diag_level)level, out);
    diag_summary_print(report, out);
}
