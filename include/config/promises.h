/* What is promised: SLAs, regulations, agreements between departments, and their clocks. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/str.h"
#include "base/time.h"
#include "calendar/calendar.h"
#include "config/name.h"
#include "match/match.h"
#include "model/band.h"
#include "model/clock_kind.h"
#include "model/target.h"
#include "yaml/place.h"

struct config_warning { /* warn: 75% of the target, or so long before the due time */
    int percent;        /* 0: use `before` */
    time_ms before;
};
enum { CONFIG_WARNINGS_MAX = 4 };
struct config_warnings {
    struct config_warning items[CONFIG_WARNINGS_MAX]; /* as written */
    size_t count;
};

/* What an SLA's clocks stand still for: bits, in the order of the choices of `pause`. */
enum { PAUSE_CUSTOMER = 1 << 0, PAUSE_THIRD_PARTY = 1 << 1 };

/* What keeps a named clock: bits, in the order of the choices of `kept_by`. */
enum { KEEP_FULFILLED = 1 << 0, KEEP_REPLY = 1 << 1, KEEP_RESOLVED = 1 << 2, KEEP_ALL = 7 };

/* A promise that no built-in kind of clock makes: one that a company adds, or that a law sets. */
struct config_clock {
    struct str name;          /* in records; of a regulation "REGULATION.CLOCK" */
    struct config_name title; /* what is promised, for people */
    int start;                /* enum event_type; EVENT_OPENED: the receipt */
    struct matcher *aware;    /* NULL: `start` counts; else the first event that matches */
    struct str aware_text;
    struct str after; /* the clock of the same list that must be kept first; absent: none */
    unsigned kept_by; /* KEEP_ bits; the event `fulfilled` always keeps it */
    const struct calendar *calendar[BAND_COUNT]; /* NULL: as the list's owner */
    struct target target[BAND_COUNT];
    struct target every[BAND_COUNT];  /* kept, it begins again with this; none: it does not */
    struct target extend[BAND_COUNT]; /* the longest that it can be moved to; none: any date */
    int max_extensions;
    bool secret; /* no customer hears of it */
    struct yaml_place place;
};

struct config_sla {
    struct str name;
    const struct calendar *calendar[BAND_COUNT]; /* when its clocks run */
    struct matcher *matcher;                     /* NULL: matches everything */
    struct str match_text;
    bool today_counts, working_end; /* of its targets in days, see struct target */
    struct target target[CLOCK_KIND_MAX][BAND_COUNT];
    struct config_warnings warn;
    unsigned pause;              /* PAUSE_ bits */
    int max_extensions;          /* of the resolution */
    bool since_customer;         /* updates are counted from the customer's word, not from ours */
    struct config_clock *clocks; /* named ones */
    size_t clock_count;
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};

/* What a law says, as long as it says that. */
struct config_regulation_version {
    struct config_sla terms;         /* named clocks alone */
    struct str source;               /* where it is read */
    bool checked;                    /* somebody read it there */
    int64_t valid_from, valid_until; /* days of receipt since 1970-01-01; 0: no such day is known */
    struct yaml_place place;
};

/* Every ticket that matches is under it, beside its SLA, by the version of the day of its receipt.
 */
struct config_regulation {
    struct str name;
    struct str file;         /* absent: regulations/NAME.yaml beside the configuration */
    struct matcher *matcher; /* NULL: every ticket */
    struct str match_text;
    const struct calendar *calendar[BAND_COUNT]; /* NULL: as the version says */
    struct config_warnings warn;
    bool checked; /* somebody here has read all of it at its source */
    struct config_regulation_version *versions;
    size_t version_count;
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};

/* What one department may expect of another that it hands a ticket on to. */
struct config_agreement {
    int from;                /* department; -1: whoever hands it on */
    int to;                  /* department */
    struct config_sla terms; /* without matcher; of CLOCK_ACCEPT and CLOCK_HOLD */
    struct yaml_place place;
};
