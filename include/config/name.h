/* What people call a thing of the configuration. */
#pragma once

#include "base/str.h"

/* A name that people read. Either may be absent in the YAML; then both are the slug. */
struct config_name {
    struct str zh, en;
};
