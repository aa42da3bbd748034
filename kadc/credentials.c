/* credentials.c: what has the shape of a credential, and stands in a file: 0907.
 *
 * In: the YAML tree, the model. Out: diagnostics; nothing is changed. A shape is a prefix
 * that an issuer gives to its tokens, as it documents, so that scanners find them. A
 * variable with the name of a credential counts where its value looks drawn by lot. What an
 * input marked `secret` is given is secrets.c's. */
#include "credentials.h"

#include <ctype.h>
#include <string.h>

#include "passes.h"

/* ---- Shapes -------------------------------------------------------------------------- */

static const struct shape {
    const char *prefix;
    size_t rest_len; /* at least, in letters, digits, `_` and `-` */
    const char *what;
} SHAPES[] = {
    {"ghp_", 36, "a GitHub token"},    {"gho_", 36, "a GitHub token"},
    {"ghu_", 36, "a GitHub token"},    {"ghs_", 36, "a GitHub token"},
    {"ghr_", 36, "a GitHub token"},    {"github_pat_", 40, "a GitHub token"},
    {"glpat-", 20, "a GitLab token"},  {"sk-ant-", 20, "an Anthropic key"},
    {"sk-proj-", 20, "an OpenAI key"}, {"sk_live_", 20, "a Stripe key"},
    {"rk_live_", 20, "a Stripe key"},  {"AKIA", 16, "an AWS access key"},
    {"ASIA", 16, "an AWS access key"}, {"AIza", 35, "a Google API key"},
    {"xoxb-", 20, "a Slack token"},    {"xoxp-", 20, "a Slack token"},
    {"xoxa-", 20, "a Slack token"},    {"npm_", 36, "an npm token"},
    {"pypi-", 40, "a PyPI token"},     {"hf_", 34, "a Hugging Face token"},
};

/* With its prefix. */
enum { TOKEN_LEN_MIN = 20 };

static bool is_token_character(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static size_t token_end(struct str text, size_t from)
{
    while (from < text.len && is_token_character(text.p[from]))
        from++;
    return from;
}

/* A word of placeholders (`AKIAXXXXXXXXXXXXXXXX`) is no token. */
static bool is_varied(struct str rest)
{
    bool is_seen[256] = {false};
    size_t count = 0;
    for (size_t i = 0; i < rest.len; i++) {
        count += !is_seen[(unsigned char)rest.p[i]];
        is_seen[(unsigned char)rest.p[i]] = true;
    }
    return count >= 6;
}

static const struct shape *shape_of(struct str token)
{
    for (size_t i = 0;
         token.len >= TOKEN_LEN_MIN && i < sizeof(SHAPES) / sizeof(SHAPES[0]); i++) {
        const struct str prefix = str_of(SHAPES[i].prefix);
        if (str_starts_with(token, prefix) &&
            token.len >= prefix.len + SHAPES[i].rest_len &&
            is_varied(str_part(token, prefix.len, token.len)))
            return &SHAPES[i];
    }
    return NULL;
}

/* The key itself is below this line. */
static size_t private_key_find(struct str text, size_t *end)
{
    const struct str begin = S("-----BEGIN "), mark = S("PRIVATE KEY-----");
    const size_t at = str_find(text, begin);
    const struct str rest = str_part(text, at, text.len);
    const size_t line = str_find(rest, S("\n"));
    const size_t key = str_find(str_part(rest, 0, line), mark);
    *end = at + key + mark.len;
    return at < text.len && key < line ? at : text.len;
}

struct credential credential_find(struct str text)
{
    if (text.len < TOKEN_LEN_MIN)
        return (struct credential){0};
    struct credential found = {0};

    found.from = private_key_find(text, &found.to);
    if (found.from < text.len) {
        found.what = "a private key";
        return found;
    }
    for (size_t at = 0; at < text.len; at = found.to) {
        while (at < text.len && !is_token_character(text.p[at]))
            at++;
        found = (struct credential){.from = at, .to = token_end(text, at)};
        const struct shape *shape = shape_of(str_part(text, found.from, found.to));
        if (shape) {
            found.what = shape->what;
            return found;
        }
    }
    return (struct credential){0};
}

/* ---- The file ------------------------------------------------------------------------ */

static void credential_report(struct program *program, struct span span,
                              const char *what)
{
    diag_report(program->diags, span, KAD0907, "%s stands in the file", what);
    diag_help(
        program->diags,
        "take it back where it was issued, and name it: `\"{{ secrets.NAME }}\"`, "
        "from the variable KAD_SECRET_NAME or from .kad/secrets");
}

static void node_check_credentials(struct program *program, const struct node *node)
{
    if (node->kind == NODE_SCALAR) {
        const struct credential found = credential_find(node->text);
        if (found.what)
            credential_report(program, node_range(node, found.from, found.to),
                              found.what);
        return;
    }
    for (size_t i = 0; i < node->count; i++)
        node_check_credentials(program, node->items[i]);
}

/* ---- Variables ----------------------------------------------------------------------- */

static bool ends_with(struct str name, const char *end)
{
    const size_t len = strlen(end);
    return name.len >= len && !strncasecmp(name.p + name.len - len, end, len);
}

static bool is_credential_name(struct str name)
{
    static const char *const ends[] = {"TOKEN",      "SECRET",     "PASSWORD",
                                       "PASSWD",     "API_KEY",    "APIKEY",
                                       "ACCESS_KEY", "PRIVATE_KEY"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (ends_with(name, ends[i]))
            return true;
    return false;
}

/* Letters and digits in one word of some length: `hunter2hunter2`, not `none`, a path, or
 * the name of something. */
static bool looks_drawn(struct str text)
{
    bool has_letter = false, has_digit = false;
    for (size_t i = 0; i < text.len; i++) {
        if (!isgraph((unsigned char)text.p[i]) || text.p[i] == '/')
            return false;
        has_letter = has_letter || isalpha((unsigned char)text.p[i]);
        has_digit = has_digit || isdigit((unsigned char)text.p[i]);
    }
    return text.len >= 8 && has_letter && has_digit;
}

static void run_check_credentials(struct program *program, const struct run *run)
{
    for (size_t i = 0; i < run->env_count; i++) {
        const struct input *variable = &run->env[i];
        const struct template *value = variable->value->scalar;
        if (!value || !value->is_literal || !is_credential_name(variable->name.text) ||
            !looks_drawn(value->node->text) || credential_find(value->node->text).what)
            continue;
        credential_report(program, value->node->span,
                          arena_printf(program->arena,
                                       "the value of the variable `%.*s`",
                                       STR(variable->name.text)));
    }
}

void credentials_check(struct program *program, const struct workflow *workflow)
{
    node_check_credentials(program, workflow->root);
    for (size_t i = 0; i < workflow->step_count; i++)
        run_check_credentials(program, &workflow->steps[i]->run);
}
