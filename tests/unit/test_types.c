/* test_types.c: which value fits where, and what two types have in common. */
#include <criterion/criterion.h>

#include "base/arena.h"
#include "types.h"

static struct arena arena;

static void teardown(void)
{
    arena_release(&arena);
}

TestSuite(types, .fini = teardown);

static const struct type *simple(enum type_kind kind)
{
    return type_simple(kind);
}

static const struct type *optional(const struct type *type)
{
    return type_optional(&arena, type);
}

static const struct type *array_of(const struct type *items)
{
    return type_array_of(&arena, items);
}

static const struct type *enum_of(const char *a, const char *b)
{
    return type_enum_of(&arena, (const char *const[]){a, b}, b ? 2 : 1);
}

/* An object with one field or two. */
static struct type *object_of(const char *a, const struct type *a_type, const char *b,
                              const struct type *b_type)
{
    struct type *type = arena_new(&arena, struct type);
    struct type_field *fields = arena_array(&arena, struct type_field, 2);

    fields[0] = (struct type_field){.name = str_of(a), .type = a_type};
    fields[1] = (struct type_field){.name = str_of(b), .type = b_type};
    type->kind = TYPE_OBJECT;
    type->fields = fields;
    type->field_count = b ? 2 : 1;
    return type;
}

static void is_text(const struct type *type, const char *text)
{
    cr_assert(type);
    cr_expect_str_eq(type_text(&arena, type).p, text);
}

Test(types, a_type_is_written_as_its_author_would)
{
    is_text(optional(simple(TYPE_INTEGER)), "integer?");
    is_text(array_of(optional(simple(TYPE_STRING))), "array of string?");
    is_text(optional(array_of(simple(TYPE_STRING))), "array? of string");
    is_text(simple(TYPE_ARRAY), "array");
    is_text(enum_of("low", "high"), "string {low, high}");
    is_text(type_failure(), "object {code, message, step, details}");
}

Test(types, what_is_optional_already_stays_the_same_type)
{
    const struct type *text = optional(simple(TYPE_STRING));

    cr_expect_eq(optional(text), text);
    cr_expect_eq(type_required(&arena, simple(TYPE_STRING)), simple(TYPE_STRING));
}

Test(types, an_integer_fits_a_number_and_not_the_other_way_round)
{
    cr_expect_eq(type_fits(simple(TYPE_INTEGER), simple(TYPE_NUMBER)), FIT_YES);
    cr_expect_eq(type_fits(simple(TYPE_NUMBER), simple(TYPE_INTEGER)), FIT_LOSSY);
    cr_expect_eq(
        type_fits(array_of(simple(TYPE_INTEGER)), array_of(simple(TYPE_NUMBER))),
        FIT_YES);
}

Test(types, an_optional_value_does_not_fit_a_required_place)
{
    const struct type *text = simple(TYPE_STRING);

    cr_expect_eq(type_fits(optional(text), text), FIT_NULLABLE);
    cr_expect_eq(type_fits(text, optional(text)), FIT_YES);
    cr_expect_eq(type_fits(optional(simple(TYPE_NUMBER)), text), FIT_NO);
    cr_expect_eq(type_fits(simple(TYPE_NULL), optional(text)), FIT_YES);
    cr_expect_eq(type_fits(simple(TYPE_NULL), text), FIT_NULLABLE);
    cr_expect_eq(type_fits(array_of(optional(text)), array_of(text)), FIT_NO);
}

Test(types, an_enum_fits_text_and_wider_enums)
{
    cr_expect_eq(type_fits(enum_of("a", "b"), simple(TYPE_STRING)), FIT_YES);
    cr_expect_eq(type_fits(enum_of("a", NULL), enum_of("a", "b")), FIT_YES);
    cr_expect_eq(type_fits(enum_of("a", "b"), enum_of("a", NULL)), FIT_NO);
    cr_expect_eq(type_fits(simple(TYPE_STRING), enum_of("a", "b")), FIT_PLAIN_TEXT);
}

Test(types, opaque_values_fit_typed_places_and_typed_ones_opaque_places)
{
    const struct type *typed = object_of("a", simple(TYPE_STRING), NULL, NULL);

    cr_expect_eq(type_fits(typed, simple(TYPE_OBJECT)), FIT_YES);
    cr_expect_eq(type_fits(simple(TYPE_OBJECT), typed), FIT_YES);
    cr_expect_eq(type_fits(simple(TYPE_ANY), typed), FIT_YES);
    cr_expect_eq(type_fits(typed, simple(TYPE_ANY)), FIT_YES);
    cr_expect_eq(type_fits(simple(TYPE_OBJECT), simple(TYPE_ARRAY)), FIT_NO);
    cr_expect_eq(type_fits(simple(TYPE_OBJECT), simple(TYPE_STRING)), FIT_NO);
}

