#include "ctl/learn_train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/learn_solve.h"
#include "text/lexicon.h"

/* 16 (1 + ln of how few tickets have it); what only one ticket has tells nothing, and is 0. */
static void count_rarity(const struct learn_set *set, uint8_t rarity[LEARN_BUCKETS])
{
    size_t *tickets = mem_array(LEARN_BUCKETS, sizeof(*tickets));
    for (size_t i = 0; i < set->count; i++) {
        for (size_t k = 0; k < set->tickets[i]->mark_count; k++)
            tickets[set->tickets[i]->marks[k].bucket]++;
    }
    for (size_t i = 0; i < LEARN_BUCKETS; i++) {
        double times = (double)(set->count + 1) / (double)(tickets[i] + 1);
        double value = 16 * (1 + log(times));
        rarity[i] = (uint8_t)(tickets[i] < 2 ? 0 : value > 255 ? 255 : lround(value));
    }
    free(tickets);
}

static double largest_weight(const struct learn_solution *solution, size_t departments)
{
    double largest = 1e-9;
    for (size_t k = 0; k < departments; k++) {
        const double *weights = solution_weights(solution, k);
        for (size_t i = 0; i < LEARN_BUCKETS; i++)
            largest = fmax(largest, fabs(weights[i]));
    }
    return largest;
}

/* Everything in whole numbers: the largest weight is 127. */
static double quantise(const struct learn_solution *solution, struct model_facts *facts,
                       int8_t *rows)
{
    double step = largest_weight(solution, facts->department_count) / 127;
    double unit = step / MODEL_UNIT;
    for (size_t k = 0; k < facts->department_count; k++) {
        const double *weights = solution_weights(solution, k);
        for (size_t i = 0; i < LEARN_BUCKETS; i++)
            rows[i * facts->department_count + k] = (int8_t)lround(weights[i] / step);
        /* A department that this half never saw is never chosen. */
        facts->departments[k].bias =
            solution->seen[k] ? llround(weights[LEARN_BUCKETS] / unit) : -(INT64_C(1) << 32);
    }
    return unit;
}

static void list_departments(const struct config *config, const bool *departments, int *list)
{
    size_t count = 0;
    for (size_t i = 0; i < config->department_count; i++) {
        if (departments[i])
            list[count++] = (int)i;
    }
}

static void set_margins(const struct training *training)
{
    for (int i = 0; i < MODEL_MARGINS; i++)
        training->facts->margins[i] =
            training->thresholds
                ? (int64_t)fmin(ceil(training->thresholds[i] / training->unit), 1e12)
                : 0;
}

/* The solution as a file, and the model that reading it gives. */
static struct routing_model *make_model(struct training *training,
                                        const struct learn_solution *solution,
                                        const uint8_t *rarity, struct error *err)
{
    struct model_facts *facts = training->facts;
    const struct fold *fold = lexicon_fold(training->config->lexicon);
    int8_t *weights = mem_array(LEARN_BUCKETS * facts->department_count, 1);
    training->unit = quantise(solution, facts, weights);
    set_margins(training);
    buf_clear(&training->file);
    model_write(facts, fold, rarity, weights, &training->file);
    free(weights);
    return model_read(buf_str(&training->file), fold, err);
}

struct routing_model *train_model(struct training *training, const struct learn_set *set,
                                  struct error *err)
{
    uint8_t *rarity = mem_array(LEARN_BUCKETS, 1);
    int *list = mem_array(training->config->department_count, sizeof(*list));
    struct learn_solution solution;
    struct routing_model *model = NULL;
    list_departments(training->config, training->departments, list);
    count_rarity(set, rarity);
    solution_find(set, rarity, list, training->facts->department_count, &solution);
    if (solution.seen_count < 2)
        error_set(err, "the earlier tickets were all resolved by one department");
    else
        model = make_model(training, &solution, rarity, err);
    solution_free(&solution);
    free(list);
    free(rarity);
    return model;
}

int model_decide(const struct routing_model *model, const struct config *config,
                 const struct learn_ticket *ticket, struct model_guess *guess)
{
    struct feature features[LEARN_FEATURES_MAX];
    for (size_t i = 0; i < ticket->mark_count; i++)
        features[i] = (struct feature){ ticket->marks[i].bucket, ticket->marks[i].count, 0, 0, 0 };
    model_ask(model, features, ticket->mark_count, guess);
    return guess->best < 0
               ? -1
               : config_department(config, model_facts(model)->departments[guess->best].slug);
}

/* The chance that a guess is right, as the logistic function of the difference: two numbers fitted
 * by Newton's method, held back a little where there is next to nothing to fit. */
static void fit_chance(const double *difference, const bool *right, size_t count, double fit[2])
{
    fit[0] = 0, fit[1] = 1;
    for (int round = 0; round < 50; round++) {
        double g0 = -fit[0] * 0.01, g1 = -(fit[1] - 1) * 0.01;
        double h00 = 0.01, h01 = 0, h11 = 0.01;
        for (size_t i = 0; i < count; i++) {
            double chance = 1 / (1 + exp(-(fit[0] + fit[1] * difference[i])));
            double error = right[i] - chance, weight = chance * (1 - chance);
            g0 += error;
            g1 += error * difference[i];
            h00 += weight;
            h01 += weight * difference[i];
            h11 += weight * difference[i] * difference[i];
        }
        double determinant = h00 * h11 - h01 * h01;
        fit[0] += (g0 * h11 - g1 * h01) / determinant;
        fit[1] += (g1 * h00 - g0 * h01) / determinant;
    }
    /* A larger difference never means less. */
    fit[1] = fmax(fit[1], 0.01);
}

void fit_margins(const struct routing_model *model, const struct training *training,
                 const struct learn_set *held, double thresholds[MODEL_MARGINS])
{
    double *difference = mem_array(held->count + 1, sizeof(*difference)), fit[2];
    bool *right = mem_array(held->count + 1, sizeof(*right));
    size_t count = 0;
    for (size_t i = 0; i < held->count; i++) {
        struct model_guess guess;
        int department = model_decide(model, training->config, held->tickets[i], &guess);
        if (department < 0)
            continue;
        difference[count] = (double)guess.difference * training->unit;
        right[count++] = department == held->tickets[i]->department;
    }
    fit_chance(difference, right, count, fit);
    for (int i = 0; i < MODEL_MARGINS; i++) {
        double chance = (100 + i + 0.5) / 200; /* of margin i + 1, rounded */
        thresholds[i] = fmax(0, (log(chance / (1 - chance)) - fit[0]) / fit[1]);
    }
    free(right);
    free(difference);
}
