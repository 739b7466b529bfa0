/* The stage that groups notices into messages: over virtual time, through undo and restore. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "config/config.h"
#include "config/outputs.h"
#include "json/json.h"
#include "model/notice.h"
#include "stages.h"

static const struct str lead_people[] = { { "quality-lead", 12 } };
static const struct str *people[] = { lead_people, NULL };
static size_t people_counts[] = { 1, 0 };
static struct config_department departments[] = {
    { .slug = { "quality", 7 },
      .name = { { "质量部", 9 }, { "Quality", 7 } },
      .people = people,
      .people_counts = people_counts },
};
static struct config_level levels[] = {
    { { "lead", 4 }, { "esc.lead", 8 } },
    { { "manager", 7 }, { "esc.manager", 11 } },
};
static struct config_route root = { .department = 0 };
static const struct config config = {
    .departments = departments,
    .department_count = 1,
    .levels = levels,
    .level_count = 2,
    .root = &root,
    .group_by = 1u << LABEL_DEPARTMENT | 1u << LABEL_TRIGGER,
    .max_silence = TIME_DAY,
    .group_wait = 10000,
    .group_interval = { 0, 0, 15 * TIME_MINUTE, TIME_HOUR },
    .max_event = 524288,
    .zone = { "Asia/Shanghai", 13 },
    .fingerprint = "0123456789ab",
};

struct bench {
    struct engine *engine;
    struct actions actions;
    struct arena *arena;
    struct actions log; /* changelog of committed turns */
};

static struct engine *new_engine(void)
{
    struct engine_setup setup = {
        .config = &config, .topic = STR("notices"), .partition_count = 1, .home_partitions = 12
    };
    return escalations_engine.create(&setup);
}

static struct bench *stage_new(void)
{
    json_init();
    struct bench *stage = calloc(1, sizeof(*stage));
    stage->engine = new_engine();
    stage->arena = arena_new(65536);
    actions_init(&stage->actions);
    actions_init(&stage->log);
    return stage;
}

static void stage_free(struct bench *stage)
{
    escalations_engine.destroy(stage->engine);
    arena_free(stage->arena);
    actions_free(&stage->actions);
    actions_free(&stage->log);
    free(stage);
}

/* Each notice has an id of its own. */
static struct notice notice_of(const char *ticket, int score, enum notice_status status, time_ms at)
{
    static unsigned long counter;
    static char id[33];
    snprintf(id, sizeof(id), "%032lx", ++counter);
    return (struct notice){ .id = { id, 32 },
                            .ticket = str_from(ticket),
                            .department = STR("quality"),
                            .level = STR("lead"),
                            .step = 1,
                            .status = status,
                            .trigger = STR("breach"),
                            .since = at,
                            .time = at,
                            .score = score,
                            .band = score >= 80 ? 0 : 1,
                            .clock = STR("response"),
                            .due = at,
                            .next_at = TIME_NEVER,
                            .by = status == NOTICE_FIRING ? STR_NONE : STR("wang") };
}

static void feed(struct bench *stage, const struct notice *notice)
{
    struct str value = notice_encode(notice, stage->arena);
    struct record record = { .topic = STR("notices"), .timestamp = notice->time, .value = value };
    struct task_clock clock = { .mode = CLOCK_WALL };
    struct prepared *prepared = escalations_engine.prepare(stage->engine, &record, stage->arena);
    engine_turn(&escalations_engine, stage->engine, &clock, prepared, notice->time, notice->time,
                &stage->actions);
}

/* Commits: the changelog grows and the undo log is forgotten. */
static void commit(struct bench *stage)
{
    for (size_t i = 0; i < stage->actions.count; i++) {
        if (stage->actions.items[i].output != OUTPUT_GROUPS)
            continue;
        struct action *kept = actions_add(&stage->log, OUTPUT_GROUPS);
        kept->key = arena_copy(stage->log.arena, stage->actions.items[i].key);
        kept->value = arena_copy(stage->log.arena, stage->actions.items[i].value);
    }
    actions_clear(&stage->actions);
    escalations_engine.mark(stage->engine);
}

/* The one message that time up to `at` brings, parsed; NULL: none. What a removed level's own topic
 * hears of it is not counted. */
