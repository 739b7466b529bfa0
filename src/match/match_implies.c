/* Whether what one matcher takes is certainly taken by another: for lint. Errs towards "no". */
#include "match_node.h"

struct premises {
    const struct matcher *const *items;
    size_t count;
};

/* A test and whether it is meant or denied. */
struct literal {
    const struct match_node *test;
    bool denied;
};

static bool has_value(const struct match_node *node, const struct match_value *value)
{
    for (size_t i = 0; i < node->value_count; i++) {
        const struct match_value *own = &node->values[i];
        if (value->numeric && own->numeric ? own->number == value->number
                                           : match_same(node->field, own->text, value->text))
            return true;
    }
    return false;
}

/* Every value of `a` is one of `b`, or with `none`, no value is. */
static bool values_within(const struct match_node *a, const struct match_node *b, bool none)
{
    for (size_t i = 0; i < a->value_count; i++) {
        if (has_value(b, &a->values[i]) == none)
            return false;
    }
    return true;
}

struct range {
    double low, high;
    bool open_low, open_high; /* the bound itself is outside */
};

static bool range_of(const struct match_node *test, struct range *range)
{
    const double far = 1e300;
    if ((test->value_kind != KIND_NUMBER && test->value_kind != KIND_BAND) ||
        test->value_count != 1 || !test->values[0].numeric)
        return false;
    double number = test->values[0].number;
    *range = (struct range){ -far, far, false, false };
    switch (test->operator) {
    case IS_EQUAL:
        range->low = range->high = number;
        return true;
    case IS_LESS:
        range->open_high = true;
        range->high = number;
        return true;
    case IS_AT_MOST:
        range->high = number;
        return true;
    case IS_MORE:
        range->open_low = true;
        range->low = number;
        return true;
    case IS_AT_LEAST:
        range->low = number;
        return true;
    default:
        return false;
    }
}

static bool range_within(const struct range *a, const struct range *b)
{
    bool low = a->low > b->low || (a->low == b->low && (a->open_low || !b->open_low));
    bool high = a->high < b->high || (a->high == b->high && (a->open_high || !b->open_high));
    return low && high;
}

static bool range_apart(const struct range *a, const struct range *b)
{
    return a->high < b->low || b->high < a->low ||
           (a->high == b->low && (a->open_high || b->open_low)) ||
           (b->high == a->low && (b->open_high || a->open_low));
}

static bool test_implies(struct literal a, struct literal b)
{
    bool not_a = a.denied != a.test->negated, not_b = b.denied != b.test->negated;
    struct range range_a, range_b;

    if (a.test->field != b.test->field || !str_equal(a.test->attribute, b.test->attribute))
        return false;
    if (not_a == not_b && str_equal(a.test->text, b.test->text))
        return true;
    /* What is absent matches no test that is not denied. */
    if (!not_a && !not_b && b.test->operator== IS_PRESENT)
        return true;
    if (not_a && not_b && a.test->operator== IS_PRESENT)
        return true;
    if (a.test->operator== IS_EQUAL && b.test->operator== IS_EQUAL) {
        if (!not_a && !not_b)
            return values_within(a.test, b.test, false);
        if (not_a && not_b)
            return values_within(b.test, a.test, false);
        return !not_a && a.test->value_kind != KIND_SET && values_within(a.test, b.test, true);
    }
    if (not_a || !range_of(a.test, &range_a) || !range_of(b.test, &range_b))
        return false;
    return not_b ? range_apart(&range_a, &range_b) : range_within(&range_a, &range_b);
}

static bool always_true(struct literal b)
{
    /* Scores are 0 to 100, bands P1 to P4, and both are always there (a margin is not). */
    const struct range everything = { 0, b.test->field == FIELD_BAND ? 3 : 100, false, false };
    struct range range;

    return (b.test->field == FIELD_SCORE || b.test->field == FIELD_BAND) &&
           b.denied == b.test->negated && range_of(b.test, &range) &&
           range_within(&everything, &range);
}

/* One premise, `denied` or not, is enough for `b`. */
static bool node_implies(const struct match_node *a, bool denied, struct literal b)
{
    switch (a->kind) {
    case NODE_NOT:
        return node_implies(a->left, !denied, b);
    case NODE_TEST:
        return test_implies((struct literal){ a, denied }, b);
    default:
        break;
    }
    /* A conjunction needs one side to imply it, a disjunction both; denial swaps them. */
    bool left = node_implies(a->left, denied, b), right = node_implies(a->right, denied, b);
    return (a->kind == NODE_AND) != denied ? left || right : left && right;
}

static bool concludes(const struct premises *premises, const struct match_node *b, bool denied)
{
    if (b->kind == NODE_NOT)
        return concludes(premises, b->left, !denied);
    if (b->kind == NODE_TEST) {
        struct literal literal = { b, denied };
        if (always_true(literal))
            return true;
        for (size_t i = 0; i < premises->count; i++) {
            if (node_implies(premises->items[i]->root, false, literal))
                return true;
        }
        return false;
    }
    bool left = concludes(premises, b->left, denied), right = concludes(premises, b->right, denied);
    return (b->kind == NODE_AND) != denied ? left && right : left || right;
}

bool matcher_implies(const struct matcher *const *premises, size_t count,
                     const struct matcher *conclusion)
{
    const struct premises all = { premises, count };
    return concludes(&all, conclusion->root, false);
}

bool matcher_excludes(const struct matcher *const *premises, size_t count,
                      const struct matcher *matcher)
{
    const struct premises all = { premises, count };
    return concludes(&all, matcher->root, true);
}
