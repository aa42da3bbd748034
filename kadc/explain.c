/* explain.c: the pages of explain/ by code; see explain.h. explain.sh makes C of them. */
#include "explain.h"

#include <string.h>

#include "explain_pages.h"

static const struct {
    const char *title;
    enum diag_level level;
} CODES[] = {
#define DIAG(code, slug, level, title) {title, level},
#include "diag.def"
#undef DIAG
};

struct explanation explanation_of(struct arena *arena, enum diag_code code)
{
    const char *page = code < sizeof(PAGES) / sizeof(PAGES[0]) ? PAGES[code] : NULL;
    struct explanation out = {
        .title = CODES[code].title, .level = CODES[code].level, .page = page};
    struct str text;
    size_t end;

    if (!page)
        out.page = arena_printf(arena, "%s.\n", out.title);
    text = str_of(out.page);
    end = str_find(text, S("\n\n")); /* examples follow the first paragraph */
    out.text = str_copy(arena, str_trim(str_part(text, 0, end)));
    return out;
}
