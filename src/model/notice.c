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

void notice_put_next(struct json_writer *json, const struct notice *notice)
{
    if (!str_present(notice->next_level)) {
        json_put_null(json);
        return;
    }
    json_open_object(json);
    JSON_KEY(json, "level");
    json_put_str(json, notice->next_level);
    JSON_KEY(json, "at");
    json_put_time_ms(json, notice->next_at);
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
    JSON_KEY(json, "department");
    json_put_str(json, notice->department);
    JSON_KEY(json, "level");
    json_put_str(json, notice->level);
    JSON_KEY(json, "step");
    json_put_int(json, notice->step);
    JSON_KEY(json, "repeat");
    json_put_int(json, notice->repeat);
    JSON_KEY(json, "status");
    json_put_text(json, notice_status_name(notice->status));
    JSON_KEY(json, "trigger");
    json_put_str(json, notice->trigger);
    JSON_KEY(json, "ladder");
    json_put_str(json, notice->ladder);
    JSON_KEY(json, "since");
    json_put_time_ms(json, notice->since);
    JSON_KEY(json, "time");
    json_put_time_ms(json, notice->time);
    JSON_KEY(json, "next");
    notice_put_next(json, notice);
    JSON_KEY(json, "by");
    json_put_str(json, notice->by);
    JSON_KEY(json, "comment");
    json_put_str(json, notice->comment);
    JSON_KEY(json, "also");
    put_words(json, notice->also);
}

static void write_ticket(struct json_writer *json, const struct notice *notice)
{
    JSON_KEY(json, "score");
    json_put_int(json, notice->score);
    JSON_KEY(json, "band");
    json_put_text(json, notice->band < 0 ? NULL : band_name(notice->band));
    JSON_KEY(json, "floored");
    json_put_bool(json, notice->floored);
    JSON_KEY(json, "label");
    json_put_str(json, notice->label);
    JSON_KEY(json, "category");
    json_put_str(json, notice->category);
    JSON_KEY(json, "account");
    json_put_str(json, notice->account);
    JSON_KEY(json, "subject");
    json_put_str(json, notice->subject);
    JSON_KEY(json, "clock");
    json_put_str(json, notice->clock);
    JSON_KEY(json, "due");
    json_put_time(json, notice->due);
    JSON_KEY(json, "why");
    json_put_str(json, notice->why);
    JSON_KEY(json, "source");
    json_put_str(json, notice->source);
}

struct str notice_encode(const struct notice *notice, struct arena *arena)
{
    struct buf out = { 0 };
    buf_reserve(&out, 1024);
    struct json_writer json = json_writer_to(&out);
    json_open_object(&json);
    JSON_KEY(&json, "kind");
    json_put_text(&json, "notice");
    JSON_KEY(&json, "id");
    json_put_str(&json, notice->id);
    JSON_KEY(&json, "ticket");
    json_put_str(&json, notice->ticket);
    JSON_KEY(&json, "event");
    json_put_str(&json, notice->event);
    write_step(&json, notice);
    write_ticket(&json, notice);
    json_close_object(&json);
    struct str value = arena_copy(arena, buf_str(&out));
    buf_free(&out);
    return value;
}

/* ---- reading */

static bool read_status(struct str name, enum notice_status *status, struct error *err)
{
    for (int i = NOTICE_FIRING; i <= NOTICE_RESOLVED; i++) {
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

/* These name the group, joined by slashes; of the names in a key only a ticket's may have one. */
static bool is_name_part(struct str text)
{
    return !str_empty(text) && !memchr(text.data, '/', text.size);
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
        !read_times(root, &read, err))
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
    if (!is_name_part(read.level) || !is_name_part(read.department) || !is_name_part(read.trigger))
        return error_set(err, "a notice has level, department and trigger, none with a slash");
    if (str_empty(read.ticket))
        read.ticket = STR_NONE;
    if (!str_present(read.ticket) && str_empty(read.source))
        return error_set(err, "a notice has a ticket, or the source of a dead letter");
    if (read.since == TIME_NEVER || read.time == TIME_NEVER)
        return error_set(err, "a notice has since and time");
    *notice = read;
    return true;
}
