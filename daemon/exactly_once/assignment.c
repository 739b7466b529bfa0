#include "exactly_once/assignment.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct task_list {
    struct task **tasks;
    size_t count, capacity;
};

struct assignment {
    struct assignment_setup setup;
    struct restorer *restorer;
    struct membership membership;
    struct orders orders;
    struct task_list running, leaving, restoring; /* of the places, anew after every change */
};

struct assignment *assignment_new(const struct assignment_setup *setup)
{
    struct assignment *assignment = mem_alloc(sizeof(*assignment));
    assignment->setup = *setup;
    return assignment;
}

void assignment_free(struct assignment *assignment)
{
    if (assignment == NULL)
        return;
    for (size_t i = 0; i < assignment->membership.count; i++)
        task_free(assignment->membership.places[i].task);
    membership_free(&assignment->membership);
    orders_free(&assignment->orders);
    free(assignment->running.tasks);
    free(assignment->leaving.tasks);
    free(assignment->restoring.tasks);
    free(assignment);
}

void assignment_use(struct assignment *assignment, struct restorer *restorer)
{
    assignment->restorer = restorer;
}

static void append(struct task_list *list, struct task *task)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity * 2 + 16;
        list->tasks = mem_resize(list->tasks, list->capacity, sizeof(struct task *));
    }
    list->tasks[list->count++] = task;
}

static void list_tasks(struct assignment *assignment)
{
    const struct membership *membership = &assignment->membership;
    assignment->running.count = assignment->leaving.count = assignment->restoring.count = 0;
    for (size_t i = 0; i < membership->count; i++) {
        const struct place *place = &membership->places[i];
        if (place->state == PLACE_RUNNING)
            append(&assignment->running, place->task);
        else if (place->state == PLACE_LEAVING)
            append(&assignment->leaving, place->task);
        else if (place->state != PLACE_LOST)
            append(&assignment->restoring, place->task);
    }
}

/* ---- carrying out orders */

static void note(rd_kafka_topic_partition_list_t *list, const struct task *task)
{
    rd_kafka_topic_partition_list_add(list, task->topic, task->setup.partition)->offset =
        task->current.position;
}

/* Tells the consumer what was noted, which answers the group if it waits for an answer. */
static void tell(struct assignment *assignment, bool assign, rd_kafka_topic_partition_list_t **list)
{
    rd_kafka_t *consumer = assignment->setup.consumer;
    rd_kafka_error_t *error = assign ? rd_kafka_incremental_assign(consumer, *list)
                                     : rd_kafka_incremental_unassign(consumer, *list);
    if (error != NULL)
        log_say(assignment->setup.log, LOGGED_ERROR, "%s partitions: %s",
                assign ? "taking" : "giving back", rd_kafka_error_string(error));
    if (error != NULL)
        rd_kafka_error_destroy(error);
    rd_kafka_topic_partition_list_destroy(*list);
    *list = rd_kafka_topic_partition_list_new(0);
}

static void carry_out(struct assignment *assignment)
{
    struct orders *orders = &assignment->orders;
    rd_kafka_topic_partition_list_t *added = rd_kafka_topic_partition_list_new(0);
    rd_kafka_topic_partition_list_t *removed = rd_kafka_topic_partition_list_new(0);
    struct task_list restore = { 0 };
    for (size_t i = 0; i < orders->count; i++) {
        struct task *task = orders->items[i].task;
        switch (orders->items[i].kind) {
        case ORDER_RESTORE:
            append(&restore, task);
            break;
        case ORDER_CANCEL:
            task_cancel(task);
            break;
        case ORDER_ADD:
            task_attach(task, assignment->setup.consumer, assignment->setup.fd);
            note(added, task);
            break;
        case ORDER_ASSIGN:
            tell(assignment, true, &added);
            break;
        case ORDER_REMOVE:
            note(removed, task);
            break;
        case ORDER_UNASSIGN:
            tell(assignment, false, &removed);
            break;
        case ORDER_EPOCH:
            atomic_store(assignment->setup.epoch, assignment->membership.epoch);
            break;
        case ORDER_FREE:
            if (assignment->setup.series != NULL)
                series_retire(assignment->setup.series, task);
            task_free(task);
            break;
        }
    }
    orders->count = 0;
    restorer_add(assignment->restorer, restore.tasks, restore.count);
    free(restore.tasks);
    rd_kafka_topic_partition_list_destroy(added);
    rd_kafka_topic_partition_list_destroy(removed);
    list_tasks(assignment);
}

/* ---- translating events */

