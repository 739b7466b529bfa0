/* How a complaint was judged, as members of a decision record. */
#pragma once

#include "json/json_writer.h"
#include "route/route.h"
#include "score/score.h"

/* The array of signals: name, family, points, floor (where there is one), rule, negated (where no
 * hit counts), evidence. Evidence of text has "at": [from, to] in bytes of the field, and "mood"
 * where it is not stated, "intensified" and "floor" where they are so. */
void judgement_signals(struct json_writer *json, const struct score *score);

/* The nearest route that did not match: {"route", "failed", "held", "total"}, or null. */
/* What the routing model said, where that made the route: ,"learned":{…}; else nothing. */
void judgement_learned(struct json_writer *json, const struct verdict *verdict,
                       struct arena *arena);
void judgement_near_miss(struct json_writer *json, const struct verdict *verdict);
