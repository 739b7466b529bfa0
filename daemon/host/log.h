/* One event a line on standard error, with the priority prefix that systemd understands ("<4>").
 * Safe from any thread. */
#pragma once

#include <stdint.h>

#include "base/str.h"

enum log_priority {
    LOGGED_ERROR = 3,
    LOGGED_WARNING = 4,
    LOGGED_NOTICE = 5,
    LOGGED_INFO = 6,
    LOGGED_DEBUG = 7
};

struct log;

/* Writes to `fd`; what is less important than `most` is left out. Where `fd` is the journal's,
 * lines go there by its own protocol, with the fields of their place. */
struct log *log_new(int fd, enum log_priority most);
void log_free(struct log *log); /* NULL is fine */

/* The same kind of line (the same `format`; of "%s" and "%.*s" the same sentence, whatever its
 * numbers) more than ten times within ten seconds is counted instead of written; the next line of
 * its kind says how many were left out. */
void log_say(struct log *log, enum log_priority priority, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, unless the very same sentence was written within the last minute: what several clients
 * say of one broker. */
void log_once(struct log *log, enum log_priority priority, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The record that a line is about. */
struct log_place {
    const char *topic; /* NULL: none */
    int32_t partition;
    int64_t offset;    /* -1: none */
    struct str ticket; /* absent: none */
};

/* The same; `place` becomes the journal's fields OMBUD_TOPIC, OMBUD_PARTITION, OMBUD_OFFSET and
 * OMBUD_TICKET. The sentence says what matters of it by itself. */
void log_at(struct log *log, enum log_priority priority, const struct log_place *place,
            const char *format, ...) __attribute__((format(printf, 4, 5)));
