/* output.c: generated files, written only if they differ. */
#include "output.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

enum { FOLDER_MODE = 0777 }; /* as far as the umask allows */

/* Makes the folders of a path, all but its last part. */
static bool make_parents(struct arena *arena, const char *path)
{
    char *part = arena_printf(arena, "%s", path);

    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(part, FOLDER_MODE) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return true;
}

bool output_write(struct arena *arena, const char *folder, const char *name,
                  struct str text)
{
    const char *path = arena_printf(arena, "%s/%s", folder, name);
    struct str old;

    if (file_read(arena, path, text.len, &old) && str_equal(old, text))
        return true;
    return make_parents(arena, path) && file_write(arena, path, text);
}
