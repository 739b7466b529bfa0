/* What `ombudctl learn` made of a company's history: for every feature and department a weight. A
 * ticket's score for a department is the sum of its features' weights, each times how rare the
 * feature is and how often it stands there, over the length of the text: integers only, so that the
 * same text has the same scores on every machine. Immutable, shared between threads.
 *
 * The file, in three parts:
 *
 *     ombud-routing-model 1 CHECKSUM        32 hex digits over everything behind this line
 *     {"features": …, "departments": […]}   one line of JSON: struct model_facts
 *     rarity, weights                       bytes: LEARN_BUCKETS, then for each bucket one signed
 *                                           byte a department
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "learn/features.h"

enum { MODEL_DEPARTMENTS_MAX = 128, MODEL_MARGINS = 100, MODEL_UNIT = 1024 };

struct model_department {
    struct str slug;
    int64_t tickets;                /* that it was learned from */
    int64_t held_out, found, right; /* of the tickets held out: its own, said to be its, both */
    int64_t bias;
};

/* What the file says of itself. */
struct model_facts {
    struct model_department *departments;
    size_t department_count;
    int64_t margins[MODEL_MARGINS]; /* the least difference of margin 1, 2 … 100, ascending */
    time_ms from, to;               /* when the first and the last ticket was opened */
    time_ms held_from;              /* of the tickets held out; TIME_NEVER: another file's */
    int64_t tickets, held_out, right;
    int64_t reopened, unresolved, unknown, rare, silent; /* left out, and why */
    struct str config;                                   /* fingerprint of the configuration */
};

struct routing_model;

/* NULL + err: no such file, of another version, cut off, damaged, or of other features than this
 * program's. Nothing of `bytes` is kept; `fold` is borrowed and must outlive the model. */
struct routing_model *model_read(struct str bytes, const struct fold *fold, struct error *err);
void model_free(struct routing_model *model); /* NULL is fine */
const struct model_facts *model_facts(const struct routing_model *model);
/* 12 hex digits: the beginning of the checksum. */
struct str model_fingerprint(const struct routing_model *model);
const struct fold *model_fold(const struct routing_model *model);

/* The file: `rarity` has LEARN_BUCKETS bytes, `weights` as many for each department. */
void model_write(const struct model_facts *facts, const struct fold *fold, const uint8_t *rarity,
                 const int8_t *weights, struct buf *out);

struct model_guess {
    int best;           /* index in the model's departments, -1: it knows none of the features */
    int64_t difference; /* between the best's score and the second's */
    int margin; /* 0..100: of a hundred tickets held out with such a difference, how many more were
                   right than wrong */
};
void model_ask(const struct routing_model *model, const struct feature *features, size_t count,
               struct model_guess *guess);
/* What a feature adds to a department's score, before division by the length. */
int32_t model_share(const struct routing_model *model, const struct feature *feature,
                    int department);

/* How much `count` times one feature of this rarity counts. */
int32_t model_value(uint8_t rarity, unsigned count);
/* The margin of a difference, in MODEL_UNIT. */
int model_margin(const int64_t margins[MODEL_MARGINS], int64_t difference);
