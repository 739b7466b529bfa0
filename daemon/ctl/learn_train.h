/* From tickets to a model, and what the model is worth on tickets that it has not seen. */
#pragma once

#include "ctl/learn_history.h"
#include "learn/routing_model.h"

enum { LEARN_LEAST = 10 }; /* tickets that a department must have resolved to be learned */

/* Tickets that can be learned from, in the order in which they were opened. */
struct learn_set {
    struct learn_ticket **tickets;
    size_t count;
};
void set_free(struct learn_set *set);

/* Of a history those that were resolved once and by a department that is configured; `facts` counts
 * what is left out and why. With `departments` (flags by index) only theirs. */
void set_collect(const struct learn_history *history, const bool *departments,
                 struct learn_set *set, struct model_facts *facts);
/* Leaves out the tickets of departments that resolved fewer than LEARN_LEAST; the flags of the
 * others go to `departments`. */
void set_drop_rare(struct learn_set *set, const struct config *config, bool *departments,
                   struct model_facts *facts);
/* By time and by account: the last fifth is held out, and an account that stands on both sides is
 * taken from one of them, by a hash of its name. */
void set_split(const struct learn_set *all, struct learn_set *early, struct learn_set *held);

/* One model in the making. */
struct training {
    const struct config *config;
    const bool *departments;   /* by index: those that are learned, in this order in the facts */
    struct model_facts *facts; /* has slugs and counts; biases and margins are filled in */
    const double *thresholds;  /* see fit_margins; NULL: none yet */
    double unit;               /* out: what one of the model's points is to the trainer */
    struct buf file;           /* out: as model_read takes it; to be freed */
};
/* NULL + err. */
struct routing_model *train_model(struct training *training, const struct learn_set *set,
                                  struct error *err);

/* Where the model would send a ticket, as an index in the configuration; -1: it does not know. */
int model_decide(const struct routing_model *model, const struct config *config,
                 const struct learn_ticket *ticket, struct model_guess *guess);
/* The differences at which the margin reaches 1 to 100, as the trainer counts, fitted to what
 * happened on `held`. */
void fit_margins(const struct routing_model *model, const struct training *training,
                 const struct learn_set *held, double thresholds[MODEL_MARGINS]);
