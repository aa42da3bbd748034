/* test_mask.c: secrets are found wherever they stand as they are. */
#include <criterion/criterion.h>
#include <string.h>

#include "mask.h"

static struct arena arena;

static void end(void)
{
    mask_reset();
    arena_release(&arena);
}

TestSuite(mask, .fini = end);

static void equal(const char *found, const char *expected)
{
    cr_assert_str_eq(found, expected, "found `%s`, expected `%s`", found, expected);
}

Test(mask, without_secrets_a_text_is_itself)
{
    const char *text = "nothing here";

    cr_assert(mask_is_empty());
    cr_assert_eq(mask_text(&arena, text), text);
    cr_assert_eq(mask_json(&arena, text), text);
    cr_assert_null(mask_text(&arena, NULL));
}

Test(mask, every_occurrence_is_replaced)
{
    mask_add(S("sesame"), "DOOR");
    equal(mask_text(&arena, "sesame, open sesame!"), "***, open ***!");
}

Test(mask, of_two_that_begin_alike_the_longer_one_is_replaced)
{
    mask_add(S("sesame"), "DOOR");
    mask_add(S("sesame street"), "STREET");
    equal(mask_text(&arena, "on sesame street"), "on ***");
}

Test(mask, a_short_text_is_not_looked_for_but_has_its_name)
{
    mask_add(S("abc"), NULL);
    cr_assert(mask_is_empty());
    mask_add(S("abc"), "SHORT");
    equal(mask_text(&arena, "abcdef"), "abcdef");
    equal(mask_name(S("abc")), "SHORT");
}

Test(mask, a_secret_has_its_name_and_a_name_its_secret)
{
    mask_add(S("sesame"), NULL);
    cr_assert_null(mask_name(S("sesame")));
    mask_add(S("sesame"), "DOOR");
    equal(mask_name(S("sesame")), "DOOR");
    equal(mask_find("DOOR"), "sesame");
    cr_assert_null(mask_find("WINDOW"));
}

Test(mask, two_secrets_may_have_the_same_value)
{
    mask_add(S("sesame"), NULL);
    mask_add(S("sesame"), "DOOR");
    mask_add(S("sesame"), "trigger.door");
    equal(mask_find("DOOR"), "sesame");
    cr_assert_not_null(mask_find("trigger.door"));
    equal(mask_find("trigger.door"), "sesame");
    equal(mask_name(S("sesame")), "DOOR");
}

Test(mask, the_secrets_of_many_executions_have_one_name)
{
    mask_add(S("sesame"), "trigger.door");
    mask_add(S("barley"), "trigger.door");
    equal(mask_find("trigger.door"), "sesame");
    equal(mask_name(S("barley")), "trigger.door");
}

Test(mask, a_secret_is_found_as_json_writes_it)
{
    mask_add(S("a\"b\\c\nd"), "DOOR");
    equal(mask_text(&arena, "{\"x\":\"a\\\"b\\\\c\\nd\"}"), "{\"x\":\"***\"}");
}

Test(mask, json_stays_json)
{
    mask_add(S("2024"), "YEAR");
    equal(mask_json(&arena, "{\"at 2024\":[2024,\"in 2024\"]}"),
          "{\"at ***\":[2024,\"in ***\"]}");
}

Test(mask, pieces_are_put_together)
{
    static const char *const pieces[] = {"the s", "es", "ame is sesa", "me; sesa", "w"};
    struct mask_stream stream = {0};
    char all[100] = "";

    mask_add(S("sesame"), "DOOR");
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        const struct str out = mask_stream_add(&stream, &arena, str_of(pieces[i]));

        strncat(all, out.p ? out.p : "", out.len);
    }
    equal(all, "the *** is ***; sesaw");
    cr_assert_eq(mask_stream_end(&stream, &arena).len, 0);
}

Test(mask, pieces_of_a_secret_as_json_writes_it_are_put_together)
{
    static const char secret[] = "open\n\n\n\nsesame"; /* 14 bytes, in JSON 18 */
    static const char json[] = "say open\\n\\n\\n\\nsesame now";
    struct mask_stream stream = {0};
    char all[100] = "";

    mask_add(str_of(secret), "DOOR");
    for (size_t i = 0; json[i]; i++) {
        const struct str out =
            mask_stream_add(&stream, &arena, (struct str){json + i, 1});

        strncat(all, out.p ? out.p : "", out.len);
    }
    equal(all, "say *** now");
}

Test(mask, what_was_only_a_beginning_comes_at_the_end)
{
    struct mask_stream stream = {0};
    struct str out;

    mask_add(S("sesame"), "DOOR");
    cr_assert_eq(mask_stream_add(&stream, &arena, S("sesam")).len, 0);
    out = mask_stream_end(&stream, &arena);
    cr_assert(str_is(out, "sesam"));
}
