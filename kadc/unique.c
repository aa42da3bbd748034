/* unique.c: see unique.h. One name has one finding, the gravest. */
#include "unique.h"

#include <ctype.h>

#include "c_name.h"
#include "table.h"

/* Lower case, without `-` and `_`. */
static struct str folded(struct arena *arena, struct str name)
{
    char *p = arena_alloc(arena, name.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++)
        if (name.p[i] != '-' && name.p[i] != '_')
            p[len++] = (char)tolower((unsigned char)name.p[i]);
    return (struct str){p, len};
}

/* `send-mail` and `send_mail`, not `sendMail`. */
static bool differs_in_marks(struct str a, struct str b)
{
    bool is_same = a.len == b.len;
    for (size_t i = 0; i < a.len && is_same; i++)
        is_same = a.p[i] == b.p[i] || (a.p[i] == '-' && b.p[i] == '_') ||
                  (a.p[i] == '_' && b.p[i] == '-');
    return is_same;
}

static void clash_report(struct program *program, const char *what,
                         const struct name *name, const struct name *clash,
                         enum diag_code collision)
{
    struct diags *diags = program->diags;
    const bool is_option =
        collision == KAD0709 && !differs_in_marks(name->text, clash->text);
    diag_report(diags, name->span, is_option ? KAD0709 : KAD1001,
                "%s `%.*s` and `%.*s` have the same %s", what, STR(name->text),
                STR(clash->text), is_option ? "option" : "name in C");
    diag_note(diags, clash->span, "the other one");
    diag_help(diags, "rename one of them");
}

/* Names seen so far, by what must differ. */
struct seen {
    struct arena scratch;
    struct table exact, in_c, folded;
};

static void name_unique(struct program *program, struct seen *seen, const char *what,
                        const struct name *name, enum diag_code duplicate,
                        enum diag_code collision)
{
    struct diags *diags = program->diags;
    struct str in_c = str_of(c_name(&seen->scratch, name->text));
    void *self = (void *)(uintptr_t)name;
    const struct name *same = table_add(&seen->exact, name->text, self);
    if (same) {
        diag_report(diags, name->span, duplicate, "%s `%.*s` is declared twice", what,
                    STR(name->text));
        diag_note(diags, same->span, "first declared here");
        return;
    }
    const struct name *clash = table_add(&seen->in_c, in_c, self);
    const struct name *near =
        table_add(&seen->folded, folded(&seen->scratch, name->text), self);
    if (clash)
        clash_report(program, what, name, clash, collision);
    else if (near) {
        diag_report(diags, name->span, KAD0211,
                    "%s `%.*s` is easily confused with `%.*s`", what, STR(name->text),
                    STR(near->text));
        diag_note(diags, near->span, "the other one");
    }
}

void names_unique(struct program *program, const char *what, const struct name *names,
                  size_t count, enum diag_code duplicate, enum diag_code collision)
{
    struct seen seen = {.scratch = {0}};
    table_init(&seen.exact, &seen.scratch);
    table_init(&seen.in_c, &seen.scratch);
    table_init(&seen.folded, &seen.scratch);
    for (size_t i = 0; i < count; i++)
        if (names[i].text.len > 0)
            name_unique(program, &seen, what, &names[i], duplicate, collision);
    arena_release(&seen.scratch);
}

void fields_unique(struct program *program, const char *what,
                   const struct type_field *fields, size_t count,
                   enum diag_code collision)
{
    struct arena scratch = {0};
    struct name *names = arena_array(&scratch, struct name, count);
    for (size_t i = 0; i < count; i++)
        names[i] = (struct name){fields[i].name, fields[i].name_span};
    names_unique(program, what, names, count, KAD0218, collision);
    arena_release(&scratch);
}
