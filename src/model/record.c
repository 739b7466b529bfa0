#include "model/record.h"

struct str record_header(const struct record *record, const char *name)
{
    for (size_t i = record->header_count; i > 0; i--) {
        const struct header *header = &record->headers[i - 1];
        if (str_is(header->name, name))
            return header->value;
    }
    return STR_NONE;
}
