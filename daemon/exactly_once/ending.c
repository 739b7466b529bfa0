#include "exactly_once/ending.h"

#include <stdio.h>
#include <string.h>

#include "host/now.h"
#include "kafka/kafka_conf.h"

enum {
    SLICE_MS = 500,
    SLICE_MOST_MS = 4000,
    PAUSE_MS = 100,
    AGAIN_MS = 10,
    MEMBER_MS = 3500,
    QUERY_MS = 2000
};
/* A transaction that could not end within this is uncertain; below transaction.timeout.ms. */
enum { BUDGET_MS = 8000, FLUSH_MS = 1500 };
/* A broker answers a commit before it has written the markers of all partitions. Who registers
 * partitions meanwhile is refused, and librdkafka asks again only 20 ms later. */
enum { SETTLE_MS = 3 };

/* True: the same call again, after a breath. */
static bool again(const struct verdict *verdict, time_ms deadline)
{
    if (verdict->remedy != REMEDY_RETRY || now_monotonic() >= deadline)
        return false;
    now_wait(AGAIN_MS);
    return true;
}

/* What is still to be tried again when the time is over. */
static void out_of_time(struct verdict *verdict, enum remedy remedy)
{
    if (verdict->remedy == REMEDY_RETRY)
        verdict->remedy = remedy;
}

/* The group's metadata for one attempt, or NULL + verdict: we are no member, or no longer the
 * member that opened the transaction. Coordinators take offsets from any valid member, whoever owns
 * the partitions; so a membership that came after a loss must not carry what was done before it.
 * The loop raises the epoch before it answers a loss, and only then can there be another
 * membership: metadata that was taken before the comparison is therefore of the epoch compared. */
static rd_kafka_consumer_group_metadata_t *membership(const struct ending *ending,
                                                      struct verdict *verdict)
{
    /* An empty member id would let anybody in. */
    char *member = rd_kafka_memberid(ending->setup.consumer);
    bool known = member != NULL && member[0] != '\0';
    if (member != NULL)
        rd_kafka_mem_free(ending->setup.consumer, member);
    rd_kafka_consumer_group_metadata_t *metadata =
        known ? rd_kafka_consumer_group_metadata(ending->setup.consumer) : NULL;
    if (metadata == NULL) {
        verdict_worsen(verdict, REMEDY_ABORT, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
                       "no member of the group just now");
        return NULL;
    }
    if (atomic_load(ending->setup.epoch) == ending->epoch)
        return metadata;
    rd_kafka_consumer_group_metadata_destroy(metadata);
    verdict_worsen(verdict, REMEDY_ABORT, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
                   "the membership it began under is lost");
    return NULL;
}

static struct verdict send_offsets(const struct ending *ending, time_ms deadline)
{
    struct verdict verdict;
    /* What the broker has not answered by then it is asked anew, so one that takes longer would
     * never have answered: it gets more time each time. */
    int slice = SLICE_MS / 2;
    do {
        slice = slice < SLICE_MOST_MS ? 2 * slice : slice;
        verdict = (struct verdict){ 0 };
        /* Fresh for every attempt: an old generation fences us out. */
        rd_kafka_consumer_group_metadata_t *group = membership(ending, &verdict);
        if (group == NULL)
            return verdict;
        verdict = verdict_of(rd_kafka_send_offsets_to_transaction(producer_client(ending->producer),
                                                                  ending->offsets, group, slice),
                             REMEDY_RECREATE);
        rd_kafka_consumer_group_metadata_destroy(group);
    } while (again(&verdict, deadline));
    out_of_time(&verdict, REMEDY_RECREATE);
    return verdict;
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
static struct verdict flush(struct ending *ending)
{
    struct verdict verdict = { 0 };
    rd_kafka_t *producer = producer_client(ending->producer);
    rd_kafka_resp_err_t code = rd_kafka_flush(producer, FLUSH_MS);
    /* Otherwise the commit flushes what is left, and finds out for itself. */
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR && find_refusing(producer, &ending->refusing))
        verdict_worsen(&verdict, REMEDY_ABORT, ending->refusing.items[0].code,
                       "records wait for topic '%s': %s", ending->refusing.items[0].topic,
                       rd_kafka_err2str(ending->refusing.items[0].code));
    return verdict;
}

static struct verdict commit(const struct ending *ending, time_ms deadline)
{
    struct verdict verdict;
    do {
        verdict = verdict_of(
            rd_kafka_commit_transaction(producer_client(ending->producer), SLICE_MS), REMEDY_ASK);
    } while (again(&verdict, deadline));
    /* Fatal: whether the request got through is not known. */
    if (verdict.remedy == REMEDY_RECREATE || verdict.remedy == REMEDY_RETRY)
        verdict.remedy = REMEDY_ASK;
    return verdict;
}

static struct verdict end_committed(struct ending *ending)
{
    time_ms deadline = now_monotonic() + BUDGET_MS;
    struct failpoints *failpoints = ending->setup.failpoints;
    struct verdict verdict = { 0 };
    FAILPOINT(failpoints, "before_send_offsets");
    if (ending->offsets->cnt > 0)
        verdict = send_offsets(ending, deadline);
    if (verdict.remedy != REMEDY_NONE)
        return verdict;
    FAILPOINT(failpoints, "after_send_offsets");
    verdict = flush(ending);
    if (verdict.remedy != REMEDY_NONE)
        return verdict;
    FAILPOINT(failpoints, "before_commit");
    verdict = commit(ending, deadline);
    if (verdict.remedy == REMEDY_NONE) {
        FAILPOINT(failpoints, "after_commit");
    }
    return verdict;
}

