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

static const char *const no_or_yes[] = { "false", "true", NULL };
static const char *const first_days[] = { "skipped", "counts", NULL };
static const char *const days_off[] = { "stay", "next", NULL };

static const struct setting version_rows[] = {
    { .key = "source", .type = SETTING_TEXT, AT(struct config_regulation_version, source),
      .flags = SETTING_REQUIRED, .help = "Where it is read: the law, the article, the page." },
    { .key = "checked", .type = SETTING_FLAG, AT(struct config_regulation_version, checked),
      .choices = no_or_yes, .flags = SETTING_REQUIRED,
      .help = "Whether somebody has read it there. What is from a secondary page is not." },
    { .key = "valid_from", .type = SETTING_DATE, AT(struct config_regulation_version, valid_from),
      .help = "The first day of receipt for which it holds. Default: none is known." },
    { .key = "valid_until", .type = SETTING_DATE, AT(struct config_regulation_version, valid_until),
      .help = "The last day of receipt for which it holds. Default: none is known." },
    { .key = "calendar", .type = SETTING_BAND_CALENDARS,
      AT(struct config_regulation_version, terms.calendar),
      .help = "Whose days and hours its clocks count. Default: `always`; one that counts working days "
              "needs to be told." },
    { .key = "first_day", .type = SETTING_FLAG,
      AT(struct config_regulation_version, terms.today_counts), .choices = first_days,
      .help = "Whether the day of receipt is the first one, as for SLAs. Default: `skipped`." },
    { .key = "on_day_off", .type = SETTING_FLAG,
      AT(struct config_regulation_version, terms.working_end), .choices = days_off,
      .help = "Whether an end on a day off stays there or moves to the next working day, as for SLAs. "
              "Default: `stay`." },
    { .key = "clocks", .type = SETTING_MAP, AT(struct config_regulation_version, terms.clocks),
      EXTRA(struct config_regulation_version, terms.clock_count), .inner = &clock_settings,
      .flags = SETTING_REQUIRED,
      .help = "What it demands. In records a clock is called REGULATION.NAME." },
};
const struct setting_table regulation_version_settings = {
    .name = "version", .size = sizeof(struct config_regulation_version),
    .place = PLACE(struct config_regulation_version),
    .rows = version_rows, .count = COUNT(version_rows),
};

static const struct setting regulation_rows[] = {
    { .key = "name", .type = SETTING_SLUG, AT(struct config_regulation, name),
      .flags = SETTING_REQUIRED,
      .help = "The name. Without `file` and `versions`, the file `regulations/NAME.yaml` beside the "
              "configuration says what it demands." },
    { .key = "match", .type = SETTING_MATCHER, AT(struct config_regulation, matcher),
      EXTRA(struct config_regulation, match_text),
      .help = "Which tickets are under it: the first event for which this holds puts a ticket under "
              "it for good. Default: every ticket." },
    { .key = "calendar", .type = SETTING_BAND_CALENDARS, AT(struct config_regulation, calendar),
      .help = "Whose days and hours count, instead of what the regulation says: your country's." },
    { .key = "warn", .type = SETTING_WARNINGS, AT(struct config_regulation, warn),
      .help = "When to warn before the breach, as for SLAs. Default: as the last SLA." },
    { .key = "checked", .type = SETTING_FLAG, AT(struct config_regulation, checked),
      .choices = no_or_yes,
      .help = "`true`: somebody of yours has read it at its source, so `ombudctl check` need not warn "
              "of versions that say `checked: false`." },
    { .key = "file", .type = SETTING_TEXT, AT(struct config_regulation, file),
      .help = "The file that says what it demands, relative to the configuration: the settings of one "
              "version, or a list of versions." },
    { .key = "versions", .type = SETTING_TABLES, AT(struct config_regulation, versions),
      EXTRA(struct config_regulation, version_count), .inner = &regulation_version_settings,
      .help = "What it demands, here instead of in a file." },
};
const struct setting_table regulation_settings = {
    .name = "regulation", .size = sizeof(struct config_regulation),
    .place = PLACE(struct config_regulation),
    .example = "- { name: uk-fca-disp, match: \"attributes.country == GB\", warn: [75%, 24h] }\n"
               "- { name: eu-payments, match: \"category == payment\", calendar: de }",
    .rows = regulation_rows, .count = COUNT(regulation_rows),
};
