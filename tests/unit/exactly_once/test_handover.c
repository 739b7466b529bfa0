#define INSTANCE_TASKS 5
#include "instance.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

/* Two instances, one partition, and of Kafka what exactly-once stands on: a group that takes
 * offsets from its members only, transactions whose offsets and records end together, positions
 * that are not read while offsets of them are pending, changelogs that are read to where they
 * ended. Every state that can be reached within the bounds below is visited; in none may a
 * committed offset lack its records, a record be decided twice, or an instance start from a
 * position and a state that do not belong together. Then the same with one safeguard left out at a
 * time: the walk must find it. */

enum { RECORDS = 2 };

/* How often what may happen any number of times happens at most. */
struct bounds {
    int8_t assignments, losses, crashes, lost_answers, timeouts, refusals;
};

struct broker_transaction {
    bool valid; /* the producer's epoch is */
    bool open;
    int8_t state;  /* what its changelog record says; -1: it has none */
    int8_t offset; /* sent with it; -1: none */
    int8_t from;   /* the first record it decides */
    int8_t counter;
};

struct side {
    struct instance instance;
    bool member, granted, unheard; /* unheard: its session is over, and it does not know */
    bool offsets_sent;
    struct {
        int8_t phase, awaited; /* of a restore: what was read, whose transactions must end first */
        int8_t position, marked, counter;
        int8_t state; /* records that the engine knows of */
    } tasks[INSTANCE_TASKS];
};

struct world {
    struct side sides[2];
    struct broker_transaction transactions[2];
    int8_t owner;                  /* -1: nobody */
    int8_t offset, counter, state; /* committed */
    int8_t decided[RECORDS];       /* times */
    struct bounds left;
};

struct safeguards {
    bool epoch;   /* offsets go out under the membership the transaction was opened under */
    bool verdict; /* a refusal on the spot is asked for before a commit */
    bool stable;  /* positions are read when no offsets of them are pending */
};

static struct safeguards safe;
static const char *broken; /* what should not be; NULL: nothing was found */
static struct orders orders;

static void find(bool fine, const char *what)
{
    if (!fine && broken == NULL)
        broken = what;
}

/* ---- Kafka */

static void drop_transaction(struct world *world, int who)
{
    world->transactions[who].open = false;
    world->transactions[who].state = world->transactions[who].offset = -1;
    for (int i = 0; i < INSTANCE_TASKS; i++)
        world->sides[!who].tasks[i].awaited &= (int8_t) ~(1 << who);
}

static void commit_transaction(struct world *world, int who)
{
    struct broker_transaction *transaction = &world->transactions[who];
    if (transaction->state >= 0)
        world->state = transaction->state;
    for (int i = transaction->from; i < transaction->offset; i++)
        find(++world->decided[i] == 1, "a record is decided twice");
    world->offset = transaction->offset;
    world->counter = transaction->counter;
    find(world->offset == world->state, "an offset is committed without its records");
    drop_transaction(world, who);
}

static void begin_transaction(struct world *world, int who, int position)
{
    struct broker_transaction *transaction = &world->transactions[who];
    if (transaction->open)
        return;
    transaction->open = true;
    transaction->from = (int8_t)position;
}

/* ---- the instances */

static int joined(const struct side *side)
{
    for (int i = 0; i < INSTANCE_TASKS; i++) {
        if (side->instance.tasks[i].alive && side->instance.tasks[i].in_transaction)
            return i;
    }
    return -1;
}

static void after(struct world *world, int who)
{
    struct side *side = &world->sides[who];
    instance_turn(&side->instance, &orders);
    /* An answer gives the partition back. A session that ended meanwhile was never told of. */
    if (side->granted && side->instance.debt == NOTHING_OWED && world->owner == 10 + who) {
        side->granted = side->unheard = false;
        world->owner = -1;
    }
}

static void end_work(struct world *world, int who, enum remedy remedy, enum transaction_end answer)
{
    struct side *side = &world->sides[who];
    int task = joined(side);
    side->instance.last_end = TRANSACTION_GOES_ON;
    side->offsets_sent = false;
    instance_step(&side->instance, TRANSACTION_ENDS, remedy, answer, &orders);
    if (task >= 0 && side->instance.last_end == TRANSACTION_COMMITTED) {
        side->tasks[task].marked = side->tasks[task].position;
        side->tasks[task].counter++;
    } else if (task >= 0 && side->instance.last_end == TRANSACTION_UNDONE) {
        side->tasks[task].position = side->tasks[task].state = side->tasks[task].marked;
    }
    after(world, who);
}

