/* JSON trees: json_check, then cJSON, with every node in an arena. Nothing is ever deleted; the
 * tree dies with arena_reset. cJSON's own traps (it cuts at \u0000, ignores case, keeps duplicate
 * keys, rounds long integers) are closed here: read trees through these functions only. */
#pragma once

#include <cjson/cJSON.h>
#include "base/arena.h"
#include "json/json_check.h"

/* Children: `for (const cJSON *item = object->child; item; item = item->next)`. */

/* Points cJSON's allocation at the arena of the thread's running json_parse. Every program and
 * every test that parses calls it once, before any thread starts. */
void json_init(void);

/* NULL on failure: `*at` is the byte offset, `err` the sentence (see json_check). `replaced` (may
 * be NULL) tells whether \u0000 or a lone surrogate became U+FFFD. The tree does not point into
 * `text`. */
const cJSON *json_parse(struct str text, const struct json_limits *limits, struct arena *arena,
                        bool *replaced, size_t *at, struct error *err);

/* The member of that name, case-sensitive, or NULL: also when `object` is NULL or no object. */
const cJSON *json_get(const cJSON *object, struct str name);
/* RFC 6901: "/a/b/0", "" is the root, "~1" is '/', "~0" is '~'. NULL: nothing is there. */
const cJSON *json_pointer(const cJSON *root, struct str pointer);

/* One step of a pointer: the member, or the item of that number. NULL: nothing is there. */
const cJSON *json_step(const cJSON *item, struct str token);

/* The name of a member. */
struct str json_name(const cJSON *member);
/* The text of a string; absent for NULL and for anything that is not a string. */
struct str json_string(const cJSON *item);
/* A string's text, "true", "false", or a number in its shortest form, or as it was written where a
 * double has fewer digits (ticket numbers beyond 2^53). Absent for null, containers and NULL. In
 * `arena` or in the tree. */
struct str json_scalar(const cJSON *item, struct arena *arena);
/* A number that is a whole one and fits. */
bool json_integer(const cJSON *item, int64_t *out);
bool json_is_null(const cJSON *item); /* null or NULL */
