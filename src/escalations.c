/* Stage escalations: notices in, messages to supervisors out. The ladder already decided whom to
 * tell and when; here notices that belong together become one message. */
#include "stages.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/zone.h"
#include "config/config.h"
#include "escalate/flush.h"
#include "escalate/heartbeat.h"
#include "escalate/suppressed.h"
#include "escalations_tally.h"
#include "globals.h"
#include "model/changelog.h"

/* What an undo takes back beside the groups. */
struct progress {
    struct escalations_tally tally;
    uint64_t silences; /* the version of the table by which all that is muted was judged */
    bool rejudge;      /* by another configuration, or another release */
    time_ms beat;      /* when the next heartbeat is due; TIME_NEVER: none is */
};

struct escalations {
    const struct config *config;
    const struct globals *globals;
    bool alive;
    struct inhibitions *inhibitions;
    struct groups *groups;
    struct spent *spent;
    struct match_scratch *scratch;
    struct zone *zone;
    struct changelog changelog;
    struct progress progress, committed; /* now, and at the last mark */
    struct rule_hits hits, hits_committed;
};

struct notice_prepared {
    const struct record *record;
    bool decoded;
    struct notice notice;
    struct str refusal;
};

enum { GROUPS_VERSION = 1 /* of the changelog */, UPCOMING_MOST = 32 };

static time_ms first_beat(const struct escalations *stage)
{
    return stage->alive && stage->config->heartbeat > 0 ? 0 : TIME_NEVER;
}

static struct engine *escalations_create(const struct engine_setup *setup)
{
    struct escalations *stage = mem_alloc(sizeof(*stage));
    stage->config = setup->config;
    stage->globals = setup->globals;
    stage->alive = setup->alive;
    stage->progress.beat = stage->committed.beat = first_beat(stage);
    stage->inhibitions = inhibitions_new(setup->config);
    stage->groups = groups_new(stage->inhibitions, setup->changelog_at_commit);
    stage->spent = spent_new();
    stage->scratch = match_scratch_new();
    rule_hits_reset(&stage->hits, setup->config);
    rule_hits_reset(&stage->hits_committed, setup->config);
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
    inhibitions_free(stage->inhibitions);
    spent_free(stage->spent);
    match_scratch_free(stage->scratch);
    rule_hits_free(&stage->hits);
    rule_hits_free(&stage->hits_committed);
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
    if (notice->pace.rests)
        return notice->pace.interval;
    return stage->config->group_interval[notice->band < 0 ? 1 : notice->band];
}

static time_ms wait_of(const struct escalations *stage, const struct notice *notice)
{
    return notice->pace.waits ? notice->pace.wait : stage->config->group_wait;
}

/* What was muted in it is told in company: after the shortest of its waits. */
static time_ms wait_of_muted(const struct escalations *stage, const struct group *group)
{
    time_ms shortest = TIME_NEVER;
    struct notice notice;
    for (size_t i = 0; i < group->member_count; i++) {
        if (!group->members[i]->muted)
            continue;
        member_notice(group->members[i], &notice);
        shortest = time_min(shortest, wait_of(stage, &notice));
    }
    return shortest;
}

static struct quiet quiet_of(const struct escalations *stage)
{
    return (struct quiet){ .config = stage->config,
                           .inhibitions = stage->inhibitions,
                           .silences = globals_silences(stage->globals),
                           .spent = stage->spent,
                           .scratch = stage->scratch };
}

