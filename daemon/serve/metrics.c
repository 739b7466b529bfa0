#include "serve/metrics.h"

#include <inttypes.h>
#include <stdio.h>

#include "calendar/expiry.h"
#include "serve/metrics_parts.h"

struct task_metric {
    const char *name, *type, *help;
    double (*value)(const struct task_report *task);
};

static double position(const struct task_report *task)
{
    return (double)task->position;
}

static double high_watermark(const struct task_report *task)
{
    return (double)task->high_watermark;
}

static double lag(const struct task_report *task)
{
    return (double)task->lag;
}

static double records(const struct task_report *task)
{
    return (double)task->records_fed;
}

static double behind(const struct task_report *task)
{
    return task->behind;
}

static double restore_seconds(const struct task_report *task)
{
    return (double)task->restore_ms / 1000;
}

static double restore_records(const struct task_report *task)
{
    return (double)task->restore_records;
}

static double ahead_bytes(const struct task_report *task)
{
    return (double)task->ahead_bytes;
}

static double fetched(const struct task_report *task)
{
    return (double)task->fetched;
}

static double stream_seconds(const struct task_report *task)
{
    return (double)task->stream / 1000;
}

static double due_hour(const struct task_report *task)
{
    return (double)task->due_hour;
}

static double care(const struct task_report *task)
{
    return task->care;
}

static const struct task_metric task_metrics[] = {
    { "ombud_task_position", "gauge", "Next offset to read.", position },
    { "ombud_task_high_watermark", "gauge", "End of the input partition, as last heard.",
      high_watermark },
    { "ombud_task_lag", "gauge", "Records in the input that were not read yet.", lag },
    { "ombud_task_behind", "gauge", "1 while more is known to be in the input.", behind },
    { "ombud_task_records_total", "counter", "Records fed.", records },
    { "ombud_task_ahead_bytes", "gauge", "Memory of the records that are prepared.", ahead_bytes },
    { "ombud_task_fetched_records", "gauge", "Records that the client has fetched ahead.",
      fetched },
    { "ombud_task_restore_seconds", "gauge", "How long the last restore took.", restore_seconds },
    { "ombud_task_restore_records", "gauge", "Changelog records read by it.", restore_records },
    { "ombud_task_stream_seconds", "gauge", "Highest event time fed, since 1970.", stream_seconds },
    { "ombud_task_deadlines_soon", "gauge",
      "Tickets with something due within an hour: a warning, a breach, a step of a ladder.",
      due_hour },
    { "ombud_task_care", "gauge", "0 whole batches, 1 small ones, 2 one event at a time.", care },
};

struct worker_metric {
    const char *name, *type, *help;
    double (*value)(const struct worker_report *worker);
};

static double committed(const struct worker_report *worker)
{
    return (double)worker->transactions.committed;
}

static double aborted(const struct worker_report *worker)
{
    return (double)worker->transactions.aborted;
}

static double recreated(const struct worker_report *worker)
{
    return (double)worker->transactions.recreated;
}

static double written(const struct worker_report *worker)
{
    return (double)worker->transactions.records;
}

static double written_bytes(const struct worker_report *worker)
{
    return (double)worker->transactions.bytes;
}

static double redirected(const struct worker_report *worker)
{
    return (double)worker->transactions.redirected;
}

static double undeliverable(const struct worker_report *worker)
{
    return (double)worker->undeliverable;
}

static double restoring(const struct worker_report *worker)
{
    return (double)worker->restoring;
}

static double tasks(const struct worker_report *worker)
{
    return (double)worker->count;
}

static double reachable(const struct worker_report *worker)
{
    return worker->broker_reachable;
}

static double output_bytes(const struct worker_report *worker)
{
    return (double)worker->output_bytes;
}

static double age_seconds(const struct worker_report *worker)
{
    return (double)worker->transaction_age / 1000;
}

static double stalls(const struct worker_report *worker)
{
    return (double)worker->turns.stalls;
}

static double stall_seconds(const struct worker_report *worker)
{
    return (double)worker->turns.stalls_ms / 1000;
}

static const struct worker_metric worker_metrics[] = {
    { "ombud_transactions_committed_total", "counter", "Transactions committed.", committed },
    { "ombud_transactions_aborted_total", "counter", "Transactions undone.", aborted },
    { "ombud_producers_recreated_total", "counter", "Producers made anew after a failure.",
      recreated },
    { "ombud_records_written_total", "counter", "Records in committed transactions.", written },
    { "ombud_bytes_written_total", "counter", "Their keys and values, uncompressed.",
      written_bytes },
    { "ombud_redirected_total", "counter",
      "Records that went to the dead-letter topic because their own refused them.", redirected },
    { "ombud_undeliverable_topics", "gauge", "Topics that refuse records now.", undeliverable },
    { "ombud_tasks_restoring", "gauge", "Tasks that wait for their state.", restoring },
    { "ombud_tasks_running", "gauge", "Tasks that run.", tasks },
    { "ombud_broker_reachable", "gauge", "0 while no broker answers.", reachable },
    { "ombud_loop_stalls_total", "counter",
      "Turns of a worker's loop that took longer than a tenth of a second.", stalls },
    { "ombud_loop_stall_seconds_total", "counter", "How long they took.", stall_seconds },
    { "ombud_transaction_bytes", "gauge", "Keys and values of the open transaction.",
      output_bytes },
    { "ombud_transaction_age_seconds", "gauge", "Since the transaction under way began to end.",
      age_seconds },
};

