/* test_path_search.c: where PATH has a program. */
#include "base/path_search.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static struct arena arena;
static char folder[64];

static const char *path_of(const char *name)
{
    return arena_printf(&arena, "%s/%s", folder, name);
}

/* folder/a/tool is a folder, folder/b/tool is no program, folder/c/tool is one. */
static void set_up(void)
{
    snprintf(folder, sizeof(folder), P_tmpdir "/kad-search-XXXXXX");
    cr_assert(mkdtemp(folder));
    for (const char *name = "abc"; *name; name++)
        cr_assert_eq(mkdir(path_of((char[]){*name, '\0'}), 0700), 0);
    cr_assert_eq(mkdir(path_of("a/tool"), 0700), 0);
    cr_assert(file_write(&arena, path_of("b/tool"), (struct str){0}));
    cr_assert(file_write(&arena, path_of("c/tool"), (struct str){0}));
    cr_assert_eq(chmod(path_of("b/tool"), 0600), 0);
    cr_assert_eq(chmod(path_of("c/tool"), 0700), 0);
}

static void clean_up(void)
{
    file_remove(folder);
    arena_release(&arena);
}

TestSuite(path_search, .init = set_up, .fini = clean_up);

static const char *find(const char *path, const char *name)
{
    const char *found;

    setenv("PATH", path, 1);
    found = path_search_program(&arena, name, folder, X_OK);
    return found ? found : "none";
}

Test(path_search, the_first_program_is_found_and_nothing_else)
{
    const char *all = arena_printf(&arena, "/nowhere:%s:%s:%s", path_of("a"),
                                   path_of("b"), path_of("c"));

    cr_expect_str_eq(find(all, "tool"), path_of("c/tool"));
    cr_expect_str_eq(find(path_of("b"), "tool"), "none");
    cr_expect_str_eq(path_search_program(&arena, "tool", folder, F_OK),
                     path_of("b/tool"));
}

Test(path_search, a_relative_folder_is_that_of_who_starts_it)
{
    cr_expect_str_eq(find("a:c", "tool"), path_of("c/tool"));
    cr_expect_str_eq(find("a", "c/tool"), path_of("c/tool"));
    cr_expect_str_eq(find("a", "a/tool"), "none");
}

Test(path_search, an_empty_folder_is_the_current_one)
{
    static const char *const paths[] = {"", ":a", "a:", "a::b"};

    cr_assert_eq(rename(path_of("c/tool"), path_of("tool")), 0);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        cr_expect_str_eq(find(paths[i], "tool"), path_of("tool"), "%s", paths[i]);
    cr_expect_str_eq(find("a", "tool"), "none");
}

Test(path_search, a_path_that_is_too_long_is_passed_over)
{
    char *path = arena_alloc(&arena, PATH_MAX + 8);

    for (size_t i = 0; i < PATH_MAX; i++)
        path[i] = '/';
    path[PATH_MAX] = ':';
    path[PATH_MAX + 1] = 'c';
    cr_expect_str_eq(find(path, "tool"), path_of("c/tool"));
}

Test(path_search, without_PATH_the_system_is_searched)
{
    unsetenv("PATH");
    cr_expect_str_eq(path_search_program(&arena, "sh", folder, X_OK), "/bin/sh");
}
