/* The words of explain.c in both languages. */
#pragma once

#include "explain/explain.h"

enum word {
    WORD_URGENCY,
    WORD_OF_100,
    WORD_SUBJECT,
    WORD_QUESTION,
    WORD_OTHERS,
    WORD_PAST,
    WORD_IMAGINED,
    WORD_NEGATED,
    WORD_FIGURE,
    WORD_TERM,
    WORD_QUOTED,
    WORD_SIGNATURE,
    WORD_EMPHASIS,
    WORD_FLOOR,
    WORD_FLOOR_BY,
    WORD_EARLIER,
    WORD_NO_SIGNAL,
    WORD_LABEL,
    WORD_BY_RULE,
    WORD_GOES_TO,
    WORD_STAYS,
    WORD_PATH,
    WORD_BECAUSE,
    WORD_NOTHING_MATCHED,
    WORD_SCREENED_TO,
    WORD_COPIES,
    WORD_NEAREST,
    WORD_FAILS,
    WORD_LEARNED,
    WORD_LEARNED_BY,
    WORD_MARGIN,

    WORD_PROMISE,
    WORD_WITHIN,
    WORD_TELLS,
    WORD_LEVEL_OF,
    WORD_NEXT,
    WORD_WARNINGS,
    WORD_CONFIG,
    WORD_OUTCOME,
    WORD_DEADLETTER,
    WORD_FORWARD,
    WORD_NOTHING,
    WORD_CUSTOMER,
    WORD_FULL,
    WORD_COMMA,
    WORD_OPEN,
    WORD_CLOSE,
    WORD_VULNERABLE,
    WORD_VALUE,
    WORD_INTERNAL,
    WORD_COLON,
    WORD_STOPPED_CUSTOMER,
    WORD_STOPPED_HISTORY,
    WORD_COUNT
};

struct str explain_word(enum word word, enum explain_language language);
/* "band" is "urgent" or "紧急"; what is unknown stays as it is. */
struct str explain_term(struct str term, enum explain_language language);
