/* The elements that are open at one place of an HTML text: is what stands there seen, and how deep
 * is it quoted? Private to this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "html_tag.h"

enum { NEST_DEPTH = 64 }; /* deeper elements neither hide nor quote */

struct html_nest {
    struct {
        struct str name;
        bool hidden, no_font; /* this element or one around it */
        unsigned quotes;      /* around what comes next in it */
    } open[NEST_DEPTH];
    size_t count, deeper;
    unsigned quotes; /* outside of all elements */
};

/* Zero-initialise. Linear, whatever is left open or closed twice. */
void html_nest_take(struct html_nest *nest, const struct html_tag *tag);
bool html_nest_hides(const struct html_nest *nest);
unsigned html_nest_quotes(const struct html_nest *nest);
