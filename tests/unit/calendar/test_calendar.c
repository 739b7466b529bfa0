/* Rows named after a project and a number are what its users reported there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "calendar/expiry.h"
#include "calendar/target_due.h"
#include "small_calendar.h"

enum which {
    OFFICE,
    LUNCH,
    BERLIN,
    AMSTERDAM_NIGHT,
    BERLIN_NIGHT,
    EIGHT,
    TUESDAYS,
    HOSPITAL,
    CAIRO,
    APIA,
    SPLIT_DATE,
    ALWAYS,
    CALENDARS
};

/* Mainland China around the autumn holidays and the spring festival of 2026. */
#define CHINA                                                                                      \
    {                                                                                              \
        { "2026-02-14", NULL, "09:00-18:00" }, { "2026-02-15", "2026-02-23", "" },                 \
            { "2026-02-28", NULL, "09:00-18:00" }, { "2026-09-20", NULL, "09:00-18:00" },          \
            { "2026-09-25", "2026-09-27", "" }, { "2026-10-01", "2026-10-07", "" },                \
        {                                                                                          \
            "2026-10-10", NULL, "09:00-18:00"                                                      \
        }                                                                                          \
    }

static const struct small_calendar smalls[CALENDARS] = {
    [OFFICE] = { NULL, { { "mon", "fri", "09:00-18:00" } }, CHINA },
    [LUNCH] = { NULL, { { "mon", "fri", "09:00-12:00,13:00-18:00" } }, { { NULL } } },
    [BERLIN] = { "Europe/Berlin", { { "mon", "fri", "09:00-17:00" } }, { { NULL } } },
    [AMSTERDAM_NIGHT] = { "Europe/Amsterdam", { { "mon", "sun", "00:00-10:00" } }, { { NULL } } },
    [BERLIN_NIGHT] = { "Europe/Berlin", { { "mon", "sun", "02:00-06:00" } }, { { NULL } } },
    [EIGHT] = { NULL, { { "mon", "fri", "08:00-18:00" } }, { { NULL } } },
    [TUESDAYS] = { NULL, { { "tue", NULL, "09:00-18:00" } }, { { NULL } } },
    [HOSPITAL] = { NULL,
                   { { "mon", "fri", "22:00-06:00" } },
                   { { "2026-11-25", NULL, "" }, { "2026-11-28", NULL, "07:00-09:00" } } },
    [CAIRO] = { "Africa/Cairo", { { "mon", "sun", "00:00-24:00" } }, { { NULL } } },
    [APIA] = { "Pacific/Apia", { { "mon", "sun", "09:00-17:00" } }, { { NULL } } },
    [SPLIT_DATE] = { NULL,
                     { { "mon", "fri", "09:00-18:00" } },
                     { { "2026-12-24", NULL, "09:00-10:30,11:00-12:00" } } },
    [ALWAYS] = { "Europe/Berlin", { { "mon", "sun", "00:00-24:00" } }, { { NULL } } },
};

static struct calendar *calendars[CALENDARS];

static time_ms at(const char *text)
{
    time_ms time = 0;
    struct error err;
    if (!time_parse(str_from(text), &time, &err))
        fail_msg("%s: %s", text, err.text);
    return time;
}

static struct calendar *make(const struct small_calendar *small)
{
    struct error err;
    struct calendar *calendar = small_calendar_make(small, INT64_MAX, &err);
    if (!calendar)
        fail_msg("%s", err.text);
    return calendar;
}

static int make_all(void **state)
{
    (void)state;
    for (int i = 0; i < CALENDARS; i++)
        calendars[i] = make(&smalls[i]);
    return 0;
}

static int free_all(void **state)
{
    (void)state;
    for (int i = 0; i < CALENDARS; i++)
        calendar_free(calendars[i]);
    return 0;
}

