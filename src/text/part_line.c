#include "part_line.h"

#include "part_text.h"

enum {
    INTRODUCTION_BYTES = 120, /* longer lines introduce nothing */
    DEVICE_BYTES = 64
};

/* The size of the quote mark that the line begins with. A | is one unless it draws a table. */
static size_t mark_size(struct str text)
{
    static const char wide[] = "\xef\xbc\x9e";
    if (text.size == 0)
        return 0;
    if (text.data[0] == '>')
        return 1;
    if (text.data[0] == '|')
        return text.size > 1 && text.data[1] == ' ' && text.data[text.size - 1] != '|';
    return starts(text, wide) ? sizeof(wide) - 1 : 0;
}

bool line_at(struct str body, size_t at, struct line *line)
{
    if (at >= body.size)
        return false;
    const char *end = memchr(body.data + at, '\n', body.size - at);
    line->from = at;
    line->to = end ? (size_t)(end - body.data) + 1 : body.size;
    line->text = trimmed((struct str){ body.data + at, line->to - at - (end != NULL) });
    line->marks = 0;
    for (size_t size; (size = mark_size(line->text)) > 0; line->marks++)
        line->text = trimmed(skipped(line->text, size));
    return true;
}

/* How lines begin that mean more than they say, by the first byte: four bytes at least, in lower
 * case. */
