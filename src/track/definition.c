#include "track/definition.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "track/definition_text.h"

struct definition {
    uint64_t hash;
    size_t users; /* tickets that name it */
    bool current; /* the configuration has it */
    enum succession succession;
    uint64_t successor;  /* 0: none */
    struct arena *arena; /* owns what follows; NULL: named by a ticket, its record still to come */
    enum definition_kind kind;
    void *terms; /* of the kind's own type */
    struct str text;
};

/* A handful to a few dozens: the configuration's, and those of older ones that tickets still use.
 * A list is searched faster than anything cleverer. */
struct definitions {
    struct definition **items;
    size_t count, capacity;
    uint64_t *hashes[DEFINITION_KIND_COUNT]; /* by index in the configuration */
    bool recompute;                          /* open clocks follow the configuration */
};

struct definitions *definitions_new(void)
{
    return mem_alloc(sizeof(struct definitions));
}

static void definition_free(struct definition *definition)
{
    if (definition->arena) {
        definition_close(definition->kind, definition->terms);
        arena_free(definition->arena);
    }
    free(definition);
}

void definitions_free(struct definitions *definitions)
{
    if (!definitions)
        return;
    for (size_t i = 0; i < definitions->count; i++)
        definition_free(definitions->items[i]);
    free(definitions->items);
    for (int kind = 0; kind < DEFINITION_KIND_COUNT; kind++)
        free(definitions->hashes[kind]);
    free(definitions);
}

static struct definition *find(const struct definitions *definitions, uint64_t hash)
{
    for (size_t i = 0; i < definitions->count; i++) {
        if (definitions->items[i]->hash == hash)
            return definitions->items[i];
    }
    return NULL;
}

static struct definition *find_or_add(struct definitions *definitions, uint64_t hash)
{
    struct definition *definition = find(definitions, hash);
    if (definition)
        return definition;
    if (definitions->count == definitions->capacity) {
        definitions->capacity = definitions->capacity ? 2 * definitions->capacity : 16;
        definitions->items =
            mem_resize(definitions->items, definitions->capacity, sizeof(*definitions->items));
    }
    definition = mem_alloc(sizeof(*definition));
    definition->hash = hash;
    definitions->items[definitions->count++] = definition;
    return definition;
}

/* Gives a definition its text and what that means. */
static bool define(struct definition *definition, struct str text, struct error *err)
{
    if (definition->arena)
        return true;
    struct arena *arena = arena_new(1024);
    definition->terms = definition_parse(text, arena, &definition->kind, err);
    if (!definition->terms) {
        arena_free(arena);
        return false;
    }
    definition->arena = arena;
    definition->text = arena_copy(arena, text);
    return true;
}

static uint64_t take_in(struct definitions *definitions, const struct buf *text)
{
    uint64_t hash = hash64(buf_str(text));
    struct definition *definition = find_or_add(definitions, hash);
    definition->current = true;
    bool defined = define(definition, buf_str(text), NULL);
    assert(defined); /* we wrote it, from a checked configuration */
    (void)defined;
    return hash;
}

static void take_in_kind(struct definitions *definitions, const struct config *config,
                         enum definition_kind kind)
{
    struct buf text = { 0 };
    size_t count = definition_count(config, kind);
    uint64_t *hashes = mem_resize(definitions->hashes[kind], count + 1, sizeof(*hashes));
    definitions->hashes[kind] = hashes;
    for (size_t i = 0; i < count; i++) {
        buf_clear(&text);
        definition_write(config, kind, i, &text);
        hashes[i] = take_in(definitions, &text);
    }
    buf_free(&text);
}

static bool has_clocks(enum definition_kind kind)
{
    return kind == DEFINITION_SLA || kind == DEFINITION_AGREEMENT || kind == DEFINITION_REGULATION;
}

/* The same thing under another configuration. */
static bool is_successor(const struct definition *old, const struct definition *now)
{
    const struct sla_terms *before = old->terms, *after = now->terms;
    return now->arena && now->current && now->kind == old->kind &&
           str_equal(before->name, after->name) && before->valid_from == after->valid_from;
}

static void find_successor(const struct definitions *definitions, struct definition *old)
{
    old->succession = SUCCESSION_NONE;
    old->successor = 0;
    if (!old->arena || old->current || !has_clocks(old->kind))
        return;
    for (size_t k = 0; k < definitions->count && !old->successor; k++) {
        const struct definition *now = definitions->items[k];
        if (!is_successor(old, now))
            continue;
        bool dates = definition_renews(old->text, now->text);
        if (!dates && !definitions->recompute)
            continue;
        old->succession = dates ? SUCCESSION_DATES : SUCCESSION_CHANGED;
        old->successor = now->hash;
    }
    if (!old->successor && definitions->recompute)
        old->succession = SUCCESSION_REMOVED;
}

