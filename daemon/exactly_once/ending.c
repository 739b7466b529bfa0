#include "exactly_once/ending.h"

#include <stdio.h>
#include <string.h>

#include "kafka/kafka_conf.h"
#include "host/now.h"

enum { SLICE_MS = 500, PAUSE_MS = 100, MEMBER_MS = 3500, QUERY_MS = 2000, FLUSH_MS = 1500 };

/* Kafka errors keep their verdicts. `unflagged` is what an error without any means here; true:
 * try again. Destroys `error`. */
static bool judge(rd_kafka_error_t *error, enum ending unflagged, enum ending *ending,
                  struct error *why)
{
    bool again = rd_kafka_error_is_retriable(error);
    error_set(why, "%s: %s", rd_kafka_error_name(error), rd_kafka_error_string(error));
    if (rd_kafka_error_is_fatal(error))
        *ending = ENDING_RECREATE;
    else if (rd_kafka_error_txn_requires_abort(error))
        *ending = ENDING_ABORT;
    else
        *ending = unflagged;
    rd_kafka_error_destroy(error);
    if (again)
        now_wait(10);
    return again;
}

static enum ending send_offsets(const struct ending_setup *setup, rd_kafka_t *producer,
                                const rd_kafka_topic_partition_list_t *offsets, time_ms deadline,
                                struct error *why)
{
    for (;;) {
        /* Fresh for every commit: an old generation fences us out, an empty member id would let
         * anybody in. */
        char *member = rd_kafka_memberid(setup->consumer);
        bool known = member != NULL && member[0] != '\0';
        if (member != NULL)
            rd_kafka_mem_free(setup->consumer, member);
        if (!known) {
            error_set(why, "no member of the group just now");
            return ENDING_ABORT;
        }
        rd_kafka_consumer_group_metadata_t *group =
            rd_kafka_consumer_group_metadata(setup->consumer);
        rd_kafka_error_t *error =
            rd_kafka_send_offsets_to_transaction(producer, offsets, group, SLICE_MS);
        rd_kafka_consumer_group_metadata_destroy(group);
        enum ending ending;
        if (error == NULL)
            return ENDING_DONE;
        if (!judge(error, ENDING_RECREATE, &ending, why))
            return ending;
        if (now_monotonic() >= deadline)
            return ENDING_RECREATE;
    }
}

/* True: records wait for topics that take none. */
static bool find_refusing(rd_kafka_t *producer, struct refusing *refusing)
{
    const rd_kafka_metadata_t *metadata;
    if (rd_kafka_metadata(producer, 0, NULL, &metadata, QUERY_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    int most = (int)(sizeof(refusing->items) / sizeof(refusing->items[0]));
    for (int i = 0; i < metadata->topic_cnt && refusing->count < most; i++) {
        const rd_kafka_metadata_topic_t *topic = &metadata->topics[i];
        if (topic->err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
            topic->err != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
            continue;
        snprintf(refusing->items[refusing->count].topic,
                 sizeof(refusing->items[refusing->count].topic), "%s", topic->topic);
        refusing->items[refusing->count++].code = topic->err;
    }
    rd_kafka_metadata_destroy(metadata);
    return refusing->count > 0;
}

/* Emptied first: a commit that has to flush keeps the transaction open longer. */
static enum ending flush(rd_kafka_t *producer, struct refusing *refusing, struct error *why)
{
    rd_kafka_resp_err_t code = rd_kafka_flush(producer, FLUSH_MS);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || !find_refusing(producer, refusing))
        return ENDING_DONE; /* the commit flushes what is left, and finds out for itself */
    error_set(why, "records wait for topic '%s': %s", refusing->items[0].topic,
              rd_kafka_err2str(refusing->items[0].code));
    return ENDING_ABORT;
}

enum ending ending_commit(const struct ending_setup *setup, rd_kafka_t *producer,
                          const rd_kafka_topic_partition_list_t *offsets, time_ms budget,
                          struct refusing *refusing, struct error *why)
{
    time_ms deadline = now_monotonic() + budget;
    enum ending ending = ENDING_DONE;
    FAILPOINT(setup->failpoints, "before_send_offsets");
    if (offsets->cnt > 0)
        ending = send_offsets(setup, producer, offsets, deadline, why);
    if (ending != ENDING_DONE)
        return ending;
    FAILPOINT(setup->failpoints, "after_send_offsets");
    ending = flush(producer, refusing, why);
    if (ending != ENDING_DONE)
        return ending;
    FAILPOINT(setup->failpoints, "before_commit");
    for (;;) {
        rd_kafka_error_t *error = rd_kafka_commit_transaction(producer, SLICE_MS);
        if (error == NULL)
            break;
        bool again = judge(error, ENDING_UNCERTAIN, &ending, why);
        if (ending == ENDING_RECREATE) /* fatal: whether the request got through is not known */
            ending = ENDING_UNCERTAIN;
        if (!again)
            return ending;
        if (now_monotonic() >= deadline)
            return ENDING_UNCERTAIN;
    }
    FAILPOINT(setup->failpoints, "after_commit");
    return ENDING_DONE;
}

enum ending ending_abort(const struct ending_setup *setup, rd_kafka_t *producer, time_ms budget,
                         struct error *why)
{
    (void)setup;
    time_ms deadline = now_monotonic() + budget;
    for (;;) {
        rd_kafka_error_t *error = rd_kafka_abort_transaction(producer, SLICE_MS);
        if (error == NULL)
            return ENDING_DONE;
        enum ending ending;
        if (!judge(error, ENDING_RECREATE, &ending, why) || now_monotonic() >= deadline)
            return ENDING_RECREATE;
    }
}

enum ending ending_initialise(const struct ending_setup *setup, rd_kafka_t *producer,
                              struct error *why)
{
    kafka_warm(producer, QUERY_MS);
    for (;;) {
        if (atomic_load(setup->stop))
            return ENDING_STOPPED;
        rd_kafka_error_t *error = rd_kafka_init_transactions(producer, SLICE_MS);
        if (error == NULL)
            return ENDING_DONE;
        rd_kafka_resp_err_t code = rd_kafka_error_code(error);
        enum ending ending;
        if (judge(error, ENDING_ABORT, &ending, why))
            continue;
        if (code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TRANSPORT) {
            now_wait(PAUSE_MS);
            continue;
        }
        return ENDING_ABORT;
    }
}

bool ending_still_member(const struct ending_setup *setup)
{
    char text[256];
    time_ms deadline = now_monotonic() + MEMBER_MS;
    do {
        if (rd_kafka_fatal_error(setup->consumer, text, sizeof(text)) != RD_KAFKA_RESP_ERR_NO_ERROR)
            return false;
        now_wait(PAUSE_MS);
    } while (now_monotonic() < deadline && !atomic_load(setup->stop));
    return true;
}

bool ending_read_committed(const struct ending_setup *setup, rd_kafka_topic_partition_list_t *list)
{
    for (;;) {
        rd_kafka_resp_err_t code = rd_kafka_committed(setup->consumer, list, QUERY_MS);
        for (int i = 0; i < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
            code = list->elems[i].err;
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            return true;
        if (atomic_load(setup->stop))
            return false;
        log_say(setup->log, LOGGED_INFO, "waiting for committed offsets: %s",
                rd_kafka_err2str(code));
        now_wait(PAUSE_MS);
    }
}
