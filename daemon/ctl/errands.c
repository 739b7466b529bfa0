#include "ctl/errands.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/mem.h"
#include "config/config.h"
#include "ctl/writer.h"
#include "host/now.h"
#include "json/json.h"

enum { TIMEOUT = 30000, ANSWER = 15000, POLL = 200, ID_SIZE = 32 };

/* One event, and what became of it. */
struct errand {
    struct str ticket, trigger, group; /* the latter may be absent */
    char id[ID_SIZE];
    bool settled; /* refused by the broker, or decided by ombudd */
};

struct errands {
    const struct command *command;
    const struct config *config;
    const char *prefix;
    struct errand *items;
    size_t count;
    struct arena *arena;
};

struct errands *errands_new(const struct command *command, const struct config *config,
                            const char *prefix)
{
    struct errands *errands = mem_alloc(sizeof(*errands));
    errands->command = command;
    errands->config = config;
    errands->prefix = prefix;
    errands->arena = arena_new(4096);
    return errands;
}

void errands_free(struct errands *errands)
{
    if (errands == NULL)
        return;
    free(errands->items);
    arena_free(errands->arena);
    free(errands);
}

void errands_add_about(struct errands *errands, struct str ticket, struct str trigger,
                       struct str group)
{
    for (size_t i = 0; i < errands->count; i++) {
        if (str_equal(errands->items[i].ticket, ticket) &&
            str_equal(errands->items[i].trigger, trigger))
            return;
    }
    errands->items = mem_resize(errands->items, errands->count + 1, sizeof(*errands->items));
    struct errand *errand = &errands->items[errands->count++];
    *errand = (struct errand){ .ticket = arena_copy(errands->arena, ticket),
                               .trigger = arena_copy(errands->arena, trigger),
                               .group = arena_copy(errands->arena, group) };
    uint64_t random[1];
    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        random[0] = (uint64_t)now_wall() + errands->count;
    snprintf(errand->id, sizeof(errand->id), "%s-%016llx", errands->prefix,
             (unsigned long long)random[0]);
}

void errands_add(struct errands *errands, struct str ticket)
{
    errands_add_about(errands, ticket, STR_NONE, STR_NONE);
}

size_t errands_count(const struct errands *errands)
{
    return errands->count;
}

struct follow *errands_follow(const struct config *config, struct str topic, enum follow_from from,
                              struct error *err)
{
    struct follow *follow = follow_open(config, NULL, err);
    if (follow != NULL && follow_topic(follow, topic, from, ANSWER, NULL, err) >= 0 &&
        follow_start(follow, err))
        return follow;
    follow_close(follow);
    return NULL;
}

/* ---- writing */

/* What is the same in each of them. */
struct order {
    const char *type, *by;
    errands_put_fn *put;
    void *arg;
};

static struct str event_json(struct errands *errands, const struct errand *errand,
                             const struct order *order)
{
    struct buf out = { 0 };
    struct json_writer writer = json_writer_to(&out), *json = &writer;
    json_open_object(json);
    JSON_TEXT(json, "type", order->type);
    JSON_STR(json, "ticket", errand->ticket);
    JSON_TEXT(json, "id", errand->id);
    JSON_TIME_MS(json, "time", now_wall());
    JSON_TEXT(json, "by", order->by);
    if (str_present(errand->trigger)) {
        JSON_STR(json, "trigger", errand->trigger);
    }
    if (str_present(errand->group)) {
        JSON_STR(json, "group", errand->group);
    }
    order->put(order->arg, json);
    json_close_object(json);
    struct str copy = arena_copy(errands->arena, buf_str(&out));
    buf_free(&out);
    return copy;
}

/* How many were written. `*code`: what to exit with for those that were not; each is told of. */
static size_t send_events(struct errands *errands, const struct order *order, struct writer *writer,
                          int *code)
{
    struct writer_record *records = mem_array(errands->count, sizeof(*records));
    for (size_t i = 0; i < errands->count; i++)
        records[i] =
            (struct writer_record){ .topic = errands->config->topics.home,
                                    .key = errands->items[i].ticket,
                                    .value = event_json(errands, &errands->items[i], order) };
    size_t refused = writer_write(writer, records, errands->count, TIMEOUT);
    for (size_t i = 0; i < errands->count; i++) {
        rd_kafka_resp_err_t refusal = records[i].refusal;
        if (refusal == RD_KAFKA_RESP_ERR_NO_ERROR)
            continue;
        errands->items[i].settled = true;
        *code = command_failed(errands->command, writer_exit_code(refusal),
                               "the event for '%.*s' was not written to topic '%.*s': %s",
                               STR_ARG(errands->items[i].ticket), STR_ARG(records[i].topic),
                               rd_kafka_err2str(refusal));
    }
    free(records);
    return errands->count - refused;
}

