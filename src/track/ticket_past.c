/* How its band changed, and what of its past counts: a section of its state, from version 3 on. */
#include "ticket_codec.h"

static bool has_past(const struct ticket *ticket)
{
    return ticket->band_change_count > 0 || ticket->returns > 0 || ticket->ratings > 0;
}

static void pack_past(const struct ticket *ticket, struct buf *out)
{
    pack_number(out, (uint64_t)ticket->returns);
    pack_number(out, (uint64_t)ticket->ratings);
    pack_number(out, ticket->band_change_count);
    for (size_t i = 0; i < ticket->band_change_count; i++) {
        const struct band_change *change = &ticket->band_changes[i];
        pack_byte(out, (unsigned)change->from);
        pack_byte(out, (unsigned)change->to);
        pack_time(out, change->at, ticket->created);
        pack_str(out, change->by);
    }
}

static void unpack_past(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    ticket->returns = (int)unpack_bounded(in, INT32_MAX);
    ticket->ratings = (int)unpack_bounded(in, INT32_MAX);
    ticket->band_change_count = unpack_bounded(in, TICKET_LIST_MAX);
    if (in->failed || ticket->band_change_count == 0)
        return;
    ticket->band_changes =
        arena_alloc(arena, ticket->band_change_count * sizeof(*ticket->band_changes));
    for (size_t i = 0; i < ticket->band_change_count; i++) {
        struct band_change *change = &ticket->band_changes[i];
        change->from = (int)unpack_bounded(in, BAND_COUNT - 1);
        change->to = (int)unpack_bounded(in, BAND_COUNT - 1);
        change->at = unpack_time(in, ticket->created);
        change->by = unpack_str(in);
    }
}

const struct section section_past = { has_past, pack_past, unpack_past };
