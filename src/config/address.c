#include "config/address.h"

#include <string.h>

bool address_split(struct str text, struct address *address, struct error *err)
{
    const char *colon = text.size > 0 ? memrchr(text.data, ':', text.size) : NULL;
    size_t host = colon ? (size_t)(colon - text.data) : 0;
    int64_t port = 0;
    if (host == 0 || host > ADDRESS_HOST_MAX || memchr(text.data, '\0', host) != NULL ||
        !str_to_int((struct str){ colon + 1, text.size - host - 1 }, &port) || port < 0 ||
        port > UINT16_MAX)
        return error_set(err, "'%.*s' is not HOST:PORT, such as 127.0.0.1:9404",
                         STR_ARG(utf8_prefix(text, 80)));
    *address = (struct address){ { text.data, host }, (uint16_t)port };
    return true;
}
