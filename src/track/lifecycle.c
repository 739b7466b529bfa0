#include "track/lifecycle.h"

#include "track/agreements.h"
#include "track/clocks.h"
#include "track/erasing.h"
#include "track/ladder.h"
#include "track/links.h"
#include "track/merging.h"
#include "track/named.h"
#include "track/ownership.h"
#include "track/pledges.h"
#include "track/ratings.h"
#include "track/returns.h"
#include "track/row.h"
#include "track/waiting.h"

typedef void apply_fn(struct turn *turn);

static bool from_customer(const struct event *event)
{
    return event->type == EVENT_MESSAGE && event->from == SENDER_CUSTOMER;
}

static bool is_reply(const struct event *event)
{
    return event->type == EVENT_MESSAGE && event->from == SENDER_AGENT && !event->automated;
}

/* What an agent wrote while changing the status, in one update. */
static bool brings_reply(const struct event *event)
{
    return (event->type == EVENT_PENDING || event->type == EVENT_RESOLVED ||
            event->type == EVENT_CLOSED) &&
           event->from == SENDER_AGENT && !event->automated && !str_empty(event->body);
}

/* Unless a dispatch of this turn made it the holder: that one carries the message too. */
static void tell_holder(struct turn *turn)
{
    int holder = turn_holder(turn);
    if (holder >= 0 && !turn_has_told(turn, holder))
        turn_dispatch(turn, holder, ROLE_RESPONSIBLE, WHY_UPDATE, DISPATCH_EVENT_TEXT);
}

static void reopen(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    if (!turn_move(turn, STATUS_OPEN))
        return;
    ticket->resolved_at = TIME_NEVER;
    ticket->closed_at = TIME_NEVER;
    ticket->purge_at = TIME_NEVER;
    ticket->into = STR_NONE; /* it goes its own way again */
    clocks_cue(turn, CUE_REOPENED, turn->at);
    agreements_begin(turn);
    ladder_trigger(turn, TRIGGER_REOPENED, turn->at);
}

static void reply(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    ticket->last_agent = turn->at;
    if (ticket->first_reply == TIME_NEVER)
        ticket->first_reply = turn->at;
    clocks_cue(turn, CUE_REPLIED, turn->at);
    if (ticket->status == STATUS_NEW)
        turn_move(turn, STATUS_OPEN);
}

/* The customer's own rating, not one between departments. */
static bool rates(const struct event *event)
{
    return event->type == EVENT_RATED && str_empty(event->of_department);
}

/* A customer's message within some days of `resolved`, or that it is not solved. */
static bool is_soon_after(const struct turn *turn)
{
    const struct ticket *ticket = turn->ticket;
    const struct event *event = turn->event;
    bool says = from_customer(event) || (rates(event) && event->solved == 0);
    return says && !event->automated && ticket->status == STATUS_RESOLVED &&
           turn->at - ticket->resolved_at <= turn->config->reopen_within;
}

static void apply_message(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    if (is_reply(turn->event)) {
        reply(turn);
        return;
    }
    if (!from_customer(turn->event))
        return;
    if (!turn->event->automated)
        ticket->last_customer = turn->at;
    if (turn->created)
        return; /* its words went out with the first dispatch */
    if (!turn->event->automated) {
        waiting_hear(turn);
        clocks_cue(turn, CUE_WROTE, turn->at);
    }
    if (is_soon_after(turn))
        reopen(turn);
    else if (status_is_ended(ticket->status))
        turn_outcome(turn, OUTCOME_APPLIED, "a follow-up to a ticket that is %s",
                     status_name(ticket->status));
    tell_holder(turn);
}

static void apply_opened(struct turn *turn)
{
    turn->ticket->last_customer = turn->at;
    if (!turn->created)
        turn_outcome(turn, OUTCOME_APPLIED, "the ticket is known: taken as an update");
}

static void apply_updated(struct turn *turn)
{
    (void)turn; /* its fields and words were taken in before */
}

static void apply_assigned(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    struct str name = turn->event->department;
    int department = config_department(turn->config, name);
    if (turn->returned || turn->outcome == OUTCOME_REJECTED) {
        returns_take(turn);
        return;
    }
    if (department < 0) {
        struct str problem =
            str_empty(name) ? STR("no department was named")
                            : arena_printf(turn->arena, "unknown department '%.*s'", STR_ARG(name));
        turn_outcome(turn, turn->created ? OUTCOME_APPLIED : OUTCOME_REJECTED, "%.*s%s",
                     STR_ARG(problem), turn->created ? "; the routing tree decided" : "");
        return;
    }
    if (turn->created)
        return; /* its first dispatch went there */
    struct str slug = turn->config->departments[department].slug;
    if (ticket->hands.dispute)
        returns_settle(turn);
    else if (str_equal(slug, ticket->department))
        turn_outcome(turn, OUTCOME_ECHO, "%.*s holds it already", STR_ARG(slug));
    else if (ticket->status == STATUS_CLOSED)
        turn_outcome(turn, OUTCOME_REJECTED, "the ticket is closed");
    else
        ownership_move(turn, department, WHY_ASSIGNED);
}

