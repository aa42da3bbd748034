/* test_source.c: lines, columns and reading of files. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "source.h"

static struct arena arena;

static void release(void)
{
    arena_release(&arena);
}

TestSuite(source, .fini = release);

static struct source *source_from(const char *text)
{
    return source_of_text(&arena, "a.yaml", str_of(text));
}

static void assert_place(const struct source *source, uint32_t byte, uint32_t line,
                         uint32_t column)
{
    const struct place place = source_place(source, byte);

    cr_assert_eq(place.line, line, "byte %u: line %u", byte, place.line);
    cr_assert_eq(place.column, column, "byte %u: column %u", byte, place.column);
}

Test(source, lf_crlf_and_cr_end_a_line)
{
    const struct source *source = source_from("a\nb\r\nc\rd");

    cr_assert_eq(source->line_count, 4);
    for (uint32_t line = 1; line <= 4; line++)
        cr_assert_eq(source_line(source, line).len, 1);
    cr_assert(str_is(source_line(source, 3), "c"));
    assert_place(source, 5, 3, 1);
    assert_place(source, 7, 4, 1);
}

Test(source, other_line_ends_of_unicode_are_characters)
{
    const struct source *source = source_from("a\xc2\x85"
                                              "b\xe2\x80\xa8"
                                              "c");

    cr_assert_eq(source->line_count, 1);
    assert_place(source, 7, 1, 5);
}

Test(source, columns_count_characters)
{
    assert_place(source_from("x\n\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80z"), 11, 2, 4);
}

/* Every place of a long line of characters of one to four bytes, counted from its start. */
Test(source, columns_of_a_long_line_are_exact)
{
    struct buf text;
    const struct source *source;
    uint32_t column = 0;

    buf_init(&text, &arena);
    buf_add(&text, S("first\n"));
    for (int i = 0; i < 1000; i++)
        buf_add(&text, S("a\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80"));
    source = source_of_text(&arena, "a.yaml", buf_str(&text));
    for (uint32_t byte = 6; byte < source->text.len; byte++)
        if (((unsigned char)source->text.p[byte] & 0xc0) != 0x80)
            assert_place(source, byte, 2, ++column);
    cr_assert_eq(column, 4000);
}

Test(source, a_byte_order_mark_has_no_column)
{
    const struct source *source = source_from("\xef\xbb\xbf"
                                              "ab\n");

    assert_place(source, 0, 1, 1);
    assert_place(source, 4, 1, 2);
    cr_assert(str_is(source_line(source, 1), "ab"));
}

Test(source, the_end_of_the_text_is_a_place)
{
    assert_place(source_from(""), 0, 1, 1);
    assert_place(source_from("ab"), 2, 1, 3);
    assert_place(source_from("ab\n"), 3, 2, 1);
}

Test(source, a_line_that_does_not_exist_is_empty)
{
    const struct source *source = source_from("a\n");

    cr_assert_eq(source_line(source, 0).len, 0);
    cr_assert_eq(source_line(source, 2).len, 0);
    cr_assert_eq(source_line(source, 3).len, 0);
}

Test(source, spans_join_and_give_their_text)
{
    const struct source *source = source_from("one two three");
    const struct span one = {source, 0, 3}, two = {source, 4, 7};

    cr_assert(str_is(span_text(span_join(one, two)), "one two"));
    cr_assert(str_is(span_text(span_join((struct span){0}, two)), "two"));
    cr_assert_eq(span_text((struct span){0}).len, 0);
}

Test(source, a_file_is_read_with_its_nul_bytes)
{
    const int fd = memfd_create("source", MFD_CLOEXEC);
    const char *path = arena_printf(&arena, "/proc/self/fd/%d", fd);
    const struct source *source;

    cr_assert_eq(write(fd, "a\0b\n", 4), 4);
    source = source_open(&arena, path);
    close(fd);
    cr_assert_not_null(source);
    cr_assert_eq(source->text.len, 4);
    cr_assert_eq(source->text.p[2], 'b');
    cr_assert(str_is(source->path, path));
}

Test(source, what_cannot_be_read_says_why)
{
    cr_assert_null(source_open(&arena, "/nowhere/at/all"));
    cr_assert_eq(errno, ENOENT);
    cr_assert_null(source_open(&arena, "/"));
    cr_assert_eq(errno, EISDIR);
}

Test(source, a_file_without_end_is_too_big)
{
    cr_assert_null(source_open(&arena, "/dev/zero"));
    cr_assert_eq(errno, EFBIG);
}
