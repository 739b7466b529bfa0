/* Nodes that no text was parsed for, in an arena. Internal to decode. */
#pragma once

#include "json/json.h"

cJSON *json_new_object(struct arena *arena);
cJSON *json_new_array(struct arena *arena);
/* The text is copied unless it is part of a tree already; up to its first NUL. */
cJSON *json_new_string(struct str text, struct arena *arena);
/* Of bytes that come from outside JSON: NULL unless they are text. */
cJSON *json_new_outside_string(struct str bytes, struct arena *arena);
cJSON *json_new_integer(int64_t value, struct arena *arena);
cJSON *json_new_bool(bool value, struct arena *arena);
/* A second node of the same value, which can be put elsewhere; children are shared. */
cJSON *json_alias(const cJSON *item, struct arena *arena);
/* Appends; `name` is copied, absent for an array. */
void json_add(cJSON *container, struct str name, cJSON *item, struct arena *arena);