/* Who says that it accepts; -1: nobody is named, so the holder is meant; -2: unknown. */
static int accepting_department(const struct turn *turn)
{
    struct str name = turn->event->by_department;
    if (str_empty(name))
        name = turn->event->department;
    if (str_empty(name))
        return -1;
    int department = config_department(turn->config, name);
    return department < 0 ? -2 : department;
}

static void accept(struct turn *turn)
{
    bool disputed = turn->ticket->hands.dispute;
    turn->ticket->accepted = true;
    clocks_cue(turn, CUE_ACCEPTED, turn->at);
    returns_end_dispute(turn, STR("accepted"));
    if (disputed)
        agreements_begin(turn);
}

static void apply_accepted(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    int department = accepting_department(turn);
    if (department == -2)
        turn_outcome(turn, OUTCOME_REJECTED, "unknown department '%.*s'",
                     STR_ARG(str_empty(turn->event->by_department) ? turn->event->department
                                                                   : turn->event->by_department));
    else if (department >= 0 && department != turn_holder(turn))
        turn_outcome(turn, OUTCOME_REJECTED, "%.*s does not hold it, %.*s does",
                     STR_ARG(turn->config->departments[department].slug),
                     STR_ARG(ticket->department));
    else if (status_is_ended(ticket->status))
        turn_outcome(turn, OUTCOME_REJECTED, "the ticket is %s", status_name(ticket->status));
    else if (ticket->accepted && !agreements_lapsed(turn))
        turn_outcome(turn, OUTCOME_ECHO, "%.*s accepted it already", STR_ARG(ticket->department));
    else {
        accept(turn);
        if (ticket->status == STATUS_NEW)
            turn_move(turn, STATUS_OPEN);
    }
}

static void apply_resolved(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    if (ticket->status == STATUS_RESOLVED) {
        turn_outcome(turn, OUTCOME_ECHO, "the ticket is resolved already");
        return;
    }
    if (!turn_move(turn, STATUS_RESOLVED))
        return;
    ticket->resolved_at = turn->at;
    clocks_cue(turn, CUE_RESOLVED, turn->at);
    clocks_resume(turn, turn->at); /* what is still owed waits for nobody any more */
    ladder_end_all(turn, STR("resolved"));
}

static void close_ticket(struct turn *turn)
{
    if (!turn_move(turn, STATUS_CLOSED))
        return;
    turn->ticket->closed_at = turn->at;
    clocks_cue(turn, CUE_CLOSED, turn->at);
    ladder_end_all(turn, STR("closed"));
}

static void apply_closed(struct turn *turn)
{
    if (turn->ticket->status == STATUS_CLOSED)
        turn_outcome(turn, OUTCOME_ECHO, "the ticket is closed already");
    else
        close_ticket(turn);
}

static void apply_reopened(struct turn *turn)
{
    if (turn->created)
        return;
    if (!status_is_ended(turn->ticket->status)) {
        waiting_end(turn); /* some sources call it so, too */
        return;
    }
    reopen(turn);
    tell_holder(turn);
}

enum { RATING_LOW = 2 }; /* of 5: the two that no survey calls satisfied */

bool lifecycle_rates_low(const struct event *event)
{
    return event->type == EVENT_RATED && rates(event) &&
           (event->solved == 0 || (event->rating > 0 && event->rating <= RATING_LOW));
}

static void apply_rated(struct turn *turn)
{
    const struct event *event = turn->event;
    if (event->rating == 0 && event->solved < 0) {
        turn_outcome(turn, OUTCOME_REJECTED, "a rating needs `rating` or `solved`");
        return;
    }
    if (!rates(event)) {
        ratings_take(turn);
        return;
    }
    clocks_cue(turn, CUE_RATED, turn->at);
    if (lifecycle_rates_low(event) && turn->ticket->status != STATUS_CLOSED)
        ladder_trigger(turn, TRIGGER_RATING, turn->at);
    if (is_soon_after(turn)) {
        reopen(turn);
        tell_holder(turn);
    }
}

