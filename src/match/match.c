#include "match_node.h"

#include <assert.h>
#include <string.h>

/* A field's value for one set of facts. */
struct value {
    struct str text; /* absent: there is none */
    double number;
    bool numeric;
    const struct str *set; /* of a set field */
    size_t set_count;
};

static struct value of_text(struct str text)
{
    return (struct value){ .text = str_empty(text) ? STR_NONE : text };
}

static struct value of_number(double number, bool known)
{
    return (struct value){ .number = number, .numeric = known };
}

static struct value of_flag(int flag)
{
    return of_text(flag < 0 ? STR_NONE : flag ? STR("true") : STR("false"));
}

static struct value of_customer(enum match_field field, const struct customer *customer)
{
    switch (field) {
    case FIELD_CUSTOMER_KIND:
        return of_text(customer->internal ? STR("internal") : STR("external"));
    case FIELD_CUSTOMER_ACCOUNT:
        return of_text(customer->account);
    case FIELD_CUSTOMER_CONTACT:
        return of_text(customer->contact);
    case FIELD_CUSTOMER_TIER:
        return of_text(customer->tier);
    case FIELD_CUSTOMER_VALUE:
        return of_number(customer->value, customer->value >= 0);
    case FIELD_CUSTOMER_LIFECYCLE:
        return of_text(customer->lifecycle);
    case FIELD_CUSTOMER_VULNERABLE:
        return of_flag(customer->vulnerable);
    default:
        assert(field == FIELD_CUSTOMER_DEPARTMENT);
        return of_text(customer->department);
    }
}

static struct value of_attribute(const struct event *event, struct str name)
{
    const struct attribute *attribute = event_attribute(event, name);
    if (!attribute)
        return of_text(STR_NONE);
    struct value value = of_text(attribute->text);
    value.numeric = attribute->kind == ATTRIBUTE_NUMBER;
    value.number = attribute->number;
    return value;
}

static struct str sender_text(const struct event *event)
{
    static const struct str names[] = { { "customer", 8 }, { "agent", 5 }, { "internal", 8 } };
    return event->type == EVENT_MESSAGE ? names[event->from] : STR_NONE;
}

static struct value of_event(const struct match_node *test, const struct event *event)
{
    switch (test->field) {
    case FIELD_TYPE:
        return of_text(str_from(event_type_name(event->type)));
    case FIELD_TICKET:
        return of_text(event->ticket);
    case FIELD_CHANNEL:
        return of_text(event->channel);
    case FIELD_LANG:
        return of_text(event->lang);
    case FIELD_PRIORITY:
        return of_number(event->priority, event->priority > 0);
    case FIELD_TAGS:
        return (struct value){ .set = event->tags, .set_count = event->tag_count };
    case FIELD_SUBJECT:
        return of_text(event->subject);
    case FIELD_BODY:
        return of_text(event->body);
    case FIELD_BY:
        return of_text(event->by);
    case FIELD_BY_DEPARTMENT:
        return of_text(event->by_department);
    case FIELD_REASON_CODE:
        return of_text(event->reason_code);
    case FIELD_STATUS:
        return of_text(event->status);
    case FIELD_FROM:
        return of_text(sender_text(event));
    case FIELD_AUTOMATED:
        return of_flag(event->automated);
    case FIELD_ORIGIN:
        return of_text(event->origin);
    default:
        assert(test->field == FIELD_ATTRIBUTE);
        return of_attribute(event, test->attribute);
    }
}

/* What the text is mostly about: its signals stand first, the one with most points leading. */
static struct value strongest(const struct facts *facts)
{
    bool text = facts->signal_count > 0 && str_starts(facts->signals[0], STR("text."));
    return of_text(text ? facts->signals[0] : STR_NONE);
}

static struct value field_value(const struct match_node *test, const struct facts *facts)
{
    switch (test->field) {
    case FIELD_SIGNAL:
        return (struct value){ .set = facts->signals, .set_count = facts->signal_count };
    case FIELD_STRONGEST:
        return strongest(facts);
    case FIELD_SCORE:
        return of_number(facts->score, true);
    case FIELD_BAND:
        return of_number(facts->band, facts->band >= 0);
    case FIELD_LABEL:
        return of_text(facts->label);
    case FIELD_CATEGORY:
        return of_text(str_present(facts->category) ? facts->category : facts->event->category);
    case FIELD_DEPARTMENT:
        return of_text(facts->department);
    case FIELD_TRIGGER:
        return of_text(facts->trigger);
    case FIELD_LEVEL:
        return of_text(facts->level);
    case FIELD_CLOCK:
        return of_text(facts->clock);
    case FIELD_SLA:
        return of_text(facts->sla);
    case FIELD_LEARNED:
        return of_text(learned_department(facts->learned));
    case FIELD_MARGIN:
        return of_number(learned_margin(facts->learned), learned_margin(facts->learned) >= 0);
    default:
        break;
    }
    if (test->field >= FIELD_CUSTOMER_KIND && test->field <= FIELD_CUSTOMER_DEPARTMENT)
        return of_customer(test->field,
                           facts->customer ? facts->customer : &facts->event->customer);
    return of_event(test, facts->event);
}

static bool in_order(enum match_operator operator, double a, double b)
{
    switch (operator) {
    case IS_LESS:
        return a < b;
    case IS_AT_MOST:
        return a <= b;
    case IS_MORE:
        return a > b;
    default:
        return a >= b;
    }
}

