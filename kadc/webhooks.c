/* webhooks.c: addresses that requests are sent to: 0707, 0708, 0908.
 *
 *     path = "/" | ("/" segment)+ ["/"]      segment = [A-Za-z0-9._~-]+, but not . and ..
 *
 * Two webhooks have the same address if their methods are the same and their paths differ at
 * most in case and in a slash at the end, in whatever files of the run they stand. */
#include <ctype.h>
#include <string.h>

#include "passes.h"
#include "table.h"

/* ---- 0708 ---------------------------------------------------------------------------- */

struct path_fault {
    const char *what; /* NULL: none */
    const char *help;
};

static bool is_segment_char(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("-._~", c));
}

static struct path_fault segment_fault(struct str segment)
{
    static const char variable[] = "what varies comes in the query or in the body: "
                                   "`from: \"{{ request.query.NAME }}\"`";
    if (segment.len == 0)
        return (struct path_fault){"has nothing between two slashes",
                                   "one slash is enough"};
    if (str_is(segment, ".") || str_is(segment, ".."))
        return (struct path_fault){"has a segment of dots", "name each segment"};
    if (memchr("{:*", segment.p[0], 3))
        return (struct path_fault){"has a variable part", variable};
    for (size_t i = 0; i < segment.len; i++) {
        if (memchr("?#", segment.p[i], 2))
            return (struct path_fault){"goes on behind the path", variable};
        if (!is_segment_char(segment.p[i]))
            return (struct path_fault){"has a character that no path has",
                                       "letters, digits and `-`, `.`, `_`, `~`, and "
                                       "slashes between"};
    }
    return (struct path_fault){0};
}

static struct path_fault path_fault(struct str path)
{
    if (path.len == 0 || path.p[0] != '/')
        return (struct path_fault){"does not begin with `/`",
                                   "a path is what follows the host: `/hooks/orders`"};
    for (size_t at = 1; at < path.len;) {
        struct str rest = str_part(path, at, path.len);
        struct str segment = str_part(rest, 0, str_find(rest, S("/")));
        struct path_fault fault = segment_fault(segment);
        if (fault.what)
            return fault;
        at += segment.len + 1;
    }
    return (struct path_fault){0};
}

static bool path_check(struct program *program, const struct webhook *webhook)
{
    struct path_fault fault = path_fault(webhook->path.text);
    if (!fault.what)
        return true;
    diag_report(program->diags, webhook->path.span, KAD0708, "the path of a webhook %s",
                fault.what);
    diag_help(program->diags, "%s", fault.help);
    return false;
}

/* ---- 0707 ---------------------------------------------------------------------------- */

/* "POST /hooks/orders": what is the same for the same address. */
static struct str address_of(struct arena *arena, const struct webhook *webhook)
{
    struct str path = webhook->path.text;
    size_t len = path.len > 1 && path.p[path.len - 1] == '/' ? path.len - 1 : path.len;
    char *text = arena_printf(arena, "%.*s %.*s", STR(webhook->method),
                              STR(str_part(path, 0, len)));
    for (size_t i = webhook->method.len; text[i]; i++)
        text[i] = (char)tolower((unsigned char)text[i]);
    return str_of(text);
}

static void address_check(struct program *program, struct table *by_address,
                          const struct webhook *webhook)
{
    struct diags *diags = program->diags;
    struct str address = address_of(program->arena, webhook);
    const struct webhook *first =
        table_add(by_address, address, (void *)(uintptr_t)webhook);
    if (!first)
        return;
    diag_report(diags, webhook->path.span, KAD0707,
                "`%.*s %.*s` starts something already", STR(webhook->method),
                STR(webhook->path.text));
    diag_note(diags, first->path.span, "by this webhook");
    if (!str_equal(first->path.text, webhook->path.text))
        diag_help(diags, "case, and a slash at the end, make no difference");
}

/* ---- 0908 ---------------------------------------------------------------------------- */

static void signature_check(struct program *program, const struct workflow *workflow,
                            const struct webhook *webhook)
{
    if (webhook->secret || workflow->has_gaps)
        return;
    diag_report(program->diags, webhook->path.span, KAD0908,
                "anybody who knows the address of this webhook can start the workflow");
    diag_help(program->diags,
              "have the requests signed: `secret: \"{{ secrets.NAME }}\"`");
}

void webhooks_check(struct program *program)
{
    struct table by_address;
    table_init(&by_address, program->arena);
    for (size_t i = 0; i < program->workflows.count; i++) {
        const struct workflow *workflow = program->workflows.items[i];
        for (size_t j = 0; j < workflow->trigger_count; j++) {
            const struct webhook *webhook = &workflow->triggers[j].webhook;
            if (workflow->triggers[j].kind != TRIGGER_WEBHOOK || !webhook->path.text.p)
                continue;
            if (path_check(program, webhook))
                address_check(program, &by_address, webhook);
            signature_check(program, workflow, webhook);
        }
    }
}