static const cJSON *message_at(struct bench *stage, time_ms at)
{
    struct moment moment = { at, at, at };
    while (escalations_engine.tick(stage->engine, &moment, 1, &stage->actions))
        ;
    const cJSON *found = NULL;
    for (size_t i = 0; i < stage->actions.count; i++) {
        if (stage->actions.items[i].output != OUTPUT_ESCALATIONS ||
            str_present(stage->actions.items[i].topic))
            continue;
        assert_null(found);
        assert_int_equal(stage->actions.items[i].index, 0);
        size_t offset = 0;
        found = json_parse(stage->actions.items[i].value, &json_event_limits, stage->arena, NULL,
                           &offset, NULL);
        assert_non_null(found);
    }
    return found;
}

static void assert_member(const cJSON *object, const char *pointer, const char *expected)
{
    const cJSON *item = json_pointer(object, str_from(pointer));
    struct arena *arena = arena_new(1024);
    struct str text = json_scalar(item, arena);
    if (!str_is(text, expected))
        fail_msg("%s is '%.*s', not '%s'", pointer, STR_ARG(text), expected);
    arena_free(arena);
}

static void assert_contains(const cJSON *object, const char *pointer, const char *expected)
{
    const char *text = cJSON_GetStringValue(json_pointer(object, str_from(pointer)));
    if (!text || !strstr(text, expected))
        fail_msg("%s is '%s', without '%s'", pointer, text, expected);
}

static void notices_within_the_wait_become_one_message(void **state)
{
    (void)state;
    struct bench *stage = stage_new();
    struct notice first = notice_of("T-1", 70, NOTICE_FIRING, 1000);
    feed(stage, &first);
    struct notice second = notice_of("T-2", 90, NOTICE_FIRING, 9000);
    feed(stage, &second);
    commit(stage);
    assert_int_equal(escalations_engine.next(stage->engine), 11000);
    assert_null(message_at(stage, 10999));

    const cJSON *message = message_at(stage, 11000);
    assert_non_null(message);
    assert_member(message, "/group", "lead/quality/breach");
    assert_member(message, "/status", "firing");
    assert_member(message, "/tickets_total", "2");
    assert_member(message, "/tickets/0/ticket", "T-2");
    assert_member(message, "/tickets/1/ticket", "T-1");
    assert_member(message, "/to/0", "quality-lead");
    assert_member(message, "/title", "Quality: 2 complaints are past their promised time");
    assert_member(message, "/tickets/1/due_local", "1970-01-01 08:00");
    assert_int_equal(escalations_engine.next(stage->engine), TIME_NEVER);
    stage_free(stage);
}

static void every_level_that_was_told_hears_the_end(void **state)
{
    (void)state;
    struct bench *stage = stage_new();
    struct notice firing = notice_of("T/1", 70, NOTICE_FIRING, 0);
    feed(stage, &firing);
    assert_non_null(message_at(stage, 10000));
    commit(stage);
    struct notice taken = notice_of("T/1", 70, NOTICE_ACKNOWLEDGED, 20000);
    feed(stage, &taken);
    const cJSON *message = message_at(stage, 30000);
    assert_member(message, "/status", "acknowledged");
    assert_member(message, "/by", "wang");
    commit(stage);
    struct notice resolved = notice_of("T/1", 70, NOTICE_RESOLVED, 40000);
    feed(stage, &resolved);
    message = message_at(stage, 50000);
    assert_member(message, "/status", "resolved");
    assert_member(message, "/tickets_open", "0");
    commit(stage);
    uint64_t counters[8];
    escalations_engine.counters(stage->engine, counters);
    assert_int_equal(counters[3], 0); /* groups */
    assert_int_equal(counters[4], 0); /* members */
    stage_free(stage);
}

static void feed_of_band(struct bench *stage, const char *ticket, int band,
                         enum notice_status status, time_ms at)
{
    struct notice notice = notice_of(ticket, 50, status, at);
    notice.band = band;
    feed(stage, &notice);
    commit(stage);
}

