#include "kafka/offsets.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { VERSION = 1, FIELDS = 5 };

const char *offset_note_format(const struct offset_note *note, char text[OFFSET_NOTE_SIZE])
{
    snprintf(text, OFFSET_NOTE_SIZE, "%d;%" PRIu64 ";%" PRId64 ";%d;%d", VERSION, note->counter,
             note->stream, note->attempt, note->left);
    return text;
}

/* Cuts the next field off `rest`. */
static bool next_number(struct str *rest, int64_t *number)
{
    const char *end = memchr(rest->data, ';', rest->size);
    struct str field = { rest->data, end ? (size_t)(end - rest->data) : rest->size };
    size_t used = field.size + (end ? 1 : 0);
    *rest = (struct str){ rest->data + used, rest->size - used };
    return str_to_int(field, number);
}

bool offset_note_parse(struct str text, struct offset_note *note, struct error *err)
{
    if (str_empty(text)) {
        *note = (struct offset_note){ 0 };
        return true;
    }
    int64_t fields[FIELDS];
    struct str rest = text;
    for (int i = 0; i < FIELDS; i++) {
        if (!next_number(&rest, &fields[i]) || (i > 0 && fields[i] < 0))
            return error_set(err, "the metadata '%.*s' of a committed offset is not ours",
                             STR_ARG(text));
        if (i == 0 && fields[0] != VERSION)
            return error_set(err,
                             "a committed offset has metadata of version %" PRId64
                             ", this release knows version %d",
                             fields[0], VERSION);
    }
    if (fields[3] > INT32_MAX || fields[4] > INT32_MAX || !str_empty(rest))
        return error_set(err, "the metadata '%.*s' of a committed offset is not ours",
                         STR_ARG(text));
    *note = (struct offset_note){ .counter = (uint64_t)fields[1],
                                  .stream = fields[2],
                                  .attempt = (int)fields[3],
                                  .left = (int)fields[4] };
    return true;
}
