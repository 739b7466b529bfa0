#include "instance.h"

/* Every order in which a rebalance, a loss, the end of a restore and the ends of transactions can
 * come, six deep from each of several beginnings. What is checked is in instance.h, and that
 * nothing is left hanging once nothing is under way. */

enum happening {
    ASSIGNED_A,
    ASSIGNED_B,
    ASSIGNED_AB,
    REVOKED_A,
    REVOKED_B,
    REVOKED_AB,
    LOST,
    RESTORED,
    FED_A,
    FED_B,
    REFUSED_RECORD, /* on the spot: only the producer's verdict tells */
    ENOUGH,
    SOME_STATE,    /* has been written of what goes out before a commit, not all */
    DONE,          /* the work under way: committed, aborted, a new producer */
    REFUSED,       /* not so, and it is known */
    TIMED_OUT,     /* not known */
    SOMEBODY_ELSE, /* the uncertain one was followed by another's */
    STOP,
    HAPPENINGS
};

static const char *const names[] = { "assigned a",    "assigned b", "assigned ab",    "revoked a",
                                     "revoked b",     "revoked ab", "lost",           "restored",
                                     "fed a",         "fed b",      "refused record", "enough",
                                     "some state",    "done",       "refused",        "timed out",
                                     "somebody else", "stop" };

struct world {
    struct instance instance;
    unsigned granted; /* by the group, as librdkafka told us */
};

static struct orders orders;
static enum happening path[32];
static size_t depth;
static unsigned long tried;

static bool group_speaks(struct world *world, enum happening what)
{
    static const unsigned sets[] = { 1, 2, 3, 1, 2, 3 };
    struct instance *instance = &world->instance;
    if (instance->debt != NOTHING_OWED)
        return false; /* librdkafka waits for the answer */
    if (what == LOST) {
        instance_revoked(instance, world->granted, true, &orders);
        world->granted = 0;
        return true;
    }
    unsigned set = sets[what];
    bool assigned = what <= ASSIGNED_AB;
    if (assigned ? (world->granted & set) != 0 : (world->granted & set) != set)
        return false;
    if (assigned)
        instance_assigned(instance, set, &orders);
    else
        instance_revoked(instance, set, false, &orders);
    world->granted ^= set;
    return true;
}

static bool feed(struct instance *instance, int partition)
{
    int task = instance_runner(instance, partition);
    if (task < 0 || instance->transaction > TRANSACTION_OPEN ||
        instance->transaction == TRANSACTION_STARTING || instance->closes)
        return false;
    instance_open(instance, &orders);
    instance->tasks[task].in_transaction = instance->tasks[task].dirty = true;
    return true;
}

static bool work_ends(struct instance *instance, enum happening what)
{
    enum remedy remedy = REMEDY_NONE;
    enum transaction_end answer = TRANSACTION_COMMITTED;
    if (instance->work == WORK_NONE)
        return false;
    if (what == SOMEBODY_ELSE) {
        if (instance->transaction != TRANSACTION_ASKING)
            return false;
        answer = TRANSACTION_STRANGE;
    } else if (what == TIMED_OUT) {
        if (instance->work == WORK_RECREATE)
            return false; /* it has all the time there is */
        remedy = instance->work == WORK_COMMIT ? REMEDY_ASK : REMEDY_RECREATE;
    } else if (what == REFUSED) {
        if (instance->transaction == TRANSACTION_ASKING)
            answer = TRANSACTION_UNDONE;
        else
            remedy = instance->work == WORK_COMMIT  ? REMEDY_ABORT
                     : instance->work == WORK_ABORT ? REMEDY_RECREATE
                                                    : REMEDY_DIE;
    }
    instance_step(instance, TRANSACTION_ENDS, remedy, answer, &orders);
    return true;
}

