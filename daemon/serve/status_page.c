#include "serve/status_page.h"

#include <string.h>
#include <unistd.h>

#include "json/json_writer.h"
#include "kafka/kafka_conf.h"
#include "serve/status.h"

static const char *const phases[] = { [WORKER_STARTING] = "starting",
                                      [WORKER_RUNNING] = "running",
                                      [WORKER_STOPPED] = "stopped",
                                      [WORKER_FAILED] = "failed" };

static void put_when(struct json_writer *json, time_ms time)
{
    if (time == 0)
        json_put_null(json);
    else
        json_put_time(json, time);
}

static void put_identity(const struct app *app, const struct app_report *report,
                         struct json_writer *json)
{
    const struct config *config = shared_config_get(app->config);
    JSON_KEY(json, "version");
    json_put_text(json, OMBUD_VERSION);
    JSON_KEY(json, "configuration");
    json_put_text(json, config->fingerprint);
    JSON_KEY(json, "file");
    json_put_text(json, app->config_path);
    JSON_KEY(json, "group");
    json_put_str(json, kafka_property(config, "group.id"));
    JSON_KEY(json, "instance");
    json_put_text(json, app->instance);
    JSON_KEY(json, "pid");
    json_put_int(json, getpid());
    JSON_KEY(json, "started_at");
    json_put_time(json, app->started);
    JSON_KEY(json, "resident_bytes");
    json_put_int(json, (int64_t)report->process.resident);
}

static void put_reloads(const struct reload_tally *tally, struct json_writer *json)
{
    JSON_KEY(json, "reloads");
    json_open_object(json);
    JSON_KEY(json, "taken");
    json_put_int(json, (int64_t)tally->taken);
    JSON_KEY(json, "refused");
    json_put_int(json, (int64_t)tally->refused);
    JSON_KEY(json, "taken_at");
    put_when(json, tally->taken_at);
    JSON_KEY(json, "refused_at");
    put_when(json, tally->refused_at);
    JSON_KEY(json, "refusal");
    json_put_text(json, tally->refused > 0 ? tally->refusal : NULL);
    json_close_object(json);
}

static void put_worker(const struct app *app, int number, const struct worker_report *worker,
                       struct json_writer *json)
{
    int64_t lag = 0;
    for (size_t i = 0; i < worker->count; i++)
        lag += worker->tasks[i].lag;
    json_open_object(json);
    JSON_KEY(json, "worker");
    json_put_int(json, number);
    JSON_KEY(json, "phase");
    json_put_text(json, phases[worker_phase(app->workers[number])]);
    JSON_KEY(json, "broker_reachable");
    json_put_bool(json, worker->broker_reachable);
    JSON_KEY(json, "partitions");
    json_put_int(json, (int64_t)worker->count);
    JSON_KEY(json, "restoring");
    json_put_int(json, (int64_t)worker->restoring);
    JSON_KEY(json, "lag");
    json_put_int(json, lag);
    JSON_KEY(json, "committed");
    json_put_int(json, (int64_t)worker->transactions.committed);
    JSON_KEY(json, "aborted");
    json_put_int(json, (int64_t)worker->transactions.aborted);
    json_close_object(json);
}

static void put_place(const char *stage, const char *topic, int32_t partition,
                      struct json_writer *json)
{
    JSON_KEY(json, "stage");
    json_put_text(json, stage);
    JSON_KEY(json, "topic");
    json_put_text(json, topic);
    JSON_KEY(json, "partition");
    json_put_int(json, partition);
}

static void put_tasks(const struct worker_report *worker, struct json_writer *json)
{
    for (size_t i = 0; i < worker->count; i++) {
        const struct task_report *task = &worker->tasks[i];
        json_open_object(json);
        put_place(stages[task->stage].name, task->topic, task->partition, json);
        JSON_KEY(json, "position");
        json_put_int(json, task->position);
        JSON_KEY(json, "end");
        json_put_int(json, task->high_watermark);
        JSON_KEY(json, "lag");
        json_put_int(json, task->lag);
        JSON_KEY(json, "restore_ms");
        json_put_int(json, task->restore_ms);
        json_close_object(json);
    }
}

