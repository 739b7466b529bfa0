/* Stage tickets: decides what every event means for its ticket, and lets time pass for all of them.
 * The flow, in order: decode and match text (tickets_prepare), then load the ticket, know
 * duplicates, enrich, score, route, track, encode, save (take_event). */
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "decode/event.h"
#include "encode/deadletter.h"
#include "encode/forward.h"
#include "encode/records.h"
#include "enrich/enrich.h"
#include "globals.h"
#include "stages.h"
#include "track/ladder.h"
#include "track/erasing.h"
#include "track/lifecycle.h"
#include "track/links.h"
#include "track/merging.h"
#include "track/row.h"
#include "track/track.h"
#include "tickets_erase.h"
#include "tickets_inside.h"
#include "tickets_judge.h"

enum prepared_kind { PREPARED_EVENT, PREPARED_FORWARD, PREPARED_DEADLETTER, PREPARED_SKIPPED };

struct tickets_prepared {
    enum prepared_kind kind;
    const struct record *record;
    struct event event;     /* of PREPARED_EVENT and PREPARED_FORWARD */
    struct refusal refusal; /* of PREPARED_DEADLETTER */
    const struct hit *hits;
    size_t hit_count;
};

static struct tickets *tickets_of(struct engine *engine)
{
    return (struct tickets *)engine;
}

static struct deadletter_writer letter_writer(struct tickets *tickets)
{
    return (struct deadletter_writer){ tickets->setup.config, SOURCE_TICKETS,
                                       &tickets->tally.deadletters, &tickets->hits };
}

static struct engine *tickets_create(const struct engine_setup *setup)
{
    struct tickets *tickets = mem_alloc(sizeof(*tickets));
    tickets->setup = *setup;
    tickets->state = state_new(setup->config, setup->partition, setup->partition_count,
                               setup->changelog_version, setup->changelog_at_commit);
    tickets->encoder = encoder_new(setup->config, setup->partition, setup->partition_count);
    tickets->match_scratch = match_scratch_new();
    tickets->arena = arena_new(32 * 1024);
    rule_hits_reset(&tickets->hits, setup->config);
    rule_hits_reset(&tickets->hits_committed, setup->config);
    return (struct engine *)tickets;
}

static void tickets_destroy(struct engine *engine)
{
    struct tickets *tickets = tickets_of(engine);
    if (!tickets)
        return;
    lexicon_scratch_free(tickets->scratch);
    match_scratch_free(tickets->match_scratch);
    features_free(tickets->features);
    encoder_free(tickets->encoder);
    state_free(tickets->state);
    arena_free(tickets->arena);
    rule_hits_free(&tickets->hits);
    rule_hits_free(&tickets->hits_committed);
    free(tickets);
}

/* The version that the changelog may be written in; 0: nothing is said of it. */
static int allowed_version(const struct tickets *tickets)
{
    return globals_version(tickets->setup.globals, OUTPUT_STATE);
}

void tickets_announce(struct tickets *tickets, struct actions *actions)
{
    state_announce(tickets->state, allowed_version(tickets), actions);
}

/* ---- decode, match text ---- */

static void match_text(struct tickets *tickets, struct tickets_prepared *prepared,
                       struct arena *arena)
{
    const struct lexicon *lexicon = tickets->setup.config->lexicon;
    const struct event *event = &prepared->event;
    if (!lexicon || !lifecycle_may_speak(event))
        return;
    if (!tickets->scratch)
        tickets->scratch = lexicon_scratch_new(lexicon);
    prepared->hits = lexicon_scan(lexicon, tickets->scratch, event->subject, event->body, arena,
                                  &prepared->hit_count);
}

static struct prepared *tickets_prepare(struct engine *engine, const struct record *record,
                                        struct arena *arena)
{
    struct tickets *tickets = tickets_of(engine);
    const struct config *config = tickets->setup.config;
    struct tickets_prepared *prepared = arena_alloc(arena, sizeof(*prepared));
    prepared->record = record;
    if (!event_decode(record, event_source(config, record), config->max_event, arena,
                      &prepared->event, &prepared->refusal)) {
        prepared->kind = prepared->refusal.skipped ? PREPARED_SKIPPED : PREPARED_DEADLETTER;
        return (struct prepared *)prepared;
    }
    int32_t home = kafka_partition(event_key(&prepared->event), tickets->setup.partition_count);
    if (home != tickets->setup.partition && !event_type_is_between_partitions(prepared->event.type))
        prepared->kind = PREPARED_FORWARD;
    else
        match_text(tickets, prepared, arena);
    return (struct prepared *)prepared;
}

static time_ms tickets_time(const struct prepared *opaque)
{
    const struct tickets_prepared *prepared = (const struct tickets_prepared *)opaque;
    return prepared->kind == PREPARED_EVENT ? prepared->event.time : TIME_NEVER;
}

