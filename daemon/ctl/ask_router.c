#include "ctl/ask_router.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/config_file.h"
#include "host/control_place.h"
#include "host/files.h"
#include "host/now.h"
#include "yaml/yaml.h"

enum { ANSWER_MOST = 16 << 20, CHUNK = 16384, FILE_MOST = 8 << 20, FILE_BLOCK = 65536 };

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    int failure = errno;
    if (fd >= 0)
        close(fd);
    errno = failure;
    return -1;
}

static int say_none(const struct command *command, const struct control_places *places)
{
    if (places->count == 0)
        return command_failed(command, EX_UNAVAILABLE,
                              "the configuration says that there is no control socket");
    if (errno == EACCES || errno == EPERM)
        return command_failed(command, EX_NOPERM,
                              "%s: only the router's user, its group and root may ask it",
                              places->paths[places->count - 1]);
    struct buf tried = { 0 };
    for (size_t i = 0; i < places->count; i++)
        buf_printf(&tried, "%s%s", i > 0 ? ", " : "", places->paths[i]);
    command_failed(command, EX_UNAVAILABLE, "no router listens on %s: is it running?",
                   buf_text(&tried));
    buf_free(&tried);
    return EX_UNAVAILABLE;
}

/* -1: `*code`. The first that answers is ours; what may not be asked counts more than what is not
 * there. */
static int find_router(const struct command *command, const struct control_places *places,
                       int *code)
{
    int failure = ENOENT;
    struct control_places asked = { 0 };
    for (size_t i = 0; i < places->count; i++) {
        int fd = connect_to(places->paths[i]);
        if (fd >= 0)
            return fd;
        bool forbidden = errno == EACCES || errno == EPERM;
        if (forbidden || failure == ENOENT) {
            failure = errno;
            memcpy(asked.paths[asked.count++], places->paths[i], CONTROL_PATH);
        }
        if (forbidden)
            break;
    }
    errno = failure;
    *code = say_none(command, failure == EACCES || failure == EPERM ? &asked : places);
    return -1;
}

/* What the configuration says of `control`. Only an `include` needs all of it to be read: the file
 * may be large, and it may be what the running router shall refuse. */
static struct str setting_of(const char *path, struct arena *arena)
{
    struct str text;
    if (!file_read(str_from(path), FILE_MOST, arena, &text, NULL))
        return STR_NONE;
    const struct yaml *root = yaml_parse(str_from(path), text, arena, NULL);
    const struct yaml *node = yaml_get(root, "control");
    if (node != NULL && node->kind == YAML_TEXT)
        return node->text;
    if (yaml_get(root, "include") == NULL)
        return STR_NONE;
    struct config_findings findings = { 0 };
    struct config *config = config_open(path, &findings);
    config_findings_free(&findings);
    struct str setting = config == NULL ? STR_NONE : config->control;
    setting = str_present(setting) ? arena_copy(arena, setting) : STR_NONE;
    config_free(config);
    return setting;
}

static bool find_places(const struct command *command, const struct router_options *options,
                        struct control_places *places, int *code)
{
    struct error err;
    *code = EX_USAGE;
    if (options->socket != NULL) {
        if (strlen(options->socket) >= CONTROL_PATH) {
            command_misused(command, "--socket: a path of at most %d bytes", CONTROL_PATH - 1);
            return false;
        }
        *places = (struct control_places){ .count = 1, .chosen = true };
        memcpy(places->paths[0], options->socket, strlen(options->socket) + 1);
        return true;
    }
    const char *path = command_config_path(command, options->config);
    if (path == NULL)
        return false;
    struct arena *arena = arena_new(FILE_BLOCK);
    bool found = control_find_places(setting_of(path, arena), path, places, &err);
    arena_free(arena);
    if (!found)
        *code = command_failed(command, EX_CONFIG, "%s", err.text);
    return found;
}

/* False: no whole answer came; errno is 0 when the router hung up. */
static bool read_answer(int fd, int seconds, struct buf *answer)
{
    time_ms end = now_monotonic() + (time_ms)seconds * TIME_SECOND;
    for (;;) {
        struct pollfd wait = { .fd = fd, .events = POLLIN };
        time_ms left = end - now_monotonic();
        if (left <= 0 || (poll(&wait, 1, (int)left) == 0)) {
            errno = ETIMEDOUT;
            return false;
        }
        buf_reserve(answer, CHUNK);
        ssize_t size = read(fd, answer->data + answer->size, CHUNK);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0) {
            errno = size < 0 ? errno : 0;
            return false;
        }
        answer->size += (size_t)size;
        if (answer->data[answer->size - 1] == '\n')
            return true;
        if (answer->size > ANSWER_MOST) {
            errno = EMSGSIZE;
            return false;
        }
    }
}

static bool parse(const struct command *command, struct str text, struct arena *arena,
                  struct router_answer *answer, int *code)
{
    static const struct json_limits limits = { .size = ANSWER_MOST, .depth = 16, .nodes = 1 << 20 };
    struct error err;
    size_t at;
    answer->text = arena_copy(arena, str_trim(text));
    answer->tree = json_parse(answer->text, &limits, arena, NULL, &at, &err);
    if (answer->tree == NULL)
        *code = command_failed(command, EX_TEMPFAIL, "the router's answer: %s", err.text);
    else if (cJSON_IsFalse(json_get(answer->tree, STR("ok"))) &&
             json_get(answer->tree, STR("findings")) == NULL) {
        *code = command_failed(command, EX_TEMPFAIL, "%.*s",
                               STR_ARG(json_string(json_get(answer->tree, STR("reason")))));
        answer->tree = NULL; /* the request was not taken at all */
    }
    return answer->tree != NULL;
}

bool ask_router(const struct command *command, const struct router_options *options,
                const char *request, struct arena *arena, struct router_answer *answer, int *code)
{
    struct control_places places;
    if (!find_places(command, options, &places, code))
        return false;
    int fd = find_router(command, &places, code);
    if (fd < 0)
        return false;
    struct buf line = { 0 }, text = { 0 };
    bool answered = false;
    buf_printf(&line, "%s\n", request);
    errno = 0;
    if (send(fd, line.data, line.size, MSG_NOSIGNAL) == (ssize_t)line.size &&
        read_answer(fd, options->seconds, &text))
        answered = parse(command, buf_str(&text), arena, answer, code);
    else if (errno == ETIMEDOUT)
        *code = command_failed(command, EX_TEMPFAIL, "the router did not answer within %d s",
                               options->seconds);
    else
        *code = command_failed(command, EX_TEMPFAIL, "the router hung up before it answered%s%s",
                               errno ? ": " : "", errno ? strerror(errno) : "");
    buf_free(&line);
    buf_free(&text);
    close(fd);
    return answered;
}
