#include "roles.h"

#include <stdlib.h>
#include "base/mem.h"
#include "lexicon_parts.h"

/* All that is needed only while roles are found. */
struct finder {
    struct lexicon *lexicon;
    const struct word_set **sets; /* that guard or anchor, and by them the phrases of each */
    uint32_t *phrases_from;       /* of struct roles, one more than sets */
    size_t set_count;
    uint32_t *from, *items; /* by literal: which of the sets it is in, [from[i], from[i + 1]) */
    struct table *known;    /* struct known_role */
    struct arena *arena;
    size_t role_count, role_capacity, attempt_count, attempt_capacity;
};

struct known_role {
    struct str key; /* the numbers of the sets */
    uint32_t role;
};

static struct str key_of(const void *value)
{
    return ((const struct known_role *)value)->key;
}

static bool matters(const struct word_set *set)
{
    return set->guards || set->anchored;
}

/* The sets that matter, and their phrases side by side. */
static void list_sets(struct finder *finder)
{
    size_t sets = 0, phrases = 0;
    for (const struct word_set *set = finder->lexicon->sets; set; set = set->next) {
        sets += matters(set);
        for (const struct composed *c = set->anchored; c; c = c->next)
            phrases++;
    }
    finder->sets = mem_array(sets + 1, sizeof(*finder->sets));
    finder->phrases_from = mem_array(sets + 1, sizeof(*finder->phrases_from));
    finder->lexicon->roles.composed =
        mem_array(phrases + 1, sizeof(*finder->lexicon->roles.composed));
    phrases = 0;
    for (struct word_set *set = finder->lexicon->sets; set; set = set->next) {
        if (!matters(set))
            continue;
        set->scent = (uint32_t)finder->set_count % SCENT_BITS;
        finder->sets[finder->set_count++] = set;
        for (const struct composed *c = set->anchored; c; c = c->next)
            finder->lexicon->roles.composed[phrases++] = c;
        finder->phrases_from[finder->set_count] = (uint32_t)phrases;
    }
}

static void list_memberships(struct finder *finder)
{
    size_t count = finder->lexicon->pattern_count;
    uint32_t *next = mem_array(count + 1, sizeof(*next)), total = 0;
    finder->from = mem_array(count + 1, sizeof(*finder->from));
    for (size_t s = 0; s < finder->set_count; s++)
        for (size_t i = 0; i < finder->sets[s]->count; i++)
            next[finder->sets[s]->ids[i]]++;
    for (size_t i = 0; i <= count; i++) {
        finder->from[i] = total;
        total += next[i];
        next[i] = finder->from[i];
    }
    finder->items = mem_array(total + 1, sizeof(*finder->items));
    for (size_t s = 0; s < finder->set_count; s++)
        for (size_t i = 0; i < finder->sets[s]->count; i++)
            finder->items[next[finder->sets[s]->ids[i]]++] = (uint32_t)s;
    free(next);
}

static void add_attempts(struct finder *finder, size_t set)
{
    struct roles *roles = &finder->lexicon->roles;
    for (uint32_t i = finder->phrases_from[set]; i < finder->phrases_from[set + 1]; i++) {
        if (finder->attempt_count == finder->attempt_capacity) {
            finder->attempt_capacity = 2 * finder->attempt_capacity + 256;
            roles->attempts =
                mem_resize(roles->attempts, finder->attempt_capacity, sizeof(*roles->attempts));
        }
        const struct word_set *guard = roles->composed[i]->guard;
        roles->attempts[finder->attempt_count++] =
            (struct attempt){ guard ? guard->scent : SCENT_BITS, i };
    }
}

/* A role for what is in these sets. */
static uint32_t add_role(struct finder *finder, const uint32_t *sets, size_t count)
{
    struct roles *roles = &finder->lexicon->roles;
    struct role role = { .from = (uint32_t)finder->attempt_count };
    for (size_t i = 0; i < count; i++) {
        const struct word_set *set = finder->sets[sets[i]];
        if (set->guards)
            role.scent.bits[set->scent / 64] |= UINT64_C(1) << (set->scent % 64);
        add_attempts(finder, sets[i]);
    }
    role.to = (uint32_t)finder->attempt_count;
    if (finder->role_count == finder->role_capacity) {
        finder->role_capacity = 2 * finder->role_capacity + 256;
        roles->items = mem_resize(roles->items, finder->role_capacity, sizeof(*roles->items));
    }
    roles->items[finder->role_count] = role;
    return (uint32_t)finder->role_count++;
}

static uint32_t role_of(struct finder *finder, size_t literal)
{
    const uint32_t *sets = &finder->items[finder->from[literal]];
    size_t count = finder->from[literal + 1] - finder->from[literal];
    struct str key = { (const char *)sets, count * sizeof(*sets) };
    struct known_role *known = table_get(finder->known, key);
    if (!known) {
        known = arena_alloc(finder->arena, sizeof(*known));
        *known = (struct known_role){ key, add_role(finder, sets, count) };
        table_put(finder->known, known);
    }
    return known->role;
}

void roles_find(struct lexicon *lexicon)
{
    struct finder finder = { .lexicon = lexicon,
                             .known = table_new(key_of),
                             .arena = arena_new(64 * 1024) };
    struct roles *roles = &lexicon->roles;
    list_sets(&finder);
    list_memberships(&finder);
    roles->by_literal = mem_array(lexicon->pattern_count + 1, sizeof(*roles->by_literal));
    for (size_t i = 0; i < lexicon->pattern_count; i++) {
        uint32_t role = roles->by_literal[i] = role_of(&finder, i);
        if (roles->items[role].from < roles->items[role].to)
            lexicon->traits[i] |= TRAIT_ANCHORS;
    }
    table_free(finder.known);
    arena_free(finder.arena);
    free(finder.sets);
    free(finder.phrases_from);
    free(finder.from);
    free(finder.items);
}

void roles_free(struct roles *roles)
{
    free(roles->by_literal);
    free(roles->items);
    free(roles->attempts);
    free(roles->composed);
}
