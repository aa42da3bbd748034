/* syntax.h: what libyaml could not read, said in kadc's words. */
#ifndef KADC_SYNTAX_H
#define KADC_SYNTAX_H

#include "diag.h"

/* libyaml's words, and the bytes of the source that it means; `context`: what it was
 * reading, or NULL. `quoted`: the scalar before, if it was in quotes. */
struct fault {
    const char *context;
    const char *problem;
    uint32_t context_byte;
    uint32_t problem_byte;
    struct span quoted;
};

/* Reports 0101, or 0102 for a tab. */
void syntax_report(struct diags *diags, const struct source *source,
                   struct fault fault);

#endif
