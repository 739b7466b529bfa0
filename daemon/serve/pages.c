#include "serve/pages.h"

#include <event2/http.h>

#include "serve/metrics.h"
#include "serve/status.h"

static int write_metrics(void *arg, struct buf *body)
{
    const struct app *app = arg;
    struct app_report report;
    app_report(app, &report);
    process_look(&report.process);
    metrics_write(&report, shared_config_get(app->config), body);
    app_report_free(&report);
    return HTTP_OK;
}

static int write_health(void *arg, struct buf *body)
{
    (void)arg;
    buf_printf(body, "alive\n");
    return HTTP_OK;
}

static int write_readiness(void *arg, struct buf *body)
{
    struct app_report report;
    struct json_writer json = json_writer_to(body);
    app_report(arg, &report);
    json_open_object(&json);
    bool ready = status_put(&report, &json);
    json_close_object(&json);
    app_report_free(&report);
    buf_add_char(body, '\n');
    return ready ? HTTP_OK : HTTP_SERVUNAVAIL;
}

static const struct http_page pages[] = {
    { "/metrics", "text/plain; version=0.0.4; charset=utf-8", write_metrics },
    { "/healthz", "text/plain; charset=utf-8", write_health },
    { "/readyz", "application/json", write_readiness },
};

struct http *pages_serve(struct event_base *base, struct app *app, struct error *err)
{
    const struct config *config = shared_config_get(app->config);
    struct http_setup setup = { .address = config->http,
                                .names = config->http_hosts,
                                .name_count = config->http_host_count,
                                .pages = pages,
                                .page_count = sizeof(pages) / sizeof(pages[0]),
                                .arg = app,
                                .log = app->log };
    return http_new(base, &setup, err);
}
