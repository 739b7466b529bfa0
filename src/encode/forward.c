#include "encode/forward.h"

#include "base/hash.h"
#include "config/config.h"

void forward_add(const struct config *config, const struct record *record, struct str ticket,
                 struct str format, int32_t home_partitions, struct actions *actions)
{
    struct arena *arena = actions->arena;
    bool from_home = str_equal(record->topic, config->topics.home);
    bool forwarded = from_home && str_present(record_header(record, FORWARD_FROM));

    struct header *headers = arena_alloc_raw(arena, (record->header_count + 3) * sizeof(*headers));
    size_t count = 0;
    for (size_t i = 0; i < record->header_count; i++) {
        const struct header *header = &record->headers[i];
        if (!forwarded && str_starts(header->name, STR("ombud-")))
            continue;
        headers[count++] =
            (struct header){ arena_copy(arena, header->name), arena_copy(arena, header->value) };
    }
    if (!forwarded) {
        struct str from = arena_printf(arena, "%.*s/%d/%lld", STR_ARG(record->topic),
                                       (int)record->partition, (long long)record->offset);
        struct str timestamp = arena_printf(arena, "%lld", (long long)record->timestamp);
        headers[count++] = (struct header){ STR(FORWARD_FROM), from };
        headers[count++] = (struct header){ STR(FORWARD_FORMAT), arena_copy(arena, format) };
        headers[count++] = (struct header){ STR(FORWARD_TIMESTAMP), timestamp };
    }

    struct action *action = actions_add(actions, OUTPUT_HOME);
    action->partition = kafka_partition(ticket, home_partitions);
    action->key = arena_copy(arena, ticket);
    action->value = arena_copy(arena, record->value);
    action->headers = headers;
    action->header_count = count;
}
