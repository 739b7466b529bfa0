/* docs/topics.md, from the rows of outputs, stages and global tables. */
#pragma once

#include "base/buf.h"

/* The whole page. */
void topics_reference_markdown(struct buf *out);
