/* git_diff.c: reads what `git diff-tree -r -z --raw --numstat` prints.
 *
 *     output = raw* stat*              in both the same files in the same order
 *     raw    = ":" old-mode " " new-mode " " old-id " " new-id " " status NUL path NUL
 *              [path NUL]              the second one for a rename
 *     stat   = added TAB removed TAB (path NUL | NUL path NUL path NUL)
 *
 * Paths may hold any byte but NUL; they are never unquoted or converted here. */
#include "git.h"

#include <stdlib.h>
#include <string.h>

/* The rest of the output, NUL-separated; the whole is NUL-terminated. */
struct reader {
    const char *p, *end;
    bool is_bad;
};

static const char *next_text(struct reader *reader)
{
    const char *text = reader->p;

    if (text >= reader->end) {
        reader->is_bad = true;
        return "";
    }
    reader->p += strlen(text) + 1;
    return text;
}

/* Cuts the word before the next blank off *text. */
static const char *next_word(struct kad_step *step, const char **text)
{
    const size_t len = strcspn(*text, " ");
    const char *word = kad_printf(step, "%.*s", (int)len, *text);

    *text += len + ((*text)[len] == ' ');
    return word;
}

static void read_raw(struct kad_step *step, struct reader *reader,
                     struct git_entry *entry)
{
    const char *header = next_text(reader) + 1; /* the colon */

    entry->old_mode = next_word(step, &header);
    entry->new_mode = next_word(step, &header);
    entry->old_id = next_word(step, &header);
    entry->new_id = next_word(step, &header);
    entry->status = header[0];
    entry->path = next_text(reader);
    if (entry->status == 'R') {
        entry->old_path = entry->path;
        entry->path = next_text(reader);
    }
}

static void read_stat(struct reader *reader, struct git_entry *entry)
{
    const char *text = next_text(reader);
    char *end;

    /* A binary file has "-" for both: strtoll reads 0. */
    entry->lines_added = strtoll(text, &end, 10);
    text = strchr(text, '\t');
    if (!text) {
        reader->is_bad = true;
        return;
    }
    entry->lines_removed = strtoll(text + 1, &end, 10);
    if (entry->old_path) {
        next_text(reader);
        next_text(reader);
    }
}

/* More than there are entries: each has several texts. */
static size_t count_texts(const char *text, size_t len)
{
    const char *end = text + len;
    size_t count = 0;

    for (; text < end; text += strlen(text) + 1)
        count++;
    return count;
}

bool git_diff_parse(struct kad_step *step, const char *text, size_t len,
                    struct git_entries *entries)
{
    struct reader reader = {.p = text, .end = text + len};
    struct git_entry *items =
        kad_alloc(step, (count_texts(text, len) + 1) * sizeof(struct git_entry));
    size_t count = 0;

    while (reader.p < reader.end && *reader.p == ':' && !reader.is_bad)
        read_raw(step, &reader, &items[count++]);
    for (size_t i = 0; i < count && !reader.is_bad; i++)
        read_stat(&reader, &items[i]);
    *entries = (struct git_entries){items, count};
    return !reader.is_bad && reader.p >= reader.end;
}
