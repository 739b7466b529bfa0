/* Through whose hands a ticket went: a section of its state, from version 3 on. */
#include "ticket_codec.h"

enum { HANDS_DISPUTE = 1 };

static bool has_hands(const struct ticket *ticket)
{
    const struct hands *hands = &ticket->hands;
    bool moved = str_present(hands->first) && !str_equal(hands->first, ticket->department);
    return moved || str_present(hands->from) || hands->returns || hands->dispute;
}

static void pack_hands(const struct ticket *ticket, struct buf *out)
{
    const struct hands *hands = &ticket->hands;
    pack_byte(out, hands->dispute ? HANDS_DISPUTE : 0);
    pack_str(out, hands->first);
    pack_str(out, hands->from);
    pack_strings(out, hands->returned, hands->returned_count);
    pack_number(out, (uint64_t)hands->returns);
    pack_number(out, (uint64_t)hands->ping_pongs);
}

static void unpack_hands(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    struct hands *hands = &ticket->hands;
    hands->dispute = unpack_bounded(in, HANDS_DISPUTE);
    hands->first = unpack_str(in);
    hands->from = unpack_str(in);
    hands->returned = unpack_strings(in, &hands->returned_count, arena);
    hands->returns = (int)unpack_bounded(in, INT32_MAX);
    hands->ping_pongs = (int)unpack_bounded(in, INT32_MAX);
}

const struct section section_hands = { has_hands, pack_hands, unpack_hands };
