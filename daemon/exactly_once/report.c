#include "exactly_once/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Within an hour of the clock or, where time is what the events say, of the last one. */
static void count_due(struct task *task, time_ms wall)
{
    const struct task_clock *clock = &task->current.clock;
    if (task->row->ops->due == NULL)
        return;
    time_ms now = clock->mode == CLOCK_STREAM ? clock->stream : wall;
    task->due_hour = task->row->ops->due(task->engine, now + TIME_HOUR);
}

static void report_task(struct task *task, const struct report_sources *sources,
                        struct task_report *report)
{
    int64_t low, high;
    rd_kafka_t *consumer = sources->consumer;
    if (sources->thorough)
        count_due(task, sources->wall);
    if (rd_kafka_get_watermark_offsets(consumer, task->topic, task->setup.partition, &low, &high) ==
            RD_KAFKA_RESP_ERR_NO_ERROR &&
        high >= 0)
        task->high_watermark = high;
    *report = (struct task_report){ .stage = task->stage,
                                    .partition = task->setup.partition,
                                    .position = task->current.position,
                                    .high_watermark = task->high_watermark,
                                    .lag = task_lag(task),
                                    .records_fed = task->marked.records,
                                    .ahead_bytes = task->ahead_bytes,
                                    .fetched = rd_kafka_queue_length(task->queue),
                                    .stream = task->current.clock.stream,
                                    .restore_ms = task->restore_ms,
                                    .restore_records = task->restore_records,
                                    .behind = task_is_behind(task),
                                    .care = (int)task->current.care.mode,
                                    .due_hour = task->due_hour };
    snprintf(report->topic, sizeof(report->topic), "%s", task->topic);
    if (task->row->ops->written != NULL)
        report->version = task->row->ops->written(task->engine);
    if (task->row->ops->counters != NULL)
        task->row->ops->counters(task->engine, report->counters);
}

static void report_restoring(const struct task *task, struct restoring_report *report)
{
    *report = (struct restoring_report){ .stage = task->stage,
                                         .partition = task->setup.partition,
                                         .offsets = atomic_load(&task->restore_offsets),
                                         .passed = atomic_load(&task->restore_passed) };
    snprintf(report->topic, sizeof(report->topic), "%s", task->topic);
}

/* Only one stage sends by itself, and it has one partition: its list is the worker's. */
static void report_upcoming(const struct task *task, struct worker_report *report)
{
    struct engine_upcoming list[REPORT_UPCOMING];
    if (task->row->ops->upcoming == NULL)
        return;
    size_t count = task->row->ops->upcoming(task->engine, list, REPORT_UPCOMING);
    for (size_t i = 0; i < count; i++) {
        struct upcoming_report *upcoming = &report->upcoming[i];
        upcoming->at = list[i].at;
        upcoming->size = list[i].size;
        struct str name = utf8_prefix(list[i].name, sizeof(upcoming->name) - 1);
        snprintf(upcoming->name, sizeof(upcoming->name), "%.*s", STR_ARG(name));
    }
    report->upcoming_count = count;
}

void report_make(struct worker_report *report, const struct report_sources *sources)
{
    const struct transaction *transaction = sources->transaction;
    const struct assignment *assignment = sources->assignment;
    size_t count, restoring;
    struct task **tasks = assignment_running(assignment, &count);
    struct task **waiting = assignment_restoring(assignment, &restoring);
    *report = (struct worker_report){ .transactions = transaction_counters(transaction),
                                      .transaction = transaction_state(transaction),
                                      .transaction_age = transaction_age(transaction),
                                      .output_bytes = transaction_bytes(transaction),
                                      .joined = assignment_joined(assignment),
                                      .restoring = restoring };
    report->tasks = mem_array(count + 1, sizeof(*report->tasks));
    report->restorings = mem_array(restoring + 1, sizeof(*report->restorings));
    for (size_t i = 0; i < restoring; i++)
        report_restoring(waiting[i], &report->restorings[i]);
    for (size_t i = 0; i < count; i++) {
        report_task(tasks[i], sources, &report->tasks[report->count++]);
        report_upcoming(tasks[i], report);
    }
    if (sources->thorough)
        series_collect(sources->series, tasks, count);
    report->series = series_copy(sources->series, &report->series_count);
    report->decisions = *feeder_latency(sources->feeder);
}

static void *copy_array(const void *items, size_t count, size_t size)
{
    void *copy = mem_array(count + 1, size);
    if (count > 0)
        memcpy(copy, items, count * size);
    return copy;
}

void report_copy(struct worker_report *copy, const struct worker_report *report)
{
    *copy = *report;
    copy->tasks = copy_array(report->tasks, report->count, sizeof(*copy->tasks));
    copy->restorings = copy_array(report->restorings, report->restoring, sizeof(*copy->restorings));
    copy->series = copy_array(report->series, report->series_count, sizeof(*copy->series));
}

void report_free(struct worker_report *report)
{
    free(report->tasks);
    free(report->restorings);
    free(report->series);
    *report = (struct worker_report){ 0 };
}
