#include "ctl/repartition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "ctl/transact.h"
#include "host/now.h"
#include "kafka/follow.h"
#include "kafka/kafka_conf.h"
#include "kafka/offsets.h"
#include "kafka/topics.h"
#include "model/changelog.h"

enum { TIMEOUT_MS = 15000, PATIENCE_MS = 60000, BATCH = 5000 };

/* What every partition gets: a definition that tickets of several may use (its key is a hash of its
 * text, so all that have one key are the same), or an erasure of an account, whose home may be
 * another now. */
struct definition {
    struct str key, value; /* owned */
};

struct work {
    const struct command *command;
    const struct config *old, *next;
    char group[300];
    rd_kafka_t *client; /* asks for the group's offsets */
    struct transact *transact;
    struct table *definitions;
    int32_t partitions; /* of the home topic, now */
    int32_t before;     /* of the old changelog */
    int64_t version;    /* of its records: the highest */
    time_ms stream;     /* the highest of all partitions */
    uint64_t copied;
    size_t open; /* records in the open transaction */
    int code;    /* to exit with where the writing failed; 0: it did not */
};

static struct str definition_of(const void *value)
{
    return ((const struct definition *)value)->key;
}

/* ---- what must hold before anything is written */

static bool check_names(const struct work *work, struct error *err)
{
    const struct config_topics *old = &work->old->topics, *next = &work->next->topics;
    if (!str_equal(old->home, next->home) ||
        !str_equal(kafka_property(work->old, "group.id"), kafka_property(work->next, "group.id")))
        return error_set(err, "both configurations must have the same home topic and group");
    return !str_equal(old->state, next->state) ||
           error_set(err,
                     "both keep their state in '%.*s': `topics: { state: ... }` of the new one "
                     "must name a new topic",
                     STR_ARG(old->state));
}

/* Members would go on committing. */
static bool check_group(struct work *work, struct error *err)
{
    const struct rd_kafka_group_list *list = NULL;
    rd_kafka_resp_err_t code = rd_kafka_list_groups(work->client, work->group, &list, TIMEOUT_MS);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(err, "group '%s': %s", work->group, rd_kafka_err2str(code));
    int members = list->group_cnt > 0 ? list->groups[0].member_cnt : 0;
    rd_kafka_group_list_destroy(list);
    return members == 0 || error_set(err, "the group '%s' has %d members: stop every router first",
                                     work->group, members);
}

static bool check_topics(struct work *work, struct error *err)
{
    struct str home = work->next->topics.home, state = work->next->topics.state;
    int found = topics_partitions(work->client, state, TIMEOUT_MS, err);
    work->partitions = topics_partitions(work->client, home, TIMEOUT_MS, err);
    work->before = topics_partitions(work->client, work->old->topics.state, TIMEOUT_MS, err);
    if (found < 0 || work->partitions < 0 || work->before < 0)
        return false;
    if (found != work->partitions)
        return error_set(err,
                         "'%.*s' has %d partitions and '%.*s' %d: they must be equal (kafka-topics "
                         "--alter, `ombudctl topics create`)",
                         STR_ARG(home), work->partitions, STR_ARG(state), found);
    if (work->partitions < work->before)
        return error_set(err, "a topic cannot have fewer partitions than before");
    for (int32_t i = 0; i < found; i++) {
        int64_t low = 0, high = 0;
        rd_kafka_resp_err_t code =
            rd_kafka_query_watermark_offsets(work->client, state.data, i, &low, &high, TIMEOUT_MS);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            return error_set(err, "'%.*s': %s", STR_ARG(state), rd_kafka_err2str(code));
        if (high > 0)
            return error_set(err, "'%.*s' is not empty: delete it and create it again",
                             STR_ARG(state));
    }
    return true;
}

static bool follow_committed(struct work *work, struct follow *follow,
                             const rd_kafka_topic_partition_t *place, struct error *err)
{
    int64_t low = 0, high = 0;
    struct offset_note note = { 0 };
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        work->client, place->topic, place->partition, &low, &high, TIMEOUT_MS);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR || place->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(err, "'%s' partition %d: %s", place->topic, (int)place->partition,
                         rd_kafka_err2str(code ? code : place->err));
    if (!offset_note_parse((struct str){ place->metadata, place->metadata_size }, &note, err))
        return false;
    work->stream = time_max(work->stream, note.stream);
    int64_t from = place->offset < 0 ? low : place->offset;
    if (from < high)
        follow_partition(follow, place->topic, place->partition, from, high, NULL);
    return true;
}

