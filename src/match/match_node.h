/* The tree that match_parse.c builds and match.c walks. */
#pragma once

#include "match/match.h"

enum match_field {
    FIELD_TYPE,
    FIELD_TICKET,
    FIELD_SIGNAL,
    FIELD_STRONGEST,
    FIELD_SCORE,
    FIELD_BAND,
    FIELD_LABEL,
    FIELD_CATEGORY,
    FIELD_CHANNEL,
    FIELD_LANG,
    FIELD_PRIORITY,
    FIELD_TAGS,
    FIELD_SUBJECT,
    FIELD_BODY,
    FIELD_CUSTOMER_KIND,
    FIELD_CUSTOMER_ACCOUNT,
    FIELD_CUSTOMER_CONTACT,
    FIELD_CUSTOMER_TIER,
    FIELD_CUSTOMER_VALUE,
    FIELD_CUSTOMER_LIFECYCLE,
    FIELD_CUSTOMER_VULNERABLE,
    FIELD_CUSTOMER_DEPARTMENT,
    FIELD_DEPARTMENT,
    FIELD_BY,
    FIELD_BY_DEPARTMENT,
    FIELD_REASON_CODE,
    FIELD_STATUS,
    FIELD_FROM,
    FIELD_AUTOMATED,
    FIELD_TRIGGER,
    FIELD_ORIGIN,
    FIELD_LEARNED,
    FIELD_MARGIN,
    FIELD_LEVEL,
    FIELD_CLOCK,
    FIELD_SLA,
    FIELD_COUNT,
    FIELD_ATTRIBUTE = FIELD_COUNT
};

enum match_kind { KIND_TEXT, KIND_NUMBER, KIND_BAND, KIND_SET, KIND_ATTRIBUTE };

enum match_operator { IS_PRESENT, IS_EQUAL, IS_LESS, IS_AT_MOST, IS_MORE, IS_AT_LEAST, IS_LIKE };

struct match_value {
    struct str text;
    double number; /* where `numeric`; of a band its index */
    bool numeric;
};

struct match_regex; /* match_regex.c */

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_TEST };

struct match_node {
    enum node_kind kind;
    struct match_node *left, *right; /* of AND, OR; NOT uses left */
    struct str text;                 /* as written */
    /* of NODE_TEST */
    enum match_field field;
    enum match_kind value_kind;
    enum match_operator operator;
    bool negated;                     /* != !~ not in */
    struct str attribute;             /* NAME of attributes.NAME */
    const struct match_value *values; /* several: `in` */
    size_t value_count;
    struct match_regex *regex;
};

struct matcher {
    struct match_node *root;
    struct match_regex *regexes; /* linked; for matcher_close */
    bool asks_learned;
};

/* Are two values of the field the same? Case does not matter in names that people type into forms
 * (categories, tiers, tags); it does in identifiers and in prose. */
bool match_same(enum match_field field, struct str a, struct str b);

/* The regular expression, linked into `*list`. NULL + err (the reason) when it is none. */
struct match_regex *match_regex_open(struct str pattern, struct arena *arena,
                                     struct match_regex **list, struct error *err);
void match_regex_close(struct match_regex *list);
bool match_regex_find(const struct match_regex *regex, struct str text,
                      struct match_scratch *scratch);
