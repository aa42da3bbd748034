/* key_values.h: values of the simple kinds that a key can have; `what` is the key. Each
 * stores nothing when the value was wrong and has been reported. */
#ifndef KADC_KEY_VALUES_H
#define KADC_KEY_VALUES_H

#include "keys.h"

void version_read(struct reader *reader, const struct node *node, const char *what,
                  struct str *version);
void boolean_read(struct reader *reader, const struct node *node, const char *what,
                  bool *value);
/* A whole number from 0 to UINT32_MAX - 1; else 0802. */
void count_read(struct reader *reader, const struct node *node, const char *what,
                uint32_t *count);
/* The same from 1. */
void positive_read(struct reader *reader, const struct node *node, const char *what,
                   uint32_t *count);
void duration_read(struct reader *reader, const struct node *node, const char *what,
                   int64_t *duration_ms);
/* A count and a unit, "512MiB"; else 0114. */
void bytes_read(struct reader *reader, const struct node *node, const char *what,
                int64_t *bytes);
/* Which of the names the value of a key is; -1: none of them, and not near one: 0114. */
ptrdiff_t choice_read(struct reader *reader, const struct node *key,
                      const struct node *value, struct names names);
/* NULL: no scalar, reported. */
struct template *template_read(struct reader *reader, const struct node *node,
                               const char *what);

#endif
