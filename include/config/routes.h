/* Who gets a ticket: the routing tree, screens, informed departments, a learned model. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"
#include "match/match.h"
#include "yaml/place.h"

/* Labels a demand; never drops it. First match wins. */
struct config_screen {
    struct str name;  /* the rule's name */
    struct str label; /* praise, enquiry, wish, abuse, out_of_scope, or the user's */
    struct matcher *matcher;
    struct str match_text;
    int department; /* -1: the tree decides */
    int band;       /* 0..3: no more urgent than this; -1: unchanged. Floors outrank it */
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};

/* One node of the routing tree. The root is config->root. */
struct config_route {
    struct str name;         /* as decisions show it: `name:` or the department's slug */
    struct matcher *matcher; /* NULL at the root: matches everything */
    struct str match_text;
    int department;    /* index; children inherit the parent's */
    const int *inform; /* indices of departments */
    size_t inform_count;
    struct config_route *children;
    size_t child_count;
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};

struct config_inform {
    struct matcher *matcher;
    struct str match_text;
    const int *departments;
    size_t department_count;
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};

/* A routing model made by `ombudctl learn`, and what it may do on its own. */
struct config_learned {
    struct str path; /* as written; absent: no model */
    bool fallback;   /* where no route but the root matches, it decides */
    int margin;      /* with at least this margin */
    struct routing_model *model;
    struct config_route *routes; /* one for each of its departments, named "learned" */
    size_t route_count;
    struct yaml_place place;
    unsigned rule; /* its number where it decides, see rules.h; 0: it does not */
    char hash[13]; /* 12 hex digits of the model and NUL; "": none */
};
