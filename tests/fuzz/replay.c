/* replay.c: runs a fuzz target over files, without libFuzzer.
 *
 *     replay_check tests/fuzz/seeds/check tests/golden/diag
 *
 * Arguments are files and folders; in folders, files are taken that do not begin with a
 * dot. Exit 1 when there was none. */
#include <dirent.h>
#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "fuzz.h"

enum { INPUT_BYTES_MAX = 1000 * 1000 };

static size_t run_file(const char *path)
{
    struct arena arena = {0};
    struct str text;
    const bool is_read = file_read(&arena, path, INPUT_BYTES_MAX, &text);

    if (is_read)
        LLVMFuzzerTestOneInput((const uint8_t *)text.p, text.len);
    arena_release(&arena);
    return is_read;
}

static size_t run_folder(DIR *folder, const char *path)
{
    struct arena arena = {0};
    size_t count = 0;

    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.')
            count += run_file(arena_printf(&arena, "%s/%s", path, entry->d_name));
    arena_release(&arena);
    return count;
}

int main(int argc, char **argv)
{
    size_t count = 0;

    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);

        count += folder ? run_folder(folder, argv[i]) : run_file(argv[i]);
        if (folder)
            closedir(folder);
    }
    printf("%zu inputs\n", count);
    return count ? 0 : 1;
}