static void take_row_status(struct turn *turn, enum status status)
{
    struct ticket *ticket = turn->ticket;
    bool waits = ticket->status == STATUS_PENDING;
    if (status == STATUS_CLOSED && ticket->status != STATUS_CLOSED) {
        apply_closed(turn);
    } else if (status == STATUS_RESOLVED && !status_is_ended(ticket->status)) {
        apply_resolved(turn);
    } else if (!status_is_ended(status) && status_is_ended(ticket->status)) {
        reopen(turn);
        tell_holder(turn);
    }
    if (status == STATUS_PENDING && !status_is_ended(ticket->status))
        waiting_begin(turn);
    else if (status == STATUS_OPEN && waits)
        waiting_end(turn);
}

/* What changed since the row before is done as if it had come as an event. */
static void apply_snapshot(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    struct row_change change = row_compare(turn);
    row_keep(turn);
    if (turn->created)
        return; /* its first dispatch says all of it */
    if (change.department >= 0 && ticket->hands.dispute)
        returns_settle(turn);
    else if (change.department >= 0 && ticket->status != STATUS_CLOSED)
        ownership_move(turn, change.department, WHY_ASSIGNED);
    if (change.unknown_department) /* what else the row says counts */
        turn_outcome(turn, OUTCOME_APPLIED, "unknown department '%.*s'; the owner stays",
                     STR_ARG(turn->event->department));
    if (change.status >= 0)
        take_row_status(turn, (enum status)change.status);
}

static struct str who(const struct event *event)
{
    return str_present(event->by) ? event->by : STR("somebody unnamed");
}

/* Resolved takes away what could be answered: who answers then was too late, and changes nothing.
 */
static void answer_outcome(struct turn *turn, struct ladder_answer answer, const char *nothing)
{
    if (answer.concerned == 0 && status_is_ended(turn->ticket->status))
        turn_outcome(turn, OUTCOME_LATE, "the ticket is %s", status_name(turn->ticket->status));
    else if (answer.concerned == 0)
        turn_outcome(turn, OUTCOME_REJECTED, "no escalation%s%.*s is under way",
                     str_empty(turn->event->trigger) ? "" : " for ", STR_ARG(turn->event->trigger));
    else if (answer.changed == 0)
        turn_outcome(turn, OUTCOME_ECHO, "%s", nothing);
}

static void apply_acknowledged(struct turn *turn)
{
    answer_outcome(turn, ladder_acknowledge(turn, turn->event->trigger, who(turn->event)),
                   "it is acknowledged already");
}

static void apply_unacknowledged(struct turn *turn)
{
    answer_outcome(turn, ladder_unacknowledge(turn, turn->event->trigger, who(turn->event)),
                   "it is not acknowledged");
}

static const struct {
    apply_fn *apply; /* NULL: not in this release */
    bool creates;
    bool speaks; /* a message only where the customer sent it */
    bool ages;
} rows[EVENT_TYPE_COUNT] = {
    [EVENT_OPENED] = { apply_opened, true, true, true },
    [EVENT_MESSAGE] = { apply_message, true, true, true },
    [EVENT_UPDATED] = { apply_updated, true, true, true },
    [EVENT_ASSIGNED] = { apply_assigned, true, false, true },
    [EVENT_ACCEPTED] = { apply_accepted, false, false, true },
    [EVENT_RETURNED] = { returns_take, false, false, true },
    [EVENT_PENDING] = { waiting_begin, false, false, true },
    [EVENT_RESUMED] = { waiting_end, false, false, true },
    [EVENT_PROMISED] = { pledge_promise, false, false, true },
    [EVENT_EXTENDED] = { pledge_extend, false, false, true },
    [EVENT_FULFILLED] = { pledge_fulfil, false, false, true },
    [EVENT_RATED] = { apply_rated, false, false, true },
    [EVENT_RESOLVED] = { apply_resolved, false, false, true },
    [EVENT_REOPENED] = { apply_reopened, true, true, true },
    [EVENT_CLOSED] = { apply_closed, false, false, true },
    [EVENT_MERGED] = { merging_take, false, false, true },
    [EVENT_SETTLED] = { returns_settle, false, false, true },
    [EVENT_ERASED] = { erasing_take, false, false, false },
    [EVENT_SNAPSHOT] = { apply_snapshot, true, true, true },
    [EVENT_LINKED] = { links_take, false, false, false },
    [EVENT_ORIGIN_CHANGED] = { links_tell_holder, false, false, false },
    [EVENT_ACKNOWLEDGED] = { apply_acknowledged, false, false, false },
    [EVENT_UNACKNOWLEDGED] = { apply_unacknowledged, false, false, false },
};

bool lifecycle_supports(enum event_type type)
{
    return rows[type].apply != NULL;
}

