#include "track/turn.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "json/json.h"
#include "text/mask.h"

static const char *const outcome_names[OUTCOME_COUNT] = {
    [OUTCOME_APPLIED] = "applied", [OUTCOME_DUPLICATE] = "duplicate", [OUTCOME_LATE] = "late",
    [OUTCOME_ECHO] = "echo",       [OUTCOME_REJECTED] = "rejected",
};

static const char *const role_names[ROLE_COUNT] = {
    [ROLE_RESPONSIBLE] = "responsible",
    [ROLE_INFORMED] = "informed",
    [ROLE_RELEASED] = "released",
};

static const char *const why_names[WHY_COUNT] = {
    [WHY_ROUTED] = "routed",     [WHY_UNROUTED] = "unrouted", [WHY_ASSIGNED] = "assigned",
    [WHY_SCREENED] = "screened", [WHY_LEARNED] = "learned",   [WHY_UPDATE] = "update",
    [WHY_RETURNED] = "returned", [WHY_DISPUTED] = "disputed", [WHY_SETTLED] = "settled",
    [WHY_ORIGIN] = "origin",     [WHY_OVERFLOW] = "overflow",
};

static const char *const promise_names[PROMISE_STATUS_COUNT] = {
    [PROMISE_MADE] = "made",     [PROMISE_MOVED] = "moved", [PROMISE_MET] = "met",
    [PROMISE_MISSED] = "missed", [PROMISE_ENDED] = "ended",
};

const char *outcome_name(enum outcome outcome)
{
    return outcome_names[outcome];
}

const char *role_name(enum role role)
{
    return role_names[role];
}

const char *why_name(enum why why)
{
    return why_names[why];
}

const char *promise_status_name(enum promise_status status)
{
    return promise_names[status];
}

void turn_begin(struct turn *turn)
{
    *turn = (struct turn){ .config = turn->config,
                           .definitions = turn->definitions,
                           .moment = turn->moment,
                           .arena = turn->arena,
                           .scratch = turn->scratch,
                           .hits = turn->hits,
                           .features = turn->features,
                           .record = turn->record,
                           .load = turn->load,
                           .event = turn->event,
                           .identity = turn->identity,
                           .at = turn->at,
                           .ticket = turn->ticket,
                           .opening = turn->opening,
                           .outcome = OUTCOME_APPLIED };
    turn->dispatches_end = &turn->dispatches;
    turn->promises_end = &turn->promises;
    turn->told_end = &turn->told;
    turn->errands_end = &turn->errands;
    if (turn->ticket) {
        turn->earlier_band = turn->ticket->band;
        turn->earlier_floor = turn->ticket->floor;
        turn->earlier_ended = status_is_ended(turn->ticket->status);
    }
}

void turn_outcome(struct turn *turn, enum outcome outcome, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    int size = vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    struct str reason = { text, size < 0 ? 0 : (size_t)size };
    if (reason.size >= sizeof(text))
        reason = utf8_prefix((struct str){ text, sizeof(text) - 1 }, sizeof(text) - 1);
    turn->outcome = outcome;
    turn->reason = arena_copy(turn->arena, reason);
}

void turn_warn(struct turn *turn, const char *format, ...)
{
    char text[256];
    va_list list;
    assert(turn->warning_count < TURN_WARNINGS_MAX);
    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    turn->warnings[turn->warning_count++] = arena_copy(turn->arena, str_from(text));
}

struct str turn_cause(const struct turn *turn)
{
    const struct event *event = turn->event;
    bool follows = event->type == EVENT_ORIGIN_CHANGED;
    if (!turn->record)
        return turn->timer;
    return arena_printf(turn->arena, "%s %.*s", follows ? "origin" : event_type_name(event->type),
                        STR_ARG(follows ? event->origin : event->id));
}

bool turn_ends(const struct turn *turn)
{
    enum event_type type = turn->event->type;
    return status_is_ended(turn->ticket->status) || type == EVENT_RESOLVED || type == EVENT_CLOSED;
}

bool turn_move(struct turn *turn, enum status to)
{
    struct error error;
    if (!status_move(&turn->ticket->status, to, &error)) {
        turn_outcome(turn, OUTCOME_REJECTED, "%s", error.text);
        return false;
    }
    turn->ticket->wait = WAIT_NONE;
    return true;
}

static void add_dispatch(struct turn *turn, const struct dispatch *given)
{
    struct dispatch *dispatch = arena_alloc_raw(turn->arena, sizeof(*dispatch));
    *dispatch = *given;
    *turn->dispatches_end = dispatch;
    turn->dispatches_end = &dispatch->next;
}

void turn_dispatch(struct turn *turn, int department, enum role role, enum why why,
                   enum dispatch_text text)
{
    struct dispatch dispatch = { department, turn->config->departments[department].slug,
                                 role,       why,
                                 text,       NULL };
    add_dispatch(turn, &dispatch);
}

void turn_release(struct turn *turn, struct str slug, enum why why)
{
    struct dispatch dispatch = { -1, slug, ROLE_RELEASED, why, DISPATCH_NO_TEXT, NULL };
    add_dispatch(turn, &dispatch);
}

