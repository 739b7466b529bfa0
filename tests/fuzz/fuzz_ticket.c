/* Any bytes as a ticket's state: with the check sum they need they are refused or decoded, and what
 * is decoded encodes to something that decodes to the same. */
#include <string.h>

#include "base/hash.h"
#include "fuzz.h"
#include "base/pack.h"
#include "track/ticket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf state = { 0 }, again = { 0 }, third = { 0 };
    struct arena *arena = arena_new(4096);
    struct ticket ticket, same;
    struct error err = { "" };

    /* As it is: without a check sum nearly everything ends there. */
    struct str raw = { (const char *)data, size };
    if (!ticket_decode(raw, STR("t"), arena, &ticket, &err))
        FUZZ_CHECK(err.text[0]);

    for (int version = TICKET_OLDEST; version <= TICKET_VERSION; version++) {
        buf_clear(&state);
        pack_byte(&state, (unsigned)version);
        if (version == 1)
            pack_fixed64(&state, 1);
        buf_add(&state, data, size);
        pack_fixed32(&state, (uint32_t)hash64(buf_str(&state)));
        if (!ticket_decode(buf_str(&state), STR("t"), arena, &ticket, &err))
            continue;
        buf_clear(&again);
        buf_clear(&third);
        ticket_encode(&ticket, version, 1, &again);
        FUZZ_CHECK(ticket_decode(buf_str(&again), STR("t"), arena, &same, &err));
        ticket_encode(&same, version, 1, &third);
        FUZZ_CHECK(str_equal(buf_str(&again), buf_str(&third)));
    }
    buf_free(&state);
    buf_free(&again);
    buf_free(&third);
    arena_free(arena);
    return 0;
}
