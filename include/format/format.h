/* How a source that does not speak canonical events is understood: a file of `conf/formats/` in a
 * small mapping language (docs/formats.md), read once, applied to each record. The result is a tree
 * of canonical fields, which is then read like any other event. */
#pragma once

#include "base/buf.h"
#include "json/json.h"
#include "model/record.h"

struct format;
struct refusal;
struct warnings;
struct yaml;

/* `root` is the file; `zone` names the time zone of times without one (absent: what the file says,
 * else UTC). Copies what it needs into `arena`. NULL + err ("file:line:col: sentence"). */
const struct format *format_read(const struct yaml *root, struct str zone, struct arena *arena,
                                 struct error *err);
/* Releases what is not in the arena; NULL is fine. */
void format_free(const struct format *format);

/* Where one canonical field came from. */
struct mapped_field {
    struct str name;    /* "customer.account" */
    struct str from;    /* "/detail/requester_id", "template", "value", "default"; absent: nothing
                           was found */
    const cJSON *value; /* NULL: nothing */
    bool asked;         /* false: by its conditions it has no place in this record */
};

/* A text of the record that no rule asks for, though it has words in it. */
struct unread {
    struct str at; /* JSON pointer from the top of the record's value */
    struct str text;
    bool long_enough; /* to be what a person wrote: the event warns of it */
};

struct mapped {
    const cJSON *root; /* canonical fields, an object */
    struct str source; /* CloudEvents' source; absent: the topic is the source */
    bool initial;      /* a row of a first copy: it builds state and never escalates */
    const struct mapped_field *fields; /* in the order of the file, for people */
    size_t field_count;
    unsigned missing;            /* fields that were asked for and not found */
    const struct unread *unread; /* in the order of the record */
    size_t unread_count;
};

/* How many words a text needs to be told of when nothing reads it: shown to people who ask what a
 * mapping does; warned of by the event. */
enum { UNREAD_LISTED = 2, UNREAD_WARNED = 5 };

/* `value` is the record's, parsed; NULL when the record has none. `unread`: words from which an
 * unread text is told of. Everything is in `arena`, in `value` or in the format. False: this record
 * cannot be an event of this format. */
bool format_map(const struct format *format, const struct record *record, const cJSON *value,
                unsigned unread, struct warnings *warnings, struct mapped *out,
                struct refusal *refusal);

/* What was found where, a line for each field of the format, which were not found, and the texts
 * that nothing reads. */
void mapped_text(const struct mapped *mapped, bool chinese, struct arena *arena, struct buf *out);
