/* test_leak.c: leaks on purpose; it has to fail wherever leaks are looked for. */
#include <criterion/criterion.h>
#include <stdlib.h>

Test(leak, memory_that_nobody_frees_makes_the_test_fail)
{
    char *volatile lost = malloc(100);

    cr_assert(lost);
    lost = NULL;
}
