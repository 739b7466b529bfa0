/* Who is told: ladders and their steps, the rules that start them, and what mutes what. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"
#include "base/time.h"
#include "calendar/calendar.h"
#include "match/match.h"
#include "model/band.h"
#include "model/trigger.h"
#include "yaml/place.h"

struct config_step {
    time_ms after;
    int level;
    bool unless_acknowledged;
    struct matcher *matcher; /* NULL: always */
    struct str match_text;
    time_ms repeat;                /* told again after so long; 0: it is not */
    int limit;                     /* so often */
    const struct calendar *window; /* put off until that opens; NULL: told at any time */
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};

struct config_ladder {
    struct str name;
    struct config_step *steps; /* `after` ascending */
    size_t step_count;
    struct yaml_place place;
};

struct config_escalation {
    bool on[TRIGGER_COUNT];
    bool bands[BAND_COUNT];  /* of TRIGGER_BAND */
    int reopened;            /* of TRIGGER_REOPENED: at least so often */
    struct matcher *matcher; /* NULL: every ticket */
    struct str match_text;
    int ladder;
    time_ms group_wait;                 /* of its notices; -1: as of all, see struct config */
    time_ms group_interval[BAND_COUNT]; /* likewise */
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};

/* While a notice that `source` matches is open, those that `target` matches are not told, where
 * they have equal values of all labels of `equal`. */
struct config_inhibit {
    struct str name; /* "inhibition 1", or as the user calls it */
    struct matcher *source, *target;
    struct str source_text, target_text;
    unsigned equal; /* bits of enum notice_label */
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};
