/* c_name.c: one rule for all identifiers that are made from the author's names.
 *
 * (1) The result depends on the name alone, so that it is stable when others are added.
 * (2) It is an identifier, no keyword, and no macro of the headers that are included. */
#include "c_name.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/arena.h"

/* By the alphabet. */
static const char *const reserved[] = {
    "alignas",   "alignof",  "asm",           "assert",       "auto",
    "bool",      "break",    "case",          "char",         "const",
    "constexpr", "continue", "default",       "do",           "double",
    "else",      "enum",     "errno",         "extern",       "false",
    "float",     "for",      "goto",          "if",           "inline",
    "int",       "linux",    "long",          "nullptr",      "offsetof",
    "register",  "restrict", "return",        "short",        "signed",
    "sizeof",    "static",   "static_assert", "stderr",       "stdin",
    "stdout",    "struct",   "switch",        "thread_local", "true",
    "typedef",   "typeof",   "union",         "unix",         "unsigned",
    "void",      "volatile", "while",
};

static int compare_words(const void *name, const void *word)
{
    return str_compare(*(const struct str *)name, str_of(*(const char *const *)word));
}

static bool is_reserved(struct str name)
{
    return bsearch(&name, reserved, sizeof(reserved) / sizeof(reserved[0]),
                   sizeof(reserved[0]), compare_words);
}

static int char_at(struct str s, size_t at)
{
    return at < s.len ? (unsigned char)s.p[at] : 0;
}

/* Whether a word starts at the capital `at`: `fixTests`, and the `P` of `URLPath`. */
static bool is_word_start(struct str name, size_t at)
{
    int before = char_at(name, at - 1);
    return islower(before) || isdigit(before) ||
           (isupper(before) && islower(char_at(name, at + 1)));
}

const char *c_name(struct arena *arena, struct str name)
{
    char *c = arena_alloc(arena, name.len * 2 + sizeof "n_"); /* as long as it may be */
    size_t len = 0;
    if (name.len == 0 || isdigit(char_at(name, 0)))
        c[len++] = 'n';
    for (size_t i = 0; i < name.len; i++) {
        const int ch = char_at(name, i);

        if (isupper(ch) && i > 0 && is_word_start(name, i))
            c[len++] = '_';
        c[len++] = isalnum(ch) ? (char)tolower(ch) : '_';
    }
    if (is_reserved((struct str){c, len}))
        c[len] = '_';
    return c;
}
