/* retry.h: whether and when a failed attempt is repeated: `retry:` of a step. */
#ifndef KAD_ENGINE_RETRY_H
#define KAD_ENGINE_RETRY_H

#include "kad/workflow.h"

/* Whether an attempt that failed with `code` is followed by another one. */
bool retry_is_wanted(const struct kad_retry *retry, uint32_t attempt, const char *code);

/* How long to wait after attempt `attempt`, from 1. The same for the same `key`, so that a
 * resumed execution decides what it has decided before. */
int64_t retry_wait_ms(const struct kad_retry *retry, uint32_t attempt, const char *key);

#endif
