/* The matcher language: `signal == text.legal and score >= 60`, `category in (billing, refund)`,
 * `body =~ "…"`, `customer.tier != gold`, `attributes.region == north`, `band <= P2`, `not (…)`,
 * `or`. Words need no quotes. Parsed once with positions, evaluated without allocation. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"
#include "base/error.h"
#include "model/event.h"

struct matcher;

/* What a matcher can see. All borrowed. */
struct facts {
    const struct event *event;
    const struct str *signals;   /* names: "text.safety" */
    size_t signal_count;
    int score;
    int band;                    /* 0..3 */
    struct str label;            /* absent: none */
    struct str category;         /* of the ticket, which outlives the event's */
    const struct customer *customer; /* enriched */
    struct str department;       /* slug of the responsible one, absent before routing */
    struct str trigger;          /* in ladders and escalations */
};

/* NULL + err with the column (1-based, in `text`) on a syntax error or an unknown field. Regular
 * expressions are ICU's. The matcher lives in `arena`. `names`/`name_count` (may be NULL/0): on
 * return the signal names it uses are appended via `use`. */
typedef void matcher_use_fn(void *arg, struct str field, struct str value);
struct matcher *matcher_parse(struct str text, struct arena *arena, matcher_use_fn *use, void *arg,
                              struct error *err);
/* Releases what an arena cannot (compiled expressions). The memory stays the arena's. */
void matcher_close(struct matcher *matcher);

bool matcher_matches(const struct matcher *matcher, const struct facts *facts);
/* For `near_miss`: the first condition that fails, as text ("category == billing"), and how many
 * conditions held of how many. Only meaningful when matcher_matches is false. */
struct near_miss {
    struct str failed;
    unsigned held, total;
};
void matcher_explain(const struct matcher *matcher, const struct facts *facts,
                     struct near_miss *miss);
