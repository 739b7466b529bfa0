/* Stage intake: what arrives in a foreign topic goes home, so that one ticket has one owner
 * whatever the producers do. Stateless: nothing to restore or to wait for. */
#include "base/mem.h"
#include "config/config.h"
#include "decode/event.h"
#include "encode/deadletter.h"
#include "encode/forward.h"
#include "stages.h"

#include <stdlib.h>

struct intake {
    const struct config *config;
    struct str topic;
    int32_t home_partitions;
    struct intake_tally {
        uint64_t forwards, skipped;
        struct deadletter_tally dead_letters;
    } tally, committed; /* now, and at the last mark */
    struct rule_hits hits, hits_committed;
};

struct intake_prepared {
    const struct record *record;
    const struct config_source *source;
    bool decoded;
    struct event event;
    struct refusal refusal;
};

static const struct engine_counter intake_counters[] = {
    { "forwards", false, "Events sent home." },
    { "deadletters", false, "Events that could not be read." },
    { "skipped", false, "Records that their format knows to be no events." },
    { 0 },
};

static const struct config_source *find_source(const struct config *config, struct str topic)
{
    for (size_t i = 0; i < config->source_count; i++) {
        if (str_equal(config->sources[i].topic, topic))
            return &config->sources[i];
    }
    return NULL;
}

static struct engine *intake_create(const struct engine_setup *setup)
{
    struct intake *intake = mem_alloc(sizeof(*intake));
    intake->config = setup->config;
    intake->topic = setup->topic;
    intake->home_partitions = setup->home_partitions;
    rule_hits_reset(&intake->hits, setup->config);
    rule_hits_reset(&intake->hits_committed, setup->config);
    return (struct engine *)intake;
}

static void intake_destroy(struct engine *engine)
{
    struct intake *intake = (struct intake *)engine;
    rule_hits_free(&intake->hits);
    rule_hits_free(&intake->hits_committed);
    free(intake);
}

static struct prepared *intake_prepare(struct engine *engine, const struct record *record,
                                       struct arena *arena)
{
    const struct intake *intake = (const struct intake *)engine;
    const struct config *config = intake->config;
    struct intake_prepared *prepared = arena_alloc(arena, sizeof(*prepared));
    prepared->record = record;
    prepared->source = find_source(config, intake->topic);
    prepared->decoded = event_decode(record, prepared->source, config->max_event, arena,
                                     &prepared->event, &prepared->refusal);
    return (struct prepared *)prepared;
}

static time_ms intake_time(const struct prepared *prepared)
{
    (void)prepared;
    return TIME_NEVER;
}

static struct deadletter_writer letter_writer(struct intake *intake)
{
    return (struct deadletter_writer){ intake->config, SOURCE_INTAKE, &intake->tally.dead_letters,
                                       &intake->hits };
}

static void intake_feed(struct engine *engine, struct prepared *opaque, const struct moment *moment,
                        struct actions *actions)
{
    struct intake *intake = (struct intake *)engine;
    const struct intake_prepared *prepared = (const struct intake_prepared *)opaque;
    if (prepared->decoded) {
        intake->tally.forwards++;
        forward_add(intake->config, prepared->record, event_key(&prepared->event),
                    prepared->source ? prepared->source->format : STR("ombud"),
                    intake->home_partitions, actions);
    } else if (prepared->refusal.skipped) {
        intake->tally.skipped++;
    } else {
        const struct deadletter_writer writer = letter_writer(intake);
        deadletter_add(&writer, prepared->record, prepared->refusal.reason, prepared->refusal.at,
                       moment->now, actions);
    }
}

static void intake_poison(struct engine *engine, const struct record *record, int attempts,
                          const struct moment *moment, struct actions *actions)
{
    struct intake *intake = (struct intake *)engine;
    const struct deadletter_writer writer = letter_writer(intake);
    deadletter_poison(&writer, record, attempts, moment->now, actions);
}

static bool intake_tick(struct engine *engine, const struct moment *moment, unsigned limit,
                        struct actions *actions)
{
    (void)engine, (void)moment, (void)limit, (void)actions;
    return false;
}

static time_ms intake_next(const struct engine *engine)
{
    (void)engine;
    return TIME_NEVER;
}

static bool intake_restore(struct engine *engine, struct str key, struct str value,
                           struct error *err)
{
    (void)engine, (void)key, (void)value;
    return error_set(err, "stage intake has no changelog");
}

static bool intake_restored(struct engine *engine, struct error *err)
{
    (void)engine, (void)err;
    return true;
}

static void intake_mark(struct engine *engine)
{
    struct intake *intake = (struct intake *)engine;
    intake->committed = intake->tally;
    rule_hits_copy(&intake->hits_committed, &intake->hits);
}

static void intake_undo(struct engine *engine)
{
    struct intake *intake = (struct intake *)engine;
    intake->tally = intake->committed;
    rule_hits_copy(&intake->hits, &intake->hits_committed);
}

static void intake_configure(struct engine *engine, const struct config *config)
{
    struct intake *intake = (struct intake *)engine;
    intake->config = config;
    rule_hits_reset(&intake->hits, config);
    rule_hits_reset(&intake->hits_committed, config);
}

static void intake_count(const struct engine *engine, uint64_t *values)
{
    const struct intake *intake = (const struct intake *)engine;
    values[0] = intake->committed.forwards;
    values[1] = deadletter_total(&intake->committed.dead_letters);
    values[2] = intake->committed.skipped;
}

enum { SERIES_DEADLETTERS, SERIES_RULES };

static const struct series_row intake_rows[] = {
    [SERIES_DEADLETTERS] = DEADLETTER_SERIES, [SERIES_RULES] = RULE_HITS_SERIES, { 0 }
};

static void intake_series(const struct engine *engine, series_fn *each, void *arg)
{
    const struct intake *intake = (const struct intake *)engine;
    deadletter_series(&intake->committed.dead_letters, SERIES_DEADLETTERS, each, arg);
    rule_hits_series(&intake->hits_committed, intake->config, RULE_OF_INTAKE, SERIES_RULES, each,
                     arg);
}

const struct engine_ops intake_engine = {
    .name = "intake",
    .create = intake_create,
    .destroy = intake_destroy,
    .prepare = intake_prepare,
    .prepared_time = intake_time,
    .feed = intake_feed,
    .poison = intake_poison,
    .tick = intake_tick,
    .next = intake_next,
    .restore = intake_restore,
    .restored = intake_restored,
    .mark = intake_mark,
    .undo = intake_undo,
    .configure = intake_configure,
    .counter_rows = intake_counters,
    .counters = intake_count,
    .series_rows = intake_rows,
    .series = intake_series,
};
