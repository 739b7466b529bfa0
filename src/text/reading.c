#include "reading.h"

#include <stdlib.h>
#include "base/mem.h"

/* Tokens that are announced to the trie before they are looked for. */
enum { AHEAD = 6 };

void reading_free(struct reading *reading)
{
    tokens_free(&reading->tokens);
    free(reading->sightings);
    free(reading->begins);
    free(reading->endings);
    free(reading->present);
}

static void see(struct reading *reading, size_t first, size_t last, uint32_t pattern)
{
    if (reading->count == reading->capacity) {
        reading->capacity = reading->capacity ? 2 * reading->capacity : 256;
        reading->sightings =
            mem_resize(reading->sightings, reading->capacity, sizeof(*reading->sightings));
    }
    reading->sightings[reading->count++] =
        (struct sighting){ (uint32_t)first, (uint32_t)last, pattern, reading->endings[last] };
    reading->endings[last] = (uint32_t)reading->count;
}

/* A word that is read as one: the tokens behind the first go on with it. */
static void join(struct reading *reading, size_t first, size_t last)
{
    for (size_t at = first + 1; at <= last; at++)
        reading->joined = reading->tokens.items[at].joined = true;
}

static void note_guards(struct reading *reading, const struct index *guards, uint32_t pattern)
{
    for (uint32_t i = guards->from[pattern]; i < guards->from[pattern + 1]; i++)
        reading->present[guards->items[i] / 64] |= UINT64_C(1) << (guards->items[i] % 64);
}

static void find_from(struct reading *reading, const struct lexicon *lexicon, size_t first)
{
    const struct tokens *tokens = &reading->tokens;
    uint32_t node = TRIE_ROOT;
    for (size_t at = first; at < tokens->count; at++) {
        node = trie_step(lexicon->trie, node, reading->text, &tokens->items[at]);
        if (node == TRIE_NONE)
            return;
        uint32_t pattern = trie_value(lexicon->trie, node);
        if (pattern == TRIE_NONE || !tokens->items[at].closes)
            continue;
        see(reading, first, at, pattern);
        if (lexicon->traits[pattern] & TRAIT_WHOLE)
            join(reading, first, at);
        if (lexicon->traits[pattern] & TRAIT_GUARDS)
            note_guards(reading, &lexicon->guards, pattern);
    }
}

/* What cuts a word that is read as one was never there: 打死 in 拨打死活不通. */
static void respect_words(struct reading *reading, const struct lexicon *lexicon)
{
    for (size_t i = 0; i < reading->count; i++) {
        struct sighting *sighting = &reading->sightings[i];
        if (reading_cuts(reading, sighting->first, sighting->last) &&
            !(lexicon->traits[sighting->pattern] & TRAIT_COVERS))
            sighting->pattern = TRIE_NONE;
    }
}

/* Makes place for what is known of `count` tokens, and forgets what was known. */
static void clear(struct reading *reading, const struct lexicon *lexicon, size_t count)
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
    size_t words = lexicon->guard_count / 64 + 1;
    if (reading->present_words < words) {
        reading->present_words = words;
        reading->present = mem_resize(reading->present, words, sizeof(uint64_t));
    }
    memset(reading->present, 0, words * sizeof(uint64_t));
}

void reading_find(struct reading *reading, const struct lexicon *lexicon, struct str text)
{
    reading->text = text;
    tokens_read(&reading->tokens, text);
    clear(reading, lexicon, reading->tokens.count);
    /* From the last token to the first, so that the longest of one ending comes first. */
    for (size_t at = reading->tokens.count; at-- > 0;) {
        if (at >= AHEAD)
            trie_prefetch(lexicon->trie, &reading->tokens.items[at - AHEAD]);
        reading->begins[at] = (uint32_t)reading->count;
        if (reading->tokens.items[at].opens)
            find_from(reading, lexicon, at);
    }
    if (reading->joined)
        respect_words(reading, lexicon);
}
