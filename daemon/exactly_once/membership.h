/* Which partitions a worker holds, and what it owes the group: rebalances, losses and the ends of
 * restores in, orders out. Pure, so that every order of events can be tried; assign.c translates
 * librdkafka's events into these and carries the orders out, in their order.
 *
 * Where a place is, is its state: it is in one and no other. A state change is the move.
 *
 *   waiting ──> restoring ──> restored ──> running ──> leaving ──> gone
 *                   └─> cancelled ─> gone     └──────> lost ────> gone
 *
 * librdkafka (2.0.2) waits for one answer to each rebalance event, and sends no heartbeat of a
 * valid member meanwhile: an assignment is answered at once, with nothing, and partitions are added
 * as they are restored; a loss is answered at once, too; a revocation is answered when the
 * transaction that holds its partitions has ended. Until then nothing may be added: that would be
 * the answer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum place_state {
    PLACE_WAITING,   /* assigned while another leaves: nothing has begun */
    PLACE_RESTORING, /* the restorer has its task */
    PLACE_RESTORED,  /* to be added to the consumer's assignment as soon as that may be */
    PLACE_RUNNING,
    PLACE_LEAVING,   /* revoked: feeds nothing any more, says goodbye at the next boundary */
    PLACE_LOST,      /* gone to somebody else, or its state cannot be trusted: no goodbye */
    PLACE_CANCELLED, /* revoked while the restorer has its task, which gives it back */
    PLACE_STATES
};

struct place {
    enum place_state state;
    int input; /* in `struct inputs` */
    int32_t partition;
    bool added; /* to the consumer's assignment */
    void *task; /* the owner's; names the place */
};

struct membership {
    struct place *places;
    size_t count, capacity;
    int owed;       /* revocations that are not answered yet */
    unsigned epoch; /* of the membership: a loss raises it */
    bool joined;    /* the group has given us something, or nothing, at least once */
};

enum order_kind {
    ORDER_RESTORE,  /* give `task` to the restorer; those in a row are read together */
    ORDER_CANCEL,   /* ask the restorer to give `task` back soon */
    ORDER_ADD,      /* attach `task`, and note it for the next ORDER_ASSIGN */
    ORDER_ASSIGN,   /* incremental_assign of what is noted, if only nothing */
    ORDER_REMOVE,   /* note `task` for the next ORDER_UNASSIGN */
    ORDER_UNASSIGN, /* incremental_unassign of what is noted, if only nothing */
    ORDER_EPOCH,    /* `membership.epoch` has risen: tell it before anything else is done */
    ORDER_FREE      /* nobody needs `task` any more */
};

struct order {
    enum order_kind kind;
    void *task;
};

struct orders {
    struct order *items;
    size_t count, capacity;
};
void orders_free(struct orders *orders); /* its items; leaves it empty */

void membership_free(struct membership *membership); /* its places; tasks are the caller's */

/* The group gives `count` places: input, partition and a new task each. Orders are appended. */
void membership_assigned(struct membership *membership, const struct place *given, size_t count,
                         struct orders *orders);
/* The group takes places away, named by input and partition. `lost`: it has done so already, and
 * with all the others. */
void membership_revoked(struct membership *membership, const struct place *taken, size_t count,
                        bool lost, struct orders *orders);
/* The restorer gives a task back, restored or cancelled. */
void membership_restored(struct membership *membership, void *task, struct orders *orders);
/* No transaction is open or ending. */
void membership_boundary(struct membership *membership, struct orders *orders);
/* Somebody else committed for `task`: it begins anew as `again`, after the next boundary. */
void membership_restore_again(struct membership *membership, void *task, void *again,
                              struct orders *orders);

enum membership_wish {
    MEMBERSHIP_CONTENT,
    MEMBERSHIP_BOUNDARY, /* end the transaction, then call membership_boundary */
    MEMBERSHIP_ABORT     /* the same, but nothing of the transaction may be committed */
};
enum membership_wish membership_wish(const struct membership *membership);
size_t membership_count(const struct membership *membership, enum place_state state);
/* NULL: no place has this task. */
const struct place *membership_find(const struct membership *membership, const void *task);
