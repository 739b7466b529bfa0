#include "match_node.h"

#include <string.h>
#include "match_lex.h"

enum { CONDITIONS_MAX = 256, VALUES_MAX = 256 };

static const struct str field_names[FIELD_COUNT] = {
    [FIELD_TYPE] = { "type", 4 },
    [FIELD_TICKET] = { "ticket", 6 },
    [FIELD_SIGNAL] = { "signal", 6 },
    [FIELD_STRONGEST] = { "strongest", 9 },
    [FIELD_SCORE] = { "score", 5 },
    [FIELD_BAND] = { "band", 4 },
    [FIELD_LABEL] = { "label", 5 },
    [FIELD_CATEGORY] = { "category", 8 },
    [FIELD_CHANNEL] = { "channel", 7 },
    [FIELD_LANG] = { "lang", 4 },
    [FIELD_PRIORITY] = { "priority", 8 },
    [FIELD_TAGS] = { "tags", 4 },
    [FIELD_SUBJECT] = { "subject", 7 },
    [FIELD_BODY] = { "body", 4 },
    [FIELD_CUSTOMER_KIND] = { "customer.kind", 13 },
    [FIELD_CUSTOMER_ACCOUNT] = { "customer.account", 16 },
    [FIELD_CUSTOMER_CONTACT] = { "customer.contact", 16 },
    [FIELD_CUSTOMER_TIER] = { "customer.tier", 13 },
    [FIELD_CUSTOMER_VALUE] = { "customer.value", 14 },
    [FIELD_CUSTOMER_LIFECYCLE] = { "customer.lifecycle", 18 },
    [FIELD_CUSTOMER_VULNERABLE] = { "customer.vulnerable", 19 },
    [FIELD_CUSTOMER_DEPARTMENT] = { "customer.department", 19 },
    [FIELD_DEPARTMENT] = { "department", 10 },
    [FIELD_BY] = { "by", 2 },
    [FIELD_BY_DEPARTMENT] = { "by_department", 13 },
    [FIELD_REASON_CODE] = { "reason_code", 11 },
    [FIELD_STATUS] = { "status", 6 },
    [FIELD_FROM] = { "from", 4 },
    [FIELD_AUTOMATED] = { "automated", 9 },
    [FIELD_TRIGGER] = { "trigger", 7 },
    [FIELD_ORIGIN] = { "origin", 6 },
    [FIELD_LEARNED] = { "learned", 7 },
    [FIELD_MARGIN] = { "margin", 6 },
    [FIELD_LEVEL] = { "level", 5 },
    [FIELD_CLOCK] = { "clock", 5 },
    [FIELD_SLA] = { "sla", 3 },
};

const struct str *matcher_fields(size_t *count)
{
    *count = FIELD_COUNT;
    return field_names;
}

struct parser {
    struct str text;    /* in the arena */
    struct token token; /* the next one */
    size_t last_end;    /* where the token before it ended */
    int conditions;     /* bounds the recursion of parsing and matching alike */
    bool asks_learned;
    struct arena *arena;
    struct match_regex *regexes;
    matcher_use_fn *use;
    void *use_arg;
    struct error *err;
};

#define FAIL(parser, token, ...)                                                                   \
    token_error((parser)->text, (token).from, (parser)->err, __VA_ARGS__)

static bool advance(struct parser *parser)
{
    parser->last_end = parser->token.to;
    return token_next(parser->text, parser->token.to, &parser->token, parser->err);
}

static bool at_word(const struct parser *parser, const char *word)
{
    return parser->token.kind == TOKEN_WORD && str_is(parser->token.text, word);
}

static struct match_node *new_node(struct parser *parser, enum node_kind kind)
{
    struct match_node *node = arena_alloc(parser->arena, sizeof(*node));
    node->kind = kind;
    return node;
}

static void set_text(struct parser *parser, struct match_node *node, size_t from)
{
    node->text = (struct str){ parser->text.data + from, parser->last_end - from };
}

static enum match_kind kind_of(enum match_field field)
{
    switch (field) {
    case FIELD_SIGNAL:
    case FIELD_TAGS:
        return KIND_SET;
    case FIELD_SCORE:
    case FIELD_PRIORITY:
    case FIELD_CUSTOMER_VALUE:
    case FIELD_MARGIN:
        return KIND_NUMBER;
    case FIELD_BAND:
        return KIND_BAND;
    case FIELD_ATTRIBUTE:
        return KIND_ATTRIBUTE;
    default:
        return KIND_TEXT;
    }
}

static bool is_keyword(struct str word)
{
    return str_is(word, "and") || str_is(word, "or") || str_is(word, "not") || str_is(word, "in");
}

