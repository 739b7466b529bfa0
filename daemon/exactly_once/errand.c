#include "exactly_once/errand.h"

#include "host/now.h"

/* A transaction that could not end within this is uncertain; below transaction.timeout.ms. */
enum { BUDGET_MS = 8000 };

/* A broker answers a commit before it has written the markers of all partitions. Who registers
 * partitions meanwhile is refused, and librdkafka asks again only 20 ms later. */
enum { SETTLE_MS = 3 };

static struct ending_setup ending_setup(const struct errand *errand)
{
    const struct transaction_setup *setup = errand->setup;
    return (struct ending_setup){ setup->consumer, setup->log, setup->failpoints, setup->stop };
}

void errand_commit(struct errand *errand)
{
    struct ending_setup setup = ending_setup(errand);
    time_ms start = now_monotonic();
    errand->refusing.count = 0;
    errand->ending = ending_commit(&setup, producer_client(errand->producer), errand->offsets,
                                   BUDGET_MS, &errand->refusing, &errand->why);
    errand->took = now_monotonic() - start;
    if (errand->ending == ENDING_DONE)
        now_wait(SETTLE_MS);
}

void errand_abort(struct errand *errand)
{
    struct ending_setup setup = ending_setup(errand);
    /* An abort of what never left this process would tell nothing. */
    if (errand->probe)
        rd_kafka_flush(producer_client(errand->producer), BUDGET_MS);
    errand->probe = false;
    errand->ending =
        ending_abort(&setup, producer_client(errand->producer), BUDGET_MS, &errand->why);
}

static bool failed_fatally(const struct producer *producer)
{
    char text[256];
    return producer != NULL && rd_kafka_fatal_error(producer_client(producer), text,
                                                    sizeof(text)) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

void errand_recreate(struct errand *errand)
{
    const struct transaction_setup *setup = errand->setup;
    struct ending_setup ending = ending_setup(errand);
    errand->ending = ENDING_FENCED;
    /* Fenced producers fail fatally, and so do others: only a member may go on. */
    if (failed_fatally(errand->old) && !ending_still_member(&ending))
        return;
    producer_free(errand->old);
    errand->old = NULL;
    errand->made =
        producer_new(setup->config, setup->name, setup->undeliverable, setup->log, &errand->why);
    if (errand->made == NULL) {
        errand->ending = ENDING_ABORT;
        return;
    }
    errand->ending = ending_initialise(&ending, producer_client(errand->made), &errand->why);
    if (errand->ending == ENDING_DONE && errand->ask &&
        !ending_read_committed(&ending, errand->offsets))
        errand->ending = ENDING_STOPPED;
}

void errand_forget_offsets(struct errand *errand)
{
    if (errand->offsets != NULL)
        rd_kafka_topic_partition_list_destroy(errand->offsets);
    errand->offsets = NULL;
}

void errand_clear(struct errand *errand)
{
    errand_forget_offsets(errand);
    producer_free(errand->old);
    producer_free(errand->made);
    errand->old = errand->made = NULL;
}
