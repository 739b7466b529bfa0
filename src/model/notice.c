#include "model/notice.h"

#include <string.h>

#include "base/hash.h"
#include "json/json.h"
#include "json/json_writer.h"
#include "model/band.h"

enum { STEP_MAX = 1000 }; /* no ladder is that high */

static const char *const status_names[] = {
    [NOTICE_FIRING] = "firing",
    [NOTICE_ACKNOWLEDGED] = "acknowledged",
    [NOTICE_RESOLVED] = "resolved",
    [NOTICE_ERASED] = "erased",
};

const char *notice_status_name(enum notice_status status)
{
    return status_names[status];
}

struct str notice_label(const struct notice *notice, enum notice_label label)
{
    switch (label) {
    case LABEL_DEPARTMENT:
        return notice->department;
    case LABEL_TRIGGER:
        return notice->trigger;
    case LABEL_LEVEL:
        return notice->level;
    case LABEL_TICKET:
        return notice->ticket;
    case LABEL_ACCOUNT:
        return notice->account;
    case LABEL_CATEGORY:
        return notice->category;
    case LABEL_LABEL:
        return notice->label;
    case LABEL_BAND:
        return notice->band < 0 ? STR_NONE : str_from(band_name(notice->band));
    case LABEL_CLOCK:
        return notice->clock;
    default:
        return STR_NONE;
    }
}

uint64_t notice_mark(const struct notice *notice)
{
    const int64_t numbers[] = { notice->status, notice->since, notice->step, notice->repeat };
    bool taken = notice->status == NOTICE_ACKNOWLEDGED;
    const struct str parts[] = { { (const char *)numbers, sizeof(numbers) },
                                 notice->clock,
                                 taken ? notice->by : STR_NONE };
    uint64_t mark = hash64_parts(parts, sizeof(parts) / sizeof(parts[0]));
    return mark ? mark : 1;
}

struct notice_pace notice_pace(time_ms wait, time_ms interval)
{
    return (struct notice_pace){ .waits = wait >= 0,
                                 .rests = interval >= 0,
                                 .wait = time_max(wait, 0),
                                 .interval = time_max(interval, 0) };
}

void notice_put_next(struct json_writer *json, const struct notice *notice)
{
    if (!str_present(notice->next_level)) {
        json_put_null(json);
        return;
    }
    json_open_object(json);
    JSON_STR(json, "level", notice->next_level);
    JSON_TIME_MS(json, "at", notice->next_at);
    json_close_object(json);
}

/* The words of a text as an array; absent has none. */
static void put_words(struct json_writer *json, struct str text)
{
    json_open_array(json);
    while (text.size > 0) {
        const char *space = memchr(text.data, ' ', text.size);
        size_t size = space ? (size_t)(space - text.data) : text.size;
        json_put_str(json, (struct str){ text.data, size });
        size += space ? 1 : 0;
        text = (struct str){ text.data + size, text.size - size };
    }
    json_close_array(json);
}

static void write_step(struct json_writer *json, const struct notice *notice)
{
    JSON_STR(json, "department", notice->department);
    JSON_STR(json, "level", notice->level);
    JSON_INT(json, "step", notice->step);
    JSON_INT(json, "repeat", notice->repeat);
    JSON_TEXT(json, "status", notice_status_name(notice->status));
    JSON_STR(json, "trigger", notice->trigger);
    JSON_STR(json, "ladder", notice->ladder);
    JSON_TIME_MS(json, "since", notice->since);
    JSON_TIME_MS(json, "time", notice->time);
    JSON_KEY(json, "next");
    notice_put_next(json, notice);
    JSON_STR(json, "by", notice->by);
    JSON_STR(json, "comment", notice->comment);
    JSON_KEY(json, "also");
    put_words(json, notice->also);
}

static void write_ticket(struct json_writer *json, const struct notice *notice)
{
    JSON_INT(json, "score", notice->score);
    JSON_TEXT(json, "band", notice->band < 0 ? NULL : band_name(notice->band));
    JSON_BOOL(json, "floored", notice->floored);
    JSON_STR(json, "label", notice->label);
    JSON_STR(json, "category", notice->category);
    JSON_STR(json, "account", notice->account);
    JSON_STR(json, "subject", notice->subject);
    JSON_STR(json, "clock", notice->clock);
    JSON_TIME(json, "due", notice->due);
    JSON_STR(json, "why", notice->why);
    JSON_STR(json, "source", notice->source);
}

/* Only where a rule has one of its own. */
static void write_pace(struct json_writer *json, const struct notice_pace *pace)
{
    if (!pace->waits && !pace->rests)
        return;
    JSON_KEY(json, "pace");
    json_open_object(json);
    if (pace->waits)
        JSON_INT(json, "wait_ms", pace->wait);
    if (pace->rests)
        JSON_INT(json, "interval_ms", pace->interval);
    json_close_object(json);
}

struct str notice_encode(const struct notice *notice, struct arena *arena)
{
    struct buf out = { 0 };
    buf_reserve(&out, 1024);
    struct json_writer json = json_writer_to(&out);
    json_open_object(&json);
    JSON_TEXT(&json, "kind", "notice");
    JSON_STR(&json, "id", notice->id);
    JSON_STR(&json, "ticket", notice->ticket);
    JSON_STR(&json, "event", notice->event);
    write_step(&json, notice);
    write_ticket(&json, notice);
    write_pace(&json, &notice->pace);
    json_close_object(&json);
    struct str value = arena_copy(arena, buf_str(&out));
    buf_free(&out);
    return value;
}

