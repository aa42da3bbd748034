/* file.h: small files as a whole. */
#ifndef KAD_BASE_FILE_H
#define KAD_BASE_FILE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* The whole file, or a pipe to its end, NUL-terminated, in the arena. false: errno; EFBIG when
 * it is larger than `max_bytes`. */
bool file_read(struct arena *arena, const char *path, size_t max_bytes,
               struct str *text);

/* Replaces the file at once: a reader, or a crash, sees the old content or the new.
 * false: errno. */
bool file_write(struct arena *arena, const char *path, struct str text);
/* The same with a text in parts that follow one another. */
bool file_write_parts(struct arena *arena, const char *path, const struct str *parts,
                      size_t count);

/* All of it, into an open file. false: errno. */
bool file_write_all(int fd, struct str text);

/* A file, or a folder with all that is in it; one that is not there is fine. false: errno. */
bool file_remove(const char *path);

/* Opens /dev/null where standard input, output or error are closed: what this process opens
 * next would take their place, and what it prints would go there. */
void file_keep_standard(void);

/* Writes out what is left of standard output. false: errno; some of it, for instance on a
 * full disk, was not told. Who has closed the pipe did not want it. */
bool file_finish_output(void);

/* Whether there is a folder; links are followed. */
bool folder_is_there(const char *path);

/* Makes the names in a folder outlive a loss of power. false: errno. */
bool folder_sync(const char *path);

#endif
