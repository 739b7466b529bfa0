/* JSON trees as text for people. */
#pragma once

#include "base/buf.h"
#include "json/json.h"

/* Objects, and lists of more than scalars, have a line for each member; `indent` is how many spaces
 * the line has on which the value begins. -1: all on one line. */
void json_text(const cJSON *item, int indent, struct arena *arena, struct buf *out);
/* One text with its quotes and escapes; absent becomes null. */
void json_text_of(struct str text, struct buf *out);
/* A list of them on one line. */
void json_text_list(const struct str *items, size_t count, struct buf *out);
void json_text_line(int indent, struct buf *out);
