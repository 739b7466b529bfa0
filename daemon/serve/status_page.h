/* Everything that `ombudctl status` shows, as one JSON object. */
#pragma once

#include "base/buf.h"
#include "serve/app.h"

void status_page_write(const struct app_report *report, const struct app *app, struct buf *text);
