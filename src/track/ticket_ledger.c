/* Whose time a ticket's life was: a section of its state, from version 3 on. */
#include "ticket_codec.h"

/* Most tickets have one or two departments, and those stand elsewhere in the state. */
enum { NAME_HOLDER = PARTY_COUNT, NAME_FIRST, NAME_FROM, NAME_MAX = NAME_FROM };

static bool has_ledger(const struct ticket *ticket)
{
    return ticket->share_count > 0;
}

/* A party, or a department that stands elsewhere; PARTY_DEPARTMENT: its slug follows. */
static unsigned code_of(const struct ticket *ticket, const struct owner *owner)
{
    if (owner->party != PARTY_DEPARTMENT)
        return owner->party;
    if (str_equal(owner->department, ticket->department))
        return NAME_HOLDER;
    if (str_equal(owner->department, ticket->hands.first))
        return NAME_FIRST;
    return str_equal(owner->department, ticket->hands.from) ? NAME_FROM : PARTY_DEPARTMENT;
}

static void pack_ledger(const struct ticket *ticket, struct buf *out)
{
    for (size_t i = 0; i < ticket->share_count; i++) {
        const struct share *share = &ticket->shares[i];
        unsigned code = code_of(ticket, &share->owner);
        pack_byte(out, code);
        if (code == PARTY_DEPARTMENT)
            pack_str(out, share->owner.department);
        pack_number(out, (uint64_t)share->seconds);
    }
}

static struct owner unpack_owner(struct unpack *in, const struct ticket *ticket)
{
    unsigned code = (unsigned)unpack_bounded(in, NAME_MAX);
    struct owner owner = { PARTY_DEPARTMENT, STR_NONE };
    if (code == NAME_HOLDER)
        owner.department = ticket->department;
    else if (code == NAME_FIRST)
        owner.department = ticket->hands.first;
    else if (code == NAME_FROM)
        owner.department = ticket->hands.from;
    else if (code == PARTY_DEPARTMENT)
        owner.department = unpack_str(in);
    else
        owner.party = (enum party)code;
    return owner;
}

static void unpack_ledger(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    struct share *shares = NULL;
    size_t count = 0, room = 0;
    while (!in->failed && in->at < in->end) {
        shares = arena_grow(arena, shares, count, &room, sizeof(*shares));
        shares[count].owner = unpack_owner(in, ticket);
        shares[count++].seconds = (int64_t)unpack_bounded(in, INT64_MAX / TIME_SECOND);
    }
    ticket->shares = shares;
    ticket->share_count = count;
}

const struct section section_ledger = { has_ledger, pack_ledger, unpack_ledger };
