/* project.c: see project.h. */
#include "project.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/file.h"
#include "base/str.h"
#include "kad/workflow.h"

/* ---- Paths ----------------------------------------------------------------------- */

/* `path` without its last part; "/" is its own parent. */
static const char *parent_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash || slash == path)
        return "/";
    return arena_copy(arena, path, (size_t)(slash - path));
}

static const char *name_in(struct arena *arena, const char *folder, const char *name)
{
    return arena_printf(arena, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name);
}

/* The nearest folder from `from` upward that holds `name`; NULL: none. `.git` may be a
 * file (worktrees, submodules), `.kad` may not. */
static const char *folder_with(struct arena *arena, const char *from, const char *name,
                               bool is_any_kind)
{
    for (const char *folder = from;; folder = parent_of(arena, folder)) {
        const char *path = name_in(arena, folder, name);

        if (is_any_kind ? access(path, F_OK) == 0 : folder_is_there(path))
            return folder;
        if (strcmp(folder, "/") == 0)
            return NULL;
    }
}

/* Two names of one database must not get two lock files: links are followed. */
static const char *absolute(struct arena *arena, const char *cwd, const char *path)
{
    char resolved[PATH_MAX];

    if (realpath(path, resolved))
        return arena_copy(arena, resolved, strlen(resolved));
    return path[0] == '/' ? arena_copy(arena, path, strlen(path))
                          : name_in(arena, cwd, path);
}

/* ---- The project ----------------------------------------------------------------- */

/* Beside it FILE.d, except for a project's own. */
const char *database_state(struct arena *arena, const char *database)
{
    if (str_ends_with(str_of(database), S("/.kad/kad.db")))
        return parent_of(arena, database);
    return arena_printf(arena, "%s.d", database);
}

const char *project_path_problem(struct arena *arena, const char *path)
{
    if (!path || str_is_utf8(str_of(path)))
        return NULL;
    return arena_printf(
        arena, "the path %s is not UTF-8: rename its folder, or work elsewhere", path);
}

/* A database that was named. */
static void use_database(struct arena *arena, struct project *project, const char *cwd,
                         const char *file)
{
    project->database = absolute(arena, cwd, file);
    project->state = database_state(arena, project->database);
    project->is_named = true;
    if (!project->root)
        project->root = cwd;
}

const char *project_find(struct arena *arena, const char *db_option,
                         struct project *project)
{
    char cwd_text[PATH_MAX];
    const char *file = db_option ? db_option : getenv("KAD_DB");
    const char *cwd;

    *project = (struct project){0};
    if (!getcwd(cwd_text, sizeof(cwd_text)))
        return arena_printf(arena, "the current folder can't be read: %s",
                            strerror(errno));
    cwd = arena_copy(arena, cwd_text, strlen(cwd_text));
    if (db_option && !*db_option)
        return "--db needs the name of a file";
    project->root = folder_with(arena, cwd, ".kad", false);
    if (!project->root)
        project->root = folder_with(arena, cwd, ".git", true);
    if (file && *file) {
        const char *problem;

        use_database(arena, project, cwd, file);
        problem = project_path_problem(arena, project->database);
        return problem ? problem : project_path_problem(arena, project->root);
    }
    if (!project->root)
        return arena_printf(arena,
                            "%s is in no project: there is no `.kad` folder and no git "
                            "repository here or above; run `kad init` in the project's "
                            "folder",
                            cwd);
    project->state = name_in(arena, project->root, ".kad");
    project->database = name_in(arena, project->state, "kad.db");
    return project_path_problem(arena, project->root);
}

bool make_folders(struct arena *arena, const char *path)
{
    if (folder_is_there(path)) /* as a rule, and mkdir would lock its parent */
        return true;
    if (mkdir(path, 0700) == 0)
        return true;
    if (errno == EEXIST) {
        if (folder_is_there(path))
            return true;
        errno = ENOTDIR;
        return false;
    }
    if (errno != ENOENT || strcmp(path, "/") == 0 || !strchr(path, '/'))
        return false;
    if (!make_folders(arena, parent_of(arena, path)))
        return false;
    /* Somebody else may make it at the same moment. */
    return mkdir(path, 0700) == 0 || (errno == EEXIST && folder_is_there(path));
}

const char *project_prepare(struct arena *arena, const struct project *project)
{
    static const char ignore[] = "*\n";
    const char *path = name_in(arena, project->state, ".gitignore");

    if (!make_folders(arena, project->state))
        return arena_printf(arena, "the folder %s can't be made: %s; %s",
                            project->state, strerror(errno),
                            errno == ENOTDIR ? "there is a file in its way"
                                             : "make its parent writable");
    if (access(path, F_OK) == 0 ||
        file_write(arena, path, (struct str){ignore, sizeof(ignore) - 1}) ||
        access(path, F_OK) == 0) /* another process has made it meanwhile */
        return NULL;
    return arena_printf(arena,
                        "%s can't be written: %s; make the folder writable and see "
                        "that the disk has free space",
                        path, strerror(errno));
}

