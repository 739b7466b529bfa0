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
#include "stages.h"
#include "track/ladder.h"
#include "track/lifecycle.h"
#include "track/ownership.h"
#include "track/response.h"
#include "track/state.h"
#include "track/urgency.h"

enum counter {
    COUNT_APPLIED,
    COUNT_DUPLICATES,
    COUNT_LATE,
    COUNT_ECHOES,
    COUNT_REJECTED,
    COUNT_TIMERS,
    COUNT_DISPATCHES,
    COUNT_PROMISES,
    COUNT_NOTICES,
    COUNT_DECISIONS,
    COUNT_DEADLETTERS,
    COUNT_FORWARDS,
    COUNT_TICKETS,
    COUNT_STATE_BYTES,
    COUNTER_COUNT
};

static const char *const counter_names[COUNTER_COUNT + 1] = {
    [COUNT_APPLIED] = "applied",
    [COUNT_DUPLICATES] = "duplicates",
    [COUNT_LATE] = "late",
    [COUNT_ECHOES] = "echoes",
    [COUNT_REJECTED] = "rejected",
    [COUNT_TIMERS] = "timers",
    [COUNT_DISPATCHES] = "dispatches",
    [COUNT_PROMISES] = "promises",
    [COUNT_NOTICES] = "notices",
    [COUNT_DECISIONS] = "decisions",
    [COUNT_DEADLETTERS] = "deadletters",
    [COUNT_FORWARDS] = "forwards",
    [COUNT_TICKETS] = "tickets",
    [COUNT_STATE_BYTES] = "state_bytes",
};

struct tickets {
    struct engine_setup setup; /* its configuration is the current one */
    struct state *state;
    struct encoder *encoder;
    struct lexicon_scratch *scratch; /* made on first use */
    struct arena *arena;             /* of the turn */
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t timers, deadletters, forwards;
    struct record_counts records;
};

enum prepared_kind { PREPARED_EVENT, PREPARED_FORWARD, PREPARED_DEADLETTER };

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

static struct engine *tickets_create(const struct engine_setup *setup)
{
    struct tickets *tickets = mem_alloc(sizeof(*tickets));
    tickets->setup = *setup;
    tickets->state = state_new(setup->config, setup->partition, setup->partition_count);
    tickets->encoder = encoder_new(setup->config);
    tickets->arena = arena_new(32 * 1024);
    return (struct engine *)tickets;
}

static void tickets_destroy(struct engine *engine)
{
    struct tickets *tickets = tickets_of(engine);
    if (!tickets)
        return;
    lexicon_scratch_free(tickets->scratch);
    encoder_free(tickets->encoder);
    state_free(tickets->state);
    arena_free(tickets->arena);
    free(tickets);
}

/* ---- decode, match text ---- */

