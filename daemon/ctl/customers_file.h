/* The table of customers from a file, for commands that run without a broker. */
#pragma once

#include "base/error.h"
#include "enrich/enrich.h"

/* Each line is a row with its `account`, or {"key":…,"value":…} as `replay` writes records (value
 * null: the row is gone). NULL + err "file:line: sentence". Free with customers_free. */
struct customers *customers_from_file(const char *path, struct error *err);
