/* keyed.h: rows of the journal by a key that several of them may have.
 *
 *     for (row = keyed_find(&rows, key); row; row = keyed_next(&rows, row)) ...
 *
 * The key is the first member of a row. Those of one key come in the order of the rows. */
#ifndef KAD_ENGINE_KEYED_H
#define KAD_ENGINE_KEYED_H

#include "base/arena.h"

struct keyed {
    const void *rows; /* borrowed */
    size_t row_size, count;
    size_t bucket_count;
    size_t *buckets; /* the first row of each, from 1; 0: none */
    size_t *next;    /* behind each row */
};

void keyed_init(struct keyed *keyed, struct arena *arena, const void *rows,
                size_t row_size, size_t count);
/* NULL: there is none. */
const void *keyed_find(const struct keyed *keyed, const char *key);
/* The next one with the same key; NULL: there is none. */
const void *keyed_next(const struct keyed *keyed, const void *row);

#endif