static void match_text(struct tickets *tickets, struct tickets_prepared *prepared,
                       struct arena *arena)
{
    const struct lexicon *lexicon = tickets->setup.config->lexicon;
    const struct event *event = &prepared->event;
    if (!lexicon || !lifecycle_speaks(event))
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
    if (!event_decode(record, &config->sources[0], config->max_event, arena, &prepared->event,
                      &prepared->refusal)) {
        prepared->kind = PREPARED_DEADLETTER;
        return (struct prepared *)prepared;
    }
    int32_t home = kafka_partition(prepared->event.ticket, tickets->setup.partition_count);
    if (home != tickets->setup.partition)
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

static void merge_text(struct str *into, struct str from)
{
    if (!str_empty(from))
        *into = from;
}

/* Matchers see the customer as it is known, whatever this event says of it. */
static void enrich(struct tickets *tickets, struct turn *turn, struct event *event)
{
    struct ticket *ticket = turn->ticket;
    struct customer customer = ticket->customer;
    const struct customers *table = tickets->setup.customers ? *tickets->setup.customers : NULL;
    enrich_customer(table, turn->created ? NULL : &ticket->customer, event, turn->arena, &customer);
    ticket->customer = customer;
    event->customer = customer;
}

/* ---- score, route ---- */

static void remember_past(struct turn *turn)
{
    turn->earlier_score = turn->ticket->score;
    turn->earlier_base = turn->ticket->base;
    turn->earlier_floor = turn->ticket->floor;
}

static void score(struct turn *turn, const struct tickets_prepared *prepared)
{
    struct ticket *ticket = turn->ticket;
    struct history history = { ticket->contacts, ticket->reopens };
    struct score *result = arena_alloc(turn->arena, sizeof(*result));
    score_event(turn->config, turn->event, prepared->hits, prepared->hit_count, &ticket->customer,
                ticket->category, &history, turn->arena, result);
    turn->score = result;
    /* Danger is never screened away. */
    struct facts facts = turn_facts(turn, STR_NONE);
    facts.signals = result->names;
    facts.signal_count = result->name_count;
    facts.score = result->points;
    facts.band = result->band;
    turn->screen = result->floor > 0 ? NULL : screen_event(turn->config, &facts);
    urgency_take(turn);
}

static void route(struct turn *turn)
{
    struct verdict *verdict = arena_alloc(turn->arena, sizeof(*verdict));
    struct facts facts = turn_facts(turn, STR_NONE);
    route_event(turn->config, &facts, NULL, 0, turn->arena, verdict);
    turn->verdict = verdict;
}

/* ---- track ---- */

static bool heard_signal(const struct turn *turn, struct str name)
{
    for (size_t i = 0; turn->score && i < turn->score->name_count; i++) {
        if (str_equal(turn->score->names[i], name))
            return true;
    }
    return false;
}

/* What the judgement alone sets off: `band` is the ticket's before it. */
static void set_off(struct turn *turn, int band)
{
    const struct ticket *ticket = turn->ticket;
    bool entered = turn->created || ticket->band < band;
    if (status_is_ended(ticket->status))
        return;
    if (entered)
        ladder_trigger(turn, TRIGGER_BAND, turn->at);
    if (entered && ticket->unrouted && ticket->band <= 1)
        ladder_trigger(turn, TRIGGER_UNROUTED, turn->at);
    if (heard_signal(turn, STR("text.manager")))
        ladder_trigger(turn, TRIGGER_MANAGER, turn->at);
}

static bool told_holder(const struct turn *turn, int holder)
{
    for (const struct dispatch *dispatch = turn->dispatches; dispatch; dispatch = dispatch->next) {
        if (dispatch->department == holder && dispatch->role == ROLE_RESPONSIBLE)
            return true;
    }
    return false;
}

/* A new band is news for whoever holds the ticket, unless this event's own dispatch says it. */
static void announce_band(struct turn *turn, int band)
{
    int holder = turn_holder(turn);
    if (turn->ticket->band < band && holder >= 0 && !told_holder(turn, holder))
        turn_dispatch(turn, holder, ROLE_RESPONSIBLE, WHY_UPDATE, DISPATCH_EVENT_TEXT);
}

/* A ticket's first event: somebody becomes responsible, and the customer gets a promise. */
static void track_new(struct turn *turn)
{
    const struct event *event = turn->event;
    int assigned = -1;
    if (event->type == EVENT_ASSIGNED)
        assigned = config_department(turn->config, event->department);
    ownership_begin(turn, assigned);
    response_begin(turn, turn->at, INTERVAL_OPENED);
    set_off(turn, CONFIG_BANDS);
    lifecycle_apply(turn, false);
}

static void track_known(struct turn *turn, int band, bool late)
{
    const struct event *event = turn->event;
    if (turn->ticket->band != band)
        response_retarget(turn, arena_printf(turn->arena, "%s %.*s", event_type_name(event->type),
                                             STR_ARG(event->id)));
    if (turn->verdict)
        ownership_review(turn);
    lifecycle_apply(turn, late);
    announce_band(turn, band);
    set_off(turn, band);
}

/* ---- one event ---- */

static bool is_expired(const struct tickets *tickets, const struct event *event,
                       const struct moment *moment)
{
    return event->type != EVENT_OPENED && event->type != EVENT_SNAPSHOT &&
           event->time < moment->stream - tickets->setup.config->retention;
}

static uint64_t identity_of(const struct event *event)
{
    struct str parts[] = { event->source, event->id };
    uint64_t hash = hash64_parts(parts, 2);
    return hash ? hash : 1; /* 0 means none */
}

static bool is_late(const struct turn *turn)
{
    return !turn->created && lifecycle_ages(turn->event->type) &&
           turn->at < turn->ticket->last_event;
}

/* Counted before scoring, because the past includes this event. */
static void count_past(struct turn *turn, bool late)
{
    struct ticket *ticket = turn->ticket;
    const struct event *event = turn->event;
    if (turn->created || event->automated)
        return;
    if (event->type == EVENT_REOPENED && status_is_ended(ticket->status) && !late)
        ticket->reopens++;
    if (event->type != EVENT_MESSAGE || event->from != SENDER_CUSTOMER)
        return;
    if (lifecycle_reopens(ticket, event, turn->config) && !late)
        ticket->reopens++;
    if (!status_is_ended(ticket->status) || lifecycle_reopens(ticket, event, turn->config))
        ticket->contacts++;
}

static void take_fields(struct turn *turn, bool late)
{
    if (!late || str_empty(turn->ticket->category))
        merge_text(&turn->ticket->category, turn->event->category);
    if (!late && lifecycle_ages(turn->event->type))
        turn->ticket->last_event = turn->at;
}

/* enrich, score, route, track: what an event that is neither seen nor refused does. */
static void decide(struct tickets *tickets, struct turn *turn, struct event *event,
                   const struct tickets_prepared *prepared)
{
    struct ticket *ticket = turn->ticket;
    bool late = is_late(turn);
    int band = ticket->band;
    bool holder_lost = !turn->created && turn_holder(turn) < 0;
    take_fields(turn, late);
    count_past(turn, late);
    remember_past(turn);
    enrich(tickets, turn, event);
    if (turn->created || lifecycle_speaks(event))
        score(turn, prepared);
    if (turn->score || holder_lost)
        route(turn);
    if (turn->created)
        track_new(turn);
    else
        track_known(turn, band, late);
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
    } else if (!turn->ticket) {
        turn->ticket = arena_alloc(turn->arena, sizeof(*turn->ticket));
        ticket_init(turn->ticket, event->ticket, event->time);
        turn->created = true;
    }
    return true;
}

