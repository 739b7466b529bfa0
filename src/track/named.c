#include "track/named.h"

#include "clocks_inside.h"

static const struct named_terms *terms_of(const struct turn *turn, const struct clock *clock)
{
    if (clock->kind != CLOCK_NAMED)
        return NULL;
    return clock_named_terms(clock, definitions_sla(turn->definitions, clock->definition));
}

/* NULL: the clock is none of a regulation. */
static const struct sla_terms *regulation_of(const struct turn *turn, const struct clock *clock)
{
    if (clock->kind != CLOCK_NAMED)
        return NULL;
    return definitions_terms(turn->definitions, DEFINITION_REGULATION, clock->definition);
}

bool named_keeps(const struct turn *turn, const struct clock *clock, enum clock_cue cue)
{
    const struct named_terms *named = terms_of(turn, clock);
    unsigned by = cue == CUE_REPLIED ? KEEP_REPLY : cue == CUE_RESOLVED ? KEEP_RESOLVED : 0u;
    return named && named->kept_by & by;
}

/* What an event must keep is owed whether or not the ticket is resolved, unless it would come again
 * for ever. */
bool named_ends(const struct turn *turn, const struct clock *clock, enum clock_cue cue)
{
    const struct named_terms *named = terms_of(turn, clock);
    return named && cue == CUE_RESOLVED &&
           (!(named->kept_by & KEEP_FULFILLED) || targets_given(named->every));
}

/* No law gives more time because a complaint was thought to be over. */
static void take_up(struct turn *turn, struct clock *clock)
{
    clock_take_up(clock);
    if (clock->due != TIME_NEVER && clock->breached == TIME_NEVER)
        turn_promise(turn, clock, PROMISE_MADE, TIME_NEVER, STR("reopened"));
}

void named_reopen(struct turn *turn, time_ms time)
{
    for (size_t i = 0; i < turn->ticket->clock_count; i++) {
        struct clock *clock = &turn->ticket->clocks[i];
        const struct named_terms *named = terms_of(turn, clock);
        if (!named || !definitions_current(turn->definitions, clock->definition))
            continue; /* what a reload ended for good stays ended */
        bool resolution = named->kept_by & KEEP_RESOLVED && !(named->kept_by & KEEP_FULFILLED);
        if (clock->state == CLOCK_ENDED && regulation_of(turn, clock))
            take_up(turn, clock);
        else if (clock->state == CLOCK_ENDED || resolution)
            clocks_run_on(turn, clock, time);
    }
}

/* ---- starting */

/* One list of named clocks, and the ticket that hears. */
struct hearing {
    struct turn *turn;
    uint64_t definition;
    const struct sla_terms *terms;
    bool opens; /* clocks of the receipt start */
    bool heard; /* the event counts: it was applied, or only came late */
};

static void start(const struct hearing *hearing, const struct named_terms *named, time_ms time,
                  enum interval_reason reason)
{
    struct turn *turn = hearing->turn;
    struct ticket *ticket = turn->ticket;
    struct clock *clock = ticket_named_clock_or_new(ticket, named->name, turn->arena);
    clock_start(clock, hearing->terms, hearing->definition, ticket->band, time, reason,
                turn->arena);
    clocks_wait_with(turn, clock, time);
    if (clock->due != TIME_NEVER)
        turn_promise(turn, clock, PROMISE_MADE, TIME_NEVER, STR_NONE);
}

static bool is_aware(const struct turn *turn, const struct named_terms *named)
{
    struct facts facts = turn_facts(turn, STR_NONE);
    return matcher_matches(named->aware, &facts);
}

/* Whether the event starts it, and from when on. */
static bool begins(const struct hearing *hearing, const struct named_terms *named, time_ms *time,
                   enum interval_reason *reason)
{
    const struct turn *turn = hearing->turn;
    const struct clock *clock = ticket_named_clock(turn->ticket, named->name);
    *time = turn->at;
    if (named->aware) {
        *reason = INTERVAL_AWARE;
        return !clock && hearing->heard && is_aware(turn, named);
    }
    if (named->start != EVENT_OPENED) {
        *reason = INTERVAL_EVENT;
        return turn->event->type == named->start && turn->outcome == OUTCOME_APPLIED &&
               (!clock || !clock_is_open(clock));
    }
    *time = turn->ticket->created;
    *reason = INTERVAL_OPENED;
    return !clock && hearing->opens;
}

/* The one before it was kept, and it has not run since. */
static bool follows(const struct ticket *ticket, const struct named_terms *named, time_ms *time)
{
    const struct clock *before = ticket_named_clock(ticket, named->after);
    const struct clock *clock = ticket_named_clock(ticket, named->name);
    if (!before || before->fulfilled == TIME_NEVER)
        return false;
    *time = before->fulfilled;
    return !clock || (!clock_is_open(clock) && clock->start < *time);
}

static void begin_new(const struct hearing *hearing)
{
    for (size_t i = 0; i < hearing->terms->clock_count; i++) {
        const struct named_terms *named = &hearing->terms->clocks[i];
        time_ms time = TIME_NEVER;
        enum interval_reason reason = INTERVAL_AFTER;
        bool starts = str_present(named->after) ? follows(hearing->turn->ticket, named, &time)
                                                : begins(hearing, named, &time, &reason);
        if (starts)
            start(hearing, named, time, reason);
    }
}