static void a_group_that_was_told_of_rests_but_not_before_a_p1(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        const char *ticket;
        int band;
        enum notice_status status;
        time_ms at, next;
    } rows[] = {
        { "the first of a group waits for company", "T-1", 3, NOTICE_FIRING, 0, 10000 },
        { "a P4 joins a group that was told of", "T-2", 3, NOTICE_FIRING, 20000, 3610000 },
        { "a P3 does not wait so long", "T-3", 2, NOTICE_FIRING, 30000, 910000 },
        { "nor does another change it", "T-2", 3, NOTICE_RESOLVED, 35000, 910000 },
        { "a P1 takes all of them along", "T-4", 0, NOTICE_FIRING, 40000, 50000 },
        { "the end of a P4 alone can wait", "T-1", 3, NOTICE_RESOLVED, 60000, 3650000 },
        { "the end of a P1 is told at once", "T-4", 0, NOTICE_RESOLVED, 70000, 80000 },
        { "the last one's end, too, rests", "T-3", 2, NOTICE_RESOLVED, 90000, 980000 },
        { "a new group begins afresh", "T-5", 3, NOTICE_FIRING, 990000, 1000000 },
    };
    struct bench *stage = stage_new();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        time_ms due = escalations_engine.next(stage->engine);
        if (due <= rows[i].at)
            message_at(stage, due);
        commit(stage);
        feed_of_band(stage, rows[i].ticket, rows[i].band, rows[i].status, rows[i].at);
        time_ms next = escalations_engine.next(stage->engine);
        if (next != rows[i].next)
            fail_msg("%s: at %lld, not %lld", rows[i].what, (long long)next,
                     (long long)rows[i].next);
    }
    stage_free(stage);
}

static void what_ended_before_anybody_was_told_stays_quiet(void **state)
{
    (void)state;
    struct bench *stage = stage_new();
    struct notice firing = notice_of("T-1", 70, NOTICE_FIRING, 0);
    feed(stage, &firing);
    struct notice resolved = notice_of("T-1", 70, NOTICE_RESOLVED, 5000);
    feed(stage, &resolved);
    struct notice unknown = notice_of("T-9", 70, NOTICE_RESOLVED, 6000);
    feed(stage, &unknown);
    assert_null(message_at(stage, 60000));
    assert_int_equal(escalations_engine.next(stage->engine), TIME_NEVER);
    stage_free(stage);
}

static void more_than_twenty_are_counted_and_the_most_urgent_listed(void **state)
{
    (void)state;
    struct bench *stage = stage_new();
    for (int i = 0; i < 45; i++) {
        char ticket[16];
        int place = i * 17 % 45; /* they come in no order */
        snprintf(ticket, sizeof(ticket), "T-%d", place);
        struct notice notice = notice_of(ticket, 35 + place, NOTICE_FIRING, i);
        feed(stage, &notice);
    }
    const cJSON *message = message_at(stage, 10000);
    assert_member(message, "/tickets_total", "45");
    assert_int_equal(cJSON_GetArraySize(json_get(message, STR("tickets"))), 20);
    for (int i = 0; i < 20; i++) {
        char pointer[32], ticket[16];
        snprintf(pointer, sizeof(pointer), "/tickets/%d/ticket", i);
        snprintf(ticket, sizeof(ticket), "T-%d", 44 - i);
        assert_member(message, pointer, ticket);
    }
    stage_free(stage);
}

static void an_unreadable_notice_is_dead_lettered(void **state)
{
    (void)state;
    struct bench *stage = stage_new();
    struct record record = { .topic = STR("notices"), .value = STR("{\"ticket\":") };
    struct moment moment = { 1, 1, 1 };
    struct prepared *prepared = escalations_engine.prepare(stage->engine, &record, stage->arena);
    escalations_engine.feed(stage->engine, prepared, &moment, &stage->actions);
    assert_int_equal(stage->actions.items[0].output, OUTPUT_DEADLETTER);
    assert_true(str_equal(stage->actions.items[0].value, record.value));
    const struct action *notice = &stage->actions.items[1];
    struct record as_record = { .headers = notice->headers, .header_count = notice->header_count };
    assert_int_equal(notice->output, OUTPUT_NOTICES);
    assert_true(str_is(record_header(&as_record, "ce_source"), "ombud/escalations"));
    stage_free(stage);
}

/* What the engine would write next, as text: equal texts mean equal state. */
static struct str future(struct engine *engine, struct arena *arena)
{
    struct actions actions;
    actions_init(&actions);
    struct moment moment = { 1 << 30, 1 << 30, 1 << 30 };
    while (escalations_engine.tick(engine, &moment, 1, &actions))
        ;
    struct buf text = { 0 };
    for (size_t i = 0; i < actions.count; i++)
        buf_printf(&text, "%d %.*s = %.*s\n", (int)actions.items[i].output,
                   STR_ARG(actions.items[i].key), STR_ARG(actions.items[i].value));
    struct str copy = arena_copy(arena, buf_str(&text));
    buf_free(&text);
    actions_free(&actions);
    escalations_engine.undo(engine);
    return copy;
}

