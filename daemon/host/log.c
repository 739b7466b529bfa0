#include "host/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "host/journal.h"
#include "host/now.h"

enum {
    KINDS = 64,
    BURST = 10,
    WINDOW_MS = 10000,
    LINE_BYTES = 2048,
    SENTENCES = 64,
    ONCE_MS = 60000
};

/* Lines of one kind. */
struct kind {
    uint64_t hash; /* see kind_of */
    time_ms since;
    unsigned written, left_out;
};

/* A sentence that is not to be said again soon. */
struct said {
    uint64_t hash;
    time_ms at;
};

struct log {
    int fd;
    bool journal;
    enum log_priority most;
    pthread_mutex_t lock; /* guards kinds and said; lines themselves are one write each */
    struct kind kinds[KINDS];
    struct said said[SENTENCES];
};

struct log *log_new(int fd, enum log_priority most)
{
    struct log *log = mem_alloc(sizeof(*log));
    log->fd = fd;
    log->journal = journal_reads(fd);
    log->most = most;
    pthread_mutex_init(&log->lock, NULL);
    return log;
}

void log_free(struct log *log)
{
    if (log == NULL)
        return;
    pthread_mutex_destroy(&log->lock);
    free(log);
}

static uint64_t hash_without_digits(struct str sentence)
{
    char shape[LINE_BYTES];
    size_t size = 0;
    for (size_t i = 0; i < sentence.size && size < sizeof(shape); i++) {
        if (sentence.data[i] < '0' || sentence.data[i] > '9')
            shape[size++] = sentence.data[i];
    }
    return hash64((struct str){ shape, size });
}

/* The format tells kinds apart. One that is nothing but a sentence made elsewhere tells nothing:
 * then it is the sentence, but for the numbers in it. */
static uint64_t kind_of(const char *format, struct str sentence)
{
    if (strcmp(format, "%s") == 0 || strcmp(format, "%.*s") == 0)
        return hash_without_digits(sentence);
    return hash64(str_from(format));
}

/* Kinds that share a slot restart each other's window: a little more is written, nothing is lost.
 */
static bool allowed(struct log *log, uint64_t hash, unsigned *left_out)
{
    time_ms now = now_monotonic();
    bool yes = true;
    *left_out = 0;
    pthread_mutex_lock(&log->lock);
    struct kind *kind = &log->kinds[hash % KINDS];
    if (kind->hash != hash || now - kind->since >= WINDOW_MS) {
        if (kind->hash == hash)
            *left_out = kind->left_out;
        *kind = (struct kind){ .hash = hash, .since = now };
    }
    if (kind->written < BURST) {
        kind->written++;
    } else {
        kind->left_out++;
        yes = false;
    }
    pthread_mutex_unlock(&log->lock);
    return yes;
}

static void write_line(int fd, const char *line, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, line, size);
        if (done < 0 && errno != EINTR)
            return; /* nobody listens: there is nowhere to say so */
        if (done > 0) {
            line += done;
            size -= (size_t)done;
        }
    }
}

/* The sentence after `size` bytes of `line`; the new size. */
static size_t write_sentence(char *line, size_t size, const char *format, va_list arguments)
{
    size_t room = LINE_BYTES - 64;
    size_t start = size;
    int written = vsnprintf(line + size, room - size + 1, format, arguments);
    if (written > 0 && (size_t)written < room - size)
        size += (size_t)written;
    else if (written > 0)
        size = utf8_prefix((struct str){ line, room }, room - 1).size;
    utf8_tame(line + start, size - start);
    return size;
}

static void say(struct log *log, enum log_priority priority, const struct log_place *place,
                const char *format, va_list arguments)
{
    unsigned left_out = 0;
    if (log == NULL || priority > log->most)
        return;
    char line[LINE_BYTES];
    size_t prefix = (size_t)snprintf(line, sizeof(line), "<%d>", (int)priority);
    size_t size = write_sentence(line, prefix, format, arguments);
    uint64_t kind = kind_of(format, (struct str){ line + prefix, size - prefix });
    if (priority < LOGGED_DEBUG && !allowed(log, kind, &left_out))
        return;
    if (left_out > 0)
        size +=
            (size_t)snprintf(line + size, sizeof(line) - size, " (%u like it left out)", left_out);
    struct str sentence = { line + prefix, size - prefix };
    if (log->journal && journal_write(sentence, priority, place))
        return;
    line[size++] = '\n';
    write_line(log->fd, line, size);
}

void log_say(struct log *log, enum log_priority priority, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(log, priority, NULL, format, arguments);
    va_end(arguments);
}

/* Whether the sentence is new. Of two with one place in the table the later is remembered. */
static bool is_news(struct log *log, struct str sentence)
{
    uint64_t hash = hash64(sentence);
    time_ms now = now_monotonic();
    pthread_mutex_lock(&log->lock);
    struct said *said = &log->said[hash % SENTENCES];
    bool news = said->hash != hash || now - said->at >= ONCE_MS;
    if (news)
        *said = (struct said){ hash, now };
    pthread_mutex_unlock(&log->lock);
    return news;
}

void log_once(struct log *log, enum log_priority priority, const char *format, ...)
{
    char sentence[LINE_BYTES];
    if (log == NULL || priority > log->most)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    if (is_news(log, str_from(sentence)))
        say(log, priority, NULL, format, arguments);
    va_end(arguments);
}

void log_at(struct log *log, enum log_priority priority, const struct log_place *place,
            const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(log, priority, place, format, arguments);
    va_end(arguments);
}
