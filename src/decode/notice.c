#include "model/notice.h"

#include "config/config.h"
#include "decode/json.h"

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
    notice->clock = json_string(json_get(root, STR("clock")));
    notice->why = json_string(json_get(root, STR("why")));
    notice->by = json_string(json_get(root, STR("by")));
    notice->source = json_string(json_get(root, STR("source")));
    notice->next_level = json_string(json_pointer(root, STR("/next/level")));
}

static bool read_times(const cJSON *root, struct notice *notice, struct error *err)
{
    return read_time(root, "/since", &notice->since, err) &&
           read_time(root, "/time", &notice->time, err) &&
           read_time(root, "/due", &notice->due, err) &&
           read_time(root, "/next/at", &notice->next_at, err);
}

bool notice_decode(struct str text, struct arena *arena, struct notice *notice, struct error *err)
{
    size_t at = 0;
    const cJSON *root = json_parse(text, &json_event_limits, arena, NULL, &at, err);
    if (root == NULL)
        return error_prefix(err, "byte %zu", at);
    struct notice read = { 0 };
    int64_t step = 0, score = 0;
    read_texts(root, &read);
    if (!read_status(json_string(json_get(root, STR("status"))), &read.status, err) ||
        !read_times(root, &read, err))
        return false;
    json_integer(json_get(root, STR("step")), &step);
    json_integer(json_get(root, STR("score")), &score);
    read.step = (int)step;
    read.score = (int)score;
    read.band = config_band(json_string(json_get(root, STR("band"))));
    read.floored = cJSON_IsTrue(json_get(root, STR("floored")));
    /* These four name the group and the member: none may be missing, and only a ticket's name may
     * have a slash. */
    if (str_empty(read.id) || str_empty(read.level) || str_empty(read.department) ||
        str_empty(read.trigger))
        return error_set(err, "a notice has id, level, department and trigger");
    if (str_empty(read.ticket) && str_empty(read.source))
        return error_set(err, "a notice has a ticket, or the source of a dead letter");
    if (read.since == TIME_NEVER || read.time == TIME_NEVER)
        return error_set(err, "a notice has since and time");
    *notice = read;
    return true;
}
