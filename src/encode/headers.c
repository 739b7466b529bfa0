#include "encode/headers.h"

enum { HEADERS_MAX = 8 };

void headers_set(struct action *action, struct actions *actions, const char *type,
                 const char *source, struct str id, struct str subject, time_ms time,
                 struct str department)
{
    struct header *headers = arena_alloc_raw(actions->arena, HEADERS_MAX * sizeof(*headers));
    char text[TIME_TEXT_SIZE];
    size_t count = 0;
    headers[count++] = (struct header){ STR("ce_specversion"), STR("1.0") };
    headers[count++] = (struct header){ STR("ce_id"), id };
    headers[count++] = (struct header){ STR("ce_type"), str_from(type) };
    headers[count++] = (struct header){ STR("ce_source"), str_from(source) };
    if (!str_empty(subject))
        headers[count++] = (struct header){ STR("ce_subject"), subject };
    headers[count++] =
        (struct header){ STR("ce_time"), arena_copy(actions->arena, time_format_ms(time, text)) };
    headers[count++] = (struct header){ STR("content-type"), STR("application/json") };
    if (!str_empty(department))
        headers[count++] = (struct header){ STR("ombud-department"), department };
    action->headers = headers;
    action->header_count = count;
}
