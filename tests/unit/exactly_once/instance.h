/* One worker without Kafka: the pure steps, and around them what assignment.c, transaction.c and
 * worker.c do with them, so that orders of events can be tried by the million. Every promise that
 * the shell relies on is checked as the orders are carried out. A value: copied to try another way
 * (instance_copy). Tasks have numbers; librdkafka's side is what it keeps of us. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "exactly_once/membership.h"
#include "exactly_once/plan.h"
#include "exactly_once/transaction_step.h"

#ifndef INSTANCE_TASKS
#define INSTANCE_TASKS 14
#endif
enum { INSTANCE_PARTITIONS = 2 };

enum instance_debt { NOTHING_OWED, ASSIGNMENT_OWED, REVOCATION_OWED };

struct instance_task {
    bool alive, in_restorer, in_consumer, in_transaction, dirty, goodbye;
    bool strange; /* somebody else committed for it */
    int partition;
};

struct instance {
    struct membership membership;
    struct place places[INSTANCE_TASKS];
    struct instance_task tasks[INSTANCE_TASKS];
    enum transaction_state transaction;
    enum transaction_work work; /* under way */
    enum remedy heard;          /* by the producer, since the transaction was opened */
    bool refused;               /* a record of it was, whatever was heard */
    unsigned epoch, opened;     /* told, and when the transaction was opened */
    enum instance_debt debt;
    bool wants_end, closes, stopping, goodbye_said, over;
    enum transaction_end last_end; /* TRANSACTION_GOES_ON: none since it was asked */
};

static inline void instance_copy(struct instance *copy, const struct instance *original)
{
    *copy = *original;
    copy->membership.places = copy->places;
}

static inline void instance_begin(struct instance *instance)
{
    *instance = (struct instance){ .work = WORK_RECREATE };
    instance->membership.places = instance->places;
    instance->membership.capacity = INSTANCE_TASKS;
}

static inline void *instance_name(int task)
{
    return (void *)(intptr_t)(task + 1);
}

static inline int instance_number(const void *name)
{
    return (int)(intptr_t)name - 1;
}

static inline int instance_new_task(struct instance *instance, int partition)
{
    int task = 0;
    while (instance->tasks[task].alive) {
        task++;
        assert_true(task < INSTANCE_TASKS);
    }
    instance->tasks[task] = (struct instance_task){ .alive = true, .partition = partition };
    return task;
}

static inline void instance_give(struct instance *instance, const struct order *order)
{
    struct instance_task *task =
        order->task != NULL ? &instance->tasks[instance_number(order->task)] : NULL;
    assert_true(task == NULL || task->alive);
    switch (order->kind) {
    case ORDER_RESTORE:
        assert_false(task->in_restorer || task->in_consumer);
        /* What writes to its state has ended. */
        for (int i = 0; i < INSTANCE_TASKS; i++)
            assert_false(instance->tasks[i].alive && instance->tasks[i].in_transaction &&
                         instance->tasks[i].partition == task->partition);
        task->in_restorer = true;
        break;
    case ORDER_CANCEL:
        assert_true(task->in_restorer);
        break;
    case ORDER_ADD:
        assert_false(task->in_restorer || task->in_consumer);
        task->in_consumer = true;
        break;
    case ORDER_ASSIGN: /* would answer a revocation, wrongly */
        assert_int_not_equal(instance->debt, REVOCATION_OWED);
        instance->debt = NOTHING_OWED;
        break;
    case ORDER_REMOVE:
        assert_true(task->in_consumer);
        task->in_consumer = false;
        break;
    case ORDER_UNASSIGN:
        assert_int_not_equal(instance->debt, ASSIGNMENT_OWED);
        instance->debt = NOTHING_OWED;
        break;
    case ORDER_EPOCH: /* before librdkafka may join again, that is, before the answer */
        assert_int_equal(instance->debt, REVOCATION_OWED);
        instance->epoch = instance->membership.epoch;
        break;
    case ORDER_FREE:
        assert_false(task->in_restorer || task->in_consumer || task->in_transaction);
        task->alive = false;
        break;
    }
}

static inline void instance_carry_out(struct instance *instance, struct orders *orders)
{
    for (size_t i = 0; i < orders->count; i++)
        instance_give(instance, &orders->items[i]);
    orders->count = 0;
}

static inline void instance_finish(struct instance *instance, enum transaction_end end,
                                   struct orders *orders)
{
    bool joined[INSTANCE_TASKS];
    instance->closes = false;
    if (end == TRANSACTION_COMMITTED)
        assert_false(instance->refused);
    for (int i = 0; i < INSTANCE_TASKS; i++) {
        struct instance_task *task = &instance->tasks[i];
        joined[i] = task->alive && task->in_transaction;
        if (joined[i] && end == TRANSACTION_COMMITTED)
            task->dirty = !task->goodbye;
        task->in_transaction = task->goodbye = false;
    }
    for (int i = 0; i < INSTANCE_TASKS && end == TRANSACTION_STRANGE; i++) {
        if (!joined[i])
            continue;
        instance->tasks[i].strange = true;
        int again = instance_new_task(instance, instance->tasks[i].partition);
        membership_restore_again(&instance->membership, instance_name(i), instance_name(again),
                                 orders);
        instance_carry_out(instance, orders);
    }
    instance->heard = REMEDY_NONE;
    instance->refused = false;
    instance->last_end = end;
    if (end == TRANSACTION_FENCED || end == TRANSACTION_HOPELESS)
        instance->over = true;
}

