#include "host/shared_config.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"

struct shared_config {
    struct config *config;
    atomic_int references;
};

struct shared_config *shared_config_new(struct config *config)
{
    struct shared_config *shared = mem_alloc(sizeof(*shared));
    shared->config = config;
    atomic_init(&shared->references, 1);
    return shared;
}

struct shared_config *shared_config_take(struct shared_config *shared)
{
    atomic_fetch_add(&shared->references, 1);
    return shared;
}

void shared_config_drop(struct shared_config *shared)
{
    if (shared == NULL || atomic_fetch_sub(&shared->references, 1) > 1)
        return;
    config_free(shared->config);
    free(shared);
}

const struct config *shared_config_get(const struct shared_config *shared)
{
    return shared->config;
}