static struct task *make_task(const struct assignment *assignment, int input, int32_t partition)
{
    const struct inputs *inputs = assignment->setup.inputs;
    const struct input *from = &inputs->items[input];
    struct task *task = task_new(from->stage, assignment->setup.config, from->topic, partition,
                                 from->partitions, inputs->home_partitions);
    task->failpoints = assignment->setup.failpoints;
    task->setup.globals = assignment->setup.globals;
    return task;
}

/* The places that `partitions` names, with new tasks if `tasks`. What is no input of ours (a
 * newcomer's first assignment has such) is left out. */
static struct place *places_of(const struct assignment *assignment,
                               const rd_kafka_topic_partition_list_t *partitions, bool tasks,
                               size_t *count)
{
    const struct inputs *inputs = assignment->setup.inputs;
    struct place *places = mem_array((size_t)partitions->cnt + 1, sizeof(*places));
    *count = 0;
    for (int i = 0; i < partitions->cnt; i++) {
        const rd_kafka_topic_partition_t *given = &partitions->elems[i];
        const struct input *input = inputs_find(inputs, given->topic);
        if (input == NULL)
            continue;
        int index = (int)(input - inputs->items);
        places[(*count)++] = (struct place){
            .input = index,
            .partition = given->partition,
            .task = tasks ? make_task(assignment, index, given->partition) : NULL,
        };
    }
    return places;
}

void assignment_event(struct assignment *assignment, rd_kafka_event_t *event)
{
    const rd_kafka_topic_partition_list_t *partitions = rd_kafka_event_topic_partition_list(event);
    FAILPOINT(assignment->setup.failpoints, "in_rebalance");
    bool assigned = rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    bool lost = !assigned && rd_kafka_assignment_lost(assignment->setup.consumer) != 0;
    size_t count;
    struct place *places = places_of(assignment, partitions, assigned, &count);
    if (assigned)
        membership_assigned(&assignment->membership, places, count, &assignment->orders);
    else
        membership_revoked(&assignment->membership, places, count, lost, &assignment->orders);
    free(places);
    carry_out(assignment);
    log_say(assignment->setup.log, LOGGED_INFO, "%d partitions %s", partitions->cnt,
            assigned ? "assigned"
            : lost   ? "lost"
                     : "revoked");
}

bool assignment_restored(struct assignment *assignment, struct task *task, struct error *err)
{
    const struct place *place = membership_find(&assignment->membership, task);
    if (place->state == PLACE_RESTORING) {
        if (task->refusal != NULL)
            return error_set(err, "%s", task->refusal);
        log_say(assignment->setup.log, LOGGED_INFO,
                "%s partition %d restored: %llu records in %lld ms, going on at offset %lld",
                task->topic, task->setup.partition, (unsigned long long)task->restore_records,
                (long long)task->restore_ms, (long long)task->current.position);
    }
    membership_restored(&assignment->membership, task, &assignment->orders);
    carry_out(assignment);
    return true;
}

void assignment_restore_again(struct assignment *assignment, struct task *task)
{
    const struct place *place = membership_find(&assignment->membership, task);
    struct task *again = make_task(assignment, place->input, place->partition);
    membership_restore_again(&assignment->membership, task, again, &assignment->orders);
    carry_out(assignment);
}

void assignment_settle(struct assignment *assignment)
{
    membership_boundary(&assignment->membership, &assignment->orders);
    carry_out(assignment);
}

void assignment_configure(struct assignment *assignment, const struct config *config)
{
    assignment->setup.config = config;
    for (size_t i = 0; i < assignment->membership.count; i++)
        task_configure(assignment->membership.places[i].task, config);
}

/* ---- what others ask */

enum membership_wish assignment_wish(const struct assignment *assignment)
{
    return membership_wish(&assignment->membership);
}

struct task **assignment_running(const struct assignment *assignment, size_t *count)
{
    *count = assignment->running.count;
    return assignment->running.tasks;
}

struct task **assignment_leaving(const struct assignment *assignment, size_t *count)
{
    *count = assignment->leaving.count;
    return assignment->leaving.tasks;
}

bool assignment_runs(const struct assignment *assignment, const struct task *task)
{
    const struct place *place = membership_find(&assignment->membership, task);
    return place != NULL && place->state == PLACE_RUNNING;
}

bool assignment_joined(const struct assignment *assignment)
{
    return assignment->membership.joined;
}

struct task **assignment_restoring(const struct assignment *assignment, size_t *count)
{
    *count = assignment->restoring.count;
    return assignment->restoring.tasks;
}
