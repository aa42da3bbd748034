/* cgroup.c: see cgroup.h.
 *
 * The limit of cgroup v2 is a threaded one: it can be set below a group that has processes
 * itself, such as ours, if the new group is made `threaded`, too. In such a group only
 * threads can be listed, and there is no cgroup.kill. */
#include "process/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

enum { LIST_BYTES = 256 * 1024, WORD_BYTES = 256 };

/* ---- Files -------------------------------------------------------------------------- */

static void close_file(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* What stands in a file, from its start; empty: it can't be read. */
static struct str read_open(int fd, char *bytes, size_t size)
{
    size_t len = 0;
    ssize_t got;

    while (len < size && (got = pread(fd, bytes + len, size - len, (off_t)len)) > 0)
        len += (size_t)got;
    return (struct str){bytes, len};
}

static struct str read_file(int folder, const char *name, char *bytes, size_t size)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    struct str text = {bytes, 0};

    if (fd >= 0)
        text = read_open(fd, bytes, size);
    close_file(&fd);
    return text;
}

/* 0, or errno. */
static int write_file(int folder, const char *name, const char *text)
{
    int fd = openat(folder, name, O_WRONLY | O_CLOEXEC);
    int error = 0;

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        error = errno;
    close_file(&fd);
    return error;
}

/* The text in front of the separator, which is taken off. */
static struct str take(struct str *text, const char *separator)
{
    const size_t end = str_find(*text, str_of(separator));
    const struct str part = str_part(*text, 0, end);

    *text = str_part(*text, end < text->len ? end + strlen(separator) : end, text->len);
    return part;
}

static bool has_word(struct str list, const char *separator, const char *word)
{
    while (list.len)
        if (str_is(take(&list, separator), word))
            return true;
    return false;
}

/* ---- Where this process is ----------------------------------------------------------- */

/* Its path in the hierarchy that counts processes. A line of the list is
 * ID:CONTROLLERS:PATH, of cgroup v2 0::PATH. */
static struct str own_path(struct str list, bool *is_old)
{
    struct str path = {0};

    *is_old = false;
    while (list.len) {
        struct str line = take(&list, "\n");
        const bool is_new = str_is(take(&line, ":"), "0");
        const bool counts = has_word(take(&line, ":"), ",", "pids");

        if (counts || (is_new && !path.p))
            path = line;
        *is_old = *is_old || counts;
        if (counts)
            break;
    }
    return path;
}

/* A line of mountinfo is ID PARENT DEVICE ROOT POINT ... - TYPE SOURCE OPTIONS. Puts into
 * `folder` where the path is seen there; false: it is not. */
static bool place_in_mount(struct str line, struct str path, bool is_old, char *folder)
{
    struct str front = take(&line, " - "), root, point;

    if (!str_is(take(&line, " "), is_old ? "cgroup" : "cgroup2"))
        return false;
    take(&line, " ");
    if (is_old && !has_word(line, ",", "pids"))
        return false;
    for (int i = 0; i < 3; i++)
        take(&front, " ");
    root = take(&front, " ");
    point = take(&front, " ");
    if (str_is(root, "/"))
        root.len = 0;
    if (!str_starts_with(path, root))
        return false;
    path = str_part(path, root.len, path.len);
    return (!path.len || path.p[0] == '/') &&
           snprintf(folder, PATH_MAX, "%.*s%.*s", STR(point), STR(path)) < PATH_MAX;
}

/* The folder of this process' group; -1: errno. */
static int open_own(bool *is_old)
{
    static char groups[LIST_BYTES], mounts[LIST_BYTES];
    struct str path = own_path(
        read_file(AT_FDCWD, "/proc/self/cgroup", groups, sizeof(groups)), is_old);
    struct str list =
        read_file(AT_FDCWD, "/proc/self/mountinfo", mounts, sizeof(mounts));
    char folder[PATH_MAX];

    while (path.p && list.len)
        if (place_in_mount(take(&list, "\n"), path, *is_old, folder))
            return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    errno = ENODEV;
    return -1;
}

/* ---- One group ----------------------------------------------------------------------- */

static bool has_pids(int folder, const char *file)
{
    char words[WORD_BYTES];

    return has_word(str_trim(read_file(folder, file, words, sizeof(words))), " ",
                    "pids");
}

/* Has the kernel count processes below the parent. 0, or errno. */
static int prepare_parent(const struct cgroup *cgroup)
{
    if (cgroup->is_old)
        return 0;
    if (!has_pids(cgroup->parent, "cgroup.controllers"))
        return ENODEV;
    if (has_pids(cgroup->parent, "cgroup.subtree_control"))
        return 0;
    return write_file(cgroup->parent, "cgroup.subtree_control", "+pids");
}

