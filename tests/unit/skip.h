/* skip.h: what can't be tested here, said where ctest keeps it: Criterion keeps silent. */
#ifndef TESTS_SKIP_H
#define TESTS_SKIP_H

#include <criterion/criterion.h>
#include <stdio.h>

/* Ends the test. scripts/test repeats the line at its end. */
#define SKIP_TEST(why)                                                                 \
    do {                                                                               \
        const char *why_ = (why);                                                      \
                                                                                       \
        fprintf(stderr, "skipped: %s: %s\n", criterion_current_test->name, why_);      \
        cr_skip_test("%s", why_);                                                      \
    } while (0)

#endif
