/* `m/format`, the record in which a changelog says how it is written: the version of its records
 * and the partition count of the input they were made from. One rule for all stages: a release
 * reads its own version and the one before, refuses newer ones, and writes on in the version that
 * it found, so that the release before can take over again, until `ombudctl upgrade finalize` says
 * that none will. The version only ever rises. */
#pragma once

#include "base/error.h"
#include "model/actions.h"

#define CHANGELOG_FORMAT_KEY "m/format"

struct changelog {
    enum output output;
    int32_t partition;
    int32_t partition_count; /* of the input */
    const char *input;       /* "input topic", for sentences */
    int oldest, newest;      /* versions that this release reads */

    int version, version_at_mark;   /* written from now on; 0: not decided */
    bool known, known_at_mark;      /* the changelog says so */
    int64_t restored, restored_for; /* what its record said: version, partitions; 0: nothing */
};

/* What is above the gap must be set. `version`: to write in a new changelog, and from now on in an
 * older one; 0: the newest in a new one, an older one's own. */
void changelog_begin(struct changelog *changelog, int version);
/* Whether it is to be raised to a version that may be written now; 0: nothing is said of it. */
bool changelog_awaits(const struct changelog *changelog, int allowed);
/* From now on in that version, as far as this release goes; the next change announces it. A new
 * changelog begins with it. */
void changelog_raise(struct changelog *changelog, int allowed);
/* Before the first change: appends the record unless the changelog has it. */
void changelog_announce(struct changelog *changelog, struct actions *actions);

/* What such a record says. False + err: it is none. */
bool changelog_format(struct str value, int64_t *version, int64_t *partitions, struct error *err);
/* `value` absent: a tombstone. The last record counts. False: it is none. */
bool changelog_restore(struct changelog *changelog, struct str value, struct error *err);
/* The changelog is read to its end, with records of `what` or (NULL) without: may it be used? */
bool changelog_restored(struct changelog *changelog, const char *what, struct error *err);

void changelog_mark(struct changelog *changelog);
void changelog_undo(struct changelog *changelog);
