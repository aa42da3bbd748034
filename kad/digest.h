/* digest.h: SHA-256 of a set of inputs, and the record of what a file was made from.
 *
 * Every part goes in with its length, so that no two lists of parts look the same. A
 * file FILE made by a build has its inputs' digest beside it, in FILE.inputs. */
#ifndef KAD_DIGEST_H
#define KAD_DIGEST_H

#include <nettle/sha2.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

struct digest {
    struct sha256_ctx sha;
};

void digest_init(struct digest *digest);
void digest_add(struct digest *digest, struct str text);
/* Name, without its folder, and content. false: it can't be read, see errno. */
bool digest_add_file(struct digest *digest, const char *path);
/* The files of a folder that end in `suffix`, in the order of their names; and those
 * of each folder in a folder. None when there is no such folder. false: see errno. */
bool digest_add_folder(struct digest *digest, struct arena *arena, const char *path,
                       const char *suffix);
bool digest_add_folders(struct digest *digest, struct arena *arena, const char *path,
                        const char *suffix);
/* All files in a folder and in the folders in it, but none whose name begins with a dot. */
bool digest_add_tree(struct digest *digest, struct arena *arena, const char *path);
const char *digest_hex(struct digest *digest, struct arena *arena);

/* Whether `file` is there and was made from these inputs. */
bool made_from(struct arena *arena, const char *file, const char *digest_hex);
/* Nothing is noted of it any more: it is being made, and whoever is killed then leaves no
 * note of other inputs beside it. */
void made_forget(struct arena *arena, const char *file);
/* Notes that it is. */
bool made_from_set(struct arena *arena, const char *file, const char *digest_hex);

#endif
