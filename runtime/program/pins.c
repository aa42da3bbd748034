/* pins.c: see pins.h.
 *
 * The time of a copy's last use is that of its folder's last change. To remove one, it is
 * renamed first and looked at then: who has marked it just before gets it back, who comes
 * later makes a new one. A copy that is some seconds old is synced: whoever syncs a younger
 * one makes it look that old. */
#include "program/pins.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/str.h"

#define GONE "-gone" /* ends the name of what is being removed */

/* Of a copy that is younger it is not known whether its maker has synced it yet. */
enum { UNUSED_MS = 24 * 3600 * 1000, MARK_EVERY_S = 3600, YOUNG_S = 5 };

static int64_t changed_ms(const struct stat *about)
{
    return (int64_t)about->st_mtim.tv_sec * 1000;
}

/* It is used now, and need not be synced. */
static bool mark(const char *path)
{
    const struct timespec used = {.tv_sec = time(NULL) - YOUNG_S};
    const struct timespec times[] = {used, used};

    return utimensat(AT_FDCWD, path, times, 0) == 0;
}

bool pin_sync(const char *path)
{
    char folder[PATH_MAX];
    bool is_synced;

    if ((size_t)snprintf(folder, sizeof(folder), "%s", path) >= sizeof(folder)) {
        errno = ENAMETOOLONG;
        return false;
    }
    is_synced = folder_sync(folder);
    for (int i = 0; i < 2 && is_synced; i++) { /* KIND, STATE */
        *strrchr(folder, '/') = '\0';
        is_synced = folder_sync(folder);
    }
    if (is_synced)
        (void)mark(path); /* or the next one syncs it again */
    return is_synced;
}

bool pin_use(const char *path)
{
    struct stat about;
    time_t age_s;

    if (stat(path, &about) < 0)
        return false;
    age_s = time(NULL) - about.st_mtim.tv_sec;
    if (age_s < YOUNG_S)
        return pin_sync(path);
    /* To mark it costs a write; once an hour is enough. */
    return age_s < MARK_EVERY_S || mark(path);
}

static bool is_unused(const char *path, int64_t now_ms)
{
    struct stat about;

    return stat(path, &about) == 0 && now_ms - changed_ms(&about) > UNUSED_MS;
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    size_t i = 0;

    while (i < count && strcmp(names[i], name) != 0)
        i++;
    return i < count;
}

/* Whether it is gone. */
static bool remove_unused(struct arena *arena, const char *path, int64_t now_ms)
{
    const char *gone;

    if (str_ends_with(str_of(path), S(GONE)))
        return file_remove(path);
    gone = arena_printf(arena, "%s" GONE, path);
    if (!is_unused(path, now_ms) || rename(path, gone) < 0)
        return false;
    if (!is_unused(gone, now_ms) && rename(gone, path) == 0)
        return false;
    return file_remove(gone);
}

static int is_name(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

void pins_sweep(struct arena *arena, const char *folder, const char *const *names,
                size_t name_count, int64_t now_ms, size_t *count)
{
    struct dirent **entries;
    const int found = scandir(folder, &entries, is_name, alphasort);

    for (int i = 0; i < found; i++) {
        const char *name = entries[i]->d_name;

        if (!is_among(name, names, name_count) &&
            remove_unused(arena, arena_printf(arena, "%s/%s", folder, name), now_ms))
            ++*count;
        free(entries[i]);
    }
    if (found >= 0)
        free(entries);
}
