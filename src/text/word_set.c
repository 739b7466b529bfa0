#include "word_set.h"

#include <stdlib.h>
#include "base/mem.h"

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
    free(set->ids);
    free(set->slots);
    free(set);
}

void word_set_add(struct word_set *set, uint32_t id)
{
    if (set->count == set->capacity) {
        set->capacity = set->capacity ? 2 * set->capacity : 4;
        set->ids = mem_resize(set->ids, set->capacity, sizeof(*set->ids));
    }
    set->ids[set->count++] = id;
}

static uint32_t slot_of(const struct word_set *set, uint32_t id)
{
    return (uint32_t)(id * 2654435761u) >> set->shift;
}

void word_set_pack(struct word_set *set)
{
    unsigned bits = 1;
    while (((size_t)1 << bits) < 2 * set->count)
        bits++;
    uint32_t mask = ((uint32_t)1 << bits) - 1;
    set->shift = 32 - bits;
    set->slots = mem_array((size_t)mask + 1, sizeof(*set->slots));
    for (size_t i = 0; i < set->count; i++) {
        uint32_t at = slot_of(set, set->ids[i]);
        while (set->slots[at] != 0)
            at = (at + 1) & mask;
        set->slots[at] = set->ids[i] + 1;
    }
}

bool word_set_has(const struct word_set *set, uint32_t id)
{
    uint32_t mask = UINT32_MAX >> set->shift;
    for (uint32_t at = slot_of(set, id); set->slots[at] != 0; at = (at + 1) & mask)
        if (set->slots[at] == id + 1)
            return true;
    return false;
}