static void put_restoring(const struct worker_report *worker, struct json_writer *json)
{
    for (size_t i = 0; i < worker->restoring; i++) {
        const struct restoring_report *task = &worker->restorings[i];
        json_open_object(json);
        put_place(stages[task->stage].name, task->topic, task->partition, json);
        JSON_KEY(json, "offsets");
        json_put_int(json, task->offsets);
        JSON_KEY(json, "passed");
        json_put_int(json, task->passed);
        json_close_object(json);
    }
}

static void put_next(const struct worker_report *worker, struct json_writer *json)
{
    for (size_t i = 0; i < worker->upcoming_count; i++) {
        const struct upcoming_report *upcoming = &worker->upcoming[i];
        json_open_object(json);
        JSON_KEY(json, "group");
        json_put_text(json, upcoming->name);
        JSON_KEY(json, "at");
        json_put_time(json, upcoming->at);
        JSON_KEY(json, "notices");
        json_put_int(json, (int64_t)upcoming->size);
        json_close_object(json);
    }
}

static bool counts_rules(const struct series_report *series)
{
    return strcmp(stages[series->stage].ops->series_rows[series->row].name, "rule_hits") == 0;
}

/* Over all workers; each has the same rules, in no order that could be relied on. */
static bool was_hit(const struct app_report *report, const struct series_report *rule)
{
    for (int i = 0; i < report->count; i++) {
        const struct worker_report *worker = &report->workers[i];
        for (size_t k = 0; k < worker->series_count; k++) {
            const struct series_report *other = &worker->series[k];
            if (other->value > 0 && other->stage == rule->stage && other->row == rule->row &&
                memcmp(other->values, rule->values, sizeof(rule->values)) == 0)
                return true;
        }
    }
    return false;
}

/* Since this process started. The first worker that has tickets knows all rules. */
static void put_never_hit(const struct app_report *report, struct json_writer *json)
{
    JSON_KEY(json, "rules_never_hit");
    json_open_array(json);
    bool done = false;
    for (int i = 0; i < report->count && !done; i++) {
        const struct worker_report *worker = &report->workers[i];
        for (size_t k = 0; k < worker->series_count; k++) {
            const struct series_report *rule = &worker->series[k];
            if (!counts_rules(rule))
                continue;
            done = true;
            if (was_hit(report, rule))
                continue;
            json_open_object(json);
            JSON_KEY(json, "kind");
            json_put_text(json, rule->values[0]);
            JSON_KEY(json, "rule");
            json_put_text(json, rule->values[1]);
            json_close_object(json);
        }
    }
    json_close_array(json);
}

/* An array of what `put` has to say of each worker. */
static void put_all(const struct app_report *report, const char *name,
                    void (*put)(const struct worker_report *worker, struct json_writer *json),
                    struct json_writer *json)
{
    json_key(json, name);
    json_open_array(json);
    for (int i = 0; i < report->count; i++)
        put(&report->workers[i], json);
    json_close_array(json);
}

void status_page_write(const struct app_report *report, const struct app *app, struct buf *text)
{
    struct json_writer writer = json_writer_to(text), *json = &writer;
    json_open_object(json);
    JSON_KEY(json, "ok");
    json_put_bool(json, true);
    put_identity(app, report, json);
    status_put(report, json);
    put_reloads(&app->reloads, json);
    JSON_KEY(json, "workers");
    json_open_array(json);
    for (int i = 0; i < report->count; i++)
        put_worker(app, i, &report->workers[i], json);
    json_close_array(json);
    put_all(report, "partitions", put_tasks, json);
    put_all(report, "restoring", put_restoring, json);
    put_all(report, "next", put_next, json);
    put_never_hit(report, json);
    json_close_object(json);
}
