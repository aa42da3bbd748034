/* diag_sarif.c: findings as one SARIF 2.1.0 log, for code scanning.
 *
 * One run, with a rule for each code that occurs; the path of a finding is its code flow, its
 * edits are fixes, and what a comment expects is there as suppressed. Lines and columns count
 * from 1, columns in Unicode characters. The fingerprint of a finding does not change when
 * it moves; equal ones are numbered. */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "explain.h"
#include "finding.h"
#include "table.h"

struct sarif {
    struct arena *arena;
    json_t *rules;
    json_t *results;
    json_t *rule_indexes;       /* by code */
    json_t *fingerprint_counts; /* by fingerprint */
};

/* ---- Places ---------------------------------------------------------------------- */

/* A path as a relative reference, or a file URI if it is absolute. */
static json_t *uri_of(struct arena *arena, struct str path)
{
    struct buf uri;

    buf_init(&uri, arena);
    if (str_starts_with(path, S("/")))
        buf_add(&uri, S("file://"));
    for (size_t i = 0; i < path.len; i++) {
        const unsigned char c = (unsigned char)path.p[i];

        if (isalnum(c) || strchr("-._~/", c))
            buf_add_char(&uri, (char)c);
        else
            buf_printf(&uri, "%%%02X", c);
    }
    return json_stringn(uri.p, uri.len);
}

static json_t *region_of(struct span span)
{
    const struct place start = source_place(span.source, span.start);
    const struct place end = source_place(span.source, span.end);

    return json_pack("{si si si si}", "startLine", (int)start.line, "startColumn",
                     (int)start.column, "endLine", (int)end.line, "endColumn",
                     (int)end.column);
}

static json_t *location_of(struct arena *arena, struct span span, struct str text)
{
    json_t *location = json_object();

    if (span.source)
        json_object_set_new(location, "physicalLocation",
                            json_pack("{s{so} so}", "artifactLocation", "uri",
                                      uri_of(arena, span.source->path), "region",
                                      region_of(span)));
    if (text.len)
        json_object_set_new(location, "message",
                            json_pack("{so}", "text", diag_json_text(arena, text)));
    return location;
}

/* ---- Parts of a result ------------------------------------------------------------- */

static json_t *related_of(struct arena *arena, const struct finding *finding)
{
    json_t *related = json_array();

    for (size_t i = 0; i < finding->notes.count; i++)
        json_array_append_new(related, location_of(arena, finding->notes.items[i].span,
                                                   finding->notes.items[i].text));
    for (size_t i = 0; i < finding->others.count; i++)
        json_array_append_new(
            related, location_of(arena, finding->others.items[i]->span, S("the same")));
    return related;
}

static json_t *flow_of(struct arena *arena, const struct finding *finding)
{
    json_t *stops = json_array(), *thread;

    for (size_t i = 0; i < finding->stops.count; i++)
        json_array_append_new(stops,
                              json_pack("{so}", "location",
                                        location_of(arena, finding->stops.items[i].span,
                                                    finding->stops.items[i].text)));
    thread = json_pack("{so}", "locations", stops);
    if (finding->path_heading.len)
        json_object_set_new(
            thread, "message",
            json_pack("{so}", "text", diag_json_text(arena, finding->path_heading)));
    return json_pack("[{s[o]}]", "threadFlows", thread);
}

static json_t *fix_of(struct arena *arena, const struct finding_help *help)
{
    const struct span span = help->edit.span;

    return json_pack("{s{so} s[{s{so} s[{so s{so}}]}]}", "description", "text",
                     diag_json_text(arena, help->text), "artifactChanges",
                     "artifactLocation", "uri", uri_of(arena, span.source->path),
                     "replacements", "deletedRegion", region_of(span),
                     "insertedContent", "text", diag_json_text(arena, help->edit.text));
}

static json_t *fixes_of(struct arena *arena, const struct finding *finding)
{
    json_t *fixes = json_array();

    for (size_t i = 0; i < finding->helps.count; i++)
        if (finding->helps.items[i].has_edit &&
            finding->helps.items[i].edit.span.source)
            json_array_append_new(fixes, fix_of(arena, &finding->helps.items[i]));
    return fixes;
}

