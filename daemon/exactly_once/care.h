/* Poison: an event that kills the process must not stop the stream for ever, and an innocent one
 * must not be given up because something else died. The attempt counter of a task is committed
 * *before* what it counts is tried, so that a death leaves it behind:
 *
 *   0  ended cleanly here            -> whole batches
 *   1  a whole batch died here       -> small batches for the next `commit_records` events
 *   2  a small batch died here       -> the next CARE_BATCH events one per transaction
 *   3+ that many minus two isolated deaths of the event at this offset; the third gives it up
 *
 * Small batches find the place: without them isolation would have to last `commit_records`
 * transactions after any two unlucky power cuts. Pure arithmetic, no Kafka. */
#pragma once

#include <stdbool.h>
#include "kafka/offsets.h"

enum care_mode { CARE_WHOLE, CARE_SMALL, CARE_ISOLATED };
enum { CARE_BATCH = 64, CARE_DEATHS = 3 };

struct care {
    enum care_mode mode;
    int left;   /* events until the next milder mode */
    int deaths; /* isolated deaths of the event at the position */
    bool armed; /* the attempt is committed: the next event may be tried */
};

/* What a committed note says about how to go on. Starts unarmed. */
struct care care_begin(const struct offset_note *note, int commit_records);
/* Events that may be fed into one transaction. */
int care_batch(const struct care *care, int commit_records);
/* The next event killed the process CARE_DEATHS times while it was alone. */
bool care_gives_up(const struct care *care);
/* Before an event is tried: what to commit, at the unmoved offset. Needed unless care->armed. */
void care_arm(struct care *care, struct offset_note *note);
/* `events` were fed into the transaction whose commit carries `note`. */
void care_passed(struct care *care, int events, int commit_records, struct offset_note *note);
/* The task ends here without a death: what its last commit should carry. */
void care_clean(const struct care *care, struct offset_note *note);
