/* ombudctl ticket: one ticket's whole life, told with its reasons. */
#include "ctl/command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/zone.h"
#include "ctl/table_file.h"
#include "ctl/desk.h"
#include "ctl/input.h"
#include "ctl/outputs_read.h"
#include "enrich/enrich.h"
#include "host/now.h"
#include "host/options.h"

enum { POLL = 200, SILENCE = 15000 }; /* ms */

struct life {
    const struct command *command;
    struct story story;
    struct buf out;  /* the account so far */
    struct buf last; /* value of the last decision */
};

/* ---- from recorded events */

static bool is_told(const struct action *action)
{
    return action->output == OUTPUT_DECISIONS || action->output == OUTPUT_DEPARTMENT ||
           action->output == OUTPUT_PROMISES;
}

/* Of one turn the decision comes last, but is told first: it is the reason for the others. */
static void take_actions(struct life *life, const struct actions *actions)
{
    struct buf caused = { 0 };
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->items[i];
        if (!is_told(action) || !str_equal(action->key, life->story.ticket))
            continue;
        struct story_record record = { .key = action->key, .value = action->value };
        if (action->output != OUTPUT_DECISIONS) {
            story_tell(&life->story, &record, &caused);
            continue;
        }
        story_tell(&life->story, &record, &life->out);
        buf_add_str(&life->out, buf_str(&caused));
        buf_clear(&caused);
        buf_clear(&life->last);
        buf_add_str(&life->last, action->value);
    }
    buf_free(&caused);
}

static bool take_lines(struct life *life, struct desk *desk, struct input *input, struct error *err)
{
    struct str line;
    err->text[0] = '\0';
    while (input_line(input, &line, err)) {
        const struct actions *actions = line.size > 0 ? desk_line(desk, line, err) : NULL;
        if (line.size > 0 && actions == NULL)
            return error_prefix(err, "line %ld", input_line_number(input));
        if (actions)
            take_actions(life, actions);
    }
    return err->text[0] == '\0';
}

/* Every ticket's events pass: they bring the time in which this one's promises break. */
static int tell_from(struct life *life, const char *path, time_ms until,
                     const struct customers *customers)
{
    struct error err;
    struct input *input = input_open(path, &err);
    if (input == NULL)
        return command_failed(life->command, EX_NOINPUT, "%s", err.text);
    struct desk *desk = desk_open(life->story.config, customers);
    int code = 0;
    if (!take_lines(life, desk, input, &err))
        code = command_failed(life->command, EX_DATAERR, "%s: %s", path, err.text);
    else if (until != TIME_NEVER)
        take_actions(life, desk_advance(desk, until));
    desk_close(desk);
    input_close(input);
    return code;
}

/* ---- from the live topics */

/* Most records are of other tickets: only what names this one is parsed. */
static bool concerns(const struct life *life, const rd_kafka_message_t *message)
{
    struct str ticket = life->story.ticket;
    bool escaped = memchr(ticket.data, '"', ticket.size) || memchr(ticket.data, '\\', ticket.size);
    if (message->payload == NULL || message->len == 0 ||
        (!escaped && memmem(message->payload, message->len, ticket.data, ticket.size) == NULL))
        return false;
    return story_concerns(&life->story, (struct str){ message->payload, message->len });
}

static int read_topics(struct life *life, struct follow *follow, struct outputs_batch *batch)
{
    struct error err;
    time_ms deadline = now_monotonic() + SILENCE;
    while (!follow_caught_up(follow)) {
        struct follow_item item;
        enum follow_news news = follow_next(follow, POLL, &item, &err);
        if (follow_is_final(news))
            return command_failed(life->command, EX_NOPERM, "%s", err.text);
        if (news == FOLLOW_RECORD && concerns(life, item.message))
            outputs_add(batch, item.message);
        else if (news == FOLLOW_RECORD)
            rd_kafka_message_destroy(item.message);
        if (news == FOLLOW_RECORD || news == FOLLOW_END)
            deadline = now_monotonic() + SILENCE;
        else if (now_monotonic() > deadline)
            return command_failed(life->command, EX_UNAVAILABLE,
                                  "the topics could not be read to their end");
    }
    return 0;
}

