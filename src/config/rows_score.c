/* The rows of `score`: every number that urgency is made of. */
#include "rows.h"

/* One row, one paragraph: a formatter would put each of its fields on a line of its own. */
/* clang-format off */

#define CAP(name, index, points, text)                                                          \
    { .key = name, .type = SETTING_INTEGER, .offset = index * sizeof(int), .min = 0, .max = 100, \
      .fallback = points, .help = text }
static const struct setting cap_rows[] = {
    CAP("text", FAMILY_TEXT, "59", "Most points that words can add."),
    CAP("need", FAMILY_NEED, "15", "Most points that the need behind the category can add."),
    CAP("customer", FAMILY_CUSTOMER, "15", "Most points that the customer can add."),
    CAP("history", FAMILY_HISTORY, "25", "Most points that the ticket's past can add."),
    CAP("stated", FAMILY_STATED, "10", "Most points that stated priority and channel can add."),
};
#undef CAP
static const struct setting_table cap_settings = {
    .name = "caps", .size = sizeof(int[FAMILY_CAPPED]), .place = -1,
    .rows = cap_rows, .count = COUNT(cap_rows),
};

static const struct setting value_rows[] = {
    { .key = "from", .type = SETTING_INTEGER, AT(struct config_score, value_from),
      .min = 0, .max = 99, .fallback = "50",
      .help = "The customer value from which points grow." },
    { .key = "points", .type = SETTING_INTEGER, AT(struct config_score, value_points),
      .min = 0, .max = 100, .fallback = "5", .help = "The points of value 100." },
};
static const struct setting_table value_settings = {
    .name = "value", .size = sizeof(struct config_score), .place = -1,
    .rows = value_rows, .count = COUNT(value_rows),
};

#define PRIORITY(name, index, points)                                                            \
    { .key = name, .type = SETTING_INTEGER, AT(struct config_score, priority_points[index]),      \
      .min = 0, .max = 100, .fallback = points, .help = "Points of priority " name " as stated." }
static const struct setting priority_rows[] = {
    PRIORITY("1", 1, "10"),
    PRIORITY("2", 2, "6"),
    PRIORITY("3", 3, "2"),
    PRIORITY("4", 4, "0"),
};
#undef PRIORITY
static const struct setting_table priority_settings = {
    .name = "priority", .size = sizeof(struct config_score), .place = -1,
    .rows = priority_rows, .count = COUNT(priority_rows),
};

static const struct setting pair_rows[] = {
    { .key = "", .type = SETTING_SLUG, AT(struct config_pair, slug),
      .help = "The pair's signal is `pair.SLUG`." },
    { .key = "name", .type = SETTING_NAME, AT(struct config_pair, name),
      EXTRA(struct config_pair, slug),
      .help = "What `explain` calls it: one text, or `{zh, en}`. Default: the slug." },
    { .key = "of", .type = SETTING_TEXTS, AT(struct config_pair, sides[0]),
      EXTRA(struct config_pair, side_counts[0]), .flags = SETTING_REQUIRED,
      .help = "One side, one name or a list of which any will do: a concept as "
              "`text.CATEGORY.CONCEPT`, all concepts of a category as `text.CATEGORY`, or a signal that "
              "is not of the text, such as `customer.vulnerable`." },
    { .key = "with", .type = SETTING_TEXTS, AT(struct config_pair, sides[1]),
      EXTRA(struct config_pair, side_counts[1]), .flags = SETTING_REQUIRED,
      .help = "The other side. One of the two needs words." },
    { .key = "floor", .type = SETTING_INTEGER, AT(struct config_pair, floor), .min = 1, .max = 100,
      .flags = SETTING_REQUIRED, .help = "What the score is lifted to where both are stated." },
    { .key = "within", .type = SETTING_INTEGER, AT(struct config_pair, within), .min = 0, .max = 200,
      .fallback = "0",
      .help = "How many words may stand between the two, or twice as many Chinese characters. 0: the "
              "two may stand anywhere. What is in the subject is near to all." },
};
static const struct setting_table pair_settings = {
    .name = "pair", .size = sizeof(struct config_pair), .place = PLACE(struct config_pair),
    .example = "cold-home:\n"
               "  name: { zh: 弱者受冻, en: a frail person in the cold }\n"
               "  of: [text.vulnerable.frail, customer.vulnerable]\n"
               "  with: text.outage.heating failed\n"
               "  floor: 60",
    .rows = pair_rows, .count = COUNT(pair_rows),
};