static const struct {
    const char *name;
    enum which calendar;
    const char *start, *amount, *due;
} dues[] = {
    { "vacanza #2196: a make-up day is worked, the golden week is not", OFFICE,
      "2026-09-30T17:00:00+08:00", "4h", "2026-10-08T12:00:00+08:00" },
    { "vacanza #3293: a Sunday that makes up for a day off", OFFICE, "2026-09-20T10:00:00+08:00",
      "1h", "2026-09-20T11:00:00+08:00" },
    { "moment-business-time #58: through the end of summer time", AMSTERDAM_NIGHT,
      "2022-10-30T02:00:00+02:00", "1h", "2022-10-30T02:00:00+01:00" },
    { "OnCall #3261: over the weekend in which summer time ends", BERLIN,
      "2026-10-23T16:00:00+02:00", "2h", "2026-10-26T10:00:00+01:00" },
    { "over the weekend in which summer time begins", BERLIN, "2026-03-27T16:00:00+01:00", "2h",
      "2026-03-30T10:00:00+02:00" },
    { "GLPI PR #22678: due on the next day", EIGHT, "2026-11-23T17:00:00+08:00", "4h",
      "2026-11-24T11:00:00+08:00" },
    { "GLPI #9082: with a pause of 3h31 the end is within opening hours", EIGHT,
      "2026-11-23T17:00:00+08:00", "7h31m", "2026-11-24T14:31:00+08:00" },
    { "osTicket #6739: open on Tuesdays only", TUESDAYS, "2026-11-24T17:00:00+08:00", "11h",
      "2026-12-08T10:00:00+08:00" },
    { "osTicket #6739: what ends with closing time ends there, not a week later", TUESDAYS,
      "2026-11-24T17:00:00+08:00", "1h", "2026-11-24T18:00:00+08:00" },
    { "helpdesk #2212, chatwoot #9798, #14009: lunch does not count", LUNCH,
      "2026-11-23T12:10:00+08:00", "30m", "2026-11-23T13:30:00+08:00" },
    { "lunch in the middle", LUNCH, "2026-11-23T11:50:00+08:00", "30m",
      "2026-11-23T13:20:00+08:00" },
    { "nothing ends at once, also when it is closed", OFFICE, "2026-10-03T12:00:00+08:00", "0s",
      "2026-10-03T12:00:00+08:00" },
    { "a night shift goes on after midnight", HOSPITAL, "2026-11-23T23:00:00+08:00", "3h",
      "2026-11-24T02:00:00+08:00" },
    { "Friday's night shift goes on into Saturday", HOSPITAL, "2026-11-20T23:00:00+08:00", "8h",
      "2026-11-23T23:00:00+08:00" },
    { "a day off has no night shift, but the one before it ends in it", HOSPITAL,
      "2026-11-24T23:00:00+08:00", "8h", "2026-11-26T23:00:00+08:00" },
    { "special hours after a night shift", HOSPITAL, "2026-11-27T23:00:00+08:00", "8h",
      "2026-11-28T08:00:00+08:00" },
    { "special hours are split, too", SPLIT_DATE, "2026-12-24T10:00:00+08:00", "1h",
      "2026-12-24T11:30:00+08:00" },
    { "the day after special hours is a usual one", SPLIT_DATE, "2026-12-24T11:30:00+08:00", "1h",
      "2026-12-25T09:30:00+08:00" },
    { "a day that begins at 01:00", CAIRO, "2026-04-23T23:00:00+02:00", "1h",
      "2026-04-24T01:00:00+03:00" },
    { "a day that the island left out", APIA, "2011-12-29T16:00:00-10:00", "2h",
      "2011-12-31T10:00:00+14:00" },
    { "long before the first date", OFFICE, "1985-05-31T17:00:00+08:00", "2h",
      "1985-06-03T10:00:00+08:00" },
    { "long after the last one", OFFICE, "2150-01-02T17:00:00+08:00", "2h",
      "2150-01-05T10:00:00+08:00" },
    { "through many weeks", OFFICE, "2027-01-04T09:00:00+08:00", "450h",
      "2027-03-12T18:00:00+08:00" },
    { "always", ALWAYS, "2026-03-28T12:00:00+01:00", "24h", "2026-03-29T13:00:00+02:00" },
};

static void working_time_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(dues) / sizeof(*dues); i++) {
        const struct calendar *calendar = calendars[dues[i].calendar];
        time_ms amount = 0;
        char text[TIME_TEXT_SIZE];
        assert_true(duration_parse(str_from(dues[i].amount), true, &amount, NULL));
        time_ms due = calendar_due(calendar, at(dues[i].start), amount);
        if (due != at(dues[i].due))
            fail_msg("%s: %s", dues[i].name, time_format(due, text).data);
        assert_int_equal(calendar_elapsed(calendar, at(dues[i].start), due), amount);
    }
}

