/* modules.c: see modules.h. */
#include "program/modules.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "codec.h"
#include "program/pins.h"

enum { FILE_MAX_BYTES = INT_MAX };

/* ---- A folder ----------------------------------------------------------------------- */

/* What is done with each entry, sorted by name. false: errno. */
struct visitor {
    bool (*visit)(struct visitor *visitor, struct arena *arena, const char *from,
                  const char *to, const struct stat *entry);
    bool (*leave)(const char *to); /* a folder; or NULL */
    uint64_t hash;
};

static bool is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static bool walk(struct visitor *visitor, struct arena *arena, const char *from,
                 const char *to)
{
    struct dirent **entries;
    const int count = scandir(from, &entries, NULL, alphasort);
    bool is_done = count >= 0;

    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        const char *source = arena_printf(arena, "%s/%s", from, name);
        const char *target = arena_printf(arena, "%s/%s", to, name);
        struct stat entry;

        if (is_done && is_entry(entries[i]))
            is_done = lstat(source, &entry) == 0 &&
                      visitor->visit(visitor, arena, source, target, &entry) &&
                      (!S_ISDIR(entry.st_mode) || walk(visitor, arena, source, target));
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return is_done && (!visitor->leave || visitor->leave(to));
}

/* ---- Hash --------------------------------------------------------------------------- */

static bool hash_entry(struct visitor *visitor, struct arena *arena, const char *from,
                       const char *to, const struct stat *entry)
{
    const bool is_folder = S_ISDIR(entry->st_mode);

    (void)from;
    visitor->hash =
        str_hash(str_printf(arena, "%" PRIx64 " %s %x %lld %lld.%ld", visitor->hash, to,
                            entry->st_mode, is_folder ? 0 : (long long)entry->st_size,
                            is_folder ? 0 : (long long)entry->st_mtim.tv_sec,
                            is_folder ? 0 : entry->st_mtim.tv_nsec));
    return true;
}

static bool hash_folder(struct arena *arena, const char *folder, uint64_t *hash)
{
    struct visitor visitor = {.visit = hash_entry};
    const bool is_done = walk(&visitor, arena, folder, "");

    *hash = visitor.hash;
    return is_done;
}

/* ---- Copy --------------------------------------------------------------------------- */

static bool copy_file(const char *from, const char *to, mode_t mode)
{
    struct arena scratch = {0};
    struct str text;
    int fd = -1;
    bool is_done = file_read(&scratch, from, FILE_MAX_BYTES, &text);

    if (is_done)
        fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & S_IRWXU);
    is_done = fd >= 0 && file_write_all(fd, text) && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    arena_release(&scratch);
    return is_done;
}

static bool copy_link(const char *from, const char *to)
{
    char target[PATH_MAX];
    const ssize_t len = readlink(from, target, sizeof(target) - 1);

    if (len < 0)
        return false;
    target[len] = '\0';
    return symlink(target, to) == 0;
}

static bool copy_entry(struct visitor *visitor, struct arena *arena, const char *from,
                       const char *to, const struct stat *entry)
{
    (void)visitor, (void)arena;
    if (S_ISDIR(entry->st_mode))
        return mkdir(to, S_IRWXU) == 0;
    if (S_ISREG(entry->st_mode))
        return copy_file(from, to, entry->st_mode);
    return !S_ISLNK(entry->st_mode) || copy_link(from, to);
}

/* Under a name of its own first, so that a copy is there as a whole or not at all; it is as
 * old as its name, see pins.c. */
static bool copy_folder(struct arena *arena, const char *from, const char *to)
{
    const char *half = arena_printf(arena, "%s.%ld", to, (long)getpid());
    struct visitor visitor = {.visit = copy_entry, .leave = folder_sync};
    const bool is_copied = make_folders(arena, half) &&
                           walk(&visitor, arena, from, half) &&
                           utimensat(AT_FDCWD, half, NULL, 0) == 0;
    int error = errno;

    if (is_copied && rename(half, to) == 0)
        return pin_sync(to);
    if (is_copied)
        error = errno;
    file_remove(half);
    errno = error;
    return is_copied && pin_use(to); /* somebody else was faster */
}

/* ---- The modules of a workflow ------------------------------------------------------ */

/* Path of the copy relative to the state folder; NULL: errno. */
static const char *pin(struct arena *arena, const struct project *project,
                       const char *folder)
{
    const char *from =
        folder[0] == '/' ? folder : arena_printf(arena, "%s/%s", project->root, folder);
    const char *slash = strrchr(folder, '/');
    const char *copy, *to;
    uint64_t hash;

    if (!hash_folder(arena, from, &hash))
        return NULL;
    copy =
        arena_printf(arena, "modules/%s-%016" PRIx64, slash ? slash + 1 : folder, hash);
    to = arena_printf(arena, "%s/%s", project->state, copy);
    return pin_use(to) || copy_folder(arena, from, to) ? copy : NULL;
}

/* Those of a workflow, and of the workflows that it calls. NULL, or what is wrong. */
static const char *pin_all(struct arena *arena, const struct project *project,
                           const struct kad_workflow *workflow, json_t *object)
{
    const char *error = NULL;

    for (size_t i = 0; i < workflow->step_count && !error; i++) {
        const struct kad_step_info *step = &workflow->steps[i];
        const char *folder = step->action->call ? NULL : step->action->folder;
        const char *copy;

        if (step->block && step->block->kind == KAD_CHILD)
            error = pin_all(arena, project, step->block->workflow, object);
        if (!folder || json_object_get(object, folder))
            continue;
        copy = pin(arena, project, folder);
        if (copy)
            json_object_set_new(object, folder, json_string(copy));
        else
            error = arena_printf(arena,
                                 "%s: %s; a copy of the module has to be kept, so that "
                                 "the execution can end on it",
                                 folder, strerror(errno));
    }
    return error;
}

const char *modules_pin(struct arena *arena, const struct project *project,
                        const struct kad_workflow *workflow, const char **copies)
{
    json_t *object = json_object();
    const char *error = pin_all(arena, project, workflow, object);

    *copies = json_object_size(object) ? codec_compact(arena, object).text : NULL;
    json_decref(object);
    return error;
}