static void encode(struct tickets *tickets, struct turn *turn, struct actions *actions)
{
    encode_turn(tickets->encoder, turn, actions, &tickets->records);
    if (turn->record)
        tickets->outcomes[turn->outcome]++;
    else
        tickets->timers++;
}

/* The first words of a ticket are kept, whichever event brings them. */
static struct str text_to_keep(const struct tickets *tickets, const struct turn *turn)
{
    if (str_present(turn->opening) || !turn->score)
        return STR_NONE;
    return opening_text(turn->event, tickets->setup.config->keep_text, turn->arena);
}

static void take_event(struct tickets *tickets, const struct tickets_prepared *prepared,
                       const struct moment *moment, struct actions *actions)
{
    struct event event = prepared->event;
    arena_reset(tickets->arena);
    struct turn turn = { .config = tickets->setup.config,
                         .definitions = state_definitions(tickets->state),
                         .moment = moment,
                         .arena = tickets->arena,
                         .record = prepared->record,
                         .event = &event,
                         .identity = identity_of(&event),
                         .at = event.time,
                         .opening = state_opening(tickets->state, event.ticket) };
    if (!find_ticket(tickets, &turn)) {
        tickets->deadletters++;
        deadletter_add(tickets->setup.config, prepared->record, STR("expired"), STR("/time"),
                       moment->now, actions);
        return;
    }
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
    encode(tickets, &turn, actions);
    if (turn.ticket)
        state_save(tickets->state, turn.ticket, keep, actions);
}

static void tickets_feed(struct engine *engine, struct prepared *opaque,
                         const struct moment *moment, struct actions *actions)
{
    struct tickets *tickets = tickets_of(engine);
    const struct tickets_prepared *prepared = (const struct tickets_prepared *)opaque;
    const struct config *config = tickets->setup.config;
    const struct record *record = prepared->record;
    switch (prepared->kind) {
    case PREPARED_EVENT:
        take_event(tickets, prepared, moment, actions);
        break;
    case PREPARED_FORWARD:
        tickets->forwards++;
        forward_add(config, record, prepared->event.ticket, config->sources[0].format,
                    tickets->setup.partition_count, actions);
        break;
    case PREPARED_DEADLETTER:
        tickets->deadletters++;
        deadletter_add(config, record, prepared->refusal.reason, prepared->refusal.at, moment->now,
                       actions);
        break;
    }
}

static void tickets_poison(struct engine *engine, const struct record *record, int attempts,
                           const struct moment *moment, struct actions *actions)
{
    struct tickets *tickets = tickets_of(engine);
    tickets->deadletters++;
    struct str reason = arena_printf(actions->arena, "ended the process %d times", attempts);
    deadletter_add(tickets->setup.config, record, reason, STR(""), moment->now, actions);
}

/* ---- one deadline ---- */

static void fire_climb(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    for (size_t i = 0; i < ticket->climb_count; i++) {
        struct climb *climb = &ticket->climbs[i];
        if (climb_deadline(climb, turn->definitions) != turn->at)
            continue;
        const char *trigger = trigger_name(climb->trigger);
        if (climb->restart_at == turn->at)
            turn->timer = arena_printf(turn->arena, "%s acknowledgement", trigger);
        else
            turn->timer = arena_printf(turn->arena, "%s step %u", trigger, climb->next + 1);
        ladder_fire(turn, climb);
        return;
    }
}

