#include "part_line.h"

#include "part_text.h"

enum {
    SAID_BYTES = 300, /* of "On …, … wrote:" */
    SAID_LINES = 3,
    HEADER_LINES = 8,
    BRIEF_BYTES = 60,   /* of "You wrote on Monday:" */
    RULE_BYTES = 5,     /* of dashes or underscores */
    WRAPPED_BYTES = 50, /* a shorter line was not wrapped */
    INSIDE_BYTES = 480  /* of headers on one line */
};

/* Does it tell a year and a time of day, or an address? */
static bool tells_when_or_who(struct str text)
{
    bool year = false, clock = false;
    for (size_t i = 0; i + 3 < text.size; i++) {
        const char *c = text.data + i;
        year |= (c[0] == '1' || c[0] == '2') && is_digit(c[1]) && is_digit(c[2]) && is_digit(c[3]);
        clock |= is_digit(c[0]) && (c[1] == ':' || c[1] == '.') && is_digit(c[2]) && is_digit(c[3]);
    }
    return (year && clock) || memchr(text.data, '@', text.size) != NULL;
}

/* Takes the colon off that it ends with. */
static bool ends_with_colon(struct str *text)
{
    if (text->size > 0 && text->data[text->size - 1] == ':')
        text->size--;
    else if (text->size > 0 && (unsigned char)text->data[text->size - 1] == 0x9a &&
             ends(*text, "："))
        text->size -= 3;
    else
        return false;
    *text = trimmed(*text);
    return true;
}

static bool ends_attribution(struct str text)
{
    static const char *const verbs[] = { "wrote",   "writes",  "写道",    "寫道",
                                         "schrieb", "a écrit", "escribió" };
    if (!ends_with_colon(&text))
        return false;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (ends(text, verbs[i]))
            return true;
    return starts(text, "am ") && has(text, " schrieb ");
}

static bool begins_attribution(struct str text)
{
    static const char *const words[] = { "on ", "at ", "am ", "le ", "el ", "在", "于", "於" };
    static const bool may[256] = { ['o'] = true,  ['a'] = true,  ['l'] = true, ['e'] = true,
                                   [0xe5] = true, [0xe4] = true, [0xe6] = true };
    if (is_digit(text.data[0]) || text.data[0] == '"')
        return true;
    if (!may[(unsigned char)lower(text.data[0])])
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (words[i][0] == lower(text.data[0]) && starts(text, words[i]))
            return true;
    return false;
}

static bool is_marked_after(struct str body, size_t at, unsigned marks)
{
    struct line line;
    for (int i = 0; i < 3 && line_at(body, at, &line); i++, at = line.to) {
        if (line.marks > marks)
            return true;
        if (line.text.size > 0)
            return false;
    }
    return false;
}

/* "On Tuesday Ann Hill wrote:" Names and days have capitals; who tells of somebody's words says
 * "he" or "your man". */
static bool is_names_and_days(struct str text)
{
    static const char *const small[] = { "on", "at", "the", "wrote" };
    unsigned words = 0;
    for (size_t i = 0, end; i < text.size; i = end + 1) {
        const char *space = memchr(text.data + i, ' ', text.size - i);
        end = space ? (size_t)(space - text.data) : text.size;
        struct str word = { text.data + i, end - i };
        bool known = word.size == 0;
        for (size_t k = 0; k < sizeof(small) / sizeof(small[0]); k++)
            known |= word.size == strlen(small[k]) && starts(word, small[k]);
        if (!known && !(word.data[0] >= 'A' && word.data[0] <= 'Z') && !is_digit(word.data[0]))
            return false;
        words += !known;
    }
    return words >= 2;
}

/* "You wrote:" The reader's own words, sent back to him. Whoever else wrote something may just have
 * told of a danger. */
