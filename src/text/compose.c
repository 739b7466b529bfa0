#include "compose.h"

/* Where a phrase that is completed in one direction may have come to; the nearest first. */
enum { PLACES = 8 };
struct places {
    size_t at[PLACES];
    size_t count;
};

static void place_add(struct places *places, size_t at)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->at[i] == at)
            return;
    if (places->count < PLACES)
        places->at[places->count++] = at;
}

static bool found_to_right(void *arg, size_t from, size_t to)
{
    (void)from;
    place_add(arg, to);
    return true;
}

static bool found_to_left(void *arg, size_t from, size_t to)
{
    (void)to;
    place_add(arg, from);
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The number text[from, to), if it is one as a whole and in the element's range. */
static bool is_number(const struct element *element, struct str text, size_t from, size_t to)
{
    int64_t value;
    return from < to && !(from > 0 && is_word(text.data[from - 1])) &&
           !(to < text.size && is_word(text.data[to])) &&
           str_to_int((struct str){ text.data + from, to - from }, &value) &&
           value >= element->low && value <= element->high;
}

static void take_right(const struct element *element, struct str text, size_t at,
                       struct places *found)
{
    size_t to = at;
    if (element->words)
        word_set_begin_at(element->words, text, at, found_to_right, found);
    while (element->numbers && to < text.size && is_digit(text.data[to]))
        to++;
    if (is_number(element, text, at, to))
        place_add(found, to);
}

static void take_left(const struct element *element, struct str text, size_t at,
                      struct places *found)
{
    size_t from = at;
    if (element->words)
        word_set_end_at(element->words, text, at, found_to_left, found);
    while (element->numbers && from > 0 && is_digit(text.data[from - 1]))
        from--;
    if (is_number(element, text, from, at))
        place_add(found, from);
}

static bool is_apart(char c)
{
    return c == ' ' || c == '-' || c == '"' || c == '\'' || c == '(' || c == ')' || c == '/';
}

/* Behind the word or the character at `at`; what it takes of a gap is taken off `*left`, which
 * counts Han. SIZE_MAX: no further. */
static size_t pass_right(struct str text, size_t at, unsigned *left)
{
    unsigned cost = is_word(text.data[at]) ? 2 : 1;
    if (is_clause_end(text, at) || cost > *left)
        return SIZE_MAX;
    *left -= cost;
    bool word = is_word(text.data[at++]);
    while (at < text.size && (is_continuation(text.data[at]) ||
                              (word && (is_word(text.data[at]) || text.data[at] == '\''))))
        at++;
    return at;
}

static size_t pass_left(struct str text, size_t at, unsigned *left)
{
    size_t last = at - 1;
    while (last > 0 && is_continuation(text.data[last]))
        last--;
    unsigned cost = is_word(text.data[last]) ? 2 : 1;
    if (is_clause_end(text, last) || cost > *left)
        return SIZE_MAX;
    *left -= cost;
    while (is_word(text.data[last]) && last > 0 &&
           (is_word(text.data[last - 1]) || text.data[last - 1] == '\''))
        last--;
    return last;
}

/* Every way to find the element to the right of `place`. */
static void step_right(const struct element *element, struct str text, size_t place, unsigned gap,
                       struct places *found)
{
    unsigned left = 2 * gap;
    for (size_t at = place; at != SIZE_MAX; at = pass_right(text, at, &left)) {
        while (at < text.size && is_apart(text.data[at]))
            at++;
        if (at == text.size)
            return;
        take_right(element, text, at, found);
        if (left == 0)
            return;
    }
}

static void step_left(const struct element *element, struct str text, size_t place, unsigned gap,
                      struct places *found)
{
    unsigned left = 2 * gap;
    for (size_t at = place; at != SIZE_MAX; at = pass_left(text, at, &left)) {
        while (at > 0 && is_apart(text.data[at - 1]))
            at--;
        if (at == 0)
            return;
        take_left(element, text, at, found);
        if (left == 0)
            return;
    }
}

typedef void step_fn(const struct element *, struct str, size_t, unsigned, struct places *);

static void step(const struct element *element, struct str text, unsigned gap, step_fn *one,
                 struct places *places)
{
    struct places next = { .count = 0 };
    for (size_t i = 0; i < places->count; i++)
        one(element, text, places->at[i], gap, &next);
    for (size_t i = 0; element->optional && i < places->count; i++)
        place_add(&next, places->at[i]);
    *places = next;
}

bool composed_match(const struct composed *composed, struct str text, uint32_t *from, uint32_t *to)
{
    const struct element *elements = composed->elements;
    struct places before = { .at = { *from }, .count = 1 }, after = { .at = { *to }, .count = 1 };
    for (size_t i = composed->anchor; i-- > 0 && before.count > 0;)
        step(&elements[i], text, elements[i + 1].gap, step_left, &before);
    for (size_t i = composed->anchor + 1;
         i < composed->count && before.count > 0 && after.count > 0; i++)
        step(&elements[i], text, elements[i].gap, step_right, &after);
    if (before.count == 0 || after.count == 0)
        return false;
    *from = (uint32_t)before.at[0];
    *to = (uint32_t)after.at[0];
    return true;
}