/* ---- Files of a step ----------------------------------------------------------------- */

struct str step_of_key(const char *key)
{
    const char *step = strchr(key, '/');

    return step ? (struct str){step + 1, strcspn(step + 1, "/")} : str_of(key);
}

const char *key_file(struct arena *arena, const struct project *project,
                     const char *key, const char *suffix)
{
    const char *parts[4] = {key};
    size_t count = 1;

    for (const char *c = key; *c; c++) {
        if (*c != '/')
            continue;
        if (count == 4)
            return NULL;
        parts[count++] = c + 1;
    }
    if (count < 4 || strstr(key, ".") || strstr(key, "//"))
        return NULL;
    return arena_printf(arena, "%s/logs/%.*s/%.*s.%.*s.%s.%s", project->state,
                        (int)(parts[1] - parts[0] - 1), parts[0],
                        (int)(parts[2] - parts[1] - 1), parts[1],
                        (int)(parts[3] - parts[2] - 1), parts[2], parts[3], suffix);
}

/* ---- Ids and times --------------------------------------------------------------- */

static const char id_alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* in order */

static void draw_id(char *id)
{
    unsigned char random[EXECUTION_ID_LEN];

    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        kad_bug(__FILE__, __LINE__); /* only kernels without it: ids would repeat */
    for (size_t i = 0; i < EXECUTION_ID_LEN; i++)
        id[i] = id_alphabet[random[i] % (sizeof(id_alphabet) - 1)];
}

/* false: its last characters are as high as can be. */
static bool count_id_on(char *id)
{
    size_t i = EXECUTION_ID_LEN;
    const char *digit;

    while (i > EXECUTION_ID_LEN - ID_COUNTED_LEN) {
        digit = strchr(id_alphabet, id[--i]);
        id[i] = digit[1] ? digit[1] : id_alphabet[0];
        if (digit[1])
            return true;
    }
    return false;
}

const char *execution_id_new(struct arena *arena, struct id_series *series)
{
    if (!series->last[0] || !count_id_on(series->last))
        draw_id(series->last);
    return arena_copy(arena, series->last, EXECUTION_ID_LEN);
}

/* The last `digits` digits of `value`, in front of `end`. */
static void put_digits(char *end, int digits, int64_t value)
{
    for (; digits--; value /= 10)
        *--end = (char)('0' + value % 10);
}

/* What `digits` digits say; nobody looks whether they are some. */
static int64_t get_digits(const char *text, int digits)
{
    int64_t value = 0;

    for (; digits--; text++)
        value = value * 10 + (*text - '0');
    return value;
}

static const int64_t day_ms = 24 * 60 * 60 * 1000;

void time_write(int64_t unix_ms, char text[TIME_TEXT_SIZE])
{
    static const int64_t year_0_ms = -62167219200000, last_ms = 253402300799999;
    const int64_t at_ms =
        unix_ms < year_0_ms ? year_0_ms : (unix_ms > last_ms ? last_ms : unix_ms);
    const int64_t in_day_ms = (at_ms % day_ms + day_ms) % day_ms;
    const struct date date = date_of_days((at_ms - in_day_ms) / day_ms);

    memcpy(text, "YYYY-MM-DDTHH:MM:SS.mmmZ", TIME_TEXT_SIZE);
    put_digits(text + 4, 4, date.year);
    put_digits(text + 7, 2, date.month);
    put_digits(text + 10, 2, date.day);
    put_digits(text + 13, 2, in_day_ms / (60 * 60 * 1000));
    put_digits(text + 16, 2, in_day_ms / (60 * 1000) % 60);
    put_digits(text + 19, 2, in_day_ms / 1000 % 60);
    put_digits(text + 23, 3, in_day_ms % 1000);
}

const char *time_text(struct arena *arena, int64_t unix_ms)
{
    char *text = arena_alloc(arena, TIME_TEXT_SIZE);

    time_write(unix_ms, text);
    return text;
}

int64_t time_parse(const char *text)
{
    char again[TIME_TEXT_SIZE];
    struct date date;
    int64_t unix_ms;

    if (strlen(text) != TIME_TEXT_SIZE - 1)
        return -1;
    date = (struct date){get_digits(text, 4), get_digits(text + 5, 2),
                         get_digits(text + 8, 2)};
    unix_ms = date_to_days(date) * day_ms +
              ((get_digits(text + 11, 2) * 60 + get_digits(text + 14, 2)) * 60 +
               get_digits(text + 17, 2)) *
                  1000 +
              get_digits(text + 20, 3);
    time_write(unix_ms, again); /* this form has one spelling, whatever stood there */
    return strcmp(text, again) == 0 ? unix_ms : -1;
}

int64_t time_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *user_name(struct arena *arena)
{
    const struct passwd *user = getpwuid(getuid());

    return user ? arena_printf(arena, "%s", user->pw_name)
                : arena_printf(arena, "%ld", (long)getuid());
}