static bool is_brief(struct str text)
{
    static const char *const subjects[] = { "you ", "您", "你", "客服" };
    static const char *const verbs[] = { "写道", "寫道", "回复", "回覆", "答复" };
    static const char *const openings[] = { "in your ", "on ", "earlier ", "you wrote" };
    static const char *const headings[] = { "your message",    "your original message",
                                            "your request",    "your enquiry",
                                            "your inquiry",    "previous message",
                                            "earlier message", "您的留言",
                                            "您的来信",        "之前的留言",
                                            "上一封邮件",      "上一条留言" };
    if (text.size > BRIEF_BYTES || !ends_with_colon(&text))
        return false;
    for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
        if (text.size == strlen(headings[i]) && starts(text, headings[i]))
            return true;
    for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++)
        if (starts(text, openings[i]) && (ends(text, "you wrote") || starts(text, "you wrote")))
            return true;
    if (starts(text, "on ") && ends(text, " wrote") && is_names_and_days(text))
        return true;
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
        for (size_t k = 0; k < sizeof(verbs) / sizeof(verbs[0]) && starts(text, subjects[i]); k++)
            if (ends(text, verbs[k]))
                return true;
    return false;
}

bool line_goes_on(struct str text)
{
    static const char *const stops[] = { ".", "!", "?", "。", "！", "？", "\"", "”" };
    if (text.size < WRAPPED_BYTES || (unsigned char)text.data[0] >= 0xe3)
        return false; /* Chinese is not wrapped by hand */
    for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
        if (ends(text, stops[i]))
            return false;
    return true;
}

size_t line_attribution(struct str body, const struct line *line, bool *brief)
{
    *brief = is_brief(line->text);
    if (*brief)
        return 1;
    bool begins = begins_attribution(line->text);
    struct line last = *line;
    if (line->text.size > SAID_BYTES || (!begins && !ends_attribution(line->text)))
        return 0; /* the usual line */
    for (size_t lines = 1; lines <= SAID_LINES; lines++) {
        struct str all = { line->text.data,
                           (size_t)(last.text.data + last.text.size - line->text.data) };
        if (all.size > SAID_BYTES || last.text.size == 0)
            return 0;
        if (ends_attribution(last.text))
            return tells_when_or_who(all) || is_marked_after(body, last.to, line->marks) ? lines
                                                                                         : 0;
        if (!begins || !line_at(body, last.to, &last) || last.marks != line->marks)
            return 0;
    }
    return 0;
}

static const char *const header_names[] = {
    "from:",     "sent:",    "date:",    "to:",    "cc:",      "subject:", "reply-to:", "发件人",
    "发送人",    "发送时间", "日期",     "时间",   "收件人",   "抄送",     "主题",      "寄件者",
    "寄件人",    "寄件日期", "傳送時間", "收件者", "副本",     "主旨",     "主題",      "von:",
    "gesendet:", "an:",      "betreff:", "de :",   "envoyé :", "à :",      "objet :",   "date :"
};

/* How many further headers stand in the line, as when its line ends were lost; `*behind` the last
 * of their names. */
static unsigned headers_inside(struct str text, size_t *behind)
{
    static const char *const inside[] = { "Sent:",    "Date:", "To:",      "Subject:",
                                          "发送时间", "日期",  "收件人",   "主题",
                                          "主旨",     "主題",  "傳送時間", "收件者" };
    unsigned count = 0;
    *behind = 0;
    if (text.size > INSIDE_BYTES)
        text.size = INSIDE_BYTES;
    for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
        const char *found = memmem(text.data, text.size, inside[i], strlen(inside[i]));
        size_t end = found ? (size_t)(found - text.data) + strlen(inside[i]) : 0;
        count += found != NULL;
        *behind = end > *behind ? end : *behind;
    }
    return count;
}

static bool is_header(struct str text)
{
    text = line_undecorated(text);
    for (size_t i = 0; i < sizeof(header_names) / sizeof(header_names[0]); i++) {
        if (!starts(text, header_names[i]))
            continue;
        struct str rest = trimmed(skipped(text, strlen(header_names[i])));
        return (unsigned char)header_names[i][0] < 0x80 || starts(rest, ":") || starts(rest, "：");
    }
    return false;
}