struct opening {
    char text[40]; /* empty: the last */
    enum line_kind kind;
};
static const struct opening with_a[] = {
    { "anfang der weitergeleiteten", LINE_FORWARDED },
    { "any views", LINE_NOTICE_IF },
    { "any unauthori", LINE_NOTICE_IF },
    { "any disclosure", LINE_NOTICE_IF },
    { "", LINE_TEXT },
};
static const struct opening with_b[] = {
    { "begin forwarded message", LINE_FORWARDED },
    { "best regards", LINE_CLOSING },
    { "best wishes", LINE_CLOSING },
    { "", LINE_TEXT },
};
static const struct opening with_c[] = {
    { "cordially", LINE_CLOSING },
    { "cordialement", LINE_CLOSING },
    { "confidentiality notice", LINE_NOTICE },
    { "confidentiality note", LINE_NOTICE },
    { "confidentiality statement", LINE_NOTICE },
    { "caution: this e", LINE_NOTICE },
    { "caution: external", LINE_NOTICE },
    { "confidential", LINE_NOTICE_IF },
    { "click here to unsubscribe", LINE_NOTICE_IF },
    { "ce message", LINE_NOTICE_IF },
    { "ce courriel", LINE_NOTICE_IF },
    { "", LINE_TEXT },
};
static const struct opening with_d[] = {
    { "début du message", LINE_FORWARDED },
    { "de :", LINE_SENDER },
    { "disclaimer", LINE_NOTICE_IF },
    { "diese e-mail", LINE_NOTICE_IF },
    { "", LINE_TEXT },
};
static const struct opening with_e[] = {
    { "envoyé de mon", LINE_DEVICE },
    { "", LINE_TEXT },
};
static const struct opening with_f[] = {
    { "forwarded message", LINE_FORWARDED },
    { "forwarded", LINE_FORWARDED },
    { "from:", LINE_SENDER },
    { "freundliche grüße", LINE_CLOSING },
    { "", LINE_TEXT },
};
static const struct opening with_g[] = {
    { "get outlook for", LINE_DEVICE },
    { "", LINE_TEXT },
};
static const struct opening with_i[] = {
    { "if you are not", LINE_NOTICE_IF },
    { "if you have received this", LINE_NOTICE_IF },
    { "if you received this", LINE_NOTICE_IF },
    { "if you no longer wish", LINE_NOTICE_IF },
    { "important", LINE_NOTICE_IF },
    { "", LINE_TEXT },
};
static const struct opening with_k[] = {
    { "kind regards", LINE_CLOSING },
    { "kindest regards", LINE_CLOSING },
    { "", LINE_TEXT },
};
static const struct opening with_l[] = {
    { "legal notice", LINE_NOTICE_IF },
    { "", LINE_TEXT },
};
static const struct opening with_m[] = {
    { "message d'origine", LINE_HISTORY },
    { "mensaje original", LINE_HISTORY },
    { "message transféré", LINE_FORWARDED },
    { "mit freundlichen grüßen", LINE_CLOSING },
    { "", LINE_TEXT },
};
static const struct opening with_n[] = {
    { "notice", LINE_NOTICE_IF },
    { "", LINE_TEXT },
};
static const struct opening with_o[] = {
    { "original message", LINE_HISTORY },
    { "original appointment", LINE_HISTORY },
    { "", LINE_TEXT },
};
static const struct opening with_p[] = {
    { "please consider the environment", LINE_NOTICE },
    { "privileged", LINE_NOTICE_IF },
    { "private and confidential", LINE_NOTICE_IF },
    { "please do not reply", LINE_NOTICE_IF },
    { "please type your reply above this line", LINE_HISTORY },
    { "please reply above this line", LINE_HISTORY },
    { "", LINE_TEXT },
};
static const struct opening with_r[] = {
    { "regards", LINE_CLOSING },
    { "respectfully", LINE_CLOSING },
    { "reply above this line", LINE_HISTORY },
    { "", LINE_TEXT },
};
static const struct opening with_s[] = {
    { "sincerely", LINE_CLOSING },
    { "sent from ", LINE_DEVICE },
    { "sent via ", LINE_DEVICE },
    { "", LINE_TEXT },
};
static const struct opening with_t[] = {
    { "this e-mail", LINE_NOTICE_IF },       { "this email", LINE_NOTICE_IF },
    { "this message", LINE_NOTICE_IF },      { "this communication", LINE_NOTICE_IF },
    { "this transmission", LINE_NOTICE_IF }, { "the information", LINE_NOTICE_IF },
    { "the content", LINE_NOTICE_IF },       { "the sender", LINE_NOTICE_IF },
    { "to unsubscribe", LINE_NOTICE_IF },    { "", LINE_TEXT },
};
static const struct opening with_u[] = {
    { "ursprüngliche nachricht", LINE_HISTORY },
    { "unsubscribe", LINE_NOTICE_IF },
    { "", LINE_TEXT },
};
static const struct opening with_v[] = {
    { "von:", LINE_SENDER },
    { "viele grüße", LINE_CLOSING },
    { "von meinem ", LINE_DEVICE },
    { "", LINE_TEXT },
};
static const struct opening with_w[] = {
    { "weitergeleitete nachricht", LINE_FORWARDED },
    { "warm regards", LINE_CLOSING },
    { "with regards", LINE_CLOSING },
    { "with kind regards", LINE_CLOSING },
    { "", LINE_TEXT },
};
static const struct opening with_y[] = {
    { "yours sincerely", LINE_CLOSING },
    { "yours faithfully", LINE_CLOSING },
    { "yours truly", LINE_CLOSING },
    { "you are receiving", LINE_NOTICE_IF },
    { "you received this", LINE_NOTICE_IF },
    { "you have received this", LINE_NOTICE_IF },
    { "", LINE_TEXT },
};
static const struct opening with_e4[] = {
    { "以下是转发的邮件", LINE_FORWARDED },
    { "以下为转发邮件", LINE_FORWARDED },
    { "从我的", LINE_DEVICE },
    { "來自我的", LINE_DEVICE },
    { "保密声明", LINE_NOTICE },
    { "保密聲明", LINE_NOTICE },
    { "", LINE_TEXT },
};
static const struct opening with_e5[] = {
    { "原始邮件", LINE_HISTORY },
    { "原始郵件", LINE_HISTORY },
    { "原邮件", LINE_HISTORY },
    { "历史邮件", LINE_HISTORY },
    { "在此行上方回复", LINE_HISTORY },
    { "在此行上方回覆", LINE_HISTORY },
    { "开始转发的邮件", LINE_FORWARDED },
    { "发件人", LINE_SENDER },
    { "发送人", LINE_SENDER },
    { "寄件人", LINE_SENDER },
    { "寄件者", LINE_SENDER },
    { "寄件日期", LINE_SENDER },
    { "发自我的", LINE_DEVICE },
    { "发送自我的", LINE_DEVICE },
    { "傳送自我的", LINE_DEVICE },
    { "寄自我的", LINE_DEVICE },
    { "從我的", LINE_DEVICE },
    { "免责声明", LINE_NOTICE },
    { "免責聲明", LINE_NOTICE },
    { "声明", LINE_NOTICE_IF },
    { "如果您不是", LINE_NOTICE_IF },
    { "如您不是", LINE_NOTICE_IF },
    { "如閣下", LINE_NOTICE_IF },
    { "如不想再收到", LINE_NOTICE_IF },
    { "如需退订", LINE_NOTICE_IF },
    { "", LINE_TEXT },
};
static const struct opening with_e6[] = {
    { "此致", LINE_CLOSING },
    { "敬礼", LINE_CLOSING },
    { "敬禮", LINE_CLOSING },
    { "敬上", LINE_CLOSING },
    { "来自我的", LINE_DEVICE },
    { "本邮件", LINE_NOTICE_IF },
    { "本郵件", LINE_NOTICE_IF },
    { "此邮件", LINE_NOTICE_IF },
    { "此郵件", LINE_NOTICE_IF },
    { "本电子邮件", LINE_NOTICE_IF },
    { "本電子郵件", LINE_NOTICE_IF },
    { "此电子邮件", LINE_NOTICE_IF },
    { "此電郵", LINE_NOTICE_IF },
    { "本電郵", LINE_NOTICE_IF },
    { "本信件", LINE_NOTICE_IF },
    { "法律声明", LINE_NOTICE_IF },
    { "未经授权", LINE_NOTICE_IF },
    { "您收到", LINE_NOTICE_IF },
    { "", LINE_TEXT },
};
static const struct opening with_e7[] = {
    { "祝商祺", LINE_CLOSING },
    { "", LINE_TEXT },
};
static const struct opening with_e8[] = {
    { "请在此行上方回复", LINE_HISTORY }, { "請在此行上方回覆", LINE_HISTORY },
    { "转发邮件", LINE_FORWARDED },       { "转发的邮件", LINE_FORWARDED },
    { "转发邮件信息", LINE_FORWARDED },   { "转发的消息", LINE_FORWARDED },
    { "轉寄郵件", LINE_FORWARDED },       { "轉寄的郵件", LINE_FORWARDED },
    { "聲明", LINE_NOTICE_IF },           { "若您不是", LINE_NOTICE_IF },
    { "若閣下", LINE_NOTICE_IF },         { "", LINE_TEXT },
};
static const struct opening with_e9[] = {
    { "邮件原件", LINE_HISTORY },       { "郵件原件", LINE_HISTORY },
    { "開始轉寄郵件", LINE_FORWARDED }, { "顺颂商祺", LINE_CLOSING },
    { "順頌商祺", LINE_CLOSING },       { "重要提示", LINE_NOTICE_IF },
    { "退订", LINE_NOTICE_IF },         { "", LINE_TEXT },
};
static const struct opening *const openings[256] = {
    ['a'] = with_a,   ['b'] = with_b,   ['c'] = with_c,   ['d'] = with_d,   ['e'] = with_e,
    ['f'] = with_f,   ['g'] = with_g,   ['i'] = with_i,   ['k'] = with_k,   ['l'] = with_l,
    ['m'] = with_m,   ['n'] = with_n,   ['o'] = with_o,   ['p'] = with_p,   ['r'] = with_r,
    ['s'] = with_s,   ['t'] = with_t,   ['u'] = with_u,   ['v'] = with_v,   ['w'] = with_w,
    ['y'] = with_y,   [0xe4] = with_e4, [0xe5] = with_e5, [0xe6] = with_e6, [0xe7] = with_e7,
    [0xe8] = with_e8, [0xe9] = with_e9
};

