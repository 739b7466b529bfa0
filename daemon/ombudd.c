/* ombudd: the router. Reads its arguments and its configuration, checks what can be checked, and
 * hands over to the main loop. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sysexits.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include "serve/app.h"
#include "base/mem.h"
#include "host/config_file.h"
#include "host/descriptors.h"
#include "host/now.h"
#include "host/options.h"
#include "host/signals.h"
#include "json/json.h"
#include "kafka/kafka_conf.h"
#include "kafka/start_check.h"

/* jemalloc's: what a backlog needed goes back to the system after a second, not after ten, and also
 * when nothing is allocated any more. */
extern const char *malloc_conf;
const char *malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";

/* Ours alone, so that the machine's id does not leave the machine: systemd-id128 derives from it.
 */
static const sd_id128_t application =
    SD_ID128_MAKE(6f, 6d, 62, 75, 64, 64, 41, 0c, 9e, 5b, 27, d1, 83, 3e, a4, f6);

static void print_usage(FILE *to)
{
    fprintf(to,
            "Usage: ombudd -c FILE [OPTION]...\n\n"
            "Routes complaints from Kafka to Kafka.\n\n"
            "  -c, --config FILE  the configuration\n"
            "      --check        only validate the configuration\n"
            "      --instance X   this instance's name among those of its group (default:\n"
            "                     `instance` of the configuration, else the machine's id and\n"
            "                     $OMBUD_INSTANCE)\n"
            "      --accept-loss  go on where a partition's log begins when the position in it is\n"
            "                     lost or records were deleted unread\n"
            "      --verbose      log more\n"
            "      --help         this text\n"
            "      --version      the version\n\n"
            "SIGTERM ends it after its open transactions, SIGHUP makes it read its configuration\n"
            "again. Exit codes follow sysexits: 0 ended, 64 usage, 69 no broker, 71 the machine\n"
            "refuses something, 75 try again, 77 permission, 78 configuration, or another\n"
            "instance runs under the same name.\n");
}

struct options {
    const char *config;
    const char *instance;
    bool check, accept_loss, verbose, version;
};

/* -1: go on; else exit with that code. */
static int read_options(int argc, char **argv, struct options *options)
{
    const struct option_row rows[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &options->config },
        { .name = "check", .kind = OPTION_FLAG, .to = &options->check },
        { .name = "instance", .kind = OPTION_TEXT, .to = &options->instance },
        { .name = "accept-loss", .kind = OPTION_FLAG, .to = &options->accept_loss },
        { .name = "verbose", .kind = OPTION_FLAG, .to = &options->verbose },
        { .name = "version", .kind = OPTION_FLAG, .to = &options->version },
        { 0 },
    };
    struct error err;
    enum options_outcome outcome = options_read(rows, argc, argv, &err);
    if (outcome == OPTIONS_HELP) {
        print_usage(stdout);
        return EX_OK;
    }
    if (outcome == OPTIONS_READ && options->version) {
        printf("ombudd %s, librdkafka %s\n", OMBUD_VERSION, rd_kafka_version_str());
        return EX_OK;
    }
    if (outcome == OPTIONS_READ && options->config != NULL && optind == argc)
        return -1;
    if (outcome == OPTIONS_READ)
        error_set(&err, "%s",
                  options->config == NULL ? "which configuration? -c FILE" : "too many arguments");
    fprintf(stderr, "ombudd: %s\n\n", err.text);
    print_usage(stderr);
    return EX_USAGE;
}

static struct config *load(const char *path, struct log *log)
{
    struct config_findings findings = { 0 };
    struct config *config = config_open(path, &findings);
    for (size_t i = 0; i < findings.count; i++)
        log_say(log, findings.items[i].fatal ? LOGGED_ERROR : LOGGED_WARNING, "%.*s",
                STR_ARG(findings.items[i].text));
    config_findings_free(&findings);
    struct error err;
    if (config == NULL || kafka_conf_check(config, &err))
        return config;
    log_say(log, LOGGED_ERROR, "%s", err.text);
    config_free(config);
    return NULL;
}

static void name_workers(struct app *app, const char *given)
{
    const struct config *config = shared_config_get(app->config);
    char instance[NAME_BYTES / 2] = "";
    sd_id128_t machine;
    const char *unit = getenv("OMBUD_INSTANCE");
    if (given != NULL)
        snprintf(instance, sizeof(instance), "%s", given);
    else if (!str_empty(config->instance))
        snprintf(instance, sizeof(instance), "%.*s", STR_ARG(config->instance));
    else if (sd_id128_get_machine_app_specific(application, &machine) == 0)
        snprintf(instance, sizeof(instance), SD_ID128_FORMAT_STR "%s%s",
                 SD_ID128_FORMAT_VAL(machine), unit ? "-" : "", unit ? unit : "");
    else
        gethostname(instance, sizeof(instance) - 1);
    app_name_workers(app, instance);
}

/* On the reader's thread. What a newer release may write now is not here yet: a partition that it
 * has written is refused when it comes. */
