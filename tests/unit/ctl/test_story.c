/* What `watch` tells of records: with dates where they matter, and only what was asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "ctl/story.h"
#include "json/json.h"

#define DAY "2026-11-21T"

static const struct story_record records[] = {
    { .value = { "{\"kind\":\"decision\",\"ticket\":\"T-1\",\"type\":\"opened\",\"outcome\":"
                 "\"applied\","
                 "\"score\":83,\"band\":\"P1\",\"responsible\":\"quality\",\"decided_at\":\"" DAY
                 "09:00:00Z\"}",
                 0 } },
    { .value = { "{\"kind\":\"promise\",\"ticket\":\"T-1\",\"department\":\"quality\",\"promises\":"
                 "[{"
                 "\"clock\":\"response\",\"status\":\"made\",\"due\":\"" DAY
                 "10:00:00Z\"},{\"clock\":"
                 "\"resolution\",\"status\":\"made\",\"due\":\"2026-11-23T10:00:00Z\"}]}",
                 0 } },
    { .value = { "{\"kind\":\"dispatch\",\"ticket\":\"T-2\",\"department\":\"service\",\"role\":"
                 "\"informed\",\"why\":\"routed\",\"urgency\":{\"band\":\"P3\",\"score\":40},"
                 "\"body\":\"hello\"}",
                 0 } },
    { .value = { "{\"kind\":\"escalation\",\"status\":\"firing\",\"level\":\"lead\",\"department\":"
                 "\"quality\",\"title\":\"It "
                 "burns\",\"text\":\"Go.\",\"tickets\":[{\"ticket\":\"T-1\","
                 "\"band\":\"P1\"}],\"sent_at\":\"2026-11-22T00:00:10Z\"}",
                 0 } },
    { .value = { "{", 1 },
      .refusal = { "a string is not closed", 22 },
      .origin = { "ombud.events", 12 },
      .partition = 3,
      .offset = 1042,
      .timestamp = 1795305605000 }, /* 2026-11-22T00:00:05Z */
};

static struct buf tell(const struct story_filter *filter, const char *ticket)
{
    struct config config = { 0 };
    struct story story = { .config = &config,
                           .zone = zone_open(STR("UTC"), NULL),
                           .ticket = str_from(ticket) };
    time_ms now = 0;
    struct buf out = { 0 };
    if (filter != NULL)
        story.filter = *filter;
    assert_true(time_parse(STR(DAY "08:00:00Z"), &now, NULL));
    story_begin_day(&story, now);
    for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        struct story_record record = records[i];
        record.value = str_from(record.value.data);
        story_tell(&story, &record, &out);
    }
    zone_close((struct zone *)story.zone);
    return out;
}

static void test_another_day_is_named(void **state)
{
    (void)state;
    struct buf out = tell(NULL, NULL);
    assert_string_equal(buf_text(&out),
                        "09:00:00  T-1  opened  P1 83\n"
                        "            ⏱ T-1  response made, due 10:00:00\n"
                        "            ⏱ T-1  resolution made, due 2026-11-23 10:00\n"
                        "            → service  informed, routed, T-2  “hello”\n"
                        "2026-11-22\n"
                        "00:00:10  firing → lead  It burns\n"
                        "            Go.\n"
                        "00:00:05  ✗ dead letter 3/1042 from ombud.events: a string "
                        "is not closed\n");
    buf_free(&out);
}

static void test_only_what_was_asked_for_is_told(void **state)
{
    (void)state;
    enum {
        DECISIONS = 1,
        TIMERS = 2,
        DISPATCHES = 4,
        PROMISES = 8,
        ESCALATIONS = 16,
        LETTERS = 64
    };
    static const struct {
        const char *name;
        unsigned kinds;
        const char *department, *ticket;
        int bands;
        unsigned told;
    } cases[] = {
        { "everything", 0, NULL, NULL, 0,
          DECISIONS | DISPATCHES | PROMISES | ESCALATIONS | LETTERS },
        { "a kind", DISPATCHES, NULL, NULL, 0, DISPATCHES },
        { "two kinds", DISPATCHES | LETTERS, NULL, NULL, 0, DISPATCHES | LETTERS },
        { "a department", 0, "quality", NULL, 0, DECISIONS | PROMISES | ESCALATIONS },
        { "another", 0, "service", NULL, 0, DISPATCHES },
        { "the most urgent", 0, NULL, NULL, 1, DECISIONS | ESCALATIONS },
        { "down to P3", 0, NULL, NULL, 3, DECISIONS | DISPATCHES | ESCALATIONS },
        { "a ticket", 0, NULL, "T-1", 0, DECISIONS | PROMISES | ESCALATIONS },
        { "all at once", DECISIONS | PROMISES, "quality", "T-1", 2, DECISIONS },
        { "dead letters of a department", LETTERS, "quality", NULL, 0, 0 },
    };
    static const char *const marks[STORY_KINDS] = { "opened", "(no timer)", "→ service", "⏱",
                                                    "firing", "⊘",          "✗" };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct story_filter filter = { .department = str_from(cases[i].department),
                                       .bands = cases[i].bands };
        for (int kind = 0; kind < STORY_KINDS; kind++)
            filter.kinds[kind] = cases[i].kinds >> kind & 1;
        struct buf out = tell(&filter, cases[i].ticket);
        for (int kind = 0; kind < STORY_KINDS; kind++) {
            bool told = strstr(buf_text(&out), marks[kind]) != NULL;
            if (told != (cases[i].told >> kind & 1))
                fail_msg("%s: %s in:\n%s", cases[i].name, story_kinds[kind], buf_text(&out));
        }
        buf_free(&out);
    }
}

int main(void)
{
    json_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_another_day_is_named),
        cmocka_unit_test(test_only_what_was_asked_for_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
