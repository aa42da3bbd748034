/* key_values.c: scalars as text, names, counts, durations; see keys.h and key_values.h. */
#include "key_values.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/bytes.h"

/* What stands here has been reported; nobody knows what it was meant to say. */
static bool is_lost(struct reader *reader, const struct node *node)
{
    reader->has_gaps = reader->has_gaps || node->is_poisoned;
    return node->is_poisoned;
}

bool node_expect(struct reader *reader, const struct node *node, enum node_kind kind,
                 const char *what)
{
    static const char *const kinds[] = {
        [NODE_SCALAR] = "a single value", [NODE_LIST] = "a list", [NODE_MAP] = "a map"};
    if (is_lost(reader, node))
        return false;
    if (node->kind == kind)
        return true;
    reader->has_gaps = true;
    diag_report(reader->program->diags, node->span, KAD0106,
                "`%s`: expected %s, found %s", what, kinds[kind], node_kind_text(node));
    return false;
}

/* ---- Text ---------------------------------------------------------------------------- */

/* NO, yes, on, 012, 1:30, 1_000. */
static bool is_yaml11_word(struct str text)
{
    static const char *const words[] = {"y", "yes", "on", "n", "no", "off"};
    enum { LONGEST = 3 };
    if (text.len > LONGEST)
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct str word = str_of(words[i]);
        size_t at = 0;
        while (at < word.len && at < text.len &&
               tolower((unsigned char)text.p[at]) == word.p[at])
            at++;
        if (at == word.len && at == text.len)
            return true;
    }
    return false;
}

static bool is_yaml11_number(struct str text)
{
    bool has_mark = text.len > 1 && text.p[0] == '0'; /* 012 was octal */
    for (size_t i = 0; i < text.len; i++) {
        bool is_mark = text.p[i] == ':' || text.p[i] == '_';
        if (is_mark && (i == 0 || i + 1 == text.len))
            return false;
        if (!is_mark && !isdigit((unsigned char)text.p[i]))
            return false;
        has_mark = has_mark || is_mark;
    }
    return has_mark;
}

static void quote_help(struct diags *diags, const struct node *scalar)
{
    struct str text = span_text(scalar->span);
    char quoted[256];
    if (text.len + 3 > sizeof(quoted)) {
        diag_help(diags, "put it in quotes");
        return;
    }
    snprintf(quoted, sizeof(quoted), "\"%.*s\"", STR(text));
    diag_fix(diags, scalar->span, quoted, true, "put it in quotes: `%s`", quoted);
}

void text_check_yaml11(struct diags *diags, const struct node *scalar)
{
    if (scalar->style != NODE_PLAIN ||
        (!is_yaml11_word(scalar->text) && !is_yaml11_number(scalar->text)))
        return;
    diag_report(diags, scalar->span, KAD0107,
                "`%.*s` is text here, but older YAML reads it as something else",
                STR(scalar->text));
    quote_help(diags, scalar);
}

/* A bare word that YAML takes for a number or a boolean: `1.0`, `true`. */
static bool is_other_scalar(const struct node *node)
{
    bool boolean;
    double number;
    bool is_old_number = node->style == NODE_PLAIN && is_yaml11_number(node->text);
    return node_is_boolean(node, &boolean) ||
           (node_is_number(node, &number) && !is_old_number);
}

bool node_is_text(const struct node *node)
{
    return node->kind == NODE_SCALAR && !node_is_null(node) && !is_other_scalar(node);
}

struct str text_read(struct reader *reader, const struct node *node, const char *what)
{
    struct diags *diags = reader->program->diags;
    bool is_other = node->kind == NODE_SCALAR && is_other_scalar(node);
    if (is_lost(reader, node))
        return (struct str){0};
    if (node->kind != NODE_SCALAR || node_is_null(node) || is_other) {
        diag_report(diags, node->span, KAD0106, "`%s`: expected a string, found %s",
                    what, node_kind_text(node));
        if (is_other)
            quote_help(diags, node);
        return is_other ? node->text : (struct str){0};
    }
    if (node->text.len >
        1) /* `n` and `y` are good names, and no reader of today minds */
        text_check_yaml11(diags, node);
    return node->text;
}

