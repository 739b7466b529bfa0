#include "serve/app.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "kafka/kafka_conf.h"

enum { GROUP_MOST = 100 }; /* characters of its group that a worker's name bears */

void app_name_workers(struct app *app, const char *instance)
{
    struct str group = kafka_property(shared_config_get(app->config), "group.id");
    snprintf(app->instance, sizeof(app->instance), "%s", instance);
    int size = group.size < GROUP_MOST ? (int)group.size : GROUP_MOST;
    for (int i = 0; i < app->worker_count; i++)
        snprintf(app->names[i], sizeof(app->names[i]), "%.*s-%s-%d", size, group.data, instance, i);
}

void app_report(const struct app *app, struct app_report *report)
{
    *report = (struct app_report){ .count = app->worker_count,
                                   .reloads = &app->reloads,
                                   .started = app->started };
    report->workers = mem_array((size_t)app->worker_count, sizeof(*report->workers));
    for (int i = 0; i < app->worker_count; i++) {
        worker_report(app->workers[i], &report->workers[i]);
        report->starting |= worker_phase(app->workers[i]) == WORKER_STARTING;
    }
}

void app_report_free(struct app_report *report)
{
    for (int i = 0; i < report->count; i++)
        report_free(&report->workers[i]);
    free(report->workers);
    *report = (struct app_report){ 0 };
}
