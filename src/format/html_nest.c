#include "html_nest.h"

bool html_nest_hides(const struct html_nest *nest)
{
    return nest->count > 0 &&
           (nest->open[nest->count - 1].hidden || nest->open[nest->count - 1].no_font);
}

unsigned html_nest_quotes(const struct html_nest *nest)
{
    return nest->count > 0 ? nest->open[nest->count - 1].quotes : nest->quotes;
}

/* Elements whose end tag nobody writes end where the next one begins. */
static bool ends_implied(struct str open, struct str next)
{
    static const char *const alone[] = { "p", "li", "td", "th", "tr", "dt", "dd", "option", NULL };
    static const char *const blocks[] = { "div", "table", "ul", "ol", "blockquote", "h1",
                                          "h2",  "h3",    "h4", "hr", "pre",        NULL };
    if (str_equal_nocase(open, next))
        return html_name_in(open, alone);
    return str_equal_nocase(open, STR("p")) && html_name_in(next, blocks);
}

static void open_element(struct html_nest *nest, const struct html_tag *tag)
{
    static const char *const empty[] = { "br",   "hr",  "img", "input",  "meta",  "link", "area",
                                         "base", "col", "wbr", "source", "embed", NULL };
    if (nest->count > 0 && ends_implied(nest->open[nest->count - 1].name, tag->name))
        nest->count--;
    unsigned quotes = html_nest_quotes(nest);
    if (tag->quotes_rest) {
        unsigned *rest = nest->count > 0 ? &nest->open[nest->count - 1].quotes : &nest->quotes;
        *rest = quotes + 1;
    }
    if (html_name_in(tag->name, empty))
        return;
    if (nest->count == NEST_DEPTH) {
        nest->deeper++;
        return;
    }
    size_t place = nest->count++;
    bool no_font = place > 0 && nest->open[place - 1].no_font;
    nest->open[place].name = tag->name;
    nest->open[place].hidden = tag->hidden || (place > 0 && nest->open[place - 1].hidden);
    nest->open[place].no_font = tag->font == FONT_AS_BEFORE ? no_font : tag->font == FONT_NONE;
    nest->open[place].quotes = quotes + (tag->quotes || tag->quotes_rest);
}

static void close_element(struct html_nest *nest, struct str name)
{
    size_t place = nest->count;
    if (nest->deeper > 0) {
        nest->deeper--;
        return;
    }
    while (place > 0 && !str_equal_nocase(nest->open[place - 1].name, name))
        place--;
    if (place > 0)
        nest->count = place - 1;
}

void html_nest_take(struct html_nest *nest, const struct html_tag *tag)
{
    if (tag->name.size == 0)
        return;
    if (tag->closing)
        close_element(nest, tag->name);
    else
        open_element(nest, tag);
}
