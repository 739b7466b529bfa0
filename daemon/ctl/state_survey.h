/* In which versions the changelogs are written, partition by partition and ticket by ticket, as
 * their topics say. */
#pragma once

#include <stdint.h>
#include "config/config.h"
#include "stages.h"

struct follow;
struct table;

struct surveyed {
    enum output changelog;
    int newest; /* that this release writes */
    int partitions;
    int64_t *versions;             /* of each partition; 0: nothing was written yet */
    struct table *seen;            /* its tickets */
    size_t tickets[UINT8_MAX + 1]; /* how many there are, by the version that each is written in */
};

struct survey {
    struct follow *follow; /* reads on */
    struct surveyed changelogs[STAGE_COUNT];
    size_t count;
};

/* Reads all of them to their ends. NULL + err. */
struct survey *survey_open(const struct config *config, struct error *err);
void survey_close(struct survey *survey); /* NULL is fine */

/* Takes in what is written from now on, for `timeout` ms or until every partition that is written
 * is so in this release's newest version. False + err: it cannot be read. */
bool survey_wait(struct survey *survey, time_ms timeout, struct error *err);

/* How many partitions are written in a version from `least` to `most`. */
int surveyed_partitions(const struct surveyed *changelog, int64_t least, int64_t most);
/* How many tickets are written in a newer version than their changelog says. */
size_t surveyed_ahead(const struct surveyed *changelog);