/* The earliest thing that is due; of equal ones the clock first, then ladders in the order they
 * began. */
static void fire(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    turn->at = ticket_deadline(ticket, turn->definitions);
    if (clock_deadline(&ticket->response) == turn->at) {
        response_fire(turn);
    } else if (ticket->purge_at == turn->at) {
        turn->timer = STR("retention");
        turn->gone = true;
    } else {
        fire_climb(turn);
    }
}

static void forget(struct tickets *tickets, const struct ticket *ticket, struct actions *actions)
{
    struct str id = arena_copy(actions->arena, ticket->id);
    state_remove(tickets->state, id, actions);
    struct action *action = actions_add(actions, OUTPUT_PROMISES);
    action->key = id;
}

static void take_deadline(struct tickets *tickets, struct ticket *ticket,
                          const struct moment *moment, struct actions *actions)
{
    struct event blank = { .type = EVENT_UPDATED,
                           .ticket = ticket->id,
                           .time = moment->now,
                           .timestamp = moment->now,
                           .due = TIME_NEVER,
                           .solved = -1,
                           .customer = ticket->customer };
    struct turn turn = { .config = tickets->setup.config,
                         .definitions = state_definitions(tickets->state),
                         .moment = moment,
                         .arena = tickets->arena,
                         .event = &blank,
                         .ticket = ticket };
    turn_begin(&turn);
    fire(&turn);
    ticket->turns++;
    encode(tickets, &turn, actions);
    if (turn.gone)
        forget(tickets, ticket, actions);
    else
        state_save(tickets->state, ticket, STR_NONE, actions);
}

static bool tickets_tick(struct engine *engine, const struct moment *moment, unsigned limit,
                         struct actions *actions)
{
    struct tickets *tickets = tickets_of(engine);
    for (unsigned fired = 0; fired < limit; fired++) {
        arena_reset(tickets->arena);
        struct ticket *ticket = state_load_due(tickets->state, moment->horizon, tickets->arena);
        if (!ticket)
            return false;
        take_deadline(tickets, ticket, moment, actions);
    }
    return state_next(tickets->state) <= moment->horizon;
}

static time_ms tickets_next(const struct engine *engine)
{
    return state_next(((const struct tickets *)engine)->state);
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

static void tickets_mark(struct engine *engine)
{
    state_mark(tickets_of(engine)->state);
}

static void tickets_undo(struct engine *engine)
{
    state_undo(tickets_of(engine)->state);
}

static void tickets_configure(struct engine *engine, const struct config *config)
{
    struct tickets *tickets = tickets_of(engine);
    tickets->setup.config = config;
    state_configure(tickets->state, config);
    encoder_configure(tickets->encoder, config);
    lexicon_scratch_free(tickets->scratch);
    tickets->scratch = NULL;
}

static void tickets_count(const struct engine *engine, uint64_t *values)
{
    const struct tickets *tickets = (const struct tickets *)engine;
    values[COUNT_APPLIED] = tickets->outcomes[OUTCOME_APPLIED];
    values[COUNT_DUPLICATES] = tickets->outcomes[OUTCOME_DUPLICATE];
    values[COUNT_LATE] = tickets->outcomes[OUTCOME_LATE];
    values[COUNT_ECHOES] = tickets->outcomes[OUTCOME_ECHO];
    values[COUNT_REJECTED] = tickets->outcomes[OUTCOME_REJECTED];
    values[COUNT_TIMERS] = tickets->timers;
    values[COUNT_DISPATCHES] = tickets->records.dispatches;
    values[COUNT_PROMISES] = tickets->records.promises;
    values[COUNT_NOTICES] = tickets->records.notices;
    values[COUNT_DECISIONS] = tickets->records.decisions;
    values[COUNT_DEADLETTERS] = tickets->deadletters;
    values[COUNT_FORWARDS] = tickets->forwards;
    values[COUNT_TICKETS] = store_count(state_store(tickets->state));
    values[COUNT_STATE_BYTES] = store_memory(state_store(tickets->state));
}

const struct engine_ops tickets_engine = {
    .name = "tickets",
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
    .mark = tickets_mark,
    .undo = tickets_undo,
    .configure = tickets_configure,
    .counter_names = counter_names,
    .counters = tickets_count,
};
