#include "encode/forward.h"

#include "base/hash.h"
#include "config/config.h"
#include "encode/deadletter.h"

static struct str position_of(const struct record *record, struct arena *arena)
{
    return arena_printf(arena, "%.*s/%d/%lld", STR_ARG(record->topic), (int)record->partition,
                        (long long)record->offset);
}

int forward_passes(const struct record *record)
{
    struct str passed = record_header(record, FORWARD_PASSED);
    if (!str_present(passed) || passed.size < 2 || passed.data[1] != ' ')
        return 0;
    return passed.data[0] >= '1' && passed.data[0] <= '9' ? passed.data[0] - '0' : 0;
}

static bool is_replaced(struct str name, bool passes_on)
{
    return passes_on && (str_is(name, FORWARD_TICKET) || str_is(name, FORWARD_PASSED));
}

/* Appends the forward; `passed` absent: the record goes where its own ticket lives. */
static void add(const struct config *config, const struct record *record, struct str ticket,
                struct str format, int32_t home_partitions, struct str passed,
                struct actions *actions)
{
    struct arena *arena = actions->arena;
    bool from_home = str_equal(record->topic, config->topics.home);
    bool forwarded = from_home && str_present(record_header(record, FORWARD_FROM));

    struct header *headers = arena_alloc_raw(arena, (record->header_count + 5) * sizeof(*headers));
    size_t count = 0;
    for (size_t i = 0; i < record->header_count; i++) {
        const struct header *header = &record->headers[i];
        if ((!forwarded && str_starts(header->name, STR("ombud-")) &&
             !str_is(header->name, DEADLETTER_REPLAYS)) ||
            is_replaced(header->name, str_present(passed)))
            continue;
        headers[count++] =
            (struct header){ arena_copy(arena, header->name), arena_copy(arena, header->value) };
    }
    if (!forwarded) {
        struct str timestamp = arena_printf(arena, "%lld", (long long)record->timestamp);
        headers[count++] = (struct header){ STR(FORWARD_FROM), position_of(record, arena) };
        headers[count++] = (struct header){ STR(FORWARD_FORMAT), arena_copy(arena, format) };
        headers[count++] = (struct header){ STR(FORWARD_TIMESTAMP), timestamp };
    }
    struct str key = arena_copy(arena, ticket);
    if (str_present(passed)) {
        headers[count++] = (struct header){ STR(FORWARD_TICKET), key };
        headers[count++] = (struct header){ STR(FORWARD_PASSED), passed };
    }

    struct action *action = actions_add(actions, OUTPUT_HOME);
    action->partition = kafka_partition(ticket, home_partitions);
    action->key = key;
    action->value = arena_copy(arena, record->value);
    action->headers = headers;
    action->header_count = count;
}

void forward_add(const struct config *config, const struct record *record, struct str ticket,
                 struct str format, int32_t home_partitions, struct actions *actions)
{
    add(config, record, ticket, format, home_partitions, STR_NONE, actions);
}

void forward_pass_on(const struct config *config, const struct record *record, struct str ticket,
                     struct str format, int32_t home_partitions, struct actions *actions)
{
    struct str position = position_of(record, actions->arena);
    struct str passed =
        arena_printf(actions->arena, "%d %.*s", forward_passes(record) + 1, STR_ARG(position));
    add(config, record, ticket, format, home_partitions, passed, actions);
}
