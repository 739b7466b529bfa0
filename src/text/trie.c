#include "trie.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

/* Where a token leads from a node. */
struct edge {
    uint64_t key;  /* the token's */
    uint32_t from; /* the node, doubled; odd where a space stands before the token */
    uint32_t to;   /* TRIE_ROOT: the slot is free, for nothing leads there */
};

struct node {
    uint32_t value;
    bool goes_on; /* edges lead from it */
};

struct trie {
    struct edge *edges; /* by a hash */
    struct node *nodes;
    struct str *words; /* by node: the token that leads there */
    size_t node_count, node_capacity, slot_count;
    unsigned shift; /* 64 minus the bits of slot_count */
};

enum { BITS_AT_FIRST = 10 };

struct trie *trie_new(void)
{
    struct trie *trie = mem_alloc(sizeof(*trie));
    trie->node_capacity = 256;
    trie->nodes = mem_array(trie->node_capacity, sizeof(*trie->nodes));
    trie->words = mem_array(trie->node_capacity, sizeof(*trie->words));
    trie->nodes[TRIE_ROOT].value = TRIE_NONE;
    trie->node_count = 1;
    trie->slot_count = 1 << BITS_AT_FIRST;
    trie->shift = 64 - BITS_AT_FIRST;
    trie->edges = mem_array(trie->slot_count, sizeof(*trie->edges));
    return trie;
}

void trie_free(struct trie *trie)
{
    if (!trie)
        return;
    free(trie->nodes);
    free(trie->words);
    free(trie->edges);
    free(trie);
}

static uint32_t leave(uint32_t node, const struct token *token)
{
    return 2 * node + (node != TRIE_ROOT && token->spaced);
}

static size_t slot_of(const struct trie *trie, uint32_t from, uint64_t key)
{
    return (size_t)((key ^ from * 0x9e3779b97f4a7c15u) * 0xd6e8feb86659fd93u >> trie->shift);
}

/* Of short tokens the key tells all. */
static bool leads(const struct trie *trie, const struct edge *edge, struct str text,
                  const struct token *token)
{
    struct str word = token_text(text, token);
    return word.size <= TOKEN_SHORT ? trie->words[edge->to].size <= TOKEN_SHORT
                                    : str_equal(trie->words[edge->to], word);
}

/* The slot of the edge, or the free one where it belongs. */
static struct edge *find(const struct trie *trie, uint32_t node, struct str text,
                         const struct token *token)
{
    uint32_t from = leave(node, token);
    size_t at = slot_of(trie, from, token->key);
    for (;; at = (at + 1) & (trie->slot_count - 1)) {
        struct edge *edge = &trie->edges[at];
        if (edge->to == TRIE_ROOT ||
            (edge->key == token->key && edge->from == from && leads(trie, edge, text, token)))
            return edge;
    }
}

static void grow_slots(struct trie *trie)
{
    struct edge *old = trie->edges;
    size_t count = trie->slot_count;
    trie->slot_count *= 2;
    trie->shift--;
    trie->edges = mem_array(trie->slot_count, sizeof(*trie->edges));
    for (size_t i = 0; i < count; i++) {
        size_t at = slot_of(trie, old[i].from, old[i].key);
        if (old[i].to == TRIE_ROOT)
            continue;
        while (trie->edges[at].to != TRIE_ROOT)
            at = (at + 1) & (trie->slot_count - 1);
        trie->edges[at] = old[i];
    }
    free(old);
}

uint32_t trie_grow(struct trie *trie, uint32_t node, struct str text, const struct token *token)
{
    struct edge *edge = find(trie, node, text, token);
    if (edge->to != TRIE_ROOT)
        return edge->to;
    if (trie->node_count == trie->node_capacity) {
        trie->node_capacity *= 2;
        trie->nodes = mem_resize(trie->nodes, trie->node_capacity, sizeof(*trie->nodes));
        trie->words = mem_resize(trie->words, trie->node_capacity, sizeof(*trie->words));
    }
    uint32_t next = (uint32_t)trie->node_count++;
    trie->nodes[next] = (struct node){ .value = TRIE_NONE };
    trie->words[next] = token_text(text, token);
    trie->nodes[node].goes_on = true;
    *edge = (struct edge){ token->key, leave(node, token), next };
    if (3 * trie->node_count > 2 * trie->slot_count)
        grow_slots(trie);
    return next;
}

uint32_t trie_step(const struct trie *trie, uint32_t node, struct str text,
                   const struct token *token)
{
    if (!trie->nodes[node].goes_on)
        return TRIE_NONE;
    uint32_t to = find(trie, node, text, token)->to;
    return to == TRIE_ROOT ? TRIE_NONE : to;
}

void trie_prefetch(const struct trie *trie, const struct token *token)
{
    __builtin_prefetch(&trie->edges[slot_of(trie, TRIE_ROOT, token->key)]);
}

uint32_t trie_value(const struct trie *trie, uint32_t node)
{
    return trie->nodes[node].value;
}

void trie_set_value(struct trie *trie, uint32_t node, uint32_t value)
{
    trie->nodes[node].value = value;
}
