/* Lines of a file, a pipe or standard input ("-"): plain, gzip or Zstandard, told by their first
 * bytes. */
#pragma once

#include "base/error.h"
#include "base/str.h"

struct input;

/* `path` is borrowed. NULL + err when it cannot be opened. */
struct input *input_open(const char *path, struct error *err);
void input_close(struct input *input); /* NULL is fine */

/* The next line without its newline, valid until the next call; false at the end, or with `err`
 * set (text not empty) when reading or unpacking failed. Lines may be of any length. */
bool input_line(struct input *input, struct str *line, struct error *err);
/* 1-based number of the line given last. */
long input_line_number(const struct input *input);
