/* source.c: see source.h. */
#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"

enum { BLOCK_BYTES = 1024 }; /* of source->characters */

#define BYTE_ORDER_MARK S("\xef\xbb\xbf")

/* Length of the line end at `at`: CRLF, LF or CR; 0 when there is none. */
static size_t line_end_len(struct str text, size_t at)
{
    if (text.p[at] == '\r')
        return text.p[at + 1] == '\n' ? 2 : 1;
    return text.p[at] == '\n';
}

/* The line ends from `at` on are noted in `lines`, unless it is NULL; returns their number.
 * A file without CR, and that is nearly every one, is searched at the speed of memchr. */
static uint32_t find_line_ends(struct str text, size_t at, uint32_t *lines)
{
    const bool has_cr = text.len && memchr(text.p, '\r', text.len);
    uint32_t count = 0;

    while (at < text.len) {
        const char *lf =
            has_cr ? text.p + at : memchr(text.p + at, '\n', text.len - at);
        size_t len;

        if (!lf)
            break;
        at = (size_t)(lf - text.p);
        len = line_end_len(text, at);
        at += len ? len : 1;
        if (len && lines)
            lines[count] = (uint32_t)at;
        count += len != 0;
    }
    return count;
}

/* A byte order mark belongs to no line: the first line starts after it. */
static void find_lines(struct arena *arena, struct source *source)
{
    const struct str text = source->text;
    const size_t first =
        str_starts_with(text, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.len : 0;

    source->line_count = 1 + find_line_ends(text, first, NULL);
    source->lines = arena_array(arena, uint32_t, source->line_count);
    source->lines[0] = (uint32_t)first;
    find_line_ends(text, first, source->lines + 1);
}

/* Characters of the file before `byte`. */
static uint32_t characters_before(const struct source *source, uint32_t byte)
{
    const uint32_t block = byte / BLOCK_BYTES;
    const struct str rest = str_part(source->text, (size_t)block * BLOCK_BYTES, byte);

    return source->characters[block] + (uint32_t)str_utf8_count(rest);
}

static void count_characters(struct arena *arena, struct source *source)
{
    const size_t block_count = source->text.len / BLOCK_BYTES;

    source->characters = arena_array(arena, uint32_t, block_count + 1);
    for (size_t i = 0; i < block_count; i++) {
        const size_t start = i * BLOCK_BYTES;
        const struct str block = str_part(source->text, start, start + BLOCK_BYTES);

        source->characters[i + 1] =
            source->characters[i] + (uint32_t)str_utf8_count(block);
    }
    source->is_ascii =
        characters_before(source, (uint32_t)source->text.len) == source->text.len;
}

/* `text` is the source's own, NUL-terminated. */
static struct source *source_new(struct arena *arena, const char *path, struct str text)
{
    struct source *source = arena_new(arena, struct source);

    source->path = str_of(str_copy(arena, str_of(path)));
    source->text = text;
    find_lines(arena, source);
    count_characters(arena, source);
    return source;
}

struct source *source_of_text(struct arena *arena, const char *path, struct str text)
{
    return source_new(arena, path,
                      (struct str){arena_copy(arena, text.p, text.len), text.len});
}

/* In chunks: a pipe does not say how much it holds. */
static bool read_all(FILE *file, struct buf *text)
{
    char chunk[1 << 16];
    size_t len;

    while ((len = fread(chunk, 1, sizeof chunk, file)) > 0) {
        buf_add(text, (struct str){chunk, len});
        if (text->len > SOURCE_BYTES_MAX) {
            errno = EFBIG;
            return false;
        }
    }
    return !ferror(file);
}

/* The bytes that a file says it has; 0: it is no regular file, or too large anyway. */
static size_t file_len(FILE *file)
{
    struct stat st;

    if (fstat(fileno(file), &st) != 0 || !S_ISREG(st.st_mode) ||
        st.st_size > SOURCE_BYTES_MAX)
        return 0;
    return (size_t)st.st_size;
}

struct source *source_open(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rbe");
    struct source *source = NULL;
    struct buf text;
    int error;

    if (!file)
        return NULL;
    buf_init(&text, arena);
    buf_reserve(&text, file_len(file));
    if (read_all(file, &text))
        source = source_new(arena, path, buf_str(&text));
    error = errno;
    fclose(file);
    errno = error;
    return source;
}

/* Index of the line that `byte` is on. */
static uint32_t line_index(const struct source *source, uint32_t byte)
{
    uint32_t low = 0, high = source->line_count;

    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;

        if (source->lines[middle] <= byte)
            low = middle;
        else
            high = middle;
    }
    return low;
}

uint32_t source_line_of(const struct source *source, uint32_t byte)
{
    return line_index(source, byte) + 1;
}

struct place source_place(const struct source *source, uint32_t byte)
{
    const uint32_t line = line_index(source, byte);
    const uint32_t start = source->lines[line];

    return (struct place){line + 1, byte < start
                                        ? 1
                                        : characters_before(source, byte) -
                                              characters_before(source, start) + 1};
}

struct str source_line(const struct source *source, uint32_t line)
{
    const bool is_last = line >= source->line_count;
    struct str text;

    if (line < 1 || line > source->line_count)
        return S("");
    text = str_part(source->text, source->lines[line - 1],
                    is_last ? source->text.len : source->lines[line]);
    while (text.len && (text.p[text.len - 1] == '\n' || text.p[text.len - 1] == '\r'))
        text.len--;
    return text;
}

struct span span_join(struct span from, struct span to)
{
    if (!from.source)
        return to;
    if (to.source == from.source && to.end > from.end)
        from.end = to.end;
    return from;
}

struct str span_text(struct span span)
{
    if (!span.source)
        return (struct str){0};
    return str_part(span.source->text, span.start, span.end);
}
