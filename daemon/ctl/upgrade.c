/* ombudctl upgrade status|finalize: in which versions state is written, and that no older release
 * is to read it any more. */
#include "ctl/command.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "config/outputs.h"
#include "config/versions.h"
#include "ctl/state_survey.h"
#include "ctl/writer.h"
#include "host/now.h"
#include "host/options.h"

enum { ANSWER_MS = 30000, PATIENCE = 30 /* s */ };

static const char *plural(int count)
{
    return count == 1 ? "" : "s";
}

/* "state: 11 partitions in version 2, 1 in version 3; this release can write version 3" */
static void tell(const struct surveyed *changelog)
{
    bool first = true;
    printf("%s: ", outputs[changelog->changelog].key);
    for (int version = 1; version <= UINT8_MAX; version++) {
        int count = surveyed_partitions(changelog, version, version);
        if (count == 0)
            continue;
        printf("%s%d partition%s in version %d", first ? "" : ", ", count, plural(count), version);
        first = false;
    }
    printf("%s; this release can write version %d\n", first ? "nothing is written yet" : "",
           changelog->newest);
    size_t ahead = surveyed_ahead(changelog);
    if (ahead > 0)
        printf("  %zu ticket%s of them need%s a newer version already: a release that does not "
               "read it refuses them\n",
               ahead, ahead == 1 ? "" : "s", ahead == 1 ? "s" : "");
}

static void tell_all(const struct survey *survey)
{
    for (size_t i = 0; i < survey->count; i++)
        tell(&survey->changelogs[i]);
}

/* What a newer release has written nobody can finish with this one. */
static bool is_ours(const struct survey *survey, struct error *err)
{
    for (size_t i = 0; i < survey->count; i++) {
        const struct surveyed *changelog = &survey->changelogs[i];
        if (surveyed_partitions(changelog, changelog->newest + 1, INT64_MAX) > 0)
            return error_set(err,
                             "the changelog '%s' was written by a newer release: use its ombudctl",
                             outputs[changelog->changelog].key);
    }
    return true;
}

static int allow(const struct command *command, const struct config *config,
                 const struct survey *survey, const char *by)
{
    struct error err;
    struct arena *arena = arena_new(4096);
    struct writer_record records[STAGE_COUNT];
    for (size_t i = 0; i < survey->count; i++)
        records[i] =
            (struct writer_record){ .topic = config->topics.versions,
                                    .key = str_from(outputs[survey->changelogs[i].changelog].key),
                                    .value = versions_encode(survey->changelogs[i].newest,
                                                             by != NULL ? str_from(by) : STR_NONE,
                                                             now_wall(), arena) };
    int code;
    struct writer *writer = writer_open(config, ANSWER_MS, &code, &err);
    if (writer == NULL)
        command_failed(command, code, "%s", err.text);
    else if (writer_write(writer, records, survey->count, ANSWER_MS) > 0) {
        rd_kafka_resp_err_t refusal = RD_KAFKA_RESP_ERR_NO_ERROR;
        for (size_t i = 0; i < survey->count; i++)
            refusal = records[i].refusal ? records[i].refusal : refusal;
        code = command_failed(command, writer_exit_code(refusal), "topic '%.*s': %s",
                              STR_ARG(config->topics.versions), rd_kafka_err2str(refusal));
    }
    writer_close(writer);
    arena_free(arena);
    return code;
}

/* A partition follows when a router of this release has it. */
static int wait_until_raised(const struct command *command, struct survey *survey, int seconds)
{
    struct error err;
    int left = 0;
    fprintf(stderr, "waiting for the routers, for at most %d s\n", seconds);
    if (!survey_wait(survey, seconds * TIME_SECOND, &err))
        return command_failed(command, EX_UNAVAILABLE, "%s", err.text);
    tell_all(survey);
    for (size_t i = 0; i < survey->count; i++)
        left += surveyed_partitions(&survey->changelogs[i], 1, survey->changelogs[i].newest - 1);
    if (left == 0)
        return 0;
    return command_failed(command, EX_TEMPFAIL,
                          "it is said, and %d partition%s will follow when a router of this "
                          "release has %s: is one running?",
                          left, plural(left), left == 1 ? "it" : "them");
}

struct wish {
    bool finalize;
    const char *by; /* NULL: nobody says */
    int seconds;    /* to wait for the routers */
};

static int perform(const struct command *command, const struct config *config,
                   const struct wish *wish)
{
    struct error err;
    struct survey *survey = survey_open(config, &err);
    if (survey == NULL)
        return command_failed(command, EX_UNAVAILABLE, "%s", err.text);
    int code = 0;
    if (!wish->finalize)
        tell_all(survey);
    else if (!is_ours(survey, &err))
        code = command_failed(command, EX_CONFIG, "%s", err.text);
    else if ((code = allow(command, config, survey, wish->by)) == 0)
        code = wait_until_raised(command, survey, wish->seconds);
    survey_close(survey);
    return code;
}

static int run(const struct command *command, int argc, char **argv)
{
    const char *path = NULL;
    struct wish wish = { .seconds = PATIENCE };
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &path },
        { .name = "by", .kind = OPTION_TEXT, .to = &wish.by },
        { .name = "seconds",
          .kind = OPTION_NUMBER,
          .to = &wish.seconds,
          .least = 1,
          .most = INT_MAX / 1000 },
        { 0 },
    };
    int code = command_options(command, options, argc, argv);
    if (code >= 0)
        return code;
    const char *what = optind + 1 == argc ? argv[optind] : "";
    wish.finalize = strcmp(what, "finalize") == 0;
    if (!wish.finalize && strcmp(what, "status") != 0)
        return command_misused(command, "status or finalize?");
    if ((path = command_config_path(command, path)) == NULL)
        return EX_USAGE;
    struct config *config = command_broker_config(command, path);
    if (config == NULL)
        return EX_CONFIG;
    code = perform(command, config, &wish);
    config_free(config);
    return code;
}

const struct command command_upgrade = {
    .name = "upgrade",
    .arguments = "status|finalize [-c FILE] [--by NAME] [--seconds N]",
    .summary = "End an upgrade: state that the release before cannot read",
    .help =
        "A release writes state as the one before it can read it, so that this one can be\n"
        "installed again. `finalize` says that nobody will do that: every router writes its\n"
        "newest version from then on, and an older release refuses to start. Only once all\n"
        "routers are of this release; it waits until every partition has followed. `status`\n"
        "tells in which version each partition is written. Both read all state.\n"
        "\n"
        "  -c, --config FILE    the configuration\n"
        "      --by NAME        of finalize: who says so, for the record\n"
        "      --seconds N      of finalize: wait for the routers at most so long (default: 30),\n"
        "                       then 75\n",
    .run = run,
};
