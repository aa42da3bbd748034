/* retry.c: see retry.h.
 *
 *     wait = min(initial * factor^(attempt - 1), max), less up to its part `jitter`
 *
 * Jitter only shortens, so that the worst case is what the workflow says. */
#include "engine/retry.h"

#include <string.h>

#include "base/str.h"

static bool is_in(const char *const *codes, const char *code)
{
    for (; *codes; codes++)
        if (!strcmp(*codes, code))
            return true;
    return false;
}

bool retry_is_wanted(const struct kad_retry *retry, uint32_t attempt, const char *code)
{
    if (attempt >= retry->max_attempts)
        return false;
    if (retry->on)
        return is_in(retry->on, code);
    return !retry->not_on || !is_in(retry->not_on, code);
}

/* From 0 to less than 1, by the key alone. */
static double share_of(const char *key)
{
    const double range = 9007199254740992; /* 2 to the 53rd: exact in a double */
    uint64_t hash = str_hash(str_of(key));

    hash ^= hash >> 33; /* keys differ in their last bytes, which FNV leaves low */
    hash *= 0xff51afd7ed558ccdu;
    hash ^= hash >> 33;
    return (double)(hash >> 11) / range;
}

int64_t retry_wait_ms(const struct kad_retry *retry, uint32_t attempt, const char *key)
{
    const double cap_ms =
        (double)(retry->max_ms ? retry->max_ms : KAD_RETRY_WAIT_MAX_MS);
    double wait_ms = (double)retry->initial_ms;

    for (; attempt > 1 && wait_ms < cap_ms && retry->factor > 1; attempt--)
        wait_ms *= retry->factor;
    if (wait_ms > cap_ms)
        wait_ms = cap_ms;
    return (int64_t)(wait_ms * (1 - retry->jitter * share_of(key)));
}
