#include "match_node.h"

#include <stdatomic.h>
#include <unicode/utext.h>

/* ICU counts steps of its engine in units of 10,000, no clock: the same text gives the same answer
 * on every machine. 20 units are some milliseconds; a sane pattern needs less than one on the
 * largest body allowed. The stack grows on the heap with backtracking. */
enum { STEP_LIMIT = 20, STACK_BYTES = 1 << 20 };

struct match_regex {
    URegularExpression *compiled;        /* never searched with, only cloned: it is shared */
    _Atomic(URegularExpression *) spare; /* a clone at rest; whoever takes it owns it */
    struct match_regex *next;
};

static const char *reason(UErrorCode status)
{
    switch (status) {
    case U_REGEX_MISMATCHED_PAREN:
        return "a parenthesis is not closed";
    case U_REGEX_MISSING_CLOSE_BRACKET:
        return "a bracket is not closed";
    case U_REGEX_BAD_INTERVAL:
    case U_REGEX_MAX_LT_MIN:
        return "the {min,max} interval is wrong";
    case U_REGEX_RULE_SYNTAX:
        return "a repetition or group has nothing to stand on";
    case U_REGEX_BAD_ESCAPE_SEQUENCE:
        return "an escape is unknown";
    case U_REGEX_LOOK_BEHIND_LIMIT:
        return "a look-behind has no bounded length";
    default:
        return u_errorName(status);
    }
}

struct match_regex *match_regex_open(struct str pattern, struct arena *arena,
                                     struct match_regex **list, struct error *err)
{
    UErrorCode status = U_ZERO_ERROR;
    UParseError place = { .line = 0, .offset = 0 };
    UText text = UTEXT_INITIALIZER;
    utext_openUTF8(&text, pattern.data, (int64_t)pattern.size, &status);
    URegularExpression *compiled = uregex_openUText(&text, 0, &place, &status);
    utext_close(&text);
    if (U_FAILURE(status)) {
        uregex_close(compiled);
        error_set(err, "the regular expression is wrong at character %d: %s", (int)place.offset,
                  reason(status));
        return NULL;
    }
    struct match_regex *regex = arena_alloc(arena, sizeof(*regex));
    regex->compiled = compiled;
    regex->next = *list;
    *list = regex;
    return regex;
}

void match_regex_close(struct match_regex *list)
{
    for (; list; list = list->next) {
        uregex_close(atomic_exchange(&list->spare, NULL));
        uregex_close(list->compiled);
        list->compiled = NULL;
    }
}

/* A searcher of our own: a URegularExpression holds the state of its search, so threads cannot
 * share one. Most of the time the spare is there and nothing is allocated. */
static URegularExpression *take(struct match_regex *regex)
{
    URegularExpression *own = atomic_exchange(&regex->spare, NULL);
    if (own)
        return own;
    UErrorCode status = U_ZERO_ERROR;
    own = uregex_clone(regex->compiled, &status);
    uregex_setTimeLimit(own, STEP_LIMIT, &status);
    uregex_setStackLimit(own, STACK_BYTES, &status);
    if (U_SUCCESS(status))
        return own;
    uregex_close(own);
    return NULL;
}

static void give_back(struct match_regex *regex, URegularExpression *own)
{
    uregex_close(atomic_exchange(&regex->spare, own));
}

bool match_regex_find(const struct match_regex *shared, struct str text)
{
    struct match_regex *regex = (struct match_regex *)shared; /* only the atomic spare changes */
    URegularExpression *own = take(regex);
    if (!own)
        return false;
    UErrorCode status = U_ZERO_ERROR;
    UText utf8 = UTEXT_INITIALIZER;
    utext_openUTF8(&utf8, text.size ? text.data : "", (int64_t)text.size, &status);
    uregex_setUText(own, &utf8, &status);
    bool found = uregex_find(own, -1, &status) && U_SUCCESS(status);
    /* The searcher must not keep a pointer to a text that is about to go. */
    UErrorCode ignored = U_ZERO_ERROR;
    static const UChar nothing[1] = { 0 };
    uregex_setText(own, nothing, 0, &ignored);
    utext_close(&utf8);
    give_back(regex, own);
    return found;
}
