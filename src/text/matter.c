#include "matter.h"

#include <string.h>
#include "grammar.h"
#include "letters.h"
#include "supposed.h"
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

static size_t end_from(struct str text, size_t at, size_t most)
{
    size_t high = text.size - at > most ? at + most : text.size;
    while (at < high && !is_sentence_end(text, at))
        at++;
    return at;
}

/* Where the next sentence begins: behind the marks that ended the last. */
static size_t behind_end(struct str text, size_t at)
{
    size_t most = at + 8;
    while (at < text.size && at < most && (is_sentence_end(text, at) || text.data[at] == ' '))
        at += (unsigned char)text.data[at] == 0xe3 ? 3 : 1;
    return at;
}

static struct sentence sentence_around(struct str text, const struct finding *finding)
{
    struct sentence sentence = { .from = finding->from };
    size_t low = finding->from > SENTENCE_BYTES ? finding->from - SENTENCE_BYTES : 0;
    while (sentence.from > low && !is_sentence_end(text, sentence.from - 1))
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

/* Hearsay or another's thing before it in its clause, or "news of" right behind it; and neither the
 * writer himself nor a present need in it. In a further clause the writer may tell of himself:
 * 网上看到广告，被骗了. */
static bool is_others(const struct context *context, const struct finding *finding,
                      const struct clause *clause, const struct sentence *sentence)
{
    struct str text = buf_str(&context->normal->text);
    const struct words *matters = &context->matters;
    const struct word *word = words_find(matters, MODIFIER_HEARSAY, clause->from, finding->from);
    if (!word && !sentence->cries)
        word = words_find(matters, MODIFIER_OTHERS, clause->from, finding->from);
    if (!word)
        word =
            words_find(matters, MODIFIER_HEARSAY, finding->from + 1, finding->to + ADJACENT_BYTES);
    if (!word || context_has(context, MODIFIER_PRESENT, sentence->from, sentence->next_to) ||
        names_writer(text, finding->to, clause->to))
        return false;
    return word->to > finding->from ||
           (!context_has(context, MODIFIER_CONTRAST, word->to, finding->from) &&
            !names_writer(text, word->to, finding->from) &&
            !is_parted(context, finding, word->to, finding->from));
}

/* "Two years ago," before the clause, with nothing else in its own. */
static const struct word *time_before(const struct context *context, const struct clause *clause,
                                      const struct sentence *sentence)
{
    struct str text = buf_str(&context->normal->text);
    const struct word *word =
        words_find(&context->matters, MODIFIER_PAST, sentence->from, clause->from);
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
    const struct word *word =
        words_find(&context->matters, MODIFIER_PAST, clause->from, clause->to);
    if (!word)
        word = time_before(context, clause, sentence);
    if (!word)
        return false;
    size_t from = word->to < finding->from ? word->to : finding->to;
    size_t to = word->to < finding->from ? finding->from : word->from;
    return !context_has(context, MODIFIER_CONTRAST, from, to) &&
           !context_has(context, MODIFIER_SINCE, sentence->from, sentence->to) &&
           !context_has(context, MODIFIER_PRESENT, sentence->from, sentence->next_to) &&
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
    return context_has(context, MODIFIER_NEGATION, clause, word->from) ||
           context_has(context, MODIFIER_QUESTION, clause, to) ||
           context_has(context, MODIFIER_PRESENT, word->to, to) ||
           context_has(context, MODIFIER_CONTRAST, word->to, to);
}

/* Said to be in order again: behind it in the sentence or in a short one that follows, or right
 * before it ("fixed the sparking socket"). */
static bool is_settled(const struct context *context, const struct finding *finding,
                       const struct clause *clause, const struct sentence *sentence)
{
    const struct words *matters = &context->matters;
    const struct word *word = words_find(matters, MODIFIER_SETTLED, finding->to, sentence->to);
    if (word)
        return !sentence->asks && !is_taken_back(context, word, finding->to, sentence->next_to) &&
               !context_has(context, MODIFIER_PRESENT, finding->to, word->from);
    word = words_find(matters, MODIFIER_SETTLED, sentence->to, sentence->next_to);
    if (word)
        return !sentence->next_asks &&
               !is_taken_back(context, word, sentence->to, sentence->next_to) &&
               !context_has(context, MODIFIER_PRESENT, finding->to, word->from);
    word = words_find(matters, MODIFIER_SETTLED, clause->from, finding->from);
    return word && finding->from - word->to <= SETTLED_BYTES &&
           !context_has(context, MODIFIER_CONTRAST, word->to, finding->from) &&
           !is_taken_back(context, word, clause->from, word->to) &&
           !context_has(context, MODIFIER_PRESENT, sentence->from, sentence->to);
}

/* Imagined before it in the sentence, or behind it in its clause ("in the movie"). */
static bool is_imagined(const struct context *context, const struct finding *finding,
                        const struct clause *clause, const struct sentence *sentence)
{
    const struct words *matters = &context->matters;
    const struct word *word = words_find(matters, MODIFIER_IMAGINED, sentence->from, finding->to);
    if (word &&
        (word->from >= finding->from || is_parted(context, finding, word->from, finding->from)))
        word = NULL;
    if (!word) /* "exploded in" overlaps "in the film" */
        word = words_find(matters, MODIFIER_IMAGINED, finding->from + 1, clause->to);
    return word && !context_has(context, MODIFIER_PRESENT, sentence->from, sentence->to);
}

enum hit_mood matter_of(struct context *context, const struct finding *finding,
                        const struct clause *clause)
{
    if (title_holds(context, finding))
        return HIT_TERM;
    /* Most texts have no word that could turn a phrase away, and few hits of theirs are worth a
     * search for the ends of their sentences. */
    if (!context_may_have(context, MODIFIER_BIT(HEARSAY) | MODIFIER_BIT(OTHERS) |
                                       MODIFIER_BIT(PAST) | MODIFIER_BIT(SETTLED) |
                                       MODIFIER_BIT(IMAGINED)) ||
        is_confirmed(context, finding))
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