/* False: it cannot happen now. */
static bool happen(struct world *world, enum happening what)
{
    struct instance *instance = &world->instance;
    int task;
    if (instance->over)
        return false;
    switch (what) {
    case RESTORED:
        task = instance_restoring(instance);
        if (task < 0)
            return false;
        instance_restored(instance, task, &orders);
        break;
    case FED_A:
    case FED_B:
        if (!feed(instance, what == FED_B))
            return false;
        break;
    case REFUSED_RECORD:
        if (instance->transaction != TRANSACTION_OPEN || instance->refused)
            return false;
        instance->refused = true;
        instance->heard = REMEDY_ABORT;
        break;
    case ENOUGH:
        if (instance->transaction != TRANSACTION_OPEN)
            return false;
        instance->wants_end = true;
        break;
    case SOME_STATE:
        if (instance->transaction != TRANSACTION_OPEN || instance->closes)
            return false;
        instance->closes = true;
        return true; /* all that was done in this turn */
    case DONE:
    case REFUSED:
    case TIMED_OUT:
    case SOMEBODY_ELSE:
        if (!work_ends(instance, what))
            return false;
        break;
    case STOP:
        if (instance->stopping)
            return false;
        instance->stopping = true;
        break;
    default:
        if (!group_speaks(world, what))
            return false;
        break;
    }
    instance_turn(instance, &orders);
    return true;
}

/* Nothing under way: nothing may be waiting either. */
static void check_rest(const struct world *world)
{
    const struct instance *instance = &world->instance;
    unsigned running = 0;
    if (instance->over || instance->work != WORK_NONE || instance_restoring(instance) >= 0)
        return;
    assert_int_equal(instance->debt, NOTHING_OWED);
    for (size_t i = 0; i < instance->membership.count; i++) {
        const struct place *place = &instance->membership.places[i];
        assert_int_equal(place->state, PLACE_RUNNING);
        assert_true(instance->tasks[instance_number(place->task)].in_consumer);
        running |= 1U << place->partition;
    }
    assert_int_equal(running, world->granted);
    for (int i = 0; i < INSTANCE_TASKS; i++)
        assert_true(!instance->tasks[i].alive || instance_runs(instance, i, PLACE_RUNNING));
}

static void walk(const struct world *world, size_t most)
{
    for (int what = 0; what < HAPPENINGS; what++) {
        struct world next = *world;
        instance_copy(&next.instance, &world->instance);
        path[depth++] = (enum happening)what;
        if (happen(&next, (enum happening)what)) {
            tried++;
            check_rest(&next);
            if (depth < most)
                walk(&next, most);
        }
        depth--;
    }
}

struct beginning {
    const char *name;
    enum happening before[8];
    size_t count;
};

static const struct beginning beginnings[] = {
    { "a producer that is being initialised", { 0 }, 0 },
    { "a member without partitions", { DONE }, 1 },
    { "two that are being restored", { DONE, ASSIGNED_AB }, 2 },
    { "two that run", { DONE, ASSIGNED_AB, RESTORED, RESTORED }, 4 },
    { "one whose state is being written",
      { DONE, ASSIGNED_AB, RESTORED, RESTORED, FED_A, FED_B, SOME_STATE },
      7 },
    { "an open transaction of one, the other being restored",
      { DONE, ASSIGNED_AB, RESTORED, FED_A },
      4 },
    { "a transaction of both that is being committed",
      { DONE, ASSIGNED_AB, RESTORED, RESTORED, FED_A, FED_B, ENOUGH },
      7 },
    { "one whose end is not known",
      { DONE, ASSIGNED_AB, RESTORED, RESTORED, FED_A, FED_B, ENOUGH, TIMED_OUT },
      8 },
};

/* A check that fails leaves by longjmp: then the path is what led there. */
static int tell_path(void **state)
{
    (void)state;
    for (size_t i = 0; i < depth; i++)
        print_message("  %s\n", names[path[i]]);
    depth = 0;
    orders_free(&orders);
    return 0;
}

static void test_every_order_of_six(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
        struct world world = { 0 };
        instance_begin(&world.instance);
        depth = tried = 0;
        for (size_t j = 0; j < beginnings[i].count; j++) {
            path[depth++] = beginnings[i].before[j];
            assert_true(happen(&world, beginnings[i].before[j]));
        }
        walk(&world, depth + 6);
        print_message("%s: %lu orders\n", beginnings[i].name, tried);
        assert_true(tried > 1000);
        depth = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_every_order_of_six, tell_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