/* The message, and below it how to mend it: what viewers show is this text. */
static json_t *message_of(struct arena *arena, const struct finding *finding)
{
    struct buf text;

    buf_init(&text, arena);
    buf_add(&text, finding->message);
    for (size_t i = 0; i < finding->helps.count; i++)
        buf_printf(&text, "\nhelp: %.*s", STR(finding->helps.items[i].text));
    return json_pack("{so}", "text", diag_json_text(arena, buf_str(&text)));
}

static void add_unless_empty(json_t *object, const char *key, json_t *list)
{
    if (json_array_size(list))
        json_object_set(object, key, list);
    json_decref(list);
}

/* ---- Rules and results ------------------------------------------------------------- */

static json_t *rule_of(struct arena *arena, enum diag_code code)
{
    const struct explanation page = explanation_of(arena, code);

    return json_pack("{ss ss s{ss} s{ss} s{ss}}", "id", diag_code_name(code), "name",
                     diag_code_slug(code), "shortDescription", "text", page.title,
                     "fullDescription", "text", page.text, "defaultConfiguration",
                     "level", diag_level_name(page.level));
}

static json_int_t rule_index(struct sarif *sarif, enum diag_code code)
{
    json_t *known = json_object_get(sarif->rule_indexes, diag_code_name(code));

    if (!known) {
        known = json_integer((json_int_t)json_array_size(sarif->rules));
        json_object_set_new(sarif->rule_indexes, diag_code_name(code), known);
        json_array_append_new(sarif->rules, rule_of(sarif->arena, code));
    }
    return json_integer_value(known);
}

/* "HASH:2" for the second finding that reads the same. */
static json_t *numbered_fingerprint(struct sarif *sarif, const struct finding *finding)
{
    const char *hash = str_copy(sarif->arena, diag_fingerprint(sarif->arena, finding));
    json_t *known = json_object_get(sarif->fingerprint_counts, hash);
    const json_int_t number = known ? json_integer_value(known) + 1 : 1;

    json_object_set_new(sarif->fingerprint_counts, hash, json_integer(number));
    return json_sprintf("%s:%" JSON_INTEGER_FORMAT, hash, number);
}

static void add_result(struct sarif *sarif, const struct finding *finding)
{
    struct arena *arena = sarif->arena;
    json_t *result = json_pack(
        "{ss sI ss so s{so}}", "ruleId", diag_code_name(finding->code), "ruleIndex",
        rule_index(sarif, finding->code), "level", diag_level_name(finding->level),
        "message", message_of(arena, finding), "partialFingerprints", "finding/v1",
        numbered_fingerprint(sarif, finding));

    if (finding->span.source)
        json_object_set_new(
            result, "locations",
            json_pack("[o]", location_of(arena, finding->span, finding->label)));
    add_unless_empty(result, "relatedLocations", related_of(arena, finding));
    if (finding->stops.count)
        json_object_set_new(result, "codeFlows", flow_of(arena, finding));
    add_unless_empty(result, "fixes", fixes_of(arena, finding));
    if (finding->expected)
        json_object_set_new(
            result, "suppressions",
            json_pack("[{ss so}]", "kind", "inSource", "justification",
                      diag_json_text(arena, finding->expected->reason)));
    json_array_append_new(sarif->results, result);
}

void diag_sarif_print(const struct report *report, FILE *out)
{
    struct arena scratch = {0};
    struct sarif sarif = {&scratch, json_array(), json_array(), json_object(),
                          json_object()};
    json_t *log;

    for (size_t i = 0; i < report->count; i++)
        add_result(&sarif, report->findings[i]);
    for (size_t i = 0; i < report->suppressed_count; i++)
        add_result(&sarif, report->suppressed[i]);
    log = json_pack("{ss ss s[{s{s{ss ss so}} ss so}]}", "$schema",
                    "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0",
                    "runs", "tool", "driver", "name", "kadc", "version", KAD_VERSION,
                    "rules", sarif.rules, "columnKind", "unicodeCodePoints", "results",
                    sarif.results);
    json_dumpf(log, out, JSON_INDENT(1));
    fputc('\n', out);
    json_decref(log);
    json_decref(sarif.rule_indexes);
    json_decref(sarif.fingerprint_counts);
    arena_release(&scratch);
}