/* ---- enrich ---- */

/* Matchers see the customer as it is known, whatever this event says of it. */
static void enrich(struct tickets *tickets, struct turn *turn, struct event *event)
{
    struct ticket *ticket = turn->ticket;
    struct customer customer = ticket->customer;
    const struct customers *table = globals_customers(tickets->setup.globals);
    enrich_customer(table, turn->created ? NULL : &ticket->customer, event, turn->arena, &customer);
    ticket->customer = customer;
    event->customer = customer;
}

/* ---- one event ---- */

static bool is_expired(const struct tickets *tickets, const struct event *event,
                       const struct moment *moment)
{
    return event->type != EVENT_OPENED && event->type != EVENT_SNAPSHOT &&
           !links_own(event->type) &&
           event->time < moment->stream - tickets->setup.config->retention;
}

static uint64_t identity_of(const struct event *event)
{
    struct str parts[] = { event->source, event->id };
    uint64_t hash = hash64_parts(parts, 2);
    return hash ? hash : 1; /* 0 means none */
}

/* What an event does that is neither seen nor refused. */
static void decide(struct tickets *tickets, struct turn *turn, struct event *event,
                   const struct tickets_prepared *prepared)
{
    struct past past = track_past(turn);
    enrich(tickets, turn, event);
    if (event->type == EVENT_ORIGIN_CHANGED)
        links_hear(turn);
    else if (turn->created || lifecycle_speaks(event))
        judge_score(turn, prepared->hits, prepared->hit_count);
    if ((turn->score && !links_own(event->type)) || past.holder_lost || turn->returned)
        judge_route(turn);
    track_event(turn, &past);
}

/* The ticket of an event, or why it must not have one. False: the event expired. */
static bool find_ticket(struct tickets *tickets, struct turn *turn)
{
    const struct event *event = turn->event;
    turn->ticket = state_load(tickets->state, event->ticket, turn->arena);
    turn_begin(turn);
    if (!turn->ticket && is_expired(tickets, event, turn->moment))
        return false;
    if (turn->ticket && ticket_has_seen(turn->ticket, turn->identity)) {
        turn_outcome(turn, OUTCOME_DUPLICATE, "this event was applied before");
    } else if (!lifecycle_supports(event->type)) {
        turn_outcome(turn, OUTCOME_REJECTED, "unsupported: %s", event_type_name(event->type));
    } else if (!turn->ticket && !lifecycle_creates(event->type)) {
        turn_outcome(turn, OUTCOME_REJECTED, "unknown ticket '%.*s'", STR_ARG(event->ticket));
        if (event->type == EVENT_LINKED)
            links_answer_unknown(turn);
    } else if (str_present(event->unclear)) {
        turn_outcome(turn, OUTCOME_REJECTED,
                     "`%.*s` cannot be read, and without it the event would say something else",
                     STR_ARG(event->unclear));
    } else if (!turn->ticket && event->type == EVENT_SNAPSHOT && row_is_ended(event)) {
        turn_outcome(turn, OUTCOME_ECHO, "a row of a ticket that is %.*s", STR_ARG(event->status));
    } else if (!turn->ticket) {
        turn->ticket = arena_alloc(turn->arena, sizeof(*turn->ticket));
        ticket_init(turn->ticket, event->ticket, event->time);
        turn->created = true;
    }
    return true;
}

void tickets_encode(struct tickets *tickets, struct turn *turn, struct actions *actions)
{
    if (turn->ticket)
        ladder_conclude(turn);
    encode_turn(tickets->encoder, turn, actions, &tickets->tally.records);
    tickets->tally.unanchored += turn->unanchored;
    tickets->tally.warnings += turn->warning_count;
    census_turn(state_census(tickets->state), turn);
    if (turn->record)
        tickets->tally.outcomes[turn->outcome]++;
    else
        tickets->tally.timers++;
}

/* The first words of a ticket are kept, whichever event brings them. */
static struct str text_to_keep(const struct tickets *tickets, const struct turn *turn)
{
    bool spoken = turn->created || lifecycle_speaks(turn->event);
    if (str_present(turn->opening) || !turn->score || !spoken)
        return STR_NONE;
    return opening_text(turn->event, tickets->setup.config->keep_text, turn->arena);
}

struct features *tickets_features(struct tickets *tickets)
{
    if (!tickets->features && tickets->setup.config->learned.model)
        tickets->features = features_new();
    return tickets->features;
}

static bool tells_danger(const struct tickets_prepared *prepared)
{
    for (size_t i = 0; i < prepared->hit_count; i++)
        if (prepared->hits[i].floor > 0 && prepared->hits[i].mood == HIT_STATED)
            return true;
    return false;
}

