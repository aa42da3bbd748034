/* name_index.h: of very many names, those that are nearest to a wrong one. */
#ifndef KADC_NAME_INDEX_H
#define KADC_NAME_INDEX_H

#include "diag.h"

struct name_index;

/* The distance at which a name may still have been meant. */
size_t nearest_limit(struct str wrong);

/* Takes a name into account, of those that are at most at *limit, which is then lowered; they
 * may come in any order. */
void nearest_offer(struct nearest *nearest, size_t *limit, size_t at, size_t distance);

/* The names have to stay where they are. */
struct name_index *name_index_new(struct arena *arena, struct names names);

/* As names_nearest finds them. */
struct nearest name_index_nearest(const struct name_index *index, struct str wrong);

#endif