/* ---- waiting */

/* "; breach: lead, manager hear of it": what an applied event changed for supervisors. */
static void print_notices(const cJSON *notices)
{
    struct str last = STR_NONE;
    for (const cJSON *notice = notices ? notices->child : NULL; notice; notice = notice->next) {
        struct str trigger = json_string(json_get(notice, STR("trigger")));
        struct str status = json_string(json_get(notice, STR("status")));
        if (!str_equal(trigger, last))
            printf("; %.*s is %.*s for %.*s", STR_ARG(trigger), STR_ARG(status),
                   STR_ARG(json_string(json_get(notice, STR("level")))));
        else
            printf(", %.*s", STR_ARG(json_string(json_get(notice, STR("level")))));
        last = trigger;
    }
}

static void take_decision(struct errands *errands, struct str value, size_t *missing,
                          bool *rejected)
{
    struct arena *arena = arena_new(16384);
    size_t at = 0;
    const cJSON *root = json_parse(value, &json_event_limits, arena, NULL, &at, NULL);
    struct str id = json_string(json_get(root, STR("event")));
    for (size_t i = 0; i < errands->count; i++) {
        struct errand *errand = &errands->items[i];
        if (errand->settled || !str_is(id, errand->id))
            continue;
        struct str outcome = json_string(json_get(root, STR("outcome")));
        struct str reason = json_string(json_get(root, STR("reason")));
        errand->settled = true;
        (*missing)--;
        *rejected |= !str_is(outcome, "applied");
        printf("%.*s: %.*s%s%.*s", STR_ARG(errand->ticket), STR_ARG(outcome),
               str_present(reason) ? ": " : "", STR_ARG(reason));
        print_notices(json_get(root, STR("notices")));
        putchar('\n');
    }
    arena_free(arena);
}

static int wait_for_decisions(struct errands *errands, struct follow *follow, size_t written)
{
    time_ms deadline = now_monotonic() + TIMEOUT;
    size_t missing = written;
    bool rejected = false;
    struct error err;
    fprintf(stderr, "waiting for ombudd to decide, for at most %d s\n", TIMEOUT / 1000);
    while (missing > 0 && now_monotonic() < deadline) {
        struct follow_item item;
        enum follow_news news = follow_next(follow, POLL, &item, &err);
        if (follow_is_final(news))
            return command_failed(errands->command, EX_NOPERM, "%s", err.text);
        if (news != FOLLOW_RECORD)
            continue;
        take_decision(errands, (struct str){ item.message->payload, item.message->len }, &missing,
                      &rejected);
        rd_kafka_message_destroy(item.message);
    }
    if (missing > 0)
        return command_failed(errands->command, EX_TEMPFAIL,
                              "written, but ombudd has not decided about %zu of %zu within %d s",
                              missing, written, TIMEOUT / 1000);
    return rejected ? EX_DATAERR : 0;
}

/* The reader's place is fixed before anything is written, so that no decision is missed. */
static int write_and_wait(struct errands *errands, const struct order *order, struct writer *writer,
                          bool wait)
{
    struct error err;
    struct follow *follow = NULL;
    int refused = 0, code = 0;
    if (wait) {
        follow = errands_follow(errands->config, errands->config->topics.decisions, FOLLOW_FROM_END,
                                &err);
        if (follow == NULL)
            return command_failed(errands->command, EX_UNAVAILABLE, "%s", err.text);
    }
    size_t written = send_events(errands, order, writer, &refused);
    if (wait && written > 0)
        code = wait_for_decisions(errands, follow, written);
    else if (written > 0)
        printf("written for %zu ticket%s\n", written, written == 1 ? "" : "s");
    follow_close(follow);
    return refused ? refused : code;
}

int errands_run(struct errands *errands, const char *type, const char *by, errands_put_fn *put,
                void *arg, bool wait)
{
    struct order order = { type, by, put, arg };
    struct error err;
    int code;
    struct writer *writer = writer_open(errands->config, TIMEOUT, &code, &err);
    if (writer == NULL)
        return command_failed(errands->command, code, "%s", err.text);
    code = write_and_wait(errands, &order, writer, wait);
    writer_close(writer);
    return code;
}
