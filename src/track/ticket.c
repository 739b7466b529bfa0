#include "track/ticket.h"

#include <string.h>

#include "base/pack.h"

void ticket_init(struct ticket *ticket, struct str id, time_ms created)
{
    *ticket = (struct ticket){ .id = id,
                               .created = created,
                               .band = BAND_COUNT - 1,
                               .cap = -1,
                               .last_event = created,
                               .last_customer = TIME_NEVER,
                               .last_agent = TIME_NEVER,
                               .first_reply = TIME_NEVER,
                               .resolved_at = TIME_NEVER,
                               .closed_at = TIME_NEVER,
                               .purge_at = TIME_NEVER,
                               .origin = { .ask_at = TIME_NEVER, .band = BAND_COUNT - 1 },
                               .customer = { .value = -1, .vulnerable = -1 } };
}

bool ticket_has_seen(const struct ticket *ticket, uint64_t identity)
{
    struct str all = { (const char *)ticket->seen, 8 * ticket->seen_count };
    struct unpack in = unpack_from(all);
    for (size_t i = 0; i < ticket->seen_count; i++) {
        if (unpack_fixed64(&in) == identity)
            return true;
    }
    return identity == ticket->newly_seen;
}

static bool is_among(struct str slug, const struct str *slugs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(slugs[i], slug))
            return true;
    }
    return false;
}

static void append(struct str **slugs, size_t *count, struct str slug, struct arena *arena)
{
    struct str *grown = arena_alloc_raw(arena, (*count + 1) * sizeof(*grown));
    if (*count)
        memcpy(grown, *slugs, *count * sizeof(*grown));
    grown[(*count)++] = slug;
    *slugs = grown;
}

bool ticket_has_informed(const struct ticket *ticket, struct str slug)
{
    return is_among(slug, ticket->informed, ticket->informed_count);
}

void ticket_add_informed(struct ticket *ticket, struct str slug, struct arena *arena)
{
    append(&ticket->informed, &ticket->informed_count, slug, arena);
}

bool ticket_has_returned(const struct ticket *ticket, struct str slug)
{
    return is_among(slug, ticket->hands.returned, ticket->hands.returned_count);
}

void ticket_add_returned(struct ticket *ticket, struct str slug, struct arena *arena)
{
    struct hands *hands = &ticket->hands;
    if (!ticket_has_returned(ticket, slug))
        append(&hands->returned, &hands->returned_count, slug, arena);
}

struct clock *ticket_clock(const struct ticket *ticket, enum clock_kind kind)
{
    for (size_t i = 0; i < ticket->clock_count; i++) {
        if (ticket->clocks[i].kind == kind)
            return &ticket->clocks[i];
    }
    return NULL;
}

static struct clock *add_clock(struct ticket *ticket, enum clock_kind kind, struct arena *arena)
{
    struct clock *grown = arena_alloc(arena, (ticket->clock_count + 1) * sizeof(*grown));
    if (ticket->clock_count)
        memcpy(grown, ticket->clocks, ticket->clock_count * sizeof(*grown));
    ticket->clocks = grown;
    struct clock *clock = &grown[ticket->clock_count++];
    clock_reset(clock, kind);
    return clock;
}

struct clock *ticket_clock_or_new(struct ticket *ticket, enum clock_kind kind, struct arena *arena)
{
    struct clock *clock = ticket_clock(ticket, kind);
    return clock ? clock : add_clock(ticket, kind, arena);
}

struct clock *ticket_named_clock(const struct ticket *ticket, struct str name)
{
    for (size_t i = 0; i < ticket->clock_count; i++) {
        struct clock *clock = &ticket->clocks[i];
        if (clock->kind == CLOCK_NAMED && str_equal(clock->name, name))
            return clock;
    }
    return NULL;
}

struct clock *ticket_named_clock_or_new(struct ticket *ticket, struct str name, struct arena *arena)
{
    struct clock *clock = ticket_named_clock(ticket, name);
    int number = 0;
    if (clock)
        return clock;
    for (size_t i = 0; i < ticket->clock_count; i++)
        number += ticket->clocks[i].kind == CLOCK_NAMED;
    clock = add_clock(ticket, CLOCK_NAMED, arena);
    clock->name = name;
    clock->number = number;
    return clock;
}

struct clock *ticket_clock_of(const struct ticket *ticket, int subject)
{
    for (size_t i = 0; subject >= 0 && i < ticket->clock_count; i++) {
        if (clock_subject(&ticket->clocks[i]) == subject)
            return &ticket->clocks[i];
    }
    return NULL;
}

struct climb *ticket_add_climb(struct ticket *ticket, struct arena *arena)
{
    ticket->climbs = arena_grow(arena, ticket->climbs, ticket->climb_count, &ticket->climb_capacity,
                                sizeof(*ticket->climbs));
    struct climb *climb = &ticket->climbs[ticket->climb_count++];
    *climb = (struct climb){ 0 };
    return climb;
}

size_t ticket_definitions(const struct ticket *ticket, uint64_t *hashes, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < ticket->clock_count && count < room; i++) {
        if (ticket->clocks[i].state != CLOCK_OFF && ticket->clocks[i].definition)
            hashes[count++] = ticket->clocks[i].definition;
    }
    for (size_t i = 0; i < ticket->climb_count && count < room; i++)
        hashes[count++] = ticket->climbs[i].definition;
    return count;
}

time_ms ticket_deadline(const struct ticket *ticket, const struct definitions *definitions)
{
    time_ms first = time_min(ticket->purge_at, ticket->origin.ask_at);
    for (size_t i = 0; i < ticket->clock_count; i++)
        first = time_min(first, clock_deadline(&ticket->clocks[i]));
    for (size_t i = 0; i < ticket->climb_count; i++)
        first = time_min(first, climb_deadline(&ticket->climbs[i], definitions));
    return first;
}