static const struct {
    const char *name;
    enum which calendar;
    const char *from, *to, *elapsed;
} spans[] = {
    { "GLPI #687: opened on a Saturday, resolved on Monday at ten", OFFICE,
      "2026-11-21T12:00:00+08:00", "2026-11-23T10:00:00+08:00", "1h" },
    { "a shift in the hour that is left out", BERLIN_NIGHT, "2026-03-29T00:00:00+01:00",
      "2026-03-29T12:00:00+02:00", "3h" },
    { "a shift that has an hour twice", AMSTERDAM_NIGHT, "2022-10-30T00:00:00+02:00",
      "2022-10-31T00:00:00+01:00", "11h" },
    { "dbt_zendesk #25, azure-devops-docs #8675: January has January's offset", BERLIN,
      "2026-01-05T00:00:00+01:00", "2026-01-06T00:00:00+01:00", "8h" },
    { "dbt_zendesk #25: and July July's", BERLIN, "2026-07-06T00:00:00+02:00",
      "2026-07-07T00:00:00+02:00", "8h" },
    { "the golden week", OFFICE, "2026-09-30T18:00:00+08:00", "2026-10-08T09:00:00+08:00", "0s" },
    { "a week of nights with a day off", HOSPITAL, "2026-11-23T00:00:00+08:00",
      "2026-11-30T00:00:00+08:00", "34h" },
};

static void working_time_elapses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(spans) / sizeof(*spans); i++) {
        const struct calendar *calendar = calendars[spans[i].calendar];
        time_ms from = at(spans[i].from), to = at(spans[i].to), wanted = 0;
        char text[TIME_TEXT_SIZE];
        assert_true(duration_parse(str_from(spans[i].elapsed), true, &wanted, NULL));
        if (calendar_elapsed(calendar, from, to) != wanted)
            fail_msg("%s: %s", spans[i].name,
                     duration_format(calendar_elapsed(calendar, from, to), text).data);
        assert_int_equal(calendar_elapsed(calendar, to, from), -wanted);
    }
}