/* What a line may hold around an introduction: ----- *** : */
static size_t ornament_size(struct str text)
{
    static const char *const wide[] = { "：", "—", "－", "─", "［", "］" };
    static const bool plain[256] = {
        ['-'] = true, ['_'] = true,  ['*'] = true, ['='] = true, ['+'] = true,
        [':'] = true, ['<'] = true,  ['>'] = true, ['['] = true, [']'] = true,
        [' '] = true, ['\t'] = true, ['#'] = true
    };
    if (text.size == 0)
        return 0;
    if (plain[(unsigned char)text.data[0]])
        return 1;
    if ((unsigned char)text.data[0] != 0xe2 && (unsigned char)text.data[0] != 0xef)
        return 0;
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
        if (starts(text, wide[i]))
            return strlen(wide[i]);
    return 0;
}

struct str line_undecorated(struct str text)
{
    for (size_t size; (size = ornament_size(text)) > 0;)
        text = skipped(text, size);
    return text;
}

/* Does it tell what happened, or who the writer is? No name or title does. */
bool line_tells(struct str text)
{
    static const char *const words[] = { "了", "着", "著", "我", "爆", "漏", "烫", "冒", "，" };
    static const char *const marks[] = { "!", "?", "。", "！", "？" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (has(text, words[i]))
            return true;
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (ends(text, marks[i]))
            return true;
    return false;
}

/* A word that names no device tells something: "Sent from my phone, my heater smokes". */
static bool names_device(struct str word)
{
    static const char *const devices[] = { "phone",      "mobile", "tablet",   "device",
                                           "smartphone", "mail",   "wireless", "handheld" };
    if (word.size <= 3 || word.data[0] < 'a' || word.data[0] > 'z')
        return true;
    if (word.data[1] >= 'A' && word.data[1] <= 'Z')
        return true; /* iPhone */
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
        if (starts(word, devices[i]) && word.size <= strlen(devices[i]) + 1)
            return true;
    return false;
}

static bool is_device(struct str text, size_t opening)
{
    struct str rest = skipped(text, opening);
    if (text.size > DEVICE_BYTES || line_tells(rest))
        return false;
    if (starts(text, "从我的") || starts(text, "從我的"))
        return ends(text, "发送") || ends(text, "傳送") || ends(text, "寄出");
    while (rest.size > 0) {
        const char *space = memchr(rest.data, ' ', rest.size);
        size_t size = space ? (size_t)(space - rest.data) : rest.size;
        if (!names_device((struct str){ rest.data, size }))
            return false;
        rest = trimmed(skipped(rest, size));
    }
    return true;
}

/* Nothing but ornaments behind the words, or "by … on …:". */
static bool is_introduction(struct str text, size_t words, bool decorated)
{
    struct str rest = skipped(text, words);
    if (text.size > INTRODUCTION_BYTES)
        return false;
    return line_undecorated(rest).size == 0 || (decorated && starts(rest, " by "));
}

static enum line_kind kind_of_opening(struct str text, const struct opening *opening,
                                      bool decorated)
{
    size_t size = strlen(opening->text);
    switch (opening->kind) {
    case LINE_HISTORY:
    case LINE_FORWARDED:
        return is_introduction(text, size, decorated) ? opening->kind : LINE_TEXT;
    case LINE_CLOSING:
        return text.size <= size + 4 ? LINE_CLOSING : LINE_TEXT; /* "Regards," "此致！" */
    case LINE_DEVICE:
        return is_device(text, size) ? LINE_DEVICE : LINE_TEXT;
    default:
        return opening->kind;
    }
}

enum line_kind line_kind(struct str text)
{
    if (text.size <= 6 && (str_is(text, "--") || str_is(text, "—") || str_is(text, "——")))
        return LINE_DELIMITER;
    struct str plain = text;
    if (text.size > 0 && ornament_size(text) > 0)
        plain = line_undecorated(text);
    if (plain.size < 4)
        return LINE_TEXT;
    char head[4];
    for (size_t i = 0; i < sizeof(head); i++)
        head[i] = lower(plain.data[i]);
    const struct opening *opening = openings[(unsigned char)head[0]];
    for (; opening && opening->kind != LINE_TEXT; opening++) {
        if (memcmp(opening->text, head, sizeof(head)) != 0 || !starts(plain, opening->text))
            continue;
        enum line_kind kind = kind_of_opening(plain, opening, plain.data != text.data);
        if (kind != LINE_TEXT)
            return kind;
    }
    return LINE_TEXT;
}
