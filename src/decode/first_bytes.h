/* What a record that is no JSON looks like by its first bytes, so that a dead letter names the
 * cause. Private to this folder. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

/* A sentence for the one who runs the producer; absent: nothing that is known. */
struct str first_bytes_tell(struct str value, struct arena *arena);

/* `value` behind the byte order mark of UTF-8, which says nothing; else as it is. */
struct str first_bytes_skip(struct str value);