static const struct {
    const char *name;
    enum which calendar;
    const char *start;
    struct target target;
    const char *due;
} days[] = {
    { "workalendar #628: five working days, one of them a Saturday",
      OFFICE,
      "2026-09-30T17:00:00+08:00",
      { .unit = TARGET_WORKING_DAYS, .amount = 5 },
      "2026-10-13T18:00:00+08:00" },
    { "vacanza #3293: the next working day is a Saturday",
      OFFICE,
      "2026-02-13T10:00:00+08:00",
      { .unit = TARGET_WORKING_DAYS, .amount = 1 },
      "2026-02-14T18:00:00+08:00" },
    { "after a day off the next one is the first",
      OFFICE,
      "2026-11-21T10:00:00+08:00",
      { .unit = TARGET_WORKING_DAYS, .amount = 1 },
      "2026-11-23T18:00:00+08:00" },
    { "today counts while it is open",
      OFFICE,
      "2026-11-23T17:00:00+08:00",
      { .unit = TARGET_WORKING_DAYS, .amount = 1, .today_counts = true },
      "2026-11-23T18:00:00+08:00" },
    { "but not when it has closed",
      OFFICE,
      "2026-11-23T18:00:00+08:00",
      { .unit = TARGET_WORKING_DAYS, .amount = 1, .today_counts = true },
      "2026-11-24T18:00:00+08:00" },
    { "nor when it is a day off",
      OFFICE,
      "2026-11-22T10:00:00+08:00",
      { .unit = TARGET_WORKING_DAYS, .amount = 1, .today_counts = true },
      "2026-11-23T18:00:00+08:00" },
    { "today is a matter of the calendar's zone",
      OFFICE,
      "2026-11-23T17:00:00Z",
      { .unit = TARGET_WORKING_DAYS, .amount = 1 },
      "2026-11-25T18:00:00+08:00" },
    { "a working day of nights ends after midnight",
      HOSPITAL,
      "2026-11-23T10:00:00+08:00",
      { .unit = TARGET_WORKING_DAYS, .amount = 1 },
      "2026-11-25T06:00:00+08:00" },
    { "fifteen calendar days end with the fifteenth",
      OFFICE,
      "2026-11-02T10:00:00+08:00",
      { .unit = TARGET_CALENDAR_DAYS, .amount = 15 },
      "2026-11-18T00:00:00+08:00" },
    { "or the fourteenth after today, where that counts",
      OFFICE,
      "2026-11-02T10:00:00+08:00",
      { .unit = TARGET_CALENDAR_DAYS, .amount = 15, .today_counts = true },
      "2026-11-17T00:00:00+08:00" },
    { "an end on a day off stays",
      OFFICE,
      "2026-11-06T10:00:00+08:00",
      { .unit = TARGET_CALENDAR_DAYS, .amount = 15 },
      "2026-11-22T00:00:00+08:00" },
    { "or moves to the next working day",
      OFFICE,
      "2026-11-06T10:00:00+08:00",
      { .unit = TARGET_CALENDAR_DAYS, .amount = 15, .working_end = true },
      "2026-11-24T00:00:00+08:00" },
    { "a make-up day is no day off",
      OFFICE,
      "2026-10-09T10:00:00+08:00",
      { .unit = TARGET_CALENDAR_DAYS, .amount = 1, .working_end = true },
      "2026-10-11T00:00:00+08:00" },
    { "eight weeks",
      BERLIN,
      "2026-09-01T10:00:00+02:00",
      { .unit = TARGET_WEEKS, .amount = 8 },
      "2026-10-28T00:00:00+01:00" },
    { "two months",
      BERLIN,
      "2026-01-15T10:00:00+01:00",
      { .unit = TARGET_MONTHS, .amount = 2 },
      "2026-03-16T00:00:00+01:00" },
    { "a month that is too short",
      BERLIN,
      "2026-01-31T10:00:00+01:00",
      { .unit = TARGET_MONTHS, .amount = 1 },
      "2026-03-01T00:00:00+01:00" },
    { "in a leap year",
      BERLIN,
      "2028-01-31T10:00:00+01:00",
      { .unit = TARGET_MONTHS, .amount = 1 },
      "2028-03-01T00:00:00+01:00" },
    { "over the new year",
      BERLIN,
      "2026-12-15T10:00:00+01:00",
      { .unit = TARGET_MONTHS, .amount = 2 },
      "2027-02-16T00:00:00+01:00" },
    { "a month of which today is the first day",
      BERLIN,
      "2026-04-01T10:00:00+02:00",
      { .unit = TARGET_MONTHS, .amount = 1, .today_counts = true },
      "2026-05-01T00:00:00+02:00" },
    { "a month of which the 31st is the first day",
      BERLIN,
      "2026-01-31T10:00:00+01:00",
      { .unit = TARGET_MONTHS, .amount = 1, .today_counts = true },
      "2026-03-01T00:00:00+01:00" },
    { "a day that begins at 01:00",
      CAIRO,
      "2026-04-22T23:00:00+02:00",
      { .unit = TARGET_CALENDAR_DAYS, .amount = 1 },
      "2026-04-24T01:00:00+03:00" },
    { "working time",
      OFFICE,
      "2026-09-30T17:00:00+08:00",
      { .unit = TARGET_TIME, .amount = 4 * TIME_HOUR },
      "2026-10-08T12:00:00+08:00" },
    { "always has working days, too",
      ALWAYS,
      "2026-11-20T17:00:00+01:00",
      { .unit = TARGET_WORKING_DAYS, .amount = 1 },
      "2026-11-22T00:00:00+01:00" },
};

static void days_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(days) / sizeof(*days); i++) {
        char text[TIME_TEXT_SIZE];
        time_ms due = target_due(calendars[days[i].calendar], at(days[i].start), &days[i].target);
        if (due != at(days[i].due))
            fail_msg("%s: %s", days[i].name, time_format(due, text).data);
    }
}

