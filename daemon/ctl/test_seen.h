/* What `ombudctl test` saw decided: of one event, or of a ticket so far. */
#pragma once

#include "base/arena.h"
#include "yaml/yaml.h"
#include "model/actions.h"

enum { SEEN_NAMES = 64 };

struct names {
    struct str items[SEEN_NAMES];
    size_t count;
};

struct seen {
    struct str outcome, reason, department, band, label, status, route, screen;
    int score;
    bool breached, decided;
    struct names signals, informed, told, broken; /* told: levels; broken: clocks */
    struct names messages;   /* "lead/quality/breach", with its status, and with a ticket behind */
    struct names suppressed; /* "T-1", "T-1 lead", "T-1 lead silence" */
};

/* Takes in the decisions and timers among `actions`; strings go to `arena`. */
void seen_take(struct seen *seen, const struct actions *actions, struct arena *arena);
/* Takes in the messages to supervisors among `actions`, and what they were not told. */
void seen_take_messages(struct seen *seen, const struct actions *actions, struct arena *arena);
/* Compares with an `expect:` map. Each thing that differs is one line through `report`. False + err
 * for an expectation that does not exist. */
typedef void seen_report_fn(void *arg, const struct yaml *where, const char *sentence);
bool seen_check(const struct seen *seen, const struct yaml *expect, seen_report_fn *report,
                void *arg, struct error *err);