bool name_is_identifier(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (!isalnum(c) && c != '_' && c != '-')
            return false;
    }
    return text.len > 0 && isalpha((unsigned char)text.p[0]);
}

void name_length_check(struct reader *reader, struct name name)
{
    if (name.text.len <= NAME_LEN_MAX)
        return;
    diag_report(reader->program->diags, name.span, KAD1303,
                "a name of %zu characters: %d are allowed", name.text.len,
                NAME_LEN_MAX);
}

struct name identifier_read(struct reader *reader, const struct node *node,
                            const char *what)
{
    struct name name = {text_read(reader, node, what), node->span};
    if (name.text.p && !name_is_identifier(name.text)) {
        diag_report(reader->program->diags, node->span, KAD0209,
                    "`%.*s` is not a valid name", STR(name.text));
        diag_help(reader->program->diags,
                  "a letter, then letters, digits, `_` and `-`: `my-value2`");
    } else if (name.text.p) {
        name_length_check(reader, name);
    }
    return name;
}

/* ---- Other scalars ------------------------------------------------------------------- */

static bool is_digits(struct str text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (!isdigit((unsigned char)text.p[i]))
            return false;
    return to > from && (to - from == 1 || text.p[from] != '0');
}

/* version = digits "." digits "." digits [("-" | "+") anything] */
static bool is_version(struct str text)
{
    size_t parts = 0;
    size_t start = 0;
    for (size_t i = 0; i <= text.len; i++) {
        bool is_end =
            i == text.len || (parts == 2 && (text.p[i] == '-' || text.p[i] == '+'));
        if (!is_end && text.p[i] != '.')
            continue;
        if (!is_digits(text, start, i))
            return false;
        parts++;
        start = i + 1;
        if (is_end)
            return parts == 3 && start != text.len;
    }
    return false;
}

void version_read(struct reader *reader, const struct node *node, const char *what,
                  struct str *version)
{
    if (!node_expect(reader, node, NODE_SCALAR, what))
        return;
    *version = node->text;
    if (is_version(node->text))
        return;
    diag_report(reader->program->diags, node->span, KAD0114,
                "`%s`: `%.*s` is not a semantic version", what, STR(node->text));
    diag_help(reader->program->diags, "write it as \"MAJOR.MINOR.PATCH\": \"1.0.0\"");
}

void boolean_read(struct reader *reader, const struct node *node, const char *what,
                  bool *value)
{
    bool found;
    if (is_lost(reader, node))
        return;
    if (node->kind == NODE_SCALAR && node_is_boolean(node, &found)) {
        *value = found;
        return;
    }
    reader->has_gaps = true;
    diag_report(reader->program->diags, node->span, KAD0106,
                "`%s`: expected true or false, found %s", what, node_kind_text(node));
    if (node->kind == NODE_SCALAR && is_yaml11_word(node->text))
        diag_help(reader->program->diags, "write `true` or `false`");
}

void count_read(struct reader *reader, const struct node *node, const char *what,
                uint32_t *count)
{
    struct diags *diags = reader->program->diags;
    int64_t value;
    double number;
    if (is_lost(reader, node))
        return;
    if (node->kind != NODE_SCALAR || !node_is_number(node, &number)) {
        diag_report(diags, node->span, KAD0106,
                    "`%s`: expected a whole number, found %s", what,
                    node_kind_text(node));
        return;
    }
    if (node_is_integer(node, &value) && value >= 0 && value < UINT32_MAX) {
        *count = (uint32_t)value;
        return;
    }
    diag_report(diags, node->span, KAD0802, "`%s`: `%.*s` is not a count", what,
                STR(node->text));
    diag_help(diags, "a whole number from 0 to %u", UINT32_MAX - 1);
}