/* What is said to a ticket that was merged goes to where its matter goes on: that ticket decides
 * it, and knows it again when it comes twice. */
static bool pass_on(struct tickets *tickets, const struct turn *turn, struct actions *actions)
{
    const struct config *config = tickets->setup.config;
    const struct ticket *ticket = turn->ticket;
    if (!ticket || turn->created || turn->outcome != OUTCOME_APPLIED ||
        !merging_passes_on(ticket, turn->event) ||
        forward_passes(turn->record) >= FORWARD_PASSES_MAX)
        return false;
    tickets->tally.forwards++;
    forward_pass_on(config, turn->record, ticket->into, config->sources[0].format,
                    tickets->setup.partition_count, actions);
    return true;
}

static void count_fields(struct tickets *tickets, const struct event *event)
{
    tickets->tally.warnings += event->warning_count;
    tickets->tally.unknown_fields += event->unknown_fields;
    tickets->tally.missing_fields += event->missing_fields;
}

/* What somebody wants of all tickets of an account: a decision without a ticket. */
static void take_erasure(struct tickets *tickets, struct turn *turn, struct actions *actions)
{
    count_fields(tickets, turn->event);
    struct erase erase = { .state = tickets->state,
                           .encoder = tickets->encoder,
                           .tally = &tickets->tally,
                           .actions = actions };
    erase_account(&erase, turn);
    tickets_encode(tickets, turn, actions);
    erase_texts(&erase);
}

static void take_event(struct tickets *tickets, const struct tickets_prepared *prepared,
                       const struct moment *moment, struct actions *actions)
{
    struct event event = prepared->event;
    event_arrive(&event, moment->now);
    /* Whoever tells of a danger is a person, however the mail begins. */
    if (event.seems_automated && tells_danger(prepared))
        event.automated = false;
    arena_reset(tickets->arena);
    struct turn turn = { .config = tickets->setup.config,
                         .definitions = state_definitions(tickets->state),
                         .moment = moment,
                         .arena = tickets->arena,
                         .scratch = tickets->match_scratch,
                         .hits = &tickets->hits,
                         .features = tickets_features(tickets),
                         .record = prepared->record,
                         .load = state_load_of_departments(tickets->state),
                         .event = &event,
                         .identity = identity_of(&event),
                         .at = event.time,
                         .opening = state_opening(tickets->state, event.ticket) };
    if (event.type == EVENT_LOAD) {
        turn_begin(&turn);
        tickets_take_load(tickets, &turn, actions);
        return;
    }
    if (erasing_is_of_account(&event)) {
        take_erasure(tickets, &turn, actions);
        return;
    }
    if (!find_ticket(tickets, &turn)) {
        const struct deadletter_writer writer = letter_writer(tickets);
        deadletter_add(&writer, prepared->record, STR(DEADLETTER_REASON_EXPIRED), STR("/time"),
                       moment->now, actions);
        return;
    }
    if (pass_on(tickets, &turn, actions))
        return;
    count_fields(tickets, &event);
    struct str keep = STR_NONE;
    if (turn.outcome == OUTCOME_APPLIED) {
        decide(tickets, &turn, &event, prepared);
        keep = text_to_keep(tickets, &turn);
    }
    if (turn.ticket) {
        turn.ticket->turns++;
        if (turn.outcome != OUTCOME_DUPLICATE)
            turn.ticket->newly_seen = turn.identity;
    }
    tickets_encode(tickets, &turn, actions);
    if (turn.ticket)
        state_save(tickets->state, turn.ticket, keep, actions);
    if (turn.erases)
        state_erase_text(tickets->state, event.ticket, actions);
}

static void tickets_feed(struct engine *engine, struct prepared *opaque,
                         const struct moment *moment, struct actions *actions)
{
    struct tickets *tickets = tickets_of(engine);
    const struct tickets_prepared *prepared = (const struct tickets_prepared *)opaque;
    const struct config *config = tickets->setup.config;
    const struct record *record = prepared->record;
    const struct deadletter_writer writer = letter_writer(tickets);
    /* Whatever has an event time moves the stream, which the committed position keeps: by that a
     * restore knows that there was a changelog, see restore.c. */
    if (prepared->kind == PREPARED_EVENT || prepared->kind == PREPARED_FORWARD)
        tickets_announce(tickets, actions);
    switch (prepared->kind) {
    case PREPARED_EVENT:
        take_event(tickets, prepared, moment, actions);
        tickets_count_load(tickets, moment, actions);
        break;
    case PREPARED_FORWARD:
        tickets->tally.forwards++;
        forward_add(config, record, event_key(&prepared->event), config->sources[0].format,
                    tickets->setup.partition_count, actions);
        break;
    case PREPARED_DEADLETTER:
        deadletter_add(&writer, record, prepared->refusal.reason, prepared->refusal.at, moment->now,
                       actions);
        break;
    case PREPARED_SKIPPED:
        tickets->tally.skipped++;
        break;
    }
}