bool lifecycle_creates(enum event_type type)
{
    return rows[type].creates;
}

bool lifecycle_speaks(const struct event *event)
{
    return rows[event->type].speaks &&
           (event->type != EVENT_MESSAGE || event->from == SENDER_CUSTOMER);
}

static bool reopens_by_itself(const struct turn *turn)
{
    return turn->event->type == EVENT_REOPENED || is_soon_after(turn) || row_reopens(turn);
}

bool lifecycle_alarms(const struct turn *turn, bool late)
{
    const struct event *event = turn->event;
    bool known = turn->ticket->floor == turn->earlier_floor;
    if (turn->created || !status_is_ended(turn->ticket->status) || !turn->score ||
        turn->score->floor == 0 || event->automated || event->initial || links_own(event->type))
        return false;
    /* Updates and rows bring the ticket's whole text again and again. */
    if (known && (late || !from_customer(event)))
        return false;
    return late || !reopens_by_itself(turn);
}

bool lifecycle_may_speak(const struct event *event)
{
    return rows[event->type].creates &&
           (event->type != EVENT_MESSAGE || event->from == SENDER_CUSTOMER);
}

bool lifecycle_reopens(const struct turn *turn, bool late)
{
    if (!status_is_ended(turn->ticket->status))
        return false;
    return (!late && reopens_by_itself(turn)) || lifecycle_alarms(turn, late);
}

bool lifecycle_ages(enum event_type type)
{
    return rows[type].ages;
}

static void apply_late(struct turn *turn)
{
    char text[TIME_TEXT_SIZE];
    struct str older = duration_format(turn->ticket->last_event - turn->at, text);
    turn_outcome(turn, OUTCOME_LATE, "%.*s older than what already happened", STR_ARG(older));
    if (is_reply(turn->event) || brings_reply(turn->event))
        clocks_cue(turn, CUE_REPLIED, turn->at);
    else if (rates(turn->event) && turn->event->rating + turn->event->solved >= 0)
        clocks_cue(turn, CUE_RATED, turn->at);
    else if (turn->event->type == EVENT_FULFILLED)
        pledge_fulfil(turn); /* what was done in time counts at its own time */
    else if (from_customer(turn->event))
        tell_holder(turn);
}

/* Nobody watches a ticket that has ended: with a danger it is taken up again. */
static void take_up(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    turn_outcome(turn, OUTCOME_APPLIED, "a danger opens a ticket again that is %s",
                 status_name(ticket->status));
    ticket->reopens++;
    if (from_customer(turn->event))
        ticket->contacts++;
    reopen(turn);
    tell_holder(turn);
}

/* An ended ticket is remembered for the retention after the last that happened to it, so that a
 * copy of that is still known; and as long as it can be reopened. One that is only resolved may be
 * closed before that, when it can no longer be reopened and nobody is still to ask. */
static void remember(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    const struct config *config = turn->config;
    if (!status_is_ended(ticket->status))
        return;
    bool resolved = ticket->status == STATUS_RESOLVED;
    bool closes = resolved && config->close_after > 0;
    time_ms rest = closes ? 0 : config->retention; /* behind what is waited for */
    time_ms until = closes ? ticket->resolved_at + config->close_after : turn->at + rest;
    if (resolved)
        until = time_max(until, ticket->resolved_at + config->reopen_within);
    for (size_t i = 0; i < ticket->clock_count; i++) {
        const struct clock *clock = &ticket->clocks[i];
        if (clock_is_open(clock) && clock->due != TIME_NEVER) /* somebody is still to ask */
            until = time_max(until, clock->due + rest);
    }
    if (ticket->purge_at == TIME_NEVER || until > ticket->purge_at)
        ticket->purge_at = until;
}

/* What is resolved and falls due so early was to be closed, whatever a reload has made of the
 * setting since. */
bool lifecycle_closes(const struct turn *turn)
{
    const struct ticket *ticket = turn->ticket;
    return ticket->status == STATUS_RESOLVED &&
           (turn->config->close_after > 0 ||
            turn->at < ticket->resolved_at + turn->config->retention);
}

void lifecycle_close(struct turn *turn)
{
    close_ticket(turn);
    remember(turn);
}

void lifecycle_apply(struct turn *turn, bool late)
{
    bool alarm = lifecycle_alarms(turn, late);
    if (alarm)
        take_up(turn);
    if (late && !alarm) {
        apply_late(turn);
    } else {
        /* What was promised is kept before the status changes what is promised. */
        if (brings_reply(turn->event))
            reply(turn);
        rows[turn->event->type].apply(turn);
    }
    named_hear(turn, late && !alarm);
    remember(turn);
}
