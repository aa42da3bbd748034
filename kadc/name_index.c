/* name_index.c: see name_index.h.
 *
 * Names are kept by length and in alphabetical order, each with the set of its letters. One
 * name differs from another by at least the difference of their lengths, and by the letters
 * that only one of them has; so the search goes outward from the length of the wrong name, and
 * ends when the lengths alone differ by more than the nearest name does. Names that begin
 * alike are measured, or given up, together.
 *   (1) no name is passed over that is as near as the nearest. */
#include "name_index.h"

#include <ctype.h>
#include <stdlib.h>

/* ---- Distances ------------------------------------------------------------------- */

size_t nearest_limit(struct str wrong)
{
    const size_t limit = (wrong.len > 3 ? wrong.len : 3) / 3;

    if (limit >= wrong.len) /* a name with no letter in common is no candidate */
        return wrong.len - (wrong.len > 0);
    return limit;
}

/* Keeps the first in the order of the names. */
static void nearest_insert(struct nearest *nearest, size_t at)
{
    size_t place = nearest->count < NEAREST_SHOWN ? nearest->count : NEAREST_SHOWN;

    nearest->count++;
    for (; place > 0 && nearest->shown[place - 1] > at; place--)
        if (place < NEAREST_SHOWN)
            nearest->shown[place] = nearest->shown[place - 1];
    if (place < NEAREST_SHOWN)
        nearest->shown[place] = at;
}

void nearest_offer(struct nearest *nearest, size_t *limit, size_t at, size_t distance)
{
    if (distance > *limit || distance == 0)
        return;
    if (distance < *limit)
        nearest->count = 0;
    *limit = distance;
    nearest_insert(nearest, at);
}

/* ---- The index ------------------------------------------------------------------- */

/* Which letters a name has once at least, and twice at least. */
struct letters {
    uint64_t once, twice;
};

struct entry {
    struct str name;
    struct letters letters;
    uint32_t at;         /* in names.items */
    uint32_t common_len; /* bytes that the entry before begins with too */
};

struct name_index {
    struct entry *entries;                    /* by length, then by the alphabet */
    uint32_t first[STR_DISTANCE_LEN_MAX + 2]; /* entry of each length */
};

/* Lower case letters, upper case letters, digits; the rest shares the last bits. */
static unsigned letter_bit(char letter)
{
    const unsigned char c = (unsigned char)letter;

    if (islower(c))
        return c - (unsigned)'a';
    if (isupper(c))
        return c - (unsigned)'A' + 26;
    if (isdigit(c))
        return c - (unsigned)'0' + 52;
    return 62 + (c & 1);
}

static struct letters letters_of(struct str name)
{
    struct letters letters = {0};

    for (size_t i = 0; i < name.len; i++) {
        const uint64_t bit = UINT64_C(1) << letter_bit(name.p[i]);

        letters.twice |= letters.once & bit;
        letters.once |= bit;
    }
    return letters;
}

static size_t letters_missing(struct letters from, struct letters in)
{
    return (size_t)__builtin_popcountll(from.once & ~in.once) +
           (size_t)__builtin_popcountll(from.twice & ~in.twice);
}

/* Too long ones are near to none, and left out. */
static bool is_indexed(struct str name)
{
    return name.len <= STR_DISTANCE_LEN_MAX;
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;

    if (a->name.len != b->name.len)
        return a->name.len < b->name.len ? -1 : 1;
    return str_compare(a->name, b->name);
}

static uint32_t common_len(struct str a, struct str b)
{
    uint32_t len = 0;

    while (len < a.len && len < b.len && a.p[len] == b.p[len])
        len++;
    return len;
}

struct name_index *name_index_new(struct arena *arena, struct names names)
{
    struct name_index *index = arena_new(arena, struct name_index);
    struct entry *entries = arena_array(arena, struct entry, names.count);
    size_t count = 0;

    for (size_t i = 0; i < names.count; i++) {
        const struct str name = names.items[i];

        if (!is_indexed(name))
            continue;
        entries[count++] = (struct entry){
            .name = name, .letters = letters_of(name), .at = (uint32_t)i};
        index->first[name.len + 1]++;
    }
    for (size_t len = 0; len <= STR_DISTANCE_LEN_MAX; len++)
        index->first[len + 1] += index->first[len];
    if (count > 1)
        qsort(entries, count, sizeof(entries[0]), compare_entries);
    for (size_t i = 1; i < count; i++)
        entries[i].common_len = common_len(entries[i - 1].name, entries[i].name);
    index->entries = entries;
    return index;
}

/* ---- Searching ------------------------------------------------------------------- */

struct search {
    struct str_pattern wrong;
    struct letters letters;
    size_t limit; /* the smallest distance so far, or that which is near enough */
    struct nearest nearest;
    struct str_column columns[STR_DISTANCE_LEN_MAX + 1]; /* after each byte of a name */
};

/* Measures a name whose first `from` bytes have been; returns how many have then. Fewer than
 * all: whatever begins like that and is as long is too far away. */
static uint32_t measure(struct search *search, const struct entry *entry, uint32_t from)
{
    const uint32_t len = (uint32_t)entry->name.len;
    struct str_column *columns = search->columns;

    for (uint32_t i = from; i < len; i++) {
        columns[i + 1] = str_column_next(&search->wrong, &columns[i], entry->name.p[i]);
        if (columns[i + 1].distance > search->limit + (len - i - 1))
            return i + 1; /* each byte takes one at most */
    }
    nearest_offer(&search->nearest, &search->limit, entry->at, columns[len].distance);
    return len;
}

static void search_length(const struct name_index *index, struct search *search,
                          size_t len)
{
    uint32_t measured = 0; /* bytes of this entry */
    bool is_too_far = false;

    for (size_t i = index->first[len]; i < index->first[len + 1]; i++) {
        const struct entry *entry = &index->entries[i];

        if (entry->common_len < measured) {
            measured = entry->common_len;
            is_too_far = false;
        }
        if (is_too_far ||
            letters_missing(search->letters, entry->letters) > search->limit ||
            letters_missing(entry->letters, search->letters) > search->limit)
            continue;
        measured = measure(search, entry, measured);
        is_too_far = measured < len;
    }
}

struct nearest name_index_nearest(const struct name_index *index, struct str wrong)
{
    struct search search = {.letters = letters_of(wrong),
                            .limit = nearest_limit(wrong)};

    if (!is_indexed(wrong) || wrong.len == 0)
        return search.nearest;
    str_pattern_init(&search.wrong, wrong);
    search.columns[0] = str_column_first(&search.wrong);
    for (size_t by = 0; by <= search.limit; by++) {
        if (by <= wrong.len)
            search_length(index, &search, wrong.len - by);
        if (by > 0 && wrong.len + by <= STR_DISTANCE_LEN_MAX)
            search_length(index, &search, wrong.len + by);
    }
    return search.nearest;
}
