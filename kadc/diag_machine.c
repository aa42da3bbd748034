/* diag_machine.c: findings for programs: a line each (short), or a JSON object each.
 *
 * The JSON keys are those of docs: code, slug, level, message, spans, path, notes
 * (those without a place), suggestions, fingerprint; lines and columns from 1, bytes
 * from 0. */
#include <jansson.h>

#include "finding.h"

/* ---- short ----------------------------------------------------------------------- */

/* " (also 3:16, 7:16)" */
static void short_others_print(const struct finding *finding, FILE *out)
{
    const size_t count = finding->others.count;

    for (size_t i = 0; i < count && i < FINDING_OTHERS_SHOWN; i++) {
        const struct span span = finding->others.items[i]->span;
        const struct place place = source_place(span.source, span.start);

        fprintf(out, "%s%u:%u", i == 0 ? " (also " : ", ", place.line, place.column);
    }
    if (count > FINDING_OTHERS_SHOWN)
        fprintf(out, " and %zu more", count - FINDING_OTHERS_SHOWN);
    fputs(count ? ")" : "", out);
}

void diag_short_print(const struct report *report, FILE *out)
{
    struct arena scratch = {0};

    for (size_t i = 0; i < report->count; i++) {
        const struct finding *finding = report->findings[i];
        const struct span span = finding->span;

        if (span.source) {
            const struct place place = source_place(span.source, span.start);

            fprintf(out, "%.*s:%u:%u: ", STR(diag_clean(&scratch, span.source->path)),
                    place.line, place.column);
        }
        fprintf(out, "%s[%s]: %.*s", diag_level_name(finding->level),
                diag_code_name(finding->code),
                STR(diag_clean(&scratch, finding->message)));
        short_others_print(finding, out);
        fputc('\n', out);
        arena_release(&scratch);
    }
    diag_summary_print(report, out);
}

/* ---- json ------------------------------------------------------------------------ */

/* Text that is not UTF-8 (a file's name) is cleaned, as JSON can't hold it. */
json_t *diag_json_text(struct arena *arena, struct str text)
{
    const bool is_valid = str_is_utf8(text);
    const struct str valid = is_valid ? text : diag_clean(arena, text);

    return json_stringn(valid.p ? valid.p : "", valid.len);
}

static json_t *json_of_span(struct arena *arena, struct span span, bool is_primary,
                            struct str label)
{
    const struct place start = source_place(span.source, span.start);
    const struct place end = source_place(span.source, span.end);

    return json_pack("{so si si si si si si sb so}", "file",
                     diag_json_text(arena, span.source->path), "line", (int)start.line,
                     "column", (int)start.column, "end_line", (int)end.line,
                     "end_column", (int)end.column, "byte_start", (int)span.start,
                     "byte_end", (int)span.end, "is_primary", (int)is_primary, "label",
                     diag_json_text(arena, label));
}

static json_t *json_of_spans(struct arena *arena, const struct finding *finding)
{
    json_t *spans = json_array();

    if (finding->span.source)
        json_array_append_new(spans,
                              json_of_span(arena, finding->span, true, finding->label));
    for (size_t i = 0; i < finding->notes.count; i++) {
        const struct finding_place *note = &finding->notes.items[i];

        if (note->span.source)
            json_array_append_new(spans,
                                  json_of_span(arena, note->span, false, note->text));
    }
    for (size_t i = 0; i < finding->others.count; i++)
        json_array_append_new(spans, json_of_span(arena, finding->others.items[i]->span,
                                                  false, S("the same")));
    return spans;
}

static json_t *json_of_notes(struct arena *arena, const struct finding *finding)
{
    json_t *notes = json_array();

    for (size_t i = 0; i < finding->notes.count; i++)
        if (!finding->notes.items[i].span.source)
            json_array_append_new(notes,
                                  diag_json_text(arena, finding->notes.items[i].text));
    if (finding->path_heading.len)
        json_array_append_new(notes, diag_json_text(arena, finding->path_heading));
    return notes;
}

