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

/* A bit for the first three bytes: a Han character, or three letters of a word. */
static unsigned start_bit(const char *text, size_t size)
{
    unsigned bits = (unsigned char)text[0];
    if (size > 1)
        bits = bits * 31 + (unsigned char)text[1];
    if (size > 2)
        bits = bits * 31 + (unsigned char)text[2];
    return bits & 255;
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
    /* A text shorter than three bytes sets a bit of its own: every bit that it may meet. */
    if (word.size >= 3) {
        unsigned bit = start_bit(word.data, 3);
        set->starts[bit / 64] |= UINT64_C(1) << (bit % 64);
    } else {
        memset(set->starts, 0xff, sizeof(set->starts));
    }
}

static bool may_start(const struct word_set *set, struct str text, size_t from)
{
    if (text.size - from < 3)
        return true;
    unsigned bit = start_bit(text.data + from, 3);
    return set->starts[bit / 64] >> (bit % 64) & 1;
}

/* Is the word between word boundaries, where it has letters there? */
static bool stands_alone(struct str text, size_t from, size_t to)
{
    return !(is_word(text.data[from]) && word_goes_on_before(text, from)) &&
           !(is_word(text.data[to - 1]) && word_goes_on_after(text, to));
}

void word_set_begin_at(const struct word_set *set, struct str text, size_t from,
                       word_found_fn *found, void *arg)
{
    if (from >= text.size || !may_start(set, text, from))
        return;
    for (size_t i = 0; i < set->size_count; i++) {
        size_t size = set->sizes[i];
        if (text.size - from >= size && has(set, (struct str){ text.data + from, size }) &&
            stands_alone(text, from, from + size) && !found(arg, from, from + size))
            return;
    }
}

void word_set_end_at(const struct word_set *set, struct str text, size_t to, word_found_fn *found,
                     void *arg)
{
    for (size_t i = 0; i < set->size_count; i++) {
        size_t size = set->sizes[i];
        if (to < size || is_continuation(text.data[to - size]) ||
            !may_start(set, text, to - size) ||
            !has(set, (struct str){ text.data + to - size, size }) ||
            !stands_alone(text, to - size, to))
            continue;
        if (!found(arg, to - size, to))
            return;
    }
}
