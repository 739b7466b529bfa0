#include "matter.h"

#include <string.h>
#include "title.h"

enum {
    SENTENCE_BYTES = 240, /* no sentence is searched further than this */
    CLOSING_BYTES = 90,   /* of a sentence that says that the one before is settled */
    ADJACENT_BYTES = 12,  /* 的新闻 */
    SETTLED_BYTES = 2     /* between "fixed the" and what was fixed: "fixed the boiler, it burns" */
};

/* The sentence around a phrase; behind it the next one, where that is short. */
struct sentence {
    size_t from, to, next_to;
    bool asks, next_asks, cries;
};

/* What ends a sentence. A comma does not, nor does the dot of 3.5. */
static bool is_end(struct str text, size_t at)
{
    static const bool may[256] = {
        ['!'] = true, ['?'] = true, [';'] = true, ['.'] = true, ['\n'] = true, [0xe3] = true
    };
    unsigned char c = (unsigned char)text.data[at];
    if (!may[c])
        return false;
    if (c == 0xe3)
        return at + 2 < text.size && memcmp(text.data + at, "。", 3) == 0;
    return c != '.' || at + 1 == text.size || text.data[at + 1] == ' ';
}

static size_t end_from(struct str text, size_t at, size_t most)
{
    size_t high = text.size - at > most ? at + most : text.size;
    while (at < high && !is_end(text, at))
        at++;
    return at;
}

/* Where the next sentence begins: behind the marks that ended the last. */
static size_t behind_end(struct str text, size_t at)
{
    size_t most = at + 8;
    while (at < text.size && at < most && (is_end(text, at) || text.data[at] == ' '))
        at += (unsigned char)text.data[at] == 0xe3 ? 3 : 1;
    return at;
}

static struct sentence sentence_around(struct str text, const struct finding *finding)
{
    struct sentence sentence = { .from = finding->from };
    size_t low = finding->from > SENTENCE_BYTES ? finding->from - SENTENCE_BYTES : 0;
    while (sentence.from > low && !is_end(text, sentence.from - 1))
        sentence.from--;
    sentence.to = end_from(text, finding->to, SENTENCE_BYTES);
    sentence.asks = sentence.to < text.size && text.data[sentence.to] == '?';
    sentence.cries = sentence.to < text.size && text.data[sentence.to] == '!';
    size_t next = behind_end(text, sentence.to);
    sentence.next_to = end_from(text, next, CLOSING_BYTES);
    sentence.next_asks = sentence.next_to < text.size && text.data[sentence.next_to] == '?';
    if (sentence.next_to - next == CLOSING_BYTES)
        sentence.next_to = sentence.to; /* too long to close anything */
    return sentence;
}

/* The first word of `kind` that lies in [from, to); NULL: there is none. */
static const struct word *find(const struct words *words, enum modifier kind, size_t from,
                               size_t to)
{
    size_t low = 0, high = words->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (words->items[middle].from < from)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < words->count && words->items[low].to <= to; low++)
        if (words->items[low].kind == kind)
            return &words->items[low];
    return NULL;
}

static bool has(const struct context *context, enum modifier kind, size_t from, size_t to)
{
    return find(kind < MODIFIER_HEARSAY ? &context->words : &context->matters, kind, from, to);
}

/* Did the writer begin a new line between the two? In English one line end is a wrapped line. */
static bool is_parted(const struct context *context, const struct finding *finding, size_t from,
                      size_t to)
{
    struct str original = context->original[finding->field];
    size_t begin = from > 0 ? normal_to(context->normal, from) : 0;
    size_t end = normal_from(context->normal, to);
    const char *line = begin < end ? memchr(original.data + begin, '\n', end - begin) : NULL;
    if (!line)
        return false;
    bool han = (unsigned char)context->normal->text.data[to] >= 0xe3;
    size_t left = (size_t)(original.data + end - line);
    return han || (left > 1 && line[1] == '\n') || (left > 2 && line[1] == '\r');
}

/* Does the writer speak of himself or of what is his? Grammar, not vocabulary: no list. */
static bool names_writer(struct str text, size_t from, size_t to)
{
    static const char *const words[] = { "i",   "me",   "my",  "mine", "we",    "us",
                                         "our", "ours", "i'm", "i've", "myself" };
    static const char *const han[] = { "我", "咱" };
    for (size_t at = from, end; at < to; at = end) {
        end = at + 1;
        for (size_t i = 0; i < sizeof(han) / sizeof(han[0]); i++)
            if (to - at >= 3 && memcmp(text.data + at, han[i], 3) == 0)
                return true;
        if (text.data[at] < 'a' || text.data[at] > 'z')
            continue;
        while (end < to &&
               ((text.data[end] >= 'a' && text.data[end] <= 'z') || text.data[end] == '\''))
            end++;
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            if (str_is((struct str){ text.data + at, end - at }, words[i]))
                return true;
    }
    return false;
}

/* Hearsay or another's thing before it in its clause, or "news of" right behind it; and neither the
 * writer himself nor a present need in it. In a further clause the writer may tell of himself:
 * 网上看到广告，被骗了. */
static bool is_others(const struct context *context, const struct finding *finding,
                      const struct clause *clause, const struct sentence *sentence)
{
    struct str text = buf_str(&context->normal->text);
    const struct words *matters = &context->matters;
    const struct word *word = find(matters, MODIFIER_HEARSAY, clause->from, finding->from);
    if (!word && !sentence->cries)
        word = find(matters, MODIFIER_OTHERS, clause->from, finding->from);
    if (!word)
        word = find(matters, MODIFIER_HEARSAY, finding->from + 1, finding->to + ADJACENT_BYTES);
    if (!word || has(context, MODIFIER_PRESENT, sentence->from, sentence->next_to) ||
        names_writer(text, finding->to, clause->to))
        return false;
    return word->to > finding->from || (!has(context, MODIFIER_CONTRAST, word->to, finding->from) &&
                                        !names_writer(text, word->to, finding->from) &&
                                        !is_parted(context, finding, word->to, finding->from));
}

