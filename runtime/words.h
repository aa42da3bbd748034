/* words.h: what people read: durations, words to type, and lines that fit a terminal. */
#ifndef KAD_WORDS_H
#define KAD_WORDS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* "850ms", "12.3s", "2m 14s", "1h 5m", "3d 4h": two units say enough. In the arena. */
const char *duration_words(struct arena *arena, int64_t duration_ms);

/* Columns that valid UTF-8 takes on a terminal. */
unsigned text_width(struct str text);

/* As a shell takes it: in single quotes, if need be. In the arena. */
const char *shell_word(struct arena *arena, const char *text);

/* The first line of `text` for a terminal: valid UTF-8, no control characters, at most
 * `columns` wide (0: any). In the arena. */
const char *line_words(struct arena *arena, const char *text, unsigned columns);

/* All lines of `text` like that, of any width, each but the first behind `margin`. In the
 * arena. */
const char *lines_words(struct arena *arena, const char *text, const char *margin);

#endif
