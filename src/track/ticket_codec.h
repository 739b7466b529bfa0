/* The layouts of a ticket's state: one row a version. The version byte in front and the check sum
 * behind are the same in all of them (ticket_state.c); a codec packs what stands between. */
#pragma once

#include "base/pack.h"
#include "track/ticket.h"

struct ticket_codec {
    bool (*fits)(const struct ticket *ticket); /* NULL: everything does */
    void (*pack)(const struct ticket *ticket, time_ms deadline, struct buf *out);
    /* Lists go to `arena`. False: not what `pack` writes; *why may then say what it is instead. */
    bool (*unpack)(struct unpack *in, struct str id, struct ticket *ticket, struct arena *arena,
                   const char **why);
    time_ms (*deadline)(struct unpack *in);
};

extern const struct ticket_codec ticket_v1; /* fields in one fixed order */
extern const struct ticket_codec ticket_v2; /* tagged sections */

/* What both have in common. A list longer than TICKET_LIST_MAX fails: far above what can be, far
 * below what would hurt. */
enum { TICKET_LIST_MAX = 4096 };
void pack_strings(struct buf *out, const struct str *items, size_t count);
struct str *unpack_strings(struct unpack *in, size_t *count, struct arena *arena);
void pack_intervals(struct buf *out, const struct clock *clock, time_ms base);
/* A clock that was ever started has one: none fails. */
void unpack_intervals(struct unpack *in, struct clock *clock, time_ms base, struct arena *arena);
/* The newest TICKET_SEEN_MAX identities, 8 bytes each; and how many that are. */
void pack_seen(struct buf *out, const struct ticket *ticket);
size_t seen_kept(const struct ticket *ticket);
