/* Stage escalations: notices in, messages to supervisors out. The ladder already decided whom to
 * tell and when; here notices that belong together become one message. */
#include "stages.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/zone.h"
#include "config/config.h"
#include "encode/deadletter.h"
#include "escalate/groups.h"
#include "escalate/message.h"
#include "model/changelog.h"

struct escalations {
    const struct config *config;
    struct groups *groups;
    struct zone *zone;
    struct changelog changelog;
    struct tally {
        uint64_t notices, messages;
        struct deadletter_tally dead_letters;
    } tally, committed; /* now, and at the last mark */
};

struct notice_prepared {
    const struct record *record;
    bool decoded;
    struct notice notice;
    struct str refusal;
};

static const struct engine_counter counter_rows[] = {
    { "notices", false, "Notices read." },
    { "escalations", false, "Messages to supervisors." },
    { "deadletters", false, "Notices that could not be taken." },
    { "groups", true, "Groups with open notices." },
    { "members", true, "Open notices." },
    { "member_bytes", true, "Memory that they take." },
    { 0 },
};

enum { GROUPS_VERSION = 1 /* of the changelog */, UPCOMING_MOST = 32 };

static struct engine *escalations_create(const struct engine_setup *setup)
{
    struct escalations *stage = mem_alloc(sizeof(*stage));
    stage->config = setup->config;
    stage->groups = groups_new();
    stage->zone = zone_open(setup->config->zone, NULL);
    stage->changelog = (struct changelog){ .output = OUTPUT_GROUPS,
                                           .partition = setup->partition,
                                           .partition_count = setup->partition_count,
                                           .input = "notices topic",
                                           .oldest = GROUPS_VERSION,
                                           .newest = GROUPS_VERSION };
    changelog_begin(&stage->changelog, setup->changelog_version);
    return (struct engine *)stage;
}

static void escalations_destroy(struct engine *engine)
{
    struct escalations *stage = (struct escalations *)engine;
    groups_free(stage->groups);
    zone_close(stage->zone);
    free(stage);
}

static struct prepared *escalations_prepare(struct engine *engine, const struct record *record,
                                            struct arena *arena)
{
    (void)engine;
    struct notice_prepared *prepared = arena_alloc(arena, sizeof(*prepared));
    prepared->record = record;
    struct error err;
    if (!str_present(record->value))
        prepared->refusal = STR("a notice has a value");
    else if (notice_decode(record->value, arena, &prepared->notice, &err))
        prepared->decoded = true;
    else
        prepared->refusal = arena_copy(arena, str_from(err.text));
    return (struct prepared *)prepared;
}

static time_ms escalations_time(const struct prepared *opaque)
{
    const struct notice_prepared *prepared = (const struct notice_prepared *)opaque;
    return prepared->decoded ? prepared->notice.time : TIME_NEVER;
}

static bool is_same(const struct member *member, const struct notice *notice)
{
    struct notice last;
    member_notice(member, &last);
    return str_equal(last.id, notice->id);
}

/* Who was woken for a P1 hears at once what becomes of it. A dead letter may hide any complaint. */
static time_ms interval_of(const struct escalations *stage, const struct notice *notice)
{
    if (notice->band == 0)
        return 0;
    return stage->config->group_interval[notice->band < 0 ? 1 : notice->band];
}

static void take_notice(struct escalations *stage, const struct notice_prepared *prepared,
                        const struct moment *moment, struct actions *actions)
{
    const struct notice *notice = &prepared->notice;
    const struct member *member = groups_find(stage->groups, notice, actions->arena);
    stage->tally.notices++;
    /* The end of something that this level was never told of needs no message. */
    if (member == NULL && notice->status != NOTICE_FIRING)
        return;
    if (member && is_same(member, notice))
        return;
    const struct group_pace pace = { moment->now, stage->config->group_wait,
                                     interval_of(stage, notice) };
    groups_put(stage->groups, notice, prepared->record->value, &pace, actions);
}

static void escalations_feed(struct engine *engine, struct prepared *opaque,
                             const struct moment *moment, struct actions *actions)
{
    struct escalations *stage = (struct escalations *)engine;
    const struct notice_prepared *prepared = (const struct notice_prepared *)opaque;
    /* A level that the configuration no longer has is no reason to refuse: tickets climb on the
     * ladder they began with, and whoever was told must hear the end (message_add sees to it). */
    if (prepared->decoded) {
        changelog_announce(&stage->changelog, actions); /* why: see tickets_feed */
        take_notice(stage, prepared, moment, actions);
        return;
    }
    deadletter_add(stage->config, SOURCE_ESCALATIONS, prepared->record, prepared->refusal, STR(""),
                   moment->now, &stage->tally.dead_letters, actions);
}

static void escalations_poison(struct engine *engine, const struct record *record, int attempts,
                               const struct moment *moment, struct actions *actions)
{
    struct escalations *stage = (struct escalations *)engine;
    deadletter_poison(stage->config, SOURCE_ESCALATIONS, record, attempts, moment->now,
                      &stage->tally.dead_letters, actions);
}

/* Resolved before anybody was told: a message would only puzzle. */
static bool is_worth_telling(const struct group *group)
{
    if (group->messages > 0)
        return true;
    for (size_t i = 0; i < group->member_count; i++) {
        if (group->members[i]->status != NOTICE_RESOLVED)
            return true;
    }
    return false;
}

