/* Version 2 of a ticket's state, frozen: tagged sections. Those that version 3 has as they are
 * stand here, too. */
#include "ticket_codec.h"

enum flag {
    FLAG_PINNED = 1 << 0,
    FLAG_ACCEPTED = 1 << 1,
    FLAG_UNROUTED = 1 << 2,
    FLAG_CUSTOMER_GIVEN = 1 << 3,
    FLAG_CUSTOMER_INTERNAL = 1 << 4,
    FLAG_ALL = (1 << 5) - 1
};

/* Small values that share a byte: a clock's state, whether it warned, its band; a climb's band,
 * whether it is acknowledged, and its subject. */
enum { CLOCK_STATE_BITS = 7, CLOCK_WARNED = 1 << 3, CLOCK_BAND_SHIFT = 4 };
enum { CLIMB_BAND_BITS = 7, CLIMB_ACKNOWLEDGED = 1 << 3, CLIMB_SUBJECT_SHIFT = 4 };

/* ---- what is always there */

static void pack_times(struct buf *out, const struct ticket *ticket)
{
    pack_time(out, ticket->last_event, ticket->created);
    pack_time(out, ticket->last_customer, ticket->created);
    pack_time(out, ticket->last_agent, ticket->created);
    pack_time(out, ticket->first_reply, ticket->created);
    pack_time(out, ticket->resolved_at, ticket->created);
    pack_time(out, ticket->closed_at, ticket->created);
    pack_time(out, ticket->purge_at, ticket->created);
}

static void unpack_times(struct unpack *in, struct ticket *ticket)
{
    ticket->last_event = unpack_time(in, ticket->created);
    ticket->last_customer = unpack_time(in, ticket->created);
    ticket->last_agent = unpack_time(in, ticket->created);
    ticket->first_reply = unpack_time(in, ticket->created);
    ticket->resolved_at = unpack_time(in, ticket->created);
    ticket->closed_at = unpack_time(in, ticket->created);
    ticket->purge_at = unpack_time(in, ticket->created);
}

static unsigned flags_of(const struct ticket *ticket)
{
    return (ticket->pinned ? FLAG_PINNED : 0u) | (ticket->accepted ? FLAG_ACCEPTED : 0u) |
           (ticket->unrouted ? FLAG_UNROUTED : 0u) |
           (ticket->customer.given ? FLAG_CUSTOMER_GIVEN : 0u) |
           (ticket->customer.internal ? FLAG_CUSTOMER_INTERNAL : 0u);
}

static bool has_core(const struct ticket *ticket)
{
    (void)ticket;
    return true;
}

static void pack_core(const struct ticket *ticket, struct buf *out)
{
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
    pack_number(out, (uint64_t)ticket->contacts);
    pack_number(out, (uint64_t)ticket->reopens);
    pack_times(out, ticket);
}

static void unpack_core(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    ticket->turns = (uint32_t)unpack_bounded(in, UINT32_MAX);
    ticket->status = (enum status)unpack_bounded(in, STATUS_COUNT - 1);
    uint64_t flags = unpack_bounded(in, FLAG_ALL);
    ticket->pinned = flags & FLAG_PINNED;
    ticket->accepted = flags & FLAG_ACCEPTED;
    ticket->unrouted = flags & FLAG_UNROUTED;
    ticket->customer.given = flags & FLAG_CUSTOMER_GIVEN;
    ticket->customer.internal = flags & FLAG_CUSTOMER_INTERNAL;
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
    ticket->contacts = (int)unpack_bounded(in, INT32_MAX);
    ticket->reopens = (int)unpack_bounded(in, INT32_MAX);
    unpack_times(in, ticket);
}

/* ---- the customer */

static bool has_customer(const struct ticket *ticket)
{
    const struct customer *customer = &ticket->customer;
    return str_present(customer->account) || str_present(customer->contact) ||
           str_present(customer->department) || str_present(customer->tier) ||
           str_present(customer->lifecycle) || customer->value >= 0 || customer->vulnerable >= 0;
}

