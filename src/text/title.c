#include "title.h"

#include <string.h>

enum { TITLE_BYTES = 80, TITLE_WORDS = 6 };

static bool is_at(struct str text, size_t at, const char *mark)
{
    size_t size = strlen(mark);
    return text.size - at >= size && memcmp(text.data + at, mark, size) == 0;
}

/* Most texts have neither of them. */
static bool has_marks(struct str text)
{
    const char *at = text.data, *end = text.data + text.size;
    if (memchr(text.data, '"', text.size))
        return true;
    while ((at = memchr(at, 0xe3, (size_t)(end - at)))) {
        if (end - at >= 3 && at[1] == '\x80' && at[2] >= '\x88' && at[2] <= '\x8f')
            return true; /* 〈 to 』 */
        at++;
    }
    return false;
}

struct span {
    size_t from, to; /* between the marks */
};

/* Does an odd number of quotation marks stand before the phrase? Counted on from the last one. */
static bool is_quoted(struct context *context, struct str text, const struct finding *finding)
{
    if (context->quotes_to > finding->from || context->quotes_field != finding->field)
        context->quotes = context->quotes_to = 0;
    context->quotes_field = finding->field;
    for (; context->quotes_to < finding->from; context->quotes_to++) {
        if (text.data[context->quotes_to] == '\n')
            context->quotes = 0; /* between subject and body */
        context->quotes += text.data[context->quotes_to] == '"';
    }
    return context->quotes % 2 == 1;
}

/* The nearest `open` before the phrase and `close` behind it, with neither between. */
static bool enclosed(struct str text, const struct finding *finding, const char *open,
                     const char *close, struct span *span)
{
    size_t low = finding->from > TITLE_BYTES ? finding->from - TITLE_BYTES : 0;
    size_t high = text.size - finding->to > TITLE_BYTES ? finding->to + TITLE_BYTES : text.size;
    size_t from = finding->from, to = finding->to;
    while (from > low && text.data[from] != '\n' && !is_at(text, from, open) &&
           !is_at(text, from, close))
        from--;
    if (!is_at(text, from, open) || from == finding->from)
        return false;
    while (to < high && text.data[to] != '\n' && !is_at(text, to, close))
        to++;
    if (to == high || text.data[to] == '\n') /* between subject and body */
        return false;
    *span = (struct span){ from + strlen(open), to };
    return true;
}

/* 《关于充电宝爆炸的投诉》 is a letter about what happened, 《劳动合同法》 a law that is invoked.
 */
static bool is_document(struct str title)
{
    static const char *const about[] = { "关于", "投诉", "举报", "求助", "申诉",
                                         "反映", "事故", "诊断", "鉴定", "情况" };
    static const char *const ends[] = { "法",   "条例", "办法", "规定", "细则", "规范", "标准",
                                        "规划", "通知", "意见", "决定", "合同", "协议", "公告",
                                        "报告", "证明", "证",   "书",   "单",   "函",   "表" };
    for (size_t i = 0; i < sizeof(about) / sizeof(about[0]); i++)
        if (memmem(title.data, title.size, about[i], strlen(about[i])))
            return true;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (title.size >= strlen(ends[i]) && is_at(title, title.size - strlen(ends[i]), ends[i]))
            return true;
    return false;
}

/* Does every word but the small ones begin with a capital? One alone says little. */
static bool is_title_case(struct str title)
{
    unsigned words = 0;
    for (size_t at = 0, end; at < title.size; at = end + 1) {
        const char *space = memchr(title.data + at, ' ', title.size - at);
        end = space ? (size_t)(space - title.data) : title.size;
        struct str word = { title.data + at, end - at };
        if (str_equal_nocase(word, STR("my")) || str_equal_nocase(word, STR("our")) ||
            str_equal_nocase(word, STR("i")))
            return false;
        if (word.size > 3 && !(word.data[0] >= 'A' && word.data[0] <= 'Z'))
            return false;
        words += word.size > 0;
    }
    return words >= 2 && words <= TITLE_WORDS;
}

/* Nothing between the two, or "called". What somebody says in a game stands in quotation marks too.
 */
static bool is_close(struct str text, size_t from, size_t to)
{
    static const char *const names[] = { "",   "called", "titled", "named",
                                         "叫", "叫做",   "名为",   "名叫" };
    while (from < to && (text.data[from] == ' ' || text.data[from] == '"'))
        from++;
    while (to > from && (text.data[to - 1] == ' ' || text.data[to - 1] == '"'))
        to--;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_is((struct str){ text.data + from, to - from }, names[i]))
            return true;
    return false;
}

static bool is_beside_work(const struct context *context, const struct span *span)
{
    struct str text = buf_str(&context->normal->text);
    for (size_t i = 0; i < context->matters.count; i++) {
        const struct word *word = &context->matters.items[i];
        if (word->kind == MODIFIER_WORK &&
            (word->to <= span->from
                 ? is_close(text, word->to, span->from)
                 : word->from >= span->to && is_close(text, span->to, word->from)))
            return true;
    }
    return false;
}

bool title_holds(struct context *context, const struct finding *finding)
{
    static const char *const pairs[][2] = { { "《", "》" }, { "〈", "〉" } };
    static const char *const quotes[][2] = { { "\"", "\"" }, { "「", "」" }, { "『", "』" } };
    struct str text = buf_str(&context->normal->text);
    struct span span;
    if (!context->marks_known) {
        context->has_marks = has_marks(text);
        context->marks_known = true;
    }
    if (!context->has_marks)
        return false;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (enclosed(text, finding, pairs[i][0], pairs[i][1], &span))
            return !is_document((struct str){ text.data + span.from, span.to - span.from });
    for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
        if ((i == 0 && !is_quoted(context, text, finding)) ||
            !enclosed(text, finding, quotes[i][0], quotes[i][1], &span))
            continue;
        size_t from = normal_from(context->normal, span.from);
        size_t to = normal_to(context->normal, span.to);
        struct str title = { context->original[finding->field].data + from, to - from };
        return is_beside_work(context, &span) ||
               (is_title_case(title) && (unsigned char)title.data[0] < 0x80);
    }
    return false;
}
