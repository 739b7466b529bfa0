/* A model of two departments that knows four things, for tests: billing by 扣费 and "refund",
 * quality by 冒烟 and "broken". */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "learn/learned.h"

/* The bucket of the last feature of a text: a Chinese word's is that of its last pair. */
static inline uint16_t small_bucket(const struct fold *fold, const char *text)
{
    const struct learn_input input = { .body = str_from(text) };
    struct features *features = features_new();
    size_t count = 0;
    const struct feature *items = features_take(features, fold, &input, &count);
    uint16_t bucket = items[count - 1].bucket;
    features_free(features);
    return bucket;
}

static inline void small_model_write(const char *first, const char *second, const struct fold *fold,
                                     struct buf *out)
{
    static const struct {
        const char *text;
        int department;
        int weight;
    } words[] = {
        { "扣费", 0, 100 }, { "refund", 0, 60 }, { "冒烟", 1, 100 }, { "broken", 1, 60 }
    };
    struct model_department departments[] = {
        { .slug = str_from(first), .tickets = 30, .held_out = 10, .found = 9, .right = 8 },
        { .slug = str_from(second), .tickets = 20, .held_out = 5, .found = 6, .right = 4 },
    };
    struct model_facts facts = { .departments = departments,
                                 .department_count = 2,
                                 .from = 1767225600000,
                                 .to = 1775001600000,
                                 .held_from = TIME_NEVER,
                                 .tickets = 50,
                                 .held_out = 15,
                                 .right = 12,
                                 .reopened = 3,
                                 .config = STR("0123456789ab") };
    uint8_t *rarity = calloc(LEARN_BUCKETS, 1);
    int8_t *weights = calloc(LEARN_BUCKETS, 2);
    if (!rarity || !weights)
        abort();
    for (size_t i = 0; i < 4; i++) {
        uint16_t bucket = small_bucket(fold, words[i].text);
        rarity[bucket] = 40;
        weights[2 * bucket + words[i].department] = (int8_t)words[i].weight;
    }
    /* A difference of 1000 is a margin of 1, one of 100000 of 100. */
    for (int i = 0; i < MODEL_MARGINS; i++)
        facts.margins[i] = 1000 * (i + 1);
    model_write(&facts, fold, rarity, weights, out);
    free(weights);
    free(rarity);
}
