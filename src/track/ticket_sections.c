/* Sections of a ticket's state, whatever is in them. */
#include <string.h>

#include "ticket_codec.h"

/* A section's size is known only behind it: most take one byte, so one is left free and the rest
 * moved where that was too few. */
static void pack_section(const struct section *section, unsigned tag, const struct ticket *ticket,
                         struct buf *out)
{
    pack_byte(out, tag);
    pack_byte(out, 0);
    size_t start = out->size;
    section->pack(ticket, out);
    size_t size = out->size - start;
    if (size < 0x80) {
        out->data[start - 1] = (char)size;
        return;
    }
    pack_number(out, size);
    size_t length = out->size - start - size;
    char number[10];
    memcpy(number, out->data + start + size, length);
    memmove(out->data + start - 1 + length, out->data + start, size);
    memcpy(out->data + start - 1, number, length);
    out->size--;
}

void sections_pack(const struct section *const *sections, unsigned count,
                   const struct ticket *ticket, time_ms deadline, struct buf *out)
{
    pack_signed(out, ticket->created);
    pack_time(out, deadline, ticket->created);
    for (unsigned tag = TAG_CORE; tag < count; tag++) {
        if (sections[tag]->present(ticket))
            pack_section(sections[tag], tag, ticket, out);
    }
}

time_ms sections_deadline(struct unpack *in)
{
    time_ms created = unpack_signed(in);
    return unpack_time(in, created);
}

bool sections_unpack(const struct section *const *sections, unsigned count, struct unpack *in,
                     struct str id, struct ticket *ticket, struct arena *arena, const char **why)
{
    unsigned last = 0;
    ticket_init(ticket, id, unpack_signed(in));
    unpack_time(in, ticket->created); /* the deadline */
    while (!in->failed && in->at < in->end) {
        unsigned tag = unpack_byte(in);
        if (tag >= count) {
            *why = "a section that this release does not know: a newer one wrote it";
            return false;
        }
        size_t size = unpack_number(in);
        const unsigned char *bytes = unpack_bytes(in, size);
        if (!bytes || tag <= last || (last == 0 && tag != TAG_CORE))
            return false;
        struct unpack section = { bytes, bytes + size, false };
        sections[tag]->unpack(&section, ticket, arena);
        if (section.failed || section.at != section.end)
            return false;
        last = tag;
    }
    return !in->failed && last >= TAG_CORE;
}
