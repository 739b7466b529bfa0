#include "serve/app.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/mem.h"
#include "serve/expiry.h"
#include "serve/pages.h"
#include "serve/reload.h"
#include "serve/requests.h"
#include "serve/status.h"
#include "host/now.h"
#include "host/signals.h"

enum { TICK_MS = 250, STATUS_TICKS = 8, MARGIN_MS = 10000 };

struct main_loop {
    struct app *app;
    struct event_base *base;
    struct event *terminate, *interrupt, *hangup, *wake, *tick;
    struct http *http;
    struct reload *reload;
    struct requests requests;
    struct control *control;
    bool ready, stopping;
    int exit_code;
    time_ms stop_by;
    uint64_t watchdog_us; /* 0: none */
    time_ms watchdog_fed;
    uint64_t *progress; /* of each worker at the last feeding */
    uint64_t globals_progress;
    unsigned ticks;
    struct expiry expiry;
    time_ms clock_ahead; /* of the time since boot */
    time_ms away_since;  /* no broker answers; 0: one does */
};

static void leave(struct main_loop *loop, int code)
{
    if (loop->exit_code == EX_OK)
        loop->exit_code = code;
    event_base_loopbreak(loop->base);
}

static bool all_in(const struct main_loop *loop, enum worker_phase phase)
{
    for (int i = 0; i < loop->app->worker_count; i++) {
        if (worker_phase(loop->app->workers[i]) != phase)
            return false;
    }
    return true;
}

/* In what may take that long, the unit's own time-outs must not end us. */
static void extend_timeout(time_ms wait)
{
    sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%lld", (long long)(wait + MARGIN_MS) * 1000);
}

void main_loop_starts(const struct config *config)
{
    sd_notify(0, "STATUS=waiting for Kafka");
    extend_timeout(config->broker_wait);
}

static void stop(struct main_loop *loop)
{
    if (loop->stopping)
        return;
    time_ms wait = shared_config_get(loop->app->config)->shutdown_wait;
    loop->stopping = true;
    loop->stop_by = now_monotonic() + wait;
    sd_notify(0, "STOPPING=1\nSTATUS=ending its transactions");
    extend_timeout(wait);
    log_say(loop->app->log, LOGGED_INFO, "stopping");
    reload_stop(loop->reload);
    for (int i = 0; i < loop->app->worker_count; i++)
        worker_stop(loop->app->workers[i]);
}

static void look_at_workers(struct main_loop *loop)
{
    struct app *app = loop->app;
    for (int i = 0; i < app->worker_count; i++) {
        if (worker_phase(app->workers[i]) == WORKER_FAILED) {
            leave(loop, worker_exit_code(app->workers[i]));
            return;
        }
    }
    if (loop->stopping) {
        if (all_in(loop, WORKER_STOPPED)) {
            for (int i = 0; i < app->worker_count; i++)
                worker_join(app->workers[i]);
            log_say(app->log, LOGGED_INFO, "stopped");
            leave(loop, EX_OK);
        }
        return;
    }
    if (!loop->ready && all_in(loop, WORKER_RUNNING)) {
        loop->ready = true;
        sd_notify(0, "READY=1");
        struct app_report report;
        app_report(app, &report);
        status_notify(&report);
        app_report_free(&report);
        log_say(app->log, LOGGED_INFO, "ready: %d workers, configuration %s", app->worker_count,
                shared_config_get(app->config)->fingerprint);
    }
    reload_look(loop->reload);
}

/* Only real progress of every loop feeds it: this one runs, and all others have turned since. Until
 * it is ready that is what prolongs the start. */
static void feed_watchdog(struct main_loop *loop)
{
    time_ms now = now_monotonic();
    if (loop->watchdog_us == 0 || now - loop->watchdog_fed < (time_ms)(loop->watchdog_us / 3000))
        return;
    for (int i = 0; i < loop->app->worker_count; i++) {
        if (worker_progress(loop->app->workers[i]) == loop->progress[i])
            return;
    }
    if (globals_reader_progress(loop->app->globals) == loop->globals_progress)
        return;
    loop->globals_progress = globals_reader_progress(loop->app->globals);
    for (int i = 0; i < loop->app->worker_count; i++)
        loop->progress[i] = worker_progress(loop->app->workers[i]);
    loop->watchdog_fed = now;
    sd_notify(0, "WATCHDOG=1");
    if (!loop->ready)
        extend_timeout(shared_config_get(loop->app->config)->broker_wait);
}

/* A worker notices by what it asks; whoever reads wants to know it once. */
static void look_for_brokers(struct main_loop *loop, const struct app_report *report)
{
    bool away = report->count > 0;
    for (int i = 0; i < report->count; i++)
        away = away && !report->workers[i].broker_reachable;
    time_ms now = now_monotonic();
    if (away && loop->away_since == 0) {
        loop->away_since = now;
        log_say(loop->app->log, LOGGED_ERROR,
                "no Kafka broker answers; trying on, and nothing is lost meanwhile");
    } else if (!away && loop->away_since != 0) {
        log_say(loop->app->log, LOGGED_NOTICE, "Kafka answers again, after %lld s",
                (long long)((now - loop->away_since) / TIME_SECOND));
        loop->away_since = 0;
    }
}

