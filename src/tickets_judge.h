/* What the stage tickets makes of words: how urgent they are, and who should have them. */
#pragma once

#include "text/lexicon.h"
#include "track/turn.h"

/* Scores turn->event by what was found in its text, screens it, and takes that into the ticket. */
void judge_score(struct turn *turn, const struct hit *hits, size_t hit_count);
/* Asks the tree; of a ticket that is handed back without those who did, and by the words it was
 * opened with. */
void judge_route(struct turn *turn);
