/* A ticket's encoding: what goes in comes out, and nothing else is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/pack.h"
#include "track/ticket.h"

#define NOW INT64_C(1795219200000)

static void fill(struct ticket *ticket, struct arena *arena)
{
    ticket_init(ticket, STR("T-1"), NOW);
    ticket->turns = 70000;
    ticket->status = STATUS_PENDING;
    ticket->department = STR("quality");
    ticket->pinned = true;
    ticket->unrouted = true;
    ticket_add_informed(ticket, STR("legal"), arena);
    ticket_add_informed(ticket, STR("billing"), arena);
    ticket->score = 83;
    ticket->band = 0;
    ticket->base = 61;
    ticket->floor = 80;
    ticket->label = STR("enquiry");
    ticket->cap = 2;
    ticket->category = STR("");
    ticket->signals = arena_alloc(arena, sizeof(*ticket->signals));
    ticket->signals[ticket->signal_count++] = STR("text.safety");
    ticket->quote = STR("着火");
    ticket->customer = (struct customer){ .given = true,
                                          .internal = true,
                                          .account = STR("acme"),
                                          .department = STR("billing"),
                                          .value = 100,
                                          .vulnerable = 1 };
    ticket->contacts = 300;
    ticket->reopens = 2;
    ticket->last_event = NOW + 5;
    ticket->last_customer = NOW - 5;
    ticket->resolved_at = NOW + TIME_DAY;
    ticket->purge_at = NOW + 400 * TIME_DAY;
    struct clock *clock = ticket_clock_or_new(ticket, CLOCK_RESPONSE, arena);
    *clock = (struct clock){ .kind = CLOCK_RESPONSE,
                             .state = CLOCK_RUNNING,
                             .warned = CLOCK_WARNED_ALL,
                             .definition = UINT64_C(0xfedcba9876543210),
                             .band = 1,
                             .start = NOW,
                             .due = NOW + TIME_HOUR,
                             .warn = TIME_NEVER,
                             .breached = NOW + 2 * TIME_HOUR,
                             .fulfilled = TIME_NEVER };
    clock->intervals = arena_alloc(arena, sizeof(struct interval));
    clock->intervals[0] = (struct interval){ NOW, TIME_NEVER, INTERVAL_REOPENED };
    clock->interval_count = 1;
    ticket->climbs = arena_alloc(arena, sizeof(struct climb));
    ticket->climbs[0] = (struct climb){ .definition = 7,
                                        .trigger = TRIGGER_BAND,
                                        .subject = -1,
                                        .band = 0,
                                        .since = NOW + 1,
                                        .next = 2,
                                        .told = 7,
                                        .rung = 3,
                                        .acknowledged = true,
                                        .restart_at = NOW + TIME_DAY,
                                        .by = STR("林") };
    ticket->climb_count = ticket->climb_capacity = 1;
    ticket->newly_seen = UINT64_C(0x1122334455667788);
}

static struct str encode(const struct ticket *ticket, time_ms deadline, struct buf *out)
{
    buf_clear(out);
    ticket_encode(ticket, TICKET_VERSION, deadline, out);
    return buf_str(out);
}

static void what_is_encoded_comes_back(void **state)
{
    struct arena *arena = arena_new(4096);
    struct buf first = { 0 }, second = { 0 };
    struct ticket ticket, back;
    struct error err;
    time_ms deadline = 0;
    (void)state;
    fill(&ticket, arena);
    struct str bytes = encode(&ticket, NOW + 9, &first);
    assert_true(ticket_peek(bytes, &deadline, &err));
    assert_int_equal(deadline, NOW + 9);
    assert_true(ticket_decode(bytes, STR("T-1"), arena, &back, &err));

    assert_int_equal(back.created, NOW);
    assert_int_equal(back.turns, 70000);
    assert_int_equal(back.status, STATUS_PENDING);
    assert_true(str_is(back.department, "quality") && back.pinned && back.unrouted);
    assert_false(back.accepted);
    assert_int_equal(back.informed_count, 2);
    assert_true(ticket_has_informed(&back, STR("billing")));
    assert_false(ticket_has_informed(&back, STR("service")));
    assert_int_equal(back.score + back.band + back.base + back.floor, 83 + 0 + 61 + 80);
    assert_true(str_is(back.label, "enquiry"));
    assert_int_equal(back.cap, 2);
    assert_true(str_present(back.category) && str_empty(back.category));
    assert_true(str_is(back.signals[0], "text.safety"));
    assert_true(str_is(back.quote, "着火"));
    assert_true(back.customer.given && back.customer.internal);
    assert_true(str_is(back.customer.account, "acme") && !str_present(back.customer.tier));
    assert_int_equal(back.customer.value, 100);
    assert_int_equal(back.customer.vulnerable, 1);
    assert_int_equal(back.contacts, 300);
    assert_int_equal(back.last_customer, NOW - 5);
    assert_int_equal(back.last_agent, TIME_NEVER);
    assert_int_equal(back.clocks[0].due, NOW + TIME_HOUR);
    assert_int_equal(back.clocks[0].warn, TIME_NEVER);
    assert_int_equal(back.clocks[0].intervals[0].to, TIME_NEVER);
    assert_int_equal(back.climbs[0].told, 7);
    assert_int_equal(back.climbs[0].rung, 3);
    assert_int_equal(back.climbs[0].subject, -1);
    assert_true(str_is(back.climbs[0].by, "林"));
    assert_true(ticket_has_seen(&back, UINT64_C(0x1122334455667788)));
    /* And nothing was forgotten: its encoding is the same. */
    assert_true(str_equal(encode(&back, NOW + 9, &second), bytes));
    buf_free(&first);
    buf_free(&second);
    arena_free(arena);
}

