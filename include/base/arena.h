/* A bump allocator: many small allocations that die together. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include "base/str.h"

struct arena;

/* `block` is the size in bytes of the first and of each further block. */
struct arena *arena_new(size_t block);
void arena_free(struct arena *arena); /* NULL is fine */

/* Zeroed, aligned for any type, valid until arena_reset or arena_free. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);
/* Like arena_alloc, but not zeroed. */
void *arena_alloc_raw(struct arena *arena, size_t size);
/* Copies; the copy has a NUL behind it that `size` does not count. Absent stays absent. */
struct str arena_copy(struct arena *arena, struct str s);
/* Room for one more item of a list: `items` itself while `count` is below `*room`, else a copy with
 * twice the room, which is not zeroed beyond `count`. `room` in items of `size` bytes; NULL with
 * room 0 is an empty list. The list before stays in the arena until its reset. */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size);
/* The parts one after the other, as arena_copy. */
struct str arena_join(struct arena *arena, const struct str *parts, size_t count);
struct str arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Forgets everything allocated; keeps one block so that a steady load allocates nothing. */
void arena_reset(struct arena *arena);
/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *arena);
