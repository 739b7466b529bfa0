#include "ctl/state_survey.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"
#include "config/outputs.h"
#include "host/now.h"
#include "kafka/follow.h"
#include "model/changelog.h"
#include "track/ticket.h"

enum { ANSWER_MS = 15000, PATIENCE_MS = 60000, POLL_MS = 200 };

/* A ticket that is there. */
struct seen {
    struct str key; /* owned */
    int version;
};

static struct str key_of(const void *value)
{
    return ((const struct seen *)value)->key;
}

static void forget(struct surveyed *changelog, struct str key)
{
    struct seen *seen = table_remove(changelog->seen, key);
    if (seen == NULL)
        return;
    changelog->tickets[seen->version]--;
    free((char *)seen->key.data);
    free(seen);
}

static void take_ticket(struct surveyed *changelog, struct str key, struct str value)
{
    forget(changelog, key);
    if (!str_present(value))
        return;
    struct seen *seen = mem_alloc(sizeof(*seen));
    *seen = (struct seen){ { mem_copy(key.data, key.size), key.size }, ticket_version(value) };
    table_put(changelog->seen, seen);
    changelog->tickets[seen->version]++;
}

static bool take_record(void *arg, struct follow_item *item, struct error *err)
{
    (void)arg;
    struct surveyed *changelog = item->place->owner;
    const rd_kafka_message_t *message = item->message;
    struct str key = { message->key, message->key ? message->key_len : 0 };
    struct str value = { message->payload, message->payload ? message->len : 0 };
    int64_t partitions = 0;
    if (changelog->changelog == OUTPUT_STATE && str_starts(key, STR("t/")))
        take_ticket(changelog, key, value);
    if (!str_is(key, CHANGELOG_FORMAT_KEY) || !str_present(value))
        return true;
    return changelog_format(value, &changelog->versions[item->place->partition], &partitions,
                            err) ||
           error_prefix(err, "topic '%s' partition %d", item->place->topic,
                        (int)item->place->partition);
}

static bool add_changelog(struct survey *survey, const struct config *config, enum stage stage,
                          enum output output, struct error *err)
{
    struct surveyed *changelog = &survey->changelogs[survey->count];
    struct str topic = output_topic(config, output, 0);
    int partitions =
        follow_topic(survey->follow, topic, FOLLOW_FROM_START, ANSWER_MS, changelog, err);
    if (partitions == 0)
        error_set(err, "topic '%.*s' is missing", STR_ARG(topic));
    if (partitions <= 0)
        return false;
    *changelog = (struct surveyed){ .changelog = output,
                                    .newest = stages[stage].ops->newest,
                                    .partitions = partitions,
                                    .versions = mem_array((size_t)partitions, sizeof(int64_t)),
                                    .seen = table_new(key_of) };
    survey->count++;
    return true;
}

static bool add_changelogs(struct survey *survey, const struct config *config, struct error *err)
{
    for (enum stage stage = 0; stage < STAGE_COUNT; stage++) {
        for (size_t i = 0; i < stages[stage].changelog_count; i++) {
            enum output output = stages[stage].changelogs[i];
            if (output_published(config, output) &&
                !add_changelog(survey, config, stage, output, err))
                return false;
        }
    }
    return true;
}

struct survey *survey_open(const struct config *config, struct error *err)
{
    struct survey *survey = mem_alloc(sizeof(*survey));
    survey->follow = follow_open(config, NULL, err);
    if (survey->follow != NULL && add_changelogs(survey, config, err) &&
        follow_start(survey->follow, err) &&
        follow_all(survey->follow, PATIENCE_MS, take_record, NULL, err) == FOLLOW_END)
        return survey;
    survey_close(survey);
    return NULL;
}

void survey_close(struct survey *survey)
{
    if (survey == NULL)
        return;
    for (size_t i = 0; i < survey->count; i++) {
        struct surveyed *changelog = &survey->changelogs[i];
        size_t at = 0;
        for (struct seen *seen; (seen = table_next(changelog->seen, &at)) != NULL;) {
            free((char *)seen->key.data);
            free(seen);
        }
        table_free(changelog->seen);
        free(changelog->versions);
    }
    follow_close(survey->follow);
    free(survey);
}

static bool is_raised(const struct survey *survey)
{
    for (size_t i = 0; i < survey->count; i++) {
        if (surveyed_partitions(&survey->changelogs[i], 1, survey->changelogs[i].newest - 1) > 0)
            return false;
    }
    return true;
}

bool survey_wait(struct survey *survey, time_ms timeout, struct error *err)
{
    time_ms deadline = now_monotonic() + timeout;
    while (!is_raised(survey) && now_monotonic() < deadline) {
        struct follow_item item;
        enum follow_news news = follow_next(survey->follow, POLL_MS, &item, err);
        bool fine = news != FOLLOW_RECORD || take_record(NULL, &item, err);
        if (news == FOLLOW_RECORD)
            rd_kafka_message_destroy(item.message);
        if (!fine || follow_is_final(news))
            return false;
    }
    return true;
}

int surveyed_partitions(const struct surveyed *changelog, int64_t least, int64_t most)
{
    int count = 0;
    for (int i = 0; i < changelog->partitions; i++)
        count += changelog->versions[i] >= least && changelog->versions[i] <= most;
    return count;
}

size_t surveyed_ahead(const struct surveyed *changelog)
{
    int64_t oldest = INT64_MAX;
    size_t ahead = 0;
    for (int i = 0; i < changelog->partitions; i++) {
        if (changelog->versions[i] > 0 && changelog->versions[i] < oldest)
            oldest = changelog->versions[i];
    }
    for (int64_t version = oldest; version < UINT8_MAX; version++)
        ahead += changelog->tickets[version + 1];
    return ahead;
}
