#include "serve/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include "base/mem.h"
#include "host/aside.h"
#include "config/reload.h"
#include "host/config_file.h"
#include "host/now.h"
#include "kafka/kafka_conf.h"
#include "kafka/start_check.h"

struct reload {
    struct app *app;
    struct aside *aside;
    struct config *read; /* by the thread; NULL: refused */
    struct error err;
    struct shared_config *pending; /* given to the workers */
    bool again;
};

static void run(void *arg)
{
    struct reload *reload = arg;
    struct app *app = reload->app;
    struct config_findings findings = { 0 };
    struct config *config = config_open(app->config_path, &findings);
    error_set(&reload->err, "%s is not usable", app->config_path);
    for (size_t i = findings.count; i-- > 0;) {
        log_say(app->log, findings.items[i].fatal ? LOGGED_ERROR : LOGGED_WARNING, "%.*s",
                STR_ARG(findings.items[i].text));
        if (findings.items[i].fatal)
            error_set(&reload->err, "%.*s", STR_ARG(findings.items[i].text));
    }
    config_findings_free(&findings);
    struct buf report = { 0 };
    if (config != NULL && (!config_secrets(config, &reload->err) ||
                           !start_check_reload(config, &report, &reload->err))) {
        config_free(config);
        config = NULL;
    }
    buf_free(&report);
    reload->read = config;
}

static void answer(struct reload *reload, bool taken, const char *text)
{
    log_say(reload->app->log, taken ? LOGGED_NOTICE : LOGGED_ERROR, "reload: %s", text);
    sd_notifyf(0, "READY=1\nSTATUS=reload: %s", text);
}

static void done(void *arg)
{
    struct reload *reload = arg;
    struct app *app = reload->app;
    struct config *config = reload->read;
    reload->read = NULL;
    if (config == NULL ||
        !config_reload_allowed(shared_config_get(app->config), config, &reload->err)) {
        config_free(config);
        char text[640];
        snprintf(text, sizeof(text), "refused, the old configuration stays: %s", reload->err.text);
        answer(reload, false, text);
    } else {
        reload->pending = shared_config_new(config);
        for (int i = 0; i < app->worker_count; i++)
            worker_reconfigure(app->workers[i], reload->pending);
    }
    reload_look(reload);
}

struct reload *reload_new(struct event_base *base, struct app *app, struct error *err)
{
    struct aside *aside = aside_new(base, "reload", err);
    if (aside == NULL)
        return NULL;
    struct reload *reload = mem_alloc(sizeof(*reload));
    reload->app = app;
    reload->aside = aside;
    return reload;
}

void reload_free(struct reload *reload)
{
    if (reload == NULL)
        return;
    aside_free(reload->aside);
    config_free(reload->read);
    shared_config_drop(reload->pending);
    free(reload);
}

void reload_start(struct reload *reload)
{
    if (aside_busy(reload->aside) || reload->pending != NULL) {
        reload->again = true;
        return;
    }
    reload->again = false;
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)now_monotonic_us());
    log_say(reload->app->log, LOGGED_INFO, "reload: reading %s", reload->app->config_path);
    aside_run(reload->aside, run, done, reload);
}

void reload_look(struct reload *reload)
{
    struct app *app = reload->app;
    if (reload->pending != NULL) {
        for (int i = 0; i < app->worker_count; i++) {
            if (!worker_uses(app->workers[i], reload->pending))
                return;
        }
        shared_config_drop(app->config);
        app->config = reload->pending;
        reload->pending = NULL;
        char text[64];
        snprintf(text, sizeof(text), "configuration %s is in use",
                 shared_config_get(app->config)->fingerprint);
        answer(reload, true, text);
    }
    if (reload->again && !aside_busy(reload->aside))
        reload_start(reload);
}
