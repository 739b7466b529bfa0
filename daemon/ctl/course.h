/* How matters went under one configuration: what time did to tickets, to their holders and to
 * whoever was told. `replay --summary` shows one course, `diff` two side by side. */
#pragma once

#include "base/arena.h"
#include "base/table.h"
#include "json/json_writer.h"
#include "model/actions.h"

/* Whose time it was, who was told, and how often. */
struct course_count {
    struct str name;
    int64_t count;
    int64_t day, today, busiest; /* of people: the last day, its messages, those of the busiest */
};

enum course_list {
    COURSE_BREACHES, /* broken promises of every kind, by clock */
    COURSE_STEPS,    /* escalation steps, by level */
    COURSE_MESSAGES, /* messages, by level */
    COURSE_PEOPLE,   /* messages, by person */
    COURSE_SECONDS,  /* by holder: of tickets that ended */
    COURSE_LISTS
};

struct course {
    struct arena *arena;
    struct table *lives; /* what is known of each ticket */
    struct table *lists[COURSE_LISTS];
    int64_t tickets, decisions, dispatches, returns, ping_pongs, disputes;
    int64_t broken;   /* promises to customers */
    int64_t internal; /* what customers never heard of: agreements between departments, and clocks
                         that are `customer: untold` */
    time_ms first, last; /* TIME_NEVER: nothing happened */
};

struct course *course_new(void);
void course_free(struct course *course); /* NULL is fine */
/* Of a clock of a decision: whether customers never hear of it. `untold`: that member, or absent.
 */
bool course_clock_is_internal(struct str clock, struct str untold);
/* Counts what an engine wrote. */
void course_take(struct course *course, const struct actions *actions);
/* Days from the first decision to the last, at least 1. */
double course_days(const struct course *course);

/* For people; `other` NULL: one column. At most `limit` people and holders. */
void course_print(const struct course *course, const struct course *other, long limit);
/* The value of a member that is open. */
void course_json(const struct course *course, struct json_writer *json);
