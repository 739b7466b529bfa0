/* Asks the running router on its control socket. */
#pragma once

#include "base/arena.h"
#include "ctl/command.h"
#include "host/options.h"
#include "json/json.h"

/* What `reload` and `status` have in common on their command line. */
struct router_options {
    const char *config, *socket;
    int seconds; /* how long the answer may take */
};

struct router_answer {
    struct str text;   /* one line of JSON */
    const cJSON *tree; /* the same */
};

/* One request, and its answer in `arena`. False: `*code` is what to exit with, and the
 * reason is said: 69 there is no such router, 75 it did not answer in time, 77 it may not be asked.
 */
bool ask_router(const struct command *command, const struct router_options *options,
                const char *request, struct arena *arena, struct router_answer *answer, int *code);