static bool join_group(struct world *world, int who)
{
    struct side *side = &world->sides[who];
    if (side->member || side->unheard || side->instance.over)
        return false;
    side->member = true;
    return true;
}

static bool assign(struct world *world, int who)
{
    struct side *side = &world->sides[who];
    if (!side->member || world->owner != -1 || side->instance.debt != NOTHING_OWED ||
        side->granted || side->instance.over || world->left.assignments == 0)
        return false;
    world->left.assignments--;
    world->owner = (int8_t)who;
    side->granted = true;
    instance_assigned(&side->instance, 1, &orders);
    after(world, who);
    return true;
}

/* The group wants the partition for the other; it is owner 10 + who until the answer. */
static bool revoke(struct world *world, int who)
{
    struct side *side = &world->sides[who];
    if (world->owner != who || !side->granted || side->unheard || !world->sides[!who].member ||
        side->instance.debt != NOTHING_OWED || side->instance.over)
        return false;
    world->owner = (int8_t)(10 + who);
    instance_revoked(&side->instance, 1, false, &orders);
    after(world, who);
    return true;
}

static bool expire(struct world *world, int who)
{
    struct side *side = &world->sides[who];
    if (!side->member || world->left.losses == 0)
        return false;
    world->left.losses--;
    side->member = false;
    side->unheard = true;
    if (world->owner == who || world->owner == 10 + who)
        world->owner = -1;
    return true;
}

static bool hear_loss(struct world *world, int who)
{
    struct side *side = &world->sides[who];
    if (!side->unheard || side->instance.over)
        return false;
    if (side->instance.debt != NOTHING_OWED) /* librdkafka: "already in progress, skipping" */
        return false;
    side->unheard = false;
    if (!side->granted)
        return true;
    side->granted = false;
    instance_revoked(&side->instance, 1, true, &orders);
    after(world, who);
    return true;
}

/* A revocation that was answered after the session had ended: the member joins anew, untold. */
static bool forget_loss(struct world *world, int who)
{
    struct side *side = &world->sides[who];
    if (!side->unheard || side->instance.debt != NOTHING_OWED || !side->granted ||
        membership_count(&side->instance.membership, PLACE_RUNNING) > 0 ||
        side->instance.membership.count > 0)
        return false;
    side->unheard = side->granted = false;
    return true;
}

static bool restore(struct world *world, int who)
{
    struct side *side = &world->sides[who];
    int task = instance_restoring(&side->instance);
    if (task < 0)
        return false;
    bool cancelled = instance_runs(&side->instance, task, PLACE_CANCELLED);
    if (side->tasks[task].phase == 0 && !cancelled) {
        for (int i = 0; i < 2 && safe.stable; i++) {
            if (world->transactions[i].open && world->transactions[i].offset >= 0)
                return false;
        }
        side->tasks[task].position = side->tasks[task].marked = world->offset;
        side->tasks[task].counter = world->counter;
        side->tasks[task].phase = 1;
        return true;
    }
    if (side->tasks[task].phase == 1 && !cancelled) {
        side->tasks[task].awaited = 0;
        for (int i = 0; i < 2; i++) {
            if (world->transactions[i].open && world->transactions[i].state >= 0)
                side->tasks[task].awaited |= (int8_t)(1 << i);
        }
        side->tasks[task].phase = 2;
        return true;
    }
    if (side->tasks[task].awaited != 0 && !cancelled)
        return false;
    side->tasks[task].state = world->state;
    side->tasks[task].phase = 0;
    /* Whose session has ended without its knowledge can start from anything: it commits nothing. */
    find(cancelled || world->owner != who || side->tasks[task].state == side->tasks[task].position,
         "an instance starts from a position and a state that do not belong together");
    instance_restored(&side->instance, task, &orders);
    after(world, who);
    return true;
}

