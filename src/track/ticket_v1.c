/* Version 1 of a ticket's state, frozen: every field in this order, one clock, a climb for a
 * trigger. */
#include "ticket_codec.h"

enum flag {
    FLAG_PINNED = 1 << 0,
    FLAG_ACCEPTED = 1 << 1,
    FLAG_UNROUTED = 1 << 2,
    FLAG_CUSTOMER_GIVEN = 1 << 3,
    FLAG_CUSTOMER_INTERNAL = 1 << 4,
    FLAG_ROW = 1 << 5,
    FLAG_ALL = (1 << 6) - 1
};

static unsigned flags_of(const struct ticket *ticket)
{
    return (ticket->pinned ? FLAG_PINNED : 0u) | (ticket->accepted ? FLAG_ACCEPTED : 0u) |
           (ticket->unrouted ? FLAG_UNROUTED : 0u) |
           (ticket->customer.given ? FLAG_CUSTOMER_GIVEN : 0u) |
           (ticket->customer.internal ? FLAG_CUSTOMER_INTERNAL : 0u) |
           (ticket->row.given ? FLAG_ROW : 0u);
}

static void pack_customer(struct buf *out, const struct customer *customer)
{
    pack_str(out, customer->account);
    pack_str(out, customer->contact);
    pack_str(out, customer->department);
    pack_str(out, customer->tier);
    pack_str(out, customer->lifecycle);
    pack_byte(out, (unsigned)(customer->value + 1));
    pack_byte(out, (unsigned)(customer->vulnerable + 1));
}

static void unpack_customer(struct unpack *in, struct customer *customer)
{
    customer->account = unpack_str(in);
    customer->contact = unpack_str(in);
    customer->department = unpack_str(in);
    customer->tier = unpack_str(in);
    customer->lifecycle = unpack_str(in);
    customer->value = (int)unpack_byte(in) - 1;
    customer->vulnerable = (int)unpack_byte(in) - 1;
}

static void pack_clock(struct buf *out, const struct clock *clock, time_ms base)
{
    pack_byte(out, clock ? (unsigned)clock->state : CLOCK_OFF);
    if (!clock || clock->state == CLOCK_OFF)
        return;
    pack_byte(out, clock->warned != 0);
    pack_byte(out, (unsigned)clock->band);
    pack_fixed64(out, clock->definition);
    pack_time(out, clock->start, base);
    pack_time(out, clock->due, base);
    pack_time(out, clock->warn, base);
    pack_time(out, clock->breached, base);
    pack_time(out, clock->fulfilled, base);
    pack_intervals(out, clock, base);
}

static void unpack_clock(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    enum clock_state state = (enum clock_state)unpack_bounded(in, CLOCK_ENDED);
    time_ms base = ticket->created;
    if (state == CLOCK_OFF)
        return;
    struct clock *clock = ticket_clock_or_new(ticket, CLOCK_RESPONSE, arena);
    clock->state = state;
    clock->warned = unpack_bounded(in, 1) ? CLOCK_WARNED_ALL : 0;
    clock->band = (int)unpack_bounded(in, BAND_COUNT - 1);
    clock->definition = unpack_fixed64(in);
    clock->start = unpack_time(in, base);
    clock->due = unpack_time(in, base);
    clock->warn = unpack_time(in, base);
    clock->breached = unpack_time(in, base);
    clock->fulfilled = unpack_time(in, base);
    unpack_intervals(in, clock, base, arena);
}

static void pack_climb(struct buf *out, const struct climb *climb, time_ms base)
{
    pack_fixed64(out, climb->definition);
    pack_byte(out, (unsigned)climb->trigger);
    pack_byte(out, (unsigned)(climb->band + 1));
    pack_time(out, climb->since, base);
    pack_number(out, climb->next);
    pack_number(out, climb->told);
    pack_byte(out, climb->acknowledged);
    pack_time(out, climb->restart_at, base);
    pack_str(out, climb->by);
}

/* There was one clock for triggers to be about. */
static int subject_of_old(enum trigger trigger)
{
    return trigger == TRIGGER_WARNING || trigger == TRIGGER_BREACH ? CLOCK_RESPONSE : -1;
}

/* Ascents were not told apart: what was told below the next step may be of this one. */
static uint32_t rung_of_old(const struct climb *climb)
{
    return climb->told & (uint32_t)((UINT64_C(1) << climb->next) - 1);
}

static void unpack_climb(struct unpack *in, struct climb *climb, time_ms base)
{
    climb->definition = unpack_fixed64(in);
    climb->trigger = (enum trigger)unpack_bounded(in, TRIGGER_COUNT - 1);
    climb->subject = subject_of_old(climb->trigger);
    climb->band = (int)unpack_bounded(in, BAND_COUNT) - 1;
    climb->since = unpack_time(in, base);
    climb->next = (unsigned)unpack_bounded(in, LADDER_STEPS_MAX);
    climb->told = (uint32_t)unpack_bounded(in, UINT32_MAX);
    climb->rung = rung_of_old(climb);
    climb->acknowledged = unpack_bounded(in, 1) != 0;
    climb->restart_at = unpack_time(in, base);
    climb->by = unpack_str(in);
}

static void pack_times(struct buf *out, const struct ticket *ticket)
{
    const time_ms times[] = { ticket->last_event,  ticket->last_customer, ticket->last_agent,
                              ticket->first_reply, ticket->resolved_at,   ticket->closed_at,
                              ticket->purge_at };
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
        pack_time(out, times[i], ticket->created);
}

