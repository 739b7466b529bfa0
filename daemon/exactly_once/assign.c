#include "exactly_once/assign.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct assignment {
    struct assignment_setup setup;
    struct restorer *restorer;
    struct task **tasks;
    size_t count, capacity;
    struct task **orphans; /* given away while the restorer had them */
    size_t orphan_count;
    bool revoking, lost; /* a revocation waits for a boundary; to be answered then, unless lost */
    rd_kafka_topic_partition_list_t *later; /* assigned while what was lost still leaves */
    bool joined;
};

struct assignment *assignment_new(const struct assignment_setup *setup)
{
    struct assignment *assignment = mem_alloc(sizeof(*assignment));
    assignment->setup = *setup;
    assignment->later = rd_kafka_topic_partition_list_new(0);
    return assignment;
}

void assignment_free(struct assignment *assignment)
{
    if (assignment == NULL)
        return;
    for (size_t i = 0; i < assignment->count; i++)
        task_free(assignment->tasks[i]);
    for (size_t i = 0; i < assignment->orphan_count; i++)
        task_free(assignment->orphans[i]);
    rd_kafka_topic_partition_list_destroy(assignment->later);
    free(assignment->tasks);
    free(assignment->orphans);
    free(assignment);
}

void assignment_use(struct assignment *assignment, struct restorer *restorer)
{
    assignment->restorer = restorer;
}

void assignment_configure(struct assignment *assignment, const struct config *config)
{
    assignment->setup.config = config;
}

static struct task *find(const struct assignment *assignment, const char *topic, int32_t partition)
{
    for (size_t i = 0; i < assignment->count; i++) {
        struct task *task = assignment->tasks[i];
        if (task->setup.partition == partition && strcmp(task->topic, topic) == 0)
            return task;
    }
    return NULL;
}

static void check(const struct assignment *assignment, rd_kafka_error_t *error, const char *what)
{
    if (error == NULL)
        return;
    log_say(assignment->setup.log, LOGGED_ERROR, "%s: %s", what, rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
}

static void insert(struct assignment *assignment, struct task *task)
{
    if (assignment->count == assignment->capacity) {
        assignment->capacity += 64;
        assignment->tasks =
            mem_resize(assignment->tasks, assignment->capacity, sizeof(*assignment->tasks));
    }
    assignment->tasks[assignment->count++] = task;
}

/* NULL: not ours, or there already. */
static struct task *make_task(struct assignment *assignment, const char *topic, int32_t partition)
{
    const struct input *input = inputs_find(assignment->setup.inputs, topic);
    if (input == NULL || find(assignment, topic, partition) != NULL)
        return NULL;
    struct task *task = task_new(input->stage, assignment->setup.config, topic, partition,
                                 input->partitions, assignment->setup.inputs->home_partitions);
    task->failpoints = assignment->setup.failpoints;
    assignment->setup.equip(assignment->setup.arg, task);
    insert(assignment, task);
    return task;
}

/* Only what was added can be given back: what has a queue. */
static void unassign(struct assignment *assignment, struct task **tasks, size_t count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count + 1);
    for (size_t i = 0; i < count; i++) {
        if (tasks[i]->queue != NULL)
            rd_kafka_topic_partition_list_add(list, tasks[i]->topic, tasks[i]->setup.partition);
    }
    check(assignment, rd_kafka_incremental_unassign(assignment->setup.consumer, list),
          "giving partitions back");
    rd_kafka_topic_partition_list_destroy(list);
}

static void begin_tasks(struct assignment *assignment,
                        const rd_kafka_topic_partition_list_t *partitions)
{
    struct task **tasks = mem_array((size_t)partitions->cnt + 1, sizeof(*tasks));
    size_t count = 0;
    for (int i = 0; i < partitions->cnt; i++) {
        tasks[count] =
            make_task(assignment, partitions->elems[i].topic, partitions->elems[i].partition);
        count += tasks[count] != NULL;
    }
    restorer_add(assignment->restorer, tasks, count); /* together: they are read together */
    free(tasks);
}

static void take_assigned(struct assignment *assignment,
                          const rd_kafka_topic_partition_list_t *partitions)
{
    assignment->joined = true;
    rd_kafka_topic_partition_list_t *nothing = rd_kafka_topic_partition_list_new(0);
    check(assignment, rd_kafka_incremental_assign(assignment->setup.consumer, nothing),
          "answer to an assignment");
    rd_kafka_topic_partition_list_destroy(nothing);
    if (!assignment->revoking) {
        begin_tasks(assignment, partitions);
        return;
    }
    for (int i = 0; i < partitions->cnt; i++)
        rd_kafka_topic_partition_list_add(assignment->later, partitions->elems[i].topic,
                                          partitions->elems[i].partition);
}

/* Before what was lost has left, the next assignment is taken away, too: none of it has begun. */
static void take_later(struct assignment *assignment,
                       const rd_kafka_topic_partition_list_t *partitions)
{
    for (int i = 0; i < partitions->cnt; i++)
        rd_kafka_topic_partition_list_del(assignment->later, partitions->elems[i].topic,
                                          partitions->elems[i].partition);
    unassign(assignment, NULL, 0);
}

/* A loss is answered at once, although its transaction is not aborted yet: as long as the answer is
 * missing, librdkafka sends heartbeats without a member id, and a coordinator that comes back takes
 * them for a rival's and fences us out. */
