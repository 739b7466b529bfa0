/* The times of one turn. All never run backwards within a task. */
#pragma once

#include "base/time.h"

struct moment {
    time_ms now;     /* stamps what is decided in this turn */
    time_ms horizon; /* deadlines up to here may fire: equals `now`, or, while the task is behind
                        its input, the Kafka timestamp of the last record read */
    time_ms stream;  /* highest event time fed so far, this turn's event included */
};