static bool feed(struct world *world, int who, bool refused)
{
    struct side *side = &world->sides[who];
    struct instance *instance = &side->instance;
    int task = instance_runner(instance, 0);
    if (instance->over || task < 0 || instance->transaction == TRANSACTION_STARTING ||
        instance->transaction > TRANSACTION_OPEN || side->tasks[task].position == RECORDS ||
        (refused && world->left.refusals == 0))
        return false;
    instance_open(instance, &orders);
    begin_transaction(world, who, side->tasks[task].position);
    instance->tasks[task].in_transaction = instance->tasks[task].dirty = true;
    side->tasks[task].position++;
    side->tasks[task].state++;
    if (!refused) {
        world->transactions[who].state = side->tasks[task].state;
    } else {
        world->left.refusals--;
        instance->heard = safe.verdict ? REMEDY_ABORT : REMEDY_NONE;
        instance->refused = safe.verdict;
    }
    return true;
}

static bool enough(struct world *world, int who)
{
    struct instance *instance = &world->sides[who].instance;
    if (instance->over || instance->transaction != TRANSACTION_OPEN)
        return false;
    instance->wants_end = true;
    after(world, who);
    return true;
}

static bool send_offsets(struct world *world, int who)
{
    struct side *side = &world->sides[who];
    struct broker_transaction *transaction = &world->transactions[who];
    int task = joined(side);
    if (side->instance.work != WORK_COMMIT || side->offsets_sent)
        return false;
    bool same = side->instance.epoch == side->instance.opened || !safe.epoch;
    if (!side->member || !same) {
        end_work(world, who, REMEDY_ABORT, TRANSACTION_UNDONE);
    } else if (!transaction->valid) {
        end_work(world, who, REMEDY_RECREATE, TRANSACTION_UNDONE);
    } else {
        begin_transaction(world, who, side->tasks[task].position);
        transaction->offset = side->tasks[task].position;
        transaction->counter = (int8_t)(side->tasks[task].counter + 1);
        side->offsets_sent = true;
    }
    return true;
}

enum reply { CONFIRMED, LOST_AFTER, LOST_BEFORE };

static bool commit(struct world *world, int who, enum reply reply)
{
    struct side *side = &world->sides[who];
    if (side->instance.work != WORK_COMMIT || !side->offsets_sent ||
        (reply != CONFIRMED && world->left.lost_answers == 0))
        return false;
    if (!world->transactions[who].valid) {
        if (reply != CONFIRMED)
            return false;
        end_work(world, who, REMEDY_ASK, TRANSACTION_UNDONE);
        return true;
    }
    if (reply != CONFIRMED)
        world->left.lost_answers--;
    if (reply != LOST_BEFORE)
        commit_transaction(world, who);
    end_work(world, who, reply == CONFIRMED ? REMEDY_NONE : REMEDY_ASK, TRANSACTION_UNDONE);
    return true;
}

static bool undo(struct world *world, int who)
{
    struct side *side = &world->sides[who];
    if (side->instance.work != WORK_ABORT)
        return false;
    bool valid = world->transactions[who].valid;
    if (valid)
        drop_transaction(world, who);
    end_work(world, who, valid ? REMEDY_NONE : REMEDY_RECREATE, TRANSACTION_UNDONE);
    return true;
}

/* As transaction.c compares. */
static enum transaction_end answer(const struct world *world, const struct side *side)
{
    int task = joined(side);
    if (task < 0)
        return TRANSACTION_UNDONE;
    if (world->counter == side->tasks[task].counter + 1 &&
        world->offset == side->tasks[task].position)
        return TRANSACTION_COMMITTED;
    return world->counter == side->tasks[task].counter && world->offset == side->tasks[task].marked
               ? TRANSACTION_UNDONE
               : TRANSACTION_STRANGE;
}

static bool recreate(struct world *world, int who)
{
    struct side *side = &world->sides[who];
    if (side->instance.work != WORK_RECREATE)
        return false;
    drop_transaction(world, who);
    world->transactions[who].valid = true;
    /* Offsets of another's that are pending are waited for. */
    if (side->instance.transaction == TRANSACTION_ASKING && world->transactions[!who].open &&
        world->transactions[!who].offset >= 0)
        return false;
    end_work(world, who, REMEDY_NONE, answer(world, side));
    return true;
}

static bool time_out(struct world *world, int who)
{
    if (!world->transactions[who].open || !world->transactions[who].valid ||
        world->left.timeouts == 0)
        return false;
    world->left.timeouts--;
    drop_transaction(world, who);
    world->transactions[who].valid = false;
    return true;
}

/* Killed and started again: a static member, that is given its partition anew. */
static bool crash(struct world *world, int who)
{
    struct side *side = &world->sides[who];
    if (world->left.crashes == 0)
        return false;
    world->left.crashes--;
    if (world->owner == who || world->owner == 10 + who)
        world->owner = -1;
    memset(side, 0, sizeof(*side));
    instance_begin(&side->instance);
    return true;
}

