#include "compose.h"

/* Where a phrase that is completed in one direction may have come to, as tokens that stand right
 * before it or right behind it; the nearest first. */
enum { PLACES = 8 };
struct places {
    uint32_t at[PLACES];
    uint32_t count;
};

static struct places place(size_t at)
{
    struct places places;
    places.at[0] = (uint32_t)at;
    places.count = 1;
    return places;
}

static void place_add(struct places *places, size_t at)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->at[i] == at)
            return;
    if (places->count < PLACES)
        places->at[places->count++] = (uint32_t)at;
}

static bool is_number(const struct element *element, const struct reading *reading, size_t token)
{
    int64_t value;
    return reading->tokens.items[token].kind == TOKEN_WORD &&
           str_to_int(token_text(reading->text, &reading->tokens.items[token]), &value) &&
           value >= element->low && value <= element->high;
}

/* The ends of the element when it begins with token `at`. */
static void take_right(const struct element *element, const struct reading *reading, size_t at,
                       struct places *found)
{
    size_t from, to;
    reading_from(reading, at, &from, &to);
    while (element->words && to-- > from)
        if (word_set_has(element->words, reading->sightings[to].pattern))
            place_add(found, reading->sightings[to].last + 1);
    if (element->numbers && is_number(element, reading, at))
        place_add(found, at + 1);
}

/* Its beginnings when it ends before token `at`. */
static void take_left(const struct element *element, const struct reading *reading, size_t at,
                      struct places *found)
{
    uint32_t next = element->words ? reading->endings[at - 1] : 0;
    for (; next != 0; next = reading->sightings[next - 1].ending)
        if (word_set_has(element->words, reading->sightings[next - 1].pattern))
            place_add(found, reading->sightings[next - 1].first);
    if (element->numbers && is_number(element, reading, at - 1))
        place_add(found, at - 1);
}

static bool is_kind(const struct reading *reading, size_t token, enum token_kind kind)
{
    return reading->tokens.items[token].kind == kind;
}

/* Are the tokens before and at `token` parts of one written word: don, ', t? */
static bool goes_on(const struct reading *reading, size_t token)
{
    const struct token *at = &reading->tokens.items[token];
    return !at->spaced && (at->kind == TOKEN_WORD || reading->text.data[at->from] == '\'') &&
           (is_kind(reading, token - 1, TOKEN_WORD) || reading->text.data[at[-1].from] == '\'');
}

/* Takes the word or the character at `token` off what is left of a gap, which counts Han. False:
 * the gap does not reach over it. */
static bool pass(const struct reading *reading, size_t token, unsigned *left)
{
    unsigned cost = is_kind(reading, token, TOKEN_WORD) ? 2 : 1;
    if (is_kind(reading, token, TOKEN_STOP) || cost > *left)
        return false;
    *left -= cost;
    return true;
}

/* Every way to find the element to the right of `place`. */
static void step_right(const struct element *element, const struct reading *reading, size_t place,
                       unsigned gap, struct places *found)
{
    size_t count = reading->tokens.count;
    unsigned left = 2 * gap;
    for (size_t at = place;;) {
        while (at < count && is_kind(reading, at, TOKEN_APART))
            at++;
        if (at == count)
            return;
        take_right(element, reading, at, found);
        if (left == 0 || !pass(reading, at, &left))
            return;
        bool word = is_kind(reading, at++, TOKEN_WORD);
        while (word && at < count && goes_on(reading, at))
            at++;
    }
}

static void step_left(const struct element *element, const struct reading *reading, size_t place,
                      unsigned gap, struct places *found)
{
    unsigned left = 2 * gap;
    for (size_t at = place;;) {
        while (at > 0 && is_kind(reading, at - 1, TOKEN_APART))
            at--;
        if (at == 0)
            return;
        take_left(element, reading, at, found);
        if (left == 0 || !pass(reading, at - 1, &left))
            return;
        bool word = is_kind(reading, --at, TOKEN_WORD);
        while (word && at > 0 && goes_on(reading, at))
            at--;
    }
}

typedef void step_fn(const struct element *, const struct reading *, size_t, unsigned,
                     struct places *);

static void step(const struct element *element, const struct reading *reading, unsigned gap,
                 step_fn *one, struct places *places)
{
    struct places next;
    next.count = 0;
    for (size_t i = 0; i < places->count; i++)
        one(element, reading, places->at[i], gap, &next);
    for (size_t i = 0; element->optional && i < places->count; i++)
        place_add(&next, places->at[i]);
    *places = next;
}

bool composed_match(const struct composed *composed, const struct reading *reading,
                    const struct sighting *anchor, size_t *first, size_t *last)
{
    const struct element *elements = composed->elements;
    struct places before = place(anchor->first), after = place(anchor->last + 1);
    for (size_t i = composed->anchor; i-- > 0 && before.count > 0;)
        step(&elements[i], reading, elements[i + 1].gap, step_left, &before);
    for (size_t i = composed->anchor + 1;
         i < composed->count && before.count > 0 && after.count > 0; i++)
        step(&elements[i], reading, elements[i].gap, step_right, &after);
    if (before.count == 0 || after.count == 0)
        return false;
    *first = before.at[0];
    *last = after.at[0] - 1;
    return true;
}
