/* One case of `ombudctl test`: events at their times, and what is expected of the decisions. */
#pragma once

#include "config/config.h"
#include "yaml/yaml.h"
#include "ctl/test_coverage.h"
#include "ctl/test_seen.h"

struct test_run {
    const struct config *config;
    const struct customers *customers; /* NULL: none */
    struct coverage *coverage;
    unsigned cases, failed_cases;
};

/* Runs every case of a parsed file and prints what is not as expected. False + err when the file
 * itself is wrong. */
bool test_file(struct test_run *run, const struct yaml *root, struct arena *arena,
               struct error *err);
