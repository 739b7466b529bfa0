#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

/* Under AddressSanitizer what was not handed out is poisoned, so that a pointer kept beyond
 * arena_reset is found by the first test that reads through it. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif
#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#define poison(memory, size) __asan_poison_memory_region((memory), (size))
#define unpoison(memory, size) __asan_unpoison_memory_region((memory), (size))
#else
#define poison(memory, size) ((void)(memory), (void)(size))
#define unpoison(memory, size) ((void)(memory), (void)(size))
#endif

#define ALIGNMENT alignof(max_align_t)

struct block {
    struct block *older;
    size_t size; /* of `data` */
    size_t used;
    alignas(ALIGNMENT) char data[];
};

struct arena {
    struct block *newest; /* the only one with room */
    size_t used;
};

static void block_add(struct arena *arena, size_t size)
{
    struct block *block = mem_resize(NULL, 1, sizeof(*block) + size);

    block->older = arena->newest;
    block->size = size;
    block->used = 0;
    poison(block->data, block->size);
    arena->newest = block;
}

static void block_free(struct block *block)
{
    unpoison(block->data, block->size);
    free(block);
}

struct arena *arena_new(size_t block)
{
    struct arena *arena = mem_alloc(sizeof(*arena));

    block_add(arena, (block + ALIGNMENT) & ~(ALIGNMENT - 1));
    return arena;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    for (struct block *block = arena->newest, *older; block; block = older) {
        older = block->older;
        block_free(block);
    }
    free(arena);
}

void *arena_alloc_raw(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 4)
        abort();
    size_t rounded = size ? (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1) : ALIGNMENT;
    if (arena->newest->size - arena->newest->used < rounded) {
        /* Doubling: after a few resets the block that is kept holds all of a steady load. */
        size_t larger = arena->newest->size * 2;
        block_add(arena, larger > rounded ? larger : rounded);
    }
    struct block *block = arena->newest;
    void *memory = block->data + block->used;
    unpoison(memory, size);
    block->used += rounded;
    arena->used += rounded;
    return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    void *memory = arena_alloc_raw(arena, size);

    memset(memory, 0, size);
    return memory;
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
    enum { FIRST = 8 };
    if (count < *room)
        return items;
    *room = *room ? 2 * *room : FIRST;
    void *grown = arena_alloc_raw(arena, *room * size);
    if (count > 0)
        memcpy(grown, items, count * size);
    return grown;
}

struct str arena_copy(struct arena *arena, struct str s)
{
    if (!str_present(s))
        return STR_NONE;
    char *copy = arena_alloc_raw(arena, s.size + 1);
    memcpy(copy, s.data, s.size);
    copy[s.size] = '\0';
    return (struct str){ copy, s.size };
}

struct str arena_join(struct arena *arena, const struct str *parts, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += parts[i].size;
    char *text = arena_alloc_raw(arena, size + 1), *at = text;
    for (size_t i = 0; i < count; at += parts[i++].size) {
        if (parts[i].size > 0)
            memcpy(at, parts[i].data, parts[i].size);
    }
    *at = '\0';
    return (struct str){ text, size };
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
    char few[256]; /* nearly always enough: to format twice costs twice */
    va_list args;

    va_start(args, format);
    int length = vsnprintf(few, sizeof(few), format, args);
    va_end(args);
    if (length < 0)
        abort();
    if ((size_t)length < sizeof(few))
        return arena_copy(arena, (struct str){ few, (size_t)length });
    char *text = arena_alloc_raw(arena, (size_t)length + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return (struct str){ text, (size_t)length };
}

void arena_reset(struct arena *arena)
{
    struct block *kept = arena->newest; /* the largest */

    for (struct block *block = kept->older, *older; block; block = older) {
        older = block->older;
        block_free(block);
    }
    kept->older = NULL;
    kept->used = 0;
    poison(kept->data, kept->size);
    arena->used = 0;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
