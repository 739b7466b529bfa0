#include "grammar.h"

#include <string.h>

enum { HAN = 3 }; /* bytes of a Chinese character */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || c == '\'';
}

struct str next_word(struct str text, size_t *at, size_t to)
{
    while (*at < to && !is_letter(text.data[*at]))
        ++*at;
    size_t from = *at;
    while (*at < to && is_letter(text.data[*at]))
        ++*at;
    return from < *at ? (struct str){ text.data + from, *at - from } : STR_NONE;
}

struct str word_before(struct str text, size_t *at, size_t from)
{
    while (*at > from && !is_letter(text.data[*at - 1]))
        --*at;
    size_t to = *at;
    while (*at > from && is_letter(text.data[*at - 1]))
        --*at;
    return *at < to ? (struct str){ text.data + *at, to - *at } : STR_NONE;
}

bool is_among(struct str word, const char *const *words)
{
    for (; *words && word.size > 0; words++)
        if (**words == word.data[0] && str_is(word, *words)) /* mostly the first letter differs */
            return true;
    return false;
}

bool names_writer(struct str text, size_t from, size_t to)
{
    static const char *const words[] = { "i",   "me",   "my",  "mine", "we",     "us",
                                         "our", "ours", "i'm", "i've", "myself", NULL };
    static const char *const han[] = { "我", "咱" };
    for (size_t at = from; at + HAN <= to; at++)
        for (size_t i = 0; i < sizeof(han) / sizeof(han[0]); i++)
            if (memcmp(text.data + at, han[i], HAN) == 0)
                return true;
    struct str word;
    while (str_present(word = next_word(text, &from, to)))
        if (is_among(word, words))
            return true;
    return false;
}

static bool ends_in(struct str word, const char *end)
{
    size_t size = strlen(end);
    return word.size > size && memcmp(word.data + word.size - size, end, size) == 0;
}

static bool is_past(struct str word)
{
    static const char *const irregular[] = {
        "was",    "were",   "had",   "did",  "went",   "came",  "fell",  "blew",   "broke",
        "caught", "burnt",  "burst", "shot", "struck", "stuck", "threw", "lost",   "left",
        "found",  "felt",   "began", "lit",  "bit",    "got",   "took",  "tore",   "flew",
        "gave",   "gone",   "lay",   "sank", "slid",   "spun",  "stood", "told",   "woke",
        "drove",  "froze",  "shook", "ran",  "hit",    "cut",   "hurt",  "shut",   "set",
        "split",  "let",    "put",   "died", "swam",   "hung",  "swung", "sprang", "swollen",
        "fallen", "broken", "melt",  NULL
    };
    static const char *const alike[] = { "need",  "feed",  "speed",  "bleed",   "seed", "indeed",
                                         "breed", "steed", "exceed", "proceed", NULL };
    if (ends_in(word, "ed") && word.size > 3 && !is_among(word, alike))
        return true;
    return is_among(word, irregular);
}

/* Does an -s make a verb of it, rather than a noun of several? */
static bool is_third_person(struct str word, struct str before)
{
    static const char *const alike[] = { "this", "his",    "its",     "was",  "has",   "us",
                                         "yes",  "always", "perhaps", "gas",  "less",  "stairs",
                                         "as",   "does",   "kids",    "news", "pants", NULL };
    static const char *const determiners[] = { "the",  "a",     "an",    "my",    "our",   "your",
                                               "his",  "her",   "their", "these", "those", "some",
                                               "any",  "all",   "of",    "in",    "on",    "two",
                                               "with", "by",    "from",  "more",  "and",   "such",
                                               "no",   "these", NULL };
    return word.size > 3 && ends_in(word, "s") && !ends_in(word, "ss") && !ends_in(word, "'s") &&
           !is_among(word, alike) && str_present(before) && !is_among(before, determiners);
}

enum tense tense_of(struct str text, size_t from, size_t to)
{
    static const char *const lasting[] = { "is", "are", "it's", "they're", NULL };
    static const char *const present[] = { "get",   "gets",  "be",     "can",   "could",
                                           "may",   "might", "will",   "would", "should",
                                           "shall", "must",  "it'll",  "does",  "do",
                                           "has",   "have",  "breaks", NULL };
    struct str word, before = STR_NONE;
    for (; str_present(word = next_word(text, &from, to)); before = word) {
        if (is_past(word))
            return TENSE_PAST;
        if (is_among(word, lasting))
            return TENSE_LASTING;
        if (is_among(word, present) || is_third_person(word, before))
            return TENSE_PRESENT;
    }
    return TENSE_UNKNOWN;
}

bool is_completed(struct str text, size_t from, size_t to)
{
    static const char *const done[] = { "了", "咗" };
    for (size_t at = from; at + HAN <= to; at++)
        for (size_t i = 0; i < sizeof(done) / sizeof(done[0]); i++)
            if (memcmp(text.data + at, done[i], HAN) == 0)
                return true;
    return false;
}

bool asks_either(struct str text, size_t from, size_t to)
{
    static const char *const denials[] = { "不", "没", "唔" };
    for (size_t at = from; at + 3 * HAN <= to; at++) {
        const char *verb = text.data + at;
        if ((unsigned char)verb[0] < 0xe3 || memcmp(verb, verb + 2 * HAN, HAN) != 0)
            continue;
        for (size_t i = 0; i < sizeof(denials) / sizeof(denials[0]); i++)
            if (memcmp(verb + HAN, denials[i], HAN) == 0)
                return true;
    }
    return false;
}
