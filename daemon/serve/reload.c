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

struct waiting {
    reload_answer_fn *answer;
    void *arg;
    bool next; /* for the reload after the one under way */
};

struct reload {
    struct app *app;
    struct aside *aside;
    struct config *read; /* by the thread; NULL: refused */
    struct error err;
    struct buf findings;           /* of what was read, a line each */
    struct shared_config *pending; /* given to the workers */
    bool again, stopped;
    struct waiting *waiting;
    size_t waiting_count;
};

static void add_waiting(struct reload *reload, const struct waiting *waiting)
{
    reload->waiting =
        mem_resize(reload->waiting, reload->waiting_count + 1, sizeof(*reload->waiting));
    reload->waiting[reload->waiting_count++] = *waiting;
}

static void run(void *arg)
{
    struct reload *reload = arg;
    struct app *app = reload->app;
    struct config_findings findings = { 0 };
    struct config *config = config_open(app->config_path, &findings);
    buf_clear(&reload->findings);
    error_set(&reload->err, "%s is not usable", app->config_path);
    for (size_t i = findings.count; i-- > 0;) {
        log_say(app->log, findings.items[i].fatal ? LOGGED_ERROR : LOGGED_WARNING, "%.*s",
                STR_ARG(findings.items[i].text));
        buf_printf(&reload->findings, "%.*s\n", STR_ARG(findings.items[i].text));
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

/* Those that waited for the one that has ended. They are taken out first: an answer may ask again.
 */
static void answer_waiting(struct reload *reload, const struct reload_answer *answer)
{
    struct waiting *all = reload->waiting;
    size_t count = reload->waiting_count;
    reload->waiting = NULL;
    reload->waiting_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (all[i].next)
            add_waiting(reload, &all[i]);
    }
    for (size_t i = 0; i < count; i++) {
        if (!all[i].next)
            all[i].answer(all[i].arg, answer);
    }
    free(all);
}

static void note(struct reload_tally *tally, bool taken, const char *text)
{
    *(taken ? &tally->taken : &tally->refused) += 1;
    if (taken) {
        tally->taken_at = now_wall();
        return;
    }
    tally->refused_at = now_wall();
    snprintf(tally->refusal, sizeof(tally->refusal), "%s", text);
}

/* `text`: the fingerprint in force, or why it was refused. */
static void answer(struct reload *reload, bool taken, const char *text)
{
    struct app *app = reload->app;
    struct reload_answer answer = { taken, true, text, buf_str(&reload->findings) };
    char line[640];
    snprintf(line, sizeof(line),
             taken ? "configuration %s is in use" : "refused, the old configuration stays: %s",
             text);
    log_say(app->log, taken ? LOGGED_NOTICE : LOGGED_ERROR, "reload: %s", line);
    sd_notifyf(0, "READY=1\nSTATUS=reload: %s", line);
    note(&app->reloads, taken, text);
    answer_waiting(reload, &answer);
}

static void done(void *arg)
{
    struct reload *reload = arg;
    struct app *app = reload->app;
    struct config *config = reload->read;
    reload->read = NULL;
    if (reload->stopped) {
        config_free(config);
        return;
    }
    if (config == NULL ||
        !config_reload_allowed(shared_config_get(app->config), config, &reload->err)) {
        config_free(config);
        answer(reload, false, reload->err.text);
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
    buf_free(&reload->findings);
    free(reload->waiting);
    free(reload);
}

static void answer_stopping(struct reload *reload)
{
    static const struct reload_answer stopping = { .text = "the router is stopping" };
    for (size_t i = 0; i < reload->waiting_count; i++)
        reload->waiting[i].next = false;
    answer_waiting(reload, &stopping);
}

void reload_stop(struct reload *reload)
{
    reload->stopped = true;
    answer_stopping(reload);
}

void reload_start(struct reload *reload)
{
    if (reload->stopped) {
        answer_stopping(reload);
        return;
    }
    if (aside_busy(reload->aside) || reload->pending != NULL) {
        reload->again = true;
        return;
    }
    reload->again = false;
    for (size_t i = 0; i < reload->waiting_count; i++)
        reload->waiting[i].next = false;
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)now_monotonic_us());
    log_say(reload->app->log, LOGGED_INFO, "reload: reading %s", reload->app->config_path);
    aside_run(reload->aside, run, done, reload);
}

void reload_ask(struct reload *reload, reload_answer_fn *ask, void *waiting)
{
    struct waiting one = { .answer = ask, .arg = waiting, .next = true };
    add_waiting(reload, &one);
    reload_start(reload);
}

void reload_forget(struct reload *reload, const void *waiting)
{
    for (size_t i = reload->waiting_count; i-- > 0;) {
        if (reload->waiting[i].arg == waiting)
            reload->waiting[i] = reload->waiting[--reload->waiting_count];
    }
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
        answer(reload, true, shared_config_get(app->config)->fingerprint);
    }
    if (reload->again && !aside_busy(reload->aside))
        reload_start(reload);
}