/* `answer`: what the committed offsets say, where they are asked. */
static inline void instance_step(struct instance *instance, enum transaction_event event,
                                 enum remedy work, enum transaction_end answer,
                                 struct orders *orders)
{
    struct transaction_step step =
        transaction_step(instance->transaction, event, work, instance->heard);
    assert_true(step.work == WORK_NONE || instance->work == WORK_NONE || event == TRANSACTION_ENDS);
    if (event == TRANSACTION_ENDS || step.work != WORK_NONE)
        instance->work = step.work;
    instance->transaction = step.state;
    if (step.work == WORK_COMMIT) {
        /* Nothing that is somebody else's by now, and nothing that lacks a record. */
        assert_false(instance->refused);
        assert_int_equal(instance->epoch, instance->opened);
    }
    if (step.end != TRANSACTION_GOES_ON)
        instance_finish(instance, step.end == TRANSACTION_ANSWER ? answer : step.end, orders);
}

static inline void instance_open(struct instance *instance, struct orders *orders)
{
    if (instance->transaction == TRANSACTION_OPEN)
        return;
    instance_step(instance, TRANSACTION_OPENS, REMEDY_NONE, TRANSACTION_UNDONE, orders);
    instance->opened = instance->epoch;
}

static inline bool instance_runs(const struct instance *instance, int task, enum place_state state)
{
    const struct place *place = membership_find(&instance->membership, instance_name(task));
    return place != NULL && place->state == state;
}

static inline bool instance_goodbyes(struct instance *instance, bool really, struct orders *orders)
{
    bool any = false;
    for (int i = 0; i < INSTANCE_TASKS; i++) {
        struct instance_task *task = &instance->tasks[i];
        bool goes = instance_runs(instance, i, PLACE_LEAVING) ||
                    (instance->stopping && instance_runs(instance, i, PLACE_RUNNING));
        if (!task->alive || !goes || !(task->dirty || task->in_transaction))
            continue;
        assert_false(task->strange); /* what it would commit is not the partition's */
        any = true;
        if (!really)
            continue;
        instance_open(instance, orders);
        task->in_transaction = task->goodbye = true;
    }
    return any;
}

/* What worker.c's turn does; feeding is an event of its own here. */
static inline void instance_turn(struct instance *instance, struct orders *orders)
{
    for (int rounds = 0; !instance->over; rounds++) {
        assert_true(rounds < 12);
        struct situation situation = {
            .transaction = instance->transaction,
            .wish = membership_wish(&instance->membership),
            .stopping = instance->stopping,
            .goodbye = !instance->goodbye_said && instance_goodbyes(instance, false, orders),
            .closes = instance->closes,
            .wants_end = instance->wants_end,
            .fed = true,
        };
        switch (plan_next(&situation)) {
        case PLAN_WAIT:
            return;
        case PLAN_ABORT:
            instance_step(instance, TRANSACTION_GIVES_UP, REMEDY_NONE, TRANSACTION_UNDONE, orders);
            break;
        case PLAN_SAY_GOODBYE:
            instance->goodbye_said = true;
            instance_goodbyes(instance, true, orders);
            break;
        case PLAN_COMMIT:
            instance->wants_end = false;
            instance_step(instance, TRANSACTION_COMMITS, REMEDY_NONE, TRANSACTION_UNDONE, orders);
            break;
        case PLAN_SETTLE:
            membership_boundary(&instance->membership, orders);
            instance_carry_out(instance, orders);
            instance->goodbye_said = false;
            break;
        case PLAN_STOP:
            instance->over = true;
            break;
        case PLAN_ADOPT:
        case PLAN_FEED:
            fail_msg("nobody asked for that");
        }
    }
}

static inline void instance_assigned(struct instance *instance, unsigned partitions,
                                     struct orders *orders)
{
    struct place places[INSTANCE_PARTITIONS];
    size_t count = 0;
    for (int i = 0; i < INSTANCE_PARTITIONS; i++) {
        if ((partitions & 1U << i) != 0)
            places[count++] =
                (struct place){ .partition = i,
                                .task = instance_name(instance_new_task(instance, i)) };
    }
    instance->debt = ASSIGNMENT_OWED;
    membership_assigned(&instance->membership, places, count, orders);
    instance_carry_out(instance, orders);
    assert_int_equal(instance->debt, NOTHING_OWED);
}

static inline void instance_revoked(struct instance *instance, unsigned partitions, bool lost,
                                    struct orders *orders)
{
    struct place places[INSTANCE_PARTITIONS];
    size_t count = 0;
    for (int i = 0; i < INSTANCE_PARTITIONS; i++) {
        if ((partitions & 1U << i) != 0)
            places[count++] = (struct place){ .partition = i };
    }
    instance->debt = REVOCATION_OWED;
    membership_revoked(&instance->membership, places, count, lost, orders);
    instance_carry_out(instance, orders);
    if (lost) /* its answer waits for nothing: without it there are no heartbeats */
        assert_int_equal(instance->debt, NOTHING_OWED);
}

/* The restorer is done with the task. */
static inline void instance_restored(struct instance *instance, int task, struct orders *orders)
{
    instance->tasks[task].in_restorer = false;
    membership_restored(&instance->membership, instance_name(task), orders);
    instance_carry_out(instance, orders);
}

/* The running task of a partition, or -1. */
static inline int instance_runner(const struct instance *instance, int partition)
{
    for (int i = 0; i < INSTANCE_TASKS; i++) {
        if (instance->tasks[i].alive && instance->tasks[i].partition == partition &&
            instance_runs(instance, i, PLACE_RUNNING))
            return i;
    }
    return -1;
}

/* The task that the restorer has and would give back next, or -1. */
static inline int instance_restoring(const struct instance *instance)
{
    for (int i = 0; i < INSTANCE_TASKS; i++) {
        if (instance->tasks[i].alive && instance->tasks[i].in_restorer)
            return i;
    }
    return -1;
}
