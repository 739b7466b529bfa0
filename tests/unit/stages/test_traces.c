/* Golden traces: tests/traces/NAME.trace tells in virtual time what goes in ("> ...") and, line by
 * line, what must come out. Each runs in several ways that must not make a difference: plainly,
 * with every transaction undone and done again, with a restart after every step, and by the clock
 * instead of the records' time: awake at every deadline, or behind and never overtaking them.
 * A trace is decided under ombud.yaml, or under NAME.yaml where that is there; "> 01:00:00 reload
 * FILE.yaml" goes on under another of the folder.
 * OMBUD_TRACES=write writes what comes out instead; read the diff before you keep it. */
#include "tickets_world.h"

#include "trace_files.h"

enum way {
    WAY_PLAIN,
    WAY_UNDONE,
    WAY_RESTARTED,
    WAY_COMPACTED,
    WAY_AT_COMMIT,
    WAY_AWAKE,
    WAY_SLICE,
    WAY_COUNT
};
static const char *const way_names[WAY_COUNT] = {
    "plainly",
    "with each turn undone and redone",
    "restarted after each line",
    "restarted from a compacted changelog",
    "with the changelog at each commit, restarted from it",
    "by the clock, deadlines after each record",
    "by the clock, all records in one slice",
};

static void print_time(struct buf *out, time_ms time)
{
    long long seconds = (long long)(time - WORLD_START) / 1000;
    buf_printf(out, "%02lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static struct str member(const cJSON *root, const char *pointer)
{
    return json_string(json_pointer(root, str_from(pointer)));
}

static void print_due(struct buf *out, const cJSON *root, const char *pointer)
{
    time_ms due = 0;
    struct str text = member(root, pointer);
    if (str_present(text) && time_parse(text, &due, NULL)) {
        buf_printf(out, " due ");
        print_time(out, due);
    }
}

static void print_decision(struct buf *out, const cJSON *root)
{
    bool timer = str_is(member(root, "/kind"), "timer");
    buf_printf(out, "%s %.*s", timer ? "timer" : "decision",
               STR_ARG(member(root, timer ? "/timer" : "/outcome")));
    if (str_present(member(root, "/band")))
        buf_printf(out, " · %.*s %d · %.*s %.*s", STR_ARG(member(root, "/band")),
                   (int)json_pointer(root, STR("/score"))->valuedouble,
                   STR_ARG(member(root, "/status")), STR_ARG(member(root, "/responsible")));
    if (str_present(member(root, "/label")))
        buf_printf(out, " · %.*s", STR_ARG(member(root, "/label")));
    if (str_present(member(root, "/late_by")))
        buf_printf(out, " · late by %.*s", STR_ARG(member(root, "/late_by")));
    if (str_present(member(root, "/reason")))
        buf_printf(out, " · %.*s", STR_ARG(member(root, "/reason")));
    if (str_present(member(root, "/origin/ticket")))
        buf_printf(out, " · serves %.*s, %.*s", STR_ARG(member(root, "/origin/ticket")),
                   STR_ARG(member(root, "/origin/status")));
    if (str_present(member(root, "/warnings/0")))
        buf_printf(out, " · warning: %.*s", STR_ARG(member(root, "/warnings/0")));
}

/* What the department promised others: customers' clocks are told as promises. */
static void print_agreed(struct buf *out, const cJSON *root)
{
    const cJSON *clocks = json_get(root, STR("clocks"));
    for (const cJSON *clock = clocks->child; clock; clock = clock->next) {
        struct str name = member(clock, "/clock");
        if (!str_is(name, "accept") && !str_is(name, "hold"))
            continue;
        buf_printf(out, ", %.*s", STR_ARG(name));
        print_due(out, clock, "/due");
    }
}

static void print_dispatch(struct buf *out, const cJSON *root)
{
    buf_printf(out, "dispatch → %.*s, %.*s, %.*s", STR_ARG(member(root, "/department")),
               STR_ARG(member(root, "/role")), STR_ARG(member(root, "/why")));
    if (str_present(member(root, "/overflow/from")))
        buf_printf(out, ", %.*s has %d of %d", STR_ARG(member(root, "/overflow/from")),
                   (int)json_pointer(root, STR("/overflow/load"))->valuedouble,
                   (int)json_pointer(root, STR("/overflow/capacity"))->valuedouble);
    if (str_present(member(root, "/authority")))
        buf_printf(out, ", may grant %.*s", STR_ARG(member(root, "/authority")));
    if (str_is(member(root, "/role"), "responsible"))
        print_agreed(out, root);
    if (str_present(member(root, "/body")))
        buf_printf(out, " “%.*s”", STR_ARG(member(root, "/body")));
    if (str_present(member(root, "/message")))
        buf_printf(out, " + “%.*s”", STR_ARG(member(root, "/message")));
}

static void print_promises(struct buf *out, const cJSON *root)
{
    const cJSON *list = json_get(root, STR("promises"));
    for (const cJSON *promise = list->child; promise; promise = promise->next) {
        buf_printf(out, "%spromise %.*s %.*s", promise == list->child ? "" : "; ",
                   STR_ARG(member(promise, "/clock")), STR_ARG(member(promise, "/status")));
        print_due(out, promise, "/due");
        if (str_present(member(promise, "/reason")))
            buf_printf(out, " (%.*s)", STR_ARG(member(promise, "/reason")));
        if (str_present(member(promise, "/opens"))) {
            time_ms opens = 0;
            assert_true(time_parse(member(promise, "/opens"), &opens, NULL));
            buf_printf(out, ", opens ");
            print_time(out, opens);
        }
        if (cJSON_IsTrue(json_get(promise, STR("provisional"))))
            buf_printf(out, ", provisional");
    }
}

/* Where its rule has one of its own. */
static void print_pace(struct buf *out, const cJSON *root)
{
    static const char *const names[][2] = { { "/pace/wait_ms", "waits" },
                                            { "/pace/interval_ms", "rests" } };
    for (size_t i = 0; i < 2; i++) {
        int64_t ms = 0;
        char text[TIME_TEXT_SIZE];
        if (json_integer(json_pointer(root, str_from(names[i][0])), &ms))
            buf_printf(out, ", %s %.*s", names[i][1], STR_ARG(duration_format(ms, text)));
    }
}

static void print_notice(struct buf *out, const cJSON *root)
{
    if (str_is(member(root, "/status"), "erased")) {
        buf_printf(out, "erased → whoever keeps what was told of it");
        return;
    }
    buf_printf(out, "%.*s %.*s → %.*s of %.*s (step %d)", STR_ARG(member(root, "/trigger")),
               STR_ARG(member(root, "/status")), STR_ARG(member(root, "/level")),
               STR_ARG(member(root, "/department")),
               (int)json_pointer(root, STR("/step"))->valuedouble);
    int64_t repeat = 0;
    if (json_integer(json_get(root, STR("repeat")), &repeat) && repeat > 0)
        buf_printf(out, ", again %d", (int)repeat);
    if (str_present(member(root, "/by")))
        buf_printf(out, " by %.*s", STR_ARG(member(root, "/by")));
    if (str_present(member(root, "/comment")))
        buf_printf(out, " “%.*s”", STR_ARG(member(root, "/comment")));
    if (str_present(member(root, "/next/level"))) {
        time_ms at = 0;
        assert_true(time_parse(member(root, "/next/at"), &at, NULL));
        buf_printf(out, ", then %.*s at ", STR_ARG(member(root, "/next/level")));
        print_time(out, at);
    }
    print_pace(out, root);
}

static bool is_link(const struct action *action)
{
    struct record record = { .headers = action->headers, .header_count = action->header_count };
    return action->output == OUTPUT_HOME && str_present(record_header(&record, LINK_FROM));
}

/* What is said to a merged ticket, or what tickets tell each other. */
static void print_home(struct buf *out, const struct action *action, struct arena *arena)
{
    size_t at = 0;
    if (!is_link(action)) {
        buf_printf(out, "passed on to %.*s", STR_ARG(action->key));
        return;
    }
    const cJSON *root = json_parse(action->value, &json_event_limits, arena, NULL, &at, NULL);
    buf_printf(out, "tells %.*s: %.*s", STR_ARG(action->key), STR_ARG(member(root, "/type")));
    if (str_present(member(root, "/status")))
        buf_printf(out, ", %.*s %.*s %.*s", STR_ARG(member(root, "/origin")),
                   STR_ARG(member(root, "/status")), STR_ARG(member(root, "/attributes/band")));
}

static void print_action(struct buf *out, const struct action *action, struct arena *arena)
{
    static const struct json_limits limits = { 1 << 20, 65536, 16 };
    size_t at = 0;
    struct error err;
    struct str header = STR_NONE;
    const cJSON *root = NULL;
    if (action->output == OUTPUT_STATE && !str_present(action->value))
        buf_printf(out, "forgotten: %.*s", STR_ARG(action->key));
    if (action->output == OUTPUT_PROMISES && !str_present(action->value))
        buf_printf(out, "promise forgotten");
    if (action->output == OUTPUT_HOME)
        print_home(out, action, arena);
    if (action->output == OUTPUT_DEADLETTER) {
        for (size_t i = 0; i < action->header_count; i++) {
            if (str_is(action->headers[i].name, "ombud-error"))
                header = action->headers[i].value;
        }
        buf_printf(out, "dead letter: %.*s", STR_ARG(header));
    }
    if (!str_present(action->value) || action->output == OUTPUT_STATE ||
        action->output == OUTPUT_DEADLETTER || action->output == OUTPUT_HOME)
        return;
    root = json_parse(action->value, &limits, arena, NULL, &at, &err);
    if (!root)
        fail_msg("an output is no JSON at byte %zu: %s: %.*s", at, err.text,
                 STR_ARG(action->value));
    if (action->output == OUTPUT_DECISIONS)
        print_decision(out, root);
    else if (action->output == OUTPUT_DEPARTMENT)
        print_dispatch(out, root);
    else if (action->output == OUTPUT_PROMISES)
        print_promises(out, root);
    else if (action->output == OUTPUT_NOTICES)
        print_notice(out, root);
}

/* The text of a member that is the record's own: quotation marks within a text are escaped. */
static struct str text_of(const struct action *action, const char *start)
{
    size_t size = strlen(start);
    struct str value = action->value;
    if (action->output == OUTPUT_STATE || action->output == OUTPUT_DEADLETTER ||
        !str_present(value))
        return STR_NONE;
    const char *at = memmem(value.data, value.size, start, size);
    return at ? (struct str){ at + size, strcspn(at + size, "\"") } : STR_NONE;
}

/* When and whose; what has neither follows its decision, whose time `*time` is. */
static void print_prefix(struct buf *out, const struct action *action, time_ms *time)
{
    bool notice = action->output == OUTPUT_NOTICES || is_link(action);
    struct str when = text_of(action, notice ? "\"time\":\"" : "\"decided_at\":\"");
    struct str whose = text_of(action, "\"ticket\":\"");
    if (notice && !str_present(whose))
        whose = text_of(action, "\"source\":\"");
    if (str_present(when))
        assert_true(time_parse(when, time, NULL));
    print_time(out, *time);
    buf_printf(out, " %.*s ", STR_ARG(str_present(whose) ? whose : STR("-")));
}

static void print_actions(struct buf *out, struct world *world)
{
    struct arena *arena = arena_new(64 * 1024);
    time_ms time = world->clock.now;
    for (size_t i = 0; i < world->actions.count; i++) {
        struct buf line = { 0 };
        print_action(&line, &world->actions.items[i], arena);
        if (line.size) {
            print_prefix(out, &world->actions.items[i], &time);
            buf_printf(out, "%.*s\n", STR_ARG(buf_str(&line)));
        }
        buf_free(&line);
    }
    arena_free(arena);
}

static bool parse_clock_time(const char *text, time_ms *out)
{
    int hours = 0, minutes = 0, seconds = 0;
    if (sscanf(text, "%d:%d:%d", &hours, &minutes, &seconds) != 3)
        return false;
    *out = WORLD_START + ((hours * INT64_C(60) + minutes) * 60 + seconds) * 1000;
    return true;
}

struct input {
    time_ms arrival, own; /* Kafka's timestamp, the event's time */
    char *json;           /* NULL: time passes */
    char reload[64];      /* empty: none */
};

/* `> 00:00:05 t1 opened {"body":"..."}`, with - where it has no ticket; "at HH:MM:SS" in front of
 * the object: the event's own time where it differs from the record's; `> 01:00:00` alone: time
 * passes. */
static struct input parse_input(const char *line)
{
    struct input input = { 0 };
    char ticket[128], type[32], own_text[16];
    int used = 0;
    if (!parse_clock_time(line + 2, &input.arrival))
        fail_msg("no time in '%s'", line);
    input.own = input.arrival;
    if (sscanf(line + 2, "%*s %127s %31s %n", ticket, type, &used) < 2)
        return input;
    if (strcmp(ticket, "reload") == 0) {
        snprintf(input.reload, sizeof(input.reload), "%s", type);
        return input;
    }
    const char *rest = line + 2 + used;
    if (sscanf(rest, "at %15s %n", own_text, &used) == 1) {
        assert_true(parse_clock_time(own_text, &input.own));
        rest += used;
    }
    struct buf json = { 0 };
    char text[TIME_TEXT_SIZE];
    if (strcmp(ticket, "-") == 0)
        buf_printf(&json, "{");
    else
        buf_printf(&json, "{\"ticket\":\"%s\",", ticket);
    buf_printf(&json, "\"type\":\"%s\",\"time\":\"%.*s\"%s%s", type,
               STR_ARG(time_format(input.own, text)), *rest == '{' && rest[1] != '}' ? "," : "",
               *rest == '{' ? rest + 1 : "}");
    input.json = world_copy(buf_str(&json));
    buf_free(&json);
    return input;
}

static void pass(struct world *world, time_ms until, struct buf *out)
{
    world_pass(world, until);
    print_actions(out, world);
    world_commit(world);
}

/* By the clock, whose time is Kafka's: a record has its event's time there too, since the other
 * ways know no other. */
static void run_by_the_clock(struct world *world, const struct input *input, enum way way,
                             struct buf *out)
{
    bool awake = way == WAY_AWAKE;
    if (awake)
        pass(world, input->own, out);
    if (!input->json)
        return;
    time_ms wall = awake ? time_max(input->own, world->clock.wall) : WORLD_START;
    world_feed_at(world, str_from(input->json), input->own, wall);
    print_actions(out, world);
    world_keep(world);
    if (awake)
        pass(world, world->clock.now, out);
}

static void run_once(struct world *world, const struct input *input)
{
    if (input->json)
        world_feed(world, str_from(input->json), input->arrival);
    else
        world_pass(world, input->arrival);
}

static void run_input(struct world *world, const struct input *input, enum way way, struct buf *out)
{
    if (way == WAY_UNDONE) {
        struct task_clock clock = world->clock;
        int64_t offset = world->offset;
        run_once(world, input);
        tickets_engine.undo(world->engine);
        world->clock = clock;
        world->offset = offset;
    }
    run_once(world, input);
    tickets_engine.changelog(world->engine, &world->actions);
    print_actions(out, world);
    world_commit(world);
    if (way == WAY_RESTARTED || way == WAY_COMPACTED || way == WAY_AT_COMMIT)
        world_restart(world, way == WAY_COMPACTED);
}

static void run_one(struct world *world, const struct input *input, enum way way, struct buf *out)
{
    if (world->clock.mode == CLOCK_WALL)
        run_by_the_clock(world, input, way, out);
    else
        run_input(world, input, way, out);
}

/* At a commit, as the daemon does it. */
static void reload(struct world *world, const char *name, const struct config *first)
{
    char path[512];
    const struct config *old = world->config;
    snprintf(path, sizeof(path), SOURCE_DIR "/tests/traces/%s", name);
    world->setup.config = world->config = world_config(path);
    tickets_engine.mark(world->engine);
    tickets_engine.configure(world->engine, world->config);
    if (old != first)
        config_free((struct config *)old);
}

/* Returns until when time passed without a record, or 0. */
static time_ms run_line(struct world *world, const char *line, const struct config *first,
                        enum way way, struct buf *out)
{
    struct input input = parse_input(line);
    run_one(world, &input, way, out);
    if (input.reload[0]) {
        reload(world, input.reload, first);
        run_one(world, &input, way, out);
    }
    free(input.json);
    return input.json ? 0 : input.arrival;
}

/* Inputs and comments as they are, outputs as they come. */
static void run(const struct config *config, struct str text, enum way way, struct buf *out)
{
    struct world world;
    time_ms quiet_until = 0;
    world_open(&world, config, 0, 1);
    if (way == WAY_AT_COMMIT) {
        world.setup.changelog_at_commit = true;
        world_restart(&world, false);
    }
    world.clock.mode = way >= WAY_AWAKE ? CLOCK_WALL : CLOCK_STREAM;
    while (text.size) {
        const char *end = memchr(text.data, '\n', text.size);
        size_t size = end ? (size_t)(end - text.data) : text.size;
        char *line = world_copy((struct str){ text.data, size });
        if (line[0] == '>' || line[0] == '#' || !line[0])
            buf_printf(out, "%s\n", line);
        if (line[0] == '>')
            quiet_until = run_line(&world, line, config, way, out);
        free(line);
        size += end ? 1 : 0;
        text = (struct str){ text.data + size, text.size - size };
    }
    /* The slice is fed: the clock may overtake. */
    if (way == WAY_SLICE)
        pass(&world, quiet_until, out);
    world_close(&world);
    if (world.config != config)
        config_free((struct config *)world.config);
}

static bool read_file(const char *path, struct buf *out)
{
    char block[4096];
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    for (size_t size = 0; (size = fread(block, 1, sizeof(block), file)) > 0;)
        buf_add(out, block, size);
    fclose(file);
    return true;
}

static void compare(const char *path, struct str expected, struct str actual, enum way way)
{
    size_t line = 1, start = 0;
    for (size_t i = 0; i < expected.size && i < actual.size; i++) {
        if (expected.data[i] != actual.data[i])
            break;
        if (expected.data[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    if (str_equal(expected, actual))
        return;
    int was = (int)strcspn(expected.data + start, "\n");
    int is = (int)strcspn(actual.data + start, "\n");
    fail_msg("%s:%zu: run %s\n  expected: %.*s\n  got:      %.*s", path, line, way_names[way], was,
             expected.data + start, is, actual.data + start);
}

/* Without inputs and comments: by the clock, what time alone brings may come with another of them.
 */
static struct str outputs_only(struct str text, struct buf *out)
{
    buf_clear(out);
    while (text.size) {
        const char *end = memchr(text.data, '\n', text.size);
        size_t size = end ? (size_t)(end - text.data) + 1 : text.size;
        if (text.data[0] != '>' && text.data[0] != '#')
            buf_add(out, text.data, size);
        text = (struct str){ text.data + size, text.size - size };
    }
    buf_text(out);
    return buf_str(out);
}

static void run_file(const struct config *config, const char *path)
{
    struct buf expected = { 0 }, outputs[2] = { { 0 }, { 0 } };
    assert_true(read_file(path, &expected));
    buf_text(&expected);
    bool reloads = memmem(expected.data, expected.size, " reload ", 8) != NULL;
    for (enum way way = 0; way < WAY_COUNT; way++) {
        if (way == WAY_SLICE && reloads)
            continue; /* which slice a reload comes between is the daemon's affair */
        struct buf actual = { 0 };
        run(config, buf_str(&expected), way, &actual);
        buf_text(&actual);
        if (way == WAY_PLAIN && getenv("OMBUD_TRACES")) {
            FILE *file = fopen(path, "wb");
            assert_non_null(file);
            fwrite(actual.data, 1, actual.size, file);
            fclose(file);
            buf_clear(&expected);
            buf_add(&expected, actual.data, actual.size);
            buf_text(&expected);
        }
        if (way < WAY_AWAKE)
            compare(path, buf_str(&expected), buf_str(&actual), way);
        else
            compare(path, outputs_only(buf_str(&expected), &outputs[0]),
                    outputs_only(buf_str(&actual), &outputs[1]), way);
        buf_free(&actual);
    }
    buf_free(&expected);
    buf_free(&outputs[0]);
    buf_free(&outputs[1]);
}

static void traces_come_out_as_written(void **state)
{
    (void)state;
    each_trace(SOURCE_DIR "/tests/traces", SOURCE_DIR "/tests/traces/ombud.yaml", 5, run_file);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(traces_come_out_as_written) };
    json_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
