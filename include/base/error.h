/* Errors are sentences a person can act on, with a position where there is one:
 * "routes.yaml:14:7: unknown department 'billng' (did you mean 'billing'?)". */
#pragma once

#include <stdbool.h>

struct error {
    char text[512]; /* NUL-terminated; cut with "..." when longer; valid UTF-8 if inputs were */
};

/* Writes the sentence and returns false, so that reporting is one line:
 * `return error_set(err, ...)`. A NULL `err` is fine: the caller does not care why. */
bool error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " in front of what `err` says already. Returns false. */
bool error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
