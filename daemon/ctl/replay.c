/* ombudctl replay: events in, the records that ombudd would write out; the same engines, and time
 * taken from the records. */
#include "ctl/command.h"

#include <unistd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/outputs.h"
#include "ctl/course.h"
#include "ctl/table_file.h"
#include "ctl/input.h"
#include "host/now.h"
#include "host/options.h"
#include "ctl/record_json.h"
#include "enrich/enrich.h"
#include "globals.h"
#include "stages.h"

enum { LINE_BLOCK = 64 * 1024, OUTPUT_FLUSH = 256 * 1024, SUMMARY_LIMIT = 20 };

/* One partition of one stage. */
struct replay_task {
    enum stage stage;
    struct str topic;
    int32_t partition;
    struct engine *engine;
    struct task_clock clock;
    int64_t handed_on; /* records that it has from other stages */
    bool bare;         /* of events by themselves: nothing brings back what it writes home */
};

struct replay {
    const struct command *command;
    struct config *config;
    const char *table_paths[GLOBAL_COUNT];
    struct globals globals;
    struct replay_task *tasks;
    size_t task_count;
    struct actions actions;
    struct arena *arena; /* of one line */
    struct buf out;
    int partitions; /* of the home topic, for lines that say where they stood */
    bool only[STAGE_COUNT];
    bool packed; /* values as base64 */
    bool summary;
    struct course *course; /* of a summary: counted instead of written */
    bool chain;            /* what one stage writes goes on to inner ones */
    time_ms until;
    struct line_defaults defaults;
};

/* The task of a partition, made when it is first met; NULL + err for a topic that is none of the
 * configuration's inputs. `bare` events have a home of one partition to themselves. The result is
 * valid until the next call. */
static struct replay_task *find_task(struct replay *replay, struct str topic, int32_t partition,
                                     bool bare, struct error *err)
{
    for (size_t i = 0; i < replay->task_count; i++) {
        struct replay_task *task = &replay->tasks[i];
        if (task->partition == partition && str_equal(task->topic, topic))
            return task;
    }
    struct stage_input input;
    if (!stages_input(replay->config, topic, &input)) {
        error_set(err, "topic '%.*s' is no input of this configuration", STR_ARG(topic));
        return NULL;
    }
    int home = bare ? 1 : replay->partitions;
    struct engine_setup setup = { .config = replay->config,
                                  .topic = input.topic,
                                  .partition = partition,
                                  .partition_count = stages_partitions(input.stage, home),
                                  .home_partitions = home,
                                  .globals = &replay->globals };
    replay->tasks = mem_resize(replay->tasks, replay->task_count + 1, sizeof(*replay->tasks));
    struct replay_task *task = &replay->tasks[replay->task_count++];
    *task = (struct replay_task){ .stage = input.stage,
                                  .topic = input.topic,
                                  .partition = partition,
                                  .engine = stages[input.stage].ops->create(&setup),
                                  .clock = { .mode = CLOCK_STREAM },
                                  .bare = bare };
    return task;
}

static bool write_out(struct replay *replay, bool all)
{
    if (replay->out.size == 0 || (!all && replay->out.size < OUTPUT_FLUSH))
        return true;
    bool ok = fwrite(replay->out.data, 1, replay->out.size, stdout) == replay->out.size;
    buf_clear(&replay->out);
    return ok;
}

static void feed(struct replay_task *task, const struct record *record, struct arena *arena,
                 struct actions *actions)
{
    const struct engine_ops *ops = stages[task->stage].ops;
    struct prepared *prepared = ops->prepare(task->engine, record, arena);
    engine_turn(ops, task->engine, &task->clock, prepared, record_arrival(record), 0, actions);
    ops->mark(task->engine);
}

static void print(struct replay *replay, const struct actions *actions)
{
    if (replay->course) {
        course_take(replay->course, actions);
        return;
    }
    for (size_t i = 0; i < actions->count; i++)
        action_to_line(&actions->items[i], replay->config, replay->packed, &replay->out);
}

static void hand_on(struct replay *replay, enum stage from, const struct actions *actions,
                    time_ms now);

/* What others wrote goes on to an inner stage, as it would through Kafka, at the time that they
 * have come to. */
static void feed_inner(struct replay *replay, enum stage stage, const struct actions *actions,
                       time_ms now)
{
    enum output input = stages[stage].input;
    struct str topic = output_topic(replay->config, input, 0);
    struct replay_task *task = find_task(replay, topic, 0, true, NULL);
    const struct engine_ops *ops = stages[stage].ops;
    struct actions written;
    actions_init(&written);
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->items[i];
        if (action->output != input)
            continue;
        struct record record = { .topic = topic,
                                 .offset = task->handed_on++,
                                 .timestamp = now,
                                 .key = action->key,
                                 .value = action->value,
                                 .headers = action->headers,
                                 .header_count = action->header_count };
        feed(task, &record, replay->arena, &written);
    }
    engine_advance(ops, task->engine, &task->clock, now, &written);
    ops->mark(task->engine);
    print(replay, &written);
    hand_on(replay, stage, &written, now);
    actions_free(&written);
}

