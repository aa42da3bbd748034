/* test_retry.c: whether and when a failed attempt is repeated. */
#include <criterion/criterion.h>

#include "engine/retry.h"

static const char *const some_codes[] = {"timed_out", "signal", NULL};

Test(retry, attempts_are_counted_with_the_first_one)
{
    const struct kad_retry retry = {.max_attempts = 2, .factor = 2};

    cr_expect(retry_is_wanted(&retry, 1, "broken"));
    cr_expect_not(retry_is_wanted(&retry, 2, "broken"));
}

Test(retry, only_codes_of_on_are_tried_again)
{
    const struct kad_retry retry = {.max_attempts = 9, .factor = 2, .on = some_codes};

    cr_expect(retry_is_wanted(&retry, 1, "signal"));
    cr_expect_not(retry_is_wanted(&retry, 1, "broken"));
}

Test(retry, codes_of_not_on_are_not_tried_again)
{
    const struct kad_retry retry = {
        .max_attempts = 9, .factor = 2, .not_on = some_codes};

    cr_expect_not(retry_is_wanted(&retry, 1, "signal"));
    cr_expect(retry_is_wanted(&retry, 1, "broken"));
}

Test(retry, backoff_doubles_until_the_cap)
{
    const struct kad_retry retry = {
        .max_attempts = 9, .initial_ms = 1000, .factor = 2, .max_ms = 5000};

    cr_expect_eq(retry_wait_ms(&retry, 1, "k"), 1000);
    cr_expect_eq(retry_wait_ms(&retry, 2, "k"), 2000);
    cr_expect_eq(retry_wait_ms(&retry, 3, "k"), 4000);
    cr_expect_eq(retry_wait_ms(&retry, 4, "k"), 5000);
    cr_expect_eq(retry_wait_ms(&retry, UINT32_MAX, "k"), 5000);
}

Test(retry, a_factor_of_one_waits_always_the_same)
{
    const struct kad_retry retry = {.max_attempts = 9, .initial_ms = 10, .factor = 1};

    cr_expect_eq(retry_wait_ms(&retry, UINT32_MAX, "k"), 10);
}

Test(retry, without_a_cap_a_wait_ends_within_a_year)
{
    const struct kad_retry retry = {.max_attempts = 9, .initial_ms = 1, .factor = 10};

    cr_expect_eq(retry_wait_ms(&retry, 1000, "k"), KAD_RETRY_WAIT_MAX_MS);
}

Test(retry, jitter_only_shortens_and_depends_on_the_key_alone)
{
    const struct kad_retry retry = {
        .max_attempts = 9, .initial_ms = 1000000, .factor = 2, .jitter = 0.5};
    const int64_t first_ms = retry_wait_ms(&retry, 1, "e1/fetch/1/1");
    const int64_t second_ms = retry_wait_ms(&retry, 1, "e1/fetch/2/1");

    cr_expect_neq(first_ms, second_ms);
    cr_expect_eq(first_ms, retry_wait_ms(&retry, 1, "e1/fetch/1/1"));
    cr_expect(first_ms > 500000 && first_ms <= 1000000);
    cr_expect(second_ms > 500000 && second_ms <= 1000000);
}
