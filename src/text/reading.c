#include "reading.h"

#include <stdlib.h>
#include "base/mem.h"

void reading_free(struct reading *reading)
{
    tokens_free(&reading->tokens);
    free(reading->sightings);
    free(reading->begins);
    free(reading->endings);
}

static void see(struct reading *reading, size_t first, size_t last, uint32_t pattern,
                uint8_t traits)
{
    if (reading->count == reading->capacity) {
        reading->capacity = reading->capacity ? 2 * reading->capacity : 256;
        reading->sightings =
            mem_resize(reading->sightings, reading->capacity, sizeof(*reading->sightings));
    }
    reading->sightings[reading->count++] =
        (struct sighting){ (uint32_t)first, (uint32_t)last, pattern, traits,
                           reading->endings[last] };
    reading->endings[last] = (uint32_t)reading->count;
}

/* A word that is read as one: the tokens behind the first go on with it. */
static void join(struct reading *reading, size_t first, size_t last)
{
    for (size_t at = first + 1; at <= last; at++)
        reading->joined = reading->tokens.items[at].joined = true;
}

/* What is found around a clause's end makes one clause of two. */
static void hold(struct reading *reading, size_t first, size_t last)
{
    for (size_t at = first; at <= last; at++)
        reading->tokens.items[at].held = true;
}

static void find_from(struct reading *reading, const struct lexicon *lexicon, size_t first)
{
    const struct tokens *tokens = &reading->tokens;
    const struct trie_node *node = trie_begin(lexicon->trie, tokens->items[first].word);
    for (size_t at = first;;) {
        if (node->value != TRIE_NONE && tokens->items[at].closes) {
            uint8_t traits = lexicon->traits[node->value];
            see(reading, first, at, node->value, traits);
            if (traits & TRAIT_WHOLE)
                join(reading, first, at);
            if (traits & TRAIT_STOPS)
                hold(reading, first, at);
        }
        if (++at == tokens->count)
            return;
        node = trie_step(lexicon->trie, node, tokens->items[at].word, tokens->items[at].spaced);
        if (!node)
            return;
    }
}

/* What cuts a word that is read as one was never there: 打死 in 拨打死活不通. */
static void respect_words(struct reading *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        struct sighting *sighting = &reading->sightings[i];
        if (reading_cuts(reading, sighting->first, sighting->last) &&
            !(sighting->traits & TRAIT_COVERS)) {
            sighting->pattern = TRIE_NONE;
            sighting->traits = 0;
        }
    }
}

/* Makes place for what is known of `count` tokens, and forgets what was known. */
static void clear(struct reading *reading, size_t count)
{
    reading->count = 0;
    reading->joined = false;
    if (reading->token_capacity < count) {
        reading->token_capacity = reading->tokens.capacity;
        reading->begins = mem_resize(reading->begins, reading->token_capacity, sizeof(uint32_t));
        reading->endings = mem_resize(reading->endings, reading->token_capacity, sizeof(uint32_t));
    }
    if (count > 0)
        memset(reading->endings, 0, count * sizeof(uint32_t));
}

void reading_find(struct reading *reading, const struct lexicon *lexicon, struct str text)
{
    reading->text = text;
    tokens_read(&reading->tokens, text);
    clear(reading, reading->tokens.count);
    for (size_t at = 0; at < reading->tokens.count; at++)
        reading->tokens.items[at].word = trie_word(lexicon->trie, text, &reading->tokens.items[at]);
    /* From the last token to the first, so that the longest of one ending comes first. */
    for (size_t at = reading->tokens.count; at-- > 0;) {
        reading->begins[at] = (uint32_t)reading->count;
        if (reading->tokens.items[at].opens)
            find_from(reading, lexicon, at);
    }
    if (reading->joined)
        respect_words(reading);
}

size_t reading_clause_end(const struct reading *reading, size_t token)
{
    const struct tokens *tokens = &reading->tokens;
    while (token < tokens->count &&
           (tokens->items[token].kind != TOKEN_STOP || tokens->items[token].held))
        token++;
    return token < tokens->count ? token + 1 : token;
}