static void add_named(struct ticket *ticket, struct str name, time_ms due, struct arena *arena)
{
    struct clock *clock = ticket_named_clock_or_new(ticket, name, arena);
    clock->state = CLOCK_RUNNING;
    clock->definition = 9;
    clock->start = NOW;
    clock->due = due;
    clock->intervals = arena_alloc(arena, sizeof(struct interval));
    clock->intervals[0] = (struct interval){ NOW, TIME_NEVER, INTERVAL_REPEATED };
    clock->interval_count = 1;
}

/* Any number of one kind, told apart by their names, each with climbs of its own. */
static void named_clocks_come_back_with_their_climbs(void **state)
{
    enum { MANY = 40 };
    struct arena *arena = arena_new(4096);
    struct buf first = { 0 }, second = { 0 };
    struct ticket ticket, back;
    struct error err;
    (void)state;
    fill(&ticket, arena);
    for (int i = 0; i < MANY; i++)
        add_named(&ticket, arena_printf(arena, "law.clock-%d", i), NOW + i, arena);
    struct climb *climb = ticket_add_climb(&ticket, arena);
    *climb =
        (struct climb){ .definition = 7,
                        .trigger = TRIGGER_BREACH,
                        .subject = clock_subject(ticket_named_clock(&ticket, STR("law.clock-33"))),
                        .band = -1,
                        .restart_at = TIME_NEVER };
    struct str bytes = encode(&ticket, NOW, &first);
    assert_true(ticket_decode(bytes, STR("T-1"), arena, &back, &err));
    assert_int_equal(back.clock_count, 1 + MANY);
    assert_int_equal(ticket_named_clock(&back, STR("law.clock-33"))->due, NOW + 33);
    assert_null(ticket_named_clock(&back, STR("law.clock-40")));
    assert_true(str_is(ticket_clock_of(&back, back.climbs[1].subject)->name, "law.clock-33"));
    assert_true(str_equal(encode(&back, NOW, &second), bytes));
    /* No older version holds them: whatever is asked for, it is the newest. */
    buf_clear(&second);
    ticket_encode(&back, TICKET_OLDEST, NOW, &second);
    assert_true(str_equal(buf_str(&second), bytes));
    buf_free(&first);
    buf_free(&second);
    arena_free(arena);
}

