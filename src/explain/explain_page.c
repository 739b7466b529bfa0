#include "explain_page.h"

/* What the engine wrote may exceed what an event may be: it repeats the event's text. */
static const struct json_limits record_limits = { 8 << 20, 1 << 20, JSON_DEPTH_MAX };

const cJSON *page_parse(struct page *page, struct str text)
{
    size_t at;
    return str_present(text) ? json_parse(text, &record_limits, page->arena, NULL, &at, NULL)
                             : NULL;
}

void page_word(struct page *page, enum word word)
{
    buf_add_str(page->out, explain_word(word, page->language));
}

void page_text(struct page *page, struct str text)
{
    buf_add_str(page->out, text);
}

void page_member(struct page *page, const cJSON *object, struct str name)
{
    buf_add_str(page->out, json_scalar(json_get(object, name), page->arena));
}

bool page_has(const cJSON *object, struct str name)
{
    return !json_is_null(json_get(object, name));
}

int page_number(const cJSON *object, struct str name)
{
    int64_t value = 0;
    json_integer(json_get(object, name), &value);
    return (int)value;
}

/* Columns on a terminal: Chinese, Japanese and Korean characters take two. */
static size_t width(struct str text)
{
    size_t columns = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        columns += byte >= 0xE2 && byte <= 0xEF ? 2 : (byte & 0xC0) != 0x80;
    }
    return columns;
}

void page_padded(struct page *page, struct str text, size_t columns)
{
    page_text(page, text);
    for (size_t at = width(text); at < columns; at++)
        buf_add_char(page->out, ' ');
}

void page_quote(struct page *page, struct str text, size_t size)
{
    struct str shown = utf8_prefix(text, size);
    buf_printf(page->out, "“");
    for (size_t i = 0; i < shown.size; i++)
        buf_add_char(page->out, (unsigned char)shown.data[i] < ' ' ? ' ' : shown.data[i]);
    buf_printf(page->out, shown.size < text.size ? "…”" : "”");
}

void page_department(struct page *page, struct str slug)
{
    int index = config_department(page->config, slug);
    struct str name = STR_NONE;
    if (index >= 0)
        name = page->language == EXPLAIN_ZH ? page->config->departments[index].name.zh
                                            : page->config->departments[index].name.en;
    if (str_empty(name) || str_equal(name, slug)) {
        page_text(page, slug);
        return;
    }
    page_text(page, name);
    page_word(page, WORD_OPEN);
    page_text(page, slug);
    page_word(page, WORD_CLOSE);
}

void page_member_if(struct page *page, const cJSON *object, struct str name)
{
    if (!page_has(object, name))
        return;
    page_word(page, WORD_COMMA);
    page_member(page, object, name);
}

void page_term(struct page *page, struct str term)
{
    page_text(page, explain_term(term, page->language));
}

void page_time(struct page *page, const cJSON *object, struct str name)
{
    char text[TIME_TEXT_SIZE];
    time_ms time;
    struct str given = json_string(json_get(object, name));
    if (page->zone && str_present(given) && time_parse(given, &time, NULL))
        page_text(page, zone_format(page->zone, time, text));
    else
        page_text(page, given);
}
