/* Members of JSON without building a tree: `diff` looks at hundreds of thousands of records. */
#pragma once

#include "base/str.h"

/* For each of `names` the bytes of that member's value in `object`, absent where it is missing or
 * null. `object` is valid JSON; names with escapes are not found. */
void members_find(struct str object, const struct str *names, struct str *values, size_t count);
/* The text of a string value that needs no unescaping; absent stays absent. */
struct str member_text(struct str value);
int member_int(struct str value); /* 0 where it is absent */
/* The next item of an array; `*at` begins as 0. False behind the last. */
bool members_next(struct str array, size_t *at, struct str *item);