/* What `fill` made, as version 1 wrote it: with `told` 3 and without the steps of this ascent. */
static const char version_1[] =
    "01091867fba101000080e0b8b6bf68f0a204021d087175616c69747902066c6567616c086269"
    "6c6c696e6753003d5008656e71756972790301010c746578742e73616665747907e79d80e781"
    "ab0561636d65000862696c6c696e6700006502ac02020b0a000081f0b252008180febe810201"
    "01011032547698badcfe0181bab7030081f4ee06000101000101070000000000000000010302"
    "030181f0b25204e69e97018877665544332211961d3f01";

static void the_version_before_is_read_and_written(void **state)
{
    struct arena *arena = arena_new(4096);
    struct buf bytes = { 0 }, again = { 0 };
    struct ticket ticket, back;
    struct error err;
    (void)state;
    for (const char *digit = version_1; *digit; digit += 2) {
        char pair[3] = { digit[0], digit[1], 0 };
        pack_byte(&bytes, (unsigned)strtoul(pair, NULL, 16));
    }
    assert_true(ticket_decode(buf_str(&bytes), STR("T-1"), arena, &back, &err));
    assert_int_equal(back.climbs[0].told, 3);
    assert_int_equal(back.climbs[0].rung, 3);
    fill(&ticket, arena);
    ticket.climbs[0].told = 3;
    struct str expected = arena_copy(arena, encode(&ticket, NOW + 9, &again));
    assert_true(str_equal(encode(&back, NOW + 9, &again), expected));
    /* And written, for the release that reads nothing newer. */
    buf_clear(&again);
    ticket_encode(&back, 1, NOW + 9, &again);
    assert_true(str_equal(buf_str(&again), buf_str(&bytes)));
    buf_free(&bytes);
    buf_free(&again);
    arena_free(arena);
}

/* What `fill` made, as version 2 wrote it. */
static const char version_2[] =
    "0280e0b8b6bf68130150f0a204021d087175616c69747902066c6567616c0862696c6c696e67"
    "53003d5008656e71756972790301010c746578742e73616665747907e79d80e781abac02020b"
    "0a000081f0b252008180febe810202120561636d65000862696c6c696e670000650203190019"
    "1032547698badcfe0181bab7030081f4ee060001010001041607000000000000000009030207"
    "0381f0b25204e69e970608887766554433221188ddd3ae";

static void the_version_of_one_clock_is_read_and_written(void **state)
{
    struct arena *arena = arena_new(4096);
    struct buf bytes = { 0 }, again = { 0 };
    struct ticket ticket, back;
    struct error err;
    (void)state;
    for (const char *digit = version_2; *digit; digit += 2) {
        char pair[3] = { digit[0], digit[1], 0 };
        pack_byte(&bytes, (unsigned)strtoul(pair, NULL, 16));
    }
    assert_true(ticket_decode(buf_str(&bytes), STR("T-1"), arena, &back, &err));
    fill(&ticket, arena);
    struct str expected = arena_copy(arena, encode(&ticket, NOW + 9, &again));
    assert_true(str_equal(encode(&back, NOW + 9, &again), expected));
    buf_clear(&again);
    ticket_encode(&back, 2, NOW + 9, &again);
    assert_true(str_equal(buf_str(&again), buf_str(&bytes)));
    buf_free(&bytes);
    buf_free(&again);
    arena_free(arena);
}

/* Ran, waited for the customer, was solved and taken up again; extended once, warned once of two.
 */
static void make_long(struct ticket *ticket, struct arena *arena)
{
    static const struct interval intervals[] = {
        { NOW, NOW + 5, INTERVAL_OPENED },
        { NOW + 5, NOW + 300, INTERVAL_CUSTOMER },
        { NOW + 300, NOW + 200, INTERVAL_RESUMED },
        { NOW + 200, NOW + TIME_DAY, INTERVAL_ENDED },
        { NOW + TIME_DAY, NOW + 2 * TIME_DAY, INTERVAL_REOPENED },
        { NOW + 2 * TIME_DAY, TIME_NEVER, INTERVAL_THIRD_PARTY },
    };
    struct clock *clock = &ticket->clocks[0];
    ticket->wait = WAIT_THIRD_PARTY;
    clock->state = CLOCK_PAUSED;
    clock->warned = 1;
    clock->warn = NOW + 7 * TIME_DAY;
    clock->breached = TIME_NEVER;
    clock->extensions = 1;
    clock->extension = 3 * TIME_HOUR;
    clock->intervals = arena_alloc(arena, sizeof(intervals));
    memcpy(clock->intervals, intervals, sizeof(intervals));
    clock->interval_count = sizeof(intervals) / sizeof(*intervals);
}

