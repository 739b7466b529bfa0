#include "exactly_once/membership.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define TO(state) (1 << PLACE_##state)
#define GONE (1 << PLACE_STATES)
static const int allowed[PLACE_STATES] = {
    [PLACE_WAITING] = TO(RESTORING) | GONE,
    [PLACE_RESTORING] = TO(RESTORED) | TO(CANCELLED),
    [PLACE_RESTORED] = TO(RUNNING) | GONE,
    [PLACE_RUNNING] = TO(LEAVING) | TO(LOST),
    [PLACE_LEAVING] = TO(LOST) | GONE,
    [PLACE_LOST] = GONE,
    [PLACE_CANCELLED] = GONE,
};

void orders_free(struct orders *orders)
{
    free(orders->items);
    *orders = (struct orders){ 0 };
}

void membership_free(struct membership *membership)
{
    free(membership->places);
    *membership = (struct membership){ 0 };
}

static void give(struct orders *orders, enum order_kind kind, void *task)
{
    if (orders->count == orders->capacity) {
        orders->capacity = orders->capacity * 2 + 16;
        orders->items = mem_resize(orders->items, orders->capacity, sizeof(*orders->items));
    }
    orders->items[orders->count++] = (struct order){ kind, task };
}

/* The one door, for a state and for leaving them all. A move the table does not have is our bug. */
static void check(const struct place *place, int to)
{
    if ((allowed[place->state] & to) == 0)
        abort();
}

static void move(struct place *place, enum place_state to)
{
    check(place, 1 << to);
    place->state = to;
}

/* Out of the list, its task freed. The last place takes its index. */
static void leave(struct membership *membership, size_t index, struct orders *orders)
{
    struct place *place = &membership->places[index];
    check(place, GONE);
    give(orders, ORDER_FREE, place->task);
    *place = membership->places[--membership->count];
}

static void add(struct membership *membership, const struct place *given, enum place_state state)
{
    if (membership->count == membership->capacity) {
        membership->capacity = membership->capacity * 2 + 16;
        membership->places =
            mem_resize(membership->places, membership->capacity, sizeof(*membership->places));
    }
    struct place *place = &membership->places[membership->count++];
    *place = *given;
    place->state = state;
    place->added = false;
}

/* One that leaves no longer counts: the group may give its partition again. */
static bool is_ours(const struct place *place)
{
    return place->state <= PLACE_RUNNING;
}

static bool is_leaving(const struct place *place)
{
    return place->state == PLACE_LEAVING || place->state == PLACE_LOST;
}

static bool anything_leaves(const struct membership *membership)
{
    return membership_count(membership, PLACE_LEAVING) + membership_count(membership, PLACE_LOST) >
           0;
}

static struct place *find(const struct membership *membership, const struct place *wanted)
{
    for (size_t i = 0; i < membership->count; i++) {
        struct place *place = &membership->places[i];
        if (is_ours(place) && place->input == wanted->input &&
            place->partition == wanted->partition)
            return place;
    }
    return NULL;
}

static void add_restored(struct membership *membership, struct orders *orders)
{
    if (membership->owed > 0 || membership_count(membership, PLACE_RESTORED) == 0)
        return;
    for (size_t i = 0; i < membership->count; i++) {
        struct place *place = &membership->places[i];
        if (place->state != PLACE_RESTORED)
            continue;
        move(place, PLACE_RUNNING);
        place->added = true;
        give(orders, ORDER_ADD, place->task);
    }
    give(orders, ORDER_ASSIGN, NULL);
}

/* Whether something that leaves is still in the consumer's assignment. */
static bool must_remove(const struct membership *membership)
{
    for (size_t i = 0; i < membership->count; i++) {
        if (is_leaving(&membership->places[i]) && membership->places[i].added)
            return true;
    }
    return false;
}

static void remove_leaving(struct membership *membership, struct orders *orders)
{
    if (membership->owed == 0 && !must_remove(membership))
        return;
    for (size_t i = 0; i < membership->count; i++) {
        struct place *place = &membership->places[i];
        if (!is_leaving(place) || !place->added)
            continue;
        place->added = false;
        give(orders, ORDER_REMOVE, place->task);
    }
    give(orders, ORDER_UNASSIGN, NULL);
    for (; membership->owed > 1; membership->owed--)
        give(orders, ORDER_UNASSIGN, NULL);
    membership->owed = 0;
}

