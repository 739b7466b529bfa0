#include "serve/app.h"

#include <stdio.h>

#include "kafka/kafka_conf.h"

enum { GROUP_MOST = 100 }; /* characters of its group that a worker's name bears */

void app_name_workers(struct app *app, const char *instance)
{
    struct str group = kafka_property(shared_config_get(app->config), "group.id");
    int size = group.size < GROUP_MOST ? (int)group.size : GROUP_MOST;
    for (int i = 0; i < app->worker_count; i++)
        snprintf(app->names[i], sizeof(app->names[i]), "%.*s-%s-%d", size, group.data, instance, i);
}