static void random_turn(struct bench *stage, unsigned *seed, time_ms *now)
{
    *seed = *seed * 1103515245u + 12345u;
    unsigned dice = *seed >> 16;
    *now += dice % 4000;
    char ticket[16];
    snprintf(ticket, sizeof(ticket), "T-%u", dice % 7);
    struct notice notice =
        notice_of(ticket, 40 + (int)(dice % 50), (enum notice_status)(dice / 64 % 3), *now);
    notice.band = (int)(dice / 8192 % 4);
    if (dice / 512 % 4 == 0) {
        struct moment moment = { *now, *now, *now };
        while (escalations_engine.tick(stage->engine, &moment, 2, &stage->actions))
            ;
    } else {
        feed(stage, &notice);
    }
}

static void undo_and_restore_lead_to_the_committed_state(void **state)
{
    (void)state;
    struct bench *stage = stage_new();
    unsigned seed = 7;
    time_ms now = 0;
    for (int round = 0; round < 150; round++) {
        for (unsigned i = 0; i < 1 + seed % 5; i++)
            random_turn(stage, &seed, &now);
        commit(stage);
        struct str before = future(stage->engine, stage->arena);

        unsigned other = seed ^ 99;
        time_ms later = now;
        for (int i = 0; i < 4; i++)
            random_turn(stage, &other, &later);
        actions_clear(&stage->actions);
        escalations_engine.undo(stage->engine);
        struct str undone = future(stage->engine, stage->arena);
        assert_true(str_equal(before, undone));

        struct engine *restored = new_engine();
        for (size_t i = 0; i < stage->log.count; i++) {
            struct error err;
            if (!escalations_engine.restore(restored, stage->log.items[i].key,
                                            stage->log.items[i].value, &err))
                fail_msg("%s", err.text);
        }
        assert_true(escalations_engine.restored(restored, NULL));
        escalations_engine.mark(restored);
        assert_true(str_equal(before, future(restored, stage->arena)));
        escalations_engine.destroy(restored);
    }
    stage_free(stage);
}

static void notices_of_a_removed_level_end_where_the_first_one_hears_it(void **state)
{
    static const struct {
        enum notice_status status;
        const char *told;
    } rows[] = {
        { NOTICE_FIRING, "firing" }, /* the ticket climbs on the ladder it began with */
        { NOTICE_ACKNOWLEDGED, "acknowledged" },
        { NOTICE_RESOLVED, "resolved" },
    };
    struct config other = config;
    other.level_count = 1;
    other.topics.escalation_prefix = STR("esc.");
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct bench *stage = stage_new();
        struct notice firing = notice_of("T-1", 70, NOTICE_FIRING, 0);
        firing.level = STR("manager");
        feed(stage, &firing);
        struct moment moment = { 10000, 10000, 10000 };
        escalations_engine.tick(stage->engine, &moment, 1, &stage->actions);
        commit(stage);
        escalations_engine.configure(stage->engine, &other);
        struct notice next = notice_of("T-1", 70, rows[i].status, 20000);
        next.level = STR("manager");
        feed(stage, &next);
        const cJSON *message = message_at(stage, 30000); /* in the first level's topic */
        assert_non_null(message);
        assert_member(message, "/group", "manager/quality/breach");
        assert_member(message, "/status", rows[i].told);
        bool over = rows[i].status == NOTICE_RESOLVED;
        const struct action *last = &stage->actions.items[stage->actions.count - 1];
        while (last->output != OUTPUT_ESCALATIONS)
            last--;
        assert_true(over ? str_is(action_topic(last, &other), "esc.manager")
                         : !str_present(last->topic)); /* nobody there waits for its end */
        uint64_t counters[8];
        escalations_engine.counters(stage->engine, counters);
        assert_int_equal(counters[2], 0); /* dead letters */
        assert_int_equal(counters[3], !over);
        stage_free(stage);
    }
}

/* How many heartbeats of that level the clock at `now` brings; the last one's `firing` and `next`.
 */
