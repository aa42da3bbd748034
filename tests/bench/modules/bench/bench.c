/* bench.c: see module.yaml. */
#include <signal.h>
#include <stdlib.h>

#include "modules/bench.h"

enum kad_outcome bench_count(struct kad_step *step, const struct bench_count_inputs *in,
                             struct bench_count_outputs *out)
{
    (void)step;
    out->number = in->number + 1;
    return KAD_SUCCESS;
}

enum kad_outcome bench_die(struct kad_step *step, const struct bench_die_inputs *in,
                           struct bench_die_outputs *out)
{
    (void)step;
    if (!getenv("KAD_BENCH_LIVES"))
        raise(SIGKILL);
    out->number = in->number + 1;
    return KAD_SUCCESS;
}