enum { STEPS = 17 };

static bool step(struct world *world, int who, int what)
{
    switch (what) {
    case 0:
        return join_group(world, who);
    case 1:
        return assign(world, who);
    case 2:
        return revoke(world, who);
    case 3:
        return expire(world, who);
    case 4:
        return hear_loss(world, who) || forget_loss(world, who);
    case 5:
        return restore(world, who);
    case 6:
        return feed(world, who, false);
    case 7:
        return feed(world, who, true);
    case 8:
        return enough(world, who);
    case 9:
        return send_offsets(world, who);
    case 10:
        return commit(world, who, CONFIRMED);
    case 11:
        return commit(world, who, LOST_AFTER);
    case 12:
        return commit(world, who, LOST_BEFORE);
    case 13:
        return undo(world, who);
    case 14:
        return time_out(world, who);
    case 15:
        return recreate(world, who);
    default:
        return crash(world, who);
    }
}

/* ---- the walk */

struct seen {
    uint64_t (*items)[2];
    size_t count, capacity;
};

static struct seen seen;

static bool insert(uint64_t a, uint64_t b)
{
    for (size_t i = a & (seen.capacity - 1);; i = (i + 1) & (seen.capacity - 1)) {
        if (seen.items[i][0] == a && seen.items[i][1] == b)
            return false;
        if ((seen.items[i][0] | seen.items[i][1]) != 0)
            continue;
        seen.items[i][0] = a;
        seen.items[i][1] = b;
        seen.count++;
        return true;
    }
}

/* True: not seen before. Two hashes stand for the state. */
static bool is_new(const struct world *world)
{
    if (seen.count * 2 >= seen.capacity) {
        struct seen larger = { .capacity = seen.capacity > 0 ? seen.capacity * 2 : 1 << 16 };
        larger.items = mem_array(larger.capacity, sizeof(larger.items[0]));
        struct seen old = seen;
        seen = larger;
        for (size_t i = 0; i < old.capacity; i++) {
            if ((old.items[i][0] | old.items[i][1]) != 0)
                insert(old.items[i][0], old.items[i][1]);
        }
        free(old.items);
    }
    struct world plain;
    memcpy(&plain, world, sizeof(plain));
    for (int i = 0; i < 2; i++) {
        struct instance *instance = &plain.sides[i].instance;
        struct place places[INSTANCE_TASKS];
        memset(places, 0, sizeof(places)); /* without what lies between the fields */
        for (size_t j = 0; j < instance->membership.count; j++) {
            places[j].state = instance->places[j].state;
            places[j].partition = instance->places[j].partition;
            places[j].added = instance->places[j].added;
            places[j].task = instance->places[j].task;
        }
        memcpy(instance->places, places, sizeof(places));
        instance->membership.places = NULL;
        instance->last_end = TRANSACTION_GOES_ON;
        for (int j = 0; j < INSTANCE_TASKS; j++) {
            if (instance->tasks[j].alive)
                continue;
            memset(&instance->tasks[j], 0, sizeof(instance->tasks[j]));
            memset(&plain.sides[i].tasks[j], 0, sizeof(plain.sides[i].tasks[j]));
        }
    }
    uint64_t a = 14695981039346656037U, b = 0x9E3779B97F4A7C15U, word;
    const unsigned char *bytes = (const unsigned char *)&plain;
    static_assert(sizeof(plain) % sizeof(word) == 0, "hashed by words");
    for (size_t i = 0; i < sizeof(plain); i += sizeof(word)) {
        memcpy(&word, bytes + i, sizeof(word));
        a = (a ^ word) * 1099511628211U;
        a ^= a >> 32;
        b = (b + word) * 0xD6E8FEB86659FD93U;
        b ^= b >> 29;
    }
    return insert(a, b);
}

/* The states that were reached, nearest first, and how. Those that are walked on from are freed. */
struct reached {
    struct world **worlds;
    uint32_t *from;
    uint8_t *by;
    size_t count, capacity;
};

static struct reached reached;

