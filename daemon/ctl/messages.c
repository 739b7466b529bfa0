#include "ctl/messages.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ctl/members.h"
#include "stages.h"

struct messages {
    const struct engine_ops *ops;
    struct engine *engine;
    struct task_clock clock;
    struct arena *arena; /* of one notice */
    struct actions actions;
    struct str topic;
    int64_t offset;
};

struct messages *messages_open(const struct config *config)
{
    struct messages *messages = mem_alloc(sizeof(*messages));
    messages->ops = stages[STAGE_ESCALATIONS].ops;
    messages->topic = config->topics.notices;
    struct engine_setup setup = {
        .config = config, .topic = messages->topic, .partition_count = 1, .home_partitions = 1
    };
    messages->engine = messages->ops->create(&setup);
    messages->clock.mode = CLOCK_STREAM;
    messages->arena = arena_new(64 * 1024);
    actions_init(&messages->actions);
    return messages;
}

void messages_close(struct messages *messages)
{
    if (messages == NULL)
        return;
    messages->ops->destroy(messages->engine);
    arena_free(messages->arena);
    actions_free(&messages->actions);
    free(messages);
}

static time_ms time_of(struct str notice)
{
    static const struct str names[] = { { "time", 4 } };
    struct str text;
    time_ms time = 0;
    members_find(notice, names, &text, 1);
    time_parse(member_text(text), &time, NULL);
    return time;
}

static void feed(struct messages *messages, const struct action *action)
{
    struct record record = { .topic = messages->topic,
                             .offset = messages->offset++,
                             .timestamp = time_of(action->value),
                             .key = action->key,
                             .value = action->value,
                             .headers = action->headers,
                             .header_count = action->header_count };
    arena_reset(messages->arena);
    struct prepared *prepared = messages->ops->prepare(messages->engine, &record, messages->arena);
    engine_turn(messages->ops, messages->engine, &messages->clock, prepared, record.timestamp, 0,
                &messages->actions);
    messages->ops->mark(messages->engine);
}

const struct actions *messages_take(struct messages *messages, const struct actions *actions)
{
    actions_clear(&messages->actions);
    for (size_t i = 0; i < actions->count; i++) {
        if (actions->items[i].output == OUTPUT_NOTICES)
            feed(messages, &actions->items[i]);
    }
    return &messages->actions;
}

const struct actions *messages_pass(struct messages *messages, time_ms until)
{
    actions_clear(&messages->actions);
    engine_advance(messages->ops, messages->engine, &messages->clock, until, &messages->actions);
    messages->ops->mark(messages->engine);
    return &messages->actions;
}
