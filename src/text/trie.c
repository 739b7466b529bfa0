#include "trie.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

/* A text by the steps that lead to it. */
struct path {
    const uint32_t *steps;
    uint32_t count, value;
};

/* Paths that share what leads to a node: sorted ones, [from, to). */
struct span {
    uint32_t from, to, depth, node;
};

/* All that is needed only while a trie is built. */
struct builder {
    struct trie *trie;
    uint32_t *steps;
    struct path *paths;
    size_t path_count;
    struct span *spans; /* a queue: nodes are numbered by their depth, so that hot ones lie close */
    size_t span_count;
};

void trie_free(struct trie *trie)
{
    if (!trie)
        return;
    vocabulary_free(&trie->words);
    free(trie->nodes);
    free(trie);
}

/* Lists the path of each text. Returns the number of all steps. */
static size_t read_paths(struct builder *builder, const struct str *texts, size_t count)
{
    struct tokens tokens = { 0 };
    size_t used = 0, capacity = 0;
    for (size_t i = 0; i < count; i++) {
        tokens_read(&tokens, texts[i]);
        if (tokens.count == 0)
            continue;
        if (capacity - used < tokens.count) {
            capacity = 2 * (capacity + tokens.count);
            builder->steps = mem_resize(builder->steps, capacity, sizeof(*builder->steps));
        }
        for (size_t k = 0; k < tokens.count; k++) {
            uint32_t word = vocabulary_add(&builder->trie->words, texts[i], &tokens.items[k]);
            builder->steps[used++] = trie_step_of(word, k > 0 && tokens.items[k].spaced);
        }
        builder->paths[builder->path_count++] =
            (struct path){ .count = (uint32_t)tokens.count, .value = (uint32_t)i };
    }
    size_t at = 0;
    for (size_t i = 0; i < builder->path_count; at += builder->paths[i++].count)
        builder->paths[i].steps = &builder->steps[at];
    tokens_free(&tokens);
    return used;
}

static int compare_paths(const void *a, const void *b)
{
    const struct path *x = a, *y = b;
    for (uint32_t i = 0; i < x->count && i < y->count; i++)
        if (x->steps[i] != y->steps[i])
            return x->steps[i] < y->steps[i] ? -1 : 1;
    return x->count < y->count ? -1 : x->count > y->count;
}

/* Room for `more` nodes; returns the first. */
static uint32_t add_nodes(struct trie *trie, size_t more)
{
    size_t first = trie->node_count;
    if (trie->node_capacity - first < more) {
        trie->node_capacity = 2 * trie->node_capacity + more;
        trie->nodes = mem_resize(trie->nodes, trie->node_capacity, sizeof(*trie->nodes));
    }
    for (size_t i = 0; i < more; i++)
        trie->nodes[first + i] = (struct trie_node){ .value = TRIE_NONE };
    trie->node_count += more;
    assert(trie->node_count <= UINT32_MAX >> 5);
    return (uint32_t)first;
}

/* Where those of the span's paths from `at` on end that go on with the same step. */
static uint32_t same_step(const struct builder *builder, const struct span *span, uint32_t at)
{
    uint32_t step = builder->paths[at].steps[span->depth];
    while (at < span->to && builder->paths[at].steps[span->depth] == step)
        at++;
    return at;
}

static void queue(struct builder *builder, const struct span *parent, uint32_t from, uint32_t to,
                  uint32_t node)
{
    builder->spans[builder->span_count++] =
        (struct span){ .from = from, .to = to, .depth = parent->depth + 1, .node = node };
}

/* A full table of four is one line of the cache; larger ones keep a third free. */
static unsigned bits_for(size_t count)
{
    unsigned bits = 0;
    while (((size_t)1 << bits) < (count <= 4 ? count : count + count / 2))
        bits++;
    return bits;
}

/* Gives the node its value and makes the nodes behind it. */
static void open_span(struct builder *builder, const struct span *span)
{
    struct trie *trie = builder->trie;
    uint32_t from = span->from, count = 0;
    if (builder->paths[from].count == span->depth)
        trie->nodes[span->node].value = builder->paths[from++].value;
    for (uint32_t at = from; at < span->to; at = same_step(builder, span, at))
        count++;
    if (count == 0)
        return;
    unsigned bits = bits_for(count);
    uint32_t first = add_nodes(trie, (size_t)1 << bits), mask = 0;
    for (uint32_t at = from, end; at < span->to; at = end) {
        uint32_t step = builder->paths[at].steps[span->depth], place = trie_place_of(step, bits);
        while (trie->nodes[first + place].step != 0)
            place = (place + 1) & ((UINT32_C(1) << bits) - 1);
        trie->nodes[first + place].step = step;
        mask |= trie_mask_of(step);
        end = same_step(builder, span, at);
        queue(builder, span, at, end, first + place);
    }
    trie->nodes[span->node].next = first << 5 | bits;
    trie->nodes[span->node].mask = mask;
}

static void open_words(struct builder *builder)
{
    struct span all = { .to = (uint32_t)builder->path_count };
    add_nodes(builder->trie, (size_t)builder->trie->words.count + 1);
    for (uint32_t at = 0, end; at < all.to; at = end) {
        end = same_step(builder, &all, at);
        queue(builder, &all, at, end, builder->paths[at].steps[0] / 2);
    }
}

struct trie *trie_new(const struct str *texts, size_t count)
{
    struct trie *trie = mem_alloc(sizeof(*trie));
    struct builder builder = { .trie = trie, .paths = mem_array(count + 1, sizeof(struct path)) };
    vocabulary_init(&trie->words);
    size_t steps = read_paths(&builder, texts, count);
    qsort(builder.paths, builder.path_count, sizeof(*builder.paths), compare_paths);
    builder.spans = mem_array(steps + 1, sizeof(*builder.spans));
    open_words(&builder);
    for (size_t i = 0; i < builder.span_count; i++)
        open_span(&builder, &builder.spans[i]);
    trie->nodes = mem_resize(trie->nodes, trie->node_count, sizeof(*trie->nodes));
    trie->node_capacity = trie->node_count;
    free(builder.steps);
    free(builder.paths);
    free(builder.spans);
    return trie;
}
