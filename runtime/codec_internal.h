/* codec_internal.h: what encoding and decoding share: places, C layouts, checks. */
#ifndef KAD_CODEC_INTERNAL_H
#define KAD_CODEC_INTERNAL_H

#include "base/buf.h"
#include "codec.h"

/* Where a value stands, from the inside out; lives on the stack. */
struct place {
    const struct place *outer; /* NULL: the whole value */
    const char *name;          /* of a field; NULL: an item */
    size_t index;
};

struct codec {
    struct arena *arena;
    enum codec_mode mode;
    const char *error; /* the first one: "failures[3].line: expected ..." */
};

/* Records the error; returns false. */
bool codec_fail(struct codec *codec, const struct place *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "integer": the type as its author calls it. */
const char *codec_kind_name(enum kad_kind kind);

/* The layout of every array in C, generated ones too. */
struct codec_array {
    const void *items; /* NULL: unset */
    size_t count;
};

bool codec_is_set(const struct kad_type *type, const void *value);
/* Whether a field may be left unset in this mode. */
bool codec_may_be_unset(const struct codec *codec, const struct kad_field *field);

/* Enum, bounds, length, pattern. */
bool codec_check_text(struct codec *codec, const struct place *place,
                      const struct kad_type *type, const char *text);
bool codec_check_number(struct codec *codec, const struct place *place,
                        const struct kad_type *type, double value);
bool codec_check_integer(struct codec *codec, const struct place *place,
                         const struct kad_type *type, int64_t value);
bool codec_check_count(struct codec *codec, const struct place *place,
                       const struct kad_type *type, size_t count);

/* Fills `value`, which is zeroed, from JSON that is beyond doubt. false: it is not, or not a
 * value of the type; what has been filled by then is to be zeroed again. */
bool codec_scan(struct codec *codec, const struct kad_type *type, struct str text,
                void *value);

/* JSON text. */
void codec_write_text(struct buf *out, const char *text);
void codec_write_number(struct buf *out, double value);

#endif
