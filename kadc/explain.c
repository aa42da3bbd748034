/* explain.c: the pages of explain/ by code; see explain.h. explain.sh makes C of them. */
#include "explain.h"

#include <assert.h>

#include "explain_pages.h"

static const size_t page_count = sizeof(PAGES) / sizeof(PAGES[0]);

static const struct {
    const char *title;
    enum diag_level level;
} CODES[] = {
#define DIAG(code, slug, level, title) {title, level},
#include "diag.def"
#undef DIAG
};

static const char *one_line(struct arena *arena, struct str text)
{
    char *line = arena_copy(arena, text.p, text.len);

    for (size_t i = 0; i < text.len; i++)
        if (line[i] == '\n')
            line[i] = ' ';
    return line;
}

struct explanation explanation_of(struct arena *arena, enum diag_code code)
{
    struct explanation out = {0};
    struct str text;
    size_t end;

    assert(code < DIAG_CODE_COUNT);
    out.title = CODES[code].title;
    out.level = CODES[code].level;
    if (code < page_count)
        out.page = PAGES[code];
    if (!out.page)
        out.page = arena_printf(arena, "%s.\n", out.title);
    text = str_of(out.page);
    end = str_find(text, S("\n\n")); /* the examples follow the first paragraph */
    out.text = one_line(arena, str_trim(str_part(text, 0, end)));
    return out;
}