static bool refuse_unread(void *arg, struct follow_item *item, struct error *err)
{
    (void)arg;
    return error_set(err,
                     "'%s' partition %d has records that were not routed yet: stop the producers, "
                     "let the routers finish, then stop these",
                     item->place->topic, (int)item->place->partition);
}

/* What waits in an old partition may belong to a ticket that moves: it would come after newer
 * events of that ticket. */
static bool check_read(struct work *work, struct error *err)
{
    const char *home = work->old->topics.home.data;
    struct follow *follow = follow_open(work->old, NULL, err);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(work->before);
    rd_kafka_topic_partition_list_add_range(list, home, 0, work->before - 1);
    rd_kafka_resp_err_t code = rd_kafka_committed(work->client, list, TIMEOUT_MS);
    bool fine =
        follow != NULL && (code == RD_KAFKA_RESP_ERR_NO_ERROR ||
                           error_set(err, "group '%s': %s", work->group, rd_kafka_err2str(code)));
    for (int i = 0; fine && i < list->cnt; i++)
        fine = follow_committed(work, follow, &list->elems[i], err);
    fine = fine && follow_start(follow, err) &&
           follow_all(follow, PATIENCE_MS, refuse_unread, NULL, err) == FOLLOW_END;
    rd_kafka_topic_partition_list_destroy(list);
    follow_close(follow);
    return fine;
}

/* ---- copying */

static bool write(struct work *work, int32_t partition, struct str key, struct str value,
                  struct error *err)
{
    const struct transact_record record = { .topic = work->next->topics.state.data,
                                            .partition = partition,
                                            .otherwise = partition,
                                            .key = key,
                                            .value = value };
    if (!transact_write(work->transact, &record, err))
        return false;
    if (++work->open < BATCH)
        return true;
    work->open = 0;
    return transact_commit(work->transact, work->group, NULL, err);
}

/* One that nobody uses any more in one partition others may use in another: what is needless is
 * dropped when it is restored. */
static void keep_definition(struct work *work, struct str key, struct str value)
{
    if (!str_present(value) || table_get(work->definitions, key) != NULL)
        return;
    struct definition *definition = mem_alloc(sizeof(*definition));
    *definition = (struct definition){ { mem_copy(key.data, key.size), key.size },
                                       { mem_copy(value.data, value.size), value.size } };
    table_put(work->definitions, definition);
}

/* {"version":3,"partitions":12} */
static bool take_format(struct work *work, struct str value, struct error *err)
{
    int64_t version = 0, partitions = 0;
    if (!str_present(value) || !changelog_format(value, &version, &partitions, err))
        return error_set(err, "the changelog's own record '%s' is damaged", CHANGELOG_FORMAT_KEY);
    if (partitions != work->before)
        return error_set(err, "the changelog was written for %lld partitions and has %d",
                         (long long)partitions, work->before);
    work->version = version > work->version ? version : work->version;
    return true;
}

static bool take_record(void *arg, struct follow_item *item, struct error *err)
{
    struct work *work = arg;
    const rd_kafka_message_t *message = item->message;
    struct str key = { message->key, message->key ? message->key_len : 0 };
    struct str value = { message->payload, message->payload ? message->len : 0 };
    if (str_is(key, CHANGELOG_FORMAT_KEY))
        return take_format(work, value, err);
    if (str_starts(key, STR("m/")))
        return true; /* the load of departments, by partition: they tell each other anew */
    if (str_starts(key, STR("d/")) || str_starts(key, STR("e/"))) {
        keep_definition(work, key, value);
        return true;
    }
    if (!str_starts(key, STR("t/")) && !str_starts(key, STR("x/")))
        return error_set(err, "'%.*s' is no key of this changelog", STR_ARG(key));
    struct str ticket = { key.data + 2, key.size - 2 };
    work->copied += str_starts(key, STR("t/")) && str_present(value);
    return write(work, kafka_partition(ticket, work->partitions), key, value, err);
}

static bool copy(struct work *work, struct error *err)
{
    struct follow *follow = follow_open(work->old, NULL, err);
    bool fine = follow != NULL &&
                follow_topic(follow, work->old->topics.state, FOLLOW_FROM_START, TIMEOUT_MS, NULL,
                             err) >= 0 &&
                follow_start(follow, err) &&
                follow_all(follow, PATIENCE_MS, take_record, work, err) == FOLLOW_END;
    follow_close(follow);
    return fine;
}

