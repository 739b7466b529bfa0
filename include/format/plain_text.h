/* Bodies that are not plain text. */
#pragma once

#include "base/arena.h"
#include "json/json.h"

/* HTML as a reader would see it: no tags, scripts, styles, comments or hidden elements; entities
 * decoded; blocks and <br> on lines of their own; other white space as one space. Lines of an
 * earlier message that a mail program set apart begin with ">", as they do in plain text. Never
 * fails: what is no HTML stays. In `arena`; valid UTF-8 if `html` is. */
struct str html_to_text(struct str html, struct arena *arena);

/* A rich-text document as a tree (Atlassian's): the members "text" in their order, blocks on lines
 * of their own. Absent when `document` has no text at all. */
struct str rich_to_text(const cJSON *document, struct arena *arena);
