/* path_search.c: see path_search.h. */
#include "base/path_search.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void path_search_init(struct path_search *search, const char *name)
{
    const char *folders = getenv("PATH");

    search->name = name;
    search->folders = folders ? folders : "/bin:/usr/bin";
}

/* false: that is longer than a path may be. */
static bool place_in(struct path_search *search, const char *folder, size_t len)
{
    const size_t name_size = strlen(search->name) + 1;
    const size_t slash = len > 0;

    if (len + slash + name_size > sizeof(search->path))
        return false;
    memcpy(search->path, folder, len);
    search->path[len] = '/';
    memcpy(search->path + len + slash, search->name, name_size);
    return true;
}

bool path_search_next(struct path_search *search)
{
    bool is_placed = false;

    while (search->folders && !is_placed) {
        const char *folder = search->folders;
        const size_t len = strcspn(folder, ":");

        search->folders = folder[len] ? folder + len + 1 : NULL;
        is_placed = place_in(search, folder, len);
    }
    return is_placed;
}

/* The path seen from the root, if there is such a file; else NULL. */
static const char *find_at(struct arena *arena, const char *path, const char *folder,
                           int access_mode)
{
    const char *absolute = path[0] == '/' ? arena_copy(arena, path, strlen(path))
                                          : arena_printf(arena, "%s/%s", folder, path);
    struct stat about;

    return stat(absolute, &about) == 0 && S_ISREG(about.st_mode) &&
                   access(absolute, access_mode) == 0
               ? absolute
               : NULL;
}

const char *path_search_program(struct arena *arena, const char *name,
                                const char *folder, int access_mode)
{
    const char *found = NULL;
    struct path_search search;

    if (strchr(name, '/'))
        return find_at(arena, name, folder, access_mode);
    path_search_init(&search, name);
    while (!found && path_search_next(&search))
        found = find_at(arena, search.path, folder, access_mode);
    return found;
}
