#include "track/track.h"

#include "track/agreements.h"
#include "track/clocks.h"
#include "track/ladder.h"
#include "track/ledger.h"
#include "track/lifecycle.h"
#include "track/links.h"
#include "track/ownership.h"
#include "track/returns.h"
#include "track/urgency.h"

static bool is_late(const struct turn *turn)
{
    return !turn->created && lifecycle_ages(turn->event->type) &&
           turn->at < turn->ticket->last_event;
}

/* Counted before scoring, because the past includes this event. */
static void count_in(struct turn *turn, bool late)
{
    struct ticket *ticket = turn->ticket;
    const struct event *event = turn->event;
    if (turn->created || event->automated)
        return;
    ticket->ratings += lifecycle_rates_low(event);
    bool reopens = lifecycle_reopens(turn, late);
    if (reopens)
        ticket->reopens++;
    if (event->type == EVENT_MESSAGE && event->from == SENDER_CUSTOMER &&
        (reopens || !status_is_ended(ticket->status)))
        ticket->contacts++;
}

static void take_fields(struct turn *turn, bool late)
{
    if (!str_empty(turn->event->category) && (!late || str_empty(turn->ticket->category)))
        turn->ticket->category = turn->event->category;
    if (!late && lifecycle_ages(turn->event->type))
        turn->ticket->last_event = turn->at;
}

struct past track_past(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    struct past past = { .band = ticket->band,
                         .ended = status_is_ended(ticket->status),
                         .late = is_late(turn),
                         .holder_lost = !turn->created && turn_holder(turn) < 0 };
    turn->earlier_score = ticket->score;
    turn->earlier_base = ticket->base;
    turn->earlier_floor = ticket->floor;
    if (!turn->created)
        ledger_begin(turn);
    take_fields(turn, past.late);
    count_in(turn, past.late);
    if (!turn->created && !past.late)
        returns_judge(turn);
    return past;
}

static bool heard_signal(const struct turn *turn, struct str name)
{
    for (size_t i = 0; turn->score && i < turn->score->name_count; i++) {
        if (str_equal(turn->score->names[i], name))
            return true;
    }
    return false;
}

/* What the judgement alone sets off. A ticket that is taken up again enters its band again. */
static void set_off(struct turn *turn, const struct past *past)
{
    const struct ticket *ticket = turn->ticket;
    bool entered = turn->created || past->ended || ticket->band < past->band;
    if (status_is_ended(ticket->status))
        return;
    if (entered)
        ladder_trigger(turn, TRIGGER_BAND, turn->at);
    if (entered && ticket->unrouted && ticket->band <= 1)
        ladder_trigger(turn, TRIGGER_UNROUTED, turn->at);
    if (heard_signal(turn, STR("text.manager")))
        ladder_trigger(turn, TRIGGER_MANAGER, turn->at);
}

/* A new band is news for whoever holds the ticket, unless this event's own dispatch says it. */
static void announce_band(struct turn *turn, int band)
{
    int holder = turn_holder(turn);
    if (turn->event->type != EVENT_ORIGIN_CHANGED && turn->ticket->band < band && holder >= 0 &&
        !turn_has_told(turn, holder))
        turn_dispatch(turn, holder, ROLE_RESPONSIBLE, WHY_UPDATE, DISPATCH_EVENT_TEXT);
}

/* A ticket's first event: somebody becomes responsible, and the customer gets a promise. */
static void track_new(struct turn *turn, const struct past *past)
{
    const struct event *event = turn->event;
    int assigned = -1;
    if (event->type == EVENT_ASSIGNED || event->initial)
        assigned = config_department(turn->config, event->department);
    ownership_begin(turn, assigned);
    /* A row of a first copy is somebody else's history: nothing was promised here. */
    if (!event->initial)
        clocks_cue(turn, CUE_OPENED, turn->at);
    agreements_begin(turn);
    set_off(turn, past);
    lifecycle_apply(turn, false);
}

/* What the event did may count against us: a return, a low rating, a promise that is late. */
static void recount(struct turn *turn)
{
    int band = turn->ticket->band;
    if (turn->outcome == OUTCOME_DUPLICATE || turn->outcome == OUTCOME_REJECTED)
        return;
    urgency_recount(turn);
    if (turn->ticket->band != band)
        clocks_retarget(turn, turn_cause(turn));
}

static void track_known(struct turn *turn, const struct past *past)
{
    urgency_recount(turn);
    if (turn->ticket->band != past->band)
        clocks_retarget(turn, turn_cause(turn));
    /* What is over, or was over when it happened, stays with whom it was. */
    bool stays = past->late || past->ended;
    if (turn->verdict && !turn->returned)
        ownership_review(turn, !stays || lifecycle_reopens(turn, past->late));
    lifecycle_apply(turn, past->late);
    recount(turn);
    announce_band(turn, past->band);
    set_off(turn, past);
}

void track_event(struct turn *turn, const struct past *past)
{
    if (turn->created)
        track_new(turn, past);
    else
        track_known(turn, past);
    ownership_conclude(turn);
    ledger_conclude(turn);
    urgency_remember(turn);
    links_name(turn, past->late);
    links_conclude(turn);
}

static void fire_climb(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    for (size_t i = 0; i < ticket->climb_count; i++) {
        struct climb *climb = &ticket->climbs[i];
        if (climb_deadline(climb, turn->definitions) != turn->at)
            continue;
        ladder_fire(turn, climb);
        return;
    }
}

/* A promise that is late makes the ticket more urgent, if the configuration says so. */
static void recount_late(struct turn *turn)
{
    struct past past = { .band = turn->ticket->band };
    recount(turn);
    announce_band(turn, past.band);
    if (turn->ticket->band < past.band)
        set_off(turn, &past);
}

void track_deadline(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    time_ms due = ticket_deadline(ticket, turn->definitions);
    /* What was due was due of a holder that the configuration lost. */
    if (due > turn->moment->horizon) {
        turn->timer = STR("holder");
        return;
    }
    turn->at = due;
    if (clocks_fire(turn)) {
        recount_late(turn);
        return;
    }
    if (ticket->origin.ask_at == turn->at) {
        links_fire(turn);
    } else if (ticket->purge_at == turn->at && lifecycle_closes(turn)) {
        turn->timer = STR("close");
        lifecycle_close(turn);
    } else if (ticket->purge_at == turn->at) {
        turn->timer = STR("retention");
        ladder_end_all(turn, turn->timer);
        turn->gone = true;
    } else {
        fire_climb(turn);
    }
}