static json_t *json_of_path(struct arena *arena, const struct finding *finding)
{
    json_t *path = json_array();

    for (size_t i = 0; i < finding->stops.count; i++) {
        const struct finding_place *stop = &finding->stops.items[i];
        json_t *span = stop->span.source
                           ? json_of_span(arena, stop->span, false, stop->text)
                           : json_null();

        json_array_append_new(path, json_pack("{so so}", "span", span, "text",
                                              diag_json_text(arena, stop->text)));
    }
    return path;
}

static void add_edit(struct arena *arena, json_t *edits,
                     const struct finding_help *help)
{
    const struct span span = help->edit.span;

    if (help->has_edit && span.source)
        json_array_append_new(edits, json_pack("{so si si so}", "file",
                                               diag_json_text(arena, span.source->path),
                                               "byte_start", (int)span.start,
                                               "byte_end", (int)span.end, "text",
                                               diag_json_text(arena, help->edit.text)));
}

/* Of the same suggestion at the other places. */
static void add_other_edits(struct arena *arena, json_t *edits,
                            const struct finding *finding,
                            const struct finding_help *help)
{
    for (size_t i = 0; i < finding->others.count; i++) {
        const struct finding *other = finding->others.items[i];

        for (size_t j = 0; j < other->helps.count; j++)
            if (str_equal(other->helps.items[j].text, help->text))
                add_edit(arena, edits, &other->helps.items[j]);
    }
}

static json_t *json_of_suggestions(struct arena *arena, const struct finding *finding)
{
    json_t *suggestions = json_array();

    for (size_t i = 0; i < finding->helps.count; i++) {
        const struct finding_help *help = &finding->helps.items[i];
        json_t *edits = json_array();

        add_edit(arena, edits, help);
        add_other_edits(arena, edits, finding, help);
        json_array_append_new(suggestions,
                              json_pack("{so so sb}", "message",
                                        diag_json_text(arena, help->text), "edits",
                                        edits, "certain", (int)help->is_certain));
    }
    return suggestions;
}

/* How much of a line counts: each finding on a long line takes it again. */
enum { FINGERPRINT_BYTES = 1000 };

struct str diag_fingerprint(struct arena *arena, const struct finding *finding)
{
    const struct source *source = finding->span.source;
    struct str line = {0};

    if (source) {
        line = source_line(source, source_place(source, finding->span.start).line);
        line = str_part(str_trim(line), 0, FINGERPRINT_BYTES);
    }
    line =
        str_printf(arena, "%s\n%.*s\n%.*s\n%.*s", diag_code_name(finding->code),
                   STR(source ? source->path : line), STR(finding->message), STR(line));
    return str_printf(arena, "%016jx", (uintmax_t)str_hash(line));
}

static void print_object(FILE *out, json_t *object)
{
    json_dumpf(object, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(object);
}

void diag_json_print(const struct report *report, FILE *out)
{
    struct arena scratch = {0};

    for (size_t i = 0; i < report->count; i++) {
        const struct finding *finding = report->findings[i];

        print_object(
            out,
            json_pack("{ss ss ss so so so so so so}", "code",
                      diag_code_name(finding->code), "slug",
                      diag_code_slug(finding->code), "level",
                      diag_level_name(finding->level), "message",
                      diag_json_text(&scratch, finding->message), "spans",
                      json_of_spans(&scratch, finding), "path",
                      json_of_path(&scratch, finding), "notes",
                      json_of_notes(&scratch, finding), "suggestions",
                      json_of_suggestions(&scratch, finding), "fingerprint",
                      diag_json_text(&scratch, diag_fingerprint(&scratch, finding))));
        arena_release(&scratch);
    }
    print_object(out, json_pack("{s{sI sI sI sI sI}}", "summary", "errors",
                                (json_int_t)report->error_count, "warnings",
                                (json_int_t)report->warning_count, "files",
                                (json_int_t)report->file_count, "fixable",
                                (json_int_t)report->fixable_count, "suppressed",
                                (json_int_t)report->suppressed_count));
}
