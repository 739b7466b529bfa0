#include "part_line.h"

#include "part_text.h"

enum {
    NAME_BYTES = 64,  /* of a line in a signature */
    CLOSED_LINES = 6, /* that a signature may have behind "Best regards" */
    DELIMITED_LINES = 10,
    FOOTER_BYTES = 2000
};

static bool is_han(struct str text)
{
    return text.size > 0 && (unsigned char)text.data[0] >= 0xe3;
}

/* Words of Chinese that a title or an address ends with. */
static bool is_chinese_title(struct str text)
{
    static const char *const titles[] = { "部",   "部长",   "经理", "公司", "先生", "女士", "主任",
                                          "总监", "顾问",   "律师", "主管", "专员", "助理", "中心",
                                          "处",   "科",     "组",   "局",   "经办", "總監", "經理",
                                          "小姐", "工程师", "敬上", "集团" };
    if (text.size <= 12)
        return true; /* a name */
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
        if (ends(text, titles[i]))
            return true;
    return false;
}

/* Every longer word begins with a capital or a digit: a name, a title, a company, a number. */
static bool is_title_case(struct str text)
{
    unsigned capitals = 0, digits = 0;
    for (size_t i = 0, end; i < text.size; i = end + 1) {
        const char *space = memchr(text.data + i, ' ', text.size - i);
        end = space ? (size_t)(space - text.data) : text.size;
        if (end == i)
            continue;
        if (text.data[i] >= 'a' && text.data[i] <= 'z' && end - i > 3)
            return false;
        capitals += text.data[i] >= 'A' && text.data[i] <= 'Z';
        digits += is_digit(text.data[i]);
    }
    return capitals + digits > 0;
}

/* A name, a title, an address, a telephone number: nothing that tells what happened. */
static bool is_calling_card(struct str text)
{
    if (text.size > NAME_BYTES || line_tells(text))
        return false;
    if (has(text, "@") || has(text, "www.") || has(text, "http"))
        return true;
    return is_han(text) ? is_chinese_title(text) : is_title_case(text);
}

/* What stands under a delimiter: a card, or what a company prints under all of its mail. */
static bool is_below_delimiter(struct str text)
{
    return text.size == 0 || is_calling_card(text) || line_kind(text) == LINE_DEVICE;
}

size_t line_signature_end(struct str body, const struct line *line, enum line_kind kind)
{
    bool closing = kind == LINE_CLOSING;
    size_t most = closing ? CLOSED_LINES : DELIMITED_LINES, end = line->to;
    struct line next = *line;
    for (size_t i = 0; i < most && line_at(body, next.to, &next); i++) {
        if (next.marks != line->marks)
            break;
        if (next.text.size == 0)
            continue;
        enum line_kind next_kind = line_kind(next.text);
        if (closing && next_kind == LINE_CLOSING) {
            most++;
        } else if (next_kind == LINE_HISTORY || next_kind == LINE_FORWARDED ||
                   next_kind == LINE_SENDER || !is_below_delimiter(next.text)) {
            break;
        }
        end = next.to;
    }
    return end;
}

/* The paragraph in lower case: up to a blank line, or up to a line that was not wrapped. */
static size_t paragraph(struct str body, const struct line *line, char out[FOOTER_BYTES],
                        size_t *to)
{
    struct line next = *line;
    size_t size = 0;
    do {
        if (next.marks != line->marks || next.text.size == 0)
            break;
        size_t most = FOOTER_BYTES - 1 - size;
        size_t part = next.text.size < most ? next.text.size : most;
        for (size_t i = 0; i < part; i++)
            out[size++] = lower(next.text.data[i]);
        if (size < FOOTER_BYTES)
            out[size++] = ' ';
        *to = next.to;
        if (next.text.size < 50 || ends(next.text, ".") || ends(next.text, "。"))
            break;
    } while (size + 1 < FOOTER_BYTES && line_at(body, next.to, &next));
    return size;
}

/* Somebody speaks for himself: no company's notice. */
static bool is_personal(struct str text)
{
    static const char *const companies[] = { "司", "公", "们", "們", "方", "行", "部", "社", "校" };
    const char *at = text.data, *end = text.data + text.size;
    if (has(text, " my ") || has(text, " i ") || has(text, " i'"))
        return true;
    while ((at = memmem(at, (size_t)(end - at), "我", 3))) {
        bool company = false;
        at += 3;
        for (size_t i = 0; i < sizeof(companies) / sizeof(companies[0]); i++)
            company |= starts((struct str){ at, (size_t)(end - at) }, companies[i]);
        if (!company)
            return true;
    }
    return false;
}

bool line_is_footer(struct str body, const struct line *line, enum line_kind kind, size_t *to)
{
    static const char *const signs[] = {
        "intended",    "addressee",   "recipient",    "confidential", "privileged",
        "delete",      "notify the",  "unauthori",    "disclos",      "virus",
        "attachment",  "unsubscribe", "do not reply", "liability",    "originated",
        "newsletter",  "preferences", "this e-mail",  "this email",   "this message",
        "收件人",      "收件者",      "保密",         "机密",         "機密",
        "删除",        "刪除",        "授权",         "授權",         "法律责任",
        "退订",        "自动发送",    "请勿回复",     "請勿回覆",     "病毒",
        "附件",        "仅限",        "僅限",         "仅供",         "僅供",
        "禁止",        "发件人",      "empfänger",    "vertraulich",  "destinataire",
        "confidentiel"
    };
    char text[FOOTER_BYTES];
    unsigned found = 0;
    struct str all = { text, paragraph(body, line, text, to) };
    if (is_personal(all))
        return false;
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]) && found < 2; i++)
        found += has(all, signs[i]);
    return found >= 2 || kind == LINE_NOTICE;
}
