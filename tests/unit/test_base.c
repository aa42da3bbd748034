/* test_base.c: arenas, slices, growing arrays and buffers. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/format.h"
#include "base/moment.h"
#include "base/str.h"
#include "base/vec.h"

static struct arena arena;

static void release(void)
{
    arena_release(&arena);
}

TestSuite(base, .fini = release);

Test(base, an_arena_gives_zeroed_and_aligned_memory)
{
    for (size_t size = 0; size < 100000; size = size * 3 + 1) {
        unsigned char *p = arena_alloc(&arena, size);

        cr_assert_eq((uintptr_t)p % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            cr_assert_eq(p[i], 0);
        memset(p, 0xff, size);
    }
}

Test(base, an_arena_may_be_used_again_after_its_release)
{
    arena_copy(&arena, "abc", 3);
    arena_release(&arena);
    cr_assert_eq(arena.total_bytes, 0);
    cr_assert_str_eq(arena_printf(&arena, "%d-%s", 7, "x"), "7-x");
}

Test(base, a_part_of_a_slice_is_clamped_to_it)
{
    cr_assert(str_is(str_part(S("hello"), 1, 3), "el"));
    cr_assert(str_is(str_part(S("hello"), 3, 99), "lo"));
    cr_assert_eq(str_part(S("hello"), 4, 2).len, 0);
}

Test(base, slices_are_compared_by_bytes)
{
    cr_assert_lt(str_compare(S("a"), S("ab")), 0);
    cr_assert_gt(str_compare(S("b"), S("ab")), 0);
    cr_assert_eq(str_compare(S("ab"), S("ab")), 0);
    cr_assert(str_starts_with(S("kad"), S("ka")));
    cr_assert_not(str_starts_with(S("k"), S("ka")));
    cr_assert(str_ends_with(S("kad"), S("ad")));
    cr_assert_eq(str_find(S("workflow"), S("flow")), 4);
    cr_assert_eq(str_find(S("workflow"), S("x")), 8);
}

Test(base, overlong_forms_and_surrogates_are_not_utf8)
{
    cr_assert_eq(str_utf8_valid_len(S("a\xc3\xa4z")), 4);
    cr_assert_eq(str_utf8_valid_len(S("a\xc0\x80")), 1);
    cr_assert_eq(str_utf8_valid_len(S("\xed\xa0\x80")), 0);
    cr_assert_eq(str_utf8_valid_len(S("\xf4\x90\x80\x80")), 0);
    cr_assert_eq(str_utf8_valid_len(S("ok\xe2\x82")), 2);
}

Test(base, characters_are_decoded_and_counted)
{
    const struct str text = S("z\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82");
    size_t len;

    cr_assert_eq(str_utf8_count(text), 4);
    cr_assert_eq(str_utf8_char(text, 1, &len), 0xe4);
    cr_assert_eq(len, 2);
    cr_assert_eq(str_utf8_char(text, 3, &len), 0x20ac);
    cr_assert_eq(str_utf8_char(text, 6, &len), 0x1f642);
    cr_assert_eq(len, 4);
}

Test(base, a_swap_of_neighbours_is_one_edit)
{
    cr_assert_eq(str_distance(S("onSuccess"), S("onSucess"), 3), 1);
    cr_assert_eq(str_distance(S("steps"), S("setps"), 3), 1);
    cr_assert_eq(str_distance(S("ca"), S("abc"), 9), 3); /* restricted: not 2 */
    cr_assert_eq(str_distance(S(""), S("abc"), 9), 3);
    cr_assert_eq(str_distance(S("abcdef"), S("uvwxyz"), 2), 3);
}

Test(base, a_vector_keeps_its_items_while_it_grows)
{
    VEC(int) numbers = {0};

    for (int i = 0; i < 1000; i++)
        vec_push(&arena, &numbers, i);
    cr_assert_eq(numbers.count, 1000);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(numbers.items[i], i);
}

Test(base, a_buffer_stays_terminated_while_it_grows)
{
    struct buf buf;

    buf_init(&buf, &arena);
    cr_assert_str_eq(buf.p, "");
    for (int i = 0; i < 500; i++)
        buf_printf(&buf, "%d,", i % 10);
    buf_fill(&buf, '-', 700);
    buf_add_char(&buf, '!');
    cr_assert_eq(buf.len, 1000 + 700 + 1);
    cr_assert_eq(strlen(buf.p), buf.len);
    cr_assert(str_starts_with(buf_str(&buf), S("0,1,2,")));
}

/* A text is as the C library makes it, however little room there is for it. */
static void check_format(const char *format, ...)
{
    char expected[64], actual[64];

    for (size_t size = 0; size <= sizeof(actual); size++) {
        va_list args, again;
        int expected_len, actual_len;

        va_start(args, format);
        va_copy(again, args);
        memset(expected, '#', sizeof(expected));
        memset(actual, '#', sizeof(actual));
        expected_len = vsnprintf(expected, size, format, args);
        actual_len = format_text(actual, size, format, again);
        va_end(again);
        va_end(args);
        cr_assert_eq(actual_len, expected_len, "%s: %d", format, actual_len);
        cr_assert_arr_eq(actual, expected, sizeof(actual), "%s: %.64s", format, actual);
    }
}

