#include "track/store.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/timers.h"

/* A million of these are open at once: no pointer more than needed. */
struct slot {
    struct timer timer; /* first: store_first converts */
    char *state;
    char *text;
    uint32_t state_size;
    uint32_t text_size;
    uint32_t marked; /* number of the mark after which the undo log has it */
    uint32_t entry;  /* where in the log, then */
    uint8_t key_size;
    char key[];
};

/* How a slot was before its first change since the mark. Owns `state` and `text` where they differ
 * from the slot's; owns the slot when it was removed. */
struct before {
    struct slot *slot;
    char *state;
    char *text;
    uint32_t state_size;
    uint32_t text_size;
    bool existed;
    bool removed; /* since */
};

struct store {
    struct table *slots;
    struct timers *timers;
    struct before *log;
    size_t log_count, log_capacity;
    uint32_t mark; /* starts at 1: a new slot's 0 is no mark */
    size_t bytes;  /* slots and states */
    size_t text_bytes;
};

static struct str key_of(const void *value)
{
    return slot_key(value);
}

struct store *store_new(void)
{
    struct store *store = mem_alloc(sizeof(*store));
    store->slots = table_new(key_of);
    store->timers = timers_new();
    store->mark = 1;
    return store;
}

static void slot_free(struct slot *slot)
{
    free(slot->state);
    free(slot->text);
    free(slot);
}

void store_free(struct store *store)
{
    if (!store)
        return;
    store_mark(store);
    size_t at = 0;
    struct slot *slot = NULL;
    while ((slot = store_each(store, &at)))
        slot_free(slot);
    table_free(store->slots);
    timers_free(store->timers);
    free(store->log);
    free(store);
}

struct slot *store_find(const struct store *store, struct str key)
{
    return table_get(store->slots, key);
}

struct str slot_key(const struct slot *slot)
{
    return (struct str){ slot->key, slot->key_size };
}

struct str slot_state(const struct slot *slot)
{
    return (struct str){ slot->state ? slot->state : "", slot->state_size };
}

struct str slot_text(const struct slot *slot)
{
    return (struct str){ slot->text, slot->text_size };
}

/* Puts a slot into the undo log on its first change since the mark. */
static void remember(struct store *store, struct slot *slot, bool existed)
{
    if (slot->marked == store->mark)
        return;
    slot->marked = store->mark;
    if (store->log_count == store->log_capacity) {
        store->log_capacity = store->log_capacity ? 2 * store->log_capacity : 256;
        store->log = mem_resize(store->log, store->log_capacity, sizeof(*store->log));
    }
    slot->entry = (uint32_t)store->log_count;
    struct before *before = &store->log[store->log_count++];
    *before = (struct before){ .slot = slot,
                               .state = slot->state,
                               .text = slot->text,
                               .state_size = slot->state_size,
                               .text_size = slot->text_size,
                               .existed = existed };
}

/* The log's entry of a slot that is known to have one. */
static struct before *remembered(struct store *store, const struct slot *slot)
{
    assert(slot->marked == store->mark);
    return &store->log[slot->entry];
}

static size_t footprint(const struct slot *slot, size_t state_size)
{
    return offsetof(struct slot, key) + slot->key_size + state_size;
}

struct slot *store_add(struct store *store, struct str key)
{
    assert(key.size <= UINT8_MAX);
    struct slot *slot = mem_alloc(offsetof(struct slot, key) + key.size);
    slot->key_size = (uint8_t)key.size;
    memcpy(slot->key, key.data, key.size);
    slot->timer = (struct timer){ .due = TIME_NEVER, .order = hash64(key) };
    store->bytes += footprint(slot, 0);
    remember(store, slot, false);
    table_put(store->slots, slot);
    return slot;
}

/* Frees bytes unless they are what the undo log would return to. */
static void drop(struct store *store, struct slot *slot, char *bytes)
{
    const struct before *before = remembered(store, slot);
    if (before->state != bytes && before->text != bytes)
        free(bytes);
}

void store_put(struct store *store, struct slot *slot, struct str state, time_ms deadline)
{
    remember(store, slot, true);
    drop(store, slot, slot->state);
    store->bytes += state.size;
    store->bytes -= slot->state_size;
    slot->state = mem_copy(state.data, state.size);
    slot->state_size = (uint32_t)state.size;
    if (slot->timer.due != deadline)
        timers_set(store->timers, &slot->timer, deadline);
}

