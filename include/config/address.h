/* "127.0.0.1:9404", "[::1]:9404", "localhost:0": where somebody listens. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/str.h"

enum { ADDRESS_HOST_MAX = 127 };

struct address {
    struct str host; /* with its brackets, if it has any */
    uint16_t port;   /* 0: any free one */
};

/* False + err: "'9404' is not HOST:PORT". */
bool address_split(struct str text, struct address *address, struct error *err);
