/* What the files of ladders share. Private to them. */
#pragma once

#include "track/ladder.h"

/* Adds the notice of that step to the turn, as the climb stands. */
struct notice *ladder_notice(struct turn *turn, const struct climb *climb, unsigned step,
                             enum notice_status status);
