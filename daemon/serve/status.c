#include "serve/status.h"

#include <systemd/sd-daemon.h>

enum { HANGING_MS = 5000 };

bool status_line(const struct app_report *app, struct buf *line)
{
    size_t restoring = 0, running = 0, undeliverable = 0;
    bool joining = false, away = false, hanging = false;
    int64_t lag = 0;
    for (int i = 0; i < app->count; i++) {
        const struct worker_report *worker = &app->workers[i];
        joining = joining || !worker->joined;
        restoring += worker->restoring;
        running += worker->count;
        undeliverable += worker->undeliverable;
        away = away || !worker->broker_reachable;
        hanging = hanging || worker->transaction_age > HANGING_MS;
        for (size_t j = 0; j < worker->count; j++) {
            if (worker->tasks[j].high_watermark > worker->tasks[j].position)
                lag += worker->tasks[j].high_watermark - worker->tasks[j].position;
        }
    }
    if (away)
        buf_printf(line, "Kafka does not answer; trying on");
    else if (app->starting)
        buf_printf(line, "starting: waiting for the transaction coordinator");
    else if (joining)
        buf_printf(line, "joining its group");
    else if (hanging)
        buf_printf(line, "a transaction has been ending for more than %d s", HANGING_MS / 1000);
    else if (restoring > 0)
        buf_printf(line, "restoring %zu partitions, %zu are running", restoring, running);
    else
        buf_printf(line, "routing %zu partitions, %lld records behind", running, (long long)lag);
    if (undeliverable > 0)
        buf_printf(line, "; %zu topics take no records", undeliverable);
    return !app->starting && !joining && !away && !hanging && restoring == 0;
}

void status_notify(struct app *app)
{
    struct buf line = { 0 };
    struct app_report report;
    app_report(app, &report);
    status_line(&report, &line);
    app_report_free(&report);
    sd_notifyf(0, "STATUS=%s", buf_text(&line));
    buf_free(&line);
}
