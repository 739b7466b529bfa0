/* Is what a phrase tells the writer's own matter, of now, and real? Private to this folder. */
#pragma once

#include "mood.h"

/* HIT_STATED where nothing says otherwise: in doubt it is. */
enum hit_mood matter_of(struct context *context, const struct finding *finding,
                        const struct clause *clause);
