/* value_file.h: values that are too large for a row, each in a file named by its SHA-256.
 *
 * A file is there as a whole, synced with its name, or not at all; the same content is kept
 * once. Who refers to a file, and when it may go, is for the caller to know. */
#ifndef KAD_STORE_VALUE_FILE_H
#define KAD_STORE_VALUE_FILE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* Larger values are not kept in rows. */
enum { VALUE_IN_ROW_MAX = 256 * 1024 };
/* Still larger ones are neither written nor read: EFBIG. */
enum { VALUE_FILE_MAX = 1 << 30 };

/* Hex digits of a SHA-256, and the end of the text. */
enum { VALUE_HASH_SIZE = 65 };
void value_hash(struct str text, char hash[VALUE_HASH_SIZE]);
/* Whether it is the name of such a file, and not a draft or anything else. */
bool value_hash_is(const char *name);

const char *value_path(struct arena *arena, const char *folder, const char *hash);

/* Makes the file, and the folder (0700). One that is there and is damaged is replaced. One
 * writer at a time. false: errno. */
bool value_file_write(struct arena *arena, const char *folder, const char *hash,
                      struct str text);

/* Moves a file into another folder, which is made; that is to be synced then. One that is there
 * already stays, unless it is damaged: *is_new is false. false: errno. */
bool value_file_move(struct arena *arena, const char *from, const char *to,
                     const char *hash, bool *is_new);

/* false: errno; EBADMSG: the content is another. */
bool value_file_read(struct arena *arena, const char *folder, const char *hash,
                     struct str *text);

#endif
