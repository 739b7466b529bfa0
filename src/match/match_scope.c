/* What a matcher asks about, as its tree tells. */
#include "match_node.h"

static bool notice_has(enum match_field field)
{
    switch (field) {
    case FIELD_TICKET:
    case FIELD_SCORE:
    case FIELD_BAND:
    case FIELD_LABEL:
    case FIELD_CATEGORY:
    case FIELD_CUSTOMER_ACCOUNT:
    case FIELD_DEPARTMENT:
    case FIELD_TRIGGER:
    case FIELD_LEVEL:
    case FIELD_CLOCK:
        return true;
    default:
        return false;
    }
}

static bool has(enum match_field field, enum matcher_about about)
{
    if (about == MATCHER_OF_NOTICES)
        return notice_has(field);
    bool of_clocks = field == FIELD_CLOCK || field == FIELD_SLA;
    return field != FIELD_LEVEL && (about == MATCHER_OF_CLIMBS || !of_clocks);
}

static struct str field_text(const struct match_node *test)
{
    size_t count;
    if (test->field == FIELD_ATTRIBUTE)
        return STR("attributes");
    return matcher_fields(&count)[test->field];
}

static struct str stranger(const struct match_node *node, enum matcher_about about)
{
    if (node->kind == NODE_TEST)
        return has(node->field, about) ? STR_NONE : field_text(node);
    struct str left = stranger(node->left, about);
    return str_present(left) || node->kind == NODE_NOT ? left : stranger(node->right, about);
}

struct str matcher_stranger(const struct matcher *matcher, enum matcher_about about)
{
    return stranger(matcher->root, about);
}

static bool names(const struct match_node *node, bool denied, struct str ticket)
{
    if (node->kind == NODE_NOT)
        return names(node->left, !denied, ticket);
    if (node->kind != NODE_TEST)
        return names(node->left, denied, ticket) || names(node->right, denied, ticket);
    if (node->field != FIELD_TICKET || node->operator!= IS_EQUAL || node->negated != denied)
        return false;
    for (size_t i = 0; i < node->value_count; i++) {
        if (str_equal(node->values[i].text, ticket))
            return true;
    }
    return false;
}

bool matcher_names_ticket(const struct matcher *matcher, struct str ticket)
{
    return names(matcher->root, false, ticket);
}
