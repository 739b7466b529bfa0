/* What `learn` tells people. */
#pragma once

#include "ctl/learn_train.h"

/* What was held out, beside what the model and the tree make of it. */
struct learn_trial {
    const struct config *config;
    const struct learn_set *held;
    int *guesses; /* department by ticket; -1: the model does not know */
    int *margins; /* -1 likewise */
};

/* Asks the model of every ticket, and counts in `facts` how it did. Free with trial_free. */
void trial_run(struct learn_trial *trial, const struct routing_model *model,
               struct model_facts *facts);
void trial_free(struct learn_trial *trial);

/* What a model file says of itself. */
void report_facts(const struct model_facts *facts, struct buf *out);
/* Department by department, better and worse than the tree. */
void report_trial(const struct learn_trial *trial, struct buf *out);
