/* schema_compare.c: see schema_compare.h. */
#include "schema_compare.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

void reasons_add(struct reasons *reasons, const char *format, ...)
{
    va_list args;
    const char *text;

    va_start(args, format);
    text = arena_vprintf(reasons->arena, format, args);
    va_end(args);
    vec_push(reasons->arena, &reasons->list, text);
}

/* ---- Words ---------------------------------------------------------------------------- */

/* An item that may be null is {"anyOf": [schema, {"type": "null"}]}. */
static const json_t *without_null(const json_t *schema, bool *may_be_null)
{
    const json_t *any_of = json_object_get(schema, "anyOf");

    *may_be_null = any_of;
    return any_of ? json_array_get(any_of, 0) : schema;
}

static void put_values(struct buf *out, const json_t *values)
{
    const json_t *value;
    size_t i;

    buf_printf(out, "one of ");
    json_array_foreach(values, i, value)
        buf_printf(out, "%s`%s`", i ? ", " : "", json_string_value(value));
}

static void put_type(struct buf *out, const json_t *schema)
{
    bool may_be_null;
    const json_t *type = without_null(schema, &may_be_null);
    const json_t *values = json_object_get(type, "enum");
    const json_t *items = json_object_get(type, "items");
    const char *name = json_string_value(json_object_get(type, "type"));

    if (values) {
        put_values(out, values);
    } else {
        buf_printf(out, "%s", name ? name : "any");
        if (items) {
            buf_printf(out, " of ");
            put_type(out, items);
        }
    }
    if (may_be_null)
        buf_printf(out, " or null");
}

static const char *type_words(struct arena *arena, const json_t *schema)
{
    struct buf words;

    buf_init(&words, arena);
    put_type(&words, schema);
    return words.p;
}

/* ---- Differences ---------------------------------------------------------------------- */

static bool has_text(const json_t *list, const char *text)
{
    const json_t *item;
    size_t i;

    json_array_foreach(list, i,
                       item) if (!strcmp(json_string_value(item), text)) return true;
    return false;
}

/* The same values, in any order; or neither has a list. */
static bool is_same_set(const json_t *a, const json_t *b)
{
    const json_t *item;
    size_t i;

    if (!a != !b || json_array_size(a) != json_array_size(b))
        return false;
    json_array_foreach(a, i,
                       item) if (!has_text(b, json_string_value(item))) return false;
    return true;
}

static bool has_same_limits(const json_t *a, const json_t *b)
{
    static const char *const limits[] = {"minimum",   "maximum",  "minLength",
                                         "maxLength", "minItems", "maxItems",
                                         "pattern",   "writeOnly"};

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        const json_t *of_a = json_object_get(a, limits[i]);
        const json_t *of_b = json_object_get(b, limits[i]);

        if (!of_a != !of_b || (of_a && !json_equal(of_a, of_b)))
            return false;
    }
    return true;
}

/* Whether a value of that object may do without the property, and what it has then. */
enum presence { ALWAYS_SET, MAY_BE_UNSET, HAS_DEFAULT };

static enum presence presence_of(const json_t *object, const char *name)
{
    const json_t *property =
        json_object_get(json_object_get(object, "properties"), name);

    if (has_text(json_object_get(object, "required"), name))
        return ALWAYS_SET;
    return json_object_get(property, "default") ? HAS_DEFAULT : MAY_BE_UNSET;
}

static const char *presence_words(enum presence presence)
{
    static const char *const words[] = {
        [ALWAYS_SET] = "always set",
        [MAY_BE_UNSET] = "optional",
        [HAS_DEFAULT] = "one with a default",
    };

    return words[presence];
}

static const char *join(struct arena *arena, const char *path, const char *name)
{
    return *path ? arena_printf(arena, "%s.%s", path, name) : name;
}

/* A property that both have. */
static void compare_property(struct reasons *reasons, const struct subject *subject,
                             const char *path, const char *name, const json_t *was,
                             const json_t *is)
{
    const enum presence before = presence_of(was, name), now = presence_of(is, name);

    if (before != now)
        reasons_add(reasons, "%s `%s`%s was %s, is %s", subject->what, path,
                    subject->of, presence_words(before), presence_words(now));
    schema_compare(reasons, subject, path,
                   json_object_get(json_object_get(was, "properties"), name),
                   json_object_get(json_object_get(is, "properties"), name));
}

static void compare_properties(struct reasons *reasons, const struct subject *subject,
                               const char *path, const json_t *was, const json_t *is)
{
    const json_t *before = json_object_get(was, "properties");
    const json_t *now = json_object_get(is, "properties");
    const json_t *property;
    const char *name;

    if (!before != !now) {
        reasons_add(reasons, "%s `%s`%s %s", subject->what, path, subject->of,
                    now ? "was an object of any shape, and has properties"
                        : "had properties, and is an object of any shape");
        return;
    }
    json_object_foreach((json_t *)before, name, property)
    {
        const char *inner = join(reasons->arena, path, name);

        if (json_object_get(now, name))
            compare_property(reasons, subject, inner, name, was, is);
        else
            reasons_add(reasons, "%s `%s`%s is not there any more", subject->what,
                        inner, subject->of);
    }
    json_object_foreach((json_t *)now, name,
                        property) if (!json_object_get(before, name))
        reasons_add(reasons, "%s `%s`%s is new", subject->what,
                    join(reasons->arena, path, name), subject->of);
}

static bool has_text_type(const json_t *schema, const char *name)
{
    const char *type = json_string_value(json_object_get(schema, "type"));

    return type && !strcmp(type, name);
}

/* Whether they are of one kind, so that what is inside of them can be compared. */
static bool is_same_kind(const json_t *was, const json_t *is)
{
    const json_t *before = json_object_get(was, "type");
    const json_t *now = json_object_get(is, "type");

    return !before == !now && (!before || json_equal(before, now)) &&
           !json_object_get(was, "items") == !json_object_get(is, "items") &&
           is_same_set(json_object_get(was, "enum"), json_object_get(is, "enum"));
}

void schema_compare(struct reasons *reasons, const struct subject *subject,
                    const char *path, const json_t *was, const json_t *is)
{
    bool was_nullable, is_nullable;
    const json_t *before = without_null(was, &was_nullable);
    const json_t *now = without_null(is, &is_nullable);

    if (was_nullable != is_nullable || !is_same_kind(before, now)) {
        reasons_add(reasons, "%s `%s`%s was %s, is %s", subject->what, path,
                    subject->of, type_words(reasons->arena, was),
                    type_words(reasons->arena, is));
        return;
    }
    if (!has_same_limits(before, now))
        reasons_add(reasons, "%s `%s`%s has other limits", subject->what, path,
                    subject->of);
    if (has_text_type(before, "object"))
        compare_properties(reasons, subject, path, before, now);
    if (json_object_get(before, "items"))
        schema_compare(reasons, subject, arena_printf(reasons->arena, "%s[]", path),
                       json_object_get(before, "items"), json_object_get(now, "items"));
}

void schema_compare_values(struct reasons *reasons, const struct subject *subject,
                           const json_t *was, const json_t *is)
{
    const json_t *before = json_object_get(was, "properties");
    const json_t *property;
    const char *name;

    json_object_foreach((json_t *)json_object_get(is, "properties"), name, property)
    {
        if (json_object_get(before, name))
            compare_property(reasons, subject, name, name, was, is);
        else if (presence_of(is, name) == ALWAYS_SET)
            reasons_add(reasons, "%s `%s`%s is new, and has to be set", subject->what,
                        name, subject->of);
    }
}
