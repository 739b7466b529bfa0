#include "serve/metrics_parts.h"

#include <inttypes.h>
#include <stdio.h>

/* The format asks for these three to be escaped. */
static void put_value(struct buf *text, const char *value)
{
    for (; *value != '\0'; value++) {
        if (*value == '\n')
            buf_printf(text, "\\n");
        else if (*value == '"' || *value == '\\')
            buf_printf(text, "\\%c", *value);
        else
            buf_add_char(text, *value);
    }
}

static void put_sample(struct buf *text, const char *name, int worker, const struct series_row *row,
                       const struct series_report *series)
{
    buf_printf(text, "%s{worker=\"%d\"", name, worker);
    for (int i = 0; i < SERIES_LABELS && row->labels[i] != NULL; i++) {
        buf_printf(text, ",%s=\"", row->labels[i]);
        put_value(text, series->values[i]);
        buf_add_char(text, '"');
    }
    buf_printf(text, "} %" PRIu64 "\n", series->value);
}

static void write_row(struct buf *text, const struct app_report *app, int stage, int number)
{
    const struct series_row *row = &stages[stage].ops->series_rows[number];
    char name[128];
    snprintf(name, sizeof(name), "ombud_%s_%s%s", stages[stage].name, row->name,
             row->gauge ? "" : "_total");
    metrics_head(text, name, row->gauge ? "gauge" : "counter", row->help);
    for (int i = 0; i < app->count; i++) {
        const struct worker_report *worker = &app->workers[i];
        for (size_t j = 0; j < worker->series_count; j++) {
            if ((int)worker->series[j].stage == stage && worker->series[j].row == number)
                put_sample(text, name, i, row, &worker->series[j]);
        }
    }
}

void metrics_series(struct buf *text, const struct app_report *app)
{
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        const struct series_row *rows = stages[stage].ops->series_rows;
        for (int row = 0; rows != NULL && rows[row].name != NULL; row++)
            write_row(text, app, stage, row);
    }
}