/* To those that come later in the table: never in a circle. */
static void hand_on(struct replay *replay, enum stage from, const struct actions *actions,
                    time_ms now)
{
    for (enum stage stage = from + 1; stage < STAGE_COUNT; stage++) {
        if (stages[stage].inner)
            feed_inner(replay, stage, actions, now);
    }
}

static void emit(struct replay *replay, const struct replay_task *task)
{
    if (replay->only[task->stage])
        print(replay, &replay->actions);
    if (replay->chain)
        hand_on(replay, task->stage, &replay->actions, task->clock.now);
    actions_clear(&replay->actions);
}

/* Events by themselves have no home topic that would bring back what is said to merged tickets, and
 * what tickets tell each other. */
static void feed_back(struct replay *replay, struct replay_task *task)
{
    for (size_t i = 0; i < replay->actions.count; i++) {
        const struct action *action = &replay->actions.items[i];
        if (action->output != OUTPUT_HOME)
            continue;
        struct record record = { .topic = task->topic,
                                 .partition = task->partition,
                                 .offset = replay->defaults.offset++,
                                 .timestamp = replay->defaults.timestamp,
                                 .key = action->key,
                                 .value = action->value,
                                 .headers = action->headers,
                                 .header_count = action->header_count };
        feed(task, &record, replay->arena, &replay->actions);
    }
}

static bool replay_line(struct replay *replay, struct str line, struct error *err)
{
    struct record record;
    bool bare;
    arena_reset(replay->arena);
    if (!record_from_line(line, &replay->defaults, replay->arena, &record, &bare, err))
        return false;
    if (bare) {
        replay->defaults.offset++;
        replay->defaults.timestamp = record.timestamp;
    }
    struct replay_task *task = find_task(replay, record.topic, record.partition, bare, err);
    if (task == NULL)
        return false;
    feed(task, &record, replay->arena, &replay->actions);
    if (bare)
        feed_back(replay, task);
    emit(replay, task);
    return true;
}

static int replay_file(struct replay *replay, const char *path)
{
    struct error err = { "" };
    struct input *input = input_open(path, &err);
    if (input == NULL)
        return command_failed(replay->command, EX_NOINPUT, "%s", err.text);
    struct str line;
    int code = 0;
    while (code == 0 && input_line(input, &line, &err)) {
        if (line.size == 0)
            continue;
        if (!replay_line(replay, line, &err))
            code = command_failed(replay->command, EX_DATAERR, "%s:%ld: %s", path,
                                  input_line_number(input), err.text);
        if (code == 0 && !write_out(replay, false))
            code = EX_IOERR;
    }
    if (code == 0 && err.text[0])
        code = command_failed(replay->command, EX_DATAERR, "%s", err.text);
    input_close(input);
    return code;
}

static void pass_time(struct replay *replay)
{
    size_t count = replay->task_count; /* chaining may add one */
    for (size_t i = 0; i < count && replay->until != TIME_NEVER; i++) {
        struct replay_task *task = &replay->tasks[i];
        const struct engine_ops *ops = stages[task->stage].ops;
        engine_advance(ops, task->engine, &task->clock, replay->until, &replay->actions);
        ops->mark(task->engine);
        if (task->bare)
            feed_back(replay, task);
        emit(replay, &replay->tasks[i]);
    }
}

static int replay_all(struct replay *replay, char **paths, int count)
{
    static char *standard_input[] = { "-" };
    if (count == 0) {
        paths = standard_input;
        count = 1;
    }
    int code = 0;
    for (int i = 0; i < count && code == 0; i++)
        code = replay_file(replay, paths[i]);
    if (code == 0)
        pass_time(replay);
    bool written = write_out(replay, true) && fflush(stdout) == 0;
    return code == 0 && !written ? EX_IOERR : code;
}

/* Without --stage all of them run, and hand on to one another. */
static void choose_stages(struct replay *replay)
{
    replay->chain = true;
    for (int i = 0; i < STAGE_COUNT; i++)
        replay->chain = replay->chain && !replay->only[i];
    for (int i = 0; i < STAGE_COUNT; i++)
        replay->only[i] = replay->only[i] || replay->chain;
}

