#include "track/state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/pack.h"
#include "model/changelog.h"
#include "track/renewal.h"

#define LOAD_KEY "m/load"

/* Of definitions that one ticket uses; and what it counts as. */
struct hashes {
    uint64_t *items;
    size_t count, room;
    struct standing standing;
};

struct state {
    struct store *store;
    const struct config *config;
    struct definitions *definitions;
    struct census *census;
    struct load *load;
    struct erasures *erasures;
    struct arena *scratch; /* for looking into old encodings */
    struct buf encoding;
    struct buf asleep; /* keys of tickets that an undo must wake again */
    struct hashes before, after;
    struct changelog changelog; /* its version is that of tickets */
    bool at_commit;             /* changelog records of tickets wait for it */
    size_t texts_alone;         /* restored texts whose ticket is still to come */
};

struct state *state_new(const struct config *config, int32_t partition, int32_t partition_count,
                        int version, bool at_commit)
{
    struct state *state = mem_alloc(sizeof(*state));
    state->store = store_new();
    state->definitions = definitions_new();
    state->census = census_new();
    state->load = load_new(config, partition, partition_count);
    state->erasures = erasures_new(partition);
    state->scratch = arena_new(16 * 1024);
    state->changelog = (struct changelog){ .output = OUTPUT_STATE,
                                           .partition = partition,
                                           .partition_count = partition_count,
                                           .input = "input topic",
                                           .oldest = TICKET_OLDEST,
                                           .newest = TICKET_VERSION };
    state->at_commit = at_commit;
    changelog_begin(&state->changelog, version);
    state_configure(state, config);
    return state;
}

void state_free(struct state *state)
{
    if (!state)
        return;
    store_free(state->store);
    definitions_free(state->definitions);
    census_free(state->census);
    load_free(state->load);
    erasures_free(state->erasures);
    arena_free(state->scratch);
    buf_free(&state->encoding);
    buf_free(&state->asleep);
    free(state->before.items);
    free(state->after.items);
    free(state);
}

static struct ticket *decode(struct str encoding, struct str id, struct arena *arena)
{
    struct ticket *ticket = arena_alloc_raw(arena, sizeof(*ticket));
    bool valid = ticket_decode(encoding, id, arena, ticket, NULL);
    assert(valid); /* ours, or checked when it was restored */
    (void)valid;
    size_t room = ticket->clock_count + ticket->climb_count;
    ticket->used = arena_alloc_raw(arena, (room + 1) * sizeof(*ticket->used));
    ticket->used_count = ticket_definitions(ticket, ticket->used, room);
    ticket->standing = standing_of(ticket);
    return ticket;
}

/* Whether a configuration took something from tickets that are open here. */
static bool bereaves_any(const struct state *state)
{
    struct census_row row;
    for (size_t i = 0; census_row(state->census, i, &row); i++) {
        int64_t open = 0;
        for (int band = 0; band < BAND_COUNT; band++)
            open += row.open[band];
        if (open > 0 && config_department_of(state->config, row.department) < 0)
            return true;
    }
    return definitions_succeed_any(state->definitions);
}

bool state_bereaves(const struct state *state, const struct ticket *ticket)
{
    return (!status_is_ended(ticket->status) &&
            config_department_of(state->config, ticket->department) < 0) ||
           renewal_awaits(ticket, state->definitions);
}

/* Wakes the tickets whose promises a configuration moves or ends, or whose department it lost. */
static void wake_bereaved(struct state *state)
{
    size_t at = 0;
    if (!bereaves_any(state))
        return;
    for (struct slot *slot; (slot = store_each(state->store, &at));) {
        arena_reset(state->scratch);
        if (state_bereaves(state, decode(slot_state(slot), slot_key(slot), state->scratch)))
            store_wake(state->store, slot);
    }
}

void state_configure(struct state *state, const struct config *config)
{
    state->config = config;
    definitions_configure(state->definitions, config);
    load_configure(state->load, config);
    load_count(state->load, state->census, 0);
    wake_bereaved(state);
    definitions_sweep(state->definitions);
}

struct definitions *state_definitions(const struct state *state)
{
    return state->definitions;
}

struct census *state_census(const struct state *state)
{
    return state->census;
}

struct load *state_load_of_departments(const struct state *state)
{
    return state->load;
}

