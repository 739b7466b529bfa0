/* The labelled counters of all tasks of a worker, summed up: a department's tickets lie in all
 * partitions. What only grows stays when a task leaves. */
#pragma once

#include "exactly_once/task.h"

enum { SERIES_VALUE = 64 };

/* One of them, as of the last collection. Plain data. */
struct series_report {
    enum stage stage;
    int row; /* of the stage's series_rows */
    char values[SERIES_LABELS][SERIES_VALUE];
    uint64_t value;
};

struct series;

struct series *series_new(void);
void series_free(struct series *series); /* NULL is fine */

/* The tasks that have an engine now. */
void series_collect(struct series *series, struct task **tasks, size_t count);
/* The task leaves: what it counted stays. Before its engine is gone. */
void series_retire(struct series *series, const struct task *task);

/* All of them, in no stable order, in an array to free(). */
struct series_report *series_copy(const struct series *series, size_t *count);