/* Rather a ticket that the release before refuses than one that forgot a pause. */
static void what_an_older_version_cannot_hold_is_written_in_the_next(void **state)
{
    struct arena *arena = arena_new(4096);
    struct buf bytes = { 0 };
    struct ticket ticket, back;
    struct error err;
    (void)state;
    fill(&ticket, arena);
    make_long(&ticket, arena);
    for (int version = TICKET_OLDEST; version <= TICKET_VERSION; version++) {
        buf_clear(&bytes);
        ticket_encode(&ticket, version, NOW + 9, &bytes);
        assert_int_equal(bytes.data[0], 3);
        assert_true(ticket_decode(buf_str(&bytes), STR("T-1"), arena, &back, &err));
        const struct clock *clock = &back.clocks[0];
        assert_int_equal(back.wait, WAIT_THIRD_PARTY);
        assert_int_equal(clock->state, CLOCK_PAUSED);
        assert_int_equal(clock->warned, 1);
        assert_int_equal(clock->warn, NOW + 7 * TIME_DAY);
        assert_int_equal(clock->breached, TIME_NEVER);
        assert_int_equal(clock->extensions, 1);
        assert_int_equal(clock->extension, 3 * TIME_HOUR);
        assert_int_equal(clock->interval_count, 6);
        assert_memory_equal(clock->intervals, ticket.clocks[0].intervals,
                            6 * sizeof(*clock->intervals));
    }
    buf_free(&bytes);
    arena_free(arena);
}

/* Nor one that forgot who handed it back. */
static void through_whose_hands_it_went_comes_back(void **state)
{
    struct arena *arena = arena_new(4096);
    struct buf bytes = { 0 };
    struct ticket ticket, back;
    struct error err;
    (void)state;
    fill(&ticket, arena);
    ticket_encode(&ticket, 1, NOW, &bytes);
    assert_int_equal(bytes.data[0], 1);
    assert_true(ticket_decode(buf_str(&bytes), STR("T-1"), arena, &back, &err));
    assert_true(str_is(back.hands.first, "quality") && !str_present(back.hands.from));
    ticket.hands = (struct hands){ .first = STR("service"),
                                   .from = STR("billing"),
                                   .returns = 3,
                                   .ping_pongs = 2,
                                   .dispute = true };
    static struct share shares[] = {
        { { PARTY_DEPARTMENT, { "service", 7 } }, 300 },
        { { PARTY_DEPARTMENT, { "quality", 7 } }, 0 },
        { { PARTY_DEPARTMENT, { "billing", 7 } }, 86400 },
        { { PARTY_DEPARTMENT, { "logistics", 9 } }, 1 },
        { { PARTY_DISPUTE, STR_NONE }, INT64_C(1) << 40 },
        { { PARTY_ENDED, STR_NONE }, 5 },
    };
    ticket.shares = shares;
    ticket.share_count = sizeof(shares) / sizeof(*shares);
    ticket_add_returned(&ticket, STR("billing"), arena);
    ticket_add_returned(&ticket, STR("legal"), arena);
    ticket_add_returned(&ticket, STR("billing"), arena);
    for (int version = TICKET_OLDEST; version <= TICKET_VERSION; version++) {
        buf_clear(&bytes);
        ticket_encode(&ticket, version, NOW + 9, &bytes);
        assert_int_equal(bytes.data[0], 3);
        assert_true(ticket_decode(buf_str(&bytes), STR("T-1"), arena, &back, &err));
        assert_true(str_is(back.hands.first, "service") && str_is(back.hands.from, "billing"));
        assert_int_equal(back.hands.returns, 3);
        assert_int_equal(back.hands.returned_count, 2);
        assert_true(ticket_has_returned(&back, STR("legal")));
        assert_false(ticket_has_returned(&back, STR("service")));
        assert_int_equal(back.hands.ping_pongs, 2);
        assert_true(back.hands.dispute);
        assert_int_equal(back.share_count, ticket.share_count);
        for (size_t i = 0; i < back.share_count; i++) {
            assert_int_equal(back.shares[i].owner.party, shares[i].owner.party);
            assert_true(str_equal(back.shares[i].owner.department, shares[i].owner.department));
            assert_int_equal(back.shares[i].seconds, shares[i].seconds);
        }
    }
    buf_free(&bytes);
    arena_free(arena);
}

