/* All counters and gauges in Prometheus' text format. */
#pragma once

#include "base/buf.h"
#include "serve/app.h"

/* `config`: the one in use. */
void metrics_write(const struct app_report *app, const struct config *config, struct buf *text);
