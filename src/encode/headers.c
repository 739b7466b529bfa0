#include "encode/headers.h"

enum { HEADER_COUNT = 4 };

void headers_set(struct action *action, struct actions *actions, const char *type,
                 const char *source, struct str id)
{
    struct header *headers = arena_alloc_raw(actions->arena, HEADER_COUNT * sizeof(*headers));
    headers[0] = (struct header){ STR("ce_specversion"), STR("1.0") };
    headers[1] = (struct header){ STR("ce_id"), id };
    headers[2] = (struct header){ STR("ce_type"), str_from(type) };
    headers[3] = (struct header){ STR("ce_source"), str_from(source) };
    action->headers = headers;
    action->header_count = HEADER_COUNT;
}
