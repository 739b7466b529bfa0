/* One case of `ombudctl format test`: a record of a foreign source, and the event that its format
 * is expected to make of it. */
#pragma once

#include "base/buf.h"
#include "format/format.h"
#include "json/json.h"
#include "model/event.h"
#include "model/record.h"
#include "model/refusal.h"

struct format_case {
    struct str description;  /* for people; absent: none */
    struct str format, zone; /* as a source has them; `zone` may be absent */
    struct record record;
    const cJSON *expected; /* checked; NULL: the case does not say it */
};

/* `text` is the file, `path` its name for errors. The case lives in both and in `arena`. False +
 * err
 * ("file:line:column: sentence" for what is no JSON, "file: /pointer: sentence" for what is no
 * case): also for a key that nobody knows, for what it says would not be compared. */
bool format_case_read(struct str path, struct str text, struct arena *arena,
                      struct format_case *one, struct error *err);

struct format_result {
    bool refused;
    struct refusal refusal; /* of what is refused or skipped; else: */
    struct event event;
    struct mapped mapped;
};

/* As the router decodes it. NULL as `mapping`: the record is an event already. Everything is in
 * `arena`, in the case or in the mapping. */
struct format_result format_case_run(const struct format_case *one, const struct format *mapping,
                                     size_t max_event, struct arena *arena);

/* Is this what is expected? Appends what differs, field by field and with the place that a value
 * came from. */
bool format_result_is(const struct format_result *result, const cJSON *expected,
                      struct arena *arena, struct buf *out);
/* Appends the value of `expected` with which the case would pass, for a line that has `indent`
 * spaces. */
void format_result_json(const struct format_result *result, int indent, struct arena *arena,
                        struct buf *out);