bool match_same(enum match_field field, struct str a, struct str b)
{
    switch (field) {
    case FIELD_LABEL:
    case FIELD_CATEGORY:
    case FIELD_CHANNEL:
    case FIELD_LANG:
    case FIELD_TAGS:
    case FIELD_CUSTOMER_TIER:
    case FIELD_CUSTOMER_LIFECYCLE:
    case FIELD_CUSTOMER_DEPARTMENT:
    case FIELD_DEPARTMENT:
    case FIELD_BY_DEPARTMENT:
    case FIELD_STATUS:
        return str_equal_nocase(a, b);
    default:
        return str_equal(a, b);
    }
}

/* One of the values equals: numbers where both are, else the text. */
static bool equals_any(const struct match_node *test, const struct value *value)
{
    for (size_t i = 0; i < test->value_count; i++) {
        const struct match_value *wanted = &test->values[i];
        if (value->numeric && wanted->numeric
                ? value->number == wanted->number
                : str_present(value->text) && match_same(test->field, value->text, wanted->text))
            return true;
    }
    return false;
}

static bool compare_set(const struct match_node *test, const struct value *value,
                        struct match_scratch *scratch)
{
    if (test->operator== IS_PRESENT)
        return value->set_count > 0;
    for (size_t i = 0; i < value->set_count; i++) {
        const struct value item = { .text = value->set[i] };
        if (test->operator== IS_LIKE ? match_regex_find(test->regex, item.text, scratch)
                                     : equals_any(test, &item))
            return true;
    }
    return false;
}

static bool compare(const struct match_node *test, const struct value *value,
                    struct match_scratch *scratch)
{
    if (test->value_kind == KIND_SET)
        return compare_set(test, value, scratch);
    switch (test->operator) {
    case IS_PRESENT:
        return value->numeric || str_present(value->text);
    case IS_EQUAL:
        return equals_any(test, value);
    case IS_LIKE:
        return str_present(value->text) && match_regex_find(test->regex, value->text, scratch);
    default:
        return value->numeric && in_order(test->operator, value->number, test->values[0].number);
    }
}

static bool holds(const struct match_node *test, const struct facts *facts)
{
    const struct value value = field_value(test, facts);
    return compare(test, &value, facts->scratch) != test->negated;
}

static bool node_matches(const struct match_node *node, const struct facts *facts)
{
    switch (node->kind) {
    case NODE_AND:
        return node_matches(node->left, facts) && node_matches(node->right, facts);
    case NODE_OR:
        return node_matches(node->left, facts) || node_matches(node->right, facts);
    case NODE_NOT:
        return !node_matches(node->left, facts);
    default:
        return holds(node, facts);
    }
}

bool matcher_matches(const struct matcher *matcher, const struct facts *facts)
{
    return node_matches(matcher->root, facts);
}

/* What one part of the tree says of the facts. */
struct finding {
    bool matches;
    struct near_miss miss;
};

/* The alternative that is more nearly true: the larger share of its conditions holds. */
static struct finding nearer(struct finding a, struct finding b)
{
    unsigned left = a.miss.held * b.miss.total, right = b.miss.held * a.miss.total;
    return left >= right ? a : b;
}

static struct finding examine(const struct match_node *node, const struct facts *facts,
                              bool failed);

static struct finding examine_both(const struct match_node *node, const struct facts *facts,
                                   bool failed)
{
    struct finding a = examine(node->left, facts, failed);
    struct finding b = examine(node->right, facts, failed || !a.matches);
    return (struct finding){
        .matches = a.matches && b.matches,
        .miss = { .failed = a.matches ? b.miss.failed : a.miss.failed,
                  .held = a.miss.held + b.miss.held,
                  .total = a.miss.total + b.miss.total },
    };
}

static struct finding examine_either(const struct match_node *node, const struct facts *facts,
                                     bool failed)
{
    struct finding a = examine(node->left, facts, failed);
    if (a.matches)
        return a;
    struct finding b = examine(node->right, facts, failed);
    return b.matches ? b : nearer(a, b);
}

/* What takes longer than all the rest together. */
static bool is_costly(const struct match_node *node)
{
    if (node->kind == NODE_TEST)
        return node->regex || node->field == FIELD_LEARNED || node->field == FIELD_MARGIN;
    return is_costly(node->left) || (node->right && is_costly(node->right));
}

/* A condition; `not (…)` is one as a whole. */
static struct finding examine(const struct match_node *node, const struct facts *facts, bool failed)
{
    if (node->kind == NODE_AND)
        return examine_both(node, facts, failed);
    if (node->kind == NODE_OR)
        return examine_either(node, facts, failed);
    bool untried = failed && is_costly(node);
    bool matches = !untried && node_matches(node, facts);
    return (struct finding){
        .matches = matches,
        .miss = { .failed = matches ? STR_NONE : node->text, .held = matches, .total = 1 },
    };
}

bool matcher_explain(const struct matcher *matcher, const struct facts *facts,
                     struct near_miss *miss)
{
    struct finding finding = examine(matcher->root, facts, false);
    *miss = finding.miss;
    return finding.matches;
}

bool matcher_asks_learned(const struct matcher *matcher)
{
    return matcher->asks_learned;
}

void matcher_close(struct matcher *matcher)
{
    if (!matcher)
        return;
    match_regex_close(matcher->regexes);
    matcher->regexes = NULL;
}
