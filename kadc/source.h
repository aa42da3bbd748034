/* source.h: a file's bytes, and places in them.
 *
 * Everything that kadc says about a file is a span of its bytes; lines and columns are
 * worked out when they are printed. Sources live as long as the compilation. */
#ifndef KADC_SOURCE_H
#define KADC_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct source {
    struct str path; /* as named by the user, NUL-terminated */
    struct str text; /* NUL-terminated after its last byte */
    uint32_t
        *lines; /* byte offset of the start of each line; LF, CRLF and CR end one */
    uint32_t line_count;
    /* Characters before each block of bytes, so that columns of a long line are cheap. */
    uint32_t *characters;
    bool is_ascii;   /* a character is a byte */
    bool is_foreign; /* not named on the command line: --fix leaves it alone */
};

/* Bytes [start, end) of a source. A NULL source is "no place". */
struct span {
    const struct source *source;
    uint32_t start;
    uint32_t end;
};

/* From 1; columns count Unicode characters. */
struct place {
    uint32_t line;
    uint32_t column;
};

/* Reads a file. NULL and errno when it can't be read (EFBIG: over SOURCE_BYTES_MAX). */
enum { SOURCE_BYTES_MAX = 100 * 1000 * 1000 };
struct source *source_open(struct arena *arena, const char *path);

/* The same over text in memory (tests, fuzzing); `text` is copied. */
struct source *source_of_text(struct arena *arena, const char *path, struct str text);

struct place source_place(const struct source *source, uint32_t byte);
/* Its line alone. */
uint32_t source_line_of(const struct source *source, uint32_t byte);
/* The line without its end; `line` from 1. */
struct str source_line(const struct source *source, uint32_t line);

/* From the start of `from` to the end of `to`. */
struct span span_join(struct span from, struct span to);
struct str span_text(struct span span);

#endif
