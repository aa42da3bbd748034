/* arena.c: a list of blocks, the first is filled from its start.
 *
 * (1) A block is small at first, since it is zeroed as a whole and most arenas of the runtime
 *     live for one step. An arena that has grown large goes on in huge pages: the kernel's
 *     work on small ones would take longer than what the compiler does with them.
 * (2) What is large has a block of its own behind the first, whose rest stays in use. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/format.h"

enum {
    FIRST_BLOCK_BYTES = 1024,
    BLOCK_BYTES_MAX = 16 * 1024,
    LARGE_ARENA_BYTES = 1024 * 1024,
    OWN_BLOCK_BYTES = 1024 * 1024, /* from here on, in a large arena */
    HUGE_PAGE_BYTES = 2 * 1024 * 1024,
    EXIT_BUG = 70
};

struct arena_block {
    struct arena_block *next;
    size_t size_bytes;
    bool is_mapped; /* from huge_alloc, not from calloc */
    alignas(max_align_t) unsigned char bytes[];
};

void arena_out_of_memory(size_t size)
{
    fprintf(stderr, "kad: out of memory (%zu bytes asked)\n", size);
    exit(EXIT_BUG);
}

/* Whole huge pages, zeroed; NULL: there are none. */
static void *huge_alloc(size_t size)
{
    const size_t mapped = size + HUGE_PAGE_BYTES;
    unsigned char *p =
        mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t before;

    if (p == MAP_FAILED)
        return NULL;
    before = HUGE_PAGE_BYTES - (uintptr_t)p % HUGE_PAGE_BYTES;
    munmap(p, before);
    if (before < HUGE_PAGE_BYTES)
        munmap(p + before + size, HUGE_PAGE_BYTES - before);
    madvise(p + before, size, MADV_HUGEPAGE);
    return p + before;
}

/* Makes a block, whose place in the list is the caller's to choose. */
static struct arena_block *block_new(struct arena *arena, size_t size)
{
    struct arena_block *block;
    size_t bytes = sizeof(*block) + size;
    bool is_mapped;

    is_mapped = bytes % HUGE_PAGE_BYTES == 0;
    block = is_mapped ? huge_alloc(bytes) : calloc(1, bytes);
    if (!block)
        arena_out_of_memory(size);
    block->size_bytes = size;
    block->is_mapped = is_mapped;
    arena->total_bytes += bytes;
    return block;
}

static struct arena_block *block_add(struct arena *arena, size_t size)
{
    struct arena_block *block = block_new(arena, size);

    block->next = arena->blocks;
    arena->blocks = block;
    arena->used_bytes = 0;
    return block;
}

static struct arena_block *block_add_behind(struct arena *arena, size_t size)
{
    struct arena_block *block = block_new(arena, size);

    block->next = arena->blocks->next;
    arena->blocks->next = block;
    return block;
}

static void block_free(struct arena_block *block)
{
    if (block->is_mapped)
        munmap(block, sizeof(*block) + block->size_bytes);
    else
        free(block);
}

void arena_init(struct arena *arena)
{
    *arena = (struct arena){0};
}

void arena_release(struct arena *arena)
{
    struct arena_block *block = arena->blocks;

    while (block) {
        struct arena_block *next = block->next;

        block_free(block);
        block = next;
    }
    arena_init(arena);
}

/* Of the next block that is filled from its start. */
static size_t block_bytes(const struct arena *arena)
{
    const size_t total = arena->total_bytes;

    if (total >= LARGE_ARENA_BYTES)
        return HUGE_PAGE_BYTES - sizeof(struct arena_block);
    if (total < FIRST_BLOCK_BYTES)
        return FIRST_BLOCK_BYTES;
    return total < BLOCK_BYTES_MAX ? total : BLOCK_BYTES_MAX;
}

/* Of a block for `size` alone. */
static size_t own_block_bytes(size_t size)
{
    const size_t bytes = sizeof(struct arena_block) + size;

    if (bytes < HUGE_PAGE_BYTES)
        return size;
    return size + HUGE_PAGE_BYTES - 1 - (bytes - 1) % HUGE_PAGE_BYTES;
}

/* Room for what the first block has no room for. */
static void *alloc_in_new_block(struct arena *arena, size_t size)
{
    const size_t bytes = block_bytes(arena);

    if (arena->blocks && (size > bytes || size > OWN_BLOCK_BYTES))
        return block_add_behind(arena, own_block_bytes(size))->bytes;
    block_add(arena, size > bytes ? size : bytes);
    arena->used_bytes = size;
    return arena->blocks->bytes;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct arena_block *block;
    void *p;

    if (size > SIZE_MAX / 2)
        arena_out_of_memory(size);
#ifdef KAD_DEBUG_ARENA
    return block_add(arena, size ? size : 1)->bytes;
#endif
    size = (size + align - 1) / align * align;
    block = arena->blocks;
    if (!block || block->size_bytes - arena->used_bytes < size)
        return alloc_in_new_block(arena, size);
    p = block->bytes + arena->used_bytes;
    arena->used_bytes += size;
    return p;
}

void *arena_alloc_array(struct arena *arena, size_t size, size_t count)
{
    if (size && count > SIZE_MAX / size)
        arena_out_of_memory(SIZE_MAX);
    return arena_alloc(arena, size * count);
}

char *arena_copy(struct arena *arena, const char *text, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);

    if (len)
        memcpy(copy, text, len);
    return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
    return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    char brief[256]; /* most texts are printed once */
    va_list again;
    int len;
    char *text;

    va_copy(again, args);
    len = format_text(brief, sizeof(brief), format, again);
    va_end(again);
    if (len < 0)
        arena_out_of_memory(0);
    if ((size_t)len < sizeof(brief))
        return arena_copy(arena, brief, (size_t)len);
    text = arena_alloc(arena, (size_t)len + 1);
    format_text(text, (size_t)len + 1, format, args);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}