static void reach(const struct world *world, size_t from, int by)
{
    if (reached.count == reached.capacity) {
        reached.capacity = reached.capacity * 2 + 1024;
        reached.worlds = mem_resize(reached.worlds, reached.capacity, sizeof(reached.worlds[0]));
        reached.from = mem_resize(reached.from, reached.capacity, sizeof(reached.from[0]));
        reached.by = mem_resize(reached.by, reached.capacity, sizeof(reached.by[0]));
    }
    reached.worlds[reached.count] = mem_alloc(sizeof(*world));
    memcpy(reached.worlds[reached.count], world, sizeof(*world));
    reached.from[reached.count] = (uint32_t)from;
    reached.by[reached.count++] = (uint8_t)by;
}

static void walk(const struct world *begin)
{
    is_new(begin);
    reach(begin, 0, 0);
    for (size_t at = 0; at < reached.count && broken == NULL; at++) {
        for (int what = 0; what < 2 * STEPS && broken == NULL; what++) {
            struct world next;
            memcpy(&next, reached.worlds[at], sizeof(next));
            for (int i = 0; i < 2; i++)
                next.sides[i].instance.membership.places = next.sides[i].instance.places;
            if (step(&next, what / STEPS, what % STEPS) && is_new(&next))
                reach(&next, at, what);
        }
        free(reached.worlds[at]);
        reached.worlds[at] = NULL;
    }
}

/* From the last state that was reached, backwards. */
static void tell_trail(void)
{
    static const char *const names[STEPS] = { "joins",
                                              "is assigned",
                                              "is revoked",
                                              "session ends",
                                              "hears of its loss",
                                              "restores",
                                              "feeds",
                                              "feeds, refused",
                                              "has enough",
                                              "sends offsets",
                                              "commits",
                                              "commits, answer lost",
                                              "commits, request lost",
                                              "aborts",
                                              "times out",
                                              "makes anew",
                                              "crashes" };
    for (size_t at = reached.count - 1; at > 0; at = reached.from[at])
        print_message("  %d %s\n", reached.by[at] / STEPS, names[reached.by[at] % STEPS]);
}

static void forget_all(void)
{
    for (size_t i = 0; i < reached.count; i++)
        free(reached.worlds[i]);
    free(reached.worlds);
    free(reached.from);
    free(reached.by);
    free(seen.items);
    reached = (struct reached){ 0 };
    seen = (struct seen){ 0 };
}

static const char *explore(struct bounds bounds, struct safeguards safeguards)
{
    struct world world;
    memset(&world, 0, sizeof(world));
    for (int i = 0; i < 2; i++) {
        instance_begin(&world.sides[i].instance);
        world.transactions[i].state = world.transactions[i].offset = -1;
    }
    world.owner = -1;
    world.left = bounds;
    safe = safeguards;
    broken = NULL;
    walk(&world);
    print_message("%zu states: %s\n", reached.count, broken != NULL ? broken : "nothing is broken");
    if (broken != NULL && safe.epoch && safe.verdict && safe.stable)
        tell_trail();
    forget_all();
    return broken;
}

static const struct bounds bounds_quick[] = {
    { .assignments = 2, .losses = 1, .refusals = 1 },
    { .assignments = 2, .losses = 1, .crashes = 1, .lost_answers = 1 },
    { .assignments = 3, .losses = 1 },
};
/* For an optimised build: minutes, and some gigabytes. */
static const struct bounds bounds_long[] = {
    { .assignments = 4, .losses = 2, .lost_answers = 1 },
    { .assignments = 3,
      .losses = 1,
      .crashes = 1,
      .lost_answers = 1,
      .timeouts = 1,
      .refusals = 1 },
};

static void test_no_state_breaks_a_promise(void **state)
{
    (void)state;
    bool all = getenv("OMBUD_TEST_LONG") != NULL;
    const struct bounds *bounds = all ? bounds_long : bounds_quick;
    size_t count = all ? sizeof(bounds_long) / sizeof(bounds_long[0])
                       : sizeof(bounds_quick) / sizeof(bounds_quick[0]);
    for (size_t i = 0; i < count; i++)
        assert_null(explore(bounds[i], (struct safeguards){ true, true, true }));
}

static void test_the_walk_finds_what_is_left_out(void **state)
{
    (void)state;
    assert_non_null(explore(bounds_quick[0], (struct safeguards){ false, true, true }));
    assert_non_null(explore(bounds_quick[0], (struct safeguards){ true, false, true }));
    assert_non_null(explore(bounds_quick[0], (struct safeguards){ true, true, false }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_state_breaks_a_promise),
        cmocka_unit_test(test_the_walk_finds_what_is_left_out),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    orders_free(&orders);
    return failed;
}
