#include "mood.h"

#include <string.h>
#include "letters.h"
#include "matter.h"
#include "supposed.h"

/* How far a modifier reaches: characters of Chinese or words of English between it and the phrase.
 * A one-character negation (不, 没) binds closer than 没有 does: 不知道怎么着火的 denies nothing.
 */
enum {
    NEGATION_SHORT = 3,
    NEGATION_CHARACTERS = 6,
    NEGATION_WORDS = 4,
    QUESTION_CHARACTERS = 12,
    QUESTION_WORDS = 8,
    INTENSIFIER_CHARACTERS = 4,
    INTENSIFIER_WORDS = 2,
    OPEN_CHARACTERS = 3, /* of the end of an open phrase that may be its last word */
    OPEN_WORDS = 2,
    CLAUSE_BYTES = 240 /* no clause is searched further than this */
};

const char *hit_mood_name(enum hit_mood mood)
{
    static const char *const names[HIT_MOOD_COUNT] = {
        [HIT_STATED] = "stated",       [HIT_NEGATED] = "negated", [HIT_QUESTION] = "question",
        [HIT_OTHERS] = "others",       [HIT_PAST] = "past",       [HIT_IMAGINED] = "imagined",
        [HIT_FIGURE] = "figure",       [HIT_TERM] = "term",       [HIT_QUOTED] = "quoted",
        [HIT_SIGNATURE] = "signature",
    };
    return names[mood];
}

bool hit_mood_counts(enum hit_mood mood)
{
    static const bool counts[HIT_MOOD_COUNT] = { [HIT_STATED] = true,
                                                 [HIT_QUESTION] = true,
                                                 [HIT_OTHERS] = true,
                                                 [HIT_PAST] = true,
                                                 [HIT_IMAGINED] = true };
    return counts[mood];
}

static struct clause clause_around(struct str text, const struct finding *finding)
{
    struct clause clause = { finding->from, finding->to, 0, false };
    size_t low = finding->from > CLAUSE_BYTES ? finding->from - CLAUSE_BYTES : 0;
    size_t high = text.size - finding->to > CLAUSE_BYTES ? finding->to + CLAUSE_BYTES : text.size;
    while (clause.from > low && !is_clause_end(text, clause.from - 1))
        clause.from--;
    while (clause.from < finding->from && is_continuation(text.data[clause.from]))
        clause.from++; /* the rest of 。 or of a character cut at `low` */
    while (clause.to < high && !is_clause_end(text, clause.to))
        clause.to++;
    for (size_t at = clause.to; at < high; at++) {
        if (text.data[at] == '?')
            clause.marks++;
        else if (text.data[at] == '!')
            clause.marks += 2;
        else
            break;
    }
    clause.cut = (low > 0 && clause.from <= low + 3) || (clause.to == high && high < text.size);
    return clause;
}

/* Characters and space-separated words of text[from, to). */
static void measure(struct str text, size_t from, size_t to, unsigned *characters, unsigned *words)
{
    bool in_word = false;
    *characters = *words = 0;
    for (size_t at = from; at < to; at++) {
        if (is_continuation(text.data[at]))
            continue;
        bool space = text.data[at] == ' ';
        *characters += !space;
        *words += !space && !in_word;
        in_word = !space;
    }
}

static bool is_ascii_at(struct str text, size_t at)
{
    return (unsigned char)text.data[at] < 0x80;
}

/* Is the gap between a word and a phrase within reach? The word's script says how to count. */
static bool reaches(struct str text, const struct word *word, size_t from, size_t to,
                    unsigned most_characters, unsigned most_words)
{
    if (from >= to)
        return true;
    unsigned characters, words;
    measure(text, from, to, &characters, &words);
    return is_ascii_at(text, word->to - 1) ? words <= most_words : characters <= most_characters;
}

/* Did the writer end a line, or set something apart with a space in Chinese, between the two?
 * Normalising removed both: 没有电 着火了 is on fire, 没有 着火 is not. */