bool turn_has_told(const struct turn *turn, int department)
{
    for (const struct dispatch *dispatch = turn->dispatches; dispatch; dispatch = dispatch->next) {
        if (dispatch->department == department && dispatch->role == ROLE_RESPONSIBLE)
            return true;
    }
    return false;
}

void turn_promise(struct turn *turn, const struct clock *clock, enum promise_status status,
                  time_ms previous_due, struct str reason)
{
    if (clock_kinds[clock->kind].between)
        return;
    const struct sla_terms *terms = definitions_sla(turn->definitions, clock->definition);
    const struct named_terms *named = clock_named_terms(clock, terms);
    if (named && named->secret)
        return;
    struct promise *promise = arena_alloc_raw(turn->arena, sizeof(*promise));
    const struct calendar *calendar = clock_calendar(clock, terms);
    time_ms opening = calendar_opening(calendar, clock->start);
    bool stands = status == PROMISE_MADE || status == PROMISE_MOVED;
    *promise = (struct promise){
        .clock = clock->kind,
        .name = clock_name(clock),
        .title = named ? named->title : (struct config_name){ STR_NONE, STR_NONE },
        .status = status,
        .due = clock->due,
        .previous_due = previous_due,
        .reason = reason,
        .calendar = calendar,
        .provisional = stands && calendar_is_provisional(calendar, clock->due),
        .opening = status == PROMISE_MADE && opening > clock->start ? opening : TIME_NEVER
    };
    *turn->promises_end = promise;
    turn->promises_end = &promise->next;
}

static bool is_owed(const struct clock *clock)
{
    return clock->due != TIME_NEVER &&
           (clock->state == CLOCK_RUNNING || clock->state == CLOCK_MISSED ||
            (clock->state == CLOCK_PAUSED && clock->breached != TIME_NEVER));
}

/* NULL: nothing is owed, or not by the clock that the notice is about. */
static const struct clock *owed_clock(const struct ticket *ticket, const struct clock *about)
{
    const struct clock *first = NULL;
    if (about)
        return is_owed(about) ? about : NULL;
    for (size_t i = 0; i < ticket->clock_count; i++) {
        const struct clock *clock = &ticket->clocks[i];
        if (is_owed(clock) && !clock_kinds[clock->kind].between &&
            (!first || clock->due < first->due))
            first = clock;
    }
    return first;
}

bool turn_opening(const struct turn *turn, struct str *subject, struct str *body)
{
    size_t at = 0;
    if (!str_present(turn->opening))
        return false;
    const cJSON *opening =
        json_parse(turn->opening, &json_event_limits, turn->arena, NULL, &at, NULL);
    *subject = json_string(json_get(opening, STR("subject")));
    *body = json_string(json_get(opening, STR("body")));
    return true;
}

/* The opening's, because people know a complaint by that; found once for all notices of a turn.
 * Words are looked through before they are cut, so that no half of a number is left. */
static struct str masked_subject(const struct turn *turn)
{
    enum { LOOKED_AT = 256, SUBJECT_SIZE = 48 };
    struct str subject = turn->event->subject, body = turn->event->body;
    if (turn->told_count > 0)
        return turn->told->notice.subject;
    turn_opening(turn, &subject, &body);
    struct str words = utf8_prefix(str_empty(subject) ? body : subject, LOOKED_AT);
    return utf8_prefix(mask_personal(words, turn->arena), SUBJECT_SIZE);
}

struct notice *turn_notice(struct turn *turn, const struct clock *about)
{
    const struct ticket *ticket = turn->ticket;
    const struct clock *owed = owed_clock(ticket, about);
    struct told *told = arena_alloc(turn->arena, sizeof(*told));
    told->notice = (struct notice){
        .ticket = ticket->id,
        .event = turn->record ? turn->event->id : STR_NONE,
        .department = ticket->department,
        .time = turn->moment->now,
        .score = ticket->score,
        .band = ticket->band,
        .floored = ticket->floor > 0,
        .label = ticket->label,
        .category = ticket->category,
        .account = ticket->customer.account,
        .subject = masked_subject(turn),
        .clock = owed ? clock_name(owed) : STR_NONE,
        .due = owed ? owed->due : TIME_NEVER,
        .why = mask_personal(ticket->quote, turn->arena),
        .next_at = TIME_NEVER,
    };
    *turn->told_end = told;
    turn->told_end = &told->next;
    turn->told_count++;
    return &told->notice;
}

struct facts turn_facts(const struct turn *turn, struct str trigger)
{
    const struct ticket *ticket = turn->ticket;
    return (struct facts){ .scratch = turn->scratch,
                           .event = turn->event,
                           .signals = ticket->signals,
                           .signal_count = ticket->signal_count,
                           .score = ticket->score,
                           .band = ticket->band,
                           .label = ticket->label,
                           .category = ticket->category,
                           .customer = &ticket->customer,
                           .department = ticket->department,
                           .trigger = trigger,
                           .learned = turn->learned };
}

int turn_holder(const struct turn *turn)
{
    return config_department_of(turn->config, turn->ticket->department);
}
