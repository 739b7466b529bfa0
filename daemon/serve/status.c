#include "serve/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

enum { HANGING_MS = 5000 };

/* All workers together. */
struct sums {
    size_t restoring, running, undeliverable;
    bool joining, away, hanging;
    int64_t lag, offsets, passed;
    size_t due; /* within an hour */
};

static void add_tasks(struct sums *sums, const struct worker_report *worker)
{
    for (size_t i = 0; i < worker->count; i++) {
        sums->lag += worker->tasks[i].lag;
        sums->due += worker->tasks[i].due_hour;
    }
    for (size_t i = 0; worker->restorings != NULL && i < worker->restoring; i++) {
        sums->offsets += worker->restorings[i].offsets;
        sums->passed += worker->restorings[i].passed;
    }
}

static struct sums sum_up(const struct app_report *app)
{
    struct sums sums = { 0 };
    for (int i = 0; i < app->count; i++) {
        const struct worker_report *worker = &app->workers[i];
        sums.joining = sums.joining || !worker->joined;
        sums.restoring += worker->restoring;
        sums.running += worker->count;
        sums.undeliverable += worker->undeliverable;
        sums.away = sums.away || !worker->broker_reachable;
        sums.hanging = sums.hanging || worker->transaction_age > HANGING_MS;
        add_tasks(&sums, worker);
    }
    return sums;
}

static void add(struct status_reason *reasons, size_t *count, const char *reason,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

static void add(struct status_reason *reasons, size_t *count, const char *reason,
                const char *format, ...)
{
    struct status_reason *one = &reasons[(*count)++];
    one->reason = reason;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(one->text, sizeof(one->text), format, arguments);
    va_end(arguments);
}

static void add_restoring(const struct sums *sums, struct status_reason *reasons, size_t *count)
{
    char share[32] = "";
    if (sums->offsets > 0)
        snprintf(share, sizeof(share), " (%d %%)", (int)(sums->passed * 100 / sums->offsets));
    add(reasons, count, "restoring", "restoring %zu partition%s%s, %zu %s running", sums->restoring,
        sums->restoring == 1 ? "" : "s", share, sums->running, sums->running == 1 ? "is" : "are");
}

size_t status_reasons(const struct app_report *app, struct status_reason reasons[STATUS_REASONS])
{
    struct sums sums = sum_up(app);
    size_t count = 0;
    if (sums.away)
        add(reasons, &count, "broker", "Kafka does not answer; trying on");
    if (app->starting)
        add(reasons, &count, "coordinator", "starting: waiting for the transaction coordinator");
    if (sums.joining)
        add(reasons, &count, "group", "joining its group");
    if (sums.hanging)
        add(reasons, &count, "transaction", "a transaction has been ending for more than %d s",
            HANGING_MS / 1000);
    if (sums.restoring > 0)
        add_restoring(&sums, reasons, &count);
    return count;
}

bool status_line(const struct app_report *app, struct buf *line)
{
    struct status_reason reasons[STATUS_REASONS];
    struct sums sums = sum_up(app);
    size_t count = status_reasons(app, reasons);
    if (count > 0)
        buf_printf(line, "%s", reasons[0].text);
    else
        buf_printf(line, "routing %zu partition%s, %lld record%s behind", sums.running,
                   sums.running == 1 ? "" : "s", (long long)sums.lag, sums.lag == 1 ? "" : "s");
    if (count == 0 && sums.due > 0)
        buf_printf(line, ", %zu deadline%s within an hour", sums.due, sums.due == 1 ? "" : "s");
    if (sums.undeliverable > 0)
        buf_printf(line, "; %zu topic%s no records", sums.undeliverable,
                   sums.undeliverable == 1 ? " takes" : "s take");
    return count == 0;
}

bool status_put(const struct app_report *app, struct json_writer *json)
{
    struct status_reason reasons[STATUS_REASONS];
    size_t count = status_reasons(app, reasons);
    struct buf line = { 0 };
    status_line(app, &line);
    JSON_BOOL(json, "ready", count == 0);
    JSON_STR(json, "status", buf_str(&line));
    JSON_KEY(json, "reasons");
    json_open_array(json);
    for (size_t i = 0; i < count; i++) {
        json_open_object(json);
        JSON_TEXT(json, "reason", reasons[i].reason);
        JSON_TEXT(json, "text", reasons[i].text);
        json_close_object(json);
    }
    json_close_array(json);
    buf_free(&line);
    return count == 0;
}

void status_notify(const struct app_report *app)
{
    struct buf line = { 0 };
    status_line(app, &line);
    sd_notifyf(0, "STATUS=%s", buf_text(&line));
    buf_free(&line);
}