static void nothing_promised_never_ends(void **state)
{
    (void)state;
    struct target none = { 0 };
    assert_true(target_due(calendars[OFFICE], 0, &none) == TIME_NEVER);
    assert_true(calendar_due(calendars[OFFICE], TIME_NEVER, 1) == TIME_NEVER);
    assert_true(calendar_elapsed(calendars[OFFICE], 0, TIME_NEVER) == TIME_NEVER);
    assert_true(calendar_opening(calendars[OFFICE], TIME_NEVER) == TIME_NEVER);
}

static void no_calendar_never_closes(void **state)
{
    (void)state;
    time_ms start = at("2026-11-21T03:00:00Z");
    struct target day = { .unit = TARGET_CALENDAR_DAYS, .amount = 1 };
    assert_true(calendar_due(NULL, start, TIME_HOUR) == start + TIME_HOUR);
    assert_true(calendar_elapsed(NULL, start, start + 5) == 5);
    assert_true(calendar_opening(NULL, start) == start);
    assert_true(target_due(NULL, start, &day) == at("2026-11-23T00:00:00Z"));
    assert_true(str_is(calendar_name(NULL), "always"));
    assert_false(calendar_is_provisional(NULL, start));
}

static void it_says_when_it_opens(void **state)
{
    (void)state;
    const struct calendar *calendar = calendars[OFFICE];
    time_ms golden_week = at("2026-10-03T12:00:00+08:00"), work = at("2026-11-23T10:00:00+08:00");
    assert_true(calendar_opening(calendar, golden_week) == at("2026-10-08T09:00:00+08:00"));
    assert_true(calendar_opening(calendar, work) == work);
    /* Closing time is the first closed moment. */
    assert_true(calendar_opening(calendar, at("2026-11-23T18:00:00+08:00")) ==
                at("2026-11-24T09:00:00+08:00"));
}

static void what_reaches_past_its_dates_is_provisional(void **state)
{
    (void)state;
    struct calendar *calendar =
        small_calendar_make(&smalls[OFFICE], small_date("2026-12-31"), NULL);
    assert_false(calendar_is_provisional(calendar, at("2026-12-31T18:00:00+08:00")));
    assert_false(calendar_is_provisional(calendar, at("2027-01-01T00:00:00+08:00")));
    assert_true(calendar_is_provisional(calendar, at("2027-01-01T09:01:00+08:00")));
    calendar_free(calendar);
}

static const struct {
    const char *now, *sentence; /* NULL: nothing is said */
} expiries[] = {
    { "2026-11-01T23:59:59+08:00", NULL },
    { "2026-11-02T00:00:01+08:00", "the calendar 'small' knows its dates until 2026-12-31, 59 days "
                                   "from now: promises that reach "
                                   "past it are provisional" },
    { "2026-12-31T23:59:59+08:00",
      "the calendar 'small' knows its dates until 2026-12-31, 0 days from now: promises that reach "
      "past it are provisional" },
    { "2027-01-01T00:00:00+08:00", "the calendar 'small' knows its dates until 2026-12-31, which "
                                   "is past: promises count with its "
                                   "weekly hours" },
};

static void sixty_days_ahead_it_is_told_that_dates_end(void **state)
{
    (void)state;
    struct calendar *calendar =
        small_calendar_make(&smalls[OFFICE], small_date("2026-12-31"), NULL);
    for (size_t i = 0; i < sizeof(expiries) / sizeof(*expiries); i++) {
        struct buf sentence = { 0 };
        bool told = calendar_expires(calendar, at(expiries[i].now), &sentence);
        if (told != (expiries[i].sentence != NULL) ||
            (told && strcmp(buf_text(&sentence), expiries[i].sentence) != 0))
            fail_msg("%s: %s", expiries[i].now, buf_text(&sentence));
        buf_free(&sentence);
    }
    struct buf none = { 0 };
    assert_false(calendar_expires(calendars[OFFICE], at("2099-01-01T00:00:00Z"), &none));
    assert_false(calendar_expires(NULL, 0, &none));
    calendar_free(calendar);
}

