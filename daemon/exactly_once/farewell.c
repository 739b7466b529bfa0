#include "exactly_once/farewell.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* One that is gone, and what is open with it. */
struct leaver {
    struct str name;
    bool level; /* else a department */
    uint64_t open;
};

struct leavers {
    const struct config *next;
    const struct series_row *rows; /* of the engine that is asked */
    struct arena *arena;
    struct leaver *items;
    size_t count;
};

static struct leaver *find(struct leavers *leavers, struct str name, bool level)
{
    for (size_t i = 0; i < leavers->count; i++) {
        if (leavers->items[i].level == level && str_equal(leavers->items[i].name, name))
            return &leavers->items[i];
    }
    leavers->items = mem_resize(leavers->items, leavers->count + 1, sizeof(*leavers->items));
    struct leaver *added = &leavers->items[leavers->count++];
    *added = (struct leaver){ arena_copy(leavers->arena, name), level, 0 };
    return added;
}

static void count_open(void *arg, int row, const struct str values[SERIES_LABELS], uint64_t value)
{
    struct leavers *leavers = arg;
    const struct series_row *series = &leavers->rows[row];
    if (value == 0 || strcmp(series->name, "open") != 0 || series->labels[0] == NULL)
        return;
    bool level = strcmp(series->labels[0], "level") == 0;
    bool stays = level ? config_level(leavers->next, values[0]) >= 0
                       : config_department_of(leavers->next, values[0]) >= 0;
    if (!stays)
        find(leavers, values[0], level)->open += value;
}

static void tell(const struct leaver *leaver, const struct config *next, struct log *log)
{
    unsigned long long open = leaver->open;
    struct str root = next->departments[next->root->department].slug;
    if (leaver->level)
        log_say(log, LOGGED_WARNING,
                "the level '%.*s' is gone from the configuration with %llu open notice%s: what "
                "becomes of them is told to '%.*s'",
                STR_ARG(leaver->name), open, open == 1 ? "" : "s", STR_ARG(next->levels[0].name));
    else
        log_say(log, LOGGED_WARNING,
                "the department '%.*s' is gone from the configuration with %llu open ticket%s: "
                "the tree gives each to another department, the topic of '%.*s' hears that it is "
                "released, and the people of '%.*s' hear what escalates until then",
                STR_ARG(leaver->name), open, open == 1 ? "" : "s", STR_ARG(leaver->name),
                STR_ARG(root));
}

void farewell_tell(struct task **tasks, size_t count, const struct config *next, struct log *log)
{
    struct leavers leavers = { .next = next, .arena = arena_new(1024) };
    for (size_t i = 0; i < count; i++) {
        const struct engine_ops *ops = tasks[i]->row->ops;
        leavers.rows = ops->series_rows;
        if (ops->series != NULL && tasks[i]->engine != NULL)
            ops->series(tasks[i]->engine, count_open, &leavers);
    }
    for (size_t i = 0; i < leavers.count; i++)
        tell(&leavers.items[i], next, log);
    free(leavers.items);
    arena_free(leavers.arena);
}
