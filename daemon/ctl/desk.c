#include "ctl/desk.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/record_json.h"
#include "globals.h"
#include "host/now.h"
#include "stages.h"

enum { LINE_BLOCK = 64 * 1024 };

/* Of one stage; everything is its partition 0. */
struct seat {
    const struct engine_ops *ops;
    struct engine *engine;
    struct task_clock clock;
    struct actions actions;
};

struct desk {
    const struct config *config;
    struct globals globals;
    struct arena *arena; /* of one line */
    struct seat *seats;  /* as config->sources: the first reads the home topic */
    struct seat *board;  /* of the escalations; NULL: nobody asks for them */
    struct line_defaults defaults;
};

static void seat_open(struct desk *desk, struct seat *seat, struct str topic)
{
    struct stage_input input = { 0 };
    stages_input(desk->config, topic, &input);
    struct engine_setup setup = { .config = desk->config,
                                  .topic = topic,
                                  .partition_count = 1,
                                  .home_partitions = 1,
                                  .globals = &desk->globals };
    seat->ops = stages[input.stage].ops;
    seat->engine = seat->ops->create(&setup);
    seat->clock.mode = CLOCK_STREAM;
    actions_init(&seat->actions);
}

void desk_supervise(struct desk *desk, const struct silences *silences)
{
    desk->globals.tables[GLOBAL_SILENCES] = silences;
    desk->board = mem_alloc(sizeof(*desk->board));
    seat_open(desk, desk->board, desk->config->topics.notices);
}

static void seat_close(struct seat *seat)
{
    seat->ops->destroy(seat->engine);
    actions_free(&seat->actions);
}

struct desk *desk_open(const struct config *config, const struct customers *customers)
{
    struct desk *desk = mem_alloc(sizeof(*desk));
    desk->config = config;
    desk->globals.tables[GLOBAL_CUSTOMERS] = customers;
    desk->arena = arena_new(LINE_BLOCK);
    desk->defaults = (struct line_defaults){ .topic = config->topics.home,
                                             .timestamp = now_wall(),
                                             .config = config };
    desk->seats = mem_array(config->source_count, sizeof(*desk->seats));
    for (size_t i = 0; i < config->source_count; i++)
        seat_open(desk, &desk->seats[i], config->sources[i].topic);
    return desk;
}

void desk_close(struct desk *desk)
{
    if (desk == NULL)
        return;
    for (size_t i = 0; i < desk->config->source_count; i++)
        seat_close(&desk->seats[i]);
    if (desk->board)
        seat_close(desk->board);
    free(desk->board);
    free(desk->seats);
    arena_free(desk->arena);
    free(desk);
}

static void seat_feed(struct seat *seat, const struct record *record, struct arena *arena)
{
    struct prepared *prepared = seat->ops->prepare(seat->engine, record, arena);
    engine_turn(seat->ops, seat->engine, &seat->clock, prepared, record_arrival(record), 0,
                &seat->actions);
    seat->ops->mark(seat->engine);
}

static struct record record_of_forward(const struct desk *desk, const struct action *action,
                                       const struct record *record)
{
    return (struct record){ .topic = desk->config->topics.home,
                            .offset = record->offset,
                            .timestamp = record->timestamp,
                            .key = action->key,
                            .value = action->value,
                            .headers = action->headers,
                            .header_count = action->header_count };
}

/* What is said to a merged ticket comes back for the other, at the list's end, as does what tickets
 * tell each other. */
static void feed_back(struct desk *desk, size_t at, const struct record *record)
{
    struct seat *home = &desk->seats[0];
    for (; at < home->actions.count; at++) {
        if (home->actions.items[at].output != OUTPUT_HOME)
            continue;
        struct record forward = record_of_forward(desk, &home->actions.items[at], record);
        seat_feed(home, &forward, desk->arena);
    }
}

static void feed_home(struct desk *desk, const struct record *record)
{
    struct seat *home = &desk->seats[0];
    size_t at = home->actions.count;
    seat_feed(home, record, desk->arena);
    feed_back(desk, at, record);
}