/* A keeper of the same number that was killed may have left some. */
static int make_folder(struct cgroup *cgroup)
{
    static unsigned count;
    int made;

    do {
        snprintf(cgroup->name, sizeof(cgroup->name), "kad-%d-%u", (int)getpid(),
                 count++);
        made = mkdirat(cgroup->parent, cgroup->name, 0755);
    } while (made < 0 && errno == EEXIST);
    if (made < 0)
        return errno;
    cgroup->folder =
        openat(cgroup->parent, cgroup->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return cgroup->folder < 0 ? errno : 0;
}

static int prepare_folder(struct cgroup *cgroup, uint32_t processes)
{
    char words[WORD_BYTES];
    struct str type = {0};
    int error = 0;

    if (!cgroup->is_old)
        type = str_trim(read_file(cgroup->folder, "cgroup.type", words, sizeof(words)));
    if (type.len && !str_is(type, "domain"))
        error = write_file(cgroup->folder, "cgroup.type", "threaded");
    if (error)
        return error;
    snprintf(words, sizeof(words), "%u", (unsigned)processes);
    error = write_file(cgroup->folder, "pids.max", words);
    cgroup->members = openat(cgroup->folder, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (!error && cgroup->members < 0)
        error = errno;
    cgroup->events = openat(cgroup->folder, "pids.events", O_RDONLY | O_CLOEXEC);
    cgroup_is_exceeded(cgroup);
    return error;
}

int cgroup_open(struct cgroup *cgroup, uint32_t processes)
{
    int error;

    *cgroup = (struct cgroup){.folder = -1, .events = -1, .members = -1};
    cgroup->parent = open_own(&cgroup->is_old);
    if (cgroup->parent < 0)
        return errno;
    cgroup->is_open = true;
    error = prepare_parent(cgroup);
    if (!error)
        error = make_folder(cgroup);
    if (!error)
        error = prepare_folder(cgroup, processes);
    if (error)
        cgroup_close(cgroup);
    return error;
}

static int check_parent(int parent, bool is_old)
{
    if (faccessat(parent, ".", W_OK, AT_EACCESS) < 0)
        return errno;
    if (is_old)
        return 0;
    if (!has_pids(parent, "cgroup.controllers"))
        return ENODEV;
    if (!has_pids(parent, "cgroup.subtree_control") &&
        faccessat(parent, "cgroup.subtree_control", W_OK, AT_EACCESS) < 0)
        return errno;
    return 0;
}

int cgroup_check(void)
{
    bool is_old;
    int parent = open_own(&is_old);
    const int error = parent < 0 ? errno : check_parent(parent, is_old);

    close_file(&parent);
    return error;
}

bool cgroup_is_exceeded(struct cgroup *cgroup)
{
    char words[WORD_BYTES];
    struct str text = {words, 0};

    if (cgroup->events >= 0)
        text = read_open(cgroup->events, words, sizeof(words));
    while (text.len) {
        struct str line = take(&text, "\n");

        if (str_is(take(&line, " "), "max"))
            return !str_is(line, "0");
    }
    return false;
}

void cgroup_kill(struct cgroup *cgroup)
{
    static char list[LIST_BYTES];
    struct str members;

    if (cgroup->folder < 0)
        return;
    (void)write_file(cgroup->folder, "pids.max", "0");
    members =
        read_file(cgroup->folder, cgroup->is_old ? "cgroup.procs" : "cgroup.threads",
                  list, sizeof(list) - 1);
    list[members.len] = '\0';
    for (char *at = list, *end = list; *at; at = end) {
        const pid_t pid = (pid_t)strtol(at, &end, 10);

        if (end == at || *end != '\n')
            break; /* cut off: the next call has it */
        end++;
        kill(pid, SIGKILL);
    }
}

bool cgroup_close(struct cgroup *cgroup)
{
    if (!cgroup->is_open)
        return true;
    cgroup->is_dying = true;
    cgroup_kill(cgroup);
    if (cgroup->folder >= 0 &&
        unlinkat(cgroup->parent, cgroup->name, AT_REMOVEDIR) < 0 && errno == EBUSY)
        return false;
    close_file(&cgroup->folder);
    close_file(&cgroup->events);
    close_file(&cgroup->members);
    close_file(&cgroup->parent);
    cgroup->is_open = cgroup->is_dying = false;
    return true;
}