static bool set_apart(const struct context *context, const struct finding *finding, size_t from,
                      size_t to)
{
    if (from >= to || is_ascii_at(buf_str(&context->normal->text), from))
        return false;
    struct str original = context->original[finding->field];
    size_t end = normal_from(context->normal, to);
    for (size_t at = normal_from(context->normal, from); at < end; at++)
        if (original.data[at] == '\n' || original.data[at] == ' ')
            return true;
    return false;
}

/* Does any word of `kind` stand in [from, to)? */
static bool has_word(const struct context *context, size_t first, enum modifier kind, size_t from,
                     size_t to)
{
    for (size_t i = first; i < context->words.count && context->words.items[i].to <= to; i++)
        if (context->words.items[i].kind == kind && context->words.items[i].from >= from)
            return true;
    return false;
}

const struct word *words_find(const struct words *words, enum modifier kind, size_t from, size_t to)
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

bool context_may_have(struct context *context, uint32_t kinds)
{
    if (!context->matters_known)
        for (size_t i = 0; i < context->matters.count; i++)
            context->matter_kinds |= UINT32_C(1) << context->matters.items[i].kind;
    context->matters_known = true;
    return context->matter_kinds & kinds;
}

bool context_has(const struct context *context, enum modifier kind, size_t from, size_t to)
{
    return words_find(kind < MODIFIER_HEARSAY ? &context->words : &context->matters, kind, from,
                      to);
}

