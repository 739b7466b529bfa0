#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/date.h"
#include "calendar/ics.h"

#define FRAME(text) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" text "END:VCALENDAR\r\n"
#define EVENT(text) FRAME("BEGIN:VEVENT\r\n" text "END:VEVENT\r\n")

static const struct {
    const char *name, *text, *events; /* "2026-10-01..2026-10-07 Summary;" */
} files[] = {
    { "no event", FRAME(""), "" },
    { "one day", EVENT("DTSTART;VALUE=DATE:20261001\r\nSUMMARY:National Day\r\n"),
      "2026-10-01..2026-10-01 National Day;" },
    { "the end is the first day after it",
      EVENT("DTSTART;VALUE=DATE:20261001\r\nDTEND;VALUE=DATE:20261008\r\n"),
      "2026-10-01..2026-10-07 ;" },
    { "an end on the day itself", EVENT("DTSTART:20261001\r\nDTEND:20261001\r\n"),
      "2026-10-01..2026-10-01 ;" },
    { "three days", EVENT("DTSTART:20261001\r\nDURATION:P3D\r\n"), "2026-10-01..2026-10-03 ;" },
    { "a week", EVENT("DTSTART:20261001\r\nDURATION:P1W\r\n"), "2026-10-01..2026-10-07 ;" },
    { "a line that goes on in the next, and escapes",
      EVENT("SUMMARY:Good\\, bet\r\n ter\\n\\;best\r\nDTSTART:20261001\r\n"),
      "2026-10-01..2026-10-01 Good, better ;best;" },
    { "a colon in a quoted parameter", EVENT("DTSTART;X=\"a:b\":20261001\r\n"),
      "2026-10-01..2026-10-01 ;" },
    { "no carriage returns, names in small letters",
      "begin:vcalendar\nbegin:vevent\ndtstart:20261001\nend:vevent\nend:vcalendar\n",
      "2026-10-01..2026-10-01 ;" },
    { "a mark of byte order", "\xEF\xBB\xBF" EVENT("DTSTART:20261001\r\n"),
      "2026-10-01..2026-10-01 ;" },
    { "every year", EVENT("DTSTART:20241225\r\nRRULE:FREQ=YEARLY;INTERVAL=1;WKST=MO\r\n"),
      "2024-12-25..2024-12-25 yearly ;" },
    { "every year until then", EVENT("DTSTART:20241225\r\nRRULE:FREQ=YEARLY;UNTIL=20260101\r\n"),
      "2024-12-25..2024-12-25 yearly until 2026-01-01 ;" },
    { "twice", EVENT("DTSTART:20241225\r\nRRULE:FREQ=YEARLY;COUNT=2\r\n"),
      "2024-12-25..2024-12-25 yearly until 2026-01-04 ;" },
    { "an alarm in it has other dates",
      EVENT("DTSTART:20261001\r\nBEGIN:VALARM\r\nDTSTART:x\r\nEND:VALARM\r\nSUMMARY:A\r\n"),
      "2026-10-01..2026-10-01 A;" },
    { "a time of day is no day off, whatever else it has",
      EVENT("DTSTART:20261001T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\n"), "timed;" },
    { "cancelled", EVENT("DTSTART:20261001\r\nSTATUS:CANCELLED\r\n"), "cancelled;" },
    { "the zone of the file",
      FRAME("X-WR-TIMEZONE:Asia/Shanghai\r\nBEGIN:VEVENT\r\nDTSTART:20261001\r\nEND:VEVENT\r\n"),
      "2026-10-01..2026-10-01 ;zone Asia/Shanghai;" },
    { "to-dos are left alone", FRAME("BEGIN:VTODO\r\nDTSTART:x\r\nEND:VTODO\r\n"), "" },
};

static void put_event(const struct ics_event *event, struct buf *out)
{
    char first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE], until[DATE_TEXT_SIZE];
    buf_printf(out, "%s..%s ", date_format(event->first, first).data,
               date_format(event->last, last).data);
    if (event->yearly)
        buf_printf(out, "yearly ");
    if (event->until != INT64_MAX)
        buf_printf(out, "until %s ", date_format(event->until, until).data);
    buf_printf(out, "%.*s;", STR_ARG(event->summary));
}

static void whole_days_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct arena *arena = arena_new(4096);
        struct buf out = { 0 };
        struct ics ics;
        struct error err;
        if (!ics_parse(str_from(files[i].text), arena, &ics, &err))
            fail_msg("%s: %s", files[i].name, err.text);
        for (size_t k = 0; k < ics.count; k++)
            put_event(&ics.events[k], &out);
        buf_printf(&out, "%s%s", ics.timed ? "timed;" : "", ics.cancelled ? "cancelled;" : "");
        if (str_present(ics.zone))
            buf_printf(&out, "zone %.*s;", STR_ARG(ics.zone));
        if (strcmp(buf_text(&out), files[i].events) != 0)
            fail_msg("%s: %s", files[i].name, buf_text(&out));
        buf_free(&out);
        arena_free(arena);
    }
}

static const struct {
    const char *text, *error;
} refusals[] = {
    { "", "it is no iCalendar file: it does not begin with BEGIN:VCALENDAR" },
    { "<html>", "it is no iCalendar file: it does not begin with BEGIN:VCALENDAR" },
    { "BEGIN:VCALENDAR\xFF", "it is not UTF-8 at byte 15" },
    { EVENT("SUMMARY:A\r\n"), "line 3: an event without DTSTART" },
    { EVENT("DTSTART:20260230\r\n"), "line 4: no date: 'DTSTART:20260230'" },
    { EVENT("DTSTART:2026-10-01\r\n"), "line 4: no date: 'DTSTART:2026-10-01'" },
    { EVENT("DTSTART:19691231\r\n"), "line 4: no date: 'DTSTART:19691231'" },
    { EVENT("DTSTART:20261001\r\nDTEND:20281001\r\n"),
      "line 6: an event of more than a year: 'END:VEVENT'" },
    { EVENT("DTSTART:20261001\r\nDURATION:P3H\r\n"), "line 5: no number of days: 'DURATION:P3H'" },
    { EVENT("DTSTART:20261126\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\r\n"),
      "line 5: a repetition that is not understood: 'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH'" },
    { EVENT("DTSTART:20261126\r\nRRULE:FREQ=MONTHLY\r\n"),
      "line 5: a repetition that is not understood: 'RRULE:FREQ=MONTHLY'" },
    { EVENT("DTSTART:20261126\r\nRRULE:FREQ=YEARLY\r\nEXDATE:20271126\r\n"),
      "line 6: an exception of a repetition is not understood: 'EXDATE:20271126'" },
    { "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261001\n", "line 2: an event that does not end" },
};

static void what_would_miss_days_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
        struct arena *arena = arena_new(4096);
        struct ics ics = { .count = 7 };
        struct error err = { .text = "" };
        if (ics_parse(str_from(refusals[i].text), arena, &ics, &err) ||
            strcmp(err.text, refusals[i].error) != 0 || ics.count != 7)
            fail_msg("%s: %s", refusals[i].text, err.text);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_days_are_read),
        cmocka_unit_test(what_would_miss_days_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