static int beats_at(struct bench *stage, struct task_clock *clock, bool behind, time_ms now,
                    time_ms *next)
{
    int beats = 0;
    actions_clear(&stage->actions);
    while (engine_pass(&escalations_engine, stage->engine, clock, behind, now, 1, &stage->actions))
        ;
    for (size_t i = 0; i < stage->actions.count; i++) {
        const struct action *action = &stage->actions.items[i];
        size_t at = 0;
        if (action->output != OUTPUT_ESCALATIONS || !str_is(action->key, "heartbeat"))
            continue;
        const cJSON *beat =
            json_parse(action->value, &json_event_limits, stage->arena, NULL, &at, NULL);
        assert_member(beat, "/level", action->index == 0 ? "lead" : "manager");
        assert_member(beat, "/firing", action->index == 0 ? "1" : "0");
        assert_true(time_parse(json_string(json_get(beat, STR("next_at"))), next, NULL));
        beats++;
    }
    escalations_engine.mark(stage->engine);
    return beats;
}

static void each_level_hears_every_minute_that_the_router_lives(void **state)
{
    struct config beating = config;
    struct bench *stage = stage_new();
    time_ms next = 0;
    (void)state;
    beating.heartbeat = TIME_MINUTE;
    struct engine_setup setup = { .config = &beating,
                                  .topic = STR("notices"),
                                  .partition_count = 1,
                                  .home_partitions = 12,
                                  .alive = true };
    escalations_engine.destroy(stage->engine);
    stage->engine = escalations_engine.create(&setup);
    struct notice notice = notice_of("T-1", 70, NOTICE_FIRING, 1000000);
    feed(stage, &notice);
    struct task_clock clock = { .mode = CLOCK_WALL, .now = 1000000, .passed = 1000000 };
    assert_int_equal(beats_at(stage, &clock, false, 1010000, &next), 0);
    assert_int_equal(engine_wake(&escalations_engine, stage->engine, &clock, false), 1020000);
    assert_int_equal(beats_at(stage, &clock, false, 1020000, &next), 2);
    assert_int_equal(next, 1080000);
    assert_int_equal(beats_at(stage, &clock, false, 1079999, &next), 0);
    /* What was missed is missed: there is no storm after a stop. */
    assert_int_equal(beats_at(stage, &clock, false, 1080000 + 8 * TIME_HOUR, &next), 2);
    /* Who is behind does not say that all is quiet. */
    assert_int_equal(beats_at(stage, &clock, true, 1200000 + 8 * TIME_HOUR, &next), 0);
    stage_free(stage);
}

static void nothing_beats_where_time_is_that_of_the_records(void **state)
{
    struct config beating = config;
    (void)state;
    beating.heartbeat = TIME_MINUTE;
    struct engine_setup setup = {
        .config = &beating, .topic = STR("notices"), .partition_count = 1, .home_partitions = 12
    };
    struct engine *engine = escalations_engine.create(&setup);
    assert_int_equal(escalations_engine.next(engine), TIME_NEVER);
    escalations_engine.destroy(engine);
}

static void a_department_that_is_gone_is_told_to_those_who_answer_for_all(void **state)
{
    struct bench *stage = stage_new();
    struct notice firing = notice_of("T-1", 70, NOTICE_FIRING, 0);
    firing.department = STR("removed");
    (void)state;
    feed(stage, &firing);
    const cJSON *message = message_at(stage, 30000);
    assert_non_null(message);
    assert_member(message, "/department", "removed");
    assert_member(message, "/to/0", "quality-lead"); /* the root's */
    stage_free(stage);
}

/* Under the sanitizer the allocator is its own. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t heap(void)
{
    if (__sanitizer_get_current_allocated_bytes)
        return __sanitizer_get_current_allocated_bytes();
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/* A notice as a real ticket has it. */
static struct notice full_notice(const char *ticket, time_ms at)
{
    struct notice notice = notice_of(ticket, 83, NOTICE_FIRING, at);
    notice.event = STR("9f2c31aa-opened");
    notice.ladder = STR("default");
    notice.category = STR("billing");
    notice.account = STR("acct-20481");
    notice.subject = STR("电水壶冒烟，请回电[phone]");
    notice.why = STR("昨天烧水的时候底座突然冒烟，还有很重的焦糊味");
    notice.next_level = STR("manager");
    notice.next_at = at + 3600000;
    return notice;
}