static void note_learned(struct parser *parser, enum match_field field)
{
    if (field != FIELD_LEARNED && field != FIELD_MARGIN)
        return;
    parser->asks_learned = true;
    if (parser->use)
        parser->use(parser->use_arg, MATCHER_VALUE, field_names[field], STR_NONE);
}

static bool find_field(struct parser *parser, struct match_node *node)
{
    const struct token *token = &parser->token;
    if (token->kind != TOKEN_WORD || is_keyword(token->text))
        return FAIL(parser, *token, "a field was expected, such as signal, category or score");
    if (str_starts(token->text, STR("attributes.")) && token->text.size > 11) {
        node->field = FIELD_ATTRIBUTE;
        node->attribute = (struct str){ token->text.data + 11, token->text.size - 11 };
        return true;
    }
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (str_equal(token->text, field_names[i])) {
            node->field = (enum match_field)i;
            note_learned(parser, node->field);
            return true;
        }
    }
    struct str near = str_nearest(token->text, field_names, FIELD_COUNT);
    if (str_present(near))
        return FAIL(parser, *token, "unknown field '%.*s' (did you mean '%.*s'?)",
                    STR_ARG(token->text), STR_ARG(near));
    return FAIL(parser, *token, "unknown field '%.*s' (a producer's own are attributes.NAME)",
                STR_ARG(token->text));
}

/* [-]digits[.digits], nothing else. */
static bool parse_number(struct str text, double *out)
{
    size_t at = text.size && text.data[0] == '-' ? 1 : 0;
    size_t digits = 0;
    double number = 0, unit = 0;
    for (; at < text.size; at++) {
        char c = text.data[at];
        if (c == '.' && unit == 0 && digits > 0) {
            unit = 1;
            continue;
        }
        if (c < '0' || c > '9')
            return false;
        unit /= 10;
        number = unit > 0 ? number + (c - '0') * unit : number * 10 + (c - '0');
        digits++;
    }
    *out = text.size && text.data[0] == '-' ? -number : number;
    return digits > 0 && text.data[text.size - 1] != '.';
}

/* The values a field can have, where they are few: a typo would never match and never be seen. */
static size_t choices(enum match_field field, struct str *list)
{
    static const struct str senders[] = { { "customer", 8 }, { "agent", 5 }, { "internal", 8 } };
    static const struct str kinds[] = { { "external", 8 }, { "internal", 8 } };
    static const struct str flags[] = { { "true", 4 }, { "false", 5 } };
    static const struct str bands[] = { { "P1", 2 }, { "P2", 2 }, { "P3", 2 }, { "P4", 2 } };
    const struct str *from = NULL;
    size_t count = 0;
    switch (field) {
    case FIELD_TYPE:
        for (; count < EVENT_TYPE_COUNT; count++)
            list[count] = str_from(event_type_name((enum event_type)count));
        return count;
    case FIELD_FROM:
        from = senders, count = 3;
        break;
    case FIELD_CUSTOMER_KIND:
        from = kinds, count = 2;
        break;
    case FIELD_CUSTOMER_VULNERABLE:
    case FIELD_AUTOMATED:
        from = flags, count = 2;
        break;
    case FIELD_BAND:
        from = bands, count = 4;
        break;
    default:
        break;
    }
    for (size_t i = 0; i < count; i++)
        list[i] = from[i];
    return count;
}

static bool check_value(struct parser *parser, const struct token *token,
                        const struct match_node *node, struct match_value *value)
{
    struct str list[EVENT_TYPE_COUNT];
    size_t count = choices(node->field, list);
    value->numeric = node->value_kind != KIND_TEXT && parse_number(value->text, &value->number);
    if (node->value_kind == KIND_NUMBER && !value->numeric)
        return FAIL(parser, *token, "'%.*s' is no number", STR_ARG(value->text));
    size_t found = 0;
    while (found < count && !str_equal(value->text, list[found]))
        found++;
    if (found < count || count == 0) {
        if (node->value_kind == KIND_BAND) {
            value->number = (double)found;
            value->numeric = true;
        }
        return true;
    }
    struct str near = str_nearest(value->text, list, count);
    if (str_present(near))
        return FAIL(parser, *token, "%.*s is never '%.*s' (did you mean '%.*s'?)",
                    STR_ARG(field_names[node->field]), STR_ARG(value->text), STR_ARG(near));
    return FAIL(parser, *token, "%.*s is never '%.*s', but '%.*s' for example",
                STR_ARG(field_names[node->field]), STR_ARG(value->text), STR_ARG(list[0]));
}

