/* The times of one turn. All never run backwards within a task. */
#pragma once

#include "base/time.h"

struct moment {
    time_ms now;     /* stamps what is decided in this turn */
    time_ms horizon; /* time passed up to here: deadlines until then may fire. Earlier than `now`
                        while the clock is ahead of what the records tell */
    time_ms stream;  /* highest event time fed so far, this turn's event included */
};