static const struct setting score_rows[] = {
    { .key = "caps", .type = SETTING_TABLE, AT(struct config_score, caps), .inner = &cap_settings,
      .help = "The most points of each family of signals." },
    { .key = "bands", .type = SETTING_BAND_SCORES, AT(struct config_score, bands),
      .fallback = "{ P1: 80, P2: 60, P3: 35 }", .help = "The lowest score of each band." },
    { .key = "diminish", .type = SETTING_PERCENT, AT(struct config_score, diminish),
      .min = 0, .max = 100, .fallback = "50%",
      .help = "What each further phrase of a category counts, of the one before it." },
    { .key = "question", .type = SETTING_PERCENT, AT(struct config_score, question),
      .min = 0, .max = 100, .fallback = "25%", .help = "What a phrase in a question counts." },
    { .key = "intensify", .type = SETTING_PERCENT, AT(struct config_score, intensify),
      .min = 100, .max = 300, .fallback = "125%", .help = "What an intensified phrase counts." },
    { .key = "needs", .type = SETTING_POINTS, AT(struct config_score, needs), .min = 0, .max = 100,
      .fallback = "{ basic: 15, expected: 8, exciting: 3 }",
      .help = "Points by the kind of need that is not met." },
    { .key = "categories", .type = SETTING_NEEDS, AT(struct config_score, categories),
      .help = "Which need a category of events belongs to. Others add no points." },
    { .key = "tiers", .type = SETTING_POINTS, AT(struct config_score, tiers), .min = 0, .max = 100,
      .fallback = "{ platinum: 10, gold: 8, silver: 4 }",
      .help = "Points by the customer's tier. Others add none." },
    { .key = "lifecycles", .type = SETTING_POINTS, AT(struct config_score, lifecycles),
      .min = 0, .max = 100, .fallback = "{ onboarding: 4, renewal: 6, at_risk: 8 }",
      .help = "Points by the stage of the relation. Others add none." },
    { .key = "channels", .type = SETTING_POINTS, AT(struct config_score, channels),
      .min = 0, .max = 100, .fallback = "{ regulator: 10, social: 6, hotline: 4 }",
      .help = "Points by the channel. Others add none." },
    { .key = "value", .type = SETTING_TABLE, .inner = &value_settings,
      .help = "Points for the customer's value." },
    { .key = "vulnerable", .type = SETTING_INTEGER, AT(struct config_score, vulnerable_points),
      .min = 0, .max = 100, .fallback = "8", .help = "Points for a vulnerable customer." },
    { .key = "contact", .type = SETTING_INTEGER, AT(struct config_score, contact_points),
      .min = 0, .max = 100, .fallback = "5",
      .help = "Points for each further message of the customer while the ticket is open." },
    { .key = "praise", .type = SETTING_INTEGER, AT(struct config_score, praise_points), .min = 0,
      .max = 100, .fallback = "10",
      .help = "Points that praise takes off what the words add, at most three quarters of them." },
    { .key = "unheard", .type = SETTING_INTEGER, AT(struct config_score, unheard_points), .min = 0,
      .max = 20, .fallback = "0",
      .help = "Points of a text in which no phrase is found, so that it stands above praise: the "
              "signal `text.unheard`." },
    { .key = "reopen", .type = SETTING_INTEGER, AT(struct config_score, reopen_points),
      .min = 0, .max = 100, .fallback = "10", .help = "Points for each reopening." },
    { .key = "return", .type = SETTING_INTEGER, AT(struct config_score, return_points),
      .min = 0, .max = 100, .fallback = "5",
      .help = "Points for each time that a department handed the ticket back." },
    { .key = "rating", .type = SETTING_INTEGER, AT(struct config_score, rating_points),
      .min = 0, .max = 100, .fallback = "5",
      .help = "Points for each rating of the customer of 1 or 2, or that it is not solved." },
    { .key = "overdue", .type = SETTING_INTEGER, AT(struct config_score, overdue_points),
      .min = 0, .max = 100, .fallback = "0",
      .help = "Points for a ticket of which a promise to the customer is broken, half of them from its "
              "first warning on." },
    { .key = "priority", .type = SETTING_TABLE, .inner = &priority_settings,
      .help = "Points for the priority that the source states." },
    { .key = "pairs", .type = SETTING_MAP, AT(struct config_score, pairs),
      EXTRA(struct config_score, pair_count), .inner = &pair_settings,
      .help = "Floors that belong to two signals together: where both are stated the score is lifted, "
              "whatever the points." },
};
const struct setting_table score_settings = {
    .name = "score", .size = sizeof(struct config_score), .place = -1,
    .rows = score_rows, .count = COUNT(score_rows),
};