static void take_revoked(struct assignment *assignment,
                         const rd_kafka_topic_partition_list_t *partitions)
{
    if (assignment->revoking) {
        take_later(assignment, partitions);
        return;
    }
    assignment->revoking = true;
    assignment->lost = rd_kafka_assignment_lost(assignment->setup.consumer) != 0;
    struct task **leaving = mem_array((size_t)partitions->cnt + 1, sizeof(*leaving));
    size_t count = 0;
    for (int i = 0; i < partitions->cnt; i++) {
        struct task *task =
            find(assignment, partitions->elems[i].topic, partitions->elems[i].partition);
        if (task == NULL)
            continue;
        if (task->state == TASK_RESTORING) {
            /* Out of the list now, freed when the restorer gives it back. */
            assignment->orphans = mem_resize(assignment->orphans, assignment->orphan_count + 1,
                                             sizeof(*assignment->orphans));
            assignment->orphans[assignment->orphan_count++] = task;
        }
        task->state = TASK_LEAVING;
        leaving[count++] = task;
    }
    if (assignment->lost) {
        atomic_fetch_add(assignment->setup.epoch, 1);
        unassign(assignment, leaving, count);
    }
    free(leaving);
}

void assignment_event(struct assignment *assignment, rd_kafka_event_t *event)
{
    const rd_kafka_topic_partition_list_t *partitions = rd_kafka_event_topic_partition_list(event);
    FAILPOINT(assignment->setup.failpoints, "in_rebalance");
    bool assigned = rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    if (assigned)
        take_assigned(assignment, partitions);
    else
        take_revoked(assignment, partitions);
    log_say(assignment->setup.log, LOGGED_INFO, "%d partitions %s", partitions->cnt,
            assigned           ? "assigned"
            : assignment->lost ? "lost"
                               : "revoked");
}

/* Adds what is restored to the consumer's assignment, unless the group waits for another answer:
 * then after that. */
static void add_restored(struct assignment *assignment)
{
    if (assignment->revoking)
        return;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(16);
    for (size_t i = 0; i < assignment->count; i++) {
        struct task *task = assignment->tasks[i];
        if (task->state != TASK_RESTORED)
            continue;
        task_attach(task, assignment->setup.consumer, assignment->setup.fd);
        rd_kafka_topic_partition_list_add(list, task->topic, task->setup.partition)->offset =
            task->current.position;
        task->state = TASK_RUNNING;
    }
    if (list->cnt > 0)
        check(assignment, rd_kafka_incremental_assign(assignment->setup.consumer, list),
              "adding restored partitions");
    rd_kafka_topic_partition_list_destroy(list);
}

static bool drop_orphan(struct assignment *assignment, struct task *task)
{
    for (size_t i = 0; i < assignment->orphan_count; i++) {
        if (assignment->orphans[i] != task)
            continue;
        assignment->orphans[i] = assignment->orphans[--assignment->orphan_count];
        task_free(task);
        return true;
    }
    return false;
}

bool assignment_restored(struct assignment *assignment, struct task *task, struct error *err)
{
    if (drop_orphan(assignment, task))
        return true;
    if (task->refusal != NULL)
        return error_set(err, "%s", task->refusal);
    log_say(assignment->setup.log, LOGGED_INFO,
            "%s partition %d restored: %llu records in %lld ms, going on at offset %lld",
            task->topic, task->setup.partition, (unsigned long long)task->restore_records,
            (long long)task->restore_ms, (long long)task->current.position);
    task->state = TASK_RESTORED;
    add_restored(assignment);
    return true;
}

enum assignment_wish assignment_wish(const struct assignment *assignment)
{
    if (!assignment->revoking)
        return ASSIGNMENT_CONTENT;
    return assignment->lost ? ASSIGNMENT_ABORT : ASSIGNMENT_BOUNDARY;
}

void assignment_settle(struct assignment *assignment)
{
    if (!assignment->revoking)
        return;
    struct task **leaving = mem_array(assignment->count + 1, sizeof(*leaving));
    size_t leaving_count = 0, kept = 0;
    for (size_t i = 0; i < assignment->count; i++) {
        struct task *task = assignment->tasks[i];
        if (task->state != TASK_LEAVING)
            assignment->tasks[kept++] = task;
        else
            leaving[leaving_count++] = task;
    }
    assignment->count = kept;
    if (!assignment->lost)
        unassign(assignment, leaving, leaving_count);
    assignment->revoking = assignment->lost = false;
    for (size_t i = 0; i < leaving_count; i++) {
        bool orphan = false;
        for (size_t j = 0; j < assignment->orphan_count; j++)
            orphan = orphan || assignment->orphans[j] == leaving[i];
        if (!orphan)
            task_free(leaving[i]);
    }
    free(leaving);
    begin_tasks(assignment, assignment->later);
    rd_kafka_topic_partition_list_destroy(assignment->later);
    assignment->later = rd_kafka_topic_partition_list_new(0);
    add_restored(assignment);
}

void assignment_restore_again(struct assignment *assignment, struct task *task)
{
    if (task->state == TASK_LEAVING)
        return;
    char *topic = mem_copy(task->topic, strlen(task->topic));
    int32_t partition = task->setup.partition;
    for (size_t i = 0; i < assignment->count; i++) {
        if (assignment->tasks[i] == task)
            assignment->tasks[i] = assignment->tasks[--assignment->count];
    }
    if (task->queue != NULL)
        unassign(assignment, &task, 1);
    task_free(task);
    struct task *again = make_task(assignment, topic, partition);
    if (again != NULL)
        restorer_add(assignment->restorer, &again, 1);
    free(topic);
}

struct task **assignment_tasks(const struct assignment *assignment, size_t *count)
{
    *count = assignment->count;
    return assignment->tasks;
}

bool assignment_joined(const struct assignment *assignment)
{
    return assignment->joined;
}

size_t assignment_restoring(const struct assignment *assignment)
{
    size_t restoring = 0;
    for (size_t i = 0; i < assignment->count; i++)
        restoring += assignment->tasks[i]->state == TASK_RESTORING ||
                     assignment->tasks[i]->state == TASK_RESTORED;
    return restoring;
}
