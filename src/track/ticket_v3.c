/* Version 3 of a ticket's state: the sections of version 2, with clocks that have many intervals,
 * and for whom the ticket waits. */
#include "ticket_codec.h"

/* Small values that share a byte, and what is there at all. */
enum { CLOCK_STATE_BITS = 7, CLOCK_BAND_SHIFT = 3, CLOCK_BAND_BITS = 3, CLOCK_KIND_SHIFT = 5 };
enum flag {
    FLAG_SAME_DEFINITION = 1 << 0, /* as the clock before */
    FLAG_WARNED_ALL = 1 << 1,
    FLAG_WARNED_SOME = 1 << 2,
    FLAG_WARN = 1 << 3,
    FLAG_BREACHED = 1 << 4,
    FLAG_FULFILLED = 1 << 5,
    FLAG_EXTENDED = 1 << 6,
    FLAG_ALL = (1 << 7) - 1
};

static bool has_clocks(const struct ticket *ticket)
{
    for (size_t i = 0; i < ticket->clock_count; i++) {
        if (ticket->clocks[i].state != CLOCK_OFF)
            return true;
    }
    return false;
}

static unsigned flags_of(const struct clock *clock, const struct clock *before)
{
    bool all = clock->warned == CLOCK_WARNED_ALL;
    return (before && before->definition == clock->definition ? FLAG_SAME_DEFINITION : 0u) |
           (all ? FLAG_WARNED_ALL : 0u) | (clock->warned && !all ? FLAG_WARNED_SOME : 0u) |
           (clock->warn != TIME_NEVER && !all ? FLAG_WARN : 0u) |
           (clock->breached != TIME_NEVER ? FLAG_BREACHED : 0u) |
           (clock->fulfilled != TIME_NEVER ? FLAG_FULFILLED : 0u) |
           (clock->extensions ? FLAG_EXTENDED : 0u);
}

/* The first begins with the clock, each other where the one before ends. */
static void pack_lasting(struct buf *out, const struct clock *clock)
{
    pack_number(out, clock->interval_count);
    for (size_t i = 0; i < clock->interval_count; i++) {
        pack_byte(out, (unsigned)clock->intervals[i].reason);
        pack_time(out, clock->intervals[i].to, clock->intervals[i].from);
    }
}

static void unpack_lasting(struct unpack *in, struct clock *clock, struct arena *arena)
{
    time_ms from = clock->start;
    clock->interval_count = unpack_bounded(in, TICKET_LIST_MAX);
    if (clock->interval_count == 0)
        in->failed = true;
    if (in->failed)
        return;
    clock->intervals = arena_alloc(arena, clock->interval_count * sizeof(*clock->intervals));
    for (size_t i = 0; i < clock->interval_count; i++) {
        struct interval *interval = &clock->intervals[i];
        interval->reason = (enum interval_reason)unpack_bounded(in, INTERVAL_REASON_COUNT - 1);
        interval->from = from;
        interval->to = from = unpack_time(in, from);
        if (from == TIME_NEVER && i + 1 < clock->interval_count)
            in->failed = true; /* only the last can last */
    }
}

static void pack_clock(struct buf *out, const struct clock *clock, const struct clock *before,
                       time_ms base)
{
    unsigned flags = flags_of(clock, before);
    pack_byte(out, (unsigned)clock->state | (unsigned)clock->band << CLOCK_BAND_SHIFT |
                       (unsigned)clock->kind << CLOCK_KIND_SHIFT);
    if (clock->kind == CLOCK_NAMED)
        pack_str(out, clock->name);
    pack_byte(out, flags);
    if (!(flags & FLAG_SAME_DEFINITION))
        pack_fixed64(out, clock->definition);
    pack_time(out, clock->start, base);
    pack_time(out, clock->due, base);
    if (flags & FLAG_WARNED_SOME)
        pack_byte(out, clock->warned);
    if (flags & FLAG_WARN)
        pack_time(out, clock->warn, base);
    if (flags & FLAG_BREACHED)
        pack_time(out, clock->breached, base);
    if (flags & FLAG_FULFILLED)
        pack_time(out, clock->fulfilled, base);
    if (flags & FLAG_EXTENDED) {
        pack_number(out, (uint64_t)clock->extensions);
        pack_signed(out, clock->extension);
    }
    pack_lasting(out, clock);
}

static void pack_clocks(const struct ticket *ticket, struct buf *out)
{
    const struct clock *before = NULL;
    for (size_t i = 0; i < ticket->clock_count; i++) {
        const struct clock *clock = &ticket->clocks[i];
        if (clock->state == CLOCK_OFF)
            continue;
        pack_clock(out, clock, before, ticket->created);
        before = clock;
    }
}