static void write_tasks(struct buf *text, const struct worker_report *reports, int count)
{
    for (size_t m = 0; m < sizeof(task_metrics) / sizeof(task_metrics[0]); m++) {
        const struct task_metric *metric = &task_metrics[m];
        metrics_head(text, metric->name, metric->type, metric->help);
        for (int i = 0; i < count; i++) {
            for (size_t j = 0; j < reports[i].count; j++) {
                const struct task_report *task = &reports[i].tasks[j];
                buf_printf(text, "%s{stage=\"%s\",topic=\"%s\",partition=\"%d\"} %.15g\n",
                           metric->name, stages[task->stage].name, task->topic, task->partition,
                           metric->value(task));
            }
        }
    }
}

static void write_workers(struct buf *text, const struct worker_report *reports, int count)
{
    for (size_t m = 0; m < sizeof(worker_metrics) / sizeof(worker_metrics[0]); m++) {
        const struct worker_metric *metric = &worker_metrics[m];
        metrics_head(text, metric->name, metric->type, metric->help);
        for (int i = 0; i < count; i++)
            buf_printf(text, "%s{worker=\"%d\"} %.15g\n", metric->name, i,
                       metric->value(&reports[i]));
    }
}

static void write_engine_counter(struct buf *text, const struct worker_report *reports, int count,
                                 int stage, int row)
{
    const struct engine_counter *counter = &stages[stage].ops->counter_rows[row];
    char name[128];
    snprintf(name, sizeof(name), "ombud_%s_%s%s", stages[stage].name, counter->name,
             counter->gauge ? "" : "_total");
    metrics_head(text, name, counter->gauge ? "gauge" : "counter", counter->help);
    for (int i = 0; i < count; i++) {
        for (size_t j = 0; j < reports[i].count; j++) {
            const struct task_report *task = &reports[i].tasks[j];
            if ((int)task->stage == stage)
                buf_printf(text, "%s{topic=\"%s\",partition=\"%d\"} %" PRIu64 "\n", name,
                           task->topic, task->partition, task->counters[row]);
        }
    }
}

/* What the engines count, a family each: ombud_tickets_forwards_total, ombud_escalations_groups. */
static void write_engines(struct buf *text, const struct worker_report *reports, int count)
{
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        const struct engine_counter *rows = stages[stage].ops->counter_rows;
        for (int row = 0; rows[row].name != NULL && row < REPORT_COUNTERS; row++)
            write_engine_counter(text, reports, count, stage, row);
    }
}

static void write_calendars(struct buf *text, const struct config *config)
{
    metrics_head(text, "ombud_calendar_valid_until_seconds", "gauge",
                 "When the days end that a calendar knows, since 1970.");
    for (size_t i = 0; i < config->calendar_count; i++) {
        const struct calendar *calendar = config->calendars[i].calendar;
        time_ms expiry = calendar_expiry(calendar);
        if (expiry != TIME_NEVER)
            buf_printf(text, "ombud_calendar_valid_until_seconds{calendar=\"%.*s\"} %lld\n",
                       STR_ARG(calendar_name(calendar)), (long long)(expiry / TIME_SECOND));
    }
}

static void write_restores(struct buf *text, const struct app_report *app)
{
    static const struct {
        const char *name, *help;
    } rows[] = {
        { "ombud_restore_offsets", "Offsets of its changelogs that a waiting task has to read." },
        { "ombud_restore_passed_offsets", "Those that it has read." },
    };
    for (size_t m = 0; m < sizeof(rows) / sizeof(rows[0]); m++) {
        metrics_head(text, rows[m].name, "gauge", rows[m].help);
        for (int i = 0; i < app->count; i++) {
            for (size_t j = 0; j < app->workers[i].restoring; j++) {
                const struct restoring_report *task = &app->workers[i].restorings[j];
                buf_printf(text, "%s{stage=\"%s\",topic=\"%s\",partition=\"%d\"} %" PRId64 "\n",
                           rows[m].name, stages[task->stage].name, task->topic, task->partition,
                           m == 0 ? task->offsets : task->passed);
            }
        }
    }
}

void metrics_write(const struct app_report *app, const struct config *config, struct buf *text)
{
    metrics_head(text, "ombud_build_info", "gauge", "Always 1.");
    buf_printf(text, "ombud_build_info{version=\"%s\",configuration=\"%s\"} 1\n", OMBUD_VERSION,
               config->fingerprint);
    metrics_process(text, app);
    write_calendars(text, config);
    write_workers(text, app->workers, app->count);
    metrics_latencies(text, app);
    write_tasks(text, app->workers, app->count);
    write_restores(text, app);
    write_engines(text, app->workers, app->count);
    metrics_series(text, app);
}
