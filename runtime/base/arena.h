/* arena.h: memory that is freed as a whole.
 *
 * One owner, many allocations, one release. Memory comes zeroed and aligned for any type.
 * Out of memory ends the process with exit 70 and a message: nobody else has to check.
 * With KAD_DEBUG_ARENA each block is a malloc of its own, so that ASan sees overruns. */
#ifndef KAD_BASE_ARENA_H
#define KAD_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used_bytes;          /* of the newest block */
    size_t total_bytes;         /* asked of malloc, for limits and statistics */
};

/* The caller's storage; all zeroes is also a valid empty arena. */
void arena_init(struct arena *arena);

/* Frees everything that came from it. It may be used again afterwards. */
void arena_release(struct arena *arena);

/* `size` zeroed bytes; never NULL, also for 0. */
void *arena_alloc(struct arena *arena, size_t size);
/* What it does when there is no memory left: says so, exit 70. */
_Noreturn void arena_out_of_memory(size_t size);

/* A NUL-terminated copy of `len` bytes. */
char *arena_copy(struct arena *arena, const char *text, size_t len);
/* A copy of a text; NULL of NULL. */
char *arena_text(struct arena *arena, const char *text);

/* Formatted text, NUL-terminated. */
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define arena_array(arena, type, count)                                                \
    ((type *)arena_alloc_array((arena), sizeof(type), (count)))

/* `count` times `size` zeroed bytes, checked for overflow. */
void *arena_alloc_array(struct arena *arena, size_t size, size_t count);

#endif
