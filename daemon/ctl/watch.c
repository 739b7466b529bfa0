/* ombudctl watch: a live, readable account of what ombudd decides. */
#include "ctl/command.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/zone.h"
#include "config/config.h"
#include "ctl/outputs_read.h"
#include "host/now.h"
#include "host/options.h"

enum { POLL = 200, SETTLE = 250 }; /* ms */

struct watch {
    const struct command *command;
    bool from_start;
    int seconds; /* 0: until interrupted */
    const char *ticket, *department;
    struct story_filter filter;
    bool colour;
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

/* False: nobody takes the output any more. */
static bool show(struct outputs_batch *batch, struct story *story)
{
    struct buf out = { 0 };
    outputs_tell(batch, story, &out, NULL);
    bool taken = fwrite(buf_text(&out), 1, out.size, stdout) == out.size && fflush(stdout) == 0;
    buf_free(&out);
    return taken;
}

static int tell(const struct watch *watch, const struct config *config)
{
    struct error err;
    enum follow_from from = watch->from_start ? FOLLOW_FROM_START : FOLLOW_FROM_END;
    struct follow *follow = outputs_follow(config, from, &err);
    if (follow == NULL)
        return command_failed(watch->command, EX_UNAVAILABLE, "%s", err.text);
    fprintf(stderr, "watching; interrupt to end\n");
    struct zone *zone = zone_open(config->zone, NULL);
    time_ms end = now_monotonic() + watch->seconds * TIME_SECOND;
    struct outputs_batch batch = { 0 };
    struct story story = { .config = config,
                           .zone = zone,
                           .ticket = watch->ticket ? str_from(watch->ticket) : STR_NONE,
                           .filter = watch->filter,
                           .colour = watch->colour };
    story_begin_day(&story, now_wall());
    int code = 0;
    bool taken = true;
    while (!stopped && taken && code == 0 && (watch->seconds == 0 || now_monotonic() < end)) {
        struct follow_item item;
        enum follow_news news = follow_next(follow, batch.count ? SETTLE : POLL, &item, &err);
        if (news == FOLLOW_RECORD)
            outputs_add(&batch, item.message);
        else if (follow_is_final(news))
            code = command_failed(watch->command, EX_NOPERM, "%s", err.text);
        if (batch.count && now_monotonic() - batch.since >= SETTLE)
            taken = show(&batch, &story);
    }
    show(&batch, &story);
    outputs_free(&batch);
    zone_close(zone);
    follow_close(follow);
    return code;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct watch watch = { .command = command, .colour = isatty(STDOUT_FILENO) };
    const char *path = NULL;
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &path },
        { .name = "from-start", .kind = OPTION_FLAG, .to = &watch.from_start },
        { .name = "seconds",
          .kind = OPTION_NUMBER,
          .to = &watch.seconds,
          .least = 1,
          .most = INT_MAX },
        { .name = "ticket", .kind = OPTION_TEXT, .to = &watch.ticket },
        { .name = "kind",
          .kind = OPTION_CHOICES,
          .to = watch.filter.kinds,
          .choices = story_kinds },
        { .name = "department", .kind = OPTION_TEXT, .to = &watch.department },
        { .name = "band",
          .kind = OPTION_NUMBER,
          .to = &watch.filter.bands,
          .least = 1,
          .most = BAND_COUNT },
        { 0 }
    };
    int code = command_options(command, options, argc, argv);
    if (code >= 0)
        return code;
    if (optind != argc)
        return command_misused(command, "too many arguments");
    if ((path = command_config_path(command, path)) == NULL)
        return EX_USAGE;
    struct config *config = command_broker_config(command, path);
    if (config == NULL)
        return EX_CONFIG;
    int department = watch.department ? config_department(config, str_from(watch.department)) : -1;
    if (watch.department != NULL && department < 0) {
        config_free(config);
        return command_failed(command, EX_DATAERR, "there is no department '%s'", watch.department);
    }
    if (department >= 0)
        watch.filter.department = config->departments[department].slug;
    struct sigaction action = { .sa_handler = stop };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    code = tell(&watch, config);
    config_free(config);
    return code;
}

const struct command command_watch = {
    .name = "watch",
    .arguments = "[-c FILE] [--from-start] [--seconds N] [FILTER]...",
    .summary = "Follow decisions, dispatches, promises and escalations as they happen",
    .help = "  -c, --config FILE    the configuration\n"
            "      --from-start     begin with what the topics hold already\n"
            "      --seconds N      end after N seconds (default: when interrupted)\n"
            "      --ticket T       only this ticket\n"
            "      --kind KIND      only these: decision, timer, dispatch, promise, escalation,\n"
            "                       suppressed, deadletter; may be given several times\n"
            "      --department D   only what it has, gets, or whose people are told\n"
            "      --band N         only P1 (1), P1 and P2 (2), ...\n",
    .run = run,
};
