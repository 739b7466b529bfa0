/* What a committed offset carries beside the number: the metadata text
 * `version;counter;stream;attempt;left` of one task. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

enum { OFFSET_NOTE_SIZE = 96 };

struct offset_note {
    uint64_t counter; /* of this task's transactions: tells whether an uncertain one committed */
    time_ms stream;   /* highest event time fed */
    int attempt;      /* see care.h */
    int left;         /* events still to be fed with care */
};

/* Writes the text with its NUL; never longer than OFFSET_NOTE_SIZE. */
const char *offset_note_format(const struct offset_note *note, char text[OFFSET_NOTE_SIZE]);
/* Absent or empty text is a position that somebody else committed: all zero, stream unknown (0).
 * False + err for a version we do not know or a damaged text. */
bool offset_note_parse(struct str text, struct offset_note *note, struct error *err);
