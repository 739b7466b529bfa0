#include "serve/status.h"

#include <stdlib.h>
#include <systemd/sd-daemon.h>

enum { HANGING_MS = 5000 };

bool status_line(struct app *app, struct buf *line)
{
    size_t restoring = 0, running = 0, undeliverable = 0;
    bool starting = false, joining = false, away = false, hanging = false;
    int64_t lag = 0;
    for (int i = 0; i < app->worker_count; i++) {
        struct worker_report report;
        worker_report(app->workers[i], &report);
        starting = starting || worker_phase(app->workers[i]) == WORKER_STARTING;
        joining = joining || !report.joined;
        restoring += report.restoring;
        running += report.count;
        undeliverable += report.undeliverable;
        away = away || !report.broker_reachable;
        hanging = hanging || report.transaction_age > HANGING_MS;
        for (size_t j = 0; j < report.count; j++) {
            if (report.tasks[j].high_watermark > report.tasks[j].position)
                lag += report.tasks[j].high_watermark - report.tasks[j].position;
        }
        free(report.tasks);
    }
    if (away)
        buf_printf(line, "Kafka does not answer; trying on");
    else if (starting)
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
    return !starting && !joining && !away && !hanging && restoring == 0;
}

void status_notify(struct app *app)
{
    struct buf line = { 0 };
    status_line(app, &line);
    sd_notifyf(0, "STATUS=%s", buf_text(&line));
    buf_free(&line);
}