/* What an intake forwards comes home at once. */
static void feed_intake(struct desk *desk, struct seat *intake, const struct record *record)
{
    actions_clear(&intake->actions);
    seat_feed(intake, record, desk->arena);
    for (size_t i = 0; i < intake->actions.count; i++) {
        const struct action *action = &intake->actions.items[i];
        struct record forward = record_of_forward(desk, action, record);
        if (action->output == OUTPUT_HOME)
            feed_home(desk, &forward);
    }
}

const struct actions *desk_messages(const struct desk *desk)
{
    return &desk->board->actions;
}

/* Each notice at its own time, then up to where the tickets have come to. */
static void supervise(struct desk *desk)
{
    struct seat *home = &desk->seats[0], *board = desk->board;
    if (board == NULL)
        return;
    actions_clear(&board->actions);
    for (size_t i = 0; i < home->actions.count; i++) {
        const struct action *action = &home->actions.items[i];
        if (action->output != OUTPUT_NOTICES)
            continue;
        struct record record = { .topic = desk->config->topics.notices,
                                 .timestamp = home->clock.now,
                                 .key = action->key,
                                 .value = action->value };
        seat_feed(board, &record, desk->arena);
    }
    engine_advance(board->ops, board->engine, &board->clock, home->clock.now, &board->actions);
    board->ops->mark(board->engine);
}

const struct actions *desk_line(struct desk *desk, struct str line, struct error *err)
{
    struct record record;
    bool bare;
    arena_reset(desk->arena);
    actions_clear(&desk->seats[0].actions);
    if (!record_from_line(line, &desk->defaults, desk->arena, &record, &bare, err))
        return NULL;
    if (bare) {
        desk->defaults.offset++;
        desk->defaults.timestamp = record.timestamp;
    }
    for (size_t i = 0; i < desk->config->source_count; i++) {
        if (!str_equal(record.topic, desk->config->sources[i].topic))
            continue;
        record.partition = 0;
        if (i == 0)
            feed_home(desk, &record);
        else
            feed_intake(desk, &desk->seats[i], &record);
        supervise(desk);
        return &desk->seats[0].actions;
    }
    error_set(err, "topic '%.*s' is no input of this configuration", STR_ARG(record.topic));
    return NULL;
}

const struct actions *desk_advance(struct desk *desk, time_ms until)
{
    struct seat *seat = &desk->seats[0];
    actions_clear(&seat->actions);
    engine_advance(seat->ops, seat->engine, &seat->clock, until, &seat->actions);
    seat->ops->mark(seat->engine);
    struct record record = { .offset = desk->defaults.offset, .timestamp = until };
    feed_back(desk, 0, &record);
    supervise(desk);
    return &seat->actions;
}

const struct actions *desk_reload(struct desk *desk, const struct config *config)
{
    struct seat *seat = &desk->seats[0];
    seat->ops->configure(seat->engine, config);
    return desk_advance(desk, seat->clock.now + 1);
}

/* Who hears of one stage's rules. */
struct listener {
    const struct engine_ops *ops;
    series_fn *each;
    void *arg;
};

static void tell_rule(void *arg, int row, const struct str values[SERIES_LABELS], uint64_t value)
{
    const struct listener *listener = arg;
    if (strcmp(listener->ops->series_rows[row].name, RULE_HITS) == 0)
        listener->each(listener->arg, row, values, value);
}

static void tell_rules(const struct seat *seat, series_fn *each, void *arg)
{
    struct listener listener = { seat->ops, each, arg };
    seat->ops->series(seat->engine, tell_rule, &listener);
}

void desk_rules(const struct desk *desk, series_fn *each, void *arg)
{
    for (size_t i = 0; i < desk->config->source_count; i++)
        tell_rules(&desk->seats[i], each, arg);
    if (desk->board != NULL)
        tell_rules(desk->board, each, arg);
}
