#include "track/links.h"

#include <string.h>

#include "track/urgency.h"

/* The origin may be a second behind, in a partition that is minutes behind: asked again after this
 * and then after four times as long each, all in all for two days. */
#define FIRST_WAIT (10 * TIME_SECOND)

static const char *const names[TIE_COUNT] = {
    [TIE_NONE] = "none",       [TIE_ASKED] = "asked",     [TIE_OPEN] = "open",
    [TIE_ENDED] = "ended",     [TIE_UNKNOWN] = "unknown", [TIE_INTERNAL] = "internal",
    [TIE_CROWDED] = "crowded",
};

const char *tie_name(enum tie tie)
{
    return names[tie];
}

bool links_own(enum event_type type)
{
    return type == EVENT_LINKED || type == EVENT_ORIGIN_CHANGED;
}

static void add_errand(struct turn *turn, enum event_type type, struct str to, const char *status)
{
    struct errand *errand = arena_alloc(turn->arena, sizeof(*errand));
    *errand = (struct errand){ .type = type, .to = to, .status = str_from(status) };
    *turn->errands_end = errand;
    turn->errands_end = &errand->next;
}

/* ---- the internal ticket asks */

static time_ms next_ask(const struct turn *turn, unsigned asked)
{
    return time_max(turn->at, turn->moment->horizon) + (FIRST_WAIT << 2 * (asked - 1));
}

static void ask(struct turn *turn)
{
    struct origin *origin = &turn->ticket->origin;
    origin->tie = TIE_ASKED;
    origin->asked++;
    origin->ask_at = next_ask(turn, origin->asked);
    add_errand(turn, EVENT_LINKED, origin->ticket, "");
}

static void serve(struct turn *turn, struct str ticket)
{
    turn->ticket->origin = (struct origin){ .ticket = ticket, .band = BAND_COUNT - 1 };
    ask(turn);
}

/* Whether it follows somebody, or still hopes to. */
static bool is_tied(const struct origin *origin)
{
    return origin->tie == TIE_ASKED || origin->tie == TIE_OPEN || origin->tie == TIE_ENDED;
}

static void lose_anchor(struct turn *turn, enum tie tie)
{
    turn->ticket->origin.tie = tie;
    turn->ticket->origin.ask_at = TIME_NEVER;
    turn->unanchored = true;
}

void links_name(struct turn *turn, bool late)
{
    struct ticket *ticket = turn->ticket;
    struct str named = turn->event->origin;
    if (links_own(turn->event->type) || turn->outcome == OUTCOME_REJECTED)
        return;
    if (str_empty(named)) {
        turn->unanchored = turn->created && ticket->customer.internal;
        if (turn->unanchored)
            turn_warn(turn, "an internal ticket that names no `origin`: it serves no customer");
    } else if (!ticket->customer.internal) {
        turn_warn(turn, "/origin: only an internal ticket has one; left out");
    } else if (str_equal(named, ticket->id)) {
        turn->unanchored = turn->created;
        turn_warn(turn, "/origin: no ticket serves itself; left out");
    } else if (late && str_present(ticket->origin.ticket)) {
        turn_warn(turn, "/origin: older than what is known; left out");
    } else if (!str_equal(named, ticket->origin.ticket) || !is_tied(&ticket->origin)) {
        serve(turn, named);
    }
}

void links_fire(struct turn *turn)
{
    turn->timer = STR("origin");
    if (turn->ticket->origin.asked >= LINKS_ASKS_MAX)
        lose_anchor(turn, TIE_UNKNOWN);
    else
        ask(turn);
}

/* ---- the external one answers */

static struct str served_by(const struct event *event)
{
    const struct attribute *attribute = event_attribute(event, STR(LINK_SERVED_BY));
    return attribute ? attribute->text : STR_NONE;
}

static const char *standing(const struct ticket *ticket)
{
    if (str_present(ticket->into))
        return "merged";
    return status_is_ended(ticket->status) ? status_name(ticket->status) : "open";
}

static bool is_served_by(const struct ticket *ticket, struct str id)
{
    for (size_t i = 0; i < ticket->served_by_count; i++) {
        if (str_equal(ticket->served_by[i], id))
            return true;
    }
    return false;
}

static void add_served_by(struct turn *turn, struct str id)
{
    struct ticket *ticket = turn->ticket;
    size_t count = ticket->served_by_count;
    struct str *grown = arena_alloc_raw(turn->arena, (count + 1) * sizeof(*grown));
    if (count)
        memcpy(grown, ticket->served_by, count * sizeof(*grown));
    grown[count] = id;
    ticket->served_by = grown;
    ticket->served_by_count = count + 1;
}

void links_take(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    struct str by = served_by(turn->event);
    if (ticket->customer.internal) {
        turn_outcome(turn, OUTCOME_REJECTED, "an internal ticket is nobody's origin");
        add_errand(turn, EVENT_ORIGIN_CHANGED, by, "internal");
    } else if (str_present(ticket->into)) {
        turn_outcome(turn, OUTCOME_APPLIED, "it is merged into %.*s: that has internal ticket %.*s",
                     STR_ARG(ticket->into), STR_ARG(by));
        add_errand(turn, EVENT_ORIGIN_CHANGED, by, "merged");
    } else if (is_served_by(ticket, by)) {
        turn_outcome(turn, OUTCOME_ECHO, "%.*s serves it already", STR_ARG(by));
        add_errand(turn, EVENT_ORIGIN_CHANGED, by, standing(ticket));
    } else if (ticket->served_by_count >= LINKS_MAX) {
        turn_outcome(turn, OUTCOME_REJECTED, "it has %d internal tickets, and no more", LINKS_MAX);
        add_errand(turn, EVENT_ORIGIN_CHANGED, by, "crowded");
    } else {
        turn_outcome(turn, OUTCOME_APPLIED, "internal ticket %.*s serves it", STR_ARG(by));
        add_served_by(turn, by);
        add_errand(turn, EVENT_ORIGIN_CHANGED, by, standing(ticket));
    }
}

