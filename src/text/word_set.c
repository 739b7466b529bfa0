#include "word_set.h"

#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "base/mem.h"
#include "letters.h"

struct word_set *word_set_new(struct str key)
{
    struct word_set *set = mem_alloc(sizeof(*set));
    set->key = key;
    return set;
}

void word_set_free(struct word_set *set)
{
    if (!set)
        return;
    free(set->words);
    free(set->slots);
    free(set->sizes);
    free(set);
}

/* A bit for three bytes: a Han character, or three letters of a word. */
static unsigned filter_bit(const char *text)
{
    unsigned bits = (unsigned char)text[0] | (unsigned)(unsigned char)text[1] << 8 |
                    (unsigned)(unsigned char)text[2] << 16;
    return (bits * 2654435761u) >> 21;
}

static void filter_set(uint64_t *filter, const char *text)
{
    unsigned bit = filter_bit(text);
    filter[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static bool filter_has(const uint64_t *filter, const char *text)
{
    unsigned bit = filter_bit(text);
    return filter[bit / 64] >> (bit % 64) & 1;
}

static void slot_fill(struct word_set *set, uint32_t index)
{
    size_t at = hash64(set->words[index]) & (set->slot_count - 1);
    while (set->slots[at] != 0)
        at = (at + 1) & (set->slot_count - 1);
    set->slots[at] = index + 1;
}

static bool has(const struct word_set *set, struct str word)
{
    if (set->slot_count == 0)
        return false;
    for (size_t at = hash64(word) & (set->slot_count - 1); set->slots[at] != 0;
         at = (at + 1) & (set->slot_count - 1))
        if (str_equal(set->words[set->slots[at] - 1], word))
            return true;
    return false;
}

static void grow(struct word_set *set)
{
    set->capacity = set->capacity ? 2 * set->capacity : 8;
    set->words = mem_resize(set->words, set->capacity, sizeof(*set->words));
    free(set->slots);
    set->slot_count = 4 * set->capacity;
    set->slots = mem_array(set->slot_count, sizeof(*set->slots));
    for (size_t i = 0; i < set->count; i++)
        slot_fill(set, (uint32_t)i);
}

static void size_add(struct word_set *set, uint16_t size)
{
    size_t place = 0;
    while (place < set->size_count && set->sizes[place] > size)
        place++;
    if (place < set->size_count && set->sizes[place] == size)
        return;
    set->sizes = mem_resize(set->sizes, set->size_count + 1, sizeof(*set->sizes));
    memmove(set->sizes + place + 1, set->sizes + place,
            (set->size_count - place) * sizeof(*set->sizes));
    set->sizes[place] = size;
    set->size_count++;
}

void word_set_add(struct word_set *set, struct str word)
{
    if (word.size == 0 || word.size > UINT16_MAX || has(set, word))
        return;
    if (set->count == set->capacity)
        grow(set);
    set->words[set->count] = word;
    slot_fill(set, (uint32_t)set->count++);
    size_add(set, (uint16_t)word.size);
    /* A shorter one may stand before and behind anything. */
    if (word.size >= 3) {
        filter_set(set->starts, word.data);
        filter_set(set->ends, word.data + word.size - 3);
    } else {
        memset(set->starts, 0xff, sizeof(set->starts));
        memset(set->ends, 0xff, sizeof(set->ends));
    }
}

/* Can a word end at `to` that began before it, and begin at `from`? It takes whole characters and,
 * of letters, whole words. */
static bool may_end(struct str text, size_t to)
{
    return to == text.size || (!is_continuation(text.data[to]) &&
                               !(is_word(text.data[to - 1]) && word_goes_on_after(text, to)));
}

static bool may_begin(struct str text, size_t from)
{
    return !is_continuation(text.data[from]) &&
           !(is_word(text.data[from]) && word_goes_on_before(text, from));
}

void word_set_begin_at(const struct word_set *set, struct str text, size_t from,
                       word_found_fn *found, void *arg)
{
    if (from >= text.size || !may_begin(text, from) ||
        (text.size - from >= 3 && !filter_has(set->starts, text.data + from)))
        return;
    for (size_t i = 0; i < set->size_count; i++) {
        size_t size = set->sizes[i];
        if (text.size - from >= size && may_end(text, from + size) &&
            has(set, (struct str){ text.data + from, size }) && !found(arg, from, from + size))
            return;
    }
}

void word_set_end_at(const struct word_set *set, struct str text, size_t to, word_found_fn *found,
                     void *arg)
{
    if (to == 0 || !may_end(text, to) || (to >= 3 && !filter_has(set->ends, text.data + to - 3)))
        return;
    for (size_t i = 0; i < set->size_count; i++) {
        size_t size = set->sizes[i];
        if (to >= size && may_begin(text, to - size) &&
            has(set, (struct str){ text.data + to - size, size }) && !found(arg, to - size, to))
            return;
    }
}
