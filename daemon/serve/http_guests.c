#include "serve/http_guests.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "host/now.h"

/* As many more as may stay have room while they are on their way out. */
enum { SWEEP_MS = 250, ROOM = 2 * HTTP_GUESTS_MOST };

enum origin { ORIGIN_UNKNOWN, ORIGIN_HERE, ORIGIN_ELSEWHERE };

struct guest {
    struct bufferevent *socket; /* NULL: a free place */
    time_ms since, deadline;
    enum origin origin;
    bool asked;
    bool dismissed; /* hung up on: evhttp will notice and let go */
};

struct http_guests {
    time_ms deadline;
    struct evconnlistener *listener;
    struct event *sweep, *soon;
    struct guest guests[ROOM];
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

static enum origin origin_of(struct bufferevent *socket)
{
    struct sockaddr_storage peer = { 0 };
    socklen_t size = sizeof(peer);
    if (getpeername(bufferevent_getfd(socket), (struct sockaddr *)&peer, &size) != 0)
        return ORIGIN_UNKNOWN;
    if (peer.ss_family == AF_INET)
        return ntohl(((struct sockaddr_in *)&peer)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET
                   ? ORIGIN_HERE
                   : ORIGIN_ELSEWHERE;
    const struct in6_addr *address = &((struct sockaddr_in6 *)&peer)->sin6_addr;
    bool here = IN6_IS_ADDR_LOOPBACK(address) ||
                (IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == IN_LOOPBACKNET);
    return here ? ORIGIN_HERE : ORIGIN_ELSEWHERE;
}

static void dismiss(struct guest *guest)
{
    guest->dismissed = true;
    shutdown(bufferevent_getfd(guest->socket), SHUT_RDWR);
}

/* The released leave their places; who is too late is hung up on. */
static void look(struct http_guests *guests, time_ms now)
{
    for (int i = 0; i < ROOM; i++) {
        struct guest *guest = &guests->guests[i];
        if (guest->socket == NULL)
            continue;
        if (is_released(guest->socket)) {
            bufferevent_decref(guest->socket);
            *guest = (struct guest){ 0 };
            guests->count--;
            continue;
        }
        if (guest->origin == ORIGIN_UNKNOWN)
            guest->origin = origin_of(guest->socket);
        if (!guest->dismissed && now >= guest->deadline)
            dismiss(guest);
    }
}

static bool goes_first(const struct guest *a, const struct guest *b)
{
    return a->asked != b->asked ? b->asked : a->since < b->since;
}

/* Hangs up on those that must go, so that no more than `most` stay of all or of the strangers. */
static void make_room(struct http_guests *guests, bool strangers, int most)
{
    for (;;) {
        struct guest *first = NULL;
        int count = 0;
        for (int i = 0; i < ROOM; i++) {
            struct guest *guest = &guests->guests[i];
            if (guest->socket == NULL || guest->dismissed ||
                (strangers && guest->origin != ORIGIN_ELSEWHERE))
                continue;
            count++;
            if (first == NULL || goes_first(guest, first))
                first = guest;
        }
        if (count <= most)
            return;
        dismiss(first);
    }
}

static void sweep_soon(struct http_guests *guests)
{
    static const struct timeval at_once = { 0, 0 };
    event_add(guests->soon, &at_once);
}

/* evhttp lets go of them within the loop's next round. */
static bool someone_leaves(const struct http_guests *guests)
{
    for (int i = 0; i < ROOM; i++) {
        if (guests->guests[i].dismissed)
            return true;
    }
    return false;
}

static void sweep(struct http_guests *guests)
{
    look(guests, now_monotonic());
    make_room(guests, true, HTTP_STRANGERS_MOST);
    make_room(guests, false, HTTP_GUESTS_MOST);
    if (someone_leaves(guests))
        sweep_soon(guests);
    if (guests->listener != NULL && guests->count < ROOM)
        evconnlistener_enable(guests->listener);
}

static void on_sweep(evutil_socket_t unused, short what, void *arg)
{
    (void)unused;
    (void)what;
    sweep(arg);
}

/* Out of files: what waits would be reported again and again. The next sweep tries. */
static void on_refused(struct evconnlistener *listener, void *arg)
{
    (void)arg;
    evconnlistener_disable(listener);
}

struct http_guests *http_guests_new(struct event_base *base, time_ms deadline)
{
    struct http_guests *guests = mem_alloc(sizeof(*guests));
    guests->deadline = deadline;
    guests->sweep = event_new(base, -1, EV_PERSIST, on_sweep, guests);
    guests->soon = event_new(base, -1, 0, on_sweep, guests);
    struct timeval often = { 0, SWEEP_MS * 1000 };
    event_add(guests->sweep, &often);
    return guests;
}

void http_guests_free(struct http_guests *guests)
{
    if (guests == NULL)
        return;
    for (int i = 0; i < ROOM; i++) {
        if (guests->guests[i].socket != NULL)
            bufferevent_decref(guests->guests[i].socket);
    }
    event_free(guests->sweep);
    event_free(guests->soon);
    free(guests);
}

void http_guests_mind(struct http_guests *guests, struct evconnlistener *listener)
{
    guests->listener = listener;
    evconnlistener_set_error_cb(listener, on_refused);
}

void http_guests_add(struct http_guests *guests, struct bufferevent *socket)
{
    time_ms now = now_monotonic();
    bufferevent_incref(socket);
    for (int i = 0; i < ROOM; i++) {
        if (guests->guests[i].socket != NULL)
            continue;
        guests->guests[i] =
            (struct guest){ .socket = socket, .since = now, .deadline = now + guests->deadline };
        break;
    }
    /* The next is let in when one of them has gone. */
    if (++guests->count == ROOM && guests->listener != NULL)
        evconnlistener_disable(guests->listener);
    sweep_soon(guests);
}

void http_guests_asked(struct http_guests *guests, struct bufferevent *socket)
{
    for (int i = 0; i < ROOM; i++) {
        if (guests->guests[i].socket == socket)
            guests->guests[i].asked = true;
    }
}

void http_guests_leaving(struct http_guests *guests)
{
    sweep_soon(guests); /* it is released when this returns */
}
