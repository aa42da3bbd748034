/* starts.c: see starts.h.
 *
 * There is no program yet that keeps watch for times, requests, events and files: that is
 * said wherever somebody may count on it. */
#include "starts.h"

#include <string.h>

#include "base/buf.h"

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

/* ---- Settings ------------------------------------------------------------------------- */

static void add_paths(struct buf *text, const json_t *trigger)
{
    const json_t *path;
    size_t i;

    json_array_foreach(json_object_get(trigger, "paths"), i, path)
        buf_printf(text, "%s%s", i > 0 ? ", " : "", json_string_value(path));
    buf_printf(text, ", at rest for %" JSON_INTEGER_FORMAT "ms",
               json_integer_value(json_object_get(trigger, "debounceMs")));
}

const char *starts_text(struct arena *arena, const json_t *trigger)
{
    const char *type = text_of(trigger, "type");
    const char *filter = text_of(trigger, "filter");
    struct buf text;

    buf_init(&text, arena);
    buf_printf(&text, "%s", type);
    if (!strcmp(type, "schedule"))
        buf_printf(&text, " %s %s, catchUp %s, overlap %s", text_of(trigger, "cron"),
                   text_of(trigger, "timezone"), text_of(trigger, "catchUp"),
                   text_of(trigger, "overlap"));
    if (!strcmp(type, "webhook"))
        buf_printf(&text, " %s %s, %s", text_of(trigger, "method"),
                   text_of(trigger, "path"),
                   *text_of(trigger, "secret") ? "signed" : "not signed");
    if (!strcmp(type, "event"))
        buf_printf(&text, " %s%s%s", text_of(trigger, "event"), *filter ? ", if " : "",
                   filter);
    if (!strcmp(type, "watch")) {
        buf_add_char(&text, ' ');
        add_paths(&text, trigger);
    }
    return buf_str(&text).p;
}

/* ---- What nobody looks after ---------------------------------------------------------- */

/* "its schedule and its webhook"; *count: how many kinds. */
static const char *kinds_text(struct arena *arena, const json_t *definition,
                              size_t *count)
{
    static const char *const kinds[] = {"schedule", "webhook", "event", "watch"};
    enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };
    bool is_there[KIND_COUNT] = {false};
    const json_t *trigger;
    struct buf text;
    size_t i, left;

    buf_init(&text, arena);
    json_array_foreach(json_object_get(definition, "triggers"), i,
                       trigger) for (size_t k = 0; k < KIND_COUNT; k++) is_there[k] |=
        !strcmp(text_of(trigger, "type"), kinds[k]);
    *count = 0;
    for (size_t k = 0; k < KIND_COUNT; k++)
        *count += is_there[k];
    left = *count;
    for (size_t k = 0; k < KIND_COUNT; k++)
        if (is_there[k]) {
            left--;
            buf_printf(&text, "its %s%s", kinds[k],
                       left > 1   ? ", "
                       : left > 0 ? " and "
                                  : "");
        }
    return buf_str(&text).p;
}

void starts_say_missing(struct arena *arena, const json_t *definition, FILE *out)
{
    size_t count;
    const char *kinds = kinds_text(arena, definition, &count);

    if (count > 0)
        fprintf(out, "%s: %s %s: this version of kad has no `serve`\n",
                text_of(definition, "id"), kinds,
                count > 1 ? "start nothing by themselves" : "starts nothing by itself");
}
