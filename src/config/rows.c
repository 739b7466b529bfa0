/* The configuration's language, row by row. Order matters twice: rows are read from top to bottom,
 * so what defines a name stands above what uses it; and the reference page keeps this order. */
#include "rows.h"

/* One row, one paragraph: a formatter would put each of its fields on a line of its own. */
/* clang-format off */

#define MATCH_HELP                                                                                 \
    "Which tickets: conditions over the event, the customer, signals, band, score and label, such " \
    "as `signal == text.legal and score >= 60`."

static const char *const clocks[] = { "wall", "stream", NULL };
static const char *const answers[] = { "false", "true", NULL };
static const char *const publishing[] = { "all", "shadow", NULL };

static const struct setting source_rows[] = {
    { .key = "topic", .type = SETTING_TOPIC, AT(struct config_source, topic),
      .flags = SETTING_REQUIRED | SETTING_FIXED, .help = "The topic to read." },
    { .key = "format", .type = SETTING_FORMAT, AT(struct config_source, format),
      .fallback = "ombud",
      .help = "How its records are written: `ombud`, the canonical form, or the name of a file in "
              "`formats`, such as `cloudevents`, `zendesk`, `servicenow`, `jira` or `debezium`." },
    { .key = "zone", .type = SETTING_TEXT, AT(struct config_source, zone),
      .help = "The IANA time zone of times that name none." },
};
static const struct setting_table source_settings = {
    .name = "source", .size = sizeof(struct config_source), .place = -1,
    .example = "- { topic: ombud.events, format: ombud }",
    .rows = source_rows, .count = COUNT(source_rows),
};

static const struct setting department_rows[] = {
    { .key = "", .type = SETTING_SLUG, AT(struct config_department, slug),
      .help = "The slug: part of the department's topic." },
    { .key = "name", .type = SETTING_NAME, AT(struct config_department, name),
      EXTRA(struct config_department, slug),
      .help = "What people call it: one text, or `{zh, en}`. Default: the slug." },
    { .key = "aliases", .type = SETTING_TEXTS, AT(struct config_department, aliases),
      EXTRA(struct config_department, alias_count),
      .help = "Other names that events use for it, such as \"Group 70\"." },
    { .key = "calendar", .type = SETTING_CALENDAR, AT(struct config_department, calendar),
      .help = "When it works: the name of a calendar. Default: `always`." },
    { .key = "people", .type = SETTING_PEOPLE, AT(struct config_department, people),
      EXTRA(struct config_department, people_counts),
      .help = "Who is told at each level: `{lead: [names], manager: [names]}`." },
    { .key = "capacity", .type = SETTING_INTEGER, AT(struct config_department, capacity),
      .min = 0, .max = 1000000, .fallback = "0",
      .help = "How much it can stand: open tickets, those of P1 counted four times, of P2 three times, "
              "of P3 twice. 0: nobody says." },
    { .key = "overflow", .type = SETTING_TEXT, AT(struct config_department, overflow_name),
      .help = "The department that new tickets of P3 and P4 go to while it is full: from its capacity "
              "on until it is down to 90 % of it." },
    { .key = "authority", .type = SETTING_BAND_TEXTS, AT(struct config_department, authority),
      .help = "What its people may grant without asking, in words, one text or one for each band "
              "(`{P1: \"a replacement\", default: \"a voucher of 20\"}`). Dispatches to it say so." },
};
static const struct setting_table department_settings = {
    .name = "department", .size = sizeof(struct config_department),
    .place = PLACE(struct config_department),
    .example = "quality: { name: { zh: 质量部, en: Quality }, people: { lead: [quality-lead] } }",
    .rows = department_rows, .count = COUNT(department_rows),
};

