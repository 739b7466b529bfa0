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
extern const struct ticket_codec ticket_v3; /* more of them: clocks that pause, waits */

/* What versions 1 and 2 can both hold of clocks: one promise of a response that never paused. */
bool ticket_fits_before_pauses(const struct ticket *ticket);

/* ---- tagged sections: each a tag, its size and its fields, in the order of their tags. What a
 * ticket does not have costs nothing; a further section is a further row, with a further version,
 * since an older release must refuse what it cannot keep. */

struct section {
    bool (*present)(const struct ticket *ticket);
    void (*pack)(const struct ticket *ticket, struct buf *out);
    void (*unpack)(struct unpack *in, struct ticket *ticket, struct arena *arena);
};

/* Whatever ever had a tag keeps it. */
enum tag {
    TAG_CORE = 1,
    TAG_CUSTOMER,
    TAG_CLOCKS,
    TAG_CLIMBS,
    TAG_ROW,
    TAG_SEEN,
    TAG_COUNT_V2,
    TAG_WAIT = TAG_COUNT_V2, /* from version 3 on */
    TAG_HANDS,
    TAG_LEDGER,
    TAG_MERGED,
    TAG_LINKS,
    TAG_PAST,
    TAG_LATERS,
    TAG_COUNT_V3
};

/* `sections` by tag, up to `count`. */
void sections_pack(const struct section *const *sections, unsigned count,
                   const struct ticket *ticket, time_ms deadline, struct buf *out);
bool sections_unpack(const struct section *const *sections, unsigned count, struct unpack *in,
                     struct str id, struct ticket *ticket, struct arena *arena, const char **why);
time_ms sections_deadline(struct unpack *in);

/* Those of version 2 that are still as they were. */
extern const struct section section_core, section_customer, section_climbs, section_row,
    section_seen;
extern const struct section section_hands, section_ledger, section_links, section_past,
    section_laters;

/* What they have in common. A list longer than TICKET_LIST_MAX fails: far above what can be, far
 * below what would hurt. */
enum { TICKET_LIST_MAX = 4096 };
void pack_strings(struct buf *out, const struct str *items, size_t count);
struct str *unpack_strings(struct unpack *in, size_t *count, struct arena *arena);
/* Of versions 1 and 2. */
void pack_intervals(struct buf *out, const struct clock *clock, time_ms base);
/* A clock that was ever started has one: none fails. */
void unpack_intervals(struct unpack *in, struct clock *clock, time_ms base, struct arena *arena);
/* The newest TICKET_SEEN_MAX identities, 8 bytes each; and how many that are. */
void pack_seen(struct buf *out, const struct ticket *ticket);
size_t seen_kept(const struct ticket *ticket);
