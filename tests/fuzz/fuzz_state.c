/* Any bytes from a topic of ours: a ticket's state, or a notice (the first byte chooses). Nobody
 * but Ombud writes there, but a damaged disk or a newer release may. */
#include <string.h>

#include "base/hash.h"
#include "json/json.h"
#include "fuzz.h"
#include "model/notice.h"
#include "track/ticket.h"

/* The check sum in the last four bytes stops a fuzzer: it gets one that is right. */
static void check_ticket(struct str bytes, struct arena *arena)
{
    struct buf state = { 0 };
    struct buf again = { 0 };
    struct ticket ticket;
    struct error err = { "" };

    buf_add_str(&state, bytes);
    uint32_t sum = (uint32_t)hash64(bytes);
    for (int i = 0; i < 4; i++)
        buf_add_char(&state, (char)(sum >> 8 * i));
    if (ticket_decode(buf_str(&state), STR("T-1"), arena, &ticket, &err)) {
        time_ms deadline = 0;
        struct ticket second;
        FUZZ_CHECK(ticket_peek(buf_str(&state), &deadline, &err));
        /* What was read can be written, and is read again. */
        ticket_encode(&ticket, TICKET_VERSION, deadline, &again);
        FUZZ_CHECK(ticket_decode(buf_str(&again), STR("T-1"), arena, &second, &err));
        FUZZ_CHECK(second.seen_count == ticket.seen_count && second.score == ticket.score);
    } else {
        FUZZ_CHECK(err.text[0] != '\0');
    }
    buf_free(&state);
    buf_free(&again);
}

static void check_notice(struct str bytes, struct arena *arena)
{
    struct notice notice, second;
    struct error err = { "" };

    if (notice_decode(bytes, arena, &notice, &err))
        FUZZ_CHECK(notice_decode(notice_encode(&notice, arena), arena, &second, &err));
    else
        FUZZ_CHECK(err.text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    json_init();
    struct arena *arena = arena_new(4096);
    struct str bytes = { (const char *)data + 1, size - 1 };
    if (data[0] == 'n')
        check_notice(bytes, arena);
    else
        check_ticket(bytes, arena);
    arena_free(arena);
    return 0;
}
