/* taint.h: text from outside: where it comes from, and which steps hand it on. */
#ifndef KADC_TAINT_H
#define KADC_TAINT_H

#include "model.h"

/* A step reads text of another one, which may become part of what it gives itself. */
struct taint_read {
    const struct step *producer, *reader;
    const struct expr *expr;
    struct taint_read *next; /* of the same producer */
};

/* By step. What is handed on starts at an event. */
struct taint {
    struct arena *arena;
    const struct workflow *workflow;
    struct taint_read **reads;
    bool *is_untrusted;           /* its outputs that are text */
    const struct taint_read **by; /* from which it has that; NULL: from outside */
    const struct step **origin;   /* where it came in */
};

struct taint *taint_find(struct arena *arena, const struct workflow *workflow);

/* The part of an expression that brings text from outside; NULL: there is none. Numbers,
 * booleans, durations and enums are no text. */
const struct expr *taint_in(const struct taint *taint, const struct expr *expr);
/* The same of a scalar. */
const struct expr *taint_in_template(const struct taint *taint,
                                     const struct template *value);
/* The step that a part which brings text is of. */
const struct step *taint_step(const struct expr *carrier);

/* The way of the text, to the latest finding. */
void taint_path(struct diags *diags, const struct taint *taint,
                const struct step *from);

/* taint_prompt.c: 0905. */
void taint_prompts_check(struct program *program, const struct taint *taint);

#endif
