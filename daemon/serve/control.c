#include "serve/control.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "host/now.h"

enum {
    CLIENTS_MOST = 16,
    LINE_BYTES = 64,
    DEADLINE_MS = 5000,
    PATIENCE_MS = 600000,
    SWEEP_MS = 250,
    BACKLOG = 16
};

enum client_state {
    CLIENT_FREE,
    CLIENT_ASKING,   /* its line has not come yet */
    CLIENT_WAITING,  /* for its answer */
    CLIENT_ANSWERED, /* the answer is on its way */
};

struct control_client {
    struct control *control;
    enum client_state state;
    struct bufferevent *socket;
    time_ms since, deadline;
};

struct control {
    struct control_setup setup;
    struct evconnlistener *listener;
    struct event *sweep;
    char path[CONTROL_PATH];
    struct control_client clients[CLIENTS_MOST];
};

/* ---- clients */

static void drop(struct control_client *client)
{
    struct control *control = client->control;
    bool waits = client->state == CLIENT_WAITING;
    bufferevent_free(client->socket);
    *client = (struct control_client){ .control = control };
    if (waits)
        control->setup.gone(control->setup.arg, client);
}

void control_reply(struct control_client *client, struct str text)
{
    client->state = CLIENT_ANSWERED;
    client->deadline = now_monotonic() + client->control->setup.deadline;
    bufferevent_write(client->socket, text.data, text.size);
    bufferevent_write(client->socket, "\n", 1);
}

static void refuse(struct control_client *client, const char *reason)
{
    struct buf text = { 0 };
    buf_printf(&text, "{\"ok\":false,\"reason\":\"%s\"}", reason);
    control_reply(client, buf_str(&text));
    buf_free(&text);
}

static void take_line(struct control_client *client, struct str line)
{
    struct control *control = client->control;
    for (size_t i = 0; i < control->setup.request_count; i++) {
        if (!str_is(line, control->setup.requests[i].line))
            continue;
        client->state = CLIENT_WAITING;
        client->deadline = now_monotonic() + control->setup.patience;
        control->setup.requests[i].take(control->setup.arg, client);
        return;
    }
    refuse(client, "this router does not know that request: is ombudctl of another version?");
}

static void on_read(struct bufferevent *socket, void *arg)
{
    struct control_client *client = arg;
    struct evbuffer *input = bufferevent_get_input(socket);
    if (client->state != CLIENT_ASKING) {
        evbuffer_drain(input, evbuffer_get_length(input)); /* one request is all it has */
        return;
    }
    size_t size;
    char *line = evbuffer_readln(input, &size, EVBUFFER_EOL_LF);
    if (line != NULL)
        take_line(client, (struct str){ line, size });
    else if (evbuffer_get_length(input) >= LINE_BYTES)
        refuse(client, "that is no request");
    free(line);
}

/* Everything was sent. */
static void on_write(struct bufferevent *socket, void *arg)
{
    (void)socket;
    struct control_client *client = arg;
    if (client->state == CLIENT_ANSWERED)
        drop(client);
}

static void on_event(struct bufferevent *socket, short what, void *arg)
{
    (void)socket;
    (void)what; /* hung up, or broken: the same to us */
    drop(arg);
}