/* Nor one that forgot whom it serves, or how urgent it was when. */
static void whom_it_serves_and_what_was_comes_back(void **state)
{
    struct arena *arena = arena_new(4096);
    struct buf bytes = { 0 };
    struct ticket ticket, back;
    struct error err;
    struct str served_by[] = { STR("I-1"), STR("I-2") };
    (void)state;
    fill(&ticket, arena);
    ticket.origin = (struct origin){ .ticket = STR("C-9"),
                                     .tie = TIE_OPEN,
                                     .asked = 3,
                                     .ask_at = NOW + TIME_MINUTE,
                                     .score = 91,
                                     .band = 0,
                                     .floor = 80 };
    ticket.served_by = served_by;
    ticket.served_by_count = 2;
    struct band_change changes[] = { { 3, 2, NOW + 7, STR("returned e-3") },
                                     { 2, 0, NOW + 9, STR("origin C-9") } };
    ticket.band_changes = changes;
    ticket.band_change_count = 2;
    ticket.returns = 3;
    ticket.ratings = 1;
    assert_int_equal(ticket.origin.ask_at, NOW + TIME_MINUTE);
    for (int version = TICKET_OLDEST; version <= TICKET_VERSION; version++) {
        buf_clear(&bytes);
        ticket_encode(&ticket, version, NOW + 9, &bytes);
        assert_int_equal(bytes.data[0], 3);
        assert_true(ticket_decode(buf_str(&bytes), STR("T-1"), arena, &back, &err));
        assert_true(str_is(back.origin.ticket, "C-9"));
        assert_int_equal(back.origin.tie, TIE_OPEN);
        assert_int_equal(back.origin.asked, 3);
        assert_int_equal(back.origin.ask_at, NOW + TIME_MINUTE);
        assert_int_equal(back.origin.score + back.origin.band + back.origin.floor, 171);
        assert_int_equal(back.served_by_count, 2);
        assert_true(str_is(back.served_by[1], "I-2"));
        assert_int_equal(back.band_change_count, 2);
        assert_int_equal(back.band_changes[0].from * 10 + back.band_changes[0].to, 32);
        assert_int_equal(back.band_changes[1].at, NOW + 9);
        assert_true(str_is(back.band_changes[1].by, "origin C-9"));
        assert_int_equal(back.returns * 10 + back.ratings, 31);
    }
    buf_free(&bytes);
    arena_free(arena);
}

/* A section more than this release knows is something that it could not keep. */
static void an_unknown_section_is_refused(void **state)
{
    static const struct {
        const char *name, *section;
        size_t size;
        const char *sentence;
    } cases[] = {
        { "a tag to come", "\x63\x01x", 3, "newer one wrote it" },
        { "a section twice", "\x06\x00", 2, "other fields" },
        { "a section cut off", "\x06", 1, "other fields" },
        { "a wait for nobody", "\x07\x01\x00", 3, "other fields" },
        { "tag 0", "\x00\x00", 2, "other fields" },
    };
    struct arena *arena = arena_new(4096);
    struct buf bytes = { 0 };
    struct ticket ticket, back;
    (void)state;
    fill(&ticket, arena);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct error err = { "" };
        encode(&ticket, NOW, &bytes);
        bytes.size -= 4;
        buf_add(&bytes, cases[i].section, cases[i].size);
        pack_fixed32(&bytes, (uint32_t)hash64(buf_str(&bytes)));
        if (ticket_decode(buf_str(&bytes), STR("t"), arena, &back, &err) ||
            !strstr(err.text, cases[i].sentence))
            fail_msg("%s: %s", cases[i].name, err.text);
    }
    buf_free(&bytes);
    arena_free(arena);
}

