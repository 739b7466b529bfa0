/* The parts of /metrics, for the files that write it. */
#pragma once

#include "base/buf.h"
#include "serve/app.h"

/* The two lines in front of a metric's samples. */
void metrics_head(struct buf *text, const char *name, const char *type, const char *help);

void metrics_process(struct buf *text, const struct app_report *app);   /* and its reloads */
void metrics_latencies(struct buf *text, const struct app_report *app); /* histograms */
void metrics_series(struct buf *text, const struct app_report *app);    /* with labels */
