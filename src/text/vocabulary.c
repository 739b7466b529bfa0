#include "vocabulary.h"

#include <stdlib.h>
#include "base/mem.h"

enum { BITS_AT_FIRST = 10 };

void vocabulary_init(struct vocabulary *vocabulary)
{
    *vocabulary =
        (struct vocabulary){ .slot_count = 1 << BITS_AT_FIRST, .shift = 64 - BITS_AT_FIRST };
    vocabulary->slots = mem_array(vocabulary->slot_count, sizeof(*vocabulary->slots));
}

void vocabulary_free(struct vocabulary *vocabulary)
{
    free(vocabulary->slots);
    free(vocabulary->texts);
    *vocabulary = (struct vocabulary){ 0 };
}

static void grow_slots(struct vocabulary *vocabulary)
{
    struct word_slot *old = vocabulary->slots;
    size_t count = vocabulary->slot_count;
    vocabulary->slot_count *= 2;
    vocabulary->shift--;
    vocabulary->slots = mem_array(vocabulary->slot_count, sizeof(*vocabulary->slots));
    for (size_t i = 0; i < count; i++) {
        size_t at = word_slot_of(vocabulary, old[i].key);
        if (old[i].word == WORD_UNKNOWN)
            continue;
        while (vocabulary->slots[at].word != WORD_UNKNOWN)
            at = (at + 1) & (vocabulary->slot_count - 1);
        vocabulary->slots[at] = old[i];
    }
    free(old);
}

uint32_t vocabulary_add(struct vocabulary *vocabulary, struct str text, const struct token *token)
{
    if (2 * (size_t)vocabulary->count >= vocabulary->slot_count)
        grow_slots(vocabulary);
    struct word_slot *slot = word_slot_find(vocabulary, text, token);
    if (slot->word != WORD_UNKNOWN)
        return slot->word;
    *slot = (struct word_slot){ token->key, ++vocabulary->count };
    if (vocabulary->count >= vocabulary->text_size) {
        vocabulary->text_size = vocabulary->text_size ? 2 * vocabulary->text_size : 1024;
        vocabulary->texts =
            mem_resize(vocabulary->texts, vocabulary->text_size, sizeof(*vocabulary->texts));
    }
    vocabulary->texts[slot->word] = token_text(text, token);
    return slot->word;
}
