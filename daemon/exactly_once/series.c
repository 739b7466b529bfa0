#include "exactly_once/series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"

enum { KEY_BYTES = 2 * SERIES_VALUE + 32 };

struct item {
    struct series_report report;
    uint64_t retired; /* of tasks that have left */
    uint64_t least;   /* what was shown of one that only grows */
    size_t key_size;
    char key[KEY_BYTES];
};

struct series {
    struct table *items;
};

/* Whose numbers are being added. */
struct adding {
    struct series *series;
    enum stage stage;
    bool retires;
};

static struct str key_of(const void *value)
{
    const struct item *item = value;
    return (struct str){ item->key, item->key_size };
}

struct series *series_new(void)
{
    struct series *series = mem_alloc(sizeof(*series));
    series->items = table_new(key_of);
    return series;
}

void series_free(struct series *series)
{
    if (series == NULL)
        return;
    size_t at = 0;
    for (struct item *item; (item = table_next(series->items, &at)) != NULL;)
        free(item);
    table_free(series->items);
    free(series);
}

static void copy_value(char to[SERIES_VALUE], struct str value)
{
    struct str fits = utf8_prefix(value, SERIES_VALUE - 1);
    snprintf(to, SERIES_VALUE, "%.*s", STR_ARG(fits));
}

static struct item *find_or_add(const struct adding *adding, int row,
                                const struct str values[SERIES_LABELS])
{
    struct series_report report = { .stage = adding->stage, .row = row };
    char key[KEY_BYTES];
    for (int i = 0; i < SERIES_LABELS; i++)
        copy_value(report.values[i], values[i]);
    int size = snprintf(key, sizeof(key), "%d %d %s\n%s", (int)adding->stage, row, report.values[0],
                        report.values[1]);
    struct item *item = table_get(adding->series->items, (struct str){ key, (size_t)size });
    if (item != NULL)
        return item;
    item = mem_alloc(sizeof(*item));
    item->report = report;
    item->key_size = (size_t)size;
    memcpy(item->key, key, (size_t)size);
    table_put(adding->series->items, item);
    return item;
}

static void add(void *arg, int row, const struct str values[SERIES_LABELS], uint64_t value)
{
    const struct adding *adding = arg;
    const struct series_row *rows = stages[adding->stage].ops->series_rows;
    struct item *item = find_or_add(adding, row, values);
    if (!adding->retires)
        item->report.value += value;
    else if (!rows[row].gauge)
        item->retired += value;
}

static void add_task(struct series *series, const struct task *task, bool retires)
{
    struct adding adding = { series, task->stage, retires };
    if (task->engine != NULL && task->row->ops->series != NULL)
        task->row->ops->series(task->engine, add, &adding);
}

/* A task that leaves is in no list for a moment before it retires. */
static void never_fall(struct item *item)
{
    struct series_report *report = &item->report;
    if (stages[report->stage].ops->series_rows[report->row].gauge)
        return;
    if (report->value < item->least)
        report->value = item->least;
    item->least = report->value;
}

void series_collect(struct series *series, struct task **tasks, size_t count)
{
    size_t at = 0;
    for (struct item *item; (item = table_next(series->items, &at)) != NULL;)
        item->report.value = item->retired;
    for (size_t i = 0; i < count; i++)
        add_task(series, tasks[i], false);
    at = 0;
    for (struct item *item; (item = table_next(series->items, &at)) != NULL;)
        never_fall(item);
}

void series_retire(struct series *series, const struct task *task)
{
    add_task(series, task, true);
}

struct series_report *series_copy(const struct series *series, size_t *count)
{
    struct series_report *copy = mem_array(table_count(series->items) + 1, sizeof(*copy));
    size_t at = 0;
    *count = 0;
    for (const struct item *item; (item = table_next(series->items, &at)) != NULL;)
        copy[(*count)++] = item->report;
    return copy;
}
