#include "exactly_once/report.h"

#include <string.h>

#include "base/mem.h"

static void report_task(struct task *task, rd_kafka_t *consumer, struct task_report *report)
{
    int64_t low, high;
    if (rd_kafka_get_watermark_offsets(consumer, task->topic, task->setup.partition, &low, &high) ==
            RD_KAFKA_RESP_ERR_NO_ERROR &&
        high >= 0)
        task->high_watermark = high;
    *report = (struct task_report){ .stage = task->stage,
                                    .partition = task->setup.partition,
                                    .position = task->current.position,
                                    .high_watermark = task->high_watermark,
                                    .records_fed = task->records_fed,
                                    .ahead_bytes = task->ahead_bytes,
                                    .fetched = rd_kafka_queue_length(task->queue),
                                    .stream = task->current.clock.stream,
                                    .restore_ms = task->restore_ms,
                                    .restore_records = task->restore_records,
                                    .behind = task_is_behind(task),
                                    .care = (int)task->current.care.mode };
    strncpy(report->topic, task->topic, sizeof(report->topic) - 1);
    if (task->row->ops->counters != NULL)
        task->row->ops->counters(task->engine, report->counters);
}

void report_make(struct worker_report *report, const struct transaction *transaction,
                 const struct assignment *assignment, rd_kafka_t *consumer)
{
    size_t count;
    struct task **tasks = assignment_running(assignment, &count);
    *report = (struct worker_report){ .transactions = transaction_counters(transaction),
                                      .transaction = transaction_state(transaction),
                                      .transaction_age = transaction_age(transaction),
                                      .output_bytes = transaction_bytes(transaction),
                                      .joined = assignment_joined(assignment),
                                      .restoring = assignment_restoring(assignment) };
    report->tasks = mem_array(count + 1, sizeof(*report->tasks));
    for (size_t i = 0; i < count; i++)
        report_task(tasks[i], consumer, &report->tasks[report->count++]);
}

void report_copy(struct worker_report *copy, const struct worker_report *report)
{
    *copy = *report;
    copy->tasks = mem_array(report->count + 1, sizeof(*copy->tasks));
    if (report->count > 0)
        memcpy(copy->tasks, report->tasks, report->count * sizeof(*copy->tasks));
}
