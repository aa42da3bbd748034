/* test_pins.c: copies that executions end on stay as long as somebody may need them. */
#include "program/pins.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

static struct arena arena;
static char folder[64];

static const char *path_of(const char *name)
{
    return arena_printf(&arena, "%s/%s", folder, name);
}

static void make(const char *name, int age_hours)
{
    const char *path = path_of(name);
    const struct timespec at = {.tv_sec = time(NULL) - age_hours * 3600};
    const struct timespec times[] = {at, at};

    cr_assert_eq(mkdir(path, 0700), 0);
    close(open(arena_printf(&arena, "%s/wf-x", path), O_WRONLY | O_CREAT, 0700));
    cr_assert_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool is_there(const char *name)
{
    return access(path_of(name), F_OK) == 0;
}

static size_t sweep(void)
{
    static const char *const names[] = {"needed"};
    size_t count = 0;

    pins_sweep(&arena, folder, names, 1, (int64_t)time(NULL) * 1000, &count);
    return count;
}

static void use_folder(void)
{
    strcpy(folder, P_tmpdir "/kad-pins-XXXXXX");
    cr_assert(mkdtemp(folder));
}

static void clean_up(void)
{
    file_remove(folder);
    arena_release(&arena);
}

Test(pins, only_what_is_not_needed_and_long_unused_goes, .init = use_folder,
     .fini = clean_up)
{
    make("needed", 100);
    make("fresh", 23);
    make("old", 25);
    cr_assert_eq(sweep(), 1);
    cr_assert(is_there("needed"));
    cr_assert(is_there("fresh"));
    cr_assert_not(is_there("old"));
}

Test(pins, what_is_used_again_stays, .init = use_folder, .fini = clean_up)
{
    make("old", 25);
    cr_assert(pin_use(path_of("old")));
    cr_assert_eq(sweep(), 0);
    cr_assert(is_there("old"));
    cr_assert_not(pin_use(path_of("none")));
}

Test(pins, what_was_being_removed_when_it_was_killed_goes, .init = use_folder,
     .fini = clean_up)
{
    make("old-gone", 1);
    cr_assert_eq(sweep(), 1);
    cr_assert_not(is_there("old-gone"));
}

Test(pins, a_folder_that_is_not_there_has_none, .init = use_folder, .fini = clean_up)
{
    cr_assert_eq(rmdir(folder), 0);
    cr_assert_eq(sweep(), 0);
}
