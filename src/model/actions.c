#include "model/actions.h"

#include <stdlib.h>

#include "base/mem.h"

/* Room for a few hundred events' records before the arena needs a second block. */
#define ACTIONS_BLOCK (256 * 1024)

void actions_init(struct actions *actions)
{
    *actions = (struct actions){ .arena = arena_new(ACTIONS_BLOCK) };
}

struct action *actions_add(struct actions *actions, enum output output)
{
    if (actions->count == actions->capacity) {
        actions->capacity = actions->capacity ? 2 * actions->capacity : 64;
        actions->items = mem_resize(actions->items, actions->capacity, sizeof(*actions->items));
    }
    struct action *action = &actions->items[actions->count++];
    *action = (struct action){ .output = output, .partition = -1 };
    return action;
}

void actions_clear(struct actions *actions)
{
    actions->count = 0;
    arena_reset(actions->arena);
}

void actions_free(struct actions *actions)
{
    free(actions->items);
    arena_free(actions->arena);
    *actions = (struct actions){ 0 };
}
