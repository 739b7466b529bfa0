#include "supposed.h"

#include <string.h>
#include "grammar.h"
#include "letters.h"

enum {
    DENIAL_BYTES = 4,      /* "it did not" */
    EARLIER_BYTES = 120,   /* of a sentence, before the clause */
    CONDITION_WORDS = 4,   /* between "before" and what it is about */
    ALTERNATIVE_WORDS = 2, /* between "or" and what might be instead */
    INQUIRY_WORDS = 8      /* between "does" and what is asked */
};

static struct str text_of(const struct context *context)
{
    return buf_str(&context->normal->text);
}

/* Where the sentence begins, as far as it is looked at. */
static size_t sentence_begin(struct str text, size_t at)
{
    size_t low = at > EARLIER_BYTES ? at - EARLIER_BYTES : 0;
    while (at > low && !is_sentence_end(text, at - 1))
        at--;
    while (is_continuation(text.data[at]))
        at++;
    return at;
}

static size_t sentence_end(struct str text, size_t at)
{
    size_t high = text.size - at > EARLIER_BYTES ? at + EARLIER_BYTES : text.size;
    while (at < high && !is_sentence_end(text, at))
        at++;
    return at;
}

/* -- English ----------------------------------------------------------------------------------- */

/* The last "if" or "before" in front of the phrase, as the place behind it; 0: none within reach.
 */
static size_t condition_before(struct str text, const struct finding *finding,
                               const struct clause *clause, bool *until)
{
    static const char *const ifs[] = { "if", "unless", "lest", NULL };
    static const char *const untils[] = { "before", "until", "till", NULL };
    size_t at = finding->from;
    for (int words = 0; words <= CONDITION_WORDS; words++) {
        struct str word = word_before(text, &at, clause->from);
        *until = is_among(word, untils);
        if (*until || is_among(word, ifs))
            return at + word.size;
    }
    return 0;
}

/* "Before it catches fire", "if it had exploded"; not "before it exploded", nor "if I plug it in it
 * burns". */
static bool is_conditional(struct str text, const struct finding *finding,
                           const struct clause *clause)
{
    static const char *const unreal[] = { "had", "were", NULL };
    static const char *const reader[] = { "you", "your", NULL };
    bool until = false;
    size_t from = condition_before(text, finding, clause, &until), at = from;
    if (from == 0 || names_writer(text, from, finding->from))
        return false;
    for (struct str word; str_present(word = next_word(text, &at, finding->to));) {
        size_t begin = (size_t)(word.data - text.data);
        if (begin < finding->from && is_among(word, reader))
            return false;
        if (!until && is_among(word, unreal))
            return true;
    }
    enum tense tense = tense_of(text, from, finding->to);
    return tense == TENSE_PRESENT || (until && tense == TENSE_LASTING);
}

/* What an auxiliary that begins a question asks: its subject and the phrase. */
static bool asks_of(struct str text, size_t from, const struct finding *finding)
{
    static const char *const finite[] = { "that", "because", "when",  "is",    "are", "was",
                                          "were", "has",     "had",   "you",   "why", "how",
                                          "it's", "there's", "since", "after", NULL };
    size_t words = 0, at = from;
    for (struct str word; str_present(word = next_word(text, &at, finding->to));) {
        if (is_among(word, finite))
            return false;
        words += (size_t)(word.data - text.data) < finding->from;
    }
    return words <= INQUIRY_WORDS && !names_writer(text, from, finding->from) &&
           tense_of(text, from, finding->to) != TENSE_PAST;
}

/* "Have people been …?" Of nobody in particular, and right before the phrase. */
static bool asks_whether_ever(struct str text, size_t from, const struct finding *finding)
{
    static const char *const vague[] = { "any",    "anyone",    "anybody",  "someone", "somebody",
                                         "people", "customers", "children", "kids",    "others",
                                         "there",  "one",       "a",        "an",      "many",
                                         "ever",   "been",      "already",  "yet",     "else",
                                         "child",  "incidents", NULL };
    struct str word = next_word(text, &from, finding->to);
    if (!str_present(word) || !is_among(word, vague))
        return false;
    while (from < finding->from && str_present(word = next_word(text, &from, finding->from)))
        if (!is_among(word, vague))
            return false;
    return true;
}

/* A question with one mark that begins with its auxiliary. */
static bool is_inquired(const struct context *context, const struct finding *finding,
                        const struct clause *clause)
{
    static const char *const openers[] = { "so", "and", "but",    "ok",   "also",
                                           "hi", "hey", "please", "then", NULL };
    static const char *const bare[] = { "do",    "does", "can",    "could", "will",
                                        "would", "may",  "should", "might", NULL };
    static const char *const perfect[] = { "has", "have", "did", NULL };
    struct str text = text_of(context), word;
    size_t at = clause->from;
    if (clause->marks != 1 ||
        context_has(context, MODIFIER_PRESUMING, clause->from, finding->from) ||
        context_has(context, MODIFIER_PRESENT, clause->from, clause->to))
        return false;
    do
        word = next_word(text, &at, finding->from);
    while (str_present(word) && is_among(word, openers));
    if (is_among(word, bare))
        return asks_of(text, at, finding);
    return is_among(word, perfect) && asks_whether_ever(text, at, finding);
}

/* The place behind an "or" that the phrase belongs to: it is the verb there, or right behind it;
 * 0: none. */
