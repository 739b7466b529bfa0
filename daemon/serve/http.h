/* Pages for whoever asks by GET. evhttp accepts more than it should, so here are limits: sizes,
 * connections, an absolute deadline for each, and who may be asked for by name. */
#pragma once

#include <event2/event.h>
#include "base/buf.h"
#include "base/error.h"
#include "base/time.h"
#include "host/log.h"

struct http;

struct http_page {
    const char *path; /* "/metrics" */
    const char *type; /* "text/plain; ..." */
    /* Appends the body. The status code. */
    int (*write)(void *arg, struct buf *body);
};

/* All but `log` and what `pages` points at is only read while http_new runs. */
struct http_setup {
    struct str
        address; /* "127.0.0.1:9404" or "[::1]:9404"; port 0: any free one, the log says which */
    const struct http_page *pages;
    size_t page_count;
    const struct str *names; /* by which it may be asked for, too */
    size_t name_count;
    void *arg;        /* of the pages */
    time_ms deadline; /* of each connection, from its first moment; 0: ten seconds */
    struct log *log;
};

/* NULL + err when it cannot be listened on. */
struct http *http_new(struct event_base *base, const struct http_setup *setup, struct error *err);
void http_free(struct http *http); /* NULL is fine; hangs up on all */
int http_port(const struct http *http);