static bool escalations_tick(struct engine *engine, const struct moment *moment, unsigned limit,
                             struct actions *actions)
{
    struct escalations *stage = (struct escalations *)engine;
    for (unsigned fired = 0; fired < limit; fired++) {
        struct group *group = groups_due(stage->groups);
        if (group == NULL || group->flush > moment->horizon)
            return false;
        bool told = is_worth_telling(group);
        if (told) {
            stage->tally.messages++;
            message_add(stage->config, stage->zone, group, moment->now, actions);
        }
        groups_flushed(stage->groups, group, told, moment->now, actions);
    }
    const struct group *group = groups_due(stage->groups);
    return group && group->flush <= moment->horizon;
}

static time_ms escalations_next(const struct engine *engine)
{
    const struct group *group = groups_due(((const struct escalations *)engine)->groups);
    return group ? group->flush : TIME_NEVER;
}

static bool escalations_restore(struct engine *engine, struct str key, struct str value,
                                struct error *err)
{
    struct escalations *stage = (struct escalations *)engine;
    if (str_is(key, CHANGELOG_FORMAT_KEY))
        return changelog_restore(&stage->changelog, value, err);
    return groups_restore(stage->groups, key, value, err);
}

static bool escalations_restored(struct engine *engine, struct error *err)
{
    struct escalations *stage = (struct escalations *)engine;
    return changelog_restored(&stage->changelog, groups_count(stage->groups) > 0 ? "groups" : NULL,
                              err);
}

static void escalations_mark(struct engine *engine)
{
    struct escalations *stage = (struct escalations *)engine;
    stage->committed = stage->tally;
    changelog_mark(&stage->changelog);
    groups_mark(stage->groups);
}

static void escalations_undo(struct engine *engine)
{
    struct escalations *stage = (struct escalations *)engine;
    stage->tally = stage->committed;
    changelog_undo(&stage->changelog);
    groups_undo(stage->groups);
}

static void escalations_configure(struct engine *engine, const struct config *config)
{
    struct escalations *stage = (struct escalations *)engine;
    stage->config = config;
    zone_close(stage->zone);
    stage->zone = zone_open(config->zone, NULL);
}

static void escalations_count(const struct engine *engine, uint64_t *values)
{
    const struct escalations *stage = (const struct escalations *)engine;
    values[0] = stage->committed.notices;
    values[1] = stage->committed.messages;
    values[2] = deadletter_total(&stage->committed.dead_letters);
    values[3] = groups_count(stage->groups);
    values[4] = groups_members(stage->groups);
    values[5] = groups_memory(stage->groups);
}

enum { SERIES_DEADLETTERS, SERIES_OPEN };

static const struct series_row series_rows[] = {
    [SERIES_DEADLETTERS] = DEADLETTER_SERIES,
    [SERIES_OPEN] = { "open",
                      true,
                      "Notices that are open, by what became of them.",
                      { "level", "status" } },
    { 0 },
};

/* Whoever looks at a level wants to see it though it has nothing. */
static void count_open(const struct escalations *stage, struct str level, series_fn *each,
                       void *arg)
{
    uint64_t counts[NOTICE_RESOLVED + 1] = { 0 };
    size_t at = 0;
    for (const struct group *group; (group = groups_each(stage->groups, &at)) != NULL;) {
        for (size_t i = 0; str_equal(group->level, level) && i < group->member_count; i++)
            counts[group->members[i]->status]++;
    }
    for (int status = 0; status < NOTICE_RESOLVED; status++) {
        struct str values[SERIES_LABELS] = { level, str_from(notice_status_name(status)) };
        each(arg, SERIES_OPEN, values, counts[status]);
    }
}

static void escalations_series(const struct engine *engine, series_fn *each, void *arg)
{
    const struct escalations *stage = (const struct escalations *)engine;
    deadletter_series(&stage->committed.dead_letters, SERIES_DEADLETTERS, each, arg);
    for (size_t i = 0; i < stage->config->level_count; i++)
        count_open(stage, stage->config->levels[i].name, each, arg);
}

static size_t escalations_upcoming(const struct engine *engine, struct engine_upcoming *list,
                                   size_t most)
{
    const struct escalations *stage = (const struct escalations *)engine;
    const struct group *groups[UPCOMING_MOST];
    size_t count =
        groups_upcoming(stage->groups, groups, most < UPCOMING_MOST ? most : UPCOMING_MOST);
    for (size_t i = 0; i < count; i++)
        list[i] =
            (struct engine_upcoming){ groups[i]->name, groups[i]->flush, groups[i]->member_count };
    return count;
}

const struct engine_ops escalations_engine = {
    .name = "escalations",
    .create = escalations_create,
    .destroy = escalations_destroy,
    .prepare = escalations_prepare,
    .prepared_time = escalations_time,
    .feed = escalations_feed,
    .poison = escalations_poison,
    .tick = escalations_tick,
    .next = escalations_next,
    .restore = escalations_restore,
    .restored = escalations_restored,
    .mark = escalations_mark,
    .undo = escalations_undo,
    .configure = escalations_configure,
    .counter_rows = counter_rows,
    .counters = escalations_count,
    .series_rows = series_rows,
    .series = escalations_series,
    .upcoming = escalations_upcoming,
};