/* A free place, or that of the one which has been silent for longest; NULL: all have asked. */
static struct control_client *find_place(struct control *control)
{
    struct control_client *oldest = NULL;
    for (int i = 0; i < CLIENTS_MOST; i++) {
        struct control_client *client = &control->clients[i];
        if (client->state == CLIENT_FREE)
            return client;
        if (client->state != CLIENT_WAITING && (oldest == NULL || client->since < oldest->since))
            oldest = client;
    }
    if (oldest != NULL)
        drop(oldest);
    return oldest;
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t fd,
                          struct sockaddr *peer, int size, void *arg)
{
    (void)peer;
    (void)size;
    static const char full[] = "{\"ok\":false,\"reason\":\"too many wait for an answer\"}\n";
    struct control *control = arg;
    struct control_client *client = find_place(control);
    if (client == NULL) {
        send(fd, full, sizeof(full) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        close(fd);
        return;
    }
    time_ms now = now_monotonic();
    *client =
        (struct control_client){ .control = control,
                                 .state = CLIENT_ASKING,
                                 .socket = bufferevent_socket_new(evconnlistener_get_base(listener),
                                                                  fd, BEV_OPT_CLOSE_ON_FREE),
                                 .since = now,
                                 .deadline = now + control->setup.deadline };
    /* More than a line is not taken off the socket. */
    bufferevent_setwatermark(client->socket, EV_READ, 0, LINE_BYTES);
    bufferevent_setcb(client->socket, on_read, on_write, on_event, client);
    bufferevent_enable(client->socket, EV_READ | EV_WRITE);
}

static void on_sweep(evutil_socket_t unused, short what, void *arg)
{
    (void)unused;
    (void)what;
    struct control *control = arg;
    time_ms now = now_monotonic();
    for (int i = 0; i < CLIENTS_MOST; i++) {
        struct control_client *client = &control->clients[i];
        if (client->state != CLIENT_FREE && now >= client->deadline)
            drop(client);
    }
}

/* ---- the socket */

/* A socket that nobody listens on any more is in the way of the next. False + err: somebody does.
 */
static bool clear_away(const struct sockaddr_un *address, struct error *err)
{
    struct stat status;
    if (lstat(address->sun_path, &status) != 0)
        return true;
    if (!S_ISSOCK(status.st_mode))
        return error_set(err, "%s is there and no socket", address->sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool heard = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;
    int why = heard ? 0 : errno;
    if (fd >= 0)
        close(fd);
    if (heard || why == EAGAIN)
        return error_set(err, "another router listens on %s", address->sun_path);
    if (why != ECONNREFUSED)
        return error_set(err, "%s: %s", address->sun_path, strerror(why));
    unlink(address->sun_path);
    return true;
}

/* "/run/ombud/main/control": the two last directories, where a unit did not make them. */
static void make_directories(const char *path)
{
    char directory[CONTROL_PATH];
    for (int depth = 2; depth >= 1; depth--) {
        strcpy(directory, path);
        char *end = NULL;
        for (int i = 0; i < depth && (end = strrchr(directory, '/')) != NULL; i++)
            *end = '\0';
        if (end != NULL && end != directory)
            mkdir(directory, 0755); /* whether it is there shows when the socket is made */
    }
}

/* Nobody can connect before it listens, and then its mode is set already. */
static int listen_at(const char *path, struct error *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    strcpy(address.sun_path, path);
    if (!clear_away(&address, err))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        chmod(path, 0660) != 0 || listen(fd, BACKLOG) != 0) {
        error_set(err, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

static int take_place(struct control *control, const struct control_places *places,
                      struct error *err)
{
    error_set(err, "there is no directory for it: say where with the setting `control`");
    for (size_t i = 0; i < places->count; i++) {
        if (!places->chosen)
            make_directories(places->paths[i]);
        int fd = listen_at(places->paths[i], err);
        if (fd < 0)
            continue;
        memcpy(control->path, places->paths[i], CONTROL_PATH);
        return fd;
    }
    return -1;
}

struct control *control_new(struct event_base *base, const struct control_setup *setup,
                            struct error *err)
{
    struct control *control = mem_alloc(sizeof(*control));
    int fd = take_place(control, setup->places, err);
    if (fd < 0) {
        free(control);
        error_prefix(err, "control socket");
        return NULL;
    }
    control->setup = *setup;
    control->setup.places = NULL;
    if (setup->deadline == 0)
        control->setup.deadline = DEADLINE_MS;
    if (setup->patience == 0)
        control->setup.patience = PATIENCE_MS;
    for (int i = 0; i < CLIENTS_MOST; i++)
        control->clients[i].control = control;
    control->listener =
        evconnlistener_new(base, on_connection, control, LEV_OPT_CLOSE_ON_FREE, 0, fd);
    control->sweep = event_new(base, -1, EV_PERSIST, on_sweep, control);
    struct timeval often = { 0, SWEEP_MS * 1000 };
    event_add(control->sweep, &often);
    log_say(setup->log, LOGGED_INFO, "control: listening on %s", control->path);
    return control;
}

void control_free(struct control *control)
{
    if (control == NULL)
        return;
    unlink(control->path);
    evconnlistener_free(control->listener);
    event_free(control->sweep);
    for (int i = 0; i < CLIENTS_MOST; i++) {
        if (control->clients[i].state != CLIENT_FREE)
            bufferevent_free(control->clients[i].socket);
    }
    free(control);
}

const char *control_path(const struct control *control)
{
    return control->path;
}
