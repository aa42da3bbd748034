/* diag_fixture.h: one compilation's arena and findings, and what is printed of them. */
#ifndef TESTS_DIAG_FIXTURE_H
#define TESTS_DIAG_FIXTURE_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "diag.h"

static struct arena arena;
static struct diags *diags;

static inline void set_up(void)
{
    diags = diags_new(&arena);
}

static inline void tear_down(void)
{
    arena_release(&arena);
}

static inline const char *printed(struct diag_style style)
{
    char *text = NULL;
    const char *copy;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    diag_print(diags, out, style, 1);
    fclose(out);
    copy = str_copy(&arena, (struct str){text, len});
    free(text);
    return copy;
}

#endif
