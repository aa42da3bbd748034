/* path_search.h: where PATH has a program, as execvp(3) looks for it: without PATH in /bin and
 * /usr/bin; an empty folder is the current one; a name with a slash is looked for nowhere. */
#ifndef KAD_BASE_PATH_SEARCH_H
#define KAD_BASE_PATH_SEARCH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Takes no memory: for a child between fork and exec, too. */
struct path_search {
    const char *name;
    const char *folders; /* of PATH, that are left; NULL: none */
    char path[PATH_MAX];
};

/* `name` without a slash. */
void path_search_init(struct path_search *search, const char *name);
/* Sets `path` to the next one that it may be; false: there are no more. */
bool path_search_next(struct path_search *search);

/* The first regular file of that name that may be accessed so, for who starts it in `folder`,
 * which is absolute: so is the path. NULL: there is none. */
const char *path_search_program(struct arena *arena, const char *name,
                                const char *folder, int access_mode);

#endif
