/* One open notice as a group keeps it: its changelog key and what it says, packed into a single
 * allocation. An outage leaves hundreds of thousands of them open, so what is asked of every member
 * of a group (how to sort it, whether it is done) stands in front and the rest is unpacked for the
 * few that a message lists. */
#pragma once

#include "escalate/cause.h"
#include "model/notice.h"

struct group;

/* What its level knows of a member. */
struct standing {
    uint64_t told;    /* notice_mark of what the level was told last before this; 0: nothing */
    uint32_t round;   /* the group's when this came in */
    bool muted;       /* it is not told, because of */
    struct cause why; /* this; only where it is muted */
};

/* The round of a member that a release wrote that counted none. */
enum { ROUND_UNKNOWN = UINT32_MAX };

struct member {
    struct group *group; /* whose `members` it is in */
    uint32_t place;      /* there */
    uint32_t key_size, name_size, packed_size;
    time_ms since;
    uint64_t told; /* see struct standing */
    uint32_t round;
    uint8_t status; /* enum notice_status */
    uint8_t score;
    int8_t band;     /* -1: none */
    bool has_ticket; /* false: a dead letter */
    bool muted;
    bool released; /* muted so far, and about to be told: between two changes only */
    char bytes[];  /* the key, then the packed notice, then the cause */
};

/* `key` ends with the member's name, `name_size` bytes: the ticket, or a dead letter's
 * topic/partition/offset. free() releases it. `group` and `place` are left to the caller. */
struct member *member_new(struct str key, size_t name_size, const struct notice *notice,
                          const struct standing *standing);

size_t member_size(const struct member *member);     /* bytes of its allocation */
struct str member_key(const struct member *member);  /* "n/lead/quality/breach/T-1" */
struct str member_name(const struct member *member); /* "T-1" */
/* Level, department and trigger, as they stand in the key. */
struct str member_label(const struct member *member, enum notice_label label);
/* The notice, whole again; its strings point into the member. */
void member_notice(const struct member *member, struct notice *notice);
struct standing member_standing(const struct member *member);

/* Its level has not been told yet of what it says, and is about to be, unless it is muted. */
bool member_is_fresh(const struct member *member);
/* notice_mark of what its level was told of it last; 0: nothing. */
uint64_t member_told(const struct member *member);
/* No further message needs it: its ticket's matter ended, or it is a dead letter that was told. */
bool member_is_done(const struct member *member);
