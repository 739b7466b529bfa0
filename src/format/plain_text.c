#include "format/plain_text.h"

#include <string.h>
#include "base/buf.h"
#include "html_nest.h"
#include "html_tag.h"

/* What was written so far, and what is owed before the next visible character. */
struct writer {
    char *text; /* room for all of the input: nothing becomes longer */
    size_t size;
    bool space, line;
    const char *tags_end; /* behind the last '>' */
    bool broken;          /* see html_tag_read */
    struct html_nest nest;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* A line that was quoted begins as in plain text: "> ", or ">>" when it was quoted before; a third
 * character would be longer than the shortest tag that can end a line. */
static void begin_line(struct writer *out)
{
    unsigned quotes = html_nest_quotes(&out->nest);
    if (out->size > 0)
        out->text[out->size++] = '\n';
    if (quotes > 0) {
        out->text[out->size++] = '>';
        out->text[out->size++] = quotes > 1 ? '>' : ' ';
    }
}

static void put(struct writer *out, const char *bytes, size_t size)
{
    if (html_nest_hides(&out->nest))
        return;
    if (out->line || out->size == 0)
        begin_line(out);
    else if (out->space)
        out->text[out->size++] = ' ';
    out->line = out->space = false;
    memcpy(out->text + out->size, bytes, size);
    out->size += size;
}

static size_t encode(unsigned code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t bytes = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = bytes - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)((0xF00u >> bytes & 0xFF) | code);
    return bytes;
}

/* The digits of "&#123" or "&#x7b" between "&#" and the semicolon; 0 when they are none. */
static unsigned numeric_entity(struct str digits)
{
    bool hex = digits.size > 1 && (digits.data[0] == 'x' || digits.data[0] == 'X');
    unsigned code = 0;

    for (size_t i = hex; i < digits.size; i++) {
        char c = digits.data[i];
        unsigned digit = c >= '0' && c <= '9'          ? (unsigned)(c - '0')
                         : hex && c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : hex && c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                       : 99;
        code = code * (hex ? 16 : 10) + digit;
        if (digit == 99 || code > 0x10FFFF)
            return 0;
    }
    return code >= 0xD800 && code < 0xE000 ? 0 : code;
}

/* Those that mail programs and editors write; any other one stays as it is. */
static unsigned named_entity(struct str name)
{
    static const struct {
        struct str name;
        unsigned code;
    } rows[] = {
        { STR("amp"), '&' },       { STR("lt"), '<' },       { STR("gt"), '>' },
        { STR("quot"), '"' },      { STR("apos"), '\'' },    { STR("nbsp"), ' ' },
        { STR("ensp"), ' ' },      { STR("emsp"), ' ' },     { STR("copy"), 0xA9 },
        { STR("reg"), 0xAE },      { STR("deg"), 0xB0 },     { STR("pound"), 0xA3 },
        { STR("euro"), 0x20AC },   { STR("yen"), 0xA5 },     { STR("sect"), 0xA7 },
        { STR("auml"), 0xE4 },     { STR("ouml"), 0xF6 },    { STR("uuml"), 0xFC },
        { STR("Auml"), 0xC4 },     { STR("Ouml"), 0xD6 },    { STR("Uuml"), 0xDC },
        { STR("szlig"), 0xDF },    { STR("eacute"), 0xE9 },  { STR("egrave"), 0xE8 },
        { STR("hellip"), 0x2026 }, { STR("ndash"), 0x2013 }, { STR("mdash"), 0x2014 },
        { STR("lsquo"), 0x2018 },  { STR("rsquo"), 0x2019 }, { STR("ldquo"), 0x201C },
        { STR("rdquo"), 0x201D },  { STR("middot"), 0xB7 },  { STR("bull"), 0x2022 },
        { STR("laquo"), 0xAB },    { STR("raquo"), 0xBB },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (str_equal(rows[i].name, name))
            return rows[i].code;
    }
    return 0;
}