/* The first word that ends after `at`. */
static size_t word_after(const struct context *context, size_t at)
{
    size_t low = 0, high = context->words.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (context->words.items[middle].to <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* 了 right behind the phrase or at its end: it has happened. */
static bool is_done(struct str text, const struct finding *finding)
{
    static const char done[] = "\xe4\xba\x86";
    return (text.size - finding->to >= 3 && memcmp(text.data + finding->to, done, 3) == 0) ||
           (finding->to - finding->from >= 3 && memcmp(text.data + finding->to - 3, done, 3) == 0);
}

/* 没 and 无 deny the past, and what has happened (了) they cannot deny from afar. */
static bool denies_past(struct str text, const struct word *word)
{
    static const char *const past[] = { "没", "无", "未" };
    for (size_t i = 0; i < sizeof(past) / sizeof(past[0]); i++)
        if (word->to - word->from >= 3 && memcmp(text.data + word->from, past[i], 3) == 0)
            return true;
    return false;
}

static bool negates(const struct context *context, const struct finding *finding, size_t place)
{
    struct str text = buf_str(&context->normal->text);
    const struct word *word = &context->words.items[place];
    unsigned characters =
        word->to - word->from <= 3 ? (unsigned)NEGATION_SHORT : (unsigned)NEGATION_CHARACTERS;
    unsigned words = NEGATION_WORDS;
    size_t end = finding->from;
    if (word->from > finding->from) { /* in a gap of an open phrase */
        end = finding->to;
        characters += OPEN_CHARACTERS;
        words += OPEN_WORDS;
    }
    if (!reaches(text, word, word->to, end, characters, words))
        return false;
    if (word->to < end && denies_past(text, word) && is_done(text, finding) &&
        word->from < finding->from)
        return false;
    return !has_word(context, place, MODIFIER_CONTRAST, word->to, end) &&
           !set_apart(context, finding, word->to, end);
}

static bool is_negated(const struct context *context, const struct finding *finding,
                       const struct clause *clause)
{
    bool negated = false; /* each further negation turns it round */
    size_t first = word_after(context, clause->from);
    size_t end = finding->open ? finding->to : finding->from;
    for (size_t i = first; i < context->words.count && context->words.items[i].from < end; i++) {
        const struct word *word = &context->words.items[i];
        if (word->kind != MODIFIER_NEGATION || word->spent || word->from < clause->from)
            continue;
        /* One that overlaps stands before: 没有 and 有问题 in 没有问题. */
        bool inside = word->from > finding->from && word->to <= finding->to;
        if (word->from < finding->from || inside)
            negated ^= negates(context, finding, i);
    }
    return negated;
}

static bool ends_clause(struct str text, const struct word *word, const struct clause *clause)
{
    size_t at = word->to;
    while (at < clause->to && text.data[at] == ' ')
        at++;
    return at == clause->to;
}

/* A question word in front, one in a gap of an open phrase (充电宝有没有过自燃), or one that ends
 * the clause. */
static bool is_asked(const struct context *context, const struct finding *finding,
                     const struct clause *clause)
{
    struct str text = buf_str(&context->normal->text);
    for (size_t i = word_after(context, clause->from); i < context->words.count; i++) {
        const struct word *word = &context->words.items[i];
        if (word->from >= clause->to)
            break;
        if (word->kind != MODIFIER_QUESTION || word->spent || word->from < clause->from)
            continue;
        if (finding->open && word->from > finding->from && word->to < finding->to) {
            if (!has_word(context, i, MODIFIER_CONTRAST, word->to, finding->to))
                return true;
        } else if (word->from < finding->from) { /* "if it catches" overlaps "catches fire" */
            if (reaches(text, word, word->to, finding->from, QUESTION_CHARACTERS, QUESTION_WORDS) &&
                !has_word(context, i, MODIFIER_CONTRAST, word->to, finding->from))
                return true;
        } else if (word->from >= finding->to && ends_clause(text, word, clause)) {
            bool particle = word->to - word->from <= 3; /* 吗 asks even about what has happened */
            if (particle || !is_done(text, finding))
                return true;
        }
    }
    return false;
}

/* A question mark alone: not when it cries (?? or ?!), not when the question takes the matter as
 * given (为什么, 了), and never against a phrase that means danger. */
static bool is_wondered(const struct context *context, const struct finding *finding,
                        const struct clause *clause)
{
    if (clause->marks != 1 || finding->floored || is_done(buf_str(&context->normal->text), finding))
        return false;
    return !has_word(context, word_after(context, clause->from), MODIFIER_PRESUMING, clause->from,
                     clause->to);
}

static bool is_intensified(const struct context *context, const struct finding *finding,
                           const struct clause *clause)
{
    struct str text = buf_str(&context->normal->text);
    for (size_t i = word_after(context, clause->from); i < context->words.count; i++) {
        const struct word *word = &context->words.items[i];
        if (word->from >= clause->to)
            break;
        if (word->kind != MODIFIER_INTENSIFIER || word->spent || word->from < clause->from)
            continue;
        if (word->to <= finding->from &&
            reaches(text, word, word->to, finding->from, INTENSIFIER_CHARACTERS, INTENSIFIER_WORDS))
            return true;
        if (word->from >= finding->to && reaches(text, word, finding->to, word->from, 1, 0))
            return true;
    }
    return false;
}

/* Words in history, signatures and footers are not said now. */
static enum hit_mood mood_of_part(const struct context *context, const struct finding *finding)
{
    if (finding->field != HIT_BODY)
        return HIT_STATED;
    switch (parts_kind(context->parts, finding->original_from, finding->original_to)) {
    case PART_QUOTED:
        return HIT_QUOTED;
    case PART_SIGNATURE:
    case PART_FOOTER:
        return HIT_SIGNATURE;
    default:
        return HIT_STATED;
    }
}

enum hit_mood mood_of(struct context *context, const struct finding *finding, bool *intensified)
{
    struct clause clause = context->clause;
    if (clause.cut || finding->from < clause.from || finding->to > clause.to)
        clause = context->clause = clause_around(buf_str(&context->normal->text), finding);
    *intensified = false;
    enum hit_mood part = mood_of_part(context, finding);
    if (part != HIT_STATED)
        return part;
    if (context->words.count > 0) {
        *intensified = is_intensified(context, finding, &clause);
        if (is_negated(context, finding, &clause))
            return HIT_NEGATED;
        if (is_asked(context, finding, &clause) &&
            !(finding->grave && is_confirmed(context, finding)))
            return HIT_QUESTION;
    }
    if (is_wondered(context, finding, &clause))
        return HIT_QUESTION;
    if (!finding->grave)
        return HIT_STATED;
    enum hit_mood matter = matter_of(context, finding, &clause);
    return matter == HIT_STATED && is_supposed(context, finding, &clause) ? HIT_QUESTION : matter;
}
