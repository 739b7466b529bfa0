/* Where something stands in a YAML file: for errors, lint and reasons. */
#pragma once

#include "base/str.h"

struct yaml_place {
    struct str file;
    int line, column; /* from 1; 0: no place in a file, a default */
};
