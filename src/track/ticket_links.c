/* Which ticket it serves, and which serve it: a section of its state, from version 3 on. */
#include "ticket_codec.h"
#include "track/links.h"

static bool has_links(const struct ticket *ticket)
{
    return str_present(ticket->origin.ticket) || ticket->served_by_count > 0;
}

static void pack_links(const struct ticket *ticket, struct buf *out)
{
    const struct origin *origin = &ticket->origin;
    pack_byte(out, (unsigned)origin->tie);
    if (origin->tie != TIE_NONE) {
        pack_str(out, origin->ticket);
        pack_byte(out, origin->asked);
        pack_time(out, origin->ask_at, ticket->created);
        pack_byte(out, (unsigned)origin->score);
        pack_byte(out, (unsigned)origin->band);
        pack_byte(out, (unsigned)origin->floor);
    }
    pack_strings(out, ticket->served_by, ticket->served_by_count);
}

static void unpack_links(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    struct origin *origin = &ticket->origin;
    origin->tie = (enum tie)unpack_bounded(in, TIE_COUNT - 1);
    if (origin->tie != TIE_NONE) {
        origin->ticket = unpack_str(in);
        origin->asked = (unsigned)unpack_bounded(in, LINKS_ASKS_MAX);
        origin->ask_at = unpack_time(in, ticket->created);
        origin->score = (int)unpack_bounded(in, 100);
        origin->band = (int)unpack_bounded(in, BAND_COUNT - 1);
        origin->floor = (int)unpack_bounded(in, 100);
        if (str_empty(origin->ticket) || (origin->tie == TIE_ASKED && origin->asked == 0))
            in->failed = true;
    }
    ticket->served_by = unpack_strings(in, &ticket->served_by_count, arena);
}

const struct section section_links = { has_links, pack_links, unpack_links };