Test(base, text_is_formatted_as_the_c_library_does)
{
    check_format("plain");
    check_format("%s%c%s, 100%%", "a", 'b', "");
    check_format("%.*s|%.*s|%.*s|%.*s", 2, "abc", 5, "abc", 0, "abc", -1, "abc");
    check_format("%d %d %d", 0, INT_MAX, INT_MIN);
    check_format("%u %zu", UINT_MAX, SIZE_MAX);
    check_format("%ld %lu %lld", LONG_MIN, ULONG_MAX, LLONG_MIN);
    check_format("%5d|%-6s|%04x|%.17g|%llu|%.2s", 7, "ab", 255U, 0.5, 1ULL, "abc");
}

/* -1: it is no moment. */
static int64_t moment(const char *text)
{
    int64_t unix_ms;

    return moment_parse(str_of(text), &unix_ms) ? unix_ms : -1;
}

Test(moment, is_the_same_in_every_zone)
{
    cr_expect_eq(moment("1970-01-01T00:00:00Z"), 0);
    cr_expect_eq(moment("2026-12-24T18:00:00Z"), 1798135200000);
    cr_expect_eq(moment("2026-12-24T19:00:00+01:00"), 1798135200000);
    cr_expect_eq(moment("2026-12-24T12:30:00-05:30"), 1798135200000);
    cr_expect_eq(moment("2024-02-29T00:00Z"), 1709164800000);
}

Test(moment, has_milliseconds)
{
    cr_expect_eq(moment("1970-01-01T00:00:01.5Z"), 1500);
    cr_expect_eq(moment("1970-01-01T00:00:01.123456Z"), 1123);
}

Test(moment, is_nothing_else)
{
    static const char *const others[] = {
        "",
        "tomorrow",
        "2026-12-24",
        "2026-12-24T18:00:00",
        "2026-12-24 18:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-12-24T24:00:00Z",
        "2026-12-24T18:00:00.Z",
        "2026-12-24T18:00:00Z ",
        "2026-12-24T18:00:00+0100",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+01:00",
    };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        cr_expect_eq(moment(others[i]), -1, "%s", others[i]);
}

Test(base, what_is_no_text_is_replaced)
{
    struct buf text;

    buf_init(&text, &arena);
    buf_add_valid(&text, S("a\xff"
                           "b\0\xc3"));
    cr_assert_str_eq(text.p, "a\xef\xbf\xbd"
                             "b\xef\xbf\xbd\xef\xbf\xbd");
}

/* What a pipe with so many bytes in it gives. */
static bool read_pipe(size_t len, size_t max_bytes, struct str *text)
{
    const char *all = arena_alloc(&arena, len);
    int ends[2];
    bool is_read;

    cr_assert_eq(pipe(ends), 0);
    cr_assert(file_write_all(ends[1], (struct str){all, len}));
    close(ends[1]);
    is_read =
        file_read(&arena, arena_printf(&arena, "/dev/fd/%d", ends[0]), max_bytes, text);
    close(ends[0]);
    return is_read;
}

Test(base, a_file_without_a_size_is_read_to_its_end)
{
    struct str text;

    cr_assert(file_read(&arena, "/proc/self/stat", 4096, &text));
    cr_expect(str_ends_with(text, S("\n")));
    cr_assert(read_pipe(1000, 1000, &text));
    cr_expect_eq(text.len, 1000);
    cr_expect_not(read_pipe(1001, 1000, &text));
    cr_expect_eq(errno, EFBIG);
}

Test(base, a_count_has_digits_only_and_a_bound)
{
    size_t count;

    cr_assert(str_count(S("0"), 0, &count));
    cr_expect_eq(count, 0);
    cr_assert(str_count(S("0100"), 100, &count));
    cr_expect_eq(count, 100);
    cr_expect(str_count(S("18446744073709551615"), SIZE_MAX, &count));
    cr_expect_eq(count, SIZE_MAX);
    cr_expect_not(str_count(S("18446744073709551616"), SIZE_MAX, &count));
    cr_expect_not(str_count(S("101"), 100, &count));
    cr_expect_not(str_count(S(""), 100, &count));
    cr_expect_not(str_count(S("-1"), 100, &count));
    cr_expect_not(str_count(S(" 1"), 100, &count));
    cr_expect_not(str_count(S("1x"), 100, &count));
}

Test(base, closed_standard_files_are_opened_again)
{
    close(STDIN_FILENO);
    file_keep_standard();
    cr_assert_neq(fcntl(STDIN_FILENO, F_GETFD), -1);
    cr_assert_gt(open("/dev/null", O_RDONLY), STDERR_FILENO);
}
