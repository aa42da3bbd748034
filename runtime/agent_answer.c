/* agent_answer.c: finds the answer in what an agent printed.
 *
 * Agents talk: before the answer, after it, around it in a ``` fence. Every JSON object
 * that stands by itself in the text is a candidate, and the last one that fits the type
 * is the answer. */
#include "agent.h"

#include <string.h>

#include "base/vec.h"
#include "codec.h"

/* Length of the JSON object at the start of `text`, 0: there is none. *is_too_large: it goes on
 * beyond what the outputs of a step may have. */
static size_t object_len(struct str text, bool *is_too_large)
{
    const struct str near = str_part(text, 0, KAD_OUTPUTS_MAX);
    json_error_t error;
    json_t *json = json_loadb(near.p, near.len, JSON_DISABLE_EOF_CHECK, &error);

    *is_too_large = !json && near.len < text.len &&
                    json_error_code(&error) == json_error_premature_end_of_input;
    if (!json)
        return 0;
    json_decref(json);
    return (size_t)error.position;
}

const char *agent_answer_find(struct arena *arena, const struct kad_type *type,
                              struct str text, void *answer)
{
    VEC(struct str) objects = {0};
    const char *error = "there is no JSON object in the answer";

    for (size_t at = 0; at < text.len; at++) {
        const struct str rest = str_part(text, at, text.len);
        bool is_too_large = false;
        const size_t len = rest.p[0] == '{' ? object_len(rest, &is_too_large) : 0;

        if (is_too_large)
            return "an object in the answer is larger than 16 MiB";
        if (len) {
            vec_push(arena, &objects, str_part(rest, 0, len));
            at += len - 1;
        }
    }
    for (size_t i = objects.count; i-- > 0;) {
        const char *wrong;

        memset(answer, 0, type->size_bytes);
        wrong = codec_decode(arena, type, CODEC_AFTER_SUCCESS, objects.items[i].p,
                             objects.items[i].len, answer);
        if (!wrong)
            return NULL;
        if (i == objects.count - 1)
            error = wrong;
    }
    return error;
}
