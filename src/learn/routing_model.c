#include "learn/routing_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#include "model_file.h"

/* 8 (1 + ln n): a word that stands there again counts, but less each time. */
static const uint8_t times[LEARN_COUNT_MAX + 1] = { 0,  8,  14, 17, 19, 21, 22, 24, 25,
                                                    26, 26, 27, 28, 29, 29, 30, 30 };

int32_t model_value(uint8_t rarity, unsigned count)
{
    return (int32_t)rarity * times[count];
}

int model_margin(const int64_t margins[MODEL_MARGINS], int64_t difference)
{
    int margin = 0;
    while (margin < MODEL_MARGINS && difference >= margins[margin])
        margin++;
    return margin;
}

/* Rows lie far apart, and are waited for together. */
enum { AHEAD = 8 };

/* The scores before division; returns the sum of squares, 0: nothing is known. A value is at most
 * 255 * 30, a weight 127, and there are at most 2048: the sum needs 31 bits. */
static int64_t add_up(const struct routing_model *model, const struct feature *features,
                      size_t count, int32_t *sums)
{
    int64_t squares = 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t rarity = model->rarity[features[i].bucket];
        if (i + AHEAD < count)
            __builtin_prefetch(model->weights + features[i + AHEAD].bucket * model->stride);
        if (rarity == 0)
            continue;
        int32_t value = model_value(rarity, features[i].count);
        const int8_t *row = model->weights + features[i].bucket * model->stride;
        for (size_t k = 0; k < model->stride; k += MODEL_LANES) {
            for (size_t lane = 0; lane < MODEL_LANES; lane++)
                sums[k + lane] += value * row[k + lane];
        }
        squares += (int64_t)value * value;
    }
    return squares;
}

void model_ask(const struct routing_model *model, const struct feature *features, size_t count,
               struct model_guess *guess)
{
    int32_t sums[MODEL_DEPARTMENTS_MAX] = { 0 };
    int64_t best = INT64_MIN, second = INT64_MIN;
    int64_t squares = add_up(model, features, count, sums);
    *guess = (struct model_guess){ .best = -1 };
    if (squares == 0)
        return;
    /* Exact on every machine: IEEE 754 rounds a root rightly, and 2^53 is far. */
    int64_t length = (int64_t)sqrt((double)squares);
    for (size_t k = 0; k < model->facts.department_count; k++) {
        int64_t score = (int64_t)sums[k] * MODEL_UNIT / length + model->facts.departments[k].bias;
        if (score > best) {
            second = best;
            best = score;
            guess->best = (int)k;
        } else if (score > second) {
            second = score;
        }
    }
    guess->difference = best - second;
    guess->margin = model_margin(model->facts.margins, guess->difference);
}

int32_t model_share(const struct routing_model *model, const struct feature *feature,
                    int department)
{
    return model_value(model->rarity[feature->bucket], feature->count) *
           model->weights[feature->bucket * model->stride + (size_t)department];
}

const struct model_facts *model_facts(const struct routing_model *model)
{
    return &model->facts;
}

struct str model_fingerprint(const struct routing_model *model)
{
    return (struct str){ model->checksum, 12 };
}

const struct fold *model_fold(const struct routing_model *model)
{
    return model->fold;
}

void model_free(struct routing_model *model)
{
    if (!model)
        return;
    arena_free(model->arena);
    free(model->rarity);
    free(model->weights);
    free(model);
}
