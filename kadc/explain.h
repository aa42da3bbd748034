/* explain.h: what a code is about, for people: a page with a wrong and a right example. */
#ifndef KADC_EXPLAIN_H
#define KADC_EXPLAIN_H

#include "diag.h"

struct explanation {
    const char *title;     /* of diag.def */
    enum diag_level level; /* the default */
    const char *text;      /* what it means and how to mend it, without the examples */
    const char
        *page; /* the text and the examples, as in explain/; or the title alone */
};

struct explanation explanation_of(struct arena *arena, enum diag_code code);

#endif
