/* The rows of named clocks: of SLAs, and of regulations. */
#include "rows.h"

/* clang-format off */

/* By enum event_type. */
static const char *const starts[] = {
    [EVENT_OPENED] = "opened",             [EVENT_MESSAGE] = "message",
    [EVENT_UPDATED] = "updated",           [EVENT_ASSIGNED] = "assigned",
    [EVENT_ACCEPTED] = "accepted",         [EVENT_RETURNED] = "returned",
    [EVENT_PENDING] = "pending",           [EVENT_RESUMED] = "resumed",
    [EVENT_PROMISED] = "promised",         [EVENT_EXTENDED] = "extended",
    [EVENT_RESOLVED] = "resolved",         [EVENT_REOPENED] = "reopened",
    [EVENT_CLOSED] = "closed",             [EVENT_MERGED] = "merged",
    [EVENT_RATED] = "rated",               [EVENT_ACKNOWLEDGED] = "acknowledged",
    [EVENT_UNACKNOWLEDGED] = "unacknowledged", [EVENT_SETTLED] = "settled",
    [EVENT_FULFILLED] = "fulfilled",       [EVENT_ERASED] = NULL,
};

/* In the order of the KEEP_ bits. */
static const char *const keeps[] = { "fulfilled", "reply", "resolved", NULL };
static const char *const hearers[] = { "told", "untold", NULL };

static const struct setting clock_rows[] = {
    { .key = "", .type = SETTING_SLUG, AT(struct config_clock, name), .help = "The name." },
    { .key = "title", .type = SETTING_NAME, AT(struct config_clock, title),
      .help = "What is promised, for people: one text, or one for each of zh and en. Default: the "
              "name." },
    { .key = "start", .type = SETTING_CHOICE, AT(struct config_clock, start), .choices = starts,
      .fallback = "opened",
      .help = "The type of event that starts it: `opened` is the ticket's first event, any other "
              "each time that it comes while the clock does not run." },
    { .key = "aware", .type = SETTING_MATCHER, AT(struct config_clock, aware),
      EXTRA(struct config_clock, aware_text),
      .help = "Instead of `start`: it starts with the first event for which this matcher holds." },
    { .key = "after", .type = SETTING_TEXT, AT(struct config_clock, after),
      .help = "Instead of `start`: it starts when that other clock of the same list is kept." },
    { .key = "kept_by", .type = SETTING_SET, AT(struct config_clock, kept_by), .choices = keeps,
      .help = "What keeps it: the event `fulfilled` that names it (which always does, and is the "
              "default), a person's `reply`, or that the ticket is `resolved`. One that only "
              "`fulfilled` keeps goes on when the ticket is resolved." },
    { .key = "calendar", .type = SETTING_BAND_CALENDARS, AT(struct config_clock, calendar),
      .help = "When it runs: a calendar, or one for each band. Default: as the whole list." },
    { .key = "target", .type = SETTING_TARGETS, AT(struct config_clock, target),
      .min = TIME_SECOND, .max = YEAR, .flags = SETTING_REQUIRED,
      .help = "How long it may take: one for all bands, or by band." },
    { .key = "every", .type = SETTING_TARGETS, AT(struct config_clock, every),
      .min = TIME_SECOND, .max = YEAR,
      .help = "It begins again when it is kept, with this target, until the ticket is resolved." },
    { .key = "extend", .type = SETTING_TARGETS, AT(struct config_clock, extend),
      .min = TIME_SECOND, .max = YEAR,
      .help = "How far a holding letter (`fulfilled` with `due`) can move its end at most, counted "
              "from its start. Default: it cannot be moved." },
    { .key = "max_extensions", .type = SETTING_INTEGER, AT(struct config_clock, max_extensions),
      .min = 0, .max = 100, .fallback = "1",
      .help = "How often a holding letter may move it." },
    { .key = "customer", .type = SETTING_FLAG, AT(struct config_clock, secret), .choices = hearers,
      .help = "Whether the customer is told of it (promises). Default: `told`." },
};
const struct setting_table clock_settings = {
    .name = "clock", .size = sizeof(struct config_clock), .place = PLACE(struct config_clock),
    .example = "refund:\n"
               "  title: { zh: 退款, en: the refund }\n"
               "  aware: \"signal == text.money\"\n"
               "  target: { P1: 1wd, P2: 2wd, P3: 5wd, P4: 5wd }\n"
               "  extend: 10wd\n"
               "letter: { after: refund, target: 15cd, every: 30cd, customer: untold }",
    .rows = clock_rows, .count = COUNT(clock_rows),
};
