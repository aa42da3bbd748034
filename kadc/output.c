/* output.c: generated files, written only if they differ. */
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

enum {
    FOLDER_MODE = 0777, /* as far as the umask allows */
    CHUNK_BYTES = 1 << 16
};

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

static bool has_size(FILE *file, const struct emit_parts *text)
{
    size_t len = 0;
    struct stat st;

    for (size_t i = 0; i < text->count; i++)
        len += text->items[i].len;
    return fstat(fileno(file), &st) == 0 && (uint64_t)st.st_size == len;
}

static bool goes_on_with(FILE *file, struct str text)
{
    char chunk[CHUNK_BYTES];

    while (text.len) {
        const size_t len =
            fread(chunk, 1, sizeof(chunk) < text.len ? sizeof(chunk) : text.len, file);

        if (len == 0 || !str_equal((struct str){chunk, len}, str_part(text, 0, len)))
            return false;
        text = str_part(text, len, text.len);
    }
    return true;
}

/* Whether the file has the text already. */
static bool is_same(const char *path, const struct emit_parts *text)
{
    FILE *file = fopen(path, "rbe");
    bool is_equal = file && has_size(file, text);

    for (size_t i = 0; i < text->count && is_equal; i++)
        is_equal = goes_on_with(file, text->items[i]);
    if (file)
        fclose(file);
    return is_equal;
}

bool output_write(struct arena *arena, const char *folder, const char *name,
                  const struct emit_parts *text)
{
    const char *path = arena_printf(arena, "%s/%s", folder, name);

    return is_same(path, text) ||
           (make_parents(arena, path) &&
            file_write_parts(arena, path, text->items, text->count));
}