/* At '&'. Writes what it stands for and returns the place behind it. */
static const char *take_entity(const char *p, const char *end, struct writer *out)
{
    enum { LONGEST = 10 };
    size_t look = (size_t)(end - p) < LONGEST ? (size_t)(end - p) : LONGEST;
    const char *stop = memchr(p, ';', look);
    unsigned code = 0;
    char bytes[4];

    if (stop) {
        struct str name = { p + 1, (size_t)(stop - p - 1) };
        code = name.size > 1 && name.data[0] == '#'
                   ? numeric_entity((struct str){ name.data + 1, name.size - 1 })
                   : named_entity(name);
    }
    if (code == 0) {
        put(out, "&", 1);
        return p + 1;
    }
    if (code == 0xA0 || (code < 0x80 && is_space((char)code)))
        out->space = true;
    else if (code >= 0x20)
        put(out, bytes, encode(code, bytes));
    return stop + 1;
}

/* Behind the end tag of an element whose text nobody sees, or at the end. */
static const char *skip_element(const char *p, const char *end, struct str name)
{
    for (; p < end; p++) {
        if (*p != '<' || (size_t)(end - p) < name.size + 2 || p[1] != '/')
            continue;
        if (!str_equal_nocase((struct str){ p + 2, name.size }, name))
            continue;
        const char *close = memchr(p, '>', (size_t)(end - p));
        return close ? close + 1 : end;
    }
    return end;
}

/* At '<'. Returns the place behind the tag; a '<' that starts none is text. */
static const char *take_tag(const char *p, const char *end, struct writer *out)
{
    static const char *const unseen[] = { "script", "style", "head", "title", "template", NULL };
    static const char *const blocks[] = { "br",         "p",  "div", "li", "tr", "ul",
                                          "ol",         "h1", "h2",  "h3", "h4", "table",
                                          "blockquote", "hr", "pre", NULL };
    struct html_tag tag;

    if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
        const char *close = memmem(p + 4, (size_t)(end - p - 4), "-->", 3);
        return close ? close + 3 : end;
    }
    const char *behind = html_tag_read(p, out->tags_end, &tag, &out->broken);
    if (!behind) {
        put(out, "<", 1);
        return p + 1;
    }
    if (!tag.closing && html_name_in(tag.name, unseen))
        return skip_element(behind, end, tag.name);
    unsigned quotes = html_nest_quotes(&out->nest);
    bool hidden = html_nest_hides(&out->nest);
    html_nest_take(&out->nest, &tag);
    hidden = tag.closing ? hidden : html_nest_hides(&out->nest);
    if ((!hidden && html_name_in(tag.name, blocks)) || html_nest_quotes(&out->nest) != quotes)
        out->line = true;
    return behind;
}

struct str html_to_text(struct str html, struct arena *arena)
{
    struct writer out = { .text = arena_alloc_raw(arena, html.size + 1) };
    const char *last = html.size > 0 ? memrchr(html.data, '>', html.size) : NULL;
    const char *p = html.data, *end = p + html.size;

    out.tags_end = last ? last + 1 : p;
    while (p < end) {
        if (*p == '<') {
            p = take_tag(p, end, &out);
        } else if (*p == '&') {
            p = take_entity(p, end, &out);
        } else if (is_space(*p)) {
            out.space = true;
            p++;
        } else {
            const char *begin = p;
            while (p < end && *p != '<' && *p != '&' && !is_space(*p))
                p++;
            put(&out, begin, (size_t)(p - begin));
        }
    }
    out.text[out.size] = '\0';
    return (struct str){ out.text, out.size };
}

static void add_text(const cJSON *node, struct buf *out)
{
    static const char *const blocks[] = { "paragraph", "heading",  "listItem", "hardBreak",
                                          "codeBlock", "tableRow", "rule",     NULL };
    struct str type = json_string(json_get(node, STR("type")));

    if (str_present(type) && html_name_in(type, blocks) && out->size > 0 &&
        out->data[out->size - 1] != '\n')
        buf_add_char(out, '\n');
    buf_add_str(out, json_string(json_get(node, STR("text"))));
    const cJSON *content = json_get(node, STR("content"));
    for (const cJSON *item = content ? content->child : NULL; item; item = item->next)
        add_text(item, out);
}

struct str rich_to_text(const cJSON *document, struct arena *arena)
{
    struct buf out = { 0 };

    add_text(document, &out);
    struct str text = out.size > 0 ? arena_copy(arena, buf_str(&out)) : STR_NONE;
    buf_free(&out);
    return text;
}
