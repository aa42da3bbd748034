/* test_syncs.c: what is kept in files beside the database is on the disk before it has its
 * name, and the name is before anything refers to it.
 *
 * A power cut shows nothing else of this order, so the calls themselves are looked at: this
 * program's fsync, fdatasync, rename and link stand in for those of the C library, also in
 * libraries that are archives. */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../runtime/secrets.h" /* kadc has one, too */
#include "base/buf.h"
#include "base/file.h"
#include "program/pins.h"
#include "project.h"
#include "store/upkeep.h"
#include "store/value_file.h"
#include "store_fixture.h"

static struct buf
    calls;        /* "sync kad.db-new, name kad.db, ..."; names without folders */
static char *top; /* the name of the folder */

static void note(const char *what, const char *path)
{
    const char *name = strrchr(path, '/') + 1;

    if (calls.arena) /* a test has begun */
        buf_printf(&calls, "%s%s %s", calls.len ? ", " : "", what,
                   strcmp(name, top) == 0 ? "TOP" : name);
}

static int note_sync(int fd, long call)
{
    char link[64], path[256];
    ssize_t len;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    len = readlink(link, path, sizeof(path) - 1);
    if (len > 0) {
        path[len] = '\0';
        note("sync", path);
    }
    return (int)syscall(call, fd);
}

int fsync(int fd)
{
    return note_sync(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return note_sync(fd, SYS_fdatasync);
}

int rename(const char *from, const char *to)
{
    note("name", to);
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int link(const char *from, const char *to)
{
    note("name", to);
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static void begin(void)
{
    use_folder();
    top = arena_printf(&arena, "%s", strrchr(folder, '/') + 1);
    buf_init(&calls, &arena);
}

TestSuite(syncs, .init = begin, .fini = clean_up);

static const char *path_of(const char *name)
{
    return arena_printf(&arena, "%s/%s", folder, name);
}

/* What has been called since the last time. */
static const char *seen(void)
{
    const char *all = calls.len ? arena_copy(&arena, calls.p, calls.len) : "";

    calls.len = 0;
    return all;
}

Test(syncs, a_new_database_is_on_the_disk_before_it_has_its_name)
{
    open_file();
    cr_expect_str_eq(seen(), "sync kad.db-new, name kad.db");
}

Test(syncs, the_first_commit_brings_the_name_of_the_database_to_the_disk)
{
    open_file();
    start_execution("e");
    cr_expect(strstr(seen(), "sync .kad"), "the folder");
}

Test(syncs, a_large_value_is_on_the_disk_before_it_is_referred_to)
{
    const char *values = path_of("values");

    open_file();
    seen();
    cr_assert(value_file_write(&arena, values, "00", S("text")));
    cr_expect_str_eq(seen(), "sync TOP, sync 00.new, name 00, sync values");
    cr_assert(value_file_write(&arena, values, "00", S("text")));
    cr_expect_str_eq(seen(), "sync values", "who made it may have died before");
}

Test(syncs, a_backup_is_on_the_disk_before_it_has_its_name)
{
    const char *all, *draft, *named;
    bool is_there;

    open_file();
    start_execution("e");
    seen();
    cr_assert_null(store_backup(journal, &arena, path_of("copy.db"), &is_there));
    all = seen();
    draft = strstr(all, "sync copy.db.");
    named = strstr(all, "name copy.db, sync TOP");
    cr_assert(draft && named, "%s", all);
    cr_expect_lt(draft, named);
}

Test(syncs, a_copy_that_an_execution_ends_on_is_on_the_disk_with_its_folders)
{
    cr_assert(make_folders(&arena, path_of("builds/one")));
    open_file();
    seen();
    cr_assert(pin_use(path_of("builds/one")));
    cr_expect_str_eq(seen(), "sync one, sync builds, sync TOP", "it is young");
    cr_assert(pin_use(path_of("builds/one")));
    cr_expect_str_eq(seen(), "", "who has synced it spares the next");
    cr_assert(pin_sync(path_of("builds/one")));
    cr_expect_str_eq(seen(), "sync one, sync builds, sync TOP");
}

Test(syncs, a_secret_that_is_kept_is_on_the_disk)
{
    const struct project project = {.state = folder};

    open_file();
    seen();
    cr_assert(secret_hold(&arena, &project, "e", "sesame"));
    cr_expect_str_eq(seen(), "sync e, sync held, sync TOP");
}
