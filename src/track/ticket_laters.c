/* The steps that its climbs are to tell later: a section of its state, from version 3 on. */
#include "ticket_codec.h"
#include "track/definition.h"

static bool has_laters(const struct ticket *ticket)
{
    for (size_t i = 0; i < ticket->climb_count; i++) {
        if (ticket->climbs[i].later_count > 0)
            return true;
    }
    return false;
}

/* Each with the number of its climb, which stands in the section of climbs. */
static void pack_laters(const struct ticket *ticket, struct buf *out)
{
    for (size_t i = 0; i < ticket->climb_count; i++) {
        const struct climb *climb = &ticket->climbs[i];
        for (size_t k = 0; k < climb->later_count; k++) {
            pack_number(out, i);
            pack_byte(out, climb->laters[k].step);
            pack_number(out, climb->laters[k].again);
            pack_time(out, climb->laters[k].at, ticket->created);
        }
    }
}

static void unpack_later(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    size_t index = unpack_number(in);
    struct later later = { .step = (unsigned)unpack_bounded(in, LADDER_STEPS_MAX - 1),
                           .again = (unsigned)unpack_bounded(in, UINT32_MAX),
                           .at = unpack_time(in, ticket->created) };
    if (in->failed || index >= ticket->climb_count) {
        in->failed = true;
        return;
    }
    struct climb *climb = &ticket->climbs[index];
    if (!climb->laters)
        climb->laters = arena_alloc(arena, LADDER_STEPS_MAX * sizeof(*climb->laters));
    /* In the order of the steps, and each once. */
    if (climb->later_count > 0 && climb->laters[climb->later_count - 1].step >= later.step)
        in->failed = true;
    else
        climb->laters[climb->later_count++] = later;
}

static void unpack_laters(struct unpack *in, struct ticket *ticket, struct arena *arena)
{
    while (!in->failed && in->at < in->end)
        unpack_later(in, ticket, arena);
}

const struct section section_laters = { has_laters, pack_laters, unpack_laters };
