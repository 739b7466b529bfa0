/* Under which names the pages may be asked for. A browser sends the name it was told: another one
 * than ours may be DNS rebinding, a web page that made its own name point here. An address cannot
 * be rebound. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"

struct sockaddr;

struct http_names {
    struct str bound;       /* host of the address that is listened on */
    const struct str *more; /* those that the configuration allows, compared without case */
    size_t more_count;
};

/* `host` is the header's text, with or without a port. `local`: where the connection arrived, may
 * be NULL; asked for by that address it is allowed. */
bool http_names_allow(const struct http_names *names, const char *host,
                      const struct sockaddr *local);