static void find_successors(struct definitions *definitions)
{
    for (size_t i = 0; i < definitions->count; i++)
        find_successor(definitions, definitions->items[i]);
}

void definitions_configure(struct definitions *definitions, const struct config *config)
{
    definitions->recompute = config->recompute_open;
    for (size_t i = 0; i < definitions->count; i++)
        definitions->items[i]->current = false;
    for (int kind = 0; kind < DEFINITION_KIND_COUNT; kind++)
        take_in_kind(definitions, config, (enum definition_kind)kind);
    find_successors(definitions);
}

enum succession definitions_succession(const struct definitions *definitions, uint64_t hash,
                                       uint64_t *now)
{
    const struct definition *definition = find(definitions, hash);
    if (definition && definition->successor)
        *now = definition->successor;
    return definition ? definition->succession : SUCCESSION_NONE;
}

uint64_t definitions_current(const struct definitions *definitions, uint64_t hash)
{
    uint64_t now = hash;
    return definitions_succession(definitions, hash, &now) == SUCCESSION_REMOVED ? 0 : now;
}

bool definitions_recompute(const struct definitions *definitions)
{
    return definitions->recompute;
}

bool definitions_succeed_any(const struct definitions *definitions)
{
    for (size_t i = 0; i < definitions->count; i++) {
        if (definitions->items[i]->succession != SUCCESSION_NONE &&
            definitions->items[i]->users > 0)
            return true;
    }
    return false;
}

uint64_t definitions_hash(const struct definitions *definitions, enum definition_kind kind,
                          size_t index)
{
    return definitions->hashes[kind][index];
}

const void *definitions_terms(const struct definitions *definitions, enum definition_kind kind,
                              uint64_t hash)
{
    const struct definition *definition = find(definitions, hash);
    return definition && definition->arena && definition->kind == kind ? definition->terms : NULL;
}

bool definitions_use(struct definitions *definitions, uint64_t hash, int change)
{
    struct definition *definition = find_or_add(definitions, hash);
    bool before = definition->users > 0;
    assert(change > 0 || definition->users > 0);
    definition->users = change > 0 ? definition->users + 1 : definition->users - 1;
    return before != (definition->users > 0);
}

struct str definitions_text(const struct definitions *definitions, uint64_t hash)
{
    const struct definition *definition = find(definitions, hash);
    return definition ? definition->text : STR_NONE;
}

void definitions_sweep(struct definitions *definitions)
{
    size_t kept = 0;
    for (size_t i = 0; i < definitions->count; i++) {
        struct definition *definition = definitions->items[i];
        if (definition->current || definition->users > 0)
            definitions->items[kept++] = definition;
        else
            definition_free(definition);
    }
    definitions->count = kept;
}

bool definitions_restore(struct definitions *definitions, uint64_t hash, struct str text,
                         struct error *err)
{
    char key[DEFINITION_KEY_SIZE];
    definition_key(hash, key);
    if (!str_present(text))
        return true; /* unused since; definitions_sweep forgets it */
    if (hash64(text) != hash)
        return error_set(err, "%.*s does not have the text its key was made from",
                         DEFINITION_KEY_SIZE, key);
    if (!define(find_or_add(definitions, hash), text, err))
        return error_prefix(err, "%.*s", DEFINITION_KEY_SIZE, key);
    return true;
}

bool definitions_restored(struct definitions *definitions, struct error *err)
{
    for (size_t i = 0; i < definitions->count; i++) {
        const struct definition *definition = definitions->items[i];
        char key[DEFINITION_KEY_SIZE];
        definition_key(definition->hash, key);
        if (definition->users > 0 && !definition->arena)
            return error_set(err, "%zu tickets use the definition %.*s, which the changelog lacks",
                             definition->users, DEFINITION_KEY_SIZE, key);
    }
    find_successors(definitions);
    return true;
}

void definition_key(uint64_t hash, char key[DEFINITION_KEY_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    memcpy(key, "d/", 2);
    for (int i = DEFINITION_KEY_SIZE - 1; i >= 2; i--, hash >>= 4)
        key[i] = digits[hash & 15];
}

bool definition_key_parse(struct str key, uint64_t *hash)
{
    if (key.size != DEFINITION_KEY_SIZE || !str_starts(key, STR("d/")))
        return false;
    uint64_t value = 0;
    for (size_t i = 2; i < key.size; i++) {
        char digit = key.data[i];
        if (digit >= '0' && digit <= '9')
            value = value << 4 | (uint64_t)(digit - '0');
        else if (digit >= 'a' && digit <= 'f')
            value = value << 4 | (uint64_t)(digit - 'a' + 10);
        else
            return false;
    }
    *hash = value;
    return true;
}
