#include "ctl/requeue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/outputs.h"
#include "ctl/requeue_histogram.h"
#include "ctl/requeue_writer.h"
#include "kafka/topics.h"

enum { TIMEOUT_MS = 15000, BATCH_RECORDS = 500, BATCH_BYTES = 4 << 20 };

/* Topics that records may go to: looked up once each. */
struct goal {
    char *name;
    bool there;
};

struct work {
    const struct requeue *requeue;
    struct letters *letters;
    struct transact *transact; /* NULL: a dry run */
    struct requeue_histogram histogram;
    struct goal *goals;
    size_t goal_count;
    size_t records, bytes; /* of the open batch */
    uint64_t done;         /* letters that are settled by now, committed */
    bool unread;           /* what failed was the reading */
};

/* Whoever can write into a topic of ours could name any other: only those of this configuration
 * are written to unasked. */
static bool is_known(const struct config *config, struct str topic)
{
    for (size_t i = 0; i < config->source_count; i++) {
        if (str_equal(config->sources[i].topic, topic))
            return true;
    }
    return output_of_topic(config, topic) != OUTPUT_COUNT;
}

static bool is_there(struct work *work, struct str topic)
{
    struct error unused;
    for (size_t i = 0; i < work->goal_count; i++) {
        if (str_is(topic, work->goals[i].name))
            return work->goals[i].there;
    }
    work->goals = mem_resize(work->goals, work->goal_count + 1, sizeof(*work->goals));
    struct goal *goal = &work->goals[work->goal_count++];
    goal->name = mem_copy(topic.data, topic.size);
    goal->there = topics_partitions(work->letters->client, topic, TIMEOUT_MS, &unused) > 0;
    return goal->there;
}

static struct str target_of(const struct work *work, const struct letter *letter)
{
    return work->requeue->to ? str_from(work->requeue->to) : letter->topic;
}

/* What becomes of one that is meant. */
static enum requeue_fate fate_of(struct work *work, const struct letter *letter)
{
    const struct requeue *requeue = work->requeue;
    if (!letter_matches(letter, &requeue->filter))
        return REQUEUE_OTHER;
    if (requeue->discard)
        return REQUEUE_GOES;
    if (letter->replays >= LETTER_REPLAYS_MOST && !requeue->quarantined)
        return REQUEUE_QUARANTINED;
    struct str topic = target_of(work, letter);
    if (letter->output && !str_present(letter->record.value))
        return REQUEUE_EMPTY;
    if (str_empty(topic) || (requeue->to == NULL && !is_known(requeue->config, topic)))
        return REQUEUE_UNKNOWN;
    return is_there(work, topic) ? REQUEUE_GOES : REQUEUE_GONE;
}

static bool commit(struct work *work, struct error *err)
{
    if (work->records == 0)
        return true;
    if (!requeue_commit(work->transact, work->letters, err))
        return false;
    work->done += work->records;
    work->records = work->bytes = 0;
    return true;
}

/* One letter in its order. */
static bool take(struct work *work, const struct letter *letter,
                 struct letters_partition *partition, struct error *err)
{
    bool before = settled_has(&partition->settled, letter->record.offset);
    enum requeue_fate fate = before ? REQUEUE_BEFORE : fate_of(work, letter);
    requeue_histogram_add(&work->histogram, letter, fate);
    if (work->transact == NULL)
        return true;
    bool goes = fate == REQUEUE_GOES;
    if (goes && !work->requeue->discard &&
        !requeue_write(work->transact, letter, target_of(work, letter), err))
        return false;
    if (goes) {
        work->records++;
        work->bytes += letter->record.value.size;
        partition->changed = true;
    }
    settling_pass(&partition->walk, letter->record.offset, before || goes);
    if (work->records >= BATCH_RECORDS || work->bytes >= BATCH_BYTES)
        return commit(work, err);
    return true;
}

static bool walk(struct work *work, struct error *err)
{
    struct letter letter;
    struct letters_partition *partition;
    enum letters_news news;
    while ((news = letters_next(work->letters, &letter, &partition, err)) == LETTERS_ONE) {
        if (!take(work, &letter, partition, err))
            return false;
    }
    work->unread = news == LETTERS_FAILED;
    return !work->unread && commit(work, err);
}

/* What the broker refuses for good is no matter of trying again. */
static int failure_code(const struct work *work)
{
    return work->unread || work->transact == NULL ? EX_TEMPFAIL
                                                  : transact_exit_code(work->transact);
}

static int work_through(struct work *work)
{
    const struct requeue *requeue = work->requeue;
    struct error err;
    if (walk(work, &err)) {
        requeue_histogram_print(&work->histogram, requeue);
        return 0;
    }
    if (work->done > 0)
        fprintf(stderr, "%llu were %s before that\n", (unsigned long long)work->done,
                requeue->discard ? "discarded" : "requeued");
    return command_failed(requeue->command, failure_code(work),
                          "%s; called again it goes on where it was, and no record is lost or "
                          "written twice",
                          err.text);
}

/* The writer first: once it has its name, no other run of this command can commit any more, so what
 * the group has settled is known for certain. */
int requeue_run(const struct requeue *requeue)
{
    struct error err;
    struct work work = { .requeue = requeue };
    int code = EX_UNAVAILABLE;
    if (!requeue->dry_run)
        work.transact = transact_open(requeue->config, "requeue", &code, &err);
    if (requeue->dry_run || work.transact != NULL)
        work.letters = letters_open(requeue->config, false, &err);
    if (work.letters != NULL)
        code = work_through(&work);
    else
        command_failed(requeue->command, code, "%s", err.text);
    transact_close(work.transact);
    letters_close(work.letters);
    requeue_histogram_free(&work.histogram);
    for (size_t i = 0; i < work.goal_count; i++)
        free(work.goals[i].name);
    free(work.goals);
    return code;
}
