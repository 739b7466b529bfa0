/* Events that nobody would send in this order, but that somebody may: of every type, for a few
 * tickets, some late, some twice. The same seed gives the same stream. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/time.h"

enum { RANDOM_TICKETS = 12 };

static inline unsigned dice(uint64_t *seed, unsigned sides)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((*seed >> 33) % sides);
}

static inline const char *one_of(uint64_t *seed, const char *const *texts, unsigned count)
{
    return texts[dice(seed, count)];
}

/* One that happened at `time`, as JSON. */
static inline void random_event_at(uint64_t *seed, time_ms time, time_ms now, struct buf *out)
{
    static const char *const kinds[] = {
        "opened",   "message",  "message",      "updated",  "assigned", "accepted",
        "resolved", "reopened", "acknowledged", "promised", "extended", "unacknowledged",
        "closed",   "returned", "settled",      "message",  "pending",  "resumed",
        "pending",  "rated",    "fulfilled",    "merged",   "message",
    };
    static const char *const waits[] = { "customer", "third_party" };
    static const char *const clocks[] = { "response", "update",    "promised", "resolution",
                                          "hold",     "receipt",   "answer",   "report",
                                          "final",    "law.letter" };
    static const char *const customers[] = {
        "", "", "",
        ",\"customer\":{\"kind\":\"internal\",\"department\":\"billing\","
        "\"account\":\"acme\"}"
    };
    static const char *const texts[] = { "hello",    "it is on fire", "thank you",
                                         "terrible", "my lawyer",     "your manager!" };
    char text[TIME_TEXT_SIZE], due[TIME_TEXT_SIZE];
    time_ms promised = now + (time_ms)dice(seed, 200000) * 1000;
    buf_clear(out);
    buf_printf(out, "{\"ticket\":\"t%u\",\"type\":\"%s\",\"time\":\"%.*s\",\"body\":\"%s\"",
               dice(seed, RANDOM_TICKETS), one_of(seed, kinds, sizeof(kinds) / sizeof(*kinds)),
               STR_ARG(time_format_ms(time, text)), one_of(seed, texts, 6));
    buf_printf(out, ",\"on\":\"%s\",\"clock\":\"%s\",\"rating\":%u,\"solved\":%s",
               one_of(seed, waits, 2), one_of(seed, clocks, 10), 1 + dice(seed, 5),
               dice(seed, 2) ? "true" : "false");
    if (dice(seed, 4))
        buf_printf(out, ",\"due\":\"%.*s\",\"reason\":\"a reason\"",
                   STR_ARG(time_format_ms(promised, due)));
    buf_printf(out, "%s", one_of(seed, customers, 4));
    if (dice(seed, 3) == 0)
        buf_printf(out, ",\"origin\":\"t%u\"", dice(seed, RANDOM_TICKETS + 1));
    buf_printf(out, ",\"id\":\"e%u\"%s%s}", dice(seed, 2000),
               dice(seed, 3) ? ",\"reason_code\":\"not_ours\"" : ",\"from\":\"agent\"",
               dice(seed, 2) ? "" : ",\"department\":\"billing\"");
}

/* Now and then all internal tickets are to be forgotten; it may come twice. */
static inline bool random_erasure(uint64_t *seed, time_ms time, struct buf *out)
{
    char text[TIME_TEXT_SIZE];
    unsigned id = dice(seed, 30);
    if (dice(seed, 50))
        return false;
    buf_clear(out);
    buf_printf(out,
               "{\"type\":\"erased\",\"time\":\"%.*s\",\"id\":\"r%u\","
               "\"customer\":{\"account\":\"acme\"}}",
               STR_ARG(time_format_ms(time, text)), id);
    return true;
}

/* One in five is up to an hour late. Returns its time. */
static inline time_ms random_event(uint64_t *seed, time_ms now, struct buf *out)
{
    time_ms time = now - (dice(seed, 5) ? 0 : (time_ms)dice(seed, 3600) * 1000);
    random_event_at(seed, time, now, out);
    return time;
}

static inline time_ms random_step(uint64_t *seed)
{
    time_ms quiet = dice(seed, 200) ? 0 : 31 * TIME_DAY; /* what has ended is forgotten */
    return quiet + (time_ms)dice(seed, 600) * 1000;
}
