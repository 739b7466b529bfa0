#include "auto_reply.h"

#include <string.h>

static const char *const subjects[] = {
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto-response",
    "autoresponse",
    "automated reply",
    "automated response",
    "out of office",
    "out of the office",
    "ooo:",
    "ooo -",
    "away from my mail",
    "vacation reply",
    "automatische antwort",
    "abwesenheitsnotiz",
    "undeliverable",
    "undelivered mail",
    "delivery status notification",
    "mail delivery failed",
    "mail delivery failure",
    "delivery failure",
    "returned mail",
    "failure notice",
    "自动回复",
    "自動回覆",
    "自动答复",
    "自動答覆",
    "休假自动",
    "外出自动",
    "不在办公室",
    "退信",
    "系统退信",
    "邮件投递失败",
    "寄送失败",
};

/* Not "I am on vacation" alone: so begins the letter of a guest. */
static const char *const openings[] = {
    "this is an automatic reply",
    "this is an automatic response",
    "this is an automated reply",
    "this is an automated response",
    "this is an automated message",
    "this is an auto-reply",
    "this is an auto-response",
    "this message was automatically generated",
    "automatic reply",
    "auto-reply",
    "i am out of the office",
    "i'm out of the office",
    "i am currently out of the office",
    "i'm currently out of the office",
    "i will be out of the office",
    "i am out of office",
    "thank you for your email. i am out of",
    "thank you for your email. i am currently out of",
    "thank you for your message. i am out of",
    "your message could not be delivered",
    "delivery to the following recipient",
    "这是一封自动",
    "本邮件由系统自动",
    "此邮件由系统自动",
    "本邮件为系统自动",
    "系统自动回复",
    "自动回复",
    "自動回覆",
    "我目前不在办公室",
    "我现在不在办公室",
    "我不在办公室",
    "本人目前不在辦公室",
    "我目前不在辦公室",
};

/* Mail programs put these before a subject, again and again. */
static const char *const prefixes[] = { "re:",   "fw:",    "fwd:",  "aw:",    "回复:", "回复：",
                                        "回覆:", "回覆：", "答复:", "答复：", "转发:", "转发：" };

static bool begins(struct str text, const char *word)
{
    struct str head = { text.data, strlen(word) };
    return text.size >= head.size && str_equal_nocase(head, str_from(word));
}

static struct str behind_blanks(struct str text)
{
    while (text.size > 0 && strchr(" \t\r\n[", text.data[0]))
        text = (struct str){ text.data + 1, text.size - 1 };
    return text;
}

/* 0: it begins with none. */
static size_t prefix_size(struct str text)
{
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
        if (begins(text, prefixes[i]))
            return strlen(prefixes[i]);
    return 0;
}

static struct str behind_prefixes(struct str text)
{
    text = behind_blanks(text);
    for (size_t size; (size = prefix_size(text)) > 0;)
        text = behind_blanks((struct str){ text.data + size, text.size - size });
    return text;
}

static bool begins_with_any(struct str text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (begins(text, words[i]))
            return true;
    return false;
}

/* A header of the mail, as a header of the record or as an attribute; - and _ are the same. */
static struct str mail_header(const struct event *event, const struct record *record,
                              const char *name, const char *attribute)
{
    for (size_t i = 0; i < record->header_count; i++)
        if (str_equal_nocase(record->headers[i].name, str_from(name)))
            return record->headers[i].value;
    for (size_t i = 0; i < event->attribute_count; i++)
        if (str_equal_nocase(event->attributes[i].name, str_from(name)) ||
            str_equal_nocase(event->attributes[i].name, str_from(attribute)))
            return event->attributes[i].text;
    return STR_NONE;
}

static bool headers_tell(const struct event *event, const struct record *record)
{
    struct str submitted = mail_header(event, record, "auto-submitted", "auto_submitted");
    struct str precedence = mail_header(event, record, "precedence", "precedence");
    struct str reply = mail_header(event, record, "x-autoreply", "x_autoreply");
    struct str respond = mail_header(event, record, "x-autorespond", "x_autorespond");
    static const char *const precedences[] = { "auto_reply", "auto-reply", "bulk", "junk" };

    /* "no" is what RFC 3834 has for a person. */
    return (!str_empty(submitted) && !begins(submitted, "no")) ||
           begins_with_any(precedence, precedences, sizeof(precedences) / sizeof(*precedences)) ||
           (!str_empty(reply) && !begins(reply, "no")) || !str_empty(respond);
}

bool is_auto_reply(const struct event *event, const struct record *record)
{
    return headers_tell(event, record) ||
           begins_with_any(behind_prefixes(event->subject), subjects,
                           sizeof(subjects) / sizeof(*subjects)) ||
           begins_with_any(behind_blanks(event->body), openings,
                           sizeof(openings) / sizeof(*openings));
}
