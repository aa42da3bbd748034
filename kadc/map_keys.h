/* map_keys.h: the keys of a map as they come from YAML. */
#ifndef KADC_MAP_KEYS_H
#define KADC_MAP_KEYS_H

#include "doc.h"

/* Whether a key is text that could be read; else 0106. */
bool key_is_usable(const struct node *key, struct diags *diags);

/* `key "a: b"`, `key {a: b}`: YAML takes all up to the inner `:` for the key. Returns the
 * length of the key that was meant, or 0. */
size_t key_short_len(const struct node *key);

/* Keeps the first of equal keys; 0103. */
void map_drop_duplicates(struct node *map, struct diags *diags);

#endif
