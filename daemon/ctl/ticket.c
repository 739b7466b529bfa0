/* ombudctl ticket: one ticket's whole life, told with its reasons. */
#include "ctl/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/zone.h"
#include "ctl/table_file.h"
#include "ctl/desk.h"
#include "ctl/input.h"
#include "ctl/outputs_read.h"
#include "enrich/enrich.h"
#include "host/options.h"
#include "json/json.h"

enum { SILENCE = 15000 /* ms */ };

/* A record of recorded events, kept until all of them are there. */
struct entry {
    time_ms at;
    size_t order;
    bool decision; /* or a record of the same topic */
    struct str key, value;
};

struct life {
    const struct command *command;
    struct story story;
    struct arena *arena;
    struct entry *entries;
    size_t entry_count;
    void *tables[GLOBAL_COUNT];
    struct buf out;  /* the account so far */
    struct buf last; /* value of the last decision */
};

/* ---- from recorded events */

static bool is_told(const struct action *action)
{
    return action->output == OUTPUT_DECISIONS || action->output == OUTPUT_DEPARTMENT ||
           action->output == OUTPUT_PROMISES;
}

static void keep(struct life *life, time_ms at, const struct action *action)
{
    life->entries = mem_resize(life->entries, life->entry_count + 1, sizeof(*life->entries));
    life->entries[life->entry_count] =
        (struct entry){ .at = at,
                        .order = life->entry_count,
                        .decision = action->output == OUTPUT_DECISIONS,
                        .key = arena_copy(life->arena, action->key),
                        .value = arena_copy(life->arena, action->value) };
    life->entry_count++;
}

/* When a decision was made or a message sent; of others it is their decision's time. */
static time_ms time_of(struct life *life, const struct action *action)
{
    size_t at = 0;
    time_ms time = 0;
    const cJSON *root = json_parse(action->value, &json_event_limits, life->arena, NULL, &at, NULL);
    struct str text = json_string(json_get(root, STR("decided_at")));
    if (!str_present(text))
        text = json_string(json_get(root, STR("sent_at")));
    return time_parse(text, &time, NULL) ? time : 0;
}

/* Of one turn the decision comes last, but is told first: it is the reason for the others. */
static void take_actions(struct life *life, const struct actions *actions)
{
    size_t first = 0;
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->items[i];
        if (action->output != OUTPUT_DECISIONS || !str_equal(action->key, life->story.ticket))
            continue;
        time_ms at = time_of(life, action);
        keep(life, at, action);
        for (; first < i; first++) {
            const struct action *caused = &actions->items[first];
            if (is_told(caused) && caused->output != OUTPUT_DECISIONS &&
                str_equal(caused->key, life->story.ticket))
                keep(life, at, caused);
        }
    }
}

/* What supervisors were told because of it, and what they were not. */
static void take_messages(struct life *life, const struct actions *actions)
{
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->items[i];
        if ((action->output == OUTPUT_DECISIONS || action->output == OUTPUT_ESCALATIONS) &&
            story_concerns(&life->story, action->value))
            keep(life, time_of(life, action), action);
    }
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    if (left->at != right->at)
        return left->at < right->at ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

/* In the order of time: supervisors hear of a thing after it was decided. */
static void tell_entries(struct life *life)
{
    if (life->entry_count > 0)
        qsort(life->entries, life->entry_count, sizeof(*life->entries), compare_entries);
    for (size_t i = 0; i < life->entry_count; i++) {
        const struct entry *entry = &life->entries[i];
        struct story_record record = { .key = entry->key, .value = entry->value };
        story_tell(&life->story, &record, &life->out);
        if (!entry->decision || memmem(entry->value.data, entry->value.size, "\"suppressed\"", 12))
            continue;
        buf_clear(&life->last);
        buf_add_str(&life->last, entry->value);
    }
}

static bool take_lines(struct life *life, struct desk *desk, struct input *input, struct error *err)
{
    struct str line;
    err->text[0] = '\0';
    while (input_line(input, &line, err)) {
        const struct actions *actions = line.size > 0 ? desk_line(desk, line, err) : NULL;
        if (line.size > 0 && actions == NULL)
            return error_prefix(err, "line %ld", input_line_number(input));
        if (actions == NULL)
            continue;
        take_actions(life, actions);
        take_messages(life, desk_messages(desk));
    }
    return err->text[0] == '\0';
}

