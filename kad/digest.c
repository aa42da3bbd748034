/* digest.c: see digest.h. */
#include "digest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"

enum { DEPTH_MAX = 16 };

void digest_init(struct digest *digest)
{
    sha256_init(&digest->sha);
}

static void add_len(struct digest *digest, uint64_t len)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(len >> (8 * i));
    sha256_update(&digest->sha, sizeof(bytes), bytes);
}

void digest_add(struct digest *digest, struct str text)
{
    add_len(digest, text.len);
    sha256_update(&digest->sha, text.len, (const uint8_t *)text.p);
}

bool digest_add_file(struct digest *digest, const char *path)
{
    const char *slash = strrchr(path, '/');
    FILE *file = fopen(path, "rbe");
    uint8_t chunk[16384];
    uint64_t len = 0;
    size_t got;
    bool is_read;

    if (!file)
        return false;
    digest_add(digest, str_of(slash ? slash + 1 : path));
    while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        sha256_update(&digest->sha, got, chunk);
        len += got;
    }
    add_len(digest, len);
    is_read = !ferror(file);
    fclose(file);
    return is_read;
}

bool digest_add_folder(struct digest *digest, struct arena *arena, const char *path,
                       const char *suffix)
{
    struct folder_names names;
    bool is_read = folder_list(arena, path, suffix, &names);

    for (size_t i = 0; i < names.count && is_read; i++)
        is_read =
            digest_add_file(digest, arena_printf(arena, "%s/%s", path, names.items[i]));
    return is_read;
}

bool digest_add_folders(struct digest *digest, struct arena *arena, const char *path,
                        const char *suffix)
{
    struct folder_names names;
    bool is_read = folder_list(arena, path, "", &names);

    for (size_t i = 0; i < names.count && is_read; i++)
        is_read = digest_add_folder(
            digest, arena, arena_printf(arena, "%s/%s", path, names.items[i]), suffix);
    return is_read;
}

static bool add_tree(struct digest *digest, struct arena *arena, const char *path,
                     unsigned depth)
{
    struct folder_names names;
    bool is_read = folder_list(arena, path, "", &names);

    digest_add(digest, S("folder"));
    for (size_t i = 0; i < names.count && is_read; i++) {
        const char *entry = arena_printf(arena, "%s/%s", path, names.items[i]);
        struct stat about;

        digest_add(digest, str_of(names.items[i]));
        if (stat(entry, &about) < 0)
            is_read = errno == ENOENT; /* a link to nothing */
        else if (S_ISREG(about.st_mode))
            is_read = digest_add_file(digest, entry);
        else if (S_ISDIR(about.st_mode) && depth == DEPTH_MAX)
            errno = ELOOP, is_read = false;
        else if (S_ISDIR(about.st_mode))
            is_read = add_tree(digest, arena, entry, depth + 1);
    }
    digest_add(digest, S("end"));
    return is_read;
}

bool digest_add_tree(struct digest *digest, struct arena *arena, const char *path)
{
    return add_tree(digest, arena, path, 0);
}

const char *digest_hex(struct digest *digest, struct arena *arena)
{
    uint8_t bytes[SHA256_DIGEST_SIZE];
    char *hex = arena_alloc(arena, 2 * sizeof(bytes) + 1);

    sha256_digest(&digest->sha, sizeof(bytes), bytes);
    str_hex(bytes, sizeof(bytes), hex);
    return hex;
}

bool made_from(struct arena *arena, const char *file, const char *hex)
{
    FILE *note = fopen(arena_printf(arena, "%s.inputs", file), "re");
    char noted[2 * SHA256_DIGEST_SIZE + 1];
    bool is_same;

    if (!note)
        return false;
    is_same = fgets(noted, sizeof(noted), note) && strcmp(noted, hex) == 0;
    fclose(note);
    return is_same && access(file, F_OK) == 0;
}

void made_forget(struct arena *arena, const char *file)
{
    unlink(arena_printf(arena, "%s.inputs", file));
}

bool made_from_set(struct arena *arena, const char *file, const char *hex)
{
    FILE *note = fopen(arena_printf(arena, "%s.inputs", file), "we");
    bool is_written;

    if (!note)
        return false;
    is_written = fprintf(note, "%s\n", hex) > 0;
    return fclose(note) == 0 && is_written;
}
