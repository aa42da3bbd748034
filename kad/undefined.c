/* undefined.c: see undefined.h.
 *
 * The functions of a module are those that its generated table declares: MODULE_ACTION, in
 * C's letters, and linked as kad_module_MODULE_ACTION. A line that has the word `undefined` and
 * such a name misses it. */
#include "undefined.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/vec.h"

struct names_seen {
    VEC(struct str) list;
};

static bool is_seen(const struct names_seen *seen, struct str name)
{
    for (size_t i = 0; i < seen->list.count; i++)
        if (str_equal(seen->list.items[i], name))
            return true;
    return false;
}

static bool is_word_character(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The first word at or after *at; *at is then behind it. Empty: there is none. */
static struct str word_next(struct str line, size_t *at)
{
    size_t start;

    while (*at < line.len && !is_word_character(line.p[*at]))
        ++*at;
    start = *at;
    while (*at < line.len && is_word_character(line.p[*at]))
        ++*at;
    return str_part(line, start, *at);
}

/* What the generated header adds to the name that stands in C. */
#define ADDED "kad_module_"

/* `send-mail` is `send_mail` in C. */
static struct str c_prefix(struct arena *arena, const char *module)
{
    char *prefix = arena_printf(arena, ADDED "%s_", module);

    for (char *p = prefix; *p; p++)
        if (!is_word_character(*p))
            *p = '_';
    return str_of(prefix);
}

static void function_explain(const char *module, struct str name)
{
    fprintf(stderr,
            "error[KAD1102 no-implementation]: module `%s` has no function `%.*s`\n"
            "  --> modules/%s/module.yaml\n"
            "help: its manifest declares the action: write the function in "
            "modules/%s/%s.c, as .kad/generated/modules/%s.h declares it\n",
            module, STR(name), module, module, module, module);
}

void undefined_explain(struct arena *arena, struct str linker_text, const char *module)
{
    const struct str prefix = c_prefix(arena, module);
    struct names_seen seen = {0};
    size_t at = 0;

    while (at < linker_text.len) {
        const struct str rest = str_part(linker_text, at, linker_text.len);
        const struct str line = str_part(rest, 0, str_find(rest, S("\n")));
        size_t place = str_find(line, S("undefined"));

        at += line.len + 1;
        for (struct str word = word_next(line, &place); word.len;
             word = word_next(line, &place)) {
            if (!str_starts_with(word, prefix) || is_seen(&seen, word))
                continue;
            vec_push(arena, &seen.list, word);
            function_explain(module, str_part(word, sizeof ADDED - 1, word.len));
        }
    }
}
