/* event.c: see event.h. */
#include "engine/event.h"

#include <jansson.h>
#include <string.h>

#include "codec.h"
#include "kad/expr.h"

bool event_name_is_valid(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._-:";

    return name[0] && name[strspn(name, allowed)] == '\0';
}

static bool is_equal(const json_t *wanted, const json_t *found)
{
    struct arena scratch = {0};
    const bool is = found && kad_json_equal(codec_compact(&scratch, wanted),
                                            codec_compact(&scratch, found));

    arena_release(&scratch);
    return is;
}

bool event_fits(const struct event_row *event, const char *match)
{
    json_t *wanted = match ? json_loads(match, JSON_ALLOW_NUL, NULL) : NULL;
    json_t *data = json_loads(event->data ? event->data : "null",
                              JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    bool fits = true;
    const char *name;
    json_t *value;

    json_object_foreach(wanted, name, value) fits =
        fits && is_equal(value, json_object_get(data, name));
    json_decref(wanted);
    json_decref(data);
    return fits;
}

const char *event_answer(struct arena *arena, const struct event_row *event)
{
    return arena_printf(arena, "{\"event\":%lld,\"data\":%s}", (long long)event->id,
                        event->data ? event->data : "null");
}

int64_t event_of_answer(const char *answer)
{
    json_t *json = json_loads(answer, JSON_ALLOW_NUL, NULL);
    const json_int_t id = json_integer_value(json_object_get(json, "event"));

    json_decref(json);
    return id;
}
