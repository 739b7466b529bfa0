/* The memory of one task and its changelog: every change of one is a record of the other. Keys:
 * `t/TICKET` the ticket, `x/TICKET` its kept text, `d/HASH` a definition that tickets use,
 * `e/IDENTITY` an erasure of an account, `m/format` what wrote it. */
#pragma once

#include "model/actions.h"
#include "model/moment.h"
#include "track/census.h"
#include "track/erasures.h"
#include "track/load.h"
#include "track/store.h"
#include "track/turn.h"

struct state;

/* `partition_count`: of the input topic, which the changelog must have been written with.
 * `version`: that tickets are written in, see changelog_begin. `at_commit`: their records wait for
 * state_changelog. */
struct state *state_new(const struct config *config, int32_t partition, int32_t partition_count,
                        int version, bool at_commit);
void state_free(struct state *state); /* NULL is fine */
void state_configure(struct state *state, const struct config *config);

struct definitions *state_definitions(const struct state *state);
const struct store *state_store(const struct state *state);
/* Open tickets are counted by the state; turns by whoever has them. */
struct census *state_census(const struct state *state);
/* Of the departments, over all partitions. */
struct load *state_load_of_departments(const struct state *state);
struct erasures *state_erasures(const struct state *state);

/* The ticket in working form, in `arena`, or NULL: it is unknown. Its strings die with the next
 * state_save of the same ticket. */
struct ticket *state_load(const struct state *state, struct str id, struct arena *arena);
/* Its kept text, JSON, or absent. Dies like the ticket's strings. */
struct str state_opening(const struct state *state, struct str id);
/* The ticket whose deadline is the earliest up to `horizon`, or NULL. */
struct ticket *state_load_due(const struct state *state, time_ms horizon, struct arena *arena);
time_ms state_next(const struct state *state);
/* Whether the configuration moves or ends promises of the ticket, or lost the department that is
 * to answer it: such tickets are due at once. */
bool state_bereaves(const struct state *state, const struct ticket *ticket);

/* The tickets of that account, ended ones too, in the order of their names; `contact` absent: all
 * of its contacts. Looks at every ticket. The list and its strings are in `arena`. */
struct str *state_find_account(const struct state *state, struct str account, struct str contact,
                               struct arena *arena, size_t *count);

/* Before the first event of all: the changelog says how it is written, up to the version that is
 * allowed (0: nothing is said of it). Later: nothing, until more is allowed. */
void state_announce(struct state *state, int allowed, struct actions *actions);
/* Whether it is to be announced that more is allowed. */
bool state_awaits(const struct state *state, int allowed);
/* The version that tickets are written in; 0: none was yet. */
int state_version(const struct state *state);
/* Keeps the ticket and appends the changelog records, unless they wait. `opening`: text to keep,
 * absent: as it is. */
void state_save(struct state *state, const struct ticket *ticket, struct str opening,
                struct actions *actions);
/* Appends what changed of the load of departments, unless that waits. */
void state_keep_load(struct state *state, struct actions *actions);
/* Forgets the ticket's kept text alone. */
void state_erase_text(struct state *state, struct str id, struct actions *actions);
/* Forgets the ticket: tombstones. */
void state_remove(struct state *state, struct str id, struct actions *actions);

/* See engine.h. */
void state_changelog(const struct state *state, struct actions *actions);
bool state_restore(struct state *state, struct str key, struct str value, struct error *err);
bool state_restored(struct state *state, struct error *err);
void state_mark(struct state *state);
void state_undo(struct state *state);
