/* value_file.c: see value_file.h. */
#include "store/value_file.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "project.h"

void value_hash(struct str text, char hash[VALUE_HASH_SIZE])
{
    uint8_t sum[SHA256_DIGEST_SIZE];
    struct sha256_ctx sha;

    sha256_init(&sha);
    sha256_update(&sha, text.len, (const uint8_t *)text.p);
    sha256_digest(&sha, sizeof(sum), sum);
    str_hex(sum, sizeof(sum), hash);
}

bool value_hash_is(const char *name)
{
    return strspn(name, "0123456789abcdef") == VALUE_HASH_SIZE - 1 &&
           name[VALUE_HASH_SIZE - 1] == '\0';
}

const char *value_path(struct arena *arena, const char *folder, const char *hash)
{
    return arena_printf(arena, "%s/%s", folder, hash);
}

static bool is_there(const char *path, struct str text)
{
    struct arena scratch = {0};
    struct str known;
    const bool is_same =
        file_read(&scratch, path, text.len, &known) && str_equal(known, text);

    arena_release(&scratch);
    return is_same;
}

/* As a draft first, which is synced and renamed. */
static bool write_new(struct arena *arena, const char *path, struct str text)
{
    const char *draft = arena_printf(arena, "%s.new", path);
    const int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool is_written;
    int error;

    if (fd < 0)
        return false;
    is_written = file_write_all(fd, text) && fsync(fd) == 0;
    error = errno;
    if (close(fd) < 0 && is_written) {
        is_written = false;
        error = errno;
    }
    if (is_written && rename(draft, path) == 0)
        return true;
    if (is_written)
        error = errno;
    unlink(draft);
    errno = error;
    return false;
}

/* With its own name in the folder above. */
static bool make_folder(struct arena *arena, const char *folder)
{
    const char *slash = strrchr(folder, '/');

    if (access(folder, F_OK) == 0)
        return true;
    return make_folders(arena, folder) &&
           (!slash || slash == folder ||
            folder_sync(arena_copy(arena, folder, (size_t)(slash - folder))));
}

/* The folder is synced also where the file is there: whoever made it may have died before. */
bool value_file_write(struct arena *arena, const char *folder, const char *hash,
                      struct str text)
{
    const char *path = value_path(arena, folder, hash);

    if (text.len > VALUE_FILE_MAX) {
        errno = EFBIG;
        return false;
    }
    return make_folder(arena, folder) &&
           (is_there(path, text) || write_new(arena, path, text)) &&
           folder_sync(folder);
}

bool value_file_read(struct arena *arena, const char *folder, const char *hash,
                     struct str *text)
{
    char found[VALUE_HASH_SIZE];

    if (!file_read(arena, value_path(arena, folder, hash), VALUE_FILE_MAX, text))
        return false;
    value_hash(*text, found);
    if (strcmp(found, hash) == 0)
        return true;
    errno = EBADMSG;
    return false;
}

static bool is_sound(const char *folder, const char *hash)
{
    struct arena scratch = {0};
    struct str text;
    const bool is_read = value_file_read(&scratch, folder, hash, &text);

    arena_release(&scratch);
    return is_read;
}

bool value_file_move(struct arena *arena, const char *from, const char *to,
                     const char *hash, bool *is_new)
{
    const char *old_path = value_path(arena, from, hash);
    const char *path = value_path(arena, to, hash);

    *is_new = false;
    if (!make_folder(arena, to))
        return false;
    if (access(path, F_OK) == 0)
        return is_sound(to, hash) || rename(old_path, path) == 0;
    *is_new = rename(old_path, path) == 0;
    return *is_new;
}
