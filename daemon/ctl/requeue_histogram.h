/* What a requeue did, or would do: how many letters of which reason, and why others stay. */
#pragma once

#include "ctl/letter.h"

struct requeue;

enum requeue_fate {
    REQUEUE_GOES,
    REQUEUE_OTHER,       /* not meant */
    REQUEUE_BEFORE,      /* settled before */
    REQUEUE_QUARANTINED, /* came back too often */
    REQUEUE_EMPTY,       /* its text was too large to be kept */
    REQUEUE_UNKNOWN,     /* its topic is none of this configuration's */
    REQUEUE_GONE,        /* its topic is not there */
    REQUEUE_FATES
};

struct requeue_histogram { /* zero-initialise it */
    uint64_t fates[REQUEUE_FATES];
    struct reason_count *reasons; /* of those that go */
    size_t count;
};
void requeue_histogram_add(struct requeue_histogram *histogram, const struct letter *letter,
                           enum requeue_fate fate);
/* On standard output; the most frequent reasons first. */
void requeue_histogram_print(struct requeue_histogram *histogram, const struct requeue *requeue);
void requeue_histogram_free(struct requeue_histogram *histogram);