static void share_snapshot(void *arg, struct snapshot *snapshot)
{
    struct app *app = arg;
    struct error err;
    if (snapshot_global(snapshot) == GLOBAL_VERSIONS &&
        !stages_may_run(snapshot_table(snapshot), &err))
        log_say(app->log, LOGGED_WARNING, "%s; going on with the partitions that are here",
                err.text);
    for (int i = 0; i < app->worker_count; i++)
        worker_use_snapshot(app->workers[i], snapshot);
}

/* sysexits code, EX_OK: the workers run. The global tables are read to their ends before any task
 * starts: a gold customer must not be taken for nobody because the table came late. */
static int start_workers(struct app *app)
{
    struct error err;
    app->globals = globals_reader_open(shared_config_get(app->config), app->log, &err);
    if (app->globals == NULL) {
        log_say(app->log, LOGGED_ERROR, "%s", err.text);
        return EX_UNAVAILABLE;
    }
    if (!stages_may_run(snapshot_table(globals_reader_snapshot(app->globals, GLOBAL_VERSIONS)),
                        &err)) {
        log_say(app->log, LOGGED_ERROR, "%s", err.text);
        return EX_CONFIG;
    }
    signals_hold();
    for (int i = 0; i < app->worker_count; i++) {
        struct worker_setup setup = { .number = i,
                                      .name = app->names[i],
                                      .config = app->config,
                                      .inputs = &app->inputs,
                                      .log = app->log,
                                      .failpoints = app->failpoints,
                                      .accept_loss = app->accept_loss,
                                      .main_fd = app->wake_fd };
        for (enum global global = 0; global < GLOBAL_COUNT; global++)
            setup.snapshots[global] = globals_reader_snapshot(app->globals, global);
        app->workers[i] = worker_start(&setup, &err);
        if (app->workers[i] == NULL) {
            log_say(app->log, LOGGED_ERROR, "worker %d: %s", i, err.text);
            return EX_OSERR;
        }
    }
    if (globals_reader_follow(app->globals, share_snapshot, app, &err))
        return EX_OK;
    log_say(app->log, LOGGED_ERROR, "%s", err.text);
    return EX_OSERR;
}

static int run(struct app *app, const struct options *options, struct config *config)
{
    struct error err;
    if (!config_secrets(config, &err)) {
        log_say(app->log, LOGGED_ERROR, "%s", err.text);
        return EX_CONFIG;
    }
    app->config = shared_config_new(config);
    app->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (app->wake_fd < 0) {
        log_say(app->log, LOGGED_ERROR, "eventfd: %s", strerror(errno));
        return EX_OSERR;
    }
    app->worker_count = config->workers;
    app->names = mem_array((size_t)app->worker_count, sizeof(*app->names));
    app->workers = mem_array((size_t)app->worker_count, sizeof(struct worker *));
    name_workers(app, options->instance);
    inputs_plan(config, &app->inputs);
    log_say(app->log, LOGGED_NOTICE,
            "ombudd %s with librdkafka %s: broker %.*s, group %.*s, instance %s, %d worker%s, "
            "configuration %s",
            OMBUD_VERSION, rd_kafka_version_str(),
            STR_ARG(kafka_property(config, "bootstrap.servers")),
            STR_ARG(kafka_property(config, "group.id")), app->instance, app->worker_count,
            app->worker_count == 1 ? "" : "s", config->fingerprint);
    main_loop_starts(config);
    int code = start_check(config, app->names[0], &app->inputs, app->log);
    if (code == EX_OK)
        code = start_workers(app);
    if (code != EX_OK)
        return code;
    struct main_loop *loop = main_loop_new(app, &err);
    if (loop != NULL)
        return main_loop_run(loop);
    log_say(app->log, LOGGED_ERROR, "%s", err.text);
    return EX_OSERR;
}

static void release(struct app *app)
{
    failpoints_free(app->failpoints);
    log_free(app->log);
    free(app);
}

int main(int argc, char **argv)
{
    descriptors_begin();
    signals_begin();
    struct options options = { 0 };
    int code = read_options(argc, argv, &options);
    if (code >= 0)
        return code;
    json_init();
    struct app *app = mem_alloc(sizeof(*app));
    app->config_path = options.config;
    app->started = now_wall();
    app->accept_loss = options.accept_loss;
    app->log = log_new(STDERR_FILENO, options.verbose ? LOGGED_DEBUG : LOGGED_INFO);
    app->failpoints = failpoints_new(getenv("OMBUD_FAILPOINT"), getenv("OMBUD_FAILPOINT_DIR"));
    struct config *config = load(options.config, app->log);
    if (config == NULL)
        log_say(app->log, LOGGED_ERROR, "%s is not usable", options.config);
    else if (options.check)
        printf("%s is fine, fingerprint %s\n", options.config, config->fingerprint);
    if (config == NULL || options.check) {
        code = config == NULL ? EX_CONFIG : EX_OK;
        config_free(config);
        release(app);
        return code;
    }
    code = run(app, &options, config);
    /* Threads and clients may still wait for a broker: nothing of theirs is worth waiting for. */
    fflush(NULL);
    _exit(code);
}
