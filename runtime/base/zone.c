/* zone.c: see zone.h. The C library knows the rules; here it is asked once a day for the
 * offset, and between two days that differ for the second of the change. */
#include "base/zone.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/vec.h"

enum { DAY_S = 24 * 3600, MINUTE_S = 60, NAME_MAX_LEN = 64 };

const char *zone_folder(void)
{
    const char *const folder = getenv("TZDIR");

    return folder && *folder ? folder : "/usr/share/zoneinfo";
}

/* ---- Names ---------------------------------------------------------------------------- */

/* Part of a name: neither a file that is no zone (`zone.tab`, `posixrules`) nor a second copy
 * of all (`right/`), nor a way out of the folder. */
static bool is_part(struct str part, bool is_first)
{
    for (size_t i = 0; i < part.len; i++)
        if (!isalnum((unsigned char)part.p[i]) && !memchr("_+-", part.p[i], 3))
            return false;
    return part.len > 0 && (!is_first || isupper((unsigned char)part.p[0]));
}

static bool is_formed(struct str name)
{
    size_t start = 0;

    for (size_t i = 0; i <= name.len; i++) {
        if (i < name.len && name.p[i] != '/')
            continue;
        if (!is_part(str_part(name, start, i), start == 0))
            return false;
        start = i + 1;
    }
    return name.len <= NAME_MAX_LEN && !str_is(name, "Factory");
}

static bool is_utc(struct str name)
{
    return str_is(name, "UTC") || str_is(name, "Etc/UTC");
}

static bool is_zone_file(const char *path)
{
    static const char magic[] = {'T', 'Z', 'i', 'f'};
    char start[sizeof(magic)];
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool is_zone;

    if (fd < 0)
        return false;
    is_zone = read(fd, start, sizeof(start)) == (ssize_t)sizeof(start) &&
              memcmp(start, magic, sizeof(magic)) == 0;
    close(fd);
    return is_zone;
}

struct search {
    struct arena *arena;
    VEC(struct str) names;
    size_t max; /* that are wanted */
};

/* One folder, and those in it. Zones are at most three names deep. */
static void search_folder(struct search *search, const char *path, const char *prefix,
                          unsigned depth)
{
    DIR *const folder = depth < 3 ? opendir(path) : NULL;
    const struct dirent *entry;

    while (folder && search->names.count < search->max && (entry = readdir(folder))) {
        const char *const name =
            arena_printf(search->arena, "%s%s", prefix, entry->d_name);
        const char *const file =
            arena_printf(search->arena, "%s/%s", path, entry->d_name);

        if (!is_formed(str_of(name)))
            continue;
        if (is_zone_file(file))
            vec_push(search->arena, &search->names, str_of(name));
        else
            search_folder(search, file, arena_printf(search->arena, "%s/", name),
                          depth + 1);
    }
    if (folder)
        closedir(folder);
}

static int by_name(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

struct str *zone_names(struct arena *arena, size_t *count)
{
    struct search search = {.arena = arena, .max = SIZE_MAX};

    search_folder(&search, zone_folder(), "", 0);
    if (search.names.count)
        qsort(search.names.items, search.names.count, sizeof(search.names.items[0]),
              by_name);
    *count = search.names.count;
    return search.names.items;
}

static bool is_database_there(struct arena *arena)
{
    struct search search = {.arena = arena, .max = 1};

    search_folder(&search, zone_folder(), "", 0);
    return search.names.count > 0;
}

/* ---- Reading -------------------------------------------------------------------------- */

/* By the zone in TZ. */
static int64_t library_offset_s(int64_t unix_s)
{
    const time_t seconds = unix_s;
    struct tm tm;

    return localtime_r(&seconds, &tm) ? tm.tm_gmtoff : 0;
}

/* The first second with the offset of `late_s`; at `early_s` it is another. */
static int64_t change_between(int64_t early_s, int64_t late_s)
{
    const int64_t after_s = library_offset_s(late_s);

    while (late_s - early_s > 1) {
        const int64_t middle_s = early_s + (late_s - early_s) / 2;

        if (library_offset_s(middle_s) == after_s)
            late_s = middle_s;
        else
            early_s = middle_s;
    }
    return late_s;
}

static void changes_find(struct arena *arena, int64_t from_s, int64_t until_s,
                         struct zone *zone)
{
    VEC(struct zone_change) changes = {0};
    int64_t before_s = library_offset_s(from_s);

    zone->offset_s = before_s;
    for (int64_t at_s = from_s; at_s < until_s; at_s += DAY_S) {
        const int64_t after_s = library_offset_s(at_s + DAY_S);

        if (after_s != before_s)
            vec_push(arena, &changes,
                     ((struct zone_change){change_between(at_s, at_s + DAY_S), before_s,
                                           after_s}));
        before_s = after_s;
    }
    zone->changes = changes.items;
    zone->count = changes.count;
}

static void tz_set(const char *value)
{
    if (value)
        setenv("TZ", value, 1);
    else
        unsetenv("TZ");
    tzset();
}

static void zone_read(struct arena *arena, const char *name, int64_t from_s,
                      int64_t until_s, struct zone *zone)
{
    static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
    const char *before;

    pthread_mutex_lock(&one_at_a_time);
    before = getenv("TZ");
    if (before)
        before = arena_copy(arena, before, strlen(before));
    tz_set(arena_printf(arena, ":%s", name));
    changes_find(arena, from_s, until_s, zone);
    tz_set(before);
    pthread_mutex_unlock(&one_at_a_time);
}

enum zone_result zone_open(struct arena *arena, struct str name, int64_t from_s,
                           int64_t until_s, struct zone *zone)
{
    const char *path;

    *zone = (struct zone){0};
    if (is_utc(name))
        return ZONE_FOUND;
    path = arena_printf(arena, "%s/%.*s", zone_folder(), STR(name));
    if (is_formed(name) && is_zone_file(path)) {
        zone_read(arena, str_copy(arena, name), from_s, until_s, zone);
        return ZONE_FOUND;
    }
    return is_database_there(arena) ? ZONE_UNKNOWN : ZONE_NO_DATABASE;
}

/* ---- Clocks --------------------------------------------------------------------------- */

static int64_t minute_of(int64_t unix_s, int64_t offset_s)
{
    const int64_t wall_s = unix_s + offset_s;

    return wall_s / MINUTE_S - (wall_s % MINUTE_S < 0);
}

/* How many changes have been at that moment. */
static size_t changes_until(const struct zone *zone, int64_t unix_s)
{
    size_t count = 0;

    while (count < zone->count && zone->changes[count].at_s <= unix_s)
        count++;
    return count;
}

static int64_t offset_after(const struct zone *zone, size_t count)
{
    return count ? zone->changes[count - 1].after_s : zone->offset_s;
}

int64_t zone_wall_minute(const struct zone *zone, int64_t unix_s)
{
    return minute_of(unix_s, offset_after(zone, changes_until(zone, unix_s)));
}

bool zone_next(const struct zone *zone, const struct cron *cron, int64_t after_s,
               int64_t *next_s)
{
    for (size_t i = changes_until(zone, after_s); i <= zone->count; i++) {
        const int64_t offset_s = offset_after(zone, i);
        int64_t minute;

        if (!cron_next(cron, minute_of(after_s, offset_s), &minute))
            return false;
        *next_s = minute * MINUTE_S - offset_s;
        if (i == zone->count || *next_s < zone->changes[i].at_s)
            return true;
        after_s = zone->changes[i].at_s - 1; /* the moment of the change has its time */
    }
    return false;
}
