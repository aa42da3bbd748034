/* folder.c: see folder.h. */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"

bool folder_list(struct arena *arena, const char *path, const char *suffix,
                 struct folder_names *names)
{
    VEC(const char *) found = {0};
    struct dirent **entries;
    const int count = scandir(path, &entries, NULL, alphasort);

    *names = (struct folder_names){0};
    if (count < 0)
        return errno == ENOENT || errno == ENOTDIR;
    for (int i = 0; i < count; i++) {
        const struct str name = str_of(entries[i]->d_name);

        if (name.p[0] != '.' && str_ends_with(name, str_of(suffix)))
            vec_push(arena, &found, str_copy(arena, name));
        free(entries[i]);
    }
    free(entries);
    *names = (struct folder_names){found.items, found.count};
    return true;
}