static void unpack_times(struct unpack *in, struct ticket *ticket)
{
    time_ms *const times[] = { &ticket->last_event,  &ticket->last_customer, &ticket->last_agent,
                               &ticket->first_reply, &ticket->resolved_at,   &ticket->closed_at,
                               &ticket->purge_at };
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
        *times[i] = unpack_time(in, ticket->created);
}

static bool fits(const struct ticket *ticket)
{
    if (!ticket_fits_before_pauses(ticket))
        return false;
    for (size_t i = 0; i < ticket->climb_count; i++) {
        if (ticket->climbs[i].subject != subject_of_old(ticket->climbs[i].trigger))
            return false;
    }
    return true;
}

static void pack(const struct ticket *ticket, time_ms deadline, struct buf *out)
{
    pack_fixed64(out, (uint64_t)deadline);
    pack_signed(out, ticket->created);
    pack_number(out, ticket->turns);
    pack_byte(out, (unsigned)ticket->status);
    pack_byte(out, flags_of(ticket));
    pack_str(out, ticket->department);
    pack_strings(out, ticket->informed, ticket->informed_count);
    pack_byte(out, (unsigned)ticket->score);
    pack_byte(out, (unsigned)ticket->band);
    pack_byte(out, (unsigned)ticket->base);
    pack_byte(out, (unsigned)ticket->floor);
    pack_str(out, ticket->label);
    pack_byte(out, (unsigned)(ticket->cap + 1));
    pack_str(out, ticket->category);
    pack_strings(out, ticket->signals, ticket->signal_count);
    pack_str(out, ticket->quote);
    pack_customer(out, &ticket->customer);
    pack_number(out, (uint64_t)ticket->contacts);
    pack_number(out, (uint64_t)ticket->reopens);
    pack_times(out, ticket);
    pack_clock(out, ticket_clock(ticket, CLOCK_RESPONSE), ticket->created);
    pack_number(out, ticket->climb_count);
    for (size_t i = 0; i < ticket->climb_count; i++)
        pack_climb(out, &ticket->climbs[i], ticket->created);
    if (ticket->row.given) {
        pack_str(out, ticket->row.department);
        pack_str(out, ticket->row.status);
    }
    pack_number(out, seen_kept(ticket));
    pack_seen(out, ticket);
}

static void unpack_flags(struct unpack *in, struct ticket *ticket)
{
    unsigned flags = unpack_byte(in);
    if (flags > FLAG_ALL)
        in->failed = true;
    ticket->pinned = flags & FLAG_PINNED;
    ticket->accepted = flags & FLAG_ACCEPTED;
    ticket->unrouted = flags & FLAG_UNROUTED;
    ticket->customer.given = flags & FLAG_CUSTOMER_GIVEN;
    ticket->customer.internal = flags & FLAG_CUSTOMER_INTERNAL;
    ticket->row.given = flags & FLAG_ROW;
}

static void unpack_climbs(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    ticket->climb_count = unpack_bounded(in, TICKET_LIST_MAX);
    ticket->climb_capacity = ticket->climb_count;
    if (ticket->climb_count == 0)
        return;
    ticket->climbs = arena_alloc(arena, ticket->climb_count * sizeof(*ticket->climbs));
    for (size_t i = 0; i < ticket->climb_count; i++)
        unpack_climb(in, &ticket->climbs[i], ticket->created);
}

static bool unpack(struct unpack *in, struct str id, struct ticket *ticket, struct arena *arena,
                   const char **why)
{
    (void)why;
    time_ms deadline = (time_ms)unpack_fixed64(in), since_created;
    ticket_init(ticket, id, unpack_signed(in));
    /* Later versions keep the distance. */
    if (deadline != TIME_NEVER && __builtin_sub_overflow(deadline, ticket->created, &since_created))
        in->failed = true;
    ticket->turns = (uint32_t)unpack_bounded(in, UINT32_MAX);
    ticket->status = (enum status)unpack_bounded(in, STATUS_COUNT - 1);
    unpack_flags(in, ticket);
    ticket->department = unpack_str(in);
    ticket->informed = unpack_strings(in, &ticket->informed_count, arena);
    ticket->score = (int)unpack_byte(in);
    ticket->band = (int)unpack_bounded(in, BAND_COUNT - 1);
    ticket->base = (int)unpack_byte(in);
    ticket->floor = (int)unpack_byte(in);
    ticket->label = unpack_str(in);
    ticket->cap = (int)unpack_bounded(in, BAND_COUNT) - 1;
    ticket->category = unpack_str(in);
    ticket->signals = unpack_strings(in, &ticket->signal_count, arena);
    ticket->quote = unpack_str(in);
    unpack_customer(in, &ticket->customer);
    ticket->contacts = (int)unpack_bounded(in, INT32_MAX);
    ticket->reopens = (int)unpack_bounded(in, INT32_MAX);
    unpack_times(in, ticket);
    unpack_clock(in, ticket, arena);
    unpack_climbs(in, ticket, arena);
    if (ticket->row.given) {
        ticket->row.department = unpack_str(in);
        ticket->row.status = unpack_str(in);
    }
    ticket->seen_count = unpack_bounded(in, TICKET_SEEN_MAX);
    ticket->seen = unpack_bytes(in, 8 * ticket->seen_count);
    return !in->failed && in->at == in->end;
}

static time_ms deadline_of(struct unpack *in)
{
    return (time_ms)unpack_fixed64(in);
}

const struct ticket_codec ticket_v1 = { fits, pack, unpack, deadline_of };
