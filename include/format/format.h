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

struct mapped {
    const cJSON *root; /* canonical fields, an object */
    struct str source; /* CloudEvents' source; absent: the topic is the source */
    bool initial;      /* a row of a first copy: it builds state and never escalates */
    const struct mapped_field *fields; /* in the order of the file, for people */
    size_t field_count;
    unsigned missing; /* fields that were asked for and not found */
};

/* `value` is the record's, parsed; NULL when the record has none. Everything is in `arena`, in
 * `value` or in the format. False: this record cannot be an event of this format. */
bool format_map(const struct format *format, const struct record *record, const cJSON *value,
                struct warnings *warnings, struct mapped *out, struct refusal *refusal);

/* What was found where, a line for each field of the format, and which were not found. */
void mapped_text(const struct mapped *mapped, bool chinese, struct arena *arena, struct buf *out);
