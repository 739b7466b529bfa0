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
#include <time.h>

#include "base/mem.h"
#include "host/now.h"

enum {
    HEADER_BYTES = 8192,
    BODY_BYTES = 1024,
    CONNECTIONS_MOST = 32,
    IDLE_SECONDS = 5,
    DEADLINE_MS = 10000,
    SWEEP_MS = 250
};

/* evhttp's own time-out begins anew with each byte, and it does not tell when a connection that
 * never made a request ends. So we hold a reference to each and look at them now and then. */
struct connection {
    struct bufferevent *socket; /* NULL: a free place */
    time_ms deadline;
};

struct http {
    const struct http_page *pages;
    size_t page_count;
    void *arg;
    time_ms deadline;
    struct evhttp *server;
    struct evconnlistener *listener;
    struct event *sweep;
    char host[128];
    uint16_t port;
    struct connection connections[CONNECTIONS_MOST];
    int count;
};

/* evhttp takes its callbacks off a connection that it lets go of. */
static bool is_released(struct bufferevent *socket)
{
    bufferevent_data_cb on_read, on_write;
    bufferevent_event_cb on_event;
    bufferevent_getcb(socket, &on_read, &on_write, &on_event, NULL);
    return on_read == NULL && on_write == NULL && on_event == NULL;
}

static void on_sweep(evutil_socket_t unused, short what, void *arg)
{
    (void)unused;
    (void)what;
    struct http *http = arg;
    time_ms now = now_monotonic();
    for (int i = 0; i < CONNECTIONS_MOST; i++) {
        struct connection *connection = &http->connections[i];
        if (connection->socket == NULL)
            continue;
        if (is_released(connection->socket)) {
            bufferevent_decref(connection->socket);
            connection->socket = NULL;
            if (http->count-- == CONNECTIONS_MOST)
                evconnlistener_enable(http->listener);
        } else if (now >= connection->deadline) {
            /* evhttp sees the other side hang up and lets go of it. */
            shutdown(bufferevent_getfd(connection->socket), SHUT_RDWR);
        }
    }
}

static void on_closing(struct evhttp_connection *closing, void *arg)
{
    (void)closing;
    struct http *http = arg;
    event_active(http->sweep, EV_TIMEOUT, 0); /* it is released when this returns */
}

static struct bufferevent *on_connection(struct event_base *base, void *arg)
{
    struct http *http = arg;
    struct bufferevent *socket = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (socket == NULL)
        return NULL;
    bufferevent_incref(socket);
    for (int i = 0; i < CONNECTIONS_MOST; i++) {
        if (http->connections[i].socket == NULL) {
            http->connections[i] = (struct connection){ socket, now_monotonic() + http->deadline };
            break;
        }
    }
    /* A NULL from here would be served all the same: at the cap nobody is let in instead. */
    if (++http->count == CONNECTIONS_MOST)
        evconnlistener_disable(http->listener);
    return socket;
}

/* Names under which a browser may reach us. Anything else may be DNS rebinding: a web page that
 * made its own name point here. */
static bool host_allowed(const struct http *http, const char *host)
{
    static const char *const names[] = { "localhost", "127.0.0.1", "[::1]", "::1" };
    size_t size = strlen(host);
    const char *colon = strrchr(host, ':');
    if (colon != NULL && strchr(colon, ']') == NULL && colon[1] != '\0' &&
        strspn(colon + 1, "0123456789") == strlen(colon + 1) && strcmp(host, "::1") != 0)
        size = (size_t)(colon - host);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i]) == size && strncasecmp(host, names[i], size) == 0)
            return true;
    }
    return strlen(http->host) == size && strncasecmp(host, http->host, size) == 0;
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
    return host_allowed(http, host) ? NULL : "unknown Host";
}

static void reply(struct evhttp_request *request, int code, const char *type, struct buf *body)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    evhttp_add_header(headers, "Content-Type", type);
    evhttp_add_header(headers, "Connection", "close");
    evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
    struct evbuffer *content = evbuffer_new();
    struct str text = buf_str(body);
    evbuffer_add(content, text.data, text.size);
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
    evhttp_connection_set_closecb(evhttp_request_get_connection(request), on_closing, http);
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

static bool split_address(struct http *http, struct str address, struct error *err)
{
    const char *colon = address.size > 0 ? memrchr(address.data, ':', address.size) : NULL;
    size_t host = colon ? (size_t)(colon - address.data) : 0;
    int64_t port = 0;
    if (host == 0 || host >= sizeof(http->host) || memchr(address.data, '\0', host) != NULL ||
        !str_to_int((struct str){ colon + 1, address.size - host - 1 }, &port) || port < 0 ||
        port > UINT16_MAX)
        return error_set(err, "http: '%.*s' is not HOST:PORT", STR_ARG(address));
    memcpy(http->host, address.data, host);
    http->port = (uint16_t)port;
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
    char bare[128];
    snprintf(bare, sizeof(bare), "%s", http->host[0] == '[' ? http->host + 1 : http->host);
    bare[strcspn(bare, "]")] = '\0';
    struct evhttp_bound_socket *bound =
        evhttp_bind_socket_with_handle(http->server, bare, http->port);
    if (bound == NULL)
        return error_set(err, "http: cannot listen on %.*s: %s", STR_ARG(address), strerror(errno));
    http->listener = evhttp_bound_socket_get_listener(bound);
    http->port = bound_port(bound);
    return true;
}

struct http *http_new(struct event_base *base, const struct http_setup *setup, struct error *err)
{
    struct http *http = mem_alloc(sizeof(*http));
    http->pages = setup->pages;
    http->page_count = setup->page_count;
    http->arg = setup->arg;
    http->deadline = setup->deadline ? setup->deadline : DEADLINE_MS;
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
    http->sweep = event_new(base, -1, EV_PERSIST, on_sweep, http);
    struct timeval often = { 0, SWEEP_MS * 1000 };
    event_add(http->sweep, &often);
    log_say(setup->log, LOGGED_INFO, "http: listening on %s:%u", http->host, http->port);
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
    for (int i = 0; i < CONNECTIONS_MOST; i++) {
        if (http->connections[i].socket != NULL)
            bufferevent_decref(http->connections[i].socket);
    }
    if (http->sweep != NULL)
        event_free(http->sweep);
    free(http);
}

int http_port(const struct http *http)
{
    return http->port;
}