struct erasures *state_erasures(const struct state *state)
{
    return state->erasures;
}

const struct store *state_store(const struct state *state)
{
    return state->store;
}

struct ticket *state_load(const struct state *state, struct str id, struct arena *arena)
{
    const struct slot *slot = store_find(state->store, id);
    return slot ? decode(slot_state(slot), slot_key(slot), arena) : NULL;
}

struct str state_opening(const struct state *state, struct str id)
{
    const struct slot *slot = store_find(state->store, id);
    return slot ? slot_text(slot) : STR_NONE;
}

struct ticket *state_load_due(const struct state *state, time_ms horizon, struct arena *arena)
{
    const struct slot *slot =
        store_next(state->store) <= horizon ? store_first(state->store) : NULL;
    return slot ? decode(slot_state(slot), slot_key(slot), arena) : NULL;
}

time_ms state_next(const struct state *state)
{
    return store_next(state->store);
}

static bool is_customer(const struct ticket *ticket, struct str account, struct str contact)
{
    return str_equal(ticket->customer.account, account) &&
           (!str_present(contact) || str_equal(ticket->customer.contact, contact));
}

static int compare_ids(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* The account stands in a state as it is: most tickets need no decoding. */
struct str *state_find_account(const struct state *state, struct str account, struct str contact,
                               struct arena *arena, size_t *count)
{
    size_t at = 0, room = 0;
    struct str *found = NULL;
    *count = 0;
    for (const struct slot *slot; (slot = store_each(state->store, &at)) != NULL;) {
        struct str encoding = slot_state(slot);
        if (!memmem(encoding.data, encoding.size, account.data, account.size))
            continue;
        arena_reset(state->scratch);
        if (!is_customer(decode(encoding, slot_key(slot), state->scratch), account, contact))
            continue;
        found = arena_grow(arena, found, *count, &room, sizeof(*found));
        found[(*count)++] = arena_copy(arena, slot_key(slot));
    }
    if (*count > 0)
        qsort(found, *count, sizeof(*found), compare_ids);
    return found;
}

static void add_record(const struct state *state, struct actions *actions, struct str key,
                       struct str value)
{
    struct action *action = actions_add(actions, OUTPUT_STATE);
    action->partition = state->changelog.partition;
    action->key = key;
    action->value = value;
}

/* The record of a ticket (`t`) or of its text (`x`). */
static void add_keyed(const struct state *state, struct actions *actions, char prefix,
                      struct str id, struct str value)
{
    char *key = arena_alloc_raw(actions->arena, id.size + 2);
    key[0] = prefix;
    key[1] = '/';
    memcpy(key + 2, id.data, id.size);
    add_record(state, actions, (struct str){ key, id.size + 2 }, value);
}

/* Counts what tickets use; `actions` NULL: nothing is written (restore, undo). */
static void use(struct state *state, uint64_t hash, int change, struct actions *actions)
{
    if (!definitions_use(state->definitions, hash, change) || !actions)
        return;
    char key[DEFINITION_KEY_SIZE];
    definition_key(hash, key);
    struct str value = STR_NONE;
    if (change > 0)
        value = arena_copy(actions->arena, definitions_text(state->definitions, hash));
    add_record(state, actions, arena_copy(actions->arena, (struct str){ key, sizeof(key) }), value);
}

static void collect(const struct ticket *ticket, struct hashes *hashes)
{
    size_t room = ticket->clock_count + ticket->climb_count;
    if (room > hashes->room) {
        hashes->items = mem_resize(hashes->items, room, sizeof(*hashes->items));
        hashes->room = room;
    }
    hashes->count = ticket_definitions(ticket, hashes->items, room);
    hashes->standing = standing_of(ticket);
}

static void collect_encoded(struct state *state, struct str encoding, struct hashes *hashes)
{
    hashes->count = 0;
    hashes->standing = (struct standing){ 0 };
    if (str_empty(encoding))
        return;
    arena_reset(state->scratch);
    collect(decode(encoding, STR("?"), state->scratch), hashes);
}

static void account(struct state *state, const uint64_t *before, size_t before_count,
                    const struct hashes *after, struct actions *actions)
{
    /* Most turns change nothing here. The new ones first, so that what stays never drops to 0. */
    if (before_count == after->count && before_count > 0 &&
        memcmp(before, after->items, after->count * sizeof(*before)) == 0)
        return;
    for (size_t i = 0; i < after->count; i++)
        use(state, after->items[i], 1, actions);
    for (size_t i = 0; i < before_count; i++)
        use(state, before[i], -1, actions);
}

void state_announce(struct state *state, int allowed, struct actions *actions)
{
    changelog_raise(&state->changelog, allowed);
    changelog_announce(&state->changelog, actions);
}

bool state_awaits(const struct state *state, int allowed)
{
    return changelog_awaits(&state->changelog, allowed);
}

int state_version(const struct state *state)
{
    return state->changelog.version;
}

void state_save(struct state *state, const struct ticket *ticket, struct str opening,
                struct actions *actions)
{
    struct slot *slot = store_find(state->store, ticket->id);
    collect(ticket, &state->after);
    time_ms deadline = ticket_deadline(ticket, state->definitions);
    buf_clear(&state->encoding);
    ticket_encode(ticket, state->changelog.version, deadline, &state->encoding);
    account(state, ticket->used, ticket->used_count, &state->after, actions);
    census_move(state->census, &ticket->standing, &state->after.standing);
    if (!slot)
        slot = store_add(state->store, ticket->id);
    /* From here on the strings of `ticket` may be gone. */
    store_put(state->store, slot, buf_str(&state->encoding), deadline);
    if (str_present(opening))
        store_put_text(state->store, slot, opening);
    if (state->at_commit)
        return;
    add_keyed(state, actions, 't', slot_key(slot),
              arena_copy(actions->arena, buf_str(&state->encoding)));
    if (str_present(opening))
        add_keyed(state, actions, 'x', slot_key(slot), arena_copy(actions->arena, opening));
}

void state_erase_text(struct state *state, struct str id, struct actions *actions)
{
    struct slot *slot = store_find(state->store, id);
    if (!str_present(slot_text(slot)))
        return;
    store_put_text(state->store, slot, STR_NONE);
    if (!state->at_commit)
        add_keyed(state, actions, 'x', slot_key(slot), STR_NONE);
}

void state_remove(struct state *state, struct str id, struct actions *actions)
{
    static const struct hashes none;
    struct slot *slot = store_find(state->store, id);
    collect_encoded(state, slot_state(slot), &state->before);
    account(state, state->before.items, state->before.count, &none, actions);
    census_move(state->census, &state->before.standing, &none.standing);
    add_keyed(state, actions, 't', id, STR_NONE);
    if (str_present(slot_text(slot)))
        add_keyed(state, actions, 'x', id, STR_NONE);
    store_remove(state->store, slot);
}

/* Small, and the same for all tickets: written whole where anything of it changed. */
static void add_load(const struct state *state, struct actions *actions)
{
    bool changed = false;
    struct str bytes = load_state(state->load, &changed);
    if (changed)
        add_record(state, actions, STR(LOAD_KEY), arena_copy(actions->arena, bytes));
}

void state_keep_load(struct state *state, struct actions *actions)
{
    if (!state->at_commit)
        add_load(state, actions);
}

void state_changelog(const struct state *state, struct actions *actions)
{
    if (state->at_commit)
        add_load(state, actions);
    struct change change;
    size_t at = 0;
    while (state->at_commit && store_changes(state->store, &at, &change)) {
        if (change.state_changed)
            add_keyed(state, actions, 't', change.key, change.state);
        if (change.text_changed)
            add_keyed(state, actions, 'x', change.key, change.text);
    }
}

static bool restore_ticket(struct state *state, struct str id, struct str value, struct error *err)
{
    static const struct standing none;
    time_ms deadline = TIME_NEVER;
    struct ticket ticket;
    struct slot *slot = store_find(state->store, id);
    collect_encoded(state, slot ? slot_state(slot) : STR_NONE, &state->before);
    state->after.count = 0;
    state->after.standing = none;
    if (str_present(value)) {
        arena_reset(state->scratch);
        if (!ticket_peek(value, &deadline, err) ||
            !ticket_decode(value, id, state->scratch, &ticket, err))
            return error_prefix(err, "t/%.*s", STR_ARG(id));
        collect(&ticket, &state->after);
    }
    account(state, state->before.items, state->before.count, &state->after, NULL);
    census_move(state->census, &state->before.standing, &state->after.standing);
    if (slot && str_empty(slot_state(slot)))
        state->texts_alone--;
    if (!str_present(value)) {
        if (slot)
            store_remove(state->store, slot);
        return true;
    }
    if (!slot)
        slot = store_add(state->store, id);
    store_put(state->store, slot, value, deadline);
    return true;
}

/* Compaction moves a ticket's record behind its text's, which is written once: the text may come
 * first and then waits for its ticket. */
static void restore_text(struct state *state, struct str id, struct str value)
{
    struct slot *slot = store_find(state->store, id);
    if (!slot && !str_present(value))
        return;
    if (!slot) {
        slot = store_add(state->store, id);
        state->texts_alone++;
    }
    store_put_text(state->store, slot, value);
    if (!str_present(value) && str_empty(slot_state(slot))) {
        store_remove(state->store, slot);
        state->texts_alone--;
    }
}

bool state_restore(struct state *state, struct str key, struct str value, struct error *err)
{
    bool ok = false;
    uint64_t hash = 0;
    struct str rest = { key.data + 2, key.size < 2 ? 0 : key.size - 2 };
    if (str_is(key, CHANGELOG_FORMAT_KEY))
        ok = changelog_restore(&state->changelog, value, err);
    else if (str_is(key, LOAD_KEY))
        ok = load_restore(state->load, value, err);
    else if (str_empty(rest) || rest.size > 128)
        ok = error_set(err, "'%.*s' is no key of this changelog", STR_ARG(key));
    else if (str_starts(key, STR("t/")))
        ok = restore_ticket(state, rest, value, err);
    else if (str_starts(key, STR("x/")))
        restore_text(state, rest, value), ok = true;
    else if (str_starts(key, STR("e/")))
        ok = erasures_restore(state->erasures, key, value, err);
    else if (definition_key_parse(key, &hash))
        ok = definitions_restore(state->definitions, hash, value, err);
    else
        ok = error_set(err, "'%.*s' is no key of this changelog", STR_ARG(key));
    state_mark(state);
    return ok;
}

bool state_restored(struct state *state, struct error *err)
{
    if (!changelog_restored(&state->changelog,
                            store_count(state->store) > state->texts_alone ? "tickets" : NULL, err))
        return false;
    if (state->texts_alone > 0)
        return error_set(err, "the changelog has %zu texts of tickets that it lacks",
                         state->texts_alone);
    if (!definitions_restored(state->definitions, err))
        return false;
    state_mark(state);
    load_count(state->load, state->census, 0);
    definitions_sweep(state->definitions);
    wake_bereaved(state);
    return true;
}

void state_mark(struct state *state)
{
    load_mark(state->load);
    erasures_mark(state->erasures);
    store_mark(state->store);
    census_mark(state->census);
    changelog_mark(&state->changelog);
}

static time_ms deadline_of(struct str encoding)
{
    time_ms deadline = TIME_NEVER;
    bool valid = ticket_peek(encoding, &deadline, NULL);
    assert(valid);
    (void)valid;
    return deadline;
}

static void take_back(void *arg, struct str key, struct str now, struct str before)
{
    struct state *state = arg;
    collect_encoded(state, now, &state->before);
    collect_encoded(state, before, &state->after);
    account(state, state->before.items, state->before.count, &state->after, NULL);
    census_move(state->census, &state->before.standing, &state->after.standing);
    if (!str_empty(before) && bereaves_any(state) &&
        state_bereaves(state, decode(before, key, state->scratch)))
        pack_str(&state->asleep, key);
}

/* Their deadlines are back, and they are to be renewed all the same. */
static void wake_again(struct state *state)
{
    struct unpack keys = unpack_from(buf_str(&state->asleep));
    while (keys.at < keys.end && !keys.failed) {
        struct slot *slot = store_find(state->store, unpack_str(&keys));
        if (slot)
            store_wake(state->store, slot);
    }
    buf_clear(&state->asleep);
}

void state_undo(struct state *state)
{
    load_undo(state->load);
    erasures_undo(state->erasures);
    store_undo(state->store, deadline_of, take_back, state);
    wake_again(state);
    census_undo(state->census);
    load_count(state->load, state->census, 0);
    changelog_undo(&state->changelog);
}
