#include "serve/http.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "config/address.h"
#include "serve/http_guests.h"
#include "serve/http_names.h"

enum { HEADER_BYTES = 8192, BODY_BYTES = 1024, IDLE_SECONDS = 5, DEADLINE_MS = 10000 };

struct http {
    const struct http_page *pages;
    size_t page_count;
    void *arg;
    struct evhttp *server;
    struct http_guests *guests;
    struct str *names; /* owned, see http_names.h */
    size_t name_count;
    char host[128]; /* that is listened on, without brackets */
    uint16_t port;
};

static void on_closing(struct evhttp_connection *closing, void *arg)
{
    (void)closing;
    struct http *http = arg;
    http_guests_leaving(http->guests);
}

static struct bufferevent *on_connection(struct event_base *base, void *arg)
{
    struct http *http = arg;
    struct bufferevent *socket = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (socket != NULL)
        http_guests_add(http->guests, socket);
    return socket;
}

static bool host_allowed(const struct http *http, struct evhttp_request *request, const char *host)
{
    const struct http_names names = { str_from(http->host), http->names, http->name_count };
    struct sockaddr_storage local = { 0 };
    socklen_t size = sizeof(local);
    struct bufferevent *socket =
        evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
    bool known = getsockname(bufferevent_getfd(socket), (struct sockaddr *)&local, &size) == 0;
    return http_names_allow(&names, host, known ? (struct sockaddr *)&local : NULL);
}

static const char *refusal(const struct http *http, struct evhttp_request *request)
{
    const char *host = NULL;
    int hosts = 0, lengths = 0;
    const struct evkeyval *header;
    for (header = evhttp_request_get_input_headers(request)->tqh_first; header != NULL;
         header = header->next.tqe_next) {
        if (strcasecmp(header->key, "Host") == 0) {
            host = header->value;
            hosts++;
        }
        lengths += strcasecmp(header->key, "Content-Length") == 0;
        if (strcasecmp(header->key, "Transfer-Encoding") == 0)
            return "no bodies here";
    }
    if (hosts != 1 || lengths > 1)
        return "one Host, at most one Content-Length";
    return host_allowed(http, request, host) ? NULL
                                             : "unknown Host; the setting http_hosts names others";
}

static void reply(struct evhttp_request *request, int code, const char *type, struct buf *body)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    evhttp_add_header(headers, "Content-Type", type);
    evhttp_add_header(headers, "Connection", "close");
    evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
    struct evbuffer *content = evbuffer_new();
    struct str text = buf_str(body);
    if (evhttp_request_get_command(request) == EVHTTP_REQ_HEAD) {
        char size[32];
        snprintf(size, sizeof(size), "%zu", text.size);
        evhttp_add_header(headers, "Content-Length", size);
    } else {
        evbuffer_add(content, text.data, text.size);
    }
    evhttp_send_reply(request, code, NULL, content);
    evbuffer_free(content);
    buf_free(body);
}

static const struct http_page *find_page(const struct http *http, const char *path)
{
    for (size_t i = 0; path != NULL && i < http->page_count; i++) {
        if (strcmp(path, http->pages[i].path) == 0)
            return &http->pages[i];
    }
    return NULL;
}

static void on_request(struct evhttp_request *request, void *arg)
{
    struct http *http = arg;
    struct buf body = { 0 };
    const char *type = "text/plain; charset=utf-8";
    int code;
    struct evhttp_connection *connection = evhttp_request_get_connection(request);
    evhttp_connection_set_closecb(connection, on_closing, http);
    http_guests_asked(http->guests, evhttp_connection_get_bufferevent(connection));
    const char *reason = refusal(http, request);
    const struct http_page *page =
        find_page(http, evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request)));
    if (reason != NULL) {
        buf_printf(&body, "%s\n", reason);
        code = HTTP_BADREQUEST;
    } else if (page != NULL) {
        code = page->write(http->arg, &body);
        type = page->type;
    } else {
        buf_printf(&body, "here are only");
        for (size_t i = 0; i < http->page_count; i++)
            buf_printf(&body, " %s", http->pages[i].path);
        buf_add_char(&body, '\n');
        code = HTTP_NOTFOUND;
    }
    reply(request, code, type, &body);
}

static bool split_address(struct http *http, struct str text, struct error *err)
{
    struct address address;
    if (!address_split(text, &address, err))
        return error_prefix(err, "http");
    struct str host = address.host;
    bool bracketed = host.data[0] == '[' && host.data[host.size - 1] == ']';
    memcpy(http->host, host.data + bracketed, host.size - 2 * (size_t)bracketed);
    http->port = address.port;
    return true;
}

static uint16_t bound_port(struct evhttp_bound_socket *bound)
{
    struct sockaddr_storage name = { 0 };
    socklen_t size = sizeof(name);
    getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&name, &size);
    return ntohs(name.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&name)->sin6_port
                                            : ((struct sockaddr_in *)&name)->sin_port);
}

static bool listen_at(struct http *http, struct str address, struct error *err)
{
    struct evhttp_bound_socket *bound =
        evhttp_bind_socket_with_handle(http->server, http->host, http->port);
    if (bound == NULL)
        return error_set(err, "http: cannot listen on %.*s: %s", STR_ARG(address), strerror(errno));
    http_guests_mind(http->guests, evhttp_bound_socket_get_listener(bound));
    http->port = bound_port(bound);
    return true;
}

/* A reload lets go of the configuration that has them. */
static void copy_names(struct http *http, const struct http_setup *setup)
{
    http->names = mem_array(setup->name_count + 1, sizeof(*http->names));
    http->name_count = setup->name_count;
    for (size_t i = 0; i < setup->name_count; i++)
        http->names[i] = (struct str){ mem_copy(setup->names[i].data, setup->names[i].size),
                                       setup->names[i].size };
}

struct http *http_new(struct event_base *base, const struct http_setup *setup, struct error *err)
{
    struct http *http = mem_alloc(sizeof(*http));
    http->pages = setup->pages;
    http->page_count = setup->page_count;
    http->arg = setup->arg;
    copy_names(http, setup);
    http->guests = http_guests_new(base, setup->deadline ? setup->deadline : DEADLINE_MS);
    if (!split_address(http, setup->address, err))
        goto out;
    http->server = evhttp_new(base);
    evhttp_set_max_headers_size(http->server, HEADER_BYTES);
    evhttp_set_max_body_size(http->server, BODY_BYTES);
    evhttp_set_timeout(http->server, IDLE_SECONDS);
    evhttp_set_allowed_methods(http->server, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
    evhttp_set_bevcb(http->server, on_connection, http);
    evhttp_set_gencb(http->server, on_request, http);
    if (!listen_at(http, setup->address, err))
        goto out;
    bool brackets = strchr(http->host, ':') != NULL;
    log_say(setup->log, LOGGED_INFO, "http: listening on %s%s%s:%u", brackets ? "[" : "",
            http->host, brackets ? "]" : "", http->port);
    return http;
out:
    http_free(http);
    return NULL;
}

void http_free(struct http *http)
{
    if (http == NULL)
        return;
    /* Takes the connections with it, whose ends may still call for a sweep. */
    if (http->server != NULL)
        evhttp_free(http->server);
    http_guests_free(http->guests);
    for (size_t i = 0; i < http->name_count; i++)
        free((char *)http->names[i].data);
    free(http->names);
    free(http);
}

int http_port(const struct http *http)
{
    return http->port;
}
