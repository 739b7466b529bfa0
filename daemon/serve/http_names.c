#include "serve/http_names.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* "[::1]:9404" -> "::1", "host:9404" -> "host"; absent: that is no host. */
static struct str bare(const char *host)
{
    struct str all = str_from(host);
    if (host[0] == '[') {
        const char *end = strchr(host, ']');
        if (end == NULL || (end[1] != '\0' && end[1] != ':'))
            return STR_NONE;
        return (struct str){ host + 1, (size_t)(end - host) - 1 };
    }
    const char *colon = strchr(host, ':');
    if (colon != NULL && strrchr(host, ':') == colon) {
        if (colon[1] == '\0' || strspn(colon + 1, "0123456789") != strlen(colon + 1))
            return STR_NONE;
        all.size = (size_t)(colon - host);
    }
    return all;
}

static bool is_address(struct str host, const struct sockaddr *local)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr asked;
    if (local == NULL || host.size >= sizeof(text))
        return false;
    memcpy(text, host.data, host.size);
    text[host.size] = '\0';
    if (local->sa_family == AF_INET) {
        const struct sockaddr_in *here = (const struct sockaddr_in *)local;
        return inet_pton(AF_INET, text, &asked) == 1 &&
               memcmp(&asked, &here->sin_addr, sizeof(here->sin_addr)) == 0;
    }
    if (local->sa_family != AF_INET6)
        return false;
    const struct sockaddr_in6 *here = (const struct sockaddr_in6 *)local;
    if (inet_pton(AF_INET6, text, &asked) == 1)
        return memcmp(&asked, &here->sin6_addr, sizeof(asked)) == 0;
    /* An IPv4 connection to a socket of both kinds. */
    return IN6_IS_ADDR_V4MAPPED(&here->sin6_addr) && inet_pton(AF_INET, text, &asked) == 1 &&
           memcmp(&asked, &here->sin6_addr.s6_addr[12], 4) == 0;
}

bool http_names_allow(const struct http_names *names, const char *host,
                      const struct sockaddr *local)
{
    static const char *const loopback[] = { "localhost", "127.0.0.1", "::1" };
    struct str name = bare(host);
    if (str_empty(name))
        return false;
    for (size_t i = 0; i < sizeof(loopback) / sizeof(loopback[0]); i++) {
        if (str_equal_nocase(name, str_from(loopback[i])))
            return true;
    }
    for (size_t i = 0; i < names->more_count; i++) {
        if (str_equal_nocase(name, names->more[i]))
            return true;
    }
    return str_equal_nocase(name, names->bound) || is_address(name, local);
}
