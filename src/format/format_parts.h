/* What a mapping file says, ready to be applied. Internal to decode. */
#pragma once

#include "base/zone.h"
#include "format/format.h"
#include "format/event_read.h"
#include "model/event.h"

enum path_kind { PATH_POINTER, PATH_HEADER, PATH_KEY };

/* Where a value is taken from. */
struct path {
    enum path_kind kind;
    struct str text; /* as written */
    struct str rest; /* the pointer, or the header's name */
};

struct piece { /* of a template: literal, then a path where there is one */
    struct str literal;
    bool has_path;
    struct path path;
};

struct pair { /* of a value map; keys are compared without case */
    struct str from, to;
};

/* One line of a condition. */
struct test {
    struct path path;
    enum { TEST_EQUALS, TEST_NOT, TEST_EXISTS, TEST_ABSENT, TEST_SAME } kind;
    struct path other;  /* of TEST_SAME: something that is equal must stand there */
    struct str *values; /* any of them */
    size_t value_count;
};

struct condition { /* all tests hold; no test: always */
    struct test *tests;
    size_t test_count;
};

enum text_kind { TEXT_PLAIN, TEXT_HTML, TEXT_RICH };
enum time_kind { TIMES_RFC3339, TIMES_EPOCH_MS, TIMES_EPOCH_S, TIMES_LOCAL };

/* One way to get a value; absent parts do nothing. They work in this order. */
struct rule {
    struct condition when;
    struct path *paths; /* the first that has something */
    size_t path_count;
    struct piece *pieces; /* a template */
    size_t piece_count;
    struct str value; /* a constant */
    enum text_kind text;
    struct str before, after, after_last; /* separators */
    struct pair *map;
    size_t map_count;
    struct str fallback; /* `default` */
    enum time_kind time;
    struct str split;
};

struct target {
    struct str name;           /* "customer.account" */
    struct str parent, member; /* "customer", "account"; parent is empty at the top */
    enum shape shape;
    struct rule *rules; /* the first that gives something */
    size_t rule_count;
};

struct type_case {
    struct condition when;
    enum event_type is;
};

struct format {
    struct zone *zone;
    bool cloudevents; /* envelope */
    struct path *roots;
    size_t root_count;
    struct path *copies; /* objects whose members are canonical fields already */
    size_t copy_count;
    struct type_case *types; /* the first that holds; none: `type` is a target */
    size_t type_count;
    struct target *targets;
    size_t target_count;
    struct target *source;      /* NULL: the topic */
    struct condition *initials; /* any of them: a row of a first copy */
    size_t initial_count;
    struct str *placeholders; /* texts that stand where the source gives nothing */
    size_t placeholder_count;
    struct condition *skips; /* any of them: no event, and no dead letter either */
    size_t skip_count;
    size_t path_count;      /* of all rules, those of `ignored` too */
    struct target *ignored; /* NULL, or places of which only paths and conditions count: what stands
                               there needs no reader */
};