void store_wake(struct store *store, struct slot *slot)
{
    timers_set(store->timers, &slot->timer, 0);
}

void store_put_text(struct store *store, struct slot *slot, struct str text)
{
    remember(store, slot, true);
    drop(store, slot, slot->text);
    slot->text = str_present(text) ? mem_copy(text.data, text.size) : NULL;
    store->text_bytes += text.size;
    store->text_bytes -= slot->text_size;
    slot->text_size = (uint32_t)text.size;
}

void store_remove(struct store *store, struct slot *slot)
{
    remember(store, slot, true);
    struct before *before = remembered(store, slot);
    before->removed = true;
    table_remove(store->slots, slot_key(slot));
    timers_set(store->timers, &slot->timer, TIME_NEVER);
    store->bytes -= footprint(slot, slot->state_size);
    store->text_bytes -= slot->text_size;
}

struct slot *store_first(const struct store *store)
{
    return (struct slot *)timers_first(store->timers);
}

time_ms store_next(const struct store *store)
{
    return timers_next(store->timers);
}

size_t store_due(const struct store *store, time_ms until)
{
    return timers_due(store->timers, until);
}

bool store_changes(const struct store *store, size_t *at, struct change *change)
{
    while (*at < store->log_count && store->log[*at].removed)
        ++*at;
    if (*at == store->log_count)
        return false;
    const struct before *before = &store->log[(*at)++];
    const struct slot *slot = before->slot;
    *change = (struct change){ .key = slot_key(slot),
                               .state = slot_state(slot),
                               .text = slot_text(slot),
                               .state_changed = slot->state != before->state,
                               .text_changed = slot->text != before->text };
    return true;
}

void store_mark(struct store *store)
{
    for (size_t i = 0; i < store->log_count; i++) {
        struct before *before = &store->log[i];
        if (before->state != before->slot->state)
            free(before->state);
        if (before->text != before->slot->text)
            free(before->text);
        if (before->removed)
            slot_free(before->slot);
    }
    store->log_count = 0;
    store->mark++;
}

static void undo_one(struct store *store, struct before *before,
                     time_ms (*deadline_of)(struct str state), store_undone_fn *undone, void *arg)
{
    struct slot *slot = before->slot;
    struct str now = before->removed ? STR("") : slot_state(slot);
    struct str past = { before->state ? before->state : "", before->state_size };
    undone(arg, slot_key(slot), now, past);
    if (!before->removed) {
        store->bytes -= footprint(slot, slot->state_size);
        store->text_bytes -= slot->text_size;
    }
    if (slot->state != before->state)
        free(slot->state);
    if (slot->text != before->text)
        free(slot->text);
    slot->state = before->state;
    slot->state_size = before->state_size;
    slot->text = before->text;
    slot->text_size = before->text_size;
    slot->marked = 0;
    if (before->existed) {
        if (before->removed)
            table_put(store->slots, slot);
        timers_set(store->timers, &slot->timer, deadline_of(slot_state(slot)));
        store->bytes += footprint(slot, slot->state_size);
        store->text_bytes += slot->text_size;
        return;
    }
    if (!before->removed) {
        table_remove(store->slots, slot_key(slot));
        timers_set(store->timers, &slot->timer, TIME_NEVER);
    }
    slot_free(slot);
}

void store_undo(struct store *store, time_ms (*deadline_of)(struct str state),
                store_undone_fn *undone, void *arg)
{
    /* Backwards: a ticket that was removed and came anew gets its old slot back last. */
    for (size_t i = store->log_count; i > 0; i--)
        undo_one(store, &store->log[i - 1], deadline_of, undone, arg);
    store->log_count = 0;
    store->mark++;
}

size_t store_count(const struct store *store)
{
    return table_count(store->slots);
}

struct slot *store_each(const struct store *store, size_t *at)
{
    return table_next(store->slots, at);
}

size_t store_memory(const struct store *store)
{
    return store->bytes + table_memory(store->slots) +
           timers_count(store->timers) * sizeof(void *) + store->log_capacity * sizeof(*store->log);
}

size_t store_text_memory(const struct store *store)
{
    return store->text_bytes;
}