static const struct setting topic_rows[] = {
    { .key = "prefix", .type = SETTING_TOPIC, AT(struct config_topics, prefix),
      .fallback = "ombud", .help = "The beginning of every topic that is not named here." },
#define TOPIC(field, text) \
    { .key = #field, .type = SETTING_TOPIC, AT(struct config_topics, field), .help = text }
    TOPIC(home, "The topic of all events; the first source. Default: `{prefix}.events`."),
    TOPIC(customers, "Customers from the CRM, compacted. Default: `{prefix}.customers`."),
    TOPIC(silences, "Silences, compacted. Default: `{prefix}.silences`."),
    TOPIC(promises, "Promises to customers, compacted. Default: `{prefix}.promises`."),
    TOPIC(decisions, "Every decision with its reasons. Default: `{prefix}.decisions`."),
    TOPIC(deadletter, "What could not be read. Default: `{prefix}.deadletter`."),
    TOPIC(state, "State of tickets, compacted. Default: `{prefix}.state`."),
    TOPIC(notices, "From tickets to escalations; one partition. Default: `{prefix}.notices`."),
    TOPIC(groups, "State of escalations, compacted. Default: `{prefix}.groups`."),
    TOPIC(config, "Every configuration used, compacted. Default: `{prefix}.config`."),
    TOPIC(versions,
          "What `ombudctl upgrade finalize` said; one partition. Default: `{prefix}.versions`."),
    TOPIC(department_prefix,
          "A department's topic is this and its slug. Default: `{prefix}.dept.`."),
    TOPIC(escalation_prefix,
          "A level's topic is this and its name. Default: `{prefix}.escalations.`."),
#undef TOPIC
    { .key = "partitions", .type = SETTING_INTEGER, AT(struct config_topics, partitions),
      .min = 1, .max = 10000, .fallback = "12",
      .help = "Partitions that `ombudctl topics create` gives a topic." },
    { .key = "replication", .type = SETTING_INTEGER, AT(struct config_topics, replication),
      .min = 0, .max = 100, .fallback = "0",
      .help = "Copies of each partition. 0: 3 where there are 3 brokers, else as many as there "
              "are." },
};
static const struct setting_table topic_settings = {
    .name = "topics", .size = sizeof(struct config_topics), .place = -1,
    .rows = topic_rows, .count = COUNT(topic_rows),
};

static const struct setting start_rows[] = {
    { .key = "from", .type = SETTING_START, AT(struct config, start_from),
      EXTRA(struct config, start_time), .flags = SETTING_FIXED | SETTING_SERVICE,
      .fallback = "earliest",
      .help = "Where a group without committed positions begins: `earliest`, `latest` or a time." },
    { .key = "quiet_before", .type = SETTING_TIME, AT(struct config, quiet_before),
      .help = "What happened before this time builds state and never escalates." },
};
static const struct setting_table start_settings = {
    .name = "start", .size = sizeof(struct config), .place = -1,
    .rows = start_rows, .count = COUNT(start_rows),
};

static const struct setting screen_rows[] = {
    { .key = "name", .type = SETTING_TEXT, AT(struct config_screen, name),
      .help = "The rule's name in decisions. Default: its label." },
    { .key = "match", .type = SETTING_MATCHER, AT(struct config_screen, matcher),
      EXTRA(struct config_screen, match_text), .flags = SETTING_REQUIRED, .help = MATCH_HELP },
    { .key = "label", .type = SETTING_SLUG, AT(struct config_screen, label),
      .flags = SETTING_REQUIRED, .help = "praise, enquiry, wish, abuse, out_of_scope, or yours." },
    { .key = "department", .type = SETTING_DEPARTMENT, AT(struct config_screen, department),
      .help = "Who answers such demands. Default: the tree decides." },
    { .key = "band", .type = SETTING_BAND, AT(struct config_screen, band),
      .help = "They are no more urgent than this band. Floors outrank it." },
};
static const struct setting_table screen_settings = {
    .name = "screening_rule", .size = sizeof(struct config_screen),
    .place = PLACE(struct config_screen),
    .example = "- { match: \"signal == text.praise and score < 35\", label: praise, "
               "department: service, band: P4 }",
    .rows = screen_rows, .count = COUNT(screen_rows),
};

static const struct setting_table route_settings;
static const struct setting route_rows[] = {
    { .key = "match", .type = SETTING_MATCHER, AT(struct config_route, matcher),
      EXTRA(struct config_route, match_text), .help = MATCH_HELP " The root has none." },
    { .key = "department", .type = SETTING_DEPARTMENT, AT(struct config_route, department),
      .help = "Who is responsible. Children inherit it; the root must name one." },
    { .key = "name", .type = SETTING_TEXT, AT(struct config_route, name),
      .help = "How decisions show it. Default: the department." },
    { .key = "inform", .type = SETTING_DEPARTMENTS, AT(struct config_route, inform),
      EXTRA(struct config_route, inform_count), .help = "Who gets a copy." },
    { .key = "routes", .type = SETTING_TABLES, AT(struct config_route, children),
      EXTRA(struct config_route, child_count), .inner = &route_settings,
      .help = "Routes below this one, tried from first to last; the first that matches is taken." },
};
static const struct setting_table route_settings = {
    .name = "route", .size = sizeof(struct config_route), .place = PLACE(struct config_route),
    .example = "- { match: \"category == billing\", department: billing, inform: [legal] }",
    .rows = route_rows, .count = COUNT(route_rows),
};

static const struct setting learned_rows[] = {
    { .key = "model", .type = SETTING_TEXT, AT(struct config_learned, path),
      .flags = SETTING_SERVICE,
      .help = "A file made by `ombudctl learn`, relative to the file that names it. Matchers may then "
              "ask for `learned` and `margin`." },
    { .key = "fallback", .type = SETTING_FLAG, AT(struct config_learned, fallback),
      .choices = answers, .fallback = "false",
      .help = "`true`: where no route but the root matches, the department that the model chooses is "
              "responsible. Never for a ticket that tells of a danger (its score has a floor)." },
    { .key = "margin", .type = SETTING_INTEGER, AT(struct config_learned, margin),
      .min = 0, .max = 100, .fallback = "20",
      .help = "The least margin with which it may: of a hundred such tickets that were held out, how "
              "many more it got right than wrong. 0: as good as guessing, 80: 90 right, 10 wrong." },
};
static const struct setting_table learned_settings = {
    .name = "learned", .size = sizeof(struct config_learned), .place = PLACE(struct config_learned),
    .rows = learned_rows, .count = COUNT(learned_rows),
};

static const struct setting inform_rows[] = {
    { .key = "match", .type = SETTING_MATCHER, AT(struct config_inform, matcher),
      EXTRA(struct config_inform, match_text), .flags = SETTING_REQUIRED, .help = MATCH_HELP },
    { .key = "departments", .type = SETTING_DEPARTMENTS, AT(struct config_inform, departments),
      EXTRA(struct config_inform, department_count), .flags = SETTING_REQUIRED,
      .help = "Who gets a copy." },
};
static const struct setting_table inform_settings = {
    .name = "inform_rule", .size = sizeof(struct config_inform),
    .place = PLACE(struct config_inform),
    .example = "- { match: \"signal == text.legal and score >= 60\", departments: [legal] }",
    .rows = inform_rows, .count = COUNT(inform_rows),
};

/* In the order of the PAUSE_ bits. */
static const char *const pauses[] = { "customer", "third_party", NULL };

static const char *const config_changes[] = { "pin", "recompute_open", NULL };
static const char *const sides[] = { "us", "customer", NULL };
static const char *const first_days[] = { "skipped", "counts", NULL };
static const char *const days_off[] = { "stay", "next", NULL };

static const struct setting sla_rows[] = {
    { .key = "name", .type = SETTING_TEXT, AT(struct config_sla, name), .flags = SETTING_REQUIRED,
      .help = "Its name in promises and decisions." },
    { .key = "match", .type = SETTING_MATCHER, AT(struct config_sla, matcher),
      EXTRA(struct config_sla, match_text), .help = MATCH_HELP " The last one has none." },
    { .key = "calendar", .type = SETTING_BAND_CALENDARS, AT(struct config_sla, calendar),
      .help = "When its clocks run: the name of a calendar, or one for each band (`{P1: always, "
              "default: cn}`). Default: as the last SLA, and if that says nothing, `always`." },
    { .key = "first_day", .type = SETTING_FLAG, AT(struct config_sla, today_counts),
      .choices = first_days,
      .help = "Whether today is the first day of a target in days, weeks or months, or tomorrow "
              "(`skipped`). A working day counts only before it has closed. Default: as the last SLA, "
              "and if that says nothing, `skipped`." },
    { .key = "on_day_off", .type = SETTING_FLAG, AT(struct config_sla, working_end),
      .choices = days_off,
      .help = "Whether the end of a target in calendar days, weeks or months stays on a day off, or "
              "moves to the next working day. Default: as the last SLA, and if that says nothing, "
              "`stay`." },
    { .key = "response", .type = SETTING_TARGETS, AT(struct config_sla, target[CLOCK_RESPONSE]),
      .min = TIME_SECOND, .max = YEAR,
      .help = "Time to the first human reply, by band. Bands that are not named take the target of "
              "the last SLA; if it has none either, nothing is promised." },
    { .key = "update", .type = SETTING_TARGETS, AT(struct config_sla, target[CLOCK_UPDATE]),
      .min = TIME_SECOND, .max = YEAR,
      .help = "Time from one word to the customer to the next, by band, as for `response`. Where a "
              "response is promised, nothing is due by it before the first word." },
    { .key = "since", .type = SETTING_FLAG, AT(struct config_sla, since_customer),
      .choices = sides,
      .help = "From whose word an update is due: our last one (`us`), or the customer's first that "
              "nobody answered. Default: as the last SLA, and if that says nothing, `us`." },
    { .key = "resolution", .type = SETTING_TARGETS, AT(struct config_sla, target[CLOCK_RESOLUTION]),
      .min = TIME_SECOND, .max = YEAR,
      .help = "Time to the resolution, by band, as for `response`. Of a ticket that is reopened the "
              "time since it was resolved or closed is none of it." },
    { .key = "follow_up", .type = SETTING_TARGETS, AT(struct config_sla, target[CLOCK_FOLLOW_UP]),
      .min = TIME_SECOND, .max = YEAR,
      .help = "Time from the resolution until somebody has asked whether all is well, by band, as for "
              "`response`. A rating by the customer fulfils it, or a message of an agent." },
    { .key = "warn", .type = SETTING_WARNINGS, AT(struct config_sla, warn),
      .help = "When to warn before the breach: parts of the target (`75%`) or times before its "
              "end (`10m`), at most four. Default: as the last SLA." },
    { .key = "pause", .type = SETTING_SET, AT(struct config_sla, pause), .choices = pauses,
      .help = "Whose answer the clocks stand still for while the ticket is pending: what is left of "
              "the target is counted from when it goes on. Default: as the last SLA, and if that "
              "says nothing, no one's." },
    { .key = "max_extensions", .type = SETTING_INTEGER, AT(struct config_sla, max_extensions),
      .min = 0, .max = 100, .fallback = "1",
      .help = "How often the event `extended` may move the resolution. Not said: as the last SLA." },
    { .key = "clocks", .type = SETTING_MAP, AT(struct config_sla, clocks),
      EXTRA(struct config_sla, clock_count), .inner = &clock_settings,
      .help = "Further promises, any number, by name. Default: those of the last SLA." },
};
static const struct setting_table sla_settings = {
    .name = "SLA", .size = sizeof(struct config_sla), .place = PLACE(struct config_sla),
    .example = "- { name: default, response: { P1: 15m, P2: 1h, P3: 4h, P4: 24h }, warn: 75% }",
    .rows = sla_rows, .count = COUNT(sla_rows),
};

static const struct setting agreement_rows[] = {
    { .key = "from", .type = SETTING_DEPARTMENT, AT(struct config_agreement, from),
      .help = "Who hands a ticket on; of an internal ticket's first dispatch the department that "
              "asks. Default: anybody." },
    { .key = "to", .type = SETTING_DEPARTMENT, AT(struct config_agreement, to),
      .flags = SETTING_REQUIRED, .help = "Who is given it." },
    { .key = "accept", .type = SETTING_TARGETS,
      AT(struct config_agreement, terms.target[CLOCK_ACCEPT]), .min = TIME_SECOND, .max = YEAR,
      .help = "How long it may take to accept or to return it, by band, or one time for all. "
              "Afterwards silence is acceptance. What is not said is as in the agreement that names "
              "`to` alone; if that says nothing either, there is no clock." },
    { .key = "hold", .type = SETTING_TARGETS, AT(struct config_agreement, terms.target[CLOCK_HOLD]),
      .min = TIME_SECOND, .max = YEAR,
      .help = "How long it may keep it, from when it was given until it is resolved or handed on, as "
              "for `accept`. Every holder has the whole of it." },
    { .key = "pause", .type = SETTING_SET, AT(struct config_agreement, terms.pause),
      .choices = pauses,
      .help = "Whose answer both stand still for while the ticket is pending." },
    { .key = "warn", .type = SETTING_WARNINGS, AT(struct config_agreement, terms.warn),
      .help = "When to warn before either runs out, as for SLAs. What is not said is as in the "
              "agreement that names `to` alone." },
};
static const struct setting_table agreement_settings = {
    .name = "agreement", .size = sizeof(struct config_agreement),
    .place = PLACE(struct config_agreement),
    .example = "- { to: quality, accept: 30m, hold: { P1: 2h, P2: 8h } }\n"
               "- { from: service, to: quality, accept: 15m }",
    .rows = agreement_rows, .count = COUNT(agreement_rows),
};

#define CLIMB_HELP                                                                                 \
    MATCH_HELP " Also `clock`, the promise that warned or ran out (`response`, one of `clocks`, or "  \
    "`REGULATION.CLOCK`; absent where it is about the ticket), `sla`, by which that promise was made " \
    "(an agreement and a regulation have a name, too), and `department`, who holds the ticket."

static const struct setting step_rows[] = {
    { .key = "after", .type = SETTING_DURATION, AT(struct config_step, after), .min = 0,
      .max = 30 * TIME_DAY, .flags = SETTING_REQUIRED, .help = "Time since the trigger." },
    { .key = "level", .type = SETTING_LEVEL, AT(struct config_step, level),
      .flags = SETTING_REQUIRED, .help = "Who is told." },
    { .key = "unless", .type = SETTING_UNLESS, AT(struct config_step, unless_acknowledged),
      .help = "`acknowledged`: the step is left out when somebody has acknowledged." },
    { .key = "match", .type = SETTING_MATCHER, AT(struct config_step, matcher),
      EXTRA(struct config_step, match_text), .flags = SETTING_CLIMBS,
      .help = CLIMB_HELP " Asked when the step is due." },
    { .key = "repeat", .type = SETTING_DURATION, AT(struct config_step, repeat),
      .min = TIME_MINUTE, .max = 30 * TIME_DAY,
      .help = "Told again after each such time, as long as nobody has acknowledged. By a timer of its "
              "own, whatever other steps do; what a router that was down has missed is not made up for." },
    { .key = "limit", .type = SETTING_INTEGER, AT(struct config_step, limit), .min = 1, .max = 100,
      .help = "How often it is told again at most. `repeat` needs it." },
    { .key = "window", .type = SETTING_CALENDAR, AT(struct config_step, window),
      .help = "The name of a calendar: while that is closed the step waits until it opens. It is put "
              "off, never left out." },
};
static const struct setting_table step_settings = {
    .name = "step", .size = sizeof(struct config_step), .place = PLACE(struct config_step),
    .rows = step_rows, .count = COUNT(step_rows),
};

static const struct setting ladder_rows[] = {
    { .key = "", .type = SETTING_SLUG, AT(struct config_ladder, name), .help = "The name." },
    { .key = "steps", .type = SETTING_TABLES, AT(struct config_ladder, steps),
      EXTRA(struct config_ladder, step_count), .inner = &step_settings, .flags = SETTING_REQUIRED,
      .help = "Its steps, earliest first. The list alone will do: `default: [step, step]`." },
};
static const struct setting_table ladder_settings = {
    .name = "ladder", .size = sizeof(struct config_ladder), .place = PLACE(struct config_ladder),
    .example = "default:\n"
               "  - { after: 0m, level: lead }\n"
               "  - { after: 15m, level: manager, unless: acknowledged }",
    .rows = ladder_rows, .count = COUNT(ladder_rows),
};

static const struct setting escalation_rows[] = {
    { .key = "on", .type = SETTING_TRIGGERS, .flags = SETTING_REQUIRED,
      .help = "Triggers: `band P1` or `band P1..P2`, `warning`, `breach`, `manager` (the customer "
              "demands one), `reopened` or `reopened 2` (so often), `unrouted` (P1 and P2), "
              "`deadletter`, `dispute` (no department takes it), `ping-pong` (handed on "
              "and back again), `silent` (a P1 or P2 that its department did not accept in time), "
              "`broken promise` (what an agent promised for a date), `low rating` (1 or 2 of 5, or not "
              "solved)." },
    { .key = "match", .type = SETTING_MATCHER, AT(struct config_escalation, matcher),
      EXTRA(struct config_escalation, match_text), .flags = SETTING_CLIMBS, .help = CLIMB_HELP },
    { .key = "ladder", .type = SETTING_LADDER, AT(struct config_escalation, ladder),
      .flags = SETTING_REQUIRED, .help = "The ladder that a ticket then climbs." },
    { .key = "group_wait", .type = SETTING_DURATION, AT(struct config_escalation, group_wait),
      .min = 0, .max = TIME_HOUR, .flags = SETTING_OR_NOT,
      .help = "How long what it tells is gathered with others of its group. Default: as the setting of "
              "that name." },
    { .key = "group_interval", .type = SETTING_BAND_TIMES,
      AT(struct config_escalation, group_interval), .min = 0, .max = 7 * TIME_DAY,
      .flags = SETTING_OR_NOT,
      .help = "How long a group that was told of waits before its next message when what is new in it "
              "comes from here. Default, also of bands that are not named: as the setting of that name." },
};
const struct setting_table escalation_settings = {
    .name = "escalation", .size = sizeof(struct config_escalation),
    .place = PLACE(struct config_escalation),
    .example = "- { on: [breach], match: \"clock == response and sla == gold\", ladder: default, "
               "group_wait: 0s }\n"
               "- { on: [\"band P1\", warning, breach], ladder: default }",
    .rows = escalation_rows, .count = COUNT(escalation_rows),
};

/* In the order of enum notice_label. */
static const char *const labels[] = { "department", "trigger", "level",  "ticket", "account",
                                      "category",   "label",   "band",   "clock",  NULL };
#define NOTICE_HELP                                                                                \
    "Conditions over a notice: level, department, trigger, clock, ticket, band, score, label, "     \
    "category, customer.account."

static const struct setting inhibit_rows[] = {
    { .key = "name", .type = SETTING_TEXT, AT(struct config_inhibit, name),
      .help = "Its name in the records of what was not told. Default: `inhibition` and its number." },
    { .key = "source", .type = SETTING_MATCHER, AT(struct config_inhibit, source),
      EXTRA(struct config_inhibit, source_text), .flags = SETTING_REQUIRED | SETTING_NOTICES,
      .help = "What must be open for others to be kept quiet. " NOTICE_HELP },
    { .key = "target", .type = SETTING_MATCHER, AT(struct config_inhibit, target),
      EXTRA(struct config_inhibit, target_text), .flags = SETTING_REQUIRED | SETTING_NOTICES,
      .help = "What is not told meanwhile; it is told when the last source has ended. What both "
              "match never keeps itself quiet. The end of what was told is always told." },
    { .key = "equal", .type = SETTING_SET, AT(struct config_inhibit, equal), .choices = labels,
      .help = "What source and target must have in common, such as `[ticket]`. Default: nothing." },
};
static const struct setting_table inhibit_settings = {
    .name = "inhibition", .size = sizeof(struct config_inhibit),
    .place = PLACE(struct config_inhibit),
    .example = "- { source: \"trigger == breach\", target: \"trigger == warning\", equal: [ticket] }",
    .rows = inhibit_rows, .count = COUNT(inhibit_rows),
};

static const struct setting top_rows[] = {
    { .key = "kafka", .type = SETTING_PROPERTIES, AT(struct config, kafka),
      EXTRA(struct config, kafka_count), .flags = SETTING_FIXED | SETTING_SERVICE,
      .fallback = "{ bootstrap.servers: \"localhost:9092\", group.id: ombud }",
      .help = "Any librdkafka property. A secret is given by file: "
              "`{file: \"${CREDENTIALS_DIRECTORY}/NAME\"}`." },
    { .key = "instance", .type = SETTING_TEXT, AT(struct config, instance),
      .flags = SETTING_FIXED | SETTING_SERVICE,
      .help = "What tells this router from others of the group. Default: the machine's id and the "
              "unit's instance name." },
    { .key = "workers", .type = SETTING_INTEGER, AT(struct config, workers), .min = 1, .max = 256,
      .fallback = "1", .flags = SETTING_FIXED | SETTING_SERVICE,
      .help = "Threads that route; each takes some of the partitions." },
    { .key = "commit_interval", .type = SETTING_DURATION, AT(struct config, commit_interval),
      .min = 1, .max = 10 * TIME_SECOND, .fallback = "100ms", .flags = SETTING_SERVICE,
      .help = "How long a transaction is kept open: the latency knob." },
    { .key = "commit_records", .type = SETTING_INTEGER, AT(struct config, commit_records),
      .min = 1, .max = 1000000, .fallback = "10000", .flags = SETTING_SERVICE,
      .help = "Most events of one transaction." },
    { .key = "buffer", .type = SETTING_BYTES, AT(struct config, buffer_bytes),
      .min = 1 << 20, .max = INT64_C(16) << 30, .fallback = "64MiB", .flags = SETTING_SERVICE,
      .help = "Most bytes of output waiting for the broker, per worker." },
    { .key = "broker_wait", .type = SETTING_DURATION, AT(struct config, broker_wait),
      .min = TIME_SECOND, .max = TIME_DAY, .fallback = "60s", .flags = SETTING_SERVICE,
      .help = "How long a start waits for the broker before it gives up with exit code 69." },
    { .key = "shutdown_wait", .type = SETTING_DURATION, AT(struct config, shutdown_wait),
      .min = TIME_SECOND, .max = TIME_HOUR, .fallback = "20s", .flags = SETTING_SERVICE,
      .help = "How long a stop may take to finish open work." },
    { .key = "http", .type = SETTING_TEXT, AT(struct config, http), .fallback = "127.0.0.1:9404",
      .flags = SETTING_FIXED | SETTING_SERVICE,
      .help = "Address and port of /metrics, /healthz and /readyz. Port 0: any free one, which the "
              "log names. Empty: none." },
    { .key = "http_hosts", .type = SETTING_TEXTS, AT(struct config, http_hosts),
      EXTRA(struct config, http_host_count), .flags = SETTING_FIXED | SETTING_SERVICE,
      .help = "Further names by which the pages may be asked for, as a remote Prometheus does "
              "(`router-1.example.com`). The address itself and `localhost` are always fine; other "
              "names are refused, for a web page could make its own name point here." },
    { .key = "control", .type = SETTING_TEXT, AT(struct config, control),
      .flags = SETTING_FIXED | SETTING_SERVICE,
      .help = "Path of the socket on which `ombudctl reload` and `ombudctl status` ask the router. "
              "Default: `control` in the unit's runtime directory. Empty: none." },
    { .key = "clock", .type = SETTING_CHOICE, AT(struct config, clock), .choices = clocks,
      .fallback = "wall", .flags = SETTING_FIXED | SETTING_SERVICE,
      .help = "`wall`: time is what the machine says. `stream`: what the events say, for replay "
              "and tests." },
    { .key = "publish", .type = SETTING_FLAG, AT(struct config, shadow), .choices = publishing,
      .fallback = "all", .flags = SETTING_FIXED | SETTING_SERVICE,
      .help = "`shadow`: writes decisions, state and dead letters only, for a trial beside the "
              "running router. Give it its own topics and group." },
    { .key = "start", .type = SETTING_TABLE, .inner = &start_settings,
      .help = "Where and how a new group begins." },
    { .key = "topics", .type = SETTING_TABLE, AT(struct config, topics), .inner = &topic_settings,
      .flags = SETTING_FIXED | SETTING_SERVICE, .help = "Names and shape of the topics." },
    { .key = "sources", .type = SETTING_TABLES, AT(struct config, sources),
      EXTRA(struct config, source_count), .inner = &source_settings, .flags = SETTING_FIXED,
      .help = "The topics that events are read from. The first is the home topic; the others are "
              "intakes, forwarded home. Default: the home topic in format `ombud`." },
    { .key = "levels", .type = SETTING_LEVELS, AT(struct config, levels),
      EXTRA(struct config, level_count), .fallback = "[lead, manager, executive]",
      .help = "Levels of supervisors, nearest first. Each has a topic." },
    { .key = "zone", .type = SETTING_ZONE, AT(struct config, zone), .fallback = "Asia/Shanghai",
      .help = "The IANA time zone in which due times are shown, and that of `always`." },
    { .key = "calendars", .type = SETTING_CALENDARS, AT(struct config, calendars),
      EXTRA(struct config, calendar_count), .inner = &calendar_settings,
      .help = "When people work, by name: a map of settings, or the path of a file with them. A name "
              "that is not here is that of a file in `calendars`, beside the configuration. `always` "
              "is there: all day, every day." },
    { .key = "departments", .type = SETTING_MAP, AT(struct config, departments),
      EXTRA(struct config, department_count), .inner = &department_settings,
      .flags = SETTING_REQUIRED,
      .help = "The teams that can be responsible, by slug." },
    { .key = "formats", .type = SETTING_PATHS, AT(struct config, format_paths),
      EXTRA(struct config, format_path_count), .flags = SETTING_SERVICE,
      .help = "Directories or files of mappings, relative to the file that names them; a format is "
              "called like its file. Of two with one name the later counts. Default: the directory "
              "`formats` beside the configuration." },
    { .key = "lexicons", .type = SETTING_PATHS, AT(struct config, lexicon_paths),
      EXTRA(struct config, lexicon_path_count), .flags = SETTING_SERVICE,
      .help = "Directories or files of phrases, relative to the file that names them." },
    { .key = "score", .type = SETTING_TABLE, AT(struct config, score), .inner = &score_settings,
      .help = "How urgency is added up: whole points, a cap for each family, floors from "
              "phrases." },
    { .key = "screening", .type = SETTING_TABLES, AT(struct config, screens),
      EXTRA(struct config, screen_count), .inner = &screen_settings,
      .help = "Labels for demands that are no complaint. The first that matches labels; nothing is "
              "dropped." },
    { .key = "route", .type = SETTING_ROOT, AT(struct config, root), .inner = &route_settings,
      .flags = SETTING_REQUIRED,
      .help = "The tree that finds the responsible department: depth first, first match. Its root "
              "names a department, so nothing is unroutable." },
    { .key = "learned", .type = SETTING_TABLE, AT(struct config, learned),
      .inner = &learned_settings,
      .help = "Routing that is learned from the company's own resolved tickets. Nothing is learned "
              "while the router runs." },
    { .key = "inform", .type = SETTING_TABLES, AT(struct config, informs),
      EXTRA(struct config, inform_count), .inner = &inform_settings,
      .help = "Rules that are all tried and add copies." },
    { .key = "slas", .type = SETTING_TABLES, AT(struct config, slas),
      EXTRA(struct config, sla_count), .inner = &sla_settings,
      .help = "Promises to customers. The first that matches holds; the last has no match." },
    { .key = "regulations", .type = SETTING_TABLES, AT(struct config, regulations),
      EXTRA(struct config, regulation_count), .inner = &regulation_settings,
      .help = "Clocks that laws set, beside the SLA: all that match a ticket hold. The shipped ones are "
              "told in docs/regulations.md." },
    { .key = "on_config_change", .type = SETTING_FLAG, AT(struct config, recompute_open),
      .choices = config_changes,
      .help = "What a reload that changes or removes an SLA, an agreement, a regulation or one of their "
              "calendars does to the clocks that run under it: nothing (`pin`), or they are computed "
              "anew, once (`recompute_open`): promises move, or end where nothing is left of them, and "
              "a breach that was announced is not announced again. Default: `pin`." },
    { .key = "agreements", .type = SETTING_TABLES, AT(struct config, agreements),
      EXTRA(struct config, agreement_count), .inner = &agreement_settings,
      .help = "Promises between departments, one a pair. Their clocks run by the calendar of the one "
              "who is given the ticket, and customers never hear of them." },
    { .key = "ladders", .type = SETTING_MAP, AT(struct config, ladders),
      EXTRA(struct config, ladder_count), .inner = &ladder_settings,
      .help = "Who is told when, step by step, by name." },
    { .key = "escalations", .type = SETTING_TABLES, AT(struct config, escalations),
      EXTRA(struct config, escalation_count), .inner = &escalation_settings,
      .help = "What starts which ladder. For each trigger the first that matches is taken." },
    { .key = "max_returns", .type = SETTING_INTEGER, AT(struct config, max_returns), .min = 1,
      .max = 100, .fallback = "2",
      .help = "With so many returns a ticket is in dispute: the first department leads until a person "
              "names the one whose it is (`settled`)." },
    { .key = "inhibit", .type = SETTING_TABLES, AT(struct config, inhibits),
      EXTRA(struct config, inhibit_count), .inner = &inhibit_settings,
      .help = "What supervisors are not told while something else is open." },
    { .key = "group_by", .type = SETTING_SET, AT(struct config, group_by), .choices = labels,
      .fallback = "[department, trigger]",
      .help = "Notices of one level that have these in common become one message; the level always "
              "counts. A ticket stays in the group in which it was told until it is resolved." },
    { .key = "max_silence", .type = SETTING_DURATION, AT(struct config, max_silence),
      .min = TIME_MINUTE, .max = 30 * TIME_DAY, .fallback = "24h",
      .help = "How long a silence lasts at most." },
    { .key = "group_wait", .type = SETTING_DURATION, AT(struct config, group_wait), .min = 0,
      .max = TIME_HOUR, .fallback = "10s",
      .help = "How long notices of one group are gathered before a message is sent." },
    { .key = "group_interval", .type = SETTING_BAND_TIMES, AT(struct config, group_interval),
      .min = 0, .max = 7 * TIME_DAY, .fallback = "{ P2: 5m, P3: 15m, default: 1h }",
      .help = "How long a group that was told of waits before its next message, by the band of what "
              "is new in it. P1 never waits." },
    { .key = "heartbeat", .type = SETTING_DURATION, AT(struct config, heartbeat), .min = 0,
      .max = TIME_HOUR, .fallback = "1m",
      .help = "How often each level's topic gets a record that says that the router lives: quiet is not "
              "dead. 0s: never. With `clock: stream`, and in `replay`, there are none: time is that of the "
              "records." },
    { .key = "ack_timeout", .type = SETTING_BAND_TIMES, AT(struct config, ack_timeout),
      .min = TIME_SECOND, .max = YEAR, .fallback = "{ P1: 30m, default: 4h }",
      .help = "How long an acknowledgement stops the ladder, by band." },
    { .key = "reopen_within", .type = SETTING_DURATION, AT(struct config, reopen_within), .min = 0,
      .max = YEAR, .fallback = "7d",
      .help = "A customer's message this soon after `resolved` reopens the ticket. One that tells of "
              "a danger (its score has a floor) reopens a resolved or closed ticket at any time." },
    { .key = "close_after", .type = SETTING_DURATION, AT(struct config, close_after),
      .min = 0, .max = 10 * YEAR, .fallback = "0s",
      .help = "How long after `resolved` a ticket is closed that nobody closes, once it can no longer "
              "be reopened and nobody is still to ask. 0s: never; it is then forgotten as it is." },
    { .key = "retention", .type = SETTING_DURATION, AT(struct config, retention),
      .min = TIME_MINUTE, .max = 10 * YEAR, .fallback = "30d",
      .help = "How long a resolved or closed ticket is remembered after the last that happened to "
              "it." },
    { .key = "keep_text", .type = SETTING_BYTES, AT(struct config, keep_text), .min = 0,
      .max = 64 << 10, .fallback = "1KiB",
      .help = "How much of the opening text state keeps for later hand-offs." },
    { .key = "max_event", .type = SETTING_BYTES, AT(struct config, max_event), .min = 1 << 10,
      .max = 512 << 10, .fallback = "512KiB",
      .help = "The largest event; what is larger goes to the dead-letter topic." },
};
const struct setting_table settings = {
    .name = "", .size = sizeof(struct config), .place = -1,
    .rows = top_rows, .count = COUNT(top_rows),
};