/* An outage: a million open tickets may well have as many notices. */
static void an_open_notice_takes_less_room_than_a_ticket(void **state)
{
    enum { COUNT = 20000, BOUND = 400 };
    (void)state;
    struct bench *stage = stage_new();
    size_t before = 0;
    for (int i = -1000; i < COUNT; i++) {
        char ticket[16];
        if (i == 0)
            before = heap();
        snprintf(ticket, sizeof(ticket), "T-%d", 1000000 + i);
        struct notice notice = full_notice(ticket, 1795219200000);
        feed(stage, &notice);
        actions_clear(&stage->actions);
        escalations_engine.mark(stage->engine);
        arena_reset(stage->arena);
    }
    size_t each = (heap() - before) / COUNT;
    print_message("%zu bytes each\n", each);
    assert_in_range(each, 1, BOUND);
    stage_free(stage);
}

/* An outage: whatever the number of tickets, no record is one that brokers or bridges choke on. */
static void ten_thousand_tickets_in_a_group_make_no_large_record(void **state)
{
    enum { COUNT = 10000, BOUND = 64 * 1024 };
    struct bench *stage = stage_new();
    size_t largest = 0;
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        struct str ticket = arena_printf(stage->arena, "T-%d", 1000000 + i);
        struct notice notice = full_notice(ticket.data, 1795219200000);
        notice.id = arena_printf(stage->arena, "%032d", i);
        feed(stage, &notice);
    }
    const cJSON *message = message_at(stage, 1795219210000);
    assert_member(message, "/tickets_total", "10000");
    for (size_t i = 0; i < stage->actions.count; i++) {
        size_t size = stage->actions.items[i].value.size;
        largest = size > largest ? size : largest;
    }
    print_message("%zu bytes at most\n", largest);
    assert_in_range(largest, 1, BOUND);
    stage_free(stage);
}

static void what_a_notice_says_comes_through_memory_and_restore(void **state)
{
    (void)state;
    struct bench *stage = stage_new();
    struct notice notice = full_notice("T/1", 1795219200000);
    feed(stage, &notice);
    commit(stage);
    struct engine *restored = new_engine();
    for (size_t i = 0; i < stage->log.count; i++)
        assert_true(escalations_engine.restore(restored, stage->log.items[i].key,
                                               stage->log.items[i].value, NULL));
    escalations_engine.destroy(stage->engine);
    stage->engine = restored;
    const cJSON *message = message_at(stage, 1795219210000);
    assert_member(message, "/tickets/0/ticket", "T/1");
    assert_member(message, "/tickets/0/subject", "电水壶冒烟，请回电[phone]");
    assert_member(message, "/tickets/0/why", "昨天烧水的时候底座突然冒烟，还有很重的焦糊味");
    assert_member(message, "/tickets/0/due_local", "2026-11-21 08:00");
    assert_member(message, "/tickets/0/next/level", "manager");
    assert_member(message, "/tickets/0/next/at", "2026-11-21T01:00:00.000Z");
    assert_member(message, "/tickets/0/step", "1");
    assert_member(message, "/tickets/0/score", "83");
    assert_member(message, "/labels/band", "P1");
    assert_member(message, "/text",
                  "Most urgent: T/1 “电水壶冒烟，请回电[phone]” (P1, 83 points), because of "
                  "“昨天烧水的时候底座突然冒烟，还有很重的焦糊味”; the response was promised for "
                  "2026-11-21 08:00. Take it with `ombudctl ack lead/quality/breach --by NAME`, or "
                  "manager hears of it at 2026-11-21 09:00.");
    assert_member(
        message, "/annotations/description_zh",
        "最紧急：T/1“电水壶冒烟，请回电[phone]”（P1，83 分），原因：“昨天烧水的时候底座突然冒烟，"
        "还有很重的焦糊味”；答复承诺时间 2026-11-21 08:00。请用 `ombudctl ack "
        "lead/quality/breach --by 姓名` 接手，否则将于 2026-11-21 09:00 通知 manager。");
    stage_free(stage);
}

/* Whoever copies the command takes this group: "broken promise" is one word, and an account is none
 * that a shell would act on. */
static void the_command_names_the_group_as_one_word(void **state)
{
    (void)state;
    struct bench *stage = stage_new();
    struct notice notice = full_notice("T-1", 1795219200000);
    notice.trigger = STR("broken promise");
    feed(stage, &notice);
    commit(stage);
    const cJSON *message = message_at(stage, 1795219210000);
    assert_contains(message, "/text", "`ombudctl ack 'lead/quality/broken promise' --by NAME`");
    assert_contains(message, "/annotations/description_zh",
                    "`ombudctl ack 'lead/quality/broken promise' --by 姓名`");
    stage_free(stage);
}

