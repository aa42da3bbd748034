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

#include "base/file.h"
#include "base/str.h"

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

static bool is_folder(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* The nearest folder from `from` upward that holds `name`; NULL: none. `.git` may be a
 * file (worktrees, submodules), `.kad` may not. */
static const char *folder_with(struct arena *arena, const char *from, const char *name,
                               bool is_any_kind)
{
    for (const char *folder = from;; folder = parent_of(arena, folder)) {
        const char *path = name_in(arena, folder, name);

        if (is_any_kind ? access(path, F_OK) == 0 : is_folder(path))
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

/* A database that was named. */
static void use_database(struct arena *arena, struct project *project, const char *cwd,
                         const char *file)
{
    project->database = absolute(arena, cwd, file);
    project->state = database_state(arena, project->database);
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
        use_database(arena, project, cwd, file);
        return NULL;
    }
    if (!project->root)
        return arena_printf(arena,
                            "%s is in no project: there is no `.kad` folder and no git "
                            "repository here or above; run `kad init` in the project's "
                            "folder",
                            cwd);
    project->state = name_in(arena, project->root, ".kad");
    project->database = name_in(arena, project->state, "kad.db");
    return NULL;
}

bool make_folders(struct arena *arena, const char *path)
{
    if (mkdir(path, 0700) == 0)
        return true;
    if (errno == EEXIST) {
        if (is_folder(path))
            return true;
        errno = ENOTDIR;
        return false;
    }
    if (errno != ENOENT || strcmp(path, "/") == 0 || !strchr(path, '/'))
        return false;
    if (!make_folders(arena, parent_of(arena, path)))
        return false;
    /* Somebody else may make it at the same moment. */
    return mkdir(path, 0700) == 0 || (errno == EEXIST && is_folder(path));
}

const char *project_prepare(struct arena *arena, const struct project *project)
{
    static const char ignore[] = "*\n";
    const char *path = name_in(arena, project->state, ".gitignore");

    if (!make_folders(arena, project->state))
        return arena_printf(arena,
                            "the folder %s can't be made: %s; make its parent writable",
                            project->state, strerror(errno));
    if (access(path, F_OK) == 0 ||
        file_write(arena, path, (struct str){ignore, sizeof(ignore) - 1}) ||
        access(path, F_OK) == 0) /* another process has made it meanwhile */
        return NULL;
    return arena_printf(arena,
                        "%s can't be written: %s; make the folder writable and see "
                        "that the disk has free space",
                        path, strerror(errno));
}

/* ---- Ids and times --------------------------------------------------------------- */

const char *execution_id_new(struct arena *arena)
{
    static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
    enum { ID_LEN = 16 };
    unsigned char random[ID_LEN];
    char *id = arena_alloc(arena, ID_LEN + 1);

    /* It fails only on kernels without it: ids would repeat. */
    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        abort();
    for (size_t i = 0; i < ID_LEN; i++)
        id[i] = alphabet[random[i] % (sizeof(alphabet) - 1)];
    return id;
}

/* The last `digits` digits of `value`, in front of `end`. */
static void put_digits(char *end, int digits, int value)
{
    for (; digits--; value /= 10)
        *--end = (char)('0' + value % 10);
}

void time_write(int64_t unix_ms, char text[TIME_TEXT_SIZE])
{
    static const int64_t year_0_ms = -62167219200000, last_ms = 253402300799999;
    int64_t at_ms =
        unix_ms < year_0_ms ? year_0_ms : (unix_ms > last_ms ? last_ms : unix_ms);
    int64_t ms = ((at_ms % 1000) + 1000) % 1000;
    time_t seconds = (time_t)((at_ms - ms) / 1000);
    struct tm tm;

    gmtime_r(&seconds, &tm);
    memcpy(text, "YYYY-MM-DDTHH:MM:SS.mmmZ", TIME_TEXT_SIZE);
    put_digits(text + 4, 4, tm.tm_year + 1900);
    put_digits(text + 7, 2, tm.tm_mon + 1);
    put_digits(text + 10, 2, tm.tm_mday);
    put_digits(text + 13, 2, tm.tm_hour);
    put_digits(text + 16, 2, tm.tm_min);
    put_digits(text + 19, 2, tm.tm_sec);
    put_digits(text + 23, 3, (int)ms);
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
    struct tm tm = {0};
    int64_t unix_ms;
    int ms = 0;

    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ", &tm.tm_year, &tm.tm_mon,
               &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ms) != 7)
        return -1;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    unix_ms = (int64_t)timegm(&tm) * 1000 + ms;
    time_write(unix_ms, again); /* sscanf is lenient, this form has one spelling */
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