static void tickets_poison(struct engine *engine, const struct record *record, int attempts,
                           const struct moment *moment, struct actions *actions)
{
    struct tickets *tickets = tickets_of(engine);
    const struct deadletter_writer writer = letter_writer(tickets);
    deadletter_poison(&writer, record, attempts, moment->now, actions);
}

/* ---- time ---- */

static time_ms tickets_next(const struct engine *engine)
{
    const struct tickets *tickets = (const struct tickets *)engine;
    const struct state *state = tickets->state;
    if (state_awaits(state, allowed_version(tickets)))
        return 0;
    return time_min(state_next(state), load_next(state_load_of_departments(state)));
}

static bool tickets_tick(struct engine *engine, const struct moment *moment, unsigned limit,
                         struct actions *actions)
{
    struct tickets *tickets = tickets_of(engine);
    struct load *load = state_load_of_departments(tickets->state);
    if (state_awaits(tickets->state, allowed_version(tickets)))
        tickets_announce(tickets, actions);
    for (unsigned fired = 0; fired < limit; fired++) {
        arena_reset(tickets->arena);
        if (load_next(load) <= time_min(moment->horizon, state_next(tickets->state))) {
            tickets_tell_load(tickets, moment->horizon, actions);
            continue;
        }
        struct ticket *ticket = state_load_due(tickets->state, moment->horizon, tickets->arena);
        if (!ticket)
            return false;
        tickets_take_deadline(tickets, ticket, moment, actions);
        tickets_count_load(tickets, moment, actions);
    }
    return tickets_next((const struct engine *)tickets) <= moment->horizon;
}

/* ---- state ---- */

static bool tickets_restore(struct engine *engine, struct str key, struct str value,
                            struct error *err)
{
    return state_restore(tickets_of(engine)->state, key, value, err);
}

static bool tickets_restored(struct engine *engine, struct error *err)
{
    return state_restored(tickets_of(engine)->state, err);
}

static void tickets_changelog(const struct engine *engine, struct actions *actions)
{
    state_changelog(((const struct tickets *)engine)->state, actions);
}

static void tickets_mark(struct engine *engine)
{
    struct tickets *tickets = tickets_of(engine);
    tickets->committed = tickets->tally;
    rule_hits_copy(&tickets->hits_committed, &tickets->hits);
    state_mark(tickets->state);
}

static void tickets_undo(struct engine *engine)
{
    struct tickets *tickets = tickets_of(engine);
    tickets->tally = tickets->committed;
    rule_hits_copy(&tickets->hits, &tickets->hits_committed);
    state_undo(tickets->state);
}

static void tickets_configure(struct engine *engine, const struct config *config)
{
    struct tickets *tickets = tickets_of(engine);
    tickets->setup.config = config;
    state_configure(tickets->state, config);
    encoder_configure(tickets->encoder, config);
    lexicon_scratch_free(tickets->scratch);
    tickets->scratch = NULL;
    rule_hits_reset(&tickets->hits, config);
    rule_hits_reset(&tickets->hits_committed, config);
}

static void tickets_count(const struct engine *engine, uint64_t *values)
{
    const struct tickets *tickets = (const struct tickets *)engine;
    tally_values(&tickets->committed, state_store(tickets->state), values);
}

static void tickets_series(const struct engine *engine, series_fn *each, void *arg)
{
    const struct tickets *tickets = (const struct tickets *)engine;
    tally_series(&tickets->committed, state_census(tickets->state), each, arg);
    tally_rules(tickets->setup.config, &tickets->hits_committed, each, arg);
}

static size_t tickets_due(const struct engine *engine, time_ms until)
{
    return store_due(state_store(((const struct tickets *)engine)->state), until);
}

static int tickets_written(const struct engine *engine)
{
    return state_version(((const struct tickets *)engine)->state);
}

const struct engine_ops tickets_engine = {
    .name = "tickets",
    .newest = TICKET_VERSION,
    .written = tickets_written,
    .create = tickets_create,
    .destroy = tickets_destroy,
    .prepare = tickets_prepare,
    .prepared_time = tickets_time,
    .feed = tickets_feed,
    .poison = tickets_poison,
    .tick = tickets_tick,
    .next = tickets_next,
    .restore = tickets_restore,
    .restored = tickets_restored,
    .changelog = tickets_changelog,
    .mark = tickets_mark,
    .undo = tickets_undo,
    .configure = tickets_configure,
    .counter_rows = tally_rows,
    .counters = tickets_count,
    .series_rows = tally_series_rows,
    .series = tickets_series,
    .due = tickets_due,
};