/* Behind those that come after it, which ask whether it was kept. */
static void begin_again(const struct hearing *hearing)
{
    const struct ticket *ticket = hearing->turn->ticket;
    for (size_t i = 0; i < hearing->terms->clock_count && !status_is_ended(ticket->status); i++) {
        const struct named_terms *named = &hearing->terms->clocks[i];
        const struct clock *clock = ticket_named_clock(ticket, named->name);
        if (clock && !clock_is_open(clock) && clock->fulfilled != TIME_NEVER &&
            targets_given(named->every))
            start(hearing, named, clock->fulfilled, INTERVAL_REPEATED);
    }
}

static void hear(struct turn *turn, uint64_t definition, bool opens)
{
    struct hearing hearing = { .turn = turn,
                               .definition = definition,
                               .terms = definitions_sla(turn->definitions, definition),
                               .opens = opens,
                               .heard = turn->outcome == OUTCOME_APPLIED ||
                                        turn->outcome == OUTCOME_LATE };
    if (!hearing.terms || hearing.terms->clock_count == 0)
        return;
    begin_new(&hearing);
    begin_again(&hearing);
}

/* ---- the lists */

/* The SLA that the ticket is under; of one that no clock names none is looked for unless some have
 * named clocks. */
static uint64_t own_sla(const struct turn *turn)
{
    for (size_t i = 0; i < turn->config->sla_count; i++) {
        if (turn->config->slas[i].clock_count > 0)
            return clocks_sla(turn);
    }
    for (size_t i = 0; i < turn->ticket->clock_count; i++) {
        if (turn->ticket->clocks[i].kind == CLOCK_NAMED)
            return clocks_sla(turn);
    }
    return 0;
}

/* The definition under which the ticket is under that regulation; 0: it is not, or none of its
 * clocks ever ran. */
static uint64_t version_of(const struct turn *turn, struct str name)
{
    for (size_t i = 0; i < turn->ticket->clock_count; i++) {
        const struct clock *clock = &turn->ticket->clocks[i];
        const struct sla_terms *terms = regulation_of(turn, clock);
        if (terms && str_equal(terms->name, name))
            return definitions_current(turn->definitions, clock->definition);
    }
    return 0;
}

/* The one that was valid on the day of receipt; 0: none was. `first`: the number of the first. */
static uint64_t valid_version(const struct turn *turn, const struct config_regulation *regulation,
                              size_t first)
{
    for (size_t i = 0; i < regulation->version_count; i++) {
        const struct config_regulation_version *version = &regulation->versions[i];
        int64_t day =
            calendar_date(version->terms.calendar[turn->ticket->band], turn->ticket->created);
        if (day >= version->valid_from && (!version->valid_until || day <= version->valid_until))
            return definitions_hash(turn->definitions, DEFINITION_REGULATION, first + i);
    }
    return 0;
}

static bool applies(const struct turn *turn, const struct config_regulation *regulation)
{
    struct facts facts = turn_facts(turn, STR_NONE);
    return !regulation->matcher || matcher_matches(regulation->matcher, &facts);
}

static uint64_t current_regulation(const struct turn *turn, const struct clock *clock)
{
    return regulation_of(turn, clock) ? definitions_current(turn->definitions, clock->definition)
                                      : 0;
}

/* Those that the ticket is under already, which the configuration need not have any more: each by
 * its first clock. */
static void hear_own_regulations(struct turn *turn)
{
    size_t count = turn->ticket->clock_count;
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = current_regulation(turn, &turn->ticket->clocks[i]);
        bool first = hash != 0;
        for (size_t k = 0; first && k < i; k++)
            first = current_regulation(turn, &turn->ticket->clocks[k]) != hash;
        if (first)
            hear(turn, hash, !status_is_ended(turn->ticket->status));
    }
}

static void hear_regulations(struct turn *turn)
{
    const struct config *config = turn->config;
    size_t first = 0;
    hear_own_regulations(turn);
    for (size_t i = 0; i < config->regulation_count; i++) {
        const struct config_regulation *regulation = &config->regulations[i];
        if (!version_of(turn, regulation->name) && applies(turn, regulation)) {
            size_t before = turn->ticket->clock_count;
            hear(turn, valid_version(turn, regulation, first),
                 !status_is_ended(turn->ticket->status));
            if (turn->ticket->clock_count > before)
                rule_hit(turn->hits, regulation->rule);
        }
        first += regulation->version_count;
    }
}

void named_hear(struct turn *turn, bool late)
{
    /* A row of a first copy is somebody else's history, and what is closed begins nothing. */
    if (turn->event->initial || turn->ticket->status == STATUS_CLOSED)
        return;
    bool reopened = turn->event->type == EVENT_REOPENED && turn->outcome == OUTCOME_APPLIED;
    hear(turn, own_sla(turn), !late && (turn->created || reopened));
    hear_regulations(turn);
}

/* ---- naming */

/* "final" of "uk-fca-disp.final". */
static bool is_last_part(struct str name, struct str part)
{
    return part.size && name.size > part.size + 1 && name.data[name.size - part.size - 1] == '.' &&
           str_equal((struct str){ name.data + name.size - part.size, part.size }, part);
}

struct clock *named_find(const struct ticket *ticket, struct str name)
{
    struct clock *found = ticket_named_clock(ticket, name);
    for (size_t i = 0; !found && i < ticket->clock_count; i++) {
        struct clock *clock = &ticket->clocks[i];
        if (clock->kind != CLOCK_NAMED || !is_last_part(clock->name, name))
            continue;
        for (size_t k = i + 1; k < ticket->clock_count; k++) {
            if (is_last_part(ticket->clocks[k].name, name))
                return NULL; /* whose? */
        }
        found = clock;
    }
    return found;
}