static int tell_live(struct life *life)
{
    struct error err;
    struct outputs_batch batch = { 0 };
    struct follow *follow = outputs_follow(life->story.config, FOLLOW_FROM_START, &err);
    if (follow == NULL)
        return command_failed(life->command, EX_UNAVAILABLE, "%s", err.text);
    int code = read_topics(life, follow, &batch);
    outputs_tell(&batch, &life->story, &life->out, &life->last);
    outputs_free(&batch);
    follow_close(follow);
    return code;
}

/* ---- the command */

static int finish(struct life *life)
{
    struct str ticket = life->story.ticket;
    if (life->out.size == 0)
        return command_failed(life->command, EX_DATAERR, "nothing is known of ticket '%.*s'",
                              STR_ARG(ticket));
    if (life->last.size > 0)
        story_end(&life->story, buf_str(&life->last), &life->out);
    fwrite(life->out.data, 1, life->out.size, stdout);
    return 0;
}

static int tell(struct life *life, const char *from, const char *customers_path, time_ms until)
{
    struct error err;
    struct customers *customers = NULL;
    if (customers_path && !(customers = table_from_file(GLOBAL_CUSTOMERS, customers_path, &err)))
        return command_failed(life->command, EX_DATAERR, "%s", err.text);
    struct zone *zone = zone_open(life->story.config->zone, NULL);
    life->story.zone = zone;
    int code = from ? tell_from(life, from, until, customers) : tell_live(life);
    if (code == 0)
        code = finish(life);
    zone_close(zone);
    customers_free(customers);
    return code;
}

static int run(const struct command *command, int argc, char **argv)
{
    const char *path = NULL, *from = NULL, *customers = NULL;
    time_ms until = TIME_NEVER;
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &path },
        { .name = "customers", .kind = OPTION_TEXT, .to = &customers },
        { .name = "from", .kind = OPTION_TEXT, .to = &from },
        { .name = "until", .kind = OPTION_TIME, .to = &until },
        { 0 },
    };
    int code = command_options(command, options, argc, argv);
    if (code >= 0)
        return code;
    if (optind + 1 != argc)
        return command_misused(command, "one ticket is to be named");
    if ((path = command_config_path(command, path)) == NULL)
        return EX_USAGE;
    if (!from && (customers || until != TIME_NEVER))
        return command_misused(command, "--customers and --until are for --from");
    struct config *config =
        from ? command_config(command, path) : command_broker_config(command, path);
    if (config == NULL)
        return EX_CONFIG;
    struct life life = { .command = command,
                         .story = { .config = config,
                                    .ticket = str_from(argv[optind]),
                                    .colour = isatty(STDOUT_FILENO),
                                    .life = true } };
    code = tell(&life, from, customers, until);
    buf_free(&life.out);
    buf_free(&life.last);
    config_free(config);
    return code;
}

const struct command command_ticket = {
    .name = "ticket",
    .arguments = "[-c FILE] [--from EVENTS [--until TIME] [--customers FILE]] TICKET",
    .summary = "Tell one ticket's whole life, with the reasons",
    .help = "What was decided and why, who held it, what was promised and kept, whom its ladders "
            "told,\n"
            "and where it stands: as the topics have it, or as the configuration would make it of\n"
            "recorded events.\n"
            "\n"
            "  -c, --config FILE    the configuration\n"
            "      --from EVENTS    recorded events as `replay` reads them; no broker is asked\n"
            "      --until TIME     afterwards let time pass up to TIME (RFC 3339)\n"
            "      --customers FILE the table of customers, as `replay` reads it\n",
    .run = run,
};
