#include "ctl/status_text.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"

/* Lines of each part: with the others they make a screen. */
enum { WIDTH = 80, WORKERS_MOST = 2, BEHIND_MOST = 2, RESTORING_MOST = 2, NEXT_MOST = 3 };

static int64_t integer(const cJSON *object, const char *name)
{
    int64_t value = 0;
    json_integer(json_get(object, str_from(name)), &value);
    return value;
}

static struct str string(const cJSON *object, const char *name)
{
    return json_string(json_get(object, str_from(name)));
}

static const cJSON *list(const cJSON *answer, const char *name)
{
    const cJSON *items = json_get(answer, str_from(name));
    return items == NULL ? NULL : items->child;
}

static time_ms when(const cJSON *object, const char *name)
{
    time_ms time = TIME_NEVER;
    struct error err;
    struct str text = string(object, name);
    return str_present(text) && time_parse(text, &time, &err) ? time : TIME_NEVER;
}

/* What does not fit is cut, at a character. */
static void add_line(struct buf *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add_line(struct buf *text, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    struct str whole = str_from(line);
    struct str fits = utf8_prefix(whole, WIDTH);
    if (fits.size < whole.size)
        fits = utf8_prefix(whole, WIDTH - 3);
    buf_printf(text, "%.*s%s\n", STR_ARG(fits), fits.size < whole.size ? "..." : "");
}

static const char *how_long(time_ms duration, char text[TIME_TEXT_SIZE])
{
    time_ms unit = duration >= TIME_HOUR ? TIME_MINUTE : TIME_SECOND;
    struct str shown = duration_format(duration / unit * unit, text);
    text[shown.size] = '\0';
    return text;
}

/* "state version 3", or "2 of 3" as long as a partition is written in an older one than this
 * release could. */
static const char *state_version(const cJSON *answer, char *text, size_t size)
{
    int64_t newest = integer(answer, "state_version"), oldest = newest;
    bool written = false;
    for (const cJSON *task = list(answer, "partitions"); task; task = task->next) {
        int64_t version = integer(task, "state_version");
        if (version == 0 || !str_is(string(task, "stage"), "tickets"))
            continue;
        oldest = version < oldest ? version : oldest;
        written = true;
    }
    if (!written)
        return "";
    snprintf(text, size, oldest < newest ? ", state version %lld of %lld" : ", state version %lld",
             (long long)oldest, (long long)newest);
    return text;
}

static void add_head(const cJSON *answer, time_ms now, struct buf *text)
{
    char up[TIME_TEXT_SIZE], version[64];
    time_ms started = when(answer, "started_at");
    add_line(text, "ombudd %.*s, group %.*s, instance %.*s", STR_ARG(string(answer, "version")),
             STR_ARG(string(answer, "group")), STR_ARG(string(answer, "instance")));
    add_line(text, "%s: %.*s", cJSON_IsTrue(json_get(answer, STR("ready"))) ? "ready" : "not ready",
             STR_ARG(string(answer, "status")));
    add_line(text, "configuration %.*s of %.*s", STR_ARG(string(answer, "configuration")),
             STR_ARG(string(answer, "file")));
    add_line(text, "up %s, process %lld, %lld MiB of memory%s",
             started == TIME_NEVER ? "?" : how_long(time_max(now - started, 0), up),
             (long long)integer(answer, "pid"),
             (long long)integer(answer, "resident_bytes") / (1 << 20),
             state_version(answer, version, sizeof(version)));
}

static void add_reloads(const cJSON *answer, time_ms now, struct buf *text)
{
    char ago[TIME_TEXT_SIZE];
    const cJSON *reloads = json_get(answer, STR("reloads"));
    time_ms refused = when(reloads, "refused_at");
    add_line(text, "reloads: %lld taken, %lld refused", (long long)integer(reloads, "taken"),
             (long long)integer(reloads, "refused"));
    if (refused != TIME_NEVER)
        add_line(text, "  %s ago: %.*s", how_long(time_max(now - refused, 0), ago),
                 STR_ARG(string(reloads, "refusal")));
}

static void add_rest(size_t count, size_t most, struct buf *text)
{
    if (count > most)
        add_line(text, "  and %zu more", count - most);
}

static void add_workers(const cJSON *answer, struct buf *text)
{
    size_t count = 0;
    for (const cJSON *worker = list(answer, "workers"); worker; worker = worker->next) {
        if (count++ >= WORKERS_MOST)
            continue;
        int64_t restoring = integer(worker, "restoring");
        char more[64] = "";
        if (restoring > 0)
            snprintf(more, sizeof(more), ", %lld being restored", (long long)restoring);
        add_line(text,
                 "worker %lld: %.*s, %lld partitions%s, %lld behind, %lld commits, %lld undone",
                 (long long)integer(worker, "worker"), STR_ARG(string(worker, "phase")),
                 (long long)integer(worker, "partitions"), more, (long long)integer(worker, "lag"),
                 (long long)integer(worker, "committed"), (long long)integer(worker, "aborted"));
    }
    add_rest(count, WORKERS_MOST, text);
}

static void add_behind(const cJSON *answer, struct buf *text)
{
    size_t count = 0;
    for (const cJSON *task = list(answer, "partitions"); task; task = task->next) {
        if (integer(task, "lag") == 0 || count++ >= BEHIND_MOST)
            continue;
        if (count == 1)
            add_line(text, "behind:");
        add_line(text, "  %.*s partition %lld: %lld records", STR_ARG(string(task, "topic")),
                 (long long)integer(task, "partition"), (long long)integer(task, "lag"));
    }
    add_rest(count, BEHIND_MOST, text);
}

static void add_restoring(const cJSON *answer, struct buf *text)
{
    size_t count = 0;
    for (const cJSON *task = list(answer, "restoring"); task; task = task->next) {
        int64_t offsets = integer(task, "offsets"), passed = integer(task, "passed");
        if (count++ >= RESTORING_MOST)
            continue;
        if (count == 1)
            add_line(text, "being restored:");
        add_line(text, "  %.*s partition %lld: %lld %% of %lld changelog offsets",
                 STR_ARG(string(task, "topic")), (long long)integer(task, "partition"),
                 (long long)(offsets > 0 ? passed * 100 / offsets : 0), (long long)offsets);
    }
    add_rest(count, RESTORING_MOST, text);
}

static void add_next(const cJSON *answer, time_ms now, struct buf *text)
{
    size_t count = 0;
    for (const cJSON *group = list(answer, "next"); group; group = group->next) {
        char left[TIME_TEXT_SIZE];
        time_ms at = when(group, "at");
        if (at == TIME_NEVER || count++ >= NEXT_MOST)
            continue;
        if (count == 1)
            add_line(text, "next messages:");
        add_line(text, "  in %s: %.*s, %lld open", how_long(time_max(at - now, 0), left),
                 STR_ARG(string(group, "group")), (long long)integer(group, "notices"));
    }
    add_rest(count, NEXT_MOST, text);
}

/* One line: what does not fit is in --json. */
static void add_never_hit(const cJSON *answer, struct buf *text)
{
    struct buf names = { 0 };
    size_t count = 0;
    for (const cJSON *rule = list(answer, "rules_never_hit"); rule; rule = rule->next) {
        buf_printf(&names, "%s%.*s %.*s", count++ > 0 ? ", " : "", STR_ARG(string(rule, "kind")),
                   STR_ARG(string(rule, "rule")));
    }
    if (count > 0)
        add_line(text, "%zu rules never hit since the start: %s", count, buf_text(&names));
    buf_free(&names);
}

void status_text(const cJSON *answer, time_ms now, struct buf *text)
{
    add_head(answer, now, text);
    add_reloads(answer, now, text);
    add_workers(answer, text);
    add_behind(answer, text);
    add_restoring(answer, text);
    add_next(answer, now, text);
    add_never_hit(answer, text);
}
