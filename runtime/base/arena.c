/* arena.c: a list of blocks, the newest is filled from its start. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"

enum { FIRST_BLOCK_BYTES = 1024, BLOCK_BYTES_MAX = 16 * 1024, EXIT_BUG = 70 };

struct arena_block {
    struct arena_block *next;
    size_t size_bytes;
    alignas(max_align_t) unsigned char bytes[];
};

static _Noreturn void out_of_memory(size_t size)
{
    fprintf(stderr, "kad: out of memory (%zu bytes asked)\n", size);
    exit(EXIT_BUG);
}

static struct arena_block *block_add(struct arena *arena, size_t size)
{
    struct arena_block *block;

    if (size > SIZE_MAX - sizeof(*block))
        out_of_memory(size);
    block = calloc(1, sizeof(*block) + size);
    if (!block)
        out_of_memory(size);
    block->next = arena->blocks;
    block->size_bytes = size;
    arena->blocks = block;
    arena->used_bytes = 0;
    arena->total_bytes += sizeof(*block) + size;
    return block;
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

        free(block);
        block = next;
    }
    arena_init(arena);
}

/* Small at first: a block is zeroed as a whole, and most arenas of the runtime live for one
 * step. */
static size_t block_bytes(const struct arena *arena, size_t size)
{
    size_t bytes = arena->total_bytes;

    if (bytes < FIRST_BLOCK_BYTES)
        bytes = FIRST_BLOCK_BYTES;
    if (bytes > BLOCK_BYTES_MAX)
        bytes = BLOCK_BYTES_MAX;
    return size > bytes ? size : bytes;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct arena_block *block;
    void *p;

    if (size > SIZE_MAX - align)
        out_of_memory(size);
#ifdef KAD_DEBUG_ARENA
    return block_add(arena, size ? size : 1)->bytes;
#endif
    size = (size + align - 1) / align * align;
    block = arena->blocks;
    if (!block || block->size_bytes - arena->used_bytes < size)
        block = block_add(arena, block_bytes(arena, size));
    p = block->bytes + arena->used_bytes;
    arena->used_bytes += size;
    return p;
}

void *arena_alloc_array(struct arena *arena, size_t size, size_t count)
{
    if (size && count > SIZE_MAX / size)
        out_of_memory(SIZE_MAX);
    return arena_alloc(arena, size * count);
}

char *arena_copy(struct arena *arena, const char *text, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);

    if (len)
        memcpy(copy, text, len);
    return copy;
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
        out_of_memory(0);
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