/* What sections cost is saved by what a ticket does not have. */
static void the_newest_version_takes_no_more_room(void **state)
{
    struct arena *arena = arena_new(4096);
    struct buf bytes = { 0 };
    struct ticket ticket;
    (void)state;
    for (int full = 0; full < 2; full++) {
        size_t sizes[TICKET_VERSION + 1];
        if (full)
            fill(&ticket, arena);
        else
            ticket_init(&ticket, STR("t"), NOW);
        for (int version = TICKET_OLDEST; version <= TICKET_VERSION; version++) {
            buf_clear(&bytes);
            ticket_encode(&ticket, version, NOW, &bytes);
            sizes[version] = bytes.size;
        }
        print_message("%zu bytes, before %zu\n", sizes[TICKET_VERSION], sizes[TICKET_OLDEST]);
        assert_in_range(sizes[TICKET_VERSION], 1, sizes[TICKET_OLDEST]);
    }
    buf_free(&bytes);
    arena_free(arena);
}

static void the_last_256_identities_are_kept_in_order(void **state)
{
    struct arena *arena = arena_new(4096);
    struct buf bytes[2] = { { 0 }, { 0 } };
    struct ticket ticket;
    (void)state;
    ticket_init(&ticket, STR("t"), NOW);
    for (uint64_t i = 1; i <= 300; i++) {
        ticket.newly_seen = i;
        struct str encoding = encode(&ticket, TIME_NEVER, &bytes[i % 2]);
        assert_true(ticket_decode(encoding, STR("t"), arena, &ticket, NULL));
        assert_int_equal(ticket.seen_count, i < 256 ? i : 256);
        assert_true(ticket_has_seen(&ticket, i));
        assert_true(i < 256 || ticket_has_seen(&ticket, i - 255));
        assert_false(i > 256 && ticket_has_seen(&ticket, i - 256));
    }
    buf_free(&bytes[0]);
    buf_free(&bytes[1]);
    arena_free(arena);
}

static void cut_or_changed_bytes_are_refused(void **state)
{
    struct arena *arena = arena_new(4096);
    struct buf out = { 0 };
    struct ticket ticket, back;
    struct error err;
    (void)state;
    fill(&ticket, arena);
    struct str bytes = encode(&ticket, NOW, &out);
    for (size_t size = 0; size < bytes.size; size++) {
        assert_false(ticket_decode((struct str){ bytes.data, size }, STR("t"), arena, &back, &err));
        assert_true(strlen(err.text) > 10);
    }
    for (size_t i = 0; i < bytes.size; i++) {
        out.data[i] = (char)(out.data[i] ^ 0x20);
        assert_false(ticket_decode(bytes, STR("t"), arena, &back, &err));
        out.data[i] = (char)(out.data[i] ^ 0x20);
    }
    assert_true(ticket_decode(bytes, STR("t"), arena, &back, &err));
    out.data[0] = TICKET_VERSION + 1;
    assert_false(ticket_decode(bytes, STR("t"), arena, &back, &err));
    assert_non_null(strstr(err.text, "newer release"));
    buf_free(&out);
    arena_free(arena);
}

