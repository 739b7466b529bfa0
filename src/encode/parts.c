#include "encode/parts.h"

#include "base/hash.h"

struct str record_id(const struct turn *turn, const char *kind, size_t n, struct arena *arena)
{
    const struct ticket *ticket = turn->ticket;
    /* A rejected event of an unknown ticket has no incarnation: its own identity stands in. */
    uint64_t numbers[3] = { ticket ? (uint64_t)ticket->created : 0,
                            ticket ? ticket->turns : turn->identity, n };
    char bytes[sizeof(numbers)];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(numbers[i / 8] >> (8 * (i % 8)));
    struct str parts[] = { ticket ? ticket->id : turn->event->ticket,
                           { bytes, sizeof(bytes) },
                           str_from(kind) };
    char *id = arena_alloc_raw(arena, 32);
    hash128_hex(parts, 3, id);
    return (struct str){ id, 32 };
}

struct str record_value(struct encoder *encoder, struct actions *actions)
{
    return arena_copy(actions->arena, buf_str(&encoder->buf));
}

struct str event_id_of(const struct turn *turn)
{
    return turn->record ? turn->event->id : STR_NONE;
}

static void put_known(struct json_writer *json, struct str quoted_key, struct str value)
{
    if (str_empty(value))
        return;
    json_key_quoted(json, quoted_key);
    json_put_str(json, value);
}

void put_customer(struct json_writer *json, const struct customer *customer)
{
    json_open_object(json);
    JSON_STR(json, "kind", customer->internal ? STR("internal") : STR("external"));
    put_known(json, STR("\"account\":"), customer->account);
    put_known(json, STR("\"contact\":"), customer->contact);
    put_known(json, STR("\"department\":"), customer->department);
    put_known(json, STR("\"tier\":"), customer->tier);
    put_known(json, STR("\"lifecycle\":"), customer->lifecycle);
    if (customer->value >= 0) {
        JSON_INT(json, "value", customer->value);
    }
    if (customer->vulnerable >= 0) {
        JSON_BOOL(json, "vulnerable", customer->vulnerable > 0);
    }
    json_close_object(json);
}

void put_route(struct json_writer *json, const struct verdict *verdict)
{
    json_open_array(json);
    for (size_t i = 0; verdict && i < verdict->path_count; i++)
        json_put_str(json, verdict->path[i]->name);
    json_close_array(json);
}

void put_bands(struct json_writer *json, const struct ticket *ticket)
{
    if (ticket->band_change_count == 0)
        return;
    JSON_KEY(json, "band_history");
    json_open_array(json);
    for (size_t i = 0; i < ticket->band_change_count; i++) {
        const struct band_change *change = &ticket->band_changes[i];
        json_open_object(json);
        JSON_TEXT(json, "from", band_name(change->from));
        JSON_TEXT(json, "to", band_name(change->to));
        JSON_TIME_MS(json, "at", change->at);
        JSON_STR(json, "by", change->by);
        json_close_object(json);
    }
    json_close_array(json);
}

void put_signal_names(struct json_writer *json, const struct ticket *ticket)
{
    json_open_array(json);
    for (size_t i = 0; i < ticket->signal_count; i++)
        json_put_str(json, ticket->signals[i]);
    json_close_array(json);
}

static void put_clock_life(struct json_writer *json, const struct clock *clock)
{
    JSON_TEXT(json, "status", clock_state_name(clock->state));
    JSON_TIME(json, "start", clock->start);
    JSON_BOOL(json, "warned", clock->warned != 0);
    JSON_TIME(json, "breached", clock->breached);
    JSON_TIME(json, "fulfilled", clock->fulfilled);
}

/* A ticket that waits a hundred times must not make records of a hundred times the size: the newest
 * are written, and how many there were before. */
enum { INTERVALS_SHOWN = 8 };

static void put_intervals(struct json_writer *json, const struct clock *clock)
{
    size_t first =
        clock->interval_count > INTERVALS_SHOWN ? clock->interval_count - INTERVALS_SHOWN : 0;
    if (first > 0) {
        JSON_INT(json, "earlier_intervals", (int64_t)first);
    }
    JSON_KEY(json, "intervals");
    json_open_array(json);
    for (size_t i = first; i < clock->interval_count; i++) {
        const struct interval *interval = &clock->intervals[i];
        json_open_object(json);
        JSON_TEXT(json, "reason", interval_reason_name(interval->reason));
        JSON_TIME(json, "from", interval->from);
        JSON_TIME(json, "to", interval->to);
        json_close_object(json);
    }
    json_close_array(json);
}

/* What most clocks do not have. Overdue grows until the clock stops, then no more. */
static void put_clock_rest(struct json_writer *json, const struct clock *clock,
                           const struct sla_terms *terms, time_ms now)
{
    char text[TIME_TEXT_SIZE];
    int64_t overdue = clock->state == CLOCK_MET ? 0 : clock_overdue(clock, terms, now);
    if (overdue > 0) {
        JSON_STR(json, "overdue", duration_format(overdue, text));
    }
    const struct named_terms *named = clock_named_terms(clock, terms);
    if (named && named->secret)
        JSON_BOOL(json, "untold", true);
    if (clock->extensions) {
        JSON_INT(json, "extensions", clock->extensions);
    }
    if (clock->interval_count > 1)
        put_intervals(json, clock);
}

/* What somebody promised has a date and no target, and stands without an SLA. */
static void put_clock(struct json_writer *json, const struct clock *clock,
                      const struct sla_terms *terms, time_ms now, bool brief)
{
    json_open_object(json);
    JSON_STR(json, "clock", clock_name(clock));
    JSON_TIME(json, "due", clock->due);
    bool fixed = clock_kinds[clock->kind].fixed;
    JSON_STR(json, "target", fixed ? STR_NONE : clock_target(clock, terms)->text);
    JSON_KEY(json, "calendar");
    const struct calendar *calendar = clock_calendar(clock, terms);
    json_put_str(json, fixed ? STR_NONE : calendar_name(calendar));
    if (!fixed && calendar_is_provisional(calendar, clock->due)) {
        JSON_BOOL(json, "provisional", true);
    }
    if (!brief) {
        JSON_STR(json, "sla", terms ? terms->name : STR_NONE);
        put_clock_life(json, clock);
        put_clock_rest(json, clock, terms, now);
    } else if (clock->state == CLOCK_PAUSED) {
        JSON_TEXT(json, "paused",
                  interval_reason_name(clock->intervals[clock->interval_count - 1].reason));
    }
    json_close_object(json);
}

void put_clocks(struct json_writer *json, const struct turn *turn, bool brief)
{
    const struct ticket *ticket = turn->ticket;
    json_open_array(json);
    for (size_t i = 0; i < ticket->clock_count; i++) {
        const struct clock *clock = &ticket->clocks[i];
        const struct sla_terms *terms = definitions_sla(turn->definitions, clock->definition);
        if ((terms || clock_kinds[clock->kind].fixed) && clock->due != TIME_NEVER &&
            (!brief || clock_is_open(clock)))
            put_clock(json, clock, terms, turn->moment->now, brief);
    }
    json_close_array(json);
}