static void unpack_warnings(struct unpack *in, struct clock *clock, unsigned flags, time_ms base)
{
    clock->warned = flags & FLAG_WARNED_ALL ? CLOCK_WARNED_ALL : 0;
    if (flags & FLAG_WARNED_SOME) {
        clock->warned = unpack_byte(in);
        if (clock->warned == 0 || clock->warned >= CLOCK_WARNED_ALL || flags & FLAG_WARNED_ALL)
            in->failed = true;
    }
    clock->warn = flags & FLAG_WARN ? unpack_time(in, base) : TIME_NEVER;
}

static void unpack_clock(struct unpack *in, struct clock *clock, uint64_t definition, time_ms base,
                         struct arena *arena)
{
    unsigned flags = (unsigned)unpack_bounded(in, FLAG_ALL);
    clock->definition = flags & FLAG_SAME_DEFINITION ? definition : unpack_fixed64(in);
    clock->start = unpack_time(in, base);
    clock->due = unpack_time(in, base);
    unpack_warnings(in, clock, flags, base);
    clock->breached = flags & FLAG_BREACHED ? unpack_time(in, base) : TIME_NEVER;
    clock->fulfilled = flags & FLAG_FULFILLED ? unpack_time(in, base) : TIME_NEVER;
    if (flags & FLAG_EXTENDED) {
        clock->extensions = (int)unpack_bounded(in, INT32_MAX);
        clock->extension = unpack_signed(in);
    }
    unpack_lasting(in, clock, arena);
}

/* A new one; NULL: the ticket has it already, or it has no name and needs one. */
static struct clock *unpack_kind(struct unpack *in, struct ticket *ticket, enum clock_kind kind,
                                 struct arena *arena)
{
    if (kind != CLOCK_NAMED)
        return ticket_clock(ticket, kind) ? NULL : ticket_clock_or_new(ticket, kind, arena);
    struct str name = unpack_str(in);
    if (in->failed || str_empty(name) || ticket_named_clock(ticket, name) ||
        ticket->clock_count >= TICKET_LIST_MAX)
        return NULL;
    return ticket_named_clock_or_new(ticket, name, arena);
}

static void unpack_clocks(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    uint64_t definition = 0;
    while (!in->failed && in->at < in->end) {
        unsigned bits = unpack_byte(in);
        enum clock_state state = (enum clock_state)(bits & CLOCK_STATE_BITS);
        enum clock_kind kind = (enum clock_kind)(bits >> CLOCK_KIND_SHIFT);
        struct clock *clock = unpack_kind(in, ticket, kind, arena);
        if (!clock || state == CLOCK_OFF || state >= CLOCK_STATE_COUNT) {
            in->failed = true; /* one that is off is not written */
            return;
        }
        clock->state = state;
        clock->band = (int)(bits >> CLOCK_BAND_SHIFT & CLOCK_BAND_BITS);
        unpack_clock(in, clock, definition, ticket->created, arena);
        definition = clock->definition;
    }
}

/* ---- for whom it waits */

static bool has_wait(const struct ticket *ticket)
{
    return ticket->wait != WAIT_NONE;
}

static void pack_wait(const struct ticket *ticket, struct buf *out)
{
    pack_byte(out, (unsigned)ticket->wait);
}

static void unpack_wait(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    (void)arena;
    ticket->wait = (enum wait)unpack_bounded(in, WAIT_COUNT - 1);
    if (ticket->wait == WAIT_NONE)
        in->failed = true;
}

/* ---- what it was merged into */

static bool has_merged(const struct ticket *ticket)
{
    return str_present(ticket->into);
}

static void pack_merged(const struct ticket *ticket, struct buf *out)
{
    pack_str(out, ticket->into);
}

static void unpack_merged(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    (void)arena;
    ticket->into = unpack_str(in);
    if (str_empty(ticket->into))
        in->failed = true;
}

/* ---- the sections */

static const struct section section_clocks = { has_clocks, pack_clocks, unpack_clocks };
static const struct section section_wait = { has_wait, pack_wait, unpack_wait };

static const struct section section_merged = { has_merged, pack_merged, unpack_merged };

static const struct section *const sections[TAG_COUNT_V3] = {
    [TAG_CORE] = &section_core,     [TAG_CUSTOMER] = &section_customer,
    [TAG_CLOCKS] = &section_clocks, [TAG_CLIMBS] = &section_climbs,
    [TAG_ROW] = &section_row,       [TAG_SEEN] = &section_seen,
    [TAG_WAIT] = &section_wait,     [TAG_HANDS] = &section_hands,
    [TAG_LEDGER] = &section_ledger, [TAG_MERGED] = &section_merged,
    [TAG_LINKS] = &section_links,   [TAG_PAST] = &section_past,
    [TAG_LATERS] = &section_laters,
};

static void pack(const struct ticket *ticket, time_ms deadline, struct buf *out)
{
    sections_pack(sections, TAG_COUNT_V3, ticket, deadline, out);
}

static bool unpack(struct unpack *in, struct str id, struct ticket *ticket, struct arena *arena,
                   const char **why)
{
    return sections_unpack(sections, TAG_COUNT_V3, in, id, ticket, arena, why);
}

const struct ticket_codec ticket_v3 = { NULL, pack, unpack, sections_deadline };