static int compare_strs(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static int compare_groups(const void *a, const void *b)
{
    return str_compare((*(struct group *const *)a)->name, (*(struct group *const *)b)->name);
}

/* What is muted is judged again: at once, or in company. */
static void wake_muted(struct escalations *stage, time_ms now, bool at_once,
                       struct actions *actions)
{
    size_t count = 0, place = 0;
    struct group **groups =
        arena_alloc_raw(actions->arena, (groups_count(stage->groups) + 1) * sizeof(struct group *));
    if (groups_muted(stage->groups) == 0)
        return;
    for (struct group *group; (group = groups_each(stage->groups, &place)) != NULL;) {
        if (group->muted_count > 0)
            groups[count++] = group;
    }
    qsort(groups, count, sizeof(struct group *), compare_groups);
    for (size_t i = 0; i < count; i++)
        groups_wake(stage->groups, groups[i], at_once ? now : now + wait_of_muted(stage, groups[i]),
                    actions);
}

/* The last source of an inhibition ended in this turn: what it kept quiet is told, in company. */
static void conclude(struct escalations *stage, const struct moment *moment,
                     struct actions *actions)
{
    if (inhibitions_released(stage->inhibitions))
        wake_muted(stage, moment->now, false, actions);
}

static bool covers_another(const struct escalations *stage, const struct silence *silence)
{
    const struct member *member;
    struct notice notice;
    for (size_t at = 0; (member = groups_next_member(stage->groups, &at)) != NULL;) {
        member_notice(member, &notice);
        if (notice.status != NOTICE_RESOLVED && quiet_covers(silence, &notice, stage->scratch))
            return true;
    }
    return false;
}

/* Silences that were to last until all is resolved, and the last of it just was. */
static void spend_silences(struct escalations *stage, const struct notice *notice, time_ms now,
                           struct actions *actions)
{
    const struct quiet quiet = quiet_of(stage);
    const struct silence *silence;
    size_t count = 0;
    struct str *over =
        arena_alloc_raw(actions->arena, (quiet.silences ? silences_count(quiet.silences) + 1 : 1) *
                                            sizeof(struct str));
    for (size_t at = 0; (silence = silences_next(quiet.silences, &at)) != NULL;) {
        if (silence->until_resolved && quiet_is_on(&quiet, silence, now) &&
            quiet_covers(silence, notice, stage->scratch) && !covers_another(stage, silence))
            over[count++] = silence->id;
    }
    qsort(over, count, sizeof(*over), compare_strs);
    for (size_t i = 0; i < count; i++)
        spent_add(stage->spent, over[i], now, actions);
}

static void note_duplicate(struct escalations *stage, const struct notice *notice,
                           const struct member *member, time_ms now, struct actions *actions)
{
    const struct cause why = { SUPPRESSED_AS_DUPLICATE, STR_NONE, TIME_NEVER };
    stage->progress.tally.suppressed++;
    suppressed_add(stage->config, notice, member->group->name, &why, NULL, now, actions);
}

static void take_notice(struct escalations *stage, const struct notice_prepared *prepared,
                        const struct moment *moment, struct actions *actions)
{
    const struct notice *notice = &prepared->notice;
    stage->progress.tally.notices++;
    if (notice->status == NOTICE_ERASED) {
        groups_erase(stage->groups, notice->ticket, actions);
        return;
    }
    const struct member *member = groups_find(stage->groups, notice, actions->arena);
    /* The end of something that this level was never told of needs no message. */
    if (member == NULL && notice->status != NOTICE_FIRING)
        return;
    if (member && is_same(member, notice)) {
        note_duplicate(stage, notice, member, moment->now, actions);
        return;
    }
    const struct group_pace pace = { moment->now, wait_of(stage, notice),
                                     interval_of(stage, notice) };
    struct str name = groups_name(notice, stage->config->group_by, actions->arena);
    groups_put(stage->groups, notice, name, &pace, actions);
    if (notice->status == NOTICE_RESOLVED)
        spend_silences(stage, notice, moment->now, actions);
}

/* The version that the changelog may be written in; 0: nothing is said of it. */
static int allowed_version(const struct escalations *stage)
{
    return globals_version(stage->globals, OUTPUT_GROUPS);
}

static void announce(struct escalations *stage, struct actions *actions)
{
    changelog_raise(&stage->changelog, allowed_version(stage));
    changelog_announce(&stage->changelog, actions);
}

static bool must_announce(const struct escalations *stage)
{
    return changelog_awaits(&stage->changelog, allowed_version(stage));
}

static struct deadletter_writer letter_writer(struct escalations *stage)
{
    return (struct deadletter_writer){ stage->config, SOURCE_ESCALATIONS,
                                       &stage->progress.tally.dead_letters, &stage->hits };
}

static void escalations_feed(struct engine *engine, struct prepared *opaque,
                             const struct moment *moment, struct actions *actions)
{
    struct escalations *stage = (struct escalations *)engine;
    const struct notice_prepared *prepared = (const struct notice_prepared *)opaque;
    /* A level that the configuration no longer has is no reason to refuse: tickets climb on the
     * ladder they began with, and whoever was told must hear the end (message_add sees to it). */
    if (prepared->decoded) {
        announce(stage, actions); /* why: see tickets_feed */
        take_notice(stage, prepared, moment, actions);
        conclude(stage, moment, actions);
        return;
    }
    const struct deadletter_writer writer = letter_writer(stage);
    deadletter_add(&writer, prepared->record, prepared->refusal, STR(""), moment->now, actions);
}

static void escalations_poison(struct engine *engine, const struct record *record, int attempts,
                               const struct moment *moment, struct actions *actions)
{
    struct escalations *stage = (struct escalations *)engine;
    const struct deadletter_writer writer = letter_writer(stage);
    deadletter_poison(&writer, record, attempts, moment->now, actions);
}

static bool must_rejudge(const struct escalations *stage)
{
    return stage->progress.rejudge ||
           stage->progress.silences != silences_version(globals_silences(stage->globals));
}

/* A silence came, went or was changed: what is open is told at once. Or the inhibitions may be
 * others, of which nobody waits to hear. */
static void rejudge(struct escalations *stage, const struct moment *moment, struct actions *actions)
{
    const struct silences *silences = globals_silences(stage->globals);
    bool asked = stage->progress.silences != silences_version(silences);
    stage->progress.rejudge = false;
    stage->progress.silences = silences_version(silences);
    wake_muted(stage, moment->now, asked, actions);
    spent_sweep(stage->spent, silences, actions);
}

static void flush(struct escalations *stage, struct group *group, const struct moment *moment,
                  struct actions *actions)
{
    struct flush flush = {
        .quiet = quiet_of(stage), .groups = stage->groups, .zone = stage->zone, .hits = &stage->hits
    };
    flush_group(&flush, group, moment, actions);
    stage->progress.tally.messages += flush.messages;
    stage->progress.tally.suppressed += flush.suppressed;
}

/* The first only sets the time: who has just begun does not know yet whether it is behind. */
static void beat(struct escalations *stage, const struct moment *moment, struct actions *actions)
{
    time_ms next = heartbeat_after(stage->config, moment->now);
    if (stage->progress.beat > 0)
        heartbeat_add(stage->config, stage->groups, moment->now, next, actions);
    stage->progress.beat = next;
}

static time_ms flush_time(const struct escalations *stage)
{
    const struct group *group = groups_due(stage->groups);
    return group ? group_due(group) : TIME_NEVER;
}

static time_ms escalations_next(const struct engine *engine)
{
    const struct escalations *stage = (const struct escalations *)engine;
    if (must_rejudge(stage) || must_announce(stage))
        return 0;
    return time_min(flush_time(stage), stage->progress.beat);
}

static bool escalations_tick(struct engine *engine, const struct moment *moment, unsigned limit,
                             struct actions *actions)
{
    struct escalations *stage = (struct escalations *)engine;
    for (unsigned fired = 0; fired < limit; fired++) {
        if (escalations_next(engine) > moment->horizon)
            return false;
        if (must_announce(stage))
            announce(stage, actions);
        else if (must_rejudge(stage))
            rejudge(stage, moment, actions);
        else if (stage->progress.beat <= flush_time(stage))
            beat(stage, moment, actions);
        else
            flush(stage, groups_due(stage->groups), moment, actions);
        conclude(stage, moment, actions);
    }
    return escalations_next(engine) <= moment->horizon;
}

static bool escalations_restore(struct engine *engine, struct str key, struct str value,
                                struct error *err)
{
    struct escalations *stage = (struct escalations *)engine;
    if (str_is(key, CHANGELOG_FORMAT_KEY))
        return changelog_restore(&stage->changelog, value, err);
    if (str_starts(key, STR("s/")))
        return spent_restore(stage->spent, key, value, err);
    return groups_restore(stage->groups, key, value, err);
}

static bool escalations_restored(struct engine *engine, struct error *err)
{
    struct escalations *stage = (struct escalations *)engine;
    stage->progress.rejudge = stage->committed.rejudge = groups_muted(stage->groups) > 0;
    stage->progress.silences = stage->committed.silences =
        silences_version(globals_silences(stage->globals));
    inhibitions_released(stage->inhibitions);
    return changelog_restored(&stage->changelog, groups_count(stage->groups) > 0 ? "groups" : NULL,
                              err);
}

static void escalations_changelog(const struct engine *engine, struct actions *actions)
{
    groups_changelog(((const struct escalations *)engine)->groups, actions);
}

static bool escalations_unsaved(const struct engine *engine)
{
    return groups_changed(((const struct escalations *)engine)->groups);
}

static void escalations_mark(struct engine *engine)
{
    struct escalations *stage = (struct escalations *)engine;
    stage->committed = stage->progress;
    rule_hits_copy(&stage->hits_committed, &stage->hits);
    changelog_mark(&stage->changelog);
    groups_mark(stage->groups);
    spent_mark(stage->spent);
}

static void escalations_undo(struct engine *engine)
{
    struct escalations *stage = (struct escalations *)engine;
    stage->progress = stage->committed;
    rule_hits_copy(&stage->hits, &stage->hits_committed);
    changelog_undo(&stage->changelog);
    groups_undo(stage->groups);
    spent_undo(stage->spent);
    inhibitions_released(stage->inhibitions);
}

static void escalations_configure(struct engine *engine, const struct config *config)
{
    struct escalations *stage = (struct escalations *)engine;
    stage->config = config;
    inhibitions_configure(stage->inhibitions, config);
    rule_hits_reset(&stage->hits, config);
    rule_hits_reset(&stage->hits_committed, config);
    const struct member *member;
    for (size_t at = 0; (member = groups_next_member(stage->groups, &at)) != NULL;)
        inhibitions_join(stage->inhibitions, member);
    stage->progress.rejudge = stage->committed.rejudge = groups_muted(stage->groups) > 0;
    stage->progress.beat = stage->committed.beat = first_beat(stage);
    zone_close(stage->zone);
    stage->zone = zone_open(config->zone, NULL);
}

static void escalations_count(const struct engine *engine, uint64_t *values)
{
    const struct escalations *stage = (const struct escalations *)engine;
    escalations_tally_values(&stage->committed.tally, stage->groups, values);
}

static void escalations_series(const struct engine *engine, series_fn *each, void *arg)
{
    const struct escalations *stage = (const struct escalations *)engine;
    escalations_tally_series(&stage->committed.tally, stage->groups, &stage->hits_committed,
                             stage->config, each, arg);
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

static int escalations_written(const struct engine *engine)
{
    return ((const struct escalations *)engine)->changelog.version;
}

const struct engine_ops escalations_engine = {
    .name = "escalations",
    .newest = GROUPS_VERSION,
    .written = escalations_written,
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
    .changelog = escalations_changelog,
    .unsaved = escalations_unsaved,
    .mark = escalations_mark,
    .undo = escalations_undo,
    .configure = escalations_configure,
    .counter_rows = escalations_tally_rows,
    .counters = escalations_count,
    .series_rows = escalations_tally_series_rows,
    .series = escalations_series,
    .upcoming = escalations_upcoming,
};
