/* test_list.c: tests of list.c. Prints TAP (https://testanything.org). */
#include <stdio.h>
#include <string.h>

#include "../list.h"

static struct list list;
static int failed_count;

/* What list_print or list_write puts out. */
static const char *text_of(void (*print)(const struct list *, FILE *))
{
    static char text[4096];
    FILE *file = fmemopen(text, sizeof(text), "w");

    memset(text, 0, sizeof(text));
    print(&list, file);
    fclose(file);
    return text;
}

static void check(const char *name, bool is_ok)
{
    static int number;

    printf("%sok %d - %s\n", is_ok ? "" : "not ", ++number, name);
    failed_count += !is_ok;
}

static void check_text(const char *name, const char *found, const char *expected)
{
    const bool is_ok = !strcmp(found, expected);

    check(name, is_ok);
    if (!is_ok)
        printf("  ---\n  expected: |\n%s  found: |\n%s  ...\n", expected, found);
}

static void test_adding(void)
{
    list.count = 0;
    list_add(&list, "water the plants");
    list_add(&list, "write a test");
    check_text("items are listed in the order in which they came", text_of(list_print),
               "  1 [ ] water the plants\n"
               "  2 [ ] write a test\n");
    check("an empty text is refused", !list_add(&list, ""));
    check("a text of two lines is refused", !list_add(&list, "a\nb"));
}

static void test_done(void)
{
    list.count = 0;
    list_add(&list, "water the plants");
    check("a number that no item has is refused", !list_mark_done(&list, 2));
    list_mark_done(&list, 1);
    check_text("what is done is ticked", text_of(list_print),
               "  1 [x] water the plants\n");
}

static void test_file(void)
{
    char text[] = "[ ] water the plants\n[x] write a test\n";
    FILE *file = fmemopen(text, strlen(text), "r");

    check("a file is read", list_read(&list, file));
    fclose(file);
    check_text("and written as it was", text_of(list_write), text);
}

int main(void)
{
    test_adding();
    test_done();
    test_file();
    printf("1..7\n");
    return failed_count > 0;
}