/* ---- reading */

static bool read_status(struct str name, enum notice_status *status, struct error *err)
{
    for (int i = NOTICE_FIRING; i <= NOTICE_ERASED; i++) {
        if (str_is(name, notice_status_name((enum notice_status)i))) {
            *status = (enum notice_status)i;
            return true;
        }
    }
    return error_set(err, "/status: '%.*s' is no status of a notice", STR_ARG(name));
}

/* TIME_NEVER where there is none. */
static bool read_time(const cJSON *root, const char *pointer, time_ms *time, struct error *err)
{
    *time = TIME_NEVER;
    struct str text = json_string(json_pointer(root, str_from(pointer)));
    if (!str_present(text) || time_parse(text, time, err))
        return true;
    return error_prefix(err, "%s", pointer);
}

static void read_texts(const cJSON *root, struct notice *notice)
{
    notice->id = json_string(json_get(root, STR("id")));
    notice->ticket = json_string(json_get(root, STR("ticket")));
    notice->event = json_string(json_get(root, STR("event")));
    notice->department = json_string(json_get(root, STR("department")));
    notice->level = json_string(json_get(root, STR("level")));
    notice->trigger = json_string(json_get(root, STR("trigger")));
    notice->ladder = json_string(json_get(root, STR("ladder")));
    notice->label = json_string(json_get(root, STR("label")));
    notice->category = json_string(json_get(root, STR("category")));
    notice->account = json_string(json_get(root, STR("account")));
    notice->subject = json_string(json_get(root, STR("subject")));
    notice->clock = json_string(json_get(root, STR("clock")));
    notice->why = json_string(json_get(root, STR("why")));
    notice->by = json_string(json_get(root, STR("by")));
    notice->comment = json_string(json_get(root, STR("comment")));
    notice->source = json_string(json_get(root, STR("source")));
    notice->next_level = json_string(json_pointer(root, STR("/next/level")));
}

static struct str read_words(const cJSON *list, struct arena *arena)
{
    struct buf words = { 0 };
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next) {
        if (words.size)
            buf_add_char(&words, ' ');
        buf_add_str(&words, json_string(item));
    }
    struct str copy = words.size ? arena_copy(arena, buf_str(&words)) : STR_NONE;
    buf_free(&words);
    return copy;
}

static bool read_times(const cJSON *root, struct notice *notice, struct error *err)
{
    return read_time(root, "/since", &notice->since, err) &&
           read_time(root, "/time", &notice->time, err) &&
           read_time(root, "/due", &notice->due, err) &&
           read_time(root, "/next/at", &notice->next_at, err);
}

static bool read_pace(const cJSON *root, struct notice_pace *pace, struct error *err)
{
    int64_t wait = -1, interval = -1;
    json_integer(json_pointer(root, STR("/pace/wait_ms")), &wait);
    json_integer(json_pointer(root, STR("/pace/interval_ms")), &interval);
    if (wait > TIME_DAY * 366 || interval > TIME_DAY * 366)
        return error_set(err, "/pace: no group waits for a year");
    *pace = notice_pace(wait, interval);
    return true;
}

/* These name the group, joined by slashes; of the names in a key only a ticket's may have one. */
static bool is_name_part(struct str text)
{
    return !str_empty(text) && !memchr(text.data, '/', text.size);
}

static bool check_names(struct notice *notice, struct error *err)
{
    bool erased = notice->status == NOTICE_ERASED;
    if (str_empty(notice->ticket))
        notice->ticket = STR_NONE;
    if (!erased && (!is_name_part(notice->level) || !is_name_part(notice->department) ||
                    !is_name_part(notice->trigger)))
        return error_set(err, "a notice has level, department and trigger, none with a slash");
    if (erased && !str_present(notice->ticket))
        return error_set(err, "an erased notice has a ticket");
    return str_present(notice->ticket) || !str_empty(notice->source) ||
           error_set(err, "a notice has a ticket, or the source of a dead letter");
}

bool notice_decode(struct str text, struct arena *arena, struct notice *notice, struct error *err)
{
    size_t at = 0;
    const cJSON *root = json_parse(text, &json_event_limits, arena, NULL, &at, err);
    if (root == NULL)
        return error_prefix(err, "byte %zu", at);
    struct notice read = { 0 };
    int64_t step = 0, score = 0, repeat = 0;
    read_texts(root, &read);
    read.also = read_words(json_get(root, STR("also")), arena);
    if (!read_status(json_string(json_get(root, STR("status"))), &read.status, err) ||
        !read_times(root, &read, err) || !read_pace(root, &read.pace, err))
        return false;
    json_integer(json_get(root, STR("step")), &step);
    json_integer(json_get(root, STR("score")), &score);
    json_integer(json_get(root, STR("repeat")), &repeat);
    if (step < 0 || step > STEP_MAX || repeat < 0 || repeat > STEP_MAX || score < 0 || score > 100)
        return error_set(err, "a notice has a step from 0 to %d and a score from 0 to 100",
                         STEP_MAX);
    read.step = (int)step;
    read.repeat = (int)repeat;
    read.score = (int)score;
    read.band = band_parse(json_string(json_get(root, STR("band"))));
    read.floored = cJSON_IsTrue(json_get(root, STR("floored")));
    if (str_empty(read.id))
        return error_set(err, "a notice has an id");
    if (!check_names(&read, err))
        return false;
    if (read.since == TIME_NEVER || read.time == TIME_NEVER)
        return error_set(err, "a notice has since and time");
    *notice = read;
    return true;
}