/* Does the line above hold nothing but a rule? */
static bool is_ruled_off(struct str body, const struct line *line)
{
    size_t to = line->from > 0 ? line->from - 1 : 0, from = to;
    while (from > 0 && body.data[from - 1] != '\n')
        from--;
    struct str above = trimmed((struct str){ body.data + from, to - from });
    return above.size >= RULE_BYTES && line_undecorated(above).size == 0;
}

size_t line_headers(struct str body, const struct line *line)
{
    /* "From: Leeds, To: York" is a journey. */
    bool sure = has(line->text, "@") || is_ruled_off(body, line);
    unsigned enough = sure ? 2 : 3;
    struct line next = *line;
    unsigned found = 1;
    size_t lines = 1;
    if (!is_header(line->text))
        return 0;
    for (size_t i = 2;
         i <= HEADER_LINES && line_at(body, next.to, &next) && next.marks == line->marks; i++) {
        if (next.text.size == 0 && found > 1)
            break;
        if (!is_header(next.text))
            continue; /* addresses that went on to a further line */
        found++;
        lines = i;
    }
    return found >= enough ? lines : 0;
}

/* -- lost line ends -------------------------------------------------------------------------- */

/* Where the sentence that ends at `end` begins: behind a mark and a space, or at "On". */
static size_t attribution_begin(struct str text, size_t end)
{
    static const char *const marks[] = { "。", "！", "？", "；" };
    size_t low = end > SAID_BYTES ? end - SAID_BYTES : 0;
    for (size_t at = end; at-- > low;) {
        struct str rest = skipped(text, at);
        if (at > 0 && text.data[at - 1] == ' ' && memcmp(rest.data, "On ", 3) == 0)
            return at;
        for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
            if (starts(rest, marks[i]) && at + 3 <= end)
                return at + 3;
    }
    return low;
}

/* The colon at `at` ends "wrote". */
static bool attribution_inside(struct str text, size_t at, size_t *from)
{
    static const char *const verbs[] = { " wrote", "写道", "寫道" };
    struct str before = trimmed((struct str){ text.data, at });
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (!ends(before, verbs[i]))
            continue;
        size_t end = before.size - strlen(verbs[i]);
        *from = attribution_begin(text, end);
        struct str said = trimmed((struct str){ text.data + *from, end - *from });
        return said.size > 0 && begins_attribution(said) && tells_when_or_who(said);
    }
    return false;
}

/* The colon at `at` ends the name of a header, and more of them follow. */
static bool headers_inside_from(struct str text, size_t at, size_t *from, size_t *behind)
{
    static const char *const first[] = { "From", "发件人", "寄件者", "寄件人" };
    struct str before = trimmed((struct str){ text.data, at });
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        size_t size = strlen(first[i]);
        if (before.size < size || memcmp(before.data + before.size - size, first[i], size) != 0)
            continue;
        *from = (size_t)(before.data - text.data) + before.size - size;
        struct str rest = skipped(text, *from);
        bool enough = headers_inside(rest, behind) >= 2;
        *behind += *from;
        return enough;
    }
    return false;
}

/* The next colon from `*at` on, and how many bytes it has; 0: there is none. */
static size_t colon_from(struct str text, size_t *at)
{
    static const char wide[] = "：";
    const char *colon = memchr(text.data + *at, ':', text.size - *at);
    size_t high = colon ? (size_t)(colon - text.data) : text.size;
    for (const char *han; (han = memchr(text.data + *at, wide[0], high - *at));) {
        *at = (size_t)(han - text.data);
        if (text.size - *at >= 3 && memcmp(han, wide, 3) == 0)
            return 3;
        ++*at;
    }
    *at = high;
    return colon ? 1 : 0;
}

bool line_history_inside(const struct line *line, size_t *from, size_t *behind)
{
    size_t at = 0;
    for (size_t size; (size = colon_from(line->text, &at)) > 0; at += size) {
        if (headers_inside_from(line->text, at, from, behind))
            return true;
        *behind = at + size;
        if (attribution_inside(line->text, at, from))
            return true;
    }
    return false;
}
