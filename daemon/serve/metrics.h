/* All counters and gauges in Prometheus' text format. */
#pragma once

#include "base/buf.h"
#include "serve/app.h"

/* `fingerprint`: of the configuration in use. */
void metrics_write(const struct app_report *app, const char *fingerprint, struct buf *text);