void positive_read(struct reader *reader, const struct node *node, const char *what,
                   uint32_t *count)
{
    uint32_t value = UINT32_MAX;
    count_read(reader, node, what, &value);
    if (value == 0) {
        diag_report(reader->program->diags, node->span, KAD0802,
                    "`%s`: 0 makes no sense here", what);
        diag_help(reader->program->diags, "a whole number from 1");
    } else if (value != UINT32_MAX) {
        *count = value;
    }
}

void duration_read(struct reader *reader, const struct node *node, const char *what,
                   int64_t *duration_ms)
{
    if (!node_expect(reader, node, NODE_SCALAR, what) ||
        duration_parse(node->text, duration_ms))
        return;
    int64_t seconds;
    reader->has_gaps =
        reader->has_gaps || str_find(node->text, S("{{")) < node->text.len;
    if (duration_is_too_long(node->text)) {
        diag_report(reader->program->diags, node->span, KAD0801,
                    "`%s`: `%.*s` is longer than a hundred years", what,
                    STR(node->text));
        diag_help(reader->program->diags, "at most `" DURATION_MAX "`");
        return;
    }
    diag_report(reader->program->diags, node->span, KAD0801,
                "`%s`: `%.*s` is not a duration", what, STR(node->text));
    if (node_is_integer(node, &seconds) && seconds > 0)
        diag_help(reader->program->diags, "say the unit: `%.*ss` or `%.*sm`",
                  STR(node->text), STR(node->text));
    else
        diag_help(reader->program->diags,
                  "a count over zero and a unit: `500ms`, `30s`, `5m`, `1h30m`, `2d`");
}

void bytes_read(struct reader *reader, const struct node *node, const char *what,
                int64_t *bytes)
{
    struct diags *diags = reader->program->diags;
    int64_t count;
    if (!node_expect(reader, node, NODE_SCALAR, what) || bytes_parse(node->text, bytes))
        return;
    diag_report(diags, node->span, KAD0114, "`%s`: `%.*s` is not a number of bytes",
                what, STR(node->text));
    if (node_is_integer(node, &count) && count > 0)
        diag_help(diags, "say the unit: `%.*sMiB` or `%.*sB`", STR(node->text),
                  STR(node->text));
    else
        diag_help(diags, "a count over zero and a unit: `800kB`, `64MiB`, `512MB`, "
                         "`2GiB`");
}

/* "`a`, `b` or `c`" */
static struct str choices_text(struct arena *arena, struct names names)
{
    struct buf text;
    buf_init(&text, arena);
    for (size_t i = 0; i < names.count; i++)
        buf_printf(&text, "%s`%.*s`",
                   i == 0                 ? ""
                   : i + 1 == names.count ? " or "
                                          : ", ",
                   STR(names.items[i]));
    return (struct str){text.p, text.len};
}

ptrdiff_t choice_read(struct reader *reader, const struct node *key,
                      const struct node *value, struct names names)
{
    struct arena *arena = reader->program->arena;
    struct diags *diags = reader->program->diags;
    struct str text = text_read(reader, value, str_copy(arena, key->text));
    if (!text.p || !node_is_text(value))
        return -1; /* reported */
    for (size_t i = 0; i < names.count; i++)
        if (str_equal(text, names.items[i]))
            return (ptrdiff_t)i;
    diag_report(diags, value->span, KAD0114, "`%.*s` can't be `%.*s`", STR(key->text),
                STR(text));
    ptrdiff_t meant = diag_did_you_mean(diags, value->span, text, names);
    if (meant < 0)
        diag_help(diags, "it is %.*s", STR(choices_text(arena, names)));
    return meant;
}

struct template *template_read(struct reader *reader, const struct node *node,
                               const char *what)
{
    if (!is_lost(reader, node) && !node_expect(reader, node, NODE_SCALAR, what))
        return NULL;
    return template_parse(reader->program->arena, node, reader->program->diags);
}
