/* One tag of HTML, as far as a reader can see what it does. Private to this folder. */
#pragma once

#include <stdbool.h>
#include "base/str.h"

enum html_font { FONT_AS_BEFORE, FONT_NONE, FONT_SEEN };

struct html_tag {
    struct str name;
    bool closing;
    bool hidden;         /* nobody sees what is inside, nor can that show itself */
    enum html_font font; /* size 0 hides what is inside until that sets another */
    bool quotes;         /* holds an earlier message */
    bool quotes_rest;    /* what follows it in its parent is an earlier message */
};

/* The tag that begins at `p`, a '<'. Returns the place behind it; NULL: no tag begins there. `end`
 * is behind the last '>' of the text. `*broken` is kept by the caller, false at first, so that a
 * text of open quotes stays linear. */
const char *html_tag_read(const char *p, const char *end, struct html_tag *tag, bool *broken);

/* One of a list that ends with NULL, in any case. */
bool html_name_in(struct str name, const char *const *names);
