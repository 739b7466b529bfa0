/* /metrics in the Prometheus text format. */
#pragma once

#include "serve/app.h"
#include "base/buf.h"

void metrics_write(struct app *app, struct buf *text);
