/* struct ticket <-> bytes: the version, what its codec packs, a check sum. */
#include <assert.h>
#include <string.h>

#include "base/hash.h"
#include "ticket_codec.h"

enum { CHECK_SIZE = 4 };

static const struct ticket_codec *const codecs[TICKET_VERSION + 1] = {
    [1] = &ticket_v1,
    [2] = &ticket_v2,
    [3] = &ticket_v3,
};

void pack_strings(struct buf *out, const struct str *items, size_t count)
{
    pack_number(out, count);
    for (size_t i = 0; i < count; i++)
        pack_str(out, items[i]);
}

struct str *unpack_strings(struct unpack *in, size_t *count, struct arena *arena)
{
    *count = unpack_bounded(in, TICKET_LIST_MAX);
    if (*count == 0)
        return NULL;
    struct str *items = arena_alloc(arena, *count * sizeof(*items));
    for (size_t i = 0; i < *count; i++)
        items[i] = unpack_str(in);
    return items;
}

void pack_intervals(struct buf *out, const struct clock *clock, time_ms base)
{
    pack_number(out, clock->interval_count);
    for (size_t i = 0; i < clock->interval_count; i++) {
        pack_time(out, clock->intervals[i].from, base);
        pack_time(out, clock->intervals[i].to, base);
        pack_byte(out, (unsigned)clock->intervals[i].reason);
    }
}

void unpack_intervals(struct unpack *in, struct clock *clock, time_ms base, struct arena *arena)
{
    clock->interval_count = unpack_bounded(in, TICKET_LIST_MAX);
    if (clock->interval_count == 0)
        in->failed = true;
    if (in->failed)
        return;
    clock->intervals = arena_alloc(arena, clock->interval_count * sizeof(*clock->intervals));
    for (size_t i = 0; i < clock->interval_count; i++) {
        clock->intervals[i].from = unpack_time(in, base);
        clock->intervals[i].to = unpack_time(in, base);
        clock->intervals[i].reason = (enum interval_reason)unpack_bounded(in, INTERVAL_REOPENED);
    }
}

static bool is_before_pauses(const struct clock *clock)
{
    if (clock->state == CLOCK_OFF)
        return true;
    if (clock->kind != CLOCK_RESPONSE || clock->state == CLOCK_PAUSED || clock->extensions ||
        (clock->warned != 0 && clock->warned != CLOCK_WARNED_ALL))
        return false;
    for (size_t i = 0; i < clock->interval_count; i++) {
        if (clock->intervals[i].reason > INTERVAL_REOPENED)
            return false;
    }
    return true;
}

bool ticket_fits_before_pauses(const struct ticket *ticket)
{
    for (size_t i = 0; i < ticket->clock_count; i++) {
        if (!is_before_pauses(&ticket->clocks[i]))
            return false;
    }
    for (size_t i = 0; i < ticket->climb_count; i++) {
        if (ticket->climbs[i].trigger > TRIGGER_DEADLETTER ||
            ticket->climbs[i].subject > CLOCK_RESPONSE)
            return false;
    }
    return ticket->wait == WAIT_NONE && !str_present(ticket->into) &&
           !section_hands.present(ticket) && !section_ledger.present(ticket) &&
           !section_links.present(ticket) && !section_past.present(ticket) &&
           !section_laters.present(ticket);
}

size_t seen_kept(const struct ticket *ticket)
{
    size_t added = ticket->newly_seen ? 1 : 0;
    return ticket->seen_count + added > TICKET_SEEN_MAX ? TICKET_SEEN_MAX
                                                        : ticket->seen_count + added;
}

void pack_seen(struct buf *out, const struct ticket *ticket)
{
    size_t kept = seen_kept(ticket) - (ticket->newly_seen ? 1 : 0);
    if (kept)
        buf_add(out, ticket->seen + 8 * (ticket->seen_count - kept), 8 * kept);
    if (ticket->newly_seen)
        pack_fixed64(out, ticket->newly_seen);
}

void ticket_encode(const struct ticket *ticket, int version, time_ms deadline, struct buf *out)
{
    size_t start = out->size;
    assert(version >= TICKET_OLDEST && version <= TICKET_VERSION);
    while (codecs[version]->fits && !codecs[version]->fits(ticket))
        version++;
    buf_reserve(out, 512 + 8 * ticket->seen_count);
    pack_byte(out, (unsigned)version);
    codecs[version]->pack(ticket, deadline, out);
    struct str body = { out->data + start, out->size - start };
    pack_fixed32(out, (uint32_t)hash64(body));
}

static bool check(struct str state, struct error *err)
{
    if (state.size == 0)
        return error_set(err, "a ticket's state is empty");
    unsigned version = (unsigned char)state.data[0];
    if (version > TICKET_VERSION)
        return error_set(err,
                         "a ticket's state has version %u, this release reads up to version %d: it "
                         "was written by a newer release",
                         version, TICKET_VERSION);
    if (version == 0 || state.size < 1 + CHECK_SIZE)
        return error_set(err, "a ticket's state is truncated or no state at all (%zu bytes)",
                         state.size);
    struct str body = { state.data, state.size - CHECK_SIZE };
    struct unpack tail = unpack_from((struct str){ body.data + body.size, CHECK_SIZE });
    if (unpack_fixed32(&tail) != (uint32_t)hash64(body))
        return error_set(err, "a ticket's state is damaged (its check sum is wrong, %zu bytes)",
                         state.size);
    return true;
}

static struct unpack packed(struct str state)
{
    return unpack_from((struct str){ state.data + 1, state.size - 1 - CHECK_SIZE });
}

bool ticket_decode(struct str state, struct str id, struct arena *arena, struct ticket *ticket,
                   struct error *err)
{
    const char *why = "other fields than that has";
    if (!check(state, err))
        return false;
    unsigned version = (unsigned char)state.data[0];
    struct unpack in = packed(state);
    if (!codecs[version]->unpack(&in, id, ticket, arena, &why))
        return error_set(err, "a ticket's state of version %u has %s", version, why);
    if (!str_present(ticket->hands.first))
        ticket->hands.first = ticket->department; /* it never moved, as far as is known */
    return true;
}

int ticket_version(struct str state)
{
    return state.size > 0 ? (unsigned char)state.data[0] : 0;
}

bool ticket_peek(struct str state, time_ms *deadline, struct error *err)
{
    if (!check(state, err))
        return false;
    struct unpack in = packed(state);
    *deadline = codecs[(unsigned char)state.data[0]]->deadline(&in);
    return true;
}
