#include "html_tag.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool html_name_in(struct str name, const char *const *names)
{
    for (; *names; names++) {
        if (str_equal_nocase(name, str_from(*names)))
            return true;
    }
    return false;
}

/* Where `word` (lower case, without blanks) ends in `text` when it begins at `at`; 0: it does
 * not. Blanks in `text` do not count. */
static size_t match_at(struct str text, size_t at, const char *word)
{
    for (; *word; at++) {
        if (at == text.size)
            return 0;
        if (lower(text.data[at]) == *word)
            word++;
        else if (!is_space(text.data[at]))
            return 0;
    }
    return at;
}

/* Where the first `word` in `text` ends; 0: there is none. */
static size_t find_word(struct str text, const char *word)
{
    for (size_t at = 0; at < text.size; at++) {
        size_t end = lower(text.data[at]) == *word ? match_at(text, at, word) : 0;
        if (end > 0)
            return end;
    }
    return 0;
}

/* Is `property` ("opacity:") set to nothing: 0 or 0px, not 0.8 or 05? */
static bool is_zero(struct str style, const char *property)
{
    size_t at = find_word(style, property);
    while (at > 0 && at < style.size && is_space(style.data[at]))
        at++;
    if (at == 0 || at >= style.size || style.data[at] != '0')
        return false;
    while (at < style.size && (style.data[at] == '0' || style.data[at] == '.'))
        at++;
    return at == style.size || style.data[at] < '1' || style.data[at] > '9';
}

static void take_style(struct str style, struct html_tag *tag)
{
    static const char *const hiding[] = { "display:none", "visibility:hidden", "mso-hide:all",
                                          NULL };
    for (const char *const *word = hiding; *word; word++)
        tag->hidden |= find_word(style, *word) > 0;
    tag->hidden |= is_zero(style, "opacity:") || is_zero(style, "max-height:");
    if (find_word(style, "font-size:") > 0)
        tag->font = is_zero(style, "font-size:") ? FONT_NONE : FONT_SEEN;
}

/* Names that mail programs give to what holds, or stands above, an earlier message. Outlook on the
 * web puts x_ before the names of the mail that it answers. */
static void take_mark(struct str value, struct html_tag *tag)
{
    static const char *const quotes[] = {
        "gmail_quote",    "gmail_attr",       "yahoo_quoted",   "moz-cite-prefix",
        "moz-forward-",   "protonmail_quote", "tutanota_quote", "zmail_extra",
        "isreplycontent", "isforwardcontent", "ntes_quote",     "foxmail_quote",
        "mail_quote",     "reply-quote",      "quoted-text",    NULL
    };
    static const char *const above[] = { "divrplyfwdmsg",
                                         "appendonsend",
                                         "outlookmessageheader",
                                         "ms-outlook-mobile-reference-message",
                                         "mail-editor-reference-message-container",
                                         NULL };
    for (const char *const *word = quotes; *word; word++)
        tag->quotes |= find_word(value, *word) > 0;
    for (const char *const *word = above; *word; word++)
        tag->quotes_rest |= find_word(value, *word) > 0;
    tag->hidden |= find_word(value, "preheader") > 0;
}

static void take_attribute(struct str name, struct str value, struct html_tag *tag)
{
    if (str_equal_nocase(name, STR("style")))
        take_style(value, tag);
    else if (str_equal_nocase(name, STR("class")) || str_equal_nocase(name, STR("id")))
        take_mark(value, tag);
    else if (str_equal_nocase(name, STR("hidden")))
        tag->hidden = true;
}

/* Between a tag's name and its '>'. */
static void take_attributes(const char *p, const char *end, struct html_tag *tag)
{
    while (p < end) {
        const char *begin = p;
        while (p < end && !is_space(*p) && *p != '=' && *p != '/')
            p++;
        struct str name = { begin, (size_t)(p - begin) }, value = STR_NONE;
        while (p < end && is_space(*p))
            p++;
        if (name.size > 0 && p < end && *p == '=') {
            for (p++; p < end && is_space(*p);)
                p++;
            char quote = p < end && (*p == '"' || *p == '\'') ? *p++ : '\0';
            begin = p;
            while (p < end && (quote ? *p != quote : !is_space(*p)))
                p++;
            value = (struct str){ begin, (size_t)(p - begin) };
            p += quote && p < end;
        } else if (p == begin) {
            p++; /* a stray = or / */
        }
        take_attribute(name, value, tag);
    }
}

/* The '>' that ends a tag: one within a quoted attribute does not. Where that search came to the
 * end once, quotes are not looked at any more: each '<' would search to the end again. */
static const char *tag_end(const char *p, const char *end, bool *broken)
{
    char quote = '\0';

    for (const char *at = p; at < end && !*broken; at++) {
        if (quote)
            quote = *at == quote ? '\0' : quote;
        else if (*at == '"' || *at == '\'')
            quote = *at;
        else if (*at == '>')
            return at;
    }
    *broken = true;
    return memchr(p, '>', (size_t)(end - p));
}

const char *html_tag_read(const char *p, const char *end, struct html_tag *tag, bool *broken)
{
    if (p >= end)
        return NULL;
    bool closing = p + 1 < end && p[1] == '/';
    bool declaration = p + 1 < end && (p[1] == '!' || p[1] == '?');
    const char *begin = p + 1 + closing, *q = begin;
    while (q < end && ((*q >= 'a' && *q <= 'z') || (*q >= 'A' && *q <= 'Z') ||
                       (q > begin && *q >= '0' && *q <= '9')))
        q++;
    const char *close = q > begin || declaration ? tag_end(q, end, broken) : NULL;
    if (!close)
        return NULL;
    *tag = (struct html_tag){ .name = { begin, (size_t)(q - begin) }, .closing = closing };
    if (!closing && !declaration)
        take_attributes(q, close, tag);
    tag->quotes |= str_equal_nocase(tag->name, STR("blockquote"));
    return close + 1;
}