Test(types, an_object_fits_when_it_has_all_required_properties)
{
    const struct type *text = simple(TYPE_STRING);
    const struct type *wide = object_of("a", text, "b", simple(TYPE_INTEGER));
    const struct type *narrow = object_of("a", text, NULL, NULL);

    cr_expect_eq(type_fits(wide, narrow), FIT_YES);
    cr_expect_eq(type_fits(narrow, wide), FIT_NO);
    cr_expect_eq(type_fits(narrow, object_of("a", text, "b", optional(text))), FIT_YES);
    cr_expect_eq(type_fits(wide, object_of("a", text, "b", text)), FIT_NO);
    cr_expect_eq(type_fits(object_of("a", optional(text), NULL, NULL), narrow), FIT_NO);
}

Test(types, poison_fits_everywhere)
{
    cr_expect_eq(type_fits(type_poison(), simple(TYPE_INTEGER)), FIT_YES);
    cr_expect_eq(type_fits(simple(TYPE_INTEGER), type_poison()), FIT_YES);
    cr_expect_eq(type_join(&arena, type_poison(), simple(TYPE_INTEGER)), type_poison());
    cr_expect_eq(type_meet(&arena, type_poison(), simple(TYPE_INTEGER)), type_poison());
}

Test(types, same_types_have_the_same_fields_in_the_same_order)
{
    const struct type *text = simple(TYPE_STRING);

    cr_expect(
        type_same(object_of("a", text, "b", text), object_of("a", text, "b", text)));
    cr_expect_not(
        type_same(object_of("a", text, "b", text), object_of("b", text, "a", text)));
    cr_expect_not(type_same(text, optional(text)));
    cr_expect_not(type_same(text, enum_of("a", NULL)));
    cr_expect_not(type_same(simple(TYPE_ARRAY), array_of(text)));
}

Test(types, a_join_holds_both)
{
    is_text(type_join(&arena, simple(TYPE_INTEGER), simple(TYPE_NUMBER)), "number");
    is_text(type_join(&arena, simple(TYPE_NULL), simple(TYPE_NUMBER)), "number?");
    is_text(type_join(&arena, optional(simple(TYPE_STRING)), enum_of("a", NULL)),
            "string?");
    is_text(type_join(&arena, enum_of("a", "b"), enum_of("b", "c")),
            "string {a, b, c}");
    is_text(type_join(&arena, array_of(simple(TYPE_INTEGER)),
                      array_of(simple(TYPE_NUMBER))),
            "array of number");
    is_text(type_join(&arena, simple(TYPE_ANY), simple(TYPE_STRING)), "any");
    cr_expect_null(type_join(&arena, simple(TYPE_STRING), simple(TYPE_INTEGER)));
}

Test(types, a_meet_gives_an_opaque_value_the_shape_of_the_step)
{
    const struct type *shape = object_of("passed", simple(TYPE_BOOLEAN), NULL, NULL);

    is_text(type_meet(&arena, simple(TYPE_OBJECT), shape), "object {passed}");
    is_text(type_meet(&arena, simple(TYPE_ANY), shape), "object {passed}");
    is_text(type_meet(&arena, simple(TYPE_ARRAY), array_of(shape)),
            "array of object {passed}");
    is_text(type_meet(&arena, shape, simple(TYPE_OBJECT)), "object {passed}");
    is_text(type_meet(&arena, array_of(shape), simple(TYPE_ARRAY)),
            "array of object {passed}");
    is_text(type_meet(&arena, simple(TYPE_ANY), simple(TYPE_ARRAY)), "array");
}

Test(types, a_meet_keeps_what_either_side_names)
{
    const struct type *text = simple(TYPE_STRING), *number = simple(TYPE_NUMBER);
    const struct type *met =
        type_meet(&arena, object_of("a", simple(TYPE_INTEGER), "b", optional(text)),
                  object_of("b", text, "c", number));

    is_text(met, "object {a, b, c}");
    is_text(type_field_find(met, S("b"))->type, "string");
    is_text(type_meet(&arena, simple(TYPE_INTEGER), number), "integer");
    is_text(type_meet(&arena, text, enum_of("a", "b")), "string {a, b}");
    is_text(type_meet(&arena, enum_of("a", "b"), enum_of("b", "c")), "string {b}");
}

Test(types, nothing_satisfies_a_contradiction)
{
    const struct type *text = simple(TYPE_STRING), *integer = simple(TYPE_INTEGER);
    struct type low = *integer, high = *integer;

    low.has_max = high.has_min = true;
    low.max = 1;
    high.min = 2;
    cr_expect_null(type_meet(&arena, text, integer));
    cr_expect_null(type_meet(&arena, &low, &high));
    cr_expect_null(type_meet(&arena, enum_of("a", NULL), enum_of("b", NULL)));
    cr_expect_null(type_meet(&arena, array_of(text), array_of(integer)));
    cr_expect_null(type_meet(&arena, object_of("a", text, NULL, NULL),
                             object_of("a", integer, NULL, NULL)));
}
