/* One open notice as a group keeps it: its changelog key and what it says, packed into a single
 * allocation. An outage leaves hundreds of thousands of them open, so what is asked of every member
 * of a group (how to sort it, whether it is done) stands in front and the rest is unpacked for the
 * few that a message lists. */
#pragma once

#include "model/notice.h"

struct group;

struct member {
    struct group *group; /* whose `members` it is in; its names are the notice's */
    uint32_t place;      /* there */
    uint32_t key_size, name_size, packed_size;
    time_ms since;
    uint8_t status; /* enum notice_status */
    uint8_t score;
    int8_t band;     /* -1: none */
    bool has_ticket; /* false: a dead letter */
    char bytes[];    /* the key, then the packed notice */
};

/* `key` ends with the member's name, `name_size` bytes: the ticket, or a dead letter's
 * topic/partition/offset. free() releases it. `group` and `place` are left to the caller. */
struct member *member_new(struct str key, size_t name_size, const struct notice *notice);

size_t member_size(const struct member *member);     /* bytes of its allocation */
struct str member_key(const struct member *member);  /* "n/lead/quality/breach/T-1" */
struct str member_name(const struct member *member); /* "T-1" */
/* The notice, whole again; its strings point into the member and its group. */
void member_notice(const struct member *member, struct notice *notice);
/* No further message needs it: its ticket's matter ended, or it is a dead letter, told once. */
bool member_is_done(const struct member *member);
