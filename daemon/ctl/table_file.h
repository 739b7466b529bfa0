/* A global table from a file, for commands that run without a broker. */
#pragma once

#include "base/error.h"
#include "globals.h"

/* Each line is a row with its key (`account` of a customer, `id` of a silence), or
 * {"key":…,"value":…} as `replay` writes records (value null: the row is gone). NULL + err
 * "file:line: sentence". Free with table_file_close. */
void *table_from_file(enum global global, const char *path, struct error *err);
void table_file_close(enum global global, void *table); /* NULL is fine */