/* "Two years ago," before the clause, with nothing else in its own. */
static const struct word *time_before(const struct context *context, const struct clause *clause,
                                      const struct sentence *sentence)
{
    struct str text = buf_str(&context->normal->text);
    const struct word *word = find(&context->matters, MODIFIER_PAST, sentence->from, clause->from);
    if (!word)
        return NULL;
    for (size_t at = sentence->from; at < clause->from; at++)
        if ((at < word->from || at >= word->to) && text.data[at] != ' ' && text.data[at] != ',')
            return NULL;
    return word;
}

/* A time long past in the same clause, which is not when the thing was bought, and nothing of it
 * goes on. */
static bool is_long_past(const struct context *context, const struct finding *finding,
                         const struct clause *clause, const struct sentence *sentence)
{
    const struct word *word = find(&context->matters, MODIFIER_PAST, clause->from, clause->to);
    if (!word)
        word = time_before(context, clause, sentence);
    if (!word)
        return false;
    size_t from = word->to < finding->from ? word->to : finding->to;
    size_t to = word->to < finding->from ? finding->from : word->from;
    return !has(context, MODIFIER_CONTRAST, from, to) &&
           !has(context, MODIFIER_SINCE, sentence->from, sentence->to) &&
           !has(context, MODIFIER_PRESENT, sentence->from, sentence->next_to) &&
           (from >= to || !is_parted(context, finding, from, to));
}

/* Does the clause that holds the word deny it, or hand it on with a "but"? */
static bool is_taken_back(const struct context *context, const struct word *word, size_t from,
                          size_t to)
{
    struct str text = buf_str(&context->normal->text);
    size_t begin = word->from > 30 && word->from - 30 > from ? word->from - 30 : from;
    while (begin < word->from && ((unsigned char)text.data[begin] & 0xc0) == 0x80)
        begin++;
    size_t clause = word->from;
    while (clause > begin && text.data[clause - 1] != ',')
        clause--;
    return has(context, MODIFIER_NEGATION, clause, word->from) ||
           has(context, MODIFIER_QUESTION, clause, to) ||
           has(context, MODIFIER_PRESENT, word->to, to) ||
           has(context, MODIFIER_CONTRAST, word->to, to);
}

/* Said to be in order again: behind it in the sentence or in a short one that follows, or right
 * before it ("fixed the sparking socket"). */
static bool is_settled(const struct context *context, const struct finding *finding,
                       const struct clause *clause, const struct sentence *sentence)
{
    const struct words *matters = &context->matters;
    const struct word *word = find(matters, MODIFIER_SETTLED, finding->to, sentence->to);
    if (word)
        return !sentence->asks && !is_taken_back(context, word, finding->to, sentence->next_to) &&
               !has(context, MODIFIER_PRESENT, finding->to, word->from);
    word = find(matters, MODIFIER_SETTLED, sentence->to, sentence->next_to);
    if (word)
        return !sentence->next_asks &&
               !is_taken_back(context, word, sentence->to, sentence->next_to) &&
               !has(context, MODIFIER_PRESENT, finding->to, word->from);
    word = find(matters, MODIFIER_SETTLED, clause->from, finding->from);
    return word && finding->from - word->to <= SETTLED_BYTES &&
           !has(context, MODIFIER_CONTRAST, word->to, finding->from) &&
           !is_taken_back(context, word, clause->from, word->to) &&
           !has(context, MODIFIER_PRESENT, sentence->from, sentence->to);
}

/* Imagined before it in the sentence, or behind it in its clause ("in the movie"). */
static bool is_imagined(const struct context *context, const struct finding *finding,
                        const struct clause *clause, const struct sentence *sentence)
{
    const struct words *matters = &context->matters;
    const struct word *word = find(matters, MODIFIER_IMAGINED, sentence->from, finding->to);
    if (word &&
        (word->from >= finding->from || is_parted(context, finding, word->from, finding->from)))
        word = NULL;
    if (!word) /* "exploded in" overlaps "in the film" */
        word = find(matters, MODIFIER_IMAGINED, finding->from + 1, clause->to);
    return word && !has(context, MODIFIER_PRESENT, sentence->from, sentence->to);
}

/* Is there any word that could turn a phrase away? Most texts have none, and few hits of theirs
 * are worth a search for the ends of their sentences. */
static bool has_turning(const struct words *matters)
{
    for (size_t i = 0; i < matters->count; i++) {
        enum modifier kind = matters->items[i].kind;
        if (kind != MODIFIER_SINCE && kind != MODIFIER_PRESENT && kind != MODIFIER_WORK)
            return true;
    }
    return false;
}

enum hit_mood matter_of(struct context *context, const struct finding *finding,
                        const struct clause *clause)
{
    if (title_holds(context, finding))
        return HIT_TERM;
    if (!context->matters_known) {
        context->turns = has_turning(&context->matters);
        context->matters_known = true;
    }
    if (!context->turns)
        return HIT_STATED;
    struct sentence sentence = sentence_around(buf_str(&context->normal->text), finding);
    if (is_imagined(context, finding, clause, &sentence))
        return HIT_IMAGINED;
    if (is_others(context, finding, clause, &sentence))
        return HIT_OTHERS;
    if (is_long_past(context, finding, clause, &sentence) ||
        is_settled(context, finding, clause, &sentence))
        return HIT_PAST;
    return HIT_STATED;
}