void membership_assigned(struct membership *membership, const struct place *given, size_t count,
                         struct orders *orders)
{
    membership->joined = true;
    give(orders, ORDER_ASSIGN, NULL);
    /* While what was lost is still in a transaction, its state may be written to. */
    bool wait = anything_leaves(membership);
    for (size_t i = 0; i < count; i++) {
        if (find(membership, &given[i]) != NULL) {
            give(orders, ORDER_FREE, given[i].task);
            continue;
        }
        add(membership, &given[i], wait ? PLACE_WAITING : PLACE_RESTORING);
        if (!wait)
            give(orders, ORDER_RESTORE, given[i].task);
    }
}

static void take_away(struct membership *membership, struct place *place, bool lost,
                      struct orders *orders)
{
    switch (place->state) {
    case PLACE_WAITING:
    case PLACE_RESTORED:
        leave(membership, (size_t)(place - membership->places), orders);
        break;
    case PLACE_RESTORING:
        give(orders, ORDER_CANCEL, place->task);
        move(place, PLACE_CANCELLED);
        break;
    case PLACE_RUNNING:
        move(place, lost ? PLACE_LOST : PLACE_LEAVING);
        break;
    case PLACE_LEAVING:
        if (lost)
            move(place, PLACE_LOST);
        break;
    case PLACE_LOST:
    case PLACE_CANCELLED:
    case PLACE_STATES:
        break;
    }
}

static void lose_all(struct membership *membership, struct orders *orders)
{
    membership->epoch++;
    give(orders, ORDER_EPOCH, NULL);
    /* Backwards: one that is gone is replaced by the last, which has been looked at. */
    for (size_t i = membership->count; i-- > 0;)
        take_away(membership, &membership->places[i], true, orders);
}

void membership_revoked(struct membership *membership, const struct place *taken, size_t count,
                        bool lost, struct orders *orders)
{
    membership->owed++;
    if (lost)
        lose_all(membership, orders);
    for (size_t i = 0; i < count && !lost; i++) {
        struct place *place = find(membership, &taken[i]);
        if (place != NULL)
            take_away(membership, place, false, orders);
    }
    if (lost || !must_remove(membership))
        remove_leaving(membership, orders);
}

void membership_restored(struct membership *membership, void *task, struct orders *orders)
{
    for (size_t i = 0; i < membership->count; i++) {
        struct place *place = &membership->places[i];
        if (place->task != task)
            continue;
        if (place->state == PLACE_CANCELLED)
            leave(membership, i, orders);
        else
            move(place, PLACE_RESTORED);
        break;
    }
    add_restored(membership, orders);
}

void membership_boundary(struct membership *membership, struct orders *orders)
{
    remove_leaving(membership, orders);
    for (size_t i = membership->count; i-- > 0;) {
        if (is_leaving(&membership->places[i]))
            leave(membership, i, orders);
    }
    for (size_t i = 0; i < membership->count; i++) {
        struct place *place = &membership->places[i];
        if (place->state != PLACE_WAITING)
            continue;
        move(place, PLACE_RESTORING);
        give(orders, ORDER_RESTORE, place->task);
    }
    add_restored(membership, orders);
}

void membership_restore_again(struct membership *membership, void *task, void *again,
                              struct orders *orders)
{
    const struct place *found = membership_find(membership, task);
    bool runs = found != NULL && found->state == PLACE_RUNNING;
    if (!runs)
        give(orders, ORDER_FREE, again); /* it leaves anyway */
    if (!runs && (found == NULL || found->state != PLACE_LEAVING))
        return;
    struct place next = { .input = found->input, .partition = found->partition, .task = again };
    move(&membership->places[found - membership->places], PLACE_LOST); /* without a goodbye */
    if (runs)
        add(membership, &next, PLACE_WAITING);
}

enum membership_wish membership_wish(const struct membership *membership)
{
    if (membership_count(membership, PLACE_LOST) > 0)
        return MEMBERSHIP_ABORT;
    return anything_leaves(membership) ? MEMBERSHIP_BOUNDARY : MEMBERSHIP_CONTENT;
}

size_t membership_count(const struct membership *membership, enum place_state state)
{
    size_t count = 0;
    for (size_t i = 0; i < membership->count; i++)
        count += membership->places[i].state == state;
    return count;
}

const struct place *membership_find(const struct membership *membership, const void *task)
{
    for (size_t i = 0; i < membership->count; i++) {
        if (membership->places[i].task == task)
            return &membership->places[i];
    }
    return NULL;
}