/* Deadlines go by the machine's clock: whoever wonders at them must be able to see why. */
static void look_at_clock(struct main_loop *loop)
{
    enum { SET = 30 * TIME_SECOND };
    char text[TIME_TEXT_SIZE];
    time_ms ahead = now_wall() - now_boot(), moved = ahead - loop->clock_ahead;
    loop->clock_ahead = ahead;
    if (moved > -SET && moved < SET)
        return;
    struct str amount =
        duration_format((moved < 0 ? -moved : moved) / TIME_SECOND * TIME_SECOND, text);
    log_say(loop->app->log, LOGGED_WARNING, "the machine's clock was set %.*s %s: %s",
            STR_ARG(amount), moved < 0 ? "back" : "forward",
            moved < 0 ? "deadlines wait for it again, and what was told stands"
                      : "what falls due in that time is told now");
}

static void look_around(struct main_loop *loop)
{
    struct app *app = loop->app;
    struct app_report report;
    app_report(app, &report);
    status_notify(&report);
    look_for_brokers(loop, &report);
    look_at_clock(loop);
    app_report_free(&report);
    expiry_look(&loop->expiry, shared_config_get(app->config), app->log, now_wall());
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct main_loop *loop = arg;
    look_at_workers(loop);
    feed_watchdog(loop);
    if (loop->ticks++ % STATUS_TICKS == 0 && loop->ready && !loop->stopping)
        look_around(loop);
    if (loop->stopping && now_monotonic() >= loop->stop_by) {
        log_say(loop->app->log, LOGGED_WARNING,
                "not all transactions ended in time; what is open will be undone and done again");
        leave(loop, EX_OK);
    }
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    uint64_t unread;
    if (read((int)fd, &unread, sizeof(unread)) < 0 && errno != EAGAIN)
        abort();
    look_at_workers(arg);
}

static void on_terminate(evutil_socket_t number, short what, void *arg)
{
    (void)number;
    (void)what;
    stop(arg);
}

static void on_hangup(evutil_socket_t number, short what, void *arg)
{
    (void)number;
    (void)what;
    struct main_loop *loop = arg;
    reload_start(loop->reload);
}

static void listen_to_signals(struct main_loop *loop)
{
    struct timeval tick = { 0, TICK_MS * 1000 };
    loop->terminate = evsignal_new(loop->base, SIGTERM, on_terminate, loop);
    loop->interrupt = evsignal_new(loop->base, SIGINT, on_terminate, loop);
    loop->hangup = evsignal_new(loop->base, SIGHUP, on_hangup, loop);
    loop->wake = event_new(loop->base, loop->app->wake_fd, EV_READ | EV_PERSIST, on_wake, loop);
    loop->tick = event_new(loop->base, -1, EV_PERSIST, on_tick, loop);
    event_add(loop->terminate, NULL);
    event_add(loop->interrupt, NULL);
    event_add(loop->hangup, NULL);
    event_add(loop->wake, NULL);
    event_add(loop->tick, &tick);
}

struct main_loop *main_loop_new(struct app *app, struct error *err)
{
    struct main_loop *loop = mem_alloc(sizeof(*loop));
    loop->app = app;
    loop->progress = mem_array((size_t)app->worker_count, sizeof(*loop->progress));
    loop->base = event_base_new();
    loop->clock_ahead = now_wall() - now_boot();
    if (loop->base == NULL) {
        error_set(err, "event loop: %s", strerror(errno));
        goto out;
    }
    listen_to_signals(loop);
    loop->reload = reload_new(loop->base, app, err);
    if (loop->reload == NULL)
        goto out;
    loop->requests = (struct requests){ app, loop->reload };
    loop->control = requests_serve(loop->base, &loop->requests, err);
    if (loop->control == NULL && err->text[0] != '\0')
        goto out;
    if (str_empty(shared_config_get(app->config)->http))
        return loop;
    loop->http = pages_serve(loop->base, app, err);
    if (loop->http != NULL)
        return loop;
out:
    main_loop_free(loop);
    return NULL;
}

static void drop(struct event *event)
{
    if (event != NULL)
        event_free(event);
}

void main_loop_free(struct main_loop *loop)
{
    if (loop == NULL)
        return;
    http_free(loop->http);
    control_free(loop->control);
    reload_free(loop->reload);
    drop(loop->terminate);
    drop(loop->interrupt);
    drop(loop->hangup);
    drop(loop->wake);
    drop(loop->tick);
    if (loop->base != NULL)
        event_base_free(loop->base);
    free(loop->progress);
    free(loop);
}

int main_loop_run(struct main_loop *loop)
{
    signals_release();
    if (sd_watchdog_enabled(0, &loop->watchdog_us) <= 0)
        loop->watchdog_us = 0;
    loop->watchdog_fed = now_monotonic();
    event_base_dispatch(loop->base);
    control_free(loop->control); /* the process may end without main_loop_free */
    loop->control = NULL;
    if (loop->exit_code != EX_OK) {
        log_say(loop->app->log, LOGGED_ERROR, "ends with exit code %d", loop->exit_code);
        sd_notifyf(0, "STOPPING=1\nSTATUS=failed with exit code %d", loop->exit_code);
    }
    return loop->exit_code;
}