void links_answer_unknown(struct turn *turn)
{
    add_errand(turn, EVENT_ORIGIN_CHANGED, served_by(turn->event), "unknown");
}

void links_conclude(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    struct origin *origin = &ticket->origin;
    bool ended = status_is_ended(ticket->status);
    if (ended)
        origin->ask_at = TIME_NEVER;
    else if (origin->tie == TIE_ASKED && origin->ask_at == TIME_NEVER)
        origin->ask_at = next_ask(turn, origin->asked); /* taken up again before the answer */
    if (turn->created || (ticket->band == turn->earlier_band &&
                          ticket->floor == turn->earlier_floor && ended == turn->earlier_ended))
        return;
    for (size_t i = 0; i < ticket->served_by_count; i++)
        add_errand(turn, EVENT_ORIGIN_CHANGED, ticket->served_by[i], standing(ticket));
}

/* ---- the internal one hears it */

static int told_number(const struct event *event, const char *name, int most)
{
    const struct attribute *attribute = event_attribute(event, str_from(name));
    double number = attribute && attribute->kind == ATTRIBUTE_NUMBER ? attribute->number : 0;
    return number > 0 && number <= most ? (int)number : 0;
}

static int told_band(const struct event *event)
{
    const struct attribute *attribute = event_attribute(event, STR(LINK_BAND));
    int band = attribute ? band_parse(attribute->text) : -1;
    return band >= 0 ? band : BAND_COUNT - 1;
}

static void follow(struct turn *turn)
{
    struct origin *origin = &turn->ticket->origin;
    const struct event *event = turn->event;
    bool ended = !str_is(event->status, "open");
    turn->origin_turned = origin->tie != TIE_ASKED && ended != (origin->tie == TIE_ENDED);
    turn->origin_turned |= origin->tie == TIE_ASKED && ended;
    origin->tie = ended ? TIE_ENDED : TIE_OPEN;
    origin->ask_at = TIME_NEVER;
    origin->score = told_number(event, LINK_SCORE, 100);
    origin->floor = told_number(event, LINK_FLOOR, 100);
    origin->band = told_band(event);
    turn_outcome(turn, OUTCOME_APPLIED, "%.*s, which it serves, is %.*s, %s",
                 STR_ARG(origin->ticket), STR_ARG(event->status), band_name(origin->band));
    if (!ended)
        urgency_inherit(turn);
}

static void refuse(struct turn *turn, enum tie tie)
{
    turn_outcome(turn, OUTCOME_APPLIED, "%.*s cannot be its origin: %s",
                 STR_ARG(turn->ticket->origin.ticket),
                 tie == TIE_CROWDED ? "too many serve it" : "it is an internal ticket itself");
    lose_anchor(turn, tie);
}

static void go_along(struct turn *turn)
{
    struct str into = turn->event->into;
    if (str_equal(into, turn->ticket->id)) {
        refuse(turn, TIE_INTERNAL);
        return;
    }
    /* Two merged into each other would send it round for ever: what it has asked counts on. */
    unsigned asked = turn->ticket->origin.asked;
    bool enough = asked >= LINKS_ASKS_MAX;
    turn_outcome(turn, OUTCOME_APPLIED, "%.*s, which it serves, was merged into %.*s%s",
                 STR_ARG(turn->ticket->origin.ticket), STR_ARG(into),
                 enough ? ", and it has gone along often enough" : "");
    if (enough) {
        lose_anchor(turn, TIE_UNKNOWN);
        return;
    }
    serve(turn, into);
    turn->ticket->origin.asked += asked;
}

void links_hear(struct turn *turn)
{
    const struct event *event = turn->event;
    struct origin *origin = &turn->ticket->origin;
    if (!str_equal(event->origin, origin->ticket))
        turn_outcome(turn, OUTCOME_ECHO, "it serves %s%.*s",
                     str_empty(origin->ticket) ? "no ticket" : "", STR_ARG(origin->ticket));
    else if (str_is(event->status, "unknown"))
        turn_outcome(turn, OUTCOME_APPLIED, "nobody knows %.*s, which it is to serve%s",
                     STR_ARG(origin->ticket), origin->tie == TIE_ASKED ? ", so far" : "");
    else if (str_is(event->status, "internal"))
        refuse(turn, TIE_INTERNAL);
    else if (str_is(event->status, "crowded"))
        refuse(turn, TIE_CROWDED);
    else if (str_is(event->status, "merged"))
        go_along(turn);
    else
        follow(turn);
}

void links_tell_holder(struct turn *turn)
{
    const struct ticket *ticket = turn->ticket;
    int holder = turn_holder(turn);
    bool news = turn->origin_turned || ticket->band < turn->earlier_band;
    if (news && holder >= 0 && !status_is_ended(ticket->status))
        turn_dispatch(turn, holder, ROLE_RESPONSIBLE, WHY_ORIGIN, DISPATCH_NO_TEXT);
}
