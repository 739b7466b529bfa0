#include "serve/requests.h"

#include "json/json_writer.h"
#include "serve/status_page.h"

static void reply(struct control_client *client, struct buf *text)
{
    control_reply(client, buf_str(text));
    buf_free(text);
}

static void take_status(void *arg, struct control_client *client)
{
    const struct requests *requests = arg;
    struct app_report report;
    struct buf text = { 0 };
    app_report(requests->app, &report);
    report.process.resident = process_resident();
    status_page_write(&report, requests->app, &text);
    app_report_free(&report);
    reply(client, &text);
}

static void on_reloaded(void *waiting, const struct reload_answer *answer)
{
    struct buf text = { 0 };
    struct json_writer writer = json_writer_to(&text), *json = &writer;
    json_open_object(json);
    JSON_BOOL(json, "ok", answer->taken);
    json_key(json, answer->taken ? "configuration" : "reason");
    json_put_text(json, answer->text);
    if (answer->read) {
        JSON_STR(json, "findings", answer->findings);
    }
    json_close_object(json);
    reply(waiting, &text);
}

static void take_reload(void *arg, struct control_client *client)
{
    const struct requests *requests = arg;
    reload_ask(requests->reload, on_reloaded, client);
}

static void take_reload_begin(void *arg, struct control_client *client)
{
    const struct requests *requests = arg;
    reload_start(requests->reload);
    control_reply(client, STR("{\"ok\":true}"));
}

static void on_gone(void *arg, struct control_client *client)
{
    const struct requests *requests = arg;
    reload_forget(requests->reload, client);
}

static const struct control_request rows[] = {
    { "status", take_status },
    { "reload", take_reload },
    { "reload-begin", take_reload_begin },
};

struct control *requests_serve(struct event_base *base, struct requests *requests,
                               struct error *err)
{
    const struct app *app = requests->app;
    struct control_places places;
    err->text[0] = '\0';
    if (!control_find_places(shared_config_get(app->config)->control, app->config_path, &places,
                             err) ||
        places.count == 0)
        return NULL;
    struct control_setup setup = { .places = &places,
                                   .requests = rows,
                                   .request_count = sizeof(rows) / sizeof(rows[0]),
                                   .gone = on_gone,
                                   .arg = requests,
                                   .log = app->log };
    struct control *control = control_new(base, &setup, err);
    if (control == NULL && !places.chosen) {
        log_say(app->log, LOGGED_NOTICE,
                "%s; `ombudctl reload` and `status` will not find this router", err->text);
        err->text[0] = '\0';
    }
    return control;
}
