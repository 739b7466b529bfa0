#include "exactly_once/verify.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/aside.h"

enum { QUERY_MS = 2000 };

struct question {
    char *topic;
    int32_t partition;
    int64_t end; /* -1: no answer */
};

struct verifier {
    rd_kafka_t *consumer;
    struct aside *thread;
    struct question *questions;
    size_t count;
    bool answered; /* the questions have their answers */
    bool stale;    /* which are too old */
};

static void run(void *arg)
{
    struct verifier *verifier = arg;
    for (size_t i = 0; i < verifier->count; i++) {
        struct question *question = &verifier->questions[i];
        int64_t low;
        if (rd_kafka_query_watermark_offsets(verifier->consumer, question->topic,
                                             question->partition, &low, &question->end,
                                             QUERY_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
            question->end = -1;
    }
}

static void done(void *arg)
{
    struct verifier *verifier = arg;
    verifier->answered = true;
}

struct verifier *verifier_new(struct event_base *base, rd_kafka_t *consumer, struct error *err)
{
    struct aside *thread = aside_new(base, "verifier", err);
    if (thread == NULL)
        return NULL;
    struct verifier *verifier = mem_alloc(sizeof(*verifier));
    verifier->consumer = consumer;
    verifier->thread = thread;
    return verifier;
}

static void forget(struct verifier *verifier)
{
    for (size_t i = 0; i < verifier->count; i++)
        free(verifier->questions[i].topic);
    free(verifier->questions);
    verifier->questions = NULL;
    verifier->count = 0;
    verifier->answered = verifier->stale = false;
}

void verifier_free(struct verifier *verifier)
{
    if (verifier == NULL)
        return;
    aside_free(verifier->thread);
    forget(verifier);
    free(verifier);
}

static bool take_answers(struct verifier *verifier, struct task **tasks, size_t count)
{
    bool heard = false;
    for (size_t i = 0; i < verifier->count; i++) {
        const struct question *question = &verifier->questions[i];
        heard = heard || (question->end >= 0 && !verifier->stale);
        for (size_t j = 0; j < count && question->end >= 0 && !verifier->stale; j++) {
            if (tasks[j]->setup.partition == question->partition &&
                strcmp(tasks[j]->topic, question->topic) == 0)
                task_trust(tasks[j], question->end);
        }
    }
    forget(verifier);
    return heard;
}

static void add_question(struct verifier *verifier, const char *topic, int32_t partition)
{
    verifier->questions =
        mem_resize(verifier->questions, verifier->count + 1, sizeof(*verifier->questions));
    verifier->questions[verifier->count++] =
        (struct question){ mem_copy(topic, strlen(topic)), partition, -1 };
}

bool verifier_ask(struct verifier *verifier, struct task **tasks, size_t count, const char *probe)
{
    bool heard = verifier->answered && take_answers(verifier, tasks, count);
    if (aside_busy(verifier->thread))
        return heard;
    for (size_t i = 0; i < count; i++) {
        if (tasks[i]->unsure)
            add_question(verifier, tasks[i]->topic, tasks[i]->setup.partition);
    }
    if (probe != NULL && verifier->count == 0)
        add_question(verifier, probe, 0);
    if (verifier->count > 0)
        aside_run(verifier->thread, run, done, verifier);
    return heard;
}

void verifier_distrust(struct verifier *verifier)
{
    verifier->stale = verifier->count > 0;
}
