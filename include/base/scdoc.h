/* Text for scdoc, of which man pages are made. Our own texts are Markdown with `code` only. */
#pragma once

#include "base/buf.h"

/* What scdoc would take for a mark is escaped, and `code` becomes bold. */
void scdoc_add(struct buf *out, const char *text);
/* Lines that stand as they are. */
void scdoc_add_literal(struct buf *out, const char *text);
