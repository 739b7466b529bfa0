/* From a tree of canonical fields to an event: shared by the canonical format and by mappings,
 * which make such a tree first. Internal to format and decode. */
#pragma once

#include "json/json.h"
#include "model/event.h"
#include "model/refusal.h"

/* What a field must look like. */
enum shape {
    SHAPE_TEXT,       /* string -> struct str */
    SHAPE_WORD,       /* string -> struct str, cut to EVENT_WORD_MAX bytes with a warning */
    SHAPE_IDENTIFIER, /* string or number of 1-128 bytes -> struct str */
    SHAPE_NAME,       /* one of a few names -> struct str */
    SHAPE_CHOICE,     /* one of a few names -> enum sender: its place */
    SHAPE_SECOND,     /* one of two names -> bool: is it the second? */
    SHAPE_TIME,       /* RFC 3339 -> time_ms */
    SHAPE_INTEGER,    /* whole number within bounds -> int */
    SHAPE_FLAG,       /* boolean -> int 0 or 1 */
    SHAPE_BOOL,       /* boolean -> bool */
    SHAPE_TAGS,       /* array of strings */
    SHAPE_ATTRIBUTES, /* object of scalars; also the shape of one of them */
    SHAPE_CUSTOMER,   /* object */
};

/* The shape of a member of `parent`: "" for the event itself, "customer" or "attributes". False:
 * there is no such field. */
bool event_field_shape(struct str parent, struct str member, enum shape *shape);
/* Every name as mappings write it ("subject", "customer.tier"), at most `max`; how many. */
size_t event_field_names(struct str *names, size_t max, struct arena *arena);

enum { WARNINGS_MAX = 16, IDENTIFIER_MAX = 128 };
struct warnings;

/* Can event_read use `item` for this field? False with the warning that it would give. */
bool event_field_fits(struct str parent, struct str member, const cJSON *item,
                      struct warnings *warnings);

struct warnings {
    struct arena *arena;
    struct str items[WARNINGS_MAX];
    size_t count; /* may be more than there is room for: the last item then says so */
};

/* One sentence, by convention with the JSON pointer of the field in front. */
void warnings_add(struct warnings *warnings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Fills every field of `event` that the tree can give, and leaves the rest absent: time is
 * TIME_NEVER, id STR_NONE. False: type or ticket is missing or unusable, and it is not to erase an
 * account. */
bool event_read(const cJSON *root, struct warnings *warnings, struct event *event,
                struct refusal *refusal);

/* Warns of words in members that no field takes. `root` is an event as its producer wrote it. */
void event_unread(const cJSON *root, struct warnings *warnings);