static void pack_customer(const struct ticket *ticket, struct buf *out)
{
    const struct customer *customer = &ticket->customer;
    pack_str(out, customer->account);
    pack_str(out, customer->contact);
    pack_str(out, customer->department);
    pack_str(out, customer->tier);
    pack_str(out, customer->lifecycle);
    pack_byte(out, (unsigned)(customer->value + 1));
    pack_byte(out, (unsigned)(customer->vulnerable + 1));
}

static void unpack_customer(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    struct customer *customer = &ticket->customer;
    (void)arena;
    customer->account = unpack_str(in);
    customer->contact = unpack_str(in);
    customer->department = unpack_str(in);
    customer->tier = unpack_str(in);
    customer->lifecycle = unpack_str(in);
    customer->value = (int)unpack_byte(in) - 1;
    customer->vulnerable = (int)unpack_byte(in) - 1;
}

/* ---- clocks, each with its kind */

static bool has_clocks(const struct ticket *ticket)
{
    for (size_t i = 0; i < ticket->clock_count; i++) {
        if (ticket->clocks[i].state != CLOCK_OFF)
            return true;
    }
    return false;
}

static void pack_clocks(const struct ticket *ticket, struct buf *out)
{
    for (size_t i = 0; i < ticket->clock_count; i++) {
        const struct clock *clock = &ticket->clocks[i];
        if (clock->state == CLOCK_OFF)
            continue;
        pack_byte(out, (unsigned)clock->kind);
        pack_byte(out, (unsigned)clock->state | (clock->warned ? CLOCK_WARNED : 0u) |
                           (unsigned)clock->band << CLOCK_BAND_SHIFT);
        pack_fixed64(out, clock->definition);
        pack_time(out, clock->start, ticket->created);
        pack_time(out, clock->due, ticket->created);
        pack_time(out, clock->warn, ticket->created);
        pack_time(out, clock->breached, ticket->created);
        pack_time(out, clock->fulfilled, ticket->created);
        pack_intervals(out, clock, ticket->created);
    }
}

static void unpack_clock(struct unpack *in, struct clock *clock, time_ms base, struct arena *arena)
{
    unsigned bits = unpack_byte(in);
    clock->state = (enum clock_state)(bits & CLOCK_STATE_BITS);
    clock->warned = bits & CLOCK_WARNED ? CLOCK_WARNED_ALL : 0;
    clock->band = (int)(bits >> CLOCK_BAND_SHIFT);
    clock->definition = unpack_fixed64(in);
    clock->start = unpack_time(in, base);
    clock->due = unpack_time(in, base);
    clock->warn = unpack_time(in, base);
    clock->breached = unpack_time(in, base);
    clock->fulfilled = unpack_time(in, base);
    unpack_intervals(in, clock, base, arena);
    /* One that is off is not written. */
    if (clock->state == CLOCK_OFF || clock->state > CLOCK_ENDED || clock->band >= BAND_COUNT)
        in->failed = true;
}

static void unpack_clocks(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    while (!in->failed && in->at < in->end) {
        enum clock_kind kind = (enum clock_kind)unpack_bounded(in, clock_kind_count - 1);
        if (in->failed || ticket_clock(ticket, kind)) {
            in->failed = true;
            return;
        }
        unpack_clock(in, ticket_clock_or_new(ticket, kind, arena), ticket->created, arena);
    }
}

/* ---- climbs */

static bool has_climbs(const struct ticket *ticket)
{
    return ticket->climb_count > 0;
}

static int min_subject(int subject)
{
    return subject > CLOCK_NAMED ? CLOCK_NAMED : subject;
}

static void pack_climbs(const struct ticket *ticket, struct buf *out)
{
    for (size_t i = 0; i < ticket->climb_count; i++) {
        const struct climb *climb = &ticket->climbs[i];
        pack_fixed64(out, climb->definition);
        pack_byte(out, (unsigned)climb->trigger);
        pack_byte(out, (unsigned)(climb->band + 1) |
                           (climb->acknowledged ? CLIMB_ACKNOWLEDGED : 0u) |
                           (unsigned)(min_subject(climb->subject) + 1) << CLIMB_SUBJECT_SHIFT);
        if (climb->subject >= CLOCK_NAMED) /* from version 3 on */
            pack_number(out, (uint64_t)(climb->subject - CLOCK_NAMED));
        pack_time(out, climb->since, ticket->created);
        pack_number(out, climb->next);
        pack_number(out, climb->told);
        pack_number(out, climb->rung);
        if (!climb->acknowledged)
            continue;
        pack_time(out, climb->restart_at, ticket->created);
        pack_str(out, climb->by);
    }
}

