/* json_out.h: JSON that is written from its start to its end, without a tree.
 *
 *     json_out_object(out, JSON_ITEM);
 *     json_out_text(out, S("id"), step->id.text);
 *     json_out_end_object(out);
 *
 * Compact, in the order of the calls. What is valid UTF-8 becomes valid JSON. The caller
 * opens and ends, and gives keys inside of objects alone. */
#ifndef KADC_JSON_OUT_H
#define KADC_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

struct json_out {
    struct buf text; /* may be taken away and emptied between two calls */
    bool has_before; /* a value, on the level that is open */
};

/* As the key of an item of an array, and of the document itself. */
#define JSON_ITEM ((struct str){0})

void json_out_init(struct json_out *out, struct arena *arena);

void json_out_object(struct json_out *out, struct str key);
void json_out_end_object(struct json_out *out);
void json_out_array(struct json_out *out, struct str key);
void json_out_end_array(struct json_out *out);

void json_out_text(struct json_out *out, struct str key, struct str text);
void json_out_integer(struct json_out *out, struct str key, int64_t integer);
void json_out_real(struct json_out *out, struct str key, double real);
void json_out_boolean(struct json_out *out, struct str key, bool boolean);
void json_out_null(struct json_out *out, struct str key);

#endif
