#include "ctl/calendar_import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define EVENT(text) "BEGIN:VEVENT\r\n" text "END:VEVENT\r\n"
#define SHANGHAI "X-WR-TIMEZONE:Asia/Shanghai\r\n"
#define HEAD "# Made of a.ics by `ombudctl calendar import`.\n"
#define HOURS "hours: { mon..fri: \"09:00-18:00\" } # change them to yours\n"

static const struct {
    const char *name, *events;
    struct calendar_import import;
    const char *yaml, *error;
} cases[] = {
    { "days off and a make-up day",
      SHANGHAI EVENT("DTSTART:20261010\r\nSUMMARY:国庆节 补班\r\n")
          EVENT("DTSTART:20261001\r\nDTEND:20261008\r\nSUMMARY:国庆节\r\n"),
      { .workday = { "班", 3 } },
      HEAD "zone: Asia/Shanghai\n" HOURS "valid_until: 2026-12-31\ndates:\n"
           "  2026-10-01..2026-10-07: off  # 国庆节\n  2026-10-10: workday  # 国庆节 补班\n",
      NULL },
    { "without a word for them it is a day off, too",
      SHANGHAI EVENT("DTSTART:20261010\r\nSUMMARY:补班\r\n"),
      { .workday = { NULL, 0 } },
      HEAD "zone: Asia/Shanghai\n" HOURS "valid_until: 2026-12-31\ndates:\n"
           "  2026-10-10: off  # 补班\n",
      NULL },
    { "on top of another one",
      SHANGHAI EVENT("DTSTART:20261224\r\n"),
      { .base = { "cn", 2 } },
      HEAD "base: cn\nvalid_until: 2026-12-31\ndates:\n  2026-12-24: off\n",
      NULL },
    { "every year, for those of the other events",
      EVENT("DTSTART:20251224\r\nDTEND:20251226\r\nRRULE:FREQ=YEARLY\r\n")
          EVENT("DTSTART:20250103\r\n") EVENT("DTSTART:20260104\r\n"),
      { .zone = { "UTC", 3 } },
      HEAD "zone: UTC\n" HOURS "valid_until: 2026-12-31\ndates:\n  2025-01-03: off\n"
           "  2025-12-24..2025-12-25: off\n  2026-01-04: off\n  2026-12-24..2026-12-25: off\n",
      NULL },
    { "every year, for those that were asked for",
      EVENT("DTSTART:20240229\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Leap day\r\n")
          EVENT("DTSTART:20270501\r\nRRULE:FREQ=YEARLY;UNTIL=20280101\r\n"),
      { .zone = { "UTC", 3 }, .first_year = 2026, .last_year = 2028 },
      HEAD "zone: UTC\n" HOURS "valid_until: 2028-12-31\ndates:\n  2027-05-01: off\n"
           "  2028-02-29: off  # Leap day\n",
      NULL },
    { "two holidays on one day, and one that is longer",
      SHANGHAI EVENT("DTSTART:20260501\r\nDTEND:20260504\r\nSUMMARY:Long\r\n")
          EVENT("DTSTART:20260501\r\nSUMMARY:Labour\r\n"),
      { .workday = { NULL, 0 } },
      HEAD "zone: Asia/Shanghai\n" HOURS "valid_until: 2026-12-31\ndates:\n"
           "  2026-05-01..2026-05-03: off  # Long\n",
      NULL },
    { "off and worked",
      SHANGHAI EVENT("DTSTART:20260501\r\nSUMMARY:Labour\r\n")
          EVENT("DTSTART:20260501\r\nSUMMARY:work\r\n"),
      { .workday = { "work", 4 } },
      NULL,
      "line 7: 'work' is a day off and a workday: the other event is in line 3" },
    { "nothing", "", { .zone = { "UTC", 3 } }, NULL, "it has no event of a whole day" },
    { "no zone",
      EVENT("DTSTART:20260501\r\n"),
      { .workday = { NULL, 0 } },
      NULL,
      "it does not name a time zone: say which with --zone, or use --base" },
    { "no years",
      EVENT("DTSTART:20260501\r\nRRULE:FREQ=YEARLY\r\n"),
      { .zone = { "UTC", 3 } },
      NULL,
      "all its events come every year: say for which with --year 2026..2028" },
};

static void a_file_becomes_a_calendar(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena *arena = arena_new(4096);
        struct calendar_import import = cases[i].import;
        struct buf text = { 0 }, out = { 0 };
        struct error err = { .text = "" };
        struct ics ics;
        import.file = STR("a.ics");
        buf_printf(&text, "BEGIN:VCALENDAR\r\n%sEND:VCALENDAR\r\n", cases[i].events);
        assert_true(ics_parse(buf_str(&text), arena, &ics, &err));
        bool done = calendar_import(&import, &ics, &out, &err);
        if (done != (cases[i].yaml != NULL) ||
            strcmp(done ? buf_text(&out) : err.text, done ? cases[i].yaml : cases[i].error) != 0)
            fail_msg("%s: %s", cases[i].name, done ? buf_text(&out) : err.text);
        buf_free(&text);
        buf_free(&out);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_becomes_a_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
