/* mask.h: what this process has read as a secret, and what keeps it from being written.
 *
 * One list for the process, which only grows; any thread may use it. A value is found where
 * it stands as it is, or as JSON writes it; not where it has been encoded, cut or changed.
 * As long as the list is empty nothing costs anything. */
#ifndef KAD_MASK_H
#define KAD_MASK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

/* A shorter text can't be told from others, and is not looked for. */
enum { MASK_MIN_BYTES = 4 };

/* What stands where a secret was. */
#define MASK_TEXT "***"

/* `name`: how rows refer to it ("TOKEN", "trigger.token"), or NULL: it was made of others.
 * Copied. */
void mask_add(struct str value, const char *name);

/* The secret of that name, for as long as the process lives; NULL: there is none. */
const char *mask_find(const char *name);

/* The name of a value that is one; NULL: it is none, or has no name. */
const char *mask_name(struct str value);

bool mask_is_empty(void);
bool mask_is_in(struct str text);

/* The text without secrets: `text` itself where there is none, NULL for NULL. The result of
 * mask_json is JSON where `json` is: only texts in it are changed. */
struct str mask_str(struct arena *arena, struct str text);
const char *mask_text(struct arena *arena, const char *text);
const char *mask_json(struct arena *arena, const char *json);

/* Text that comes in pieces: what may be the beginning of a secret is held back. */
struct mask_stream {
    char *held; /* NULL: nothing */
    size_t held_len;
};

/* What can be written now. */
struct str mask_stream_add(struct mask_stream *stream, struct arena *arena,
                           struct str piece);
/* The rest; nothing is held any more. */
struct str mask_stream_end(struct mask_stream *stream, struct arena *arena);

/* Forgets all of them, for tests. */
void mask_reset(void);

#endif