static const struct {
    const char *name;
    struct small_calendar calendar;
    const char *error;
} refusals[] = {
    { "no such zone",
      { "Asia/Shanghia", { { "mon", NULL, "09:00-18:00" } }, { { NULL } } },
      "'Asia/Shanghia' is no time zone (write one like Asia/Shanghai)" },
    { "never open",
      { NULL, { { NULL } }, { { "2026-11-23", NULL, "09:00-18:00" } } },
      "the weekly hours never open" },
    { "closed for more than a year",
      { NULL, { { "mon", "fri", "09:00-18:00" } }, { { NULL } } },
      "it does not open within 400 days from 2027-01-01 on" },
    { "a date twice",
      { NULL,
        { { "mon", "fri", "09:00-18:00" } },
        { { "2026-10-01", "2026-10-03", "" }, { "2026-10-03", NULL, "10:00-12:00" } } },
      "2026-10-03 is there twice" },
    { "shifts that overlap",
      { NULL, { { "mon", NULL, "09:00-12:00,11:30-18:00" } }, { { NULL } } },
      "Monday: shifts overlap, or are not in order: 09:00-12:00 and 11:30-18:00" },
    { "a night that runs into the morning",
      { NULL, { { "mon", "fri", "08:00-10:00,22:00-09:00" } }, { { NULL } } },
      "the shifts of Monday and Tuesday overlap" },
    { "a night that runs into Monday",
      { NULL, { { "mon", NULL, "08:00-10:00" }, { "sun", NULL, "22:00-09:00" } }, { { NULL } } },
      "the shifts of Sunday and Monday overlap" },
    { "a night that runs into special hours",
      { NULL, { { "mon", "fri", "22:00-06:00" } }, { { "2026-11-24", NULL, "05:00-09:00" } } },
      "the shifts of 2026-11-23 and 2026-11-24 overlap" },
};

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
        struct error err = { .text = "" };
        struct dated_hours closed[CALENDAR_CLOSED_DAYS_MAX + 1];
        struct calendar *calendar = NULL;
        if (!strcmp(refusals[i].name, "closed for more than a year")) {
            struct shift shifts[CALENDAR_SHIFTS_MAX];
            struct hours hours = small_hours("09:00-18:00", shifts);
            for (int day = 0; day <= CALENDAR_CLOSED_DAYS_MAX; day++)
                closed[day] = (struct dated_hours){ small_date("2027-01-01") + day, { NULL, 0 } };
            struct calendar_terms terms = { .zone = STR("UTC"),
                                            .week = { hours, hours },
                                            .dates = closed,
                                            .date_count = CALENDAR_CLOSED_DAYS_MAX + 1 };
            calendar = calendar_new(&terms, &err);
        } else {
            calendar = small_calendar_make(&refusals[i].calendar, INT64_MAX, &err);
        }
        if (calendar || strcmp(err.text, refusals[i].error) != 0)
            fail_msg("%s: %s", refusals[i].name, err.text);
    }
}

/* Not the oracle's business: here the two directions check each other. */
static void due_and_elapsed_are_inverses(void **state)
{
    (void)state;
    uint64_t random = 20261127;
    for (int i = 0; i < 200000; i++) {
        random = random * 6364136223846793005 + 1442695040888963407;
        const struct calendar *calendar = calendars[(random >> 33) % CALENDARS];
        time_ms start =
            (time_ms)((random >> 20) % (uint64_t)(200 * 366 * TIME_DAY)) - 20 * 366 * TIME_DAY;
        time_ms amount = 1 + (time_ms)((random >> 5) % (uint64_t)(60 * TIME_DAY));
        time_ms due = calendar_due(calendar, start, amount);
        if (calendar_elapsed(calendar, start, due) != amount ||
            calendar_elapsed(calendar, start, due - 1) != amount - 1)
            fail_msg("calendar %d, start %lld, amount %lld", (int)((random >> 33) % CALENDARS),
                     (long long)start, (long long)amount);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(working_time_ends),
        cmocka_unit_test(working_time_elapses),
        cmocka_unit_test(days_end),
        cmocka_unit_test(nothing_promised_never_ends),
        cmocka_unit_test(no_calendar_never_closes),
        cmocka_unit_test(it_says_when_it_opens),
        cmocka_unit_test(what_reaches_past_its_dates_is_provisional),
        cmocka_unit_test(sixty_days_ahead_it_is_told_that_dates_end),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(due_and_elapsed_are_inverses),
    };
    return cmocka_run_group_tests(tests, make_all, free_all);
}