void ending_commit(struct ending *ending)
{
    time_ms start = now_monotonic();
    ending->refusing.count = 0;
    ending->verdict = end_committed(ending);
    ending->took = now_monotonic() - start;
    if (ending->verdict.remedy == REMEDY_NONE)
        now_wait(SETTLE_MS);
}

void ending_abort(struct ending *ending)
{
    rd_kafka_t *producer = producer_client(ending->producer);
    /* An abort of what never left this process would tell nothing. */
    if (ending->probe)
        rd_kafka_flush(producer, BUDGET_MS);
    ending->probe = false;
    time_ms deadline = now_monotonic() + BUDGET_MS;
    do {
        ending->verdict =
            verdict_of(rd_kafka_abort_transaction(producer, SLICE_MS), REMEDY_RECREATE);
    } while (again(&ending->verdict, deadline));
    out_of_time(&ending->verdict, REMEDY_RECREATE);
}

/* ---- a new producer */

static bool failed_fatally(const struct producer *producer)
{
    char text[256];
    return producer != NULL && rd_kafka_fatal_error(producer_client(producer), text,
                                                    sizeof(text)) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* A producer under our name was fenced. Waits until the consumer must have heard it if the group
 * has given its place away, too. True: still a member, the producer may be made anew. */
static bool still_member(const struct ending *ending)
{
    char text[256];
    time_ms deadline = now_monotonic() + MEMBER_MS;
    do {
        if (rd_kafka_fatal_error(ending->setup.consumer, text, sizeof(text)) !=
            RD_KAFKA_RESP_ERR_NO_ERROR)
            return false;
        now_wait(PAUSE_MS);
    } while (now_monotonic() < deadline && !atomic_load(ending->setup.stop));
    return true;
}

/* init_transactions, as long as it takes. */
static struct verdict initialise(const struct ending *ending)
{
    rd_kafka_t *producer = producer_client(ending->made);
    struct verdict verdict;
    kafka_warm(producer, QUERY_MS);
    for (;;) {
        verdict = (struct verdict){ 0 };
        if (atomic_load(ending->setup.stop)) {
            verdict_worsen(&verdict, REMEDY_STOP, RD_KAFKA_RESP_ERR_NO_ERROR, "asked to stop");
            return verdict;
        }
        verdict = verdict_of(rd_kafka_init_transactions(producer, SLICE_MS), REMEDY_DIE);
        if (verdict.remedy == REMEDY_NONE)
            return verdict;
        bool away = verdict.code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
                    verdict.code == RD_KAFKA_RESP_ERR__TRANSPORT;
        if (verdict.remedy != REMEDY_RETRY && !away) {
            verdict.remedy = REMEDY_DIE;
            return verdict;
        }
        now_wait(away ? PAUSE_MS : AGAIN_MS);
    }
}

/* Fills the committed offsets and metadata of `offsets`, as long as it takes. */
static struct verdict read_committed(const struct ending *ending)
{
    struct verdict verdict = { 0 };
    rd_kafka_topic_partition_list_t *list = ending->offsets;
    for (;;) {
        rd_kafka_resp_err_t code = rd_kafka_committed(ending->setup.consumer, list, QUERY_MS);
        for (int i = 0; i < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
            code = list->elems[i].err;
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            return verdict;
        if (atomic_load(ending->setup.stop)) {
            verdict_worsen(&verdict, REMEDY_STOP, code, "asked to stop");
            return verdict;
        }
        log_say(ending->setup.log, LOGGED_INFO, "waiting for committed offsets: %s",
                rd_kafka_err2str(code));
        now_wait(PAUSE_MS);
    }
}

void ending_recreate(struct ending *ending)
{
    struct error why;
    ending->verdict = (struct verdict){ 0 };
    /* Fenced producers fail fatally, and so do others: only a member may go on. */
    if (failed_fatally(ending->producer) && !still_member(ending)) {
        verdict_worsen(&ending->verdict, REMEDY_YIELD, RD_KAFKA_RESP_ERR__FENCED,
                       "the name is another process's");
        return;
    }
    producer_free(ending->producer);
    ending->producer = NULL;
    ending->made = producer_new(ending->config, ending->setup.name, ending->setup.undeliverable,
                                ending->setup.log, &why);
    if (ending->made == NULL) {
        verdict_worsen(&ending->verdict, REMEDY_DIE, RD_KAFKA_RESP_ERR__FAIL, "%.250s", why.text);
        return;
    }
    ending->verdict = initialise(ending);
    if (ending->verdict.remedy == REMEDY_NONE && ending->ask)
        ending->verdict = read_committed(ending);
}

void ending_forget_offsets(struct ending *ending)
{
    if (ending->offsets != NULL)
        rd_kafka_topic_partition_list_destroy(ending->offsets);
    ending->offsets = NULL;
}

void ending_clear(struct ending *ending)
{
    ending_forget_offsets(ending);
    producer_free(ending->made);
    ending->made = NULL;
}
