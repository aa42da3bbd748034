/* pattern.c: PCRE2 in UTF mode, with a limit on the work that one match may do. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "pattern.h"

#include <pcre2.h>

enum { MATCH_LIMIT = 1000 * 1000 };

static pcre2_code *compile(struct str pattern, int *error, size_t *offset)
{
    return pcre2_compile((PCRE2_SPTR)pattern.p, pattern.len, PCRE2_UTF, error, offset,
                         NULL);
}

struct str pattern_error(struct arena *arena, struct str pattern, size_t *offset)
{
    int error;
    pcre2_code *code = compile(pattern, &error, offset);
    if (code) {
        pcre2_code_free(code);
        return (struct str){0};
    }
    PCRE2_UCHAR message[256];
    pcre2_get_error_message(error, message, sizeof(message));
    return str_printf(arena, "%s", (const char *)message);
}

/* `\1`: the number of a group, which groups before it would shift. */
static bool has_back_reference(struct str pattern)
{
    for (size_t i = 0; i + 1 < pattern.len; i++) {
        if (pattern.p[i] != '\\')
            continue;
        i++;
        if ((pattern.p[i] >= '1' && pattern.p[i] <= '9') || pattern.p[i] == 'g')
            return true;
    }
    return false;
}

struct str pattern_both(struct arena *arena, struct str a, struct str b)
{
    const bool is_swapped = has_back_reference(b);

    if (!a.len || !b.len || str_equal(a, b))
        return a.len ? a : b;
    if (is_swapped && has_back_reference(a))
        return (struct str){0};
    return str_printf(arena, "^(?=[\\s\\S]*?(?:%.*s))[\\s\\S]*?(?:%.*s)",
                      STR(is_swapped ? b : a), STR(is_swapped ? a : b));
}

bool pattern_matches(struct str pattern, struct str text)
{
    int error;
    size_t offset;
    pcre2_code *code = compile(pattern, &error, &offset);
    if (!code)
        return true;
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
    pcre2_set_match_limit(context, MATCH_LIMIT);
    int result = pcre2_match(code, (PCRE2_SPTR)text.p, text.len, 0, 0, match, context);
    pcre2_match_data_free(match);
    pcre2_match_context_free(context);
    pcre2_code_free(code);
    return result != PCRE2_ERROR_NOMATCH;
}
