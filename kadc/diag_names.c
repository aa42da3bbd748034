/* diag_names.c: the names that a misspelt one may have meant.
 *
 * In: a wrong name, where it stands, and the names that are valid there. Out: a help with
 * the nearest of them; where there is one only, an edit.
 *   (1) a certain edit leaves a file that reads the same but for that name. */
#include <ctype.h>

#include "base/buf.h"
#include "diag.h"
#include "finding.h"
#include "name_index.h"

struct nearest names_nearest(struct str wrong, struct names candidates)
{
    struct nearest nearest = {0};
    size_t limit = nearest_limit(wrong);

    for (size_t i = 0; i < candidates.count; i++)
        nearest_offer(&nearest, &limit, i,
                      str_distance(wrong, candidates.items[i], limit));
    return nearest;
}

struct nearest diag_nearest(struct diags *diags, struct str wrong,
                            struct names candidates)
{
    enum { FEW_NAMES = 64 };

    if (candidates.count <= FEW_NAMES)
        return names_nearest(wrong, candidates);
    if (diag_is_full(diags))
        return (struct nearest){0};
    return name_index_nearest(diag_name_index(diags, candidates), wrong);
}

/* ---- The edit -------------------------------------------------------------------- */

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '\\';
}

/* The part of `span` without the quotes round its text: of YAML, of an expression, or of
 * an expression's text within YAML's quotes (`\"`). */
static struct span without_quotes(struct span span)
{
    const struct str text = span_text(span);
    uint32_t lead = 0, tail = 0;

    while (lead < text.len && is_quote(text.p[lead]))
        lead++;
    while (tail < text.len - lead && is_quote(text.p[text.len - tail - 1]))
        tail++;
    return (struct span){span.source, span.start + lead, span.end - tail};
}

/* Words that YAML takes for something else than text. */
static bool is_yaml_word(struct str name)
{
    static const char *const words[] = {
        "true", "True", "TRUE", "false", "False", "FALSE", "null", "Null", "NULL",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (str_is(name, words[i]))
            return true;
    return false;
}

/* Whether a name means itself with and without quotes, in YAML and in expressions. */
static bool is_plain_name(struct str name)
{
    if (name.len == 0 || (!isalpha((unsigned char)name.p[0]) && name.p[0] != '$'))
        return false;
    for (size_t i = 1; i < name.len; i++)
        if (!isalnum((unsigned char)name.p[i]) && name.p[i] != '_' && name.p[i] != '-')
            return false;
    return !is_yaml_word(name);
}

static void suggest_one(struct diags *diags, struct span span, struct str wrong,
                        struct str name)
{
    const struct span edit = without_quotes(span);
    const bool is_certain = is_plain_name(name) && str_equal(span_text(edit), wrong);
    struct arena scratch = {0};

    if (is_certain)
        diag_fix(diags, edit, str_copy(&scratch, name), true, "did you mean `%.*s`?",
                 STR(name));
    else
        diag_help(diags, "did you mean `%.*s`?", STR(name));
    arena_release(&scratch);
}

/* ---- The help -------------------------------------------------------------------- */

static void suggest_several(struct diags *diags, struct names candidates,
                            const struct nearest *nearest)
{
    const size_t count =
        nearest->count < NEAREST_SHOWN ? nearest->count : NEAREST_SHOWN;
    struct arena scratch = {0};
    struct buf list;

    buf_init(&list, &scratch);
    for (size_t i = 0; i < count; i++) {
        const char *joint = i == 0 ? "" : i + 1 < count ? ", " : " or ";

        buf_printf(&list, "%s`%.*s`", joint, STR(candidates.items[nearest->shown[i]]));
    }
    diag_help(diags, "did you mean %s?", list.p);
    arena_release(&scratch);
}

void diag_suggest(struct diags *diags, struct span span, struct str wrong,
                  struct names candidates, const struct nearest *nearest)
{
    if (nearest->count == 1)
        suggest_one(diags, span, wrong, candidates.items[nearest->shown[0]]);
    else if (nearest->count > 1)
        suggest_several(diags, candidates, nearest);
}

ptrdiff_t diag_did_you_mean(struct diags *diags, struct span span, struct str wrong,
                            struct names candidates)
{
    const struct nearest nearest = names_nearest(wrong, candidates);

    diag_suggest(diags, span, wrong, candidates, &nearest);
    return nearest.count == 1 ? (ptrdiff_t)nearest.shown[0] : -1;
}