/* Level, department and trigger are parts of a key. */
static void a_notice_whose_names_are_no_parts_of_a_key_is_dead_lettered(void **state)
{
    (void)state;
    struct bench *stage = stage_new();
    struct notice notice = notice_of("T-1", 70, NOTICE_FIRING, 1000);
    notice.trigger = STR("breach/response");
    feed(stage, &notice);
    assert_int_equal(stage->actions.items[0].output, OUTPUT_DEADLETTER);
    stage_free(stage);
}

/* Departments' groups, made at different times; the last one is due first. */
static void what_is_sent_next_is_told_soonest_first(void **state)
{
    (void)state;
    static const char *const names[] = { "a", "b", "c", "d", "e" };
    static const time_ms times[] = { 4000, 2000, 3000, 2000, 1000 };
    struct bench *stage = stage_new();
    struct engine_upcoming next[3];
    assert_int_equal(escalations_engine.upcoming(stage->engine, next, 3), 0);
    for (int i = 0; i < 5; i++) {
        struct notice notice = notice_of("T1", 90, NOTICE_FIRING, times[i]);
        notice.department = str_from(names[i]);
        feed(stage, &notice);
    }
    assert_int_equal(escalations_engine.upcoming(stage->engine, next, 3), 3);
    static const struct {
        const char *name;
        time_ms at;
    } expected[] = { { "lead/e/breach", 11000 },
                     { "lead/b/breach", 12000 },
                     { "lead/d/breach", 12000 } };
    for (int i = 0; i < 3; i++) {
        assert_true(str_is(next[i].name, expected[i].name));
        assert_int_equal(next[i].at, expected[i].at);
        assert_int_equal(next[i].size, 1);
    }
    stage_free(stage);
}

static void a_changelog_of_another_shape_is_refused(void **state)
{
    (void)state;
    struct bench *stage = stage_new();
    struct error err;
    assert_true(escalations_engine.restore(stage->engine, STR("m/format"),
                                           STR("{\"version\":2,\"partitions\":1}"), &err));
    assert_false(escalations_engine.restored(stage->engine, &err));
    assert_string_equal(err.text, "the changelog has version 2, this release reads version 1: it "
                                  "was written by a newer release");
    assert_true(escalations_engine.restore(stage->engine, STR("m/format"),
                                           STR("{\"version\":1,\"partitions\":3}"), &err));
    assert_false(escalations_engine.restored(stage->engine, &err));
    assert_false(
        escalations_engine.restore(stage->engine, STR("m/format"), STR("{\"version\":1}"), &err));
    assert_false(escalations_engine.restore(stage->engine, STR("x/what"), STR("{}"), &err));
    assert_false(
        escalations_engine.restore(stage->engine, STR("g/lead/quality/breach"), STR("{"), &err));
    stage_free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notices_within_the_wait_become_one_message),
        cmocka_unit_test(every_level_that_was_told_hears_the_end),
        cmocka_unit_test(a_group_that_was_told_of_rests_but_not_before_a_p1),
        cmocka_unit_test(what_ended_before_anybody_was_told_stays_quiet),
        cmocka_unit_test(more_than_twenty_are_counted_and_the_most_urgent_listed),
        cmocka_unit_test(an_unreadable_notice_is_dead_lettered),
        cmocka_unit_test(undo_and_restore_lead_to_the_committed_state),
        cmocka_unit_test(notices_of_a_removed_level_end_where_the_first_one_hears_it),
        cmocka_unit_test(a_department_that_is_gone_is_told_to_those_who_answer_for_all),
        cmocka_unit_test(an_open_notice_takes_less_room_than_a_ticket),
        cmocka_unit_test(what_a_notice_says_comes_through_memory_and_restore),
        cmocka_unit_test(a_notice_whose_names_are_no_parts_of_a_key_is_dead_lettered),
        cmocka_unit_test(what_is_sent_next_is_told_soonest_first),
        cmocka_unit_test(a_changelog_of_another_shape_is_refused),
        cmocka_unit_test(each_level_hears_every_minute_that_the_router_lives),
        cmocka_unit_test(nothing_beats_where_time_is_that_of_the_records),
        cmocka_unit_test(the_command_names_the_group_as_one_word),
        cmocka_unit_test(ten_thousand_tickets_in_a_group_make_no_large_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