static bool write_definitions(struct work *work, int32_t partition, struct error *err)
{
    size_t at = 0;
    for (const struct definition *one; (one = table_next(work->definitions, &at)) != NULL;) {
        if (!write(work, partition, one->key, one->value, err))
            return false;
    }
    return true;
}

/* New partitions begin where their log begins; a position says that this was meant. */
static bool list_positions(struct work *work, rd_kafka_topic_partition_list_t *list,
                           struct error *err)
{
    char text[OFFSET_NOTE_SIZE];
    const struct offset_note note = { .stream = work->stream };
    const char *home = work->next->topics.home.data;
    for (int32_t i = work->before; i < work->partitions; i++) {
        int64_t low = 0, high = 0;
        rd_kafka_resp_err_t code =
            rd_kafka_query_watermark_offsets(work->client, home, i, &low, &high, TIMEOUT_MS);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            return error_set(err, "'%s' partition %d: %s", home, (int)i, rd_kafka_err2str(code));
        rd_kafka_topic_partition_t *place = rd_kafka_topic_partition_list_add(list, home, i);
        place->offset = low;
        offset_note_format(&note, text);
        place->metadata_size = strlen(text);
        place->metadata = mem_copy(text, strlen(text));
    }
    return true;
}

/* What makes it valid, all at once: without it no router takes the new changelog. */
static bool finish(struct work *work, struct error *err)
{
    char format[64];
    int size = snprintf(format, sizeof(format), "{\"version\":%lld,\"partitions\":%d}",
                        (long long)work->version, work->partitions);
    bool fine = true;
    for (int32_t i = 0; fine && i < work->partitions; i++)
        fine = write_definitions(work, i, err);
    if (!fine || !transact_commit(work->transact, work->group, NULL, err))
        return false;
    work->open = 0;
    for (int32_t i = 0; fine && i < work->partitions && work->version > 0; i++)
        fine = write(work, i, STR(CHANGELOG_FORMAT_KEY), (struct str){ format, (size_t)size }, err);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(work->partitions);
    fine = fine && list_positions(work, list, err) &&
           transact_commit(work->transact, work->group, list->cnt > 0 ? list : NULL, err);
    rd_kafka_topic_partition_list_destroy(list);
    return fine;
}

static bool repartition(struct work *work, struct error *err)
{
    struct kafka_identity identity = { .group = work->group };
    work->client = kafka_client(KAFKA_READER, work->old, &identity, NULL, err);
    if (work->client == NULL || !check_group(work, err) || !check_topics(work, err) ||
        !check_read(work, err))
        return false;
    work->transact = transact_open(work->old, "repartition", &work->code, err);
    if (work->transact != NULL && copy(work, err) && finish(work, err))
        return true;
    if (work->transact != NULL)
        work->code = transact_exit_code(work->transact);
    return false;
}

static void drop_definitions(struct table *definitions)
{
    size_t at = 0;
    for (struct definition *one; (one = table_next(definitions, &at)) != NULL;) {
        free((char *)one->key.data);
        free((char *)one->value.data);
        free(one);
    }
    table_free(definitions);
}

int repartition_run(const struct command *command, const struct config *old,
                    const struct config *next)
{
    struct work work = { .command = command, .old = old, .next = next };
    struct error err;
    int code = EX_OK;
    work.definitions = table_new(definition_of);
    snprintf(work.group, sizeof(work.group), "%.*s", STR_ARG(kafka_property(old, "group.id")));
    bool named = check_names(&work, &err);
    if (!named || !repartition(&work, &err))
        code = command_failed(command,
                              !named      ? EX_CONFIG
                              : work.code ? work.code
                                          : EX_TEMPFAIL,
                              "%s; nothing has changed for the routers", err.text);
    else
        printf("%llu records of tickets are in %.*s now, in %d partitions instead of %d; start the "
               "routers with the new configuration\n",
               (unsigned long long)work.copied, STR_ARG(next->topics.state), (int)work.partitions,
               (int)work.before);
    transact_close(work.transact);
    if (work.client != NULL)
        rd_kafka_destroy(work.client);
    drop_definitions(work.definitions);
    return code;
}