/* Between double quotes \" is ", and where `all` also \\ is \. */
static struct str unescape(struct arena *arena, struct str text, bool all)
{
    char *out = arena_alloc_raw(arena, text.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool escape = text.data[i] == '\\' && i + 1 < text.size;
        if (escape && (text.data[i + 1] == '"' || (all && text.data[i + 1] == '\\'))) {
            out[size++] = text.data[++i];
        } else {
            out[size++] = text.data[i];
            if (escape) /* its partner is no escape of its own */
                out[size++] = text.data[++i];
        }
    }
    return (struct str){ out, size };
}

static struct str token_value(struct parser *parser, const struct token *token, bool all)
{
    return token->kind == TOKEN_STRING && token->quote == '"'
               ? unescape(parser->arena, token->text, all)
               : token->text;
}

static bool expect_value(struct parser *parser)
{
    const struct token *token = &parser->token;
    if (token->kind == TOKEN_STRING || (token->kind == TOKEN_WORD && !is_keyword(token->text)))
        return true;
    return FAIL(parser, *token, "a value was expected");
}

static void tell_use(struct parser *parser, enum matcher_use kind, const struct match_node *node,
                     struct str value)
{
    struct str name = node->field == FIELD_ATTRIBUTE
                          ? (struct str){ node->attribute.data - 11, node->attribute.size + 11 }
                      : node->field == FIELD_STRONGEST ? field_names[FIELD_SIGNAL]
                                                       : field_names[node->field];
    if (parser->use)
        parser->use(parser->use_arg, kind, name, value);
}

static bool parse_value(struct parser *parser, struct match_node *node, struct match_value *value)
{
    if (!expect_value(parser))
        return false;
    const struct token token = parser->token;
    value->text = token_value(parser, &token, true);
    if (!check_value(parser, &token, node, value) || !advance(parser))
        return false;
    bool ordered = node->operator!= IS_EQUAL;
    if (ordered && !value->numeric)
        return FAIL(parser, token, "'%.*s' is no number", STR_ARG(value->text));
    if (!ordered)
        tell_use(parser, MATCHER_VALUE, node, value->text);
    return true;
}

static bool parse_list(struct parser *parser, struct match_node *node)
{
    struct match_value values[VALUES_MAX];
    size_t count = 0;
    memset(values, 0, sizeof(values));
    if (parser->token.kind != TOKEN_OPEN)
        return FAIL(parser, parser->token, "'in' wants a list: (one, two)");
    do {
        if (count == VALUES_MAX)
            return FAIL(parser, parser->token, "a list holds at most %d values", VALUES_MAX);
        if (!advance(parser) || !parse_value(parser, node, &values[count]))
            return false;
        count++;
    } while (parser->token.kind == TOKEN_COMMA);
    if (parser->token.kind != TOKEN_CLOSE)
        return FAIL(parser, parser->token, "',' or ')' was expected");
    struct match_value *kept = arena_alloc(parser->arena, count * sizeof(*kept));
    memcpy(kept, values, count * sizeof(*kept));
    node->values = kept;
    node->value_count = count;
    return advance(parser);
}

static bool parse_pattern(struct parser *parser, struct match_node *node)
{
    const struct token token = parser->token;
    struct error why;
    if (!expect_value(parser))
        return false;
    if (node->value_kind == KIND_NUMBER || node->value_kind == KIND_BAND)
        return FAIL(parser, token,
                    "%.*s is no text: compare it with == or <=", STR_ARG(field_names[node->field]));
    struct str pattern = token_value(parser, &token, false);
    node->regex = match_regex_open(pattern, parser->arena, &parser->regexes, &why);
    if (!node->regex)
        return FAIL(parser, token, "%s", why.text);
    tell_use(parser, MATCHER_PATTERN, node, pattern);
    return advance(parser);
}

static bool parse_single(struct parser *parser, struct match_node *node)
{
    struct match_value *value = arena_alloc(parser->arena, sizeof(*value));
    bool ordered = node->operator!= IS_EQUAL;
    if (ordered && (node->value_kind == KIND_TEXT || node->value_kind == KIND_SET))
        return FAIL(parser, parser->token, "%.*s has no order: compare it with ==, in or =~",
                    STR_ARG(field_names[node->field]));
    node->values = value;
    node->value_count = 1;
    return parse_value(parser, node, value);
}

static const struct {
    enum token_kind token;
    enum match_operator operator;
    bool negated;
} operators[] = {
    { TOKEN_EQUAL, IS_EQUAL, false }, { TOKEN_UNEQUAL, IS_EQUAL, true },
    { TOKEN_LIKE, IS_LIKE, false },   { TOKEN_UNLIKE, IS_LIKE, true },
    { TOKEN_LESS, IS_LESS, false },   { TOKEN_AT_MOST, IS_AT_MOST, false },
    { TOKEN_MORE, IS_MORE, false },   { TOKEN_AT_LEAST, IS_AT_LEAST, false },
};

