/* missing_steps.h: names of steps that there are not, in routes and in expressions. */
#ifndef KADC_MISSING_STEPS_H
#define KADC_MISSING_STEPS_H

#include "model.h"

/* What such a name was meant for. */
struct missing_step {
    struct step *step;   /* NULL: no step, or nobody knows */
    enum route_kind end; /* ROUTE_COMPLETE, ROUTE_FAIL; else ROUTE_BROKEN */
};

/* Reports a name that is no step's: 0202 in a route, 0203 in an expression; all places of a
 * name are one finding. Silent where a step's own id has been refused and may be meant.
 * Searches once for each name. `from`: whose route it is, which leads only to steps beside it; or NULL. */
struct missing_step missing_step_report(struct arena *arena, struct diags *diags,
                                        struct workflow *workflow,
                                        const struct name *name, enum diag_code code,
                                        const struct step *from);

#endif
