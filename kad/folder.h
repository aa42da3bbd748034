/* folder.h: the names in a folder, sorted by bytes. */
#ifndef KAD_FOLDER_H
#define KAD_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct folder_names {
    const char **items;
    size_t count;
};

/* Names that end in `suffix` and do not begin with a dot; none when it is no folder.
 * false: it can't be read, see errno. */
bool folder_list(struct arena *arena, const char *path, const char *suffix,
                 struct folder_names *names);

#endif