/* Bytes with a right check sum that no encoder wrote: refused or decoded, never more than that. */
static void forged_bytes_do_no_harm(void **state)
{
    struct buf out = { 0 };
    struct ticket ticket;
    uint64_t seed = 42;
    int believed = 0;
    (void)state;
    struct arena *arena = arena_new(4096);
    fill(&ticket, arena);
    make_long(&ticket, arena);
    struct str valid = encode(&ticket, NOW, &out);
    struct buf copy = { 0 };
    for (int round = 0; round < 20000; round++) {
        struct ticket back;
        struct arena *scratch = arena_new(4096);
        buf_clear(&copy);
        buf_add(&copy, valid.data, valid.size - 4);
        for (int change = 0; change < 3; change++) {
            seed = seed * UINT64_C(6364136223846793005) + 1;
            copy.data[9 + (seed >> 33) % (copy.size - 9)] = (char)(seed >> 25);
        }
        pack_fixed32(&copy, (uint32_t)hash64(buf_str(&copy)));
        believed += ticket_decode(buf_str(&copy), STR("t"), scratch, &back, NULL);
        arena_free(scratch);
    }
    assert_in_range(believed, 1, 19999);
    buf_free(&copy);
    buf_free(&out);
    arena_free(arena);
}

static void numbers_and_times_keep_their_extremes(void **state)
{
    static const int64_t values[] = { 0, 1, -1, 63, 64, -64, -65, INT32_MAX, INT64_MAX, INT64_MIN };
    static const time_ms times[] = { NOW, NOW - 1, 0, NOW + 100000 * TIME_DAY, TIME_NEVER };
    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
        struct buf out = { 0 };
        pack_signed(&out, values[i]);
        pack_number(&out, (uint64_t)values[i]);
        struct unpack in = unpack_from(buf_str(&out));
        assert_true(unpack_signed(&in) == values[i]);
        assert_true(unpack_number(&in) == (uint64_t)values[i]);
        assert_true(!in.failed && in.at == in.end);
        assert_int_equal(unpack_byte(&in), 0);
        assert_true(in.failed);
        buf_free(&out);
    }
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
        struct buf out = { 0 };
        pack_time(&out, times[i], NOW);
        struct unpack in = unpack_from(buf_str(&out));
        assert_true(unpack_time(&in, NOW) == times[i]);
        buf_free(&out);
    }
}

static void only_the_moves_of_the_table_happen(void **state)
{
    static const struct {
        const char *name;
        enum status from, to;
        bool allowed;
    } cases[] = {
        { "a new ticket opens", STATUS_NEW, STATUS_OPEN, true },
        { "a new ticket can be resolved at once", STATUS_NEW, STATUS_RESOLVED, true },
        { "staying is no move", STATUS_OPEN, STATUS_OPEN, false },
        { "nothing becomes new again", STATUS_OPEN, STATUS_NEW, false },
        { "a resolved ticket opens again", STATUS_RESOLVED, STATUS_OPEN, true },
        { "a resolved ticket does not wait", STATUS_RESOLVED, STATUS_PENDING, false },
        { "a closed ticket opens again", STATUS_CLOSED, STATUS_OPEN, true },
        { "a closed ticket cannot be resolved", STATUS_CLOSED, STATUS_RESOLVED, false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        enum status status = cases[i].from;
        struct error err = { "" };
        if (status_move(&status, cases[i].to, &err) != cases[i].allowed)
            fail_msg("%s", cases[i].name);
        assert_int_equal(status, cases[i].allowed ? cases[i].to : cases[i].from);
        if (!cases[i].allowed) {
            assert_non_null(strstr(err.text, status_name(cases[i].from)));
            assert_non_null(strstr(err.text, status_name(cases[i].to)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_encoded_comes_back),
        cmocka_unit_test(named_clocks_come_back_with_their_climbs),
        cmocka_unit_test(the_version_before_is_read_and_written),
        cmocka_unit_test(the_version_of_one_clock_is_read_and_written),
        cmocka_unit_test(what_an_older_version_cannot_hold_is_written_in_the_next),
        cmocka_unit_test(through_whose_hands_it_went_comes_back),
        cmocka_unit_test(whom_it_serves_and_what_was_comes_back),
        cmocka_unit_test(an_unknown_section_is_refused),
        cmocka_unit_test(the_newest_version_takes_no_more_room),
        cmocka_unit_test(the_last_256_identities_are_kept_in_order),
        cmocka_unit_test(cut_or_changed_bytes_are_refused),
        cmocka_unit_test(forged_bytes_do_no_harm),
        cmocka_unit_test(numbers_and_times_keep_their_extremes),
        cmocka_unit_test(only_the_moves_of_the_table_happen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
