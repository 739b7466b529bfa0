/* How urgent: integers only, every contribution kept.
 *
 * The order, and why no customer can outrank danger:
 *   1. text and need, each cut at its cap; together they end below P2;
 *   2. + history and stated, each cut at its cap; all together end below P1;
 *   3. + customer, cut at its cap; it carries no score across P2 or P1. Both thresholds are the
 *      lowest scores of P2 and P1 as configured;
 *   4. lifted to the highest floor of a phrase or a pair that is stated, and above it by the sum's
 *      share of what is left of the floor's band: dangers rank among themselves.
 * So every P1 names the phrase that put it there, every P2 a phrase or a reason outside the text,
 * and length alone raises no band. Who the customer is may lift a complaint from P4 to P3 and no
 * further, and takes no points away; praise alone does.
 *
 * A pair is a floor that belongs to two signals together, such as a frail person and a cold flat: a
 * signal without points behind all others, with one piece of evidence for each side. Words must be
 * stated; a signal that is not of the text may be one side, never both.
 *
 * Text: one signal for a category. Of its phrases, each counted once, the heaviest counts in full
 * and each further one `diminish` percent of the one before; a question, another's
 * matter, what is long past and what is imagined count `question` percent, an intensified one
 * `intensify` percent; halves round up. A category of which no hit counts (hit_mood_counts) is
 * called negated: it stays in the list with 0 points and is no signal for matchers. Stated praise
 * takes off `praise` points, no more than three quarters of what the text has. A text in which
 * nothing is found has a signal of its own, `text.unheard`, with `unheard` points. What a cap or a
 * limit takes away is taken from the last signals of the family. */
#pragma once

#include "config/config.h"
#include "model/event.h"
#include "text/lexicon.h"

struct evidence {
    struct str field;   /* "body", "subject", "customer.tier", "contacts" ... */
    struct str text;    /* matched words, or the compared value */
    uint32_t from, to;  /* byte offsets into the original field; both 0: no text */
    enum hit_mood mood; /* of text: how it is meant */
    bool intensified;
    int floor;       /* that this phrase sets; 0 where it is not stated or has none */
    struct str rule; /* the lexicon's, "zh/safety:12"; or the setting */
};

struct signal {
    struct str name; /* "text.safety", "customer.tier", "pair.cold-home" */
    enum score_family family;
    int points;                /* what it added, after diminishing, caps and limits */
    int floor;                 /* 0: none */
    struct str rule;           /* of the first evidence: "zh/safety:12", "score.tiers.gold" */
    bool negated;              /* no hit counts: understood, but no reason */
    struct evidence *evidence; /* the heaviest first; negated ones last */
    size_t evidence_count;
};

/* What the ticket's past adds. */
struct history {
    int contacts; /* customer messages while open, this one included, the opening not */
    int reopens;
    int returns;                                                      /* of departments */
    int ratings;                                                      /* low ones of the customer */
    enum { HISTORY_IN_TIME, HISTORY_WARNED, HISTORY_OVERDUE } clocks; /* its promises */
};

struct score {
    int points;               /* 0..100 */
    int band;                 /* 0..3 */
    int floor;                /* highest floor that applied, 0: none */
    int family[FAMILY_COUNT]; /* points by family, after caps and limits; before floors */
    struct signal *signals;   /* in family order, then by points, descending; negated ones last */
    size_t signal_count;
    struct str *names; /* for facts: the names of the signals that are not negated */
    size_t name_count;
};

/* Scores what this event says. `category` is the ticket's. Memory from `arena`. */
void score_event(const struct config *config, const struct event *event, const struct hit *hits,
                 size_t hit_count, const struct customer *customer, struct str category,
                 const struct history *history, struct arena *arena, struct score *score);
/* The points of the past alone, in `score`: of a turn without a word of the customer. `limit`: the
 * most that they may add. */
void score_history(const struct config *config, const struct history *history, int limit,
                   struct arena *arena, struct score *score);
/* What the ticket that this one serves brings: the signal `origin.urgency` alone. */
void score_inherited(struct str origin, int points, int band, int floor, struct arena *arena,
                     struct score *score);
/* A sum lifted to a floor (0: none), and above it in proportion, up to the end of its band. */
int score_lifted(const struct config *config, int points, int floor);
/* The band of a score under the configured thresholds. */
int score_band(const struct config *config, int points);