static void unpack_climb(struct unpack *in, struct climb *climb, time_ms base)
{
    climb->definition = unpack_fixed64(in);
    climb->trigger = (enum trigger)unpack_bounded(in, TRIGGER_COUNT - 1);
    unsigned bits = unpack_byte(in);
    climb->acknowledged = bits & CLIMB_ACKNOWLEDGED;
    climb->band = (int)(bits & CLIMB_BAND_BITS) - 1;
    climb->subject = (int)(bits >> CLIMB_SUBJECT_SHIFT) - 1;
    if (climb->band >= BAND_COUNT || climb->subject >= (int)clock_kind_count)
        in->failed = true;
    if (climb->subject == CLOCK_NAMED)
        climb->subject += (int)unpack_bounded(in, TICKET_LIST_MAX);
    climb->since = unpack_time(in, base);
    climb->next = (unsigned)unpack_bounded(in, LADDER_STEPS_MAX);
    climb->told = (uint32_t)unpack_bounded(in, UINT32_MAX);
    climb->rung = (uint32_t)unpack_bounded(in, UINT32_MAX);
    climb->restart_at = climb->acknowledged ? unpack_time(in, base) : TIME_NEVER;
    climb->by = climb->acknowledged ? unpack_str(in) : STR_NONE;
}

static void unpack_climbs(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    while (!in->failed && in->at < in->end) {
        unpack_climb(in, ticket_add_climb(ticket, arena), ticket->created);
    }
}

/* ---- the source's last row, identities */

static bool has_row(const struct ticket *ticket)
{
    return ticket->row.given;
}

static void pack_row(const struct ticket *ticket, struct buf *out)
{
    pack_str(out, ticket->row.department);
    pack_str(out, ticket->row.status);
}

static void unpack_row(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    (void)arena;
    ticket->row.given = true;
    ticket->row.department = unpack_str(in);
    ticket->row.status = unpack_str(in);
}

static bool has_seen(const struct ticket *ticket)
{
    return ticket->seen_count > 0 || ticket->newly_seen;
}

static void pack_identities(const struct ticket *ticket, struct buf *out)
{
    pack_seen(out, ticket); /* how many is told by the section's size */
}

static void unpack_seen(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    size_t size = (size_t)(in->end - in->at);
    (void)arena;
    if (size % 8 || size / 8 > TICKET_SEEN_MAX)
        in->failed = true;
    ticket->seen_count = size / 8;
    ticket->seen = unpack_bytes(in, size);
}

/* ---- the sections */

const struct section section_core = { has_core, pack_core, unpack_core };
const struct section section_customer = { has_customer, pack_customer, unpack_customer };
const struct section section_climbs = { has_climbs, pack_climbs, unpack_climbs };
const struct section section_row = { has_row, pack_row, unpack_row };
const struct section section_seen = { has_seen, pack_identities, unpack_seen };

static const struct section section_clocks = { has_clocks, pack_clocks, unpack_clocks };

static const struct section *const sections[TAG_COUNT_V2] = {
    [TAG_CORE] = &section_core,     [TAG_CUSTOMER] = &section_customer,
    [TAG_CLOCKS] = &section_clocks, [TAG_CLIMBS] = &section_climbs,
    [TAG_ROW] = &section_row,       [TAG_SEEN] = &section_seen,
};

static void pack(const struct ticket *ticket, time_ms deadline, struct buf *out)
{
    sections_pack(sections, TAG_COUNT_V2, ticket, deadline, out);
}

static bool unpack(struct unpack *in, struct str id, struct ticket *ticket, struct arena *arena,
                   const char **why)
{
    return sections_unpack(sections, TAG_COUNT_V2, in, id, ticket, arena, why);
}

const struct ticket_codec ticket_v2 = { ticket_fits_before_pauses, pack, unpack,
                                        sections_deadline };
