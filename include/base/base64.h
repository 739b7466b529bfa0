/* Base64 of RFC 4648, with padding. */
#pragma once

#include <stdbool.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

void base64_encode(struct str bytes, struct buf *out);
/* Into `arena`. False: not base64; *bytes is untouched. */
bool base64_decode(struct str text, struct arena *arena, struct str *bytes);
