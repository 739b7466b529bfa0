#include "kafka/undeliverable.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

struct refused {
    char *topic;
    size_t topic_size;
    char *reason;
    size_t from_bytes; /* 0: all */
    time_ms since;
};

struct undeliverable {
    struct refused *items; /* a handful at most */
    size_t count;
};

struct undeliverable *undeliverable_new(void)
{
    return mem_alloc(sizeof(struct undeliverable));
}

static void drop(struct undeliverable *list, size_t index)
{
    free(list->items[index].topic);
    free(list->items[index].reason);
    list->items[index] = list->items[--list->count];
}

void undeliverable_free(struct undeliverable *list)
{
    if (list == NULL)
        return;
    while (list->count > 0)
        drop(list, list->count - 1);
    free(list->items);
    free(list);
}

static struct refused *find(const struct undeliverable *list, struct str topic)
{
    for (size_t i = 0; i < list->count; i++) {
        struct refused *refused = &list->items[i];
        if (str_equal((struct str){ refused->topic, refused->topic_size }, topic))
            return refused;
    }
    return NULL;
}

void undeliverable_limit(struct undeliverable *list, struct str topic, size_t bytes,
                         const char *reason, time_ms now)
{
    struct refused *refused = find(list, topic);
    if (refused != NULL) {
        if (bytes < refused->from_bytes)
            refused->from_bytes = bytes;
        refused->since = now;
        return;
    }
    list->items = mem_resize(list->items, list->count + 1, sizeof(*list->items));
    struct str text = str_from(reason);
    list->items[list->count++] = (struct refused){ .topic = mem_copy(topic.data, topic.size),
                                                   .topic_size = topic.size,
                                                   .reason = mem_copy(text.data, text.size),
                                                   .from_bytes = bytes,
                                                   .since = now };
}

const char *undeliverable_reason(const struct undeliverable *list, struct str topic, size_t bytes)
{
    if (list->count == 0)
        return NULL;
    const struct refused *refused = find(list, topic);
    return refused != NULL && bytes >= refused->from_bytes ? refused->reason : NULL;
}

size_t undeliverable_count(const struct undeliverable *list)
{
    return list->count;
}

void undeliverable_retry(struct undeliverable *list, time_ms age, time_ms now)
{
    for (size_t i = list->count; i-- > 0;) {
        if (now - list->items[i].since >= age)
            drop(list, i);
    }
}
