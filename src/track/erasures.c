#include "track/erasures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pack.h"
#include "base/table.h"

enum { KEY_SIZE = 18, ERASURE_VERSION = 1 }; /* "e/3f9c2a11d0b47e55" */

struct seen {
    time_ms at;
    char key[KEY_SIZE];
};

/* One that was added, or forgotten: `seen` is then the undo's. */
struct undo {
    bool added;
    struct seen *seen;
};

struct erasures {
    int32_t partition;
    struct table *table;
    struct undo *undos;
    size_t undo_count, undo_room;
};

static struct str seen_key(const void *value)
{
    return (struct str){ ((const struct seen *)value)->key, KEY_SIZE };
}

struct erasures *erasures_new(int32_t partition)
{
    struct erasures *erasures = mem_alloc(sizeof(*erasures));
    erasures->partition = partition;
    erasures->table = table_new(seen_key);
    return erasures;
}

void erasures_free(struct erasures *erasures)
{
    if (!erasures)
        return;
    erasures_mark(erasures);
    size_t at = 0;
    for (struct seen *seen; (seen = table_next(erasures->table, &at)) != NULL;)
        free(seen);
    table_free(erasures->table);
    free(erasures->undos);
    free(erasures);
}

static void put_key(uint64_t identity, char key[KEY_SIZE])
{
    char text[KEY_SIZE + 1];
    snprintf(text, sizeof(text), "e/%016llx", (unsigned long long)identity);
    memcpy(key, text, KEY_SIZE);
}

bool erasures_has(const struct erasures *erasures, uint64_t identity)
{
    char key[KEY_SIZE];
    put_key(identity, key);
    return table_get(erasures->table, (struct str){ key, KEY_SIZE }) != NULL;
}

static void remember(struct erasures *erasures, bool added, struct seen *seen)
{
    if (erasures->undo_count == erasures->undo_room) {
        erasures->undo_room = erasures->undo_room ? 2 * erasures->undo_room : 16;
        erasures->undos =
            mem_resize(erasures->undos, erasures->undo_room, sizeof(*erasures->undos));
    }
    erasures->undos[erasures->undo_count++] = (struct undo){ added, seen };
}

static void write(const struct erasures *erasures, const struct seen *seen, bool stays,
                  struct actions *actions)
{
    struct action *action = actions_add(actions, OUTPUT_STATE);
    struct buf value = { 0 };
    pack_byte(&value, ERASURE_VERSION);
    pack_signed(&value, seen->at);
    action->partition = erasures->partition;
    action->key = arena_copy(actions->arena, seen_key(seen));
    action->value = stays ? arena_copy(actions->arena, buf_str(&value)) : STR_NONE;
    buf_free(&value);
}

static int compare(const void *a, const void *b)
{
    return str_compare(seen_key(*(struct seen *const *)a), seen_key(*(struct seen *const *)b));
}

/* In the order of their keys, because what is written must not depend on that in memory. */
static void sweep(struct erasures *erasures, time_ms oldest, struct actions *actions)
{
    size_t at = 0, count = 0;
    struct seen **old =
        arena_alloc_raw(actions->arena, (table_count(erasures->table) + 1) * sizeof(*old));
    for (struct seen *seen; (seen = table_next(erasures->table, &at)) != NULL;) {
        if (seen->at < oldest)
            old[count++] = seen;
    }
    qsort(old, count, sizeof(struct seen *), compare);
    for (size_t i = 0; i < count; i++) {
        write(erasures, old[i], false, actions);
        table_remove(erasures->table, seen_key(old[i]));
        remember(erasures, false, old[i]);
    }
}

void erasures_add(struct erasures *erasures, uint64_t identity, time_ms now, time_ms oldest,
                  struct actions *actions)
{
    struct seen *seen = mem_alloc(sizeof(*seen));
    seen->at = now;
    put_key(identity, seen->key);
    sweep(erasures, oldest, actions);
    write(erasures, seen, true, actions);
    table_put(erasures->table, seen);
    remember(erasures, true, seen);
}

static bool is_key(struct str key)
{
    bool digits = key.size == KEY_SIZE && str_starts(key, STR("e/"));
    for (size_t i = 2; digits && i < KEY_SIZE; i++)
        digits = memchr("0123456789abcdef", key.data[i], 16) != NULL;
    return digits;
}

bool erasures_restore(struct erasures *erasures, struct str key, struct str value,
                      struct error *err)
{
    struct unpack in = unpack_from(value);
    if (!is_key(key))
        return error_set(err, "'%.*s' is no key of an erasure", STR_ARG(key));
    if (!str_present(value)) {
        free(table_remove(erasures->table, key));
        return true;
    }
    bool known = unpack_byte(&in) == ERASURE_VERSION;
    struct seen *seen = mem_alloc(sizeof(*seen));
    memcpy(seen->key, key.data, KEY_SIZE);
    seen->at = unpack_signed(&in);
    if (!known || in.failed || in.at != in.end) {
        free(seen);
        return error_set(err, "%.*s: an erasure that is damaged, or of a newer release",
                         STR_ARG(key));
    }
    free(table_put(erasures->table, seen));
    return true;
}

void erasures_mark(struct erasures *erasures)
{
    for (size_t i = 0; i < erasures->undo_count; i++) {
        if (!erasures->undos[i].added)
            free(erasures->undos[i].seen);
    }
    erasures->undo_count = 0;
}

void erasures_undo(struct erasures *erasures)
{
    while (erasures->undo_count > 0) {
        const struct undo *undo = &erasures->undos[--erasures->undo_count];
        if (undo->added)
            free(table_remove(erasures->table, seen_key(undo->seen)));
        else
            table_put(erasures->table, undo->seen);
    }
}
