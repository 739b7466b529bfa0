#include "serve/status_page.h"

#include <unistd.h>

#include "json/json_writer.h"
#include "kafka/kafka_conf.h"
#include "serve/never_hit.h"
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
    JSON_TEXT(json, "version", OMBUD_VERSION);
    JSON_INT(json, "state_version", tickets_engine.newest);
    JSON_TEXT(json, "configuration", config->fingerprint);
    JSON_TEXT(json, "file", app->config_path);
    JSON_STR(json, "group", kafka_property(config, "group.id"));
    JSON_TEXT(json, "instance", app->instance);
    JSON_INT(json, "pid", getpid());
    JSON_TIME(json, "started_at", app->started);
    JSON_INT(json, "resident_bytes", (int64_t)report->process.resident);
}

static void put_reloads(const struct reload_tally *tally, struct json_writer *json)
{
    JSON_KEY(json, "reloads");
    json_open_object(json);
    JSON_INT(json, "taken", (int64_t)tally->taken);
    JSON_INT(json, "refused", (int64_t)tally->refused);
    JSON_KEY(json, "taken_at");
    put_when(json, tally->taken_at);
    JSON_KEY(json, "refused_at");
    put_when(json, tally->refused_at);
    JSON_TEXT(json, "refusal", tally->refused > 0 ? tally->refusal : NULL);
    json_close_object(json);
}

static void put_worker(const struct app *app, int number, const struct worker_report *worker,
                       struct json_writer *json)
{
    int64_t lag = 0;
    for (size_t i = 0; i < worker->count; i++)
        lag += worker->tasks[i].lag;
    json_open_object(json);
    JSON_INT(json, "worker", number);
    JSON_TEXT(json, "phase", phases[worker_phase(app->workers[number])]);
    JSON_BOOL(json, "broker_reachable", worker->broker_reachable);
    JSON_INT(json, "partitions", (int64_t)worker->count);
    JSON_INT(json, "restoring", (int64_t)worker->restoring);
    JSON_INT(json, "lag", lag);
    JSON_INT(json, "committed", (int64_t)worker->transactions.committed);
    JSON_INT(json, "aborted", (int64_t)worker->transactions.aborted);
    json_close_object(json);
}

static void put_place(const char *stage, const char *topic, int32_t partition,
                      struct json_writer *json)
{
    JSON_TEXT(json, "stage", stage);
    JSON_TEXT(json, "topic", topic);
    JSON_INT(json, "partition", partition);
}

static void put_tasks(const struct worker_report *worker, struct json_writer *json)
{
    for (size_t i = 0; i < worker->count; i++) {
        const struct task_report *task = &worker->tasks[i];
        json_open_object(json);
        put_place(stages[task->stage].name, task->topic, task->partition, json);
        JSON_INT(json, "position", task->position);
        JSON_INT(json, "end", task->high_watermark);
        JSON_INT(json, "lag", task->lag);
        if (stages[task->stage].changelog_count > 0)
            JSON_INT(json, "state_version", task->version);
        JSON_INT(json, "restore_ms", task->restore_ms);
        json_close_object(json);
    }
}

static void put_restoring(const struct worker_report *worker, struct json_writer *json)
{
    for (size_t i = 0; i < worker->restoring; i++) {
        const struct restoring_report *task = &worker->restorings[i];
        json_open_object(json);
        put_place(stages[task->stage].name, task->topic, task->partition, json);
        JSON_INT(json, "offsets", task->offsets);
        JSON_INT(json, "passed", task->passed);
        json_close_object(json);
    }
}

static void put_next(const struct worker_report *worker, struct json_writer *json)
{
    for (size_t i = 0; i < worker->upcoming_count; i++) {
        const struct upcoming_report *upcoming = &worker->upcoming[i];
        json_open_object(json);
        JSON_TEXT(json, "group", upcoming->name);
        JSON_TIME(json, "at", upcoming->at);
        JSON_INT(json, "notices", (int64_t)upcoming->size);
        json_close_object(json);
    }
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
    JSON_BOOL(json, "ok", true);
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
    JSON_KEY(json, "rules_never_hit");
    never_hit_put(report, shared_config_get(app->config), json);
    json_close_object(json);
}
