/* The connections of the HTTP server, of which there may only be so many. evhttp's own time-out
 * begins anew with each byte, it does not tell when a connection that never made a request ends,
 * and it serves whom it was told not to let in. So each is held here and looked at: nobody stays
 * longer than the deadline, and who has been silent for longest makes room for who comes. What
 * comes from this machine has places of its own, for its probes. */
#pragma once

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include "base/time.h"

struct http_guests;

enum { HTTP_GUESTS_MOST = 32, HTTP_STRANGERS_MOST = 24 }; /* all; those of other machines */

/* `deadline` of each connection, from its first moment, ms. */
struct http_guests *http_guests_new(struct event_base *base, time_ms deadline);
void http_guests_free(struct http_guests *guests); /* after the server; NULL is fine */
/* Rests while no more can be taken in. */
void http_guests_mind(struct http_guests *guests, struct evconnlistener *listener);

/* A new connection's, not connected yet. */
void http_guests_add(struct http_guests *guests, struct bufferevent *socket);
/* It has made its request: it goes after those that have not. */
void http_guests_asked(struct http_guests *guests, struct bufferevent *socket);
/* One of them is about to be let go of. */
void http_guests_leaving(struct http_guests *guests);