/* -1: go on. */
static int read_options(struct replay *replay, const char **config_path, int argc, char **argv)
{
    const char *names[STAGE_COUNT + 1] = { NULL };
    for (int i = 0; i < STAGE_COUNT; i++)
        names[i] = stages[i].name;
    const struct option_row options[] = {
        { .name = "base64", .kind = OPTION_FLAG, .to = &replay->packed },
        { .name = "config", .kind = OPTION_TEXT, .to = config_path },
        { .name = "partitions",
          .kind = OPTION_NUMBER,
          .to = &replay->partitions,
          .least = 1,
          .most = 99999 },
        { .name = "stage", .kind = OPTION_CHOICES, .to = replay->only, .choices = names },
        { .name = "summary", .kind = OPTION_FLAG, .to = &replay->summary },
        { .name = "until", .kind = OPTION_TIME, .to = &replay->until },
        { .name = "customers", .kind = OPTION_TEXT, .to = &replay->table_paths[GLOBAL_CUSTOMERS] },
        { .name = "silences", .kind = OPTION_TEXT, .to = &replay->table_paths[GLOBAL_SILENCES] },
        { 0 },
    };
    int code = command_options(replay->command, options, argc, argv);
    if (code >= 0)
        return code;
    *config_path = command_config_path(replay->command, *config_path);
    return *config_path ? -1 : EX_USAGE;
}

static bool read_tables(struct replay *replay, struct error *err)
{
    for (enum global global = 0; global < GLOBAL_COUNT; global++) {
        const char *path = replay->table_paths[global];
        if (path && !(replay->globals.tables[global] = table_from_file(global, path, err)))
            return false;
    }
    return true;
}

static void free_tables(struct replay *replay)
{
    for (enum global global = 0; global < GLOBAL_COUNT; global++)
        table_file_close(global, (void *)(uintptr_t)replay->globals.tables[global]);
}

static bool print_summary(const struct replay *replay)
{
    const struct course *course = replay->course;
    printf("%lld tickets, %lld decisions, %lld dispatches in %.1f days\n\n",
           (long long)course->tickets, (long long)course->decisions, (long long)course->dispatches,
           course_days(course));
    course_print(course, NULL, SUMMARY_LIMIT);
    return fflush(stdout) == 0;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct replay replay = { .command = command, .until = TIME_NEVER };
    const char *config_path = NULL;
    int code = read_options(&replay, &config_path, argc, argv);
    if (code >= 0)
        return code;
    replay.config = command_config(command, config_path);
    if (replay.config == NULL)
        return EX_CONFIG;
    struct error err;
    if (!read_tables(&replay, &err)) {
        free_tables(&replay);
        config_free(replay.config);
        return command_failed(command, EX_DATAERR, "%s", err.text);
    }
    choose_stages(&replay);
    if (replay.summary)
        replay.course = course_new();
    if (replay.partitions == 0)
        replay.partitions = replay.config->topics.partitions;
    replay.defaults = (struct line_defaults){ .topic = replay.config->topics.home,
                                              .timestamp = now_wall(),
                                              .config = replay.config };
    replay.arena = arena_new(LINE_BLOCK);
    actions_init(&replay.actions);

    code = replay_all(&replay, argv + optind, argc - optind);
    if (code == 0 && replay.course && !print_summary(&replay))
        code = EX_IOERR;
    course_free(replay.course);

    for (size_t i = 0; i < replay.task_count; i++)
        stages[replay.tasks[i].stage].ops->destroy(replay.tasks[i].engine);
    free(replay.tasks);
    actions_free(&replay.actions);
    arena_free(replay.arena);
    buf_free(&replay.out);
    config_free(replay.config);
    free_tables(&replay);
    return code;
}

const struct command command_replay = {
    .name = "replay",
    .arguments = "[-c FILE] [--stage STAGE]... [--partitions N] [--until TIME] [--base64]\n"
                 "                       [--customers FILE] [--silences FILE] [--summary] "
                 "[INPUT]...",
    .summary = "Show what ombudd would write for recorded events",
    .help =
        "Reads NDJSON (plain, .gz or .zst; standard input without INPUT) and writes NDJSON: one\n"
        "{topic, key, headers, value} for each record that ombudd would produce, in its order.\n"
        "The engines are the daemon's; time is the highest event time so far, so that the same\n"
        "input gives the same bytes every time. Of the state every change is shown; ombudd writes\n"
        "each ticket once a transaction.\n"
        "\n"
        "A line is an event, or a record {topic, partition, offset, timestamp, key, headers,\n"
        "value | value_base64}; such records keep their partitions, each with a state of its own.\n"
        "\n"
        "  -c, --config FILE    the configuration\n"
        "      --customers FILE the table of customers: a row a line, or records with key and "
        "value\n"
        "      --silences FILE  the table of silences, likewise; each holds from its `from` to its "
        "`until`\n"
        "      --base64         give every value as value_base64, byte for byte\n"
        "      --summary        how matters went instead of the records: promises, returns, "
        "ping-pong,\n"
        "                       messages per level, per person and day, hours by holder\n"
        "      --stage STAGE    only intake, tickets or escalations; without it all of them, and\n"
        "                       what one writes for another goes on to it\n"
        "      --partitions N   of the home topic, for lines that are records (default: the\n"
        "                       configuration's)\n"
        "      --until TIME     afterwards let time pass up to TIME (RFC 3339), so that promises\n"
        "                       still open break\n",
    .run = run,
};
