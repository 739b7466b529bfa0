#include "base/table.h"

#include <stdlib.h>
#include "base/hash.h"
#include "base/mem.h"

enum { FIRST_CAPACITY = 16, MOVES_PER_PUT = 4 };

struct slot {
    uint64_t hash;
    void *value; /* NULL: empty; GONE: was here (in the old array only) */
};

struct slots {
    struct slot *slot;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

/* While `old.capacity` is not 0 the table is growing: new entries go to `now`, each insertion
 * carries a few slots over. Four moves per insertion empty the old array after a quarter of the
 * insertions that would fill the new one. */
struct table {
    table_key_fn *key_of;
    struct slots now;
    struct slots old;
    size_t moved; /* slots of `old` before this one are done */
};

/* Marks in the old array what left it: a search must not stop there. The new array never has
 * such marks, so they do not add up. */
static const char gone_mark;
#define GONE ((void *)&gone_mark)

struct table *table_new(table_key_fn *key_of)
{
    struct table *table = mem_alloc(sizeof(*table));

    table->key_of = key_of;
    return table;
}

void table_free(struct table *table)
{
    if (!table)
        return;
    free(table->now.slot);
    free(table->old.slot);
    free(table);
}

static struct slot *find(const struct table *table, const struct slots *in, uint64_t hash,
                         struct str key)
{
    if (in->count == 0)
        return NULL;
    for (size_t at = hash & (in->capacity - 1);; at = (at + 1) & (in->capacity - 1)) {
        struct slot *slot = &in->slot[at];
        if (!slot->value)
            return NULL;
        if (slot->hash == hash && slot->value != GONE && str_equal(table->key_of(slot->value), key))
            return slot;
    }
}

/* The key is known not to be there, and there is room. */
static void insert(struct slots *into, uint64_t hash, void *value)
{
    size_t at = hash & (into->capacity - 1);

    while (into->slot[at].value)
        at = (at + 1) & (into->capacity - 1);
    into->slot[at] = (struct slot){ hash, value };
    into->count++;
}

/* Closes the gap that removing slot `hole` leaves: whatever could not have its own place because
 * of it moves up, so searches may stop at the first empty slot. */
static void remove_at(struct slots *from, size_t hole)
{
    size_t mask = from->capacity - 1;

    for (size_t at = (hole + 1) & mask; from->slot[at].value; at = (at + 1) & mask) {
        size_t home = from->slot[at].hash & mask;
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        from->slot[hole] = from->slot[at];
        hole = at;
    }
    from->slot[hole] = (struct slot){ 0, NULL };
    from->count--;
}

static void move_some(struct table *table, size_t slots)
{
    struct slots *old = &table->old;

    for (; slots > 0 && table->moved < old->capacity; slots--, table->moved++) {
        struct slot *slot = &old->slot[table->moved];
        if (!slot->value || slot->value == GONE)
            continue;
        insert(&table->now, slot->hash, slot->value);
        slot->value = GONE;
        old->count--;
    }
    if (old->capacity && table->moved == old->capacity) {
        free(old->slot);
        *old = (struct slots){ NULL, 0, 0 };
    }
}

static void make_room(struct table *table)
{
    if (table->old.capacity)
        move_some(table, MOVES_PER_PUT);
    /* Three quarters full, counting what is still to come over. */
    if ((table_count(table) + 1) * 4 <= table->now.capacity * 3)
        return;
    move_some(table, table->old.capacity);
    size_t capacity = table->now.capacity ? table->now.capacity * 2 : FIRST_CAPACITY;
    table->old = table->now;
    table->moved = 0;
    table->now = (struct slots){ mem_array(capacity, sizeof(struct slot)), capacity, 0 };
    move_some(table, MOVES_PER_PUT);
}

void *table_get(const struct table *table, struct str key)
{
    uint64_t hash = hash64(key);
    const struct slot *slot = find(table, &table->now, hash, key);

    if (!slot)
        slot = find(table, &table->old, hash, key);
    return slot ? slot->value : NULL;
}

void *table_put(struct table *table, void *value)
{
    struct str key = table->key_of(value);
    uint64_t hash = hash64(key);
    struct slot *slot = find(table, &table->now, hash, key);

    if (!slot)
        slot = find(table, &table->old, hash, key);
    if (slot) {
        void *replaced = slot->value;
        slot->value = value;
        return replaced;
    }
    make_room(table);
    insert(&table->now, hash, value);
    return NULL;
}

void *table_remove(struct table *table, struct str key)
{
    uint64_t hash = hash64(key);
    struct slot *slot = find(table, &table->now, hash, key);
    void *removed = NULL;

    if (slot) {
        removed = slot->value;
        remove_at(&table->now, (size_t)(slot - table->now.slot));
        return removed;
    }
    slot = find(table, &table->old, hash, key);
    if (slot) {
        removed = slot->value;
        slot->value = GONE;
        table->old.count--;
    }
    return removed;
}

size_t table_count(const struct table *table)
{
    return table->now.count + table->old.count;
}

void *table_next(const struct table *table, size_t *at)
{
    while (*at < table->now.capacity + table->old.capacity) {
        size_t i = (*at)++;
        void *value = i < table->now.capacity ? table->now.slot[i].value
                                              : table->old.slot[i - table->now.capacity].value;
        if (value && value != GONE)
            return value;
    }
    return NULL;
}

size_t table_memory(const struct table *table)
{
    return sizeof(*table) + (table->now.capacity + table->old.capacity) * sizeof(struct slot);
}
