/* failure.c: errors of steps, as values and as stored JSON. */
#include <string.h>

#include "base/buf.h"
#include "codec.h"
#include "engine/run.h"
#include "mask.h"

struct kad_error failure_new(struct arena *arena, const struct kad_step_info *info,
                             enum kad_failure_code code, const char *message)
{
    struct buf text;

    buf_init(&text, arena);
    buf_add_valid(&text,
                  str_of(mask_text(
                      arena, message))); /* it may have been cut inside a character */
    return (struct kad_error){
        .code = kad_failure_name(code),
        .message = text.p,
        .step = info->id,
    };
}

struct kad_error failure_copy(struct arena *arena, const struct kad_error *failure)
{
    return (struct kad_error){
        .code = arena_text(arena, failure->code),
        .message = arena_text(arena, failure->message),
        .step = arena_text(arena, failure->step),
        .details = {arena_text(arena, failure->details.text), failure->details.len},
    };
}

const char *failure_json(struct arena *arena, const struct kad_error *failure)
{
    struct kad_json json = {0};

    if (!failure->code)
        return NULL;
    if (codec_encode(arena, &kad_error_type, CODEC_AFTER_SUCCESS, failure, &json))
        kad_unreachable(); /* only valid texts get in: kad_fail, failure_new, external.c */
    return json.text;
}

struct kad_error failure_parse(struct arena *arena, const char *json)
{
    struct kad_error failure = {0};

    if (json && codec_decode(arena, &kad_error_type, CODEC_AFTER_SUCCESS, json,
                             strlen(json), &failure))
        return (struct kad_error){0};
    return failure;
}
