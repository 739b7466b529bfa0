/* The tickets of one task, each as its encoding, with its deadline and its kept text; and the undo
 * log, which is the old encodings of what changed since the last mark. */
#pragma once

#include <stdbool.h>
#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

struct store;
struct slot; /* one ticket's place; stays where it is until the ticket is removed */

struct store *store_new(void);
void store_free(struct store *store); /* NULL is fine */

struct slot *store_find(const struct store *store, struct str key); /* NULL: unknown */
struct slot *store_add(struct store *store, struct str key);        /* it must be unknown */

struct str slot_key(const struct slot *slot);
struct str slot_state(const struct slot *slot); /* empty right after store_add */
struct str slot_text(const struct slot *slot);  /* absent: none */

/* Copies `state`. What slot_state gave before dies, unless the undo log keeps it. */
void store_put(struct store *store, struct slot *slot, struct str state, time_ms deadline);
/* Copies `text`; absent removes it. */
void store_put_text(struct store *store, struct slot *slot, struct str text);
/* Comes first of all deadlines, until it is put again or an undo takes its state back. */
void store_wake(struct store *store, struct slot *slot);
/* The slot dies, unless the undo log keeps it. */
void store_remove(struct store *store, struct slot *slot);

/* The slot with the earliest deadline, equal ones in an order that depends on keys alone; NULL:
 * no deadlines. */
struct slot *store_first(const struct store *store);
time_ms store_next(const struct store *store); /* TIME_NEVER: none */

/* How many slots have their deadline at or before `until`; looks at no others. */
size_t store_due(const struct store *store, time_ms until);

/* Told of each change that an undo takes back, newest first: from `now` back to `before` (empty:
 * did not exist). */
typedef void store_undone_fn(void *arg, struct str key, struct str now, struct str before);

/* What was added or changed since the last mark, each slot once. */
struct change {
    struct str key;
    struct str state, text; /* now; `text` absent: none */
    bool state_changed, text_changed;
};
/* `size_t at = 0; while (store_changes(s, &at, &change))`; its bytes die with the next change. */
bool store_changes(const struct store *store, size_t *at, struct change *change);

void store_mark(struct store *store);
/* Back to the last mark. `deadline_of` reads a state's deadline. */
void store_undo(struct store *store, time_ms (*deadline_of)(struct str state),
                store_undone_fn *undone, void *arg);

size_t store_count(const struct store *store);
/* Every slot once, in no stable order: `size_t at = 0; while ((slot = store_each(s, &at)))`. */
struct slot *store_each(const struct store *store, size_t *at);
/* Bytes of everything but kept text, as asked of the allocator. */
size_t store_memory(const struct store *store);
size_t store_text_memory(const struct store *store); /* of kept text */
