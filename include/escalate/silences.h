/* Silences: what supervisors asked not to be told for a while. A global table, keyed by the
 * silence's id, of which nobody but its writer changes a row. */
#pragma once

#include "base/error.h"
#include "base/time.h"
#include "match/match.h"

struct silence {
    struct str id; /* the record's key */
    struct str match_text;
    const struct matcher *matcher; /* over notices */
    struct str by, comment;
    time_ms from, until;
    bool until_resolved; /* or until all that it covers has been resolved, whichever comes first */
};

struct silences;

/* As struct customers: one writer or many readers; copies share the rows. */
struct silences *silences_new(void);
struct silences *silences_copy(const struct silences *silences);
void silences_free(struct silences *silences); /* NULL is fine */
/* One record; absent value: a tombstone. False + err: the table is unchanged. */
bool silences_put(struct silences *silences, struct str id, struct str value, struct error *err);
size_t silences_count(const struct silences *silences);
/* Rises with every change, and goes along with copies: two tables with one version are alike. */
uint64_t silences_version(const struct silences *silences); /* NULL: 0 */

const struct silence *silences_find(const struct silences *silences, struct str id);
/* Every silence once, in no stable order: see table_next. `silences` may be NULL. */
const struct silence *silences_next(const struct silences *silences, size_t *at);

/* The record's value. Reading it again gives the same silence. */
struct str silence_encode(const struct silence *silence, struct arena *arena);
