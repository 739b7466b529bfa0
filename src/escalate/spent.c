#include "escalate/spent.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"

struct item {
    size_t size;
    char id[];
};

/* One that was added, or taken away: `item` is then the undo's. */
struct undo {
    bool added;
    struct item *item;
};

struct spent {
    struct table *items;
    struct undo *undos;
    size_t undo_count;
};

static struct str item_id(const void *value)
{
    const struct item *item = value;
    return (struct str){ item->id, item->size };
}

struct spent *spent_new(void)
{
    struct spent *spent = mem_alloc(sizeof(*spent));
    spent->items = table_new(item_id);
    return spent;
}

void spent_free(struct spent *spent)
{
    if (spent == NULL)
        return;
    spent_mark(spent);
    size_t at = 0;
    for (struct item *item; (item = table_next(spent->items, &at)) != NULL;)
        free(item);
    table_free(spent->items);
    free(spent->undos);
    free(spent);
}

bool spent_has(const struct spent *spent, struct str id)
{
    return table_get(spent->items, id) != NULL;
}

static struct item *put(struct spent *spent, struct str id)
{
    struct item *item = mem_alloc(sizeof(*item) + id.size);
    item->size = id.size;
    memcpy(item->id, id.data, id.size);
    free(table_put(spent->items, item));
    return item;
}

static void remember(struct spent *spent, bool added, struct item *item)
{
    spent->undos = mem_resize(spent->undos, spent->undo_count + 1, sizeof(*spent->undos));
    spent->undos[spent->undo_count++] = (struct undo){ added, item };
}

void spent_add(struct spent *spent, struct str id, time_ms now, struct actions *actions)
{
    struct action *action = actions_add(actions, OUTPUT_GROUPS);
    action->key = arena_printf(actions->arena, "s/%.*s", STR_ARG(id));
    action->value = arena_printf(actions->arena, "{\"v\":1,\"over\":%lld}", (long long)now);
    remember(spent, true, put(spent, id));
}

static int compare_ids(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

void spent_sweep(struct spent *spent, const struct silences *silences, struct actions *actions)
{
    size_t at = 0, count = 0;
    struct str *ids =
        arena_alloc_raw(actions->arena, (table_count(spent->items) + 1) * sizeof(*ids));
    for (struct item *item; (item = table_next(spent->items, &at)) != NULL;) {
        if (!silences_find(silences, item_id(item)))
            ids[count++] = item_id(item);
    }
    qsort(ids, count, sizeof(*ids), compare_ids);
    for (size_t i = 0; i < count; i++) {
        struct action *action = actions_add(actions, OUTPUT_GROUPS);
        action->key = arena_printf(actions->arena, "s/%.*s", STR_ARG(ids[i]));
        remember(spent, false, table_remove(spent->items, ids[i]));
    }
}

bool spent_restore(struct spent *spent, struct str key, struct str value, struct error *err)
{
    struct str id = { key.data + 2, key.size - 2 };
    if (!str_starts(key, STR("s/")) || str_empty(id))
        return error_set(err, "'%.*s' is no key of a silence", STR_ARG(key));
    if (str_present(value))
        put(spent, id);
    else
        free(table_remove(spent->items, id));
    return true;
}

void spent_mark(struct spent *spent)
{
    for (size_t i = 0; i < spent->undo_count; i++) {
        if (!spent->undos[i].added)
            free(spent->undos[i].item);
    }
    spent->undo_count = 0;
}

void spent_undo(struct spent *spent)
{
    while (spent->undo_count > 0) {
        const struct undo *undo = &spent->undos[--spent->undo_count];
        if (undo->added)
            free(table_remove(spent->items, item_id(undo->item)));
        else
            table_put(spent->items, undo->item);
    }
}
