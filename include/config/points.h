/* All numbers of scoring; every one a setting. Points are integers 0..100. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "base/str.h"
#include "config/name.h"
#include "model/band.h"
#include "model/score_family.h"
#include "yaml/place.h"

struct config_points { /* name -> points, e.g. tier gold -> 8 */
    struct str name;
    int points;
    struct yaml_place place;
};
struct config_points_list {
    const struct config_points *items;
    size_t count;
};

/* A floor that belongs to two signals together, such as a frail person and a cold flat. A side is
 * heard where one of its texts is: `text.CATEGORY.CONCEPT`, `text.CATEGORY`, or a signal that is
 * not of the text. */
struct config_pair {
    struct str slug; /* the signal is "pair.SLUG" */
    struct config_name name;
    const struct str *sides[2]; /* as written */
    size_t side_counts[2];
    int floor;
    int within; /* most words between the two, or twice as many Han characters; 0: anywhere */
    const struct str *signals[2]; /* those of `sides` that are not of the text */
    size_t signal_counts[2];
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};
enum { CONFIG_PAIRS_MAX = 32 };

struct config_score {
    int caps[FAMILY_CAPPED];         /* text 60, need 15, customer 15, history 25, stated 10 */
    int bands[BAND_COUNT];           /* lowest score of the band: 80, 60, 35, 0 */
    int diminish;                    /* percent that each further hit of a category counts: 50 */
    int question;                    /* percent that a hit in a question counts: 25 */
    int intensify;                   /* percent that an intensified hit counts: 125 */
    struct config_points_list needs; /* basic, expected, exciting -> points */
    struct config_points_list categories; /* event category -> which need, as index into needs */
    struct config_points_list tiers;
    struct config_points_list lifecycles;
    struct config_points_list channels;
    int value_from;   /* customer value from which points grow: 50 */
    int value_points; /* points of value 100 */
    int vulnerable_points;
    int contact_points;     /* per further customer message while open */
    int reopen_points;      /* per reopening */
    int return_points;      /* per return of a department */
    int rating_points;      /* per low rating of the customer */
    int overdue_points;     /* where a promise is broken; half of them where it warned */
    int praise_points;      /* that praise takes off the text */
    int unheard_points;     /* of a text in which nothing is found */
    int priority_points[5]; /* [1..4]: stated priority */
    struct config_pair *pairs;
    size_t pair_count;
    const uint64_t *pair_sides; /* by concept of the lexicon: bit 2 * pair + side */
};