static size_t behind_or(struct str text, const struct finding *finding, const struct clause *clause)
{
    static const char *const subjects[] = { "the", "a",  "an",   "my",   "our",   "your", "his",
                                            "her", "it", "they", "he",   "she",   "we",   "i",
                                            "you", "so", "this", "that", "these", NULL };
    size_t at = finding->from, first = finding->from;
    for (int words = 0; words <= ALTERNATIVE_WORDS; words++) {
        struct str word = word_before(text, &at, clause->from);
        if (is_among(word, subjects))
            return 0;
        if (str_is(word, "or"))
            return is_among(next_word(text, &first, finding->to), subjects) ? 0 : at + word.size;
    }
    return 0;
}

/* "Could stall, or catch fire": what might be goes on behind "or" when that is followed by a verb.
 */
static bool is_alternative(const struct context *context, const struct finding *finding,
                           const struct clause *clause)
{
    struct str text = text_of(context);
    size_t behind = behind_or(text, finding, clause);
    if (behind == 0)
        return false;
    const struct word *modal =
        words_find(&context->words, MODIFIER_QUESTION, sentence_begin(text, clause->from), behind);
    return modal && !context_has(context, MODIFIER_CONTRAST, modal->to, behind);
}

/* -- Chinese ----------------------------------------------------------------------------------- */

/* 不然插座就起火了: what did not come about. Who speaks of himself threatens. */
static bool is_averted(struct str text, const struct finding *finding, const struct clause *clause)
{
    static const char *const otherwise[] = { "不然", "否则", "要不然" };
    for (size_t i = 0; i < sizeof(otherwise) / sizeof(otherwise[0]); i++) {
        size_t behind = clause->from + strlen(otherwise[i]);
        if (behind <= finding->from &&
            memcmp(text.data + clause->from, otherwise[i], strlen(otherwise[i])) == 0)
            return !names_writer(text, behind, finding->to);
    }
    return false;
}

static bool has_any(struct str text, const char *const *words, size_t from, size_t to)
{
    for (; *words; words++)
        if (from < to && memmem(text.data + from, to - from, *words, strlen(*words)))
            return true;
    return false;
}

/* 一旦…，房子垮了压死人怎么办: a condition in an earlier clause, and this one asks what then. */
static bool is_consequence(const struct context *context, const struct finding *finding,
                           const struct clause *clause)
{
    static const char *const conditions[] = { "一旦", "万一", "如果", "要是", "假如",
                                              "倘若", "若是", "哪天", NULL };
    struct str text = text_of(context);
    return (context_has(context, MODIFIER_PRESUMING, finding->to, clause->to) ||
            context_has(context, MODIFIER_QUESTION, finding->to, clause->to)) &&
           has_any(text, conditions, sentence_begin(text, clause->from), clause->from);
}

/* 电动车自燃算不算在内 */
static bool is_either(const struct context *context, const struct finding *finding,
                      const struct clause *clause)
{
    return asks_either(text_of(context), finding->to, clause->to) &&
           !context_has(context, MODIFIER_PRESUMING, finding->to, clause->to);
}

static bool is_supposed_in_chinese(const struct context *context, const struct finding *finding,
                                   const struct clause *clause)
{
    struct str text = text_of(context);
    bool asked = is_either(context, finding, clause) || is_consequence(context, finding, clause);
    if (asked)
        asked = !is_completed(text, finding->from, clause->to) &&
                !names_writer(text, clause->from, clause->to);
    return (asked || is_averted(text, finding, clause)) &&
           !context_has(context, MODIFIER_PRESENT, sentence_begin(text, clause->from),
                        sentence_end(text, clause->to));
}

/* ---------------------------------------------------------------------------------------------- */

/* "… is an accident waiting to happen", 摔伤的隐患 */
static bool is_only_possible(struct context *context, const struct finding *finding,
                             const struct clause *clause)
{
    struct str text = text_of(context);
    return context_may_have(context, MODIFIER_BIT(SUPPOSED)) &&
           context_has(context, MODIFIER_SUPPOSED, finding->to, clause->to) &&
           !context_has(context, MODIFIER_PRESENT, clause->from, clause->to) &&
           !is_completed(text, finding->from, clause->to) &&
           tense_of(text, finding->from, finding->to) != TENSE_PAST;
}

bool is_confirmed(struct context *context, const struct finding *finding)
{
    if (!context_may_have(context, MODIFIER_BIT(CONFIRMED)))
        return false;
    struct str text = text_of(context);
    size_t end = sentence_end(text, finding->to);
    while (end < text.size && (is_sentence_end(text, end) || text.data[end] == ' '))
        end += (unsigned char)text.data[end] == 0xe3 ? 3 : 1;
    end = sentence_end(text, end);
    const struct word *word = words_find(&context->matters, MODIFIER_CONFIRMED, finding->from, end);
    return word && !context_has(context, MODIFIER_NEGATION, word->to, word->to + DENIAL_BYTES);
}

bool is_supposed(struct context *context, const struct finding *finding,
                 const struct clause *clause)
{
    struct str text = text_of(context);
    if (is_only_possible(context, finding, clause))
        return true;
    if ((unsigned char)text.data[finding->from] >= 0x80)
        return is_supposed_in_chinese(context, finding, clause);
    return is_conditional(text, finding, clause) || is_inquired(context, finding, clause) ||
           is_alternative(context, finding, clause);
}
