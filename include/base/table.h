/* A hash table from a string to a pointer: open addressing, the hash kept in the slot, growing a
 * little with each insertion so that no insertion stalls (a resize in one go costs 40-250 ms at a
 * million entries). It owns neither keys nor values: a value's key must outlive its entry. */
#pragma once

#include <stddef.h>
#include "base/str.h"

struct table;

/* `key_of` gives the key of a stored value; the table stores only hash and value. */
typedef struct str table_key_fn(const void *value);

struct table *table_new(table_key_fn *key_of);
void table_free(struct table *table); /* NULL is fine; values are the caller's */

void *table_get(const struct table *table, struct str key); /* NULL: not there */
/* Inserts, or replaces the value of an equal key. Returns the replaced value or NULL. */
void *table_put(struct table *table, void *value);
void *table_remove(struct table *table, struct str key); /* the removed value or NULL */
size_t table_count(const struct table *table);
/* Every value once, in no stable order; the table must not change meanwhile.
 * `size_t at = 0; while ((v = table_next(t, &at)))`. */
void *table_next(const struct table *table, size_t *at);
/* Bytes of the table itself. */
size_t table_memory(const struct table *table);