/* Every ticket's events pass: they bring the time in which this one's promises break. */
static int tell_from(struct life *life, const char *path, time_ms until)
{
    struct error err;
    struct input *input = input_open(path, &err);
    if (input == NULL)
        return command_failed(life->command, EX_NOINPUT, "%s", err.text);
    struct desk *desk = desk_open(life->story.config, life->tables[GLOBAL_CUSTOMERS]);
    desk_supervise(desk, life->tables[GLOBAL_SILENCES]);
    int code = 0;
    if (!take_lines(life, desk, input, &err))
        code = command_failed(life->command, EX_DATAERR, "%s: %s", path, err.text);
    else if (until != TIME_NEVER) {
        take_actions(life, desk_advance(desk, until));
        take_messages(life, desk_messages(desk));
    }
    if (code == 0)
        tell_entries(life);
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

struct reading {
    struct life *life;
    struct outputs_batch batch;
};

static bool take_message(void *arg, struct follow_item *item, struct error *err)
{
    struct reading *reading = arg;
    (void)err;
    if (!concerns(reading->life, item->message))
        return true;
    outputs_add(&reading->batch, item->message);
    item->message = NULL;
    return true;
}

static int tell_live(struct life *life)
{
    struct error err;
    struct reading reading = { .life = life };
    struct follow *follow = outputs_follow(life->story.config, FOLLOW_FROM_START, &err);
    if (follow == NULL)
        return command_failed(life->command, EX_UNAVAILABLE, "%s", err.text);
    enum follow_news news = follow_all(follow, SILENCE, take_message, &reading, &err);
    outputs_tell(&reading.batch, &life->story, &life->out, &life->last);
    outputs_free(&reading.batch);
    follow_close(follow);
    if (news == FOLLOW_END)
        return 0;
    return command_failed(life->command, news == FOLLOW_NOTHING ? EX_UNAVAILABLE : EX_NOPERM, "%s",
                          err.text);
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

static bool read_tables(struct life *life, const char *const paths[GLOBAL_COUNT], struct error *err)
{
    for (enum global global = 0; global < GLOBAL_COUNT; global++) {
        if (paths[global] && !(life->tables[global] = table_from_file(global, paths[global], err)))
            return false;
    }
    return true;
}

static int tell(struct life *life, const char *from, const char *const tables[GLOBAL_COUNT],
                time_ms until)
{
    struct error err;
    if (!read_tables(life, tables, &err))
        return command_failed(life->command, EX_DATAERR, "%s", err.text);
    struct zone *zone = zone_open(life->story.config->zone, NULL);
    life->story.zone = zone;
    int code = from ? tell_from(life, from, until) : tell_live(life);
    if (code == 0)
        code = finish(life);
    zone_close(zone);
    return code;
}

static void life_free(struct life *life)
{
    for (enum global global = 0; global < GLOBAL_COUNT; global++)
        table_file_close(global, life->tables[global]);
    buf_free(&life->out);
    buf_free(&life->last);
    free(life->entries);
    arena_free(life->arena);
}

static int run(const struct command *command, int argc, char **argv)
{
    const char *path = NULL, *from = NULL, *tables[GLOBAL_COUNT] = { NULL };
    time_ms until = TIME_NEVER;
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &path },
        { .name = "customers", .kind = OPTION_TEXT, .to = &tables[GLOBAL_CUSTOMERS] },
        { .name = "from", .kind = OPTION_TEXT, .to = &from },
        { .name = "silences", .kind = OPTION_TEXT, .to = &tables[GLOBAL_SILENCES] },
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
    if (!from && (tables[GLOBAL_CUSTOMERS] || tables[GLOBAL_SILENCES] || until != TIME_NEVER))
        return command_misused(command, "--customers, --silences and --until are for --from");
    struct config *config =
        from ? command_config(command, path) : command_broker_config(command, path);
    if (config == NULL)
        return EX_CONFIG;
    struct life life = { .command = command,
                         .arena = arena_new(64 * 1024),
                         .story = { .config = config,
                                    .ticket = str_from(argv[optind]),
                                    .colour = isatty(STDOUT_FILENO),
                                    .life = true } };
    code = tell(&life, from, tables, until);
    life_free(&life);
    config_free(config);
    return code;
}

const struct command command_ticket = {
    .name = "ticket",
    .arguments = "[-c FILE] [--from EVENTS [--until TIME] [--customers FILE]\n"
                 "                       [--silences FILE]] TICKET",
    .summary = "Tell one ticket's whole life, with the reasons",
    .help = "What was decided and why, who held it, what was promised and kept, whom its ladders "
            "told,\n"
            "and where it stands: as the topics have it, or as the configuration would make it of\n"
            "recorded events.\n"
            "\n"
            "  -c, --config FILE    the configuration\n"
            "      --from EVENTS    recorded events as `replay` reads them; no broker is asked\n"
            "      --until TIME     afterwards let time pass up to TIME (RFC 3339)\n"
            "      --customers FILE the table of customers, as `replay` reads it\n"
            "      --silences FILE  that of silences, likewise\n",
    .run = run,
};
