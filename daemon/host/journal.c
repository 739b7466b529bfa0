#include "host/journal.h"

/* Where a line stands in our source is no concern of who reads it. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>

#include "base/buf.h"

enum { FIELDS_MOST = 6 };

bool journal_reads(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    uintmax_t device, inode;
    struct stat status;
    return stream != NULL && sscanf(stream, "%ju:%ju", &device, &inode) == 2 &&
           fstat(fd, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

/* All fields in one run of bytes; where each ends is in `ends`. */
struct fields {
    struct buf text;
    size_t ends[FIELDS_MOST];
    int count;
};

static void end_field(struct fields *fields)
{
    fields->ends[fields->count++] = buf_str(&fields->text).size;
}

static void add_text(struct fields *fields, const char *name, struct str value)
{
    buf_printf(&fields->text, "%s=", name);
    buf_add_str(&fields->text, value);
    end_field(fields);
}

static void add_number(struct fields *fields, const char *name, int64_t value)
{
    buf_printf(&fields->text, "%s=%" PRId64, name, value);
    end_field(fields);
}

static void add_place(struct fields *fields, const struct log_place *place)
{
    if (place->topic != NULL) {
        add_text(fields, "OMBUD_TOPIC", str_from(place->topic));
        add_number(fields, "OMBUD_PARTITION", place->partition);
    }
    if (place->topic != NULL && place->offset >= 0)
        add_number(fields, "OMBUD_OFFSET", place->offset);
    if (str_present(place->ticket))
        add_text(fields, "OMBUD_TICKET", place->ticket);
}

bool journal_write(struct str sentence, enum log_priority priority, const struct log_place *place)
{
    struct fields fields = { .count = 0 };
    struct iovec parts[FIELDS_MOST];
    add_text(&fields, "MESSAGE", sentence);
    add_number(&fields, "PRIORITY", priority);
    if (place != NULL)
        add_place(&fields, place);
    char *text = (char *)buf_text(&fields.text);
    size_t start = 0;
    for (int i = 0; i < fields.count; i++) {
        parts[i] = (struct iovec){ text + start, fields.ends[i] - start };
        start = fields.ends[i];
    }
    bool taken = sd_journal_sendv(parts, fields.count) == 0;
    buf_free(&fields.text);
    return taken;
}