static bool parse_in(struct parser *parser, struct match_node *node, bool negated)
{
    node->operator= IS_EQUAL;
    node->negated = negated;
    if (!advance(parser))
        return false;
    if (negated) {
        if (!at_word(parser, "in"))
            return FAIL(parser, parser->token, "behind a field 'not' wants 'in'");
        if (!advance(parser))
            return false;
    }
    return parse_list(parser, node);
}

/* What stands behind the field, if anything: operator and value. */
static bool parse_operator(struct parser *parser, struct match_node *node)
{
    if (at_word(parser, "in") || at_word(parser, "not"))
        return parse_in(parser, node, at_word(parser, "not"));
    for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
        if (operators[i].token != parser->token.kind)
            continue;
        node->operator= operators[i].operator;
        node->negated = operators[i].negated;
        return advance(parser) && (node->operator== IS_LIKE ? parse_pattern(parser, node)
                                                            : parse_single(parser, node));
    }
    node->operator= IS_PRESENT;
    return true;
}

static struct match_node *parse_test(struct parser *parser)
{
    struct match_node *node = new_node(parser, NODE_TEST);
    size_t from = parser->token.from;
    if (!find_field(parser, node))
        return NULL;
    node->value_kind = kind_of(node->field);
    if (!advance(parser) || !parse_operator(parser, node))
        return NULL;
    set_text(parser, node, from);
    return node;
}

static struct match_node *parse_or(struct parser *parser);

static struct match_node *parse_group(struct parser *parser)
{
    const struct token open = parser->token;
    if (!advance(parser))
        return NULL;
    struct match_node *node = parse_or(parser);
    if (!node)
        return NULL;
    if (parser->token.kind != TOKEN_CLOSE) {
        if (parser->token.kind == TOKEN_END)
            FAIL(parser, open, "this '(' is not closed");
        else
            FAIL(parser, parser->token, "'and', 'or' or ')' was expected");
        return NULL;
    }
    return advance(parser) ? node : NULL;
}

static struct match_node *parse_not(struct parser *parser)
{
    if (++parser->conditions > CONDITIONS_MAX) {
        FAIL(parser, parser->token, "more than %d conditions", CONDITIONS_MAX);
        return NULL;
    }
    if (!at_word(parser, "not"))
        return parser->token.kind == TOKEN_OPEN ? parse_group(parser) : parse_test(parser);
    size_t from = parser->token.from;
    struct match_node *node = new_node(parser, NODE_NOT);
    if (!advance(parser))
        return NULL;
    node->left = parse_not(parser);
    if (!node->left)
        return NULL;
    set_text(parser, node, from);
    return node;
}

static struct match_node *join(struct parser *parser, enum node_kind kind, struct match_node *left,
                               struct match_node *right)
{
    struct match_node *node = new_node(parser, kind);
    node->left = left;
    node->right = right;
    return node;
}

static struct match_node *parse_and(struct parser *parser)
{
    struct match_node *node = parse_not(parser);
    while (node && at_word(parser, "and")) {
        if (!advance(parser))
            return NULL;
        struct match_node *right = parse_not(parser);
        node = right ? join(parser, NODE_AND, node, right) : NULL;
    }
    return node;
}

static struct match_node *parse_or(struct parser *parser)
{
    struct match_node *node = parse_and(parser);
    while (node && at_word(parser, "or")) {
        if (!advance(parser))
            return NULL;
        struct match_node *right = parse_and(parser);
        node = right ? join(parser, NODE_OR, node, right) : NULL;
    }
    return node;
}

struct matcher *matcher_parse(struct str text, struct arena *arena, matcher_use_fn *use, void *arg,
                              struct error *err)
{
    struct parser parser = { .text = arena_copy(arena, text.data ? text : STR("")),
                             .arena = arena,
                             .use = use,
                             .use_arg = arg,
                             .err = err };
    struct match_node *root = advance(&parser) ? parse_or(&parser) : NULL;
    if (root && parser.token.kind != TOKEN_END) {
        FAIL(&parser, parser.token, "'and', 'or' or the end was expected");
        root = NULL;
    }
    if (!root) {
        match_regex_close(parser.regexes);
        return NULL;
    }
    struct matcher *matcher = arena_alloc(arena, sizeof(*matcher));
    *matcher = (struct matcher){ root, parser.regexes, parser.asks_learned };
    return matcher;
}
