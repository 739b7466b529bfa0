#include "model/notice.h"

#include <stdlib.h>

#include "config/config.h"
#include "encode/json_writer.h"

static const char *const status_names[] = {
    [NOTICE_FIRING] = "firing",
    [NOTICE_ACKNOWLEDGED] = "acknowledged",
    [NOTICE_RESOLVED] = "resolved",
};

const char *notice_status_name(enum notice_status status)
{
    return status_names[status];
}

static void write_step(struct json_writer *json, const struct notice *notice)
{
    JSON_KEY(json, "department");
    json_put_str(json, notice->department);
    JSON_KEY(json, "level");
    json_put_str(json, notice->level);
    JSON_KEY(json, "step");
    json_put_int(json, notice->step);
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
    if (str_present(notice->next_level)) {
        json_open_object(json);
        JSON_KEY(json, "level");
        json_put_str(json, notice->next_level);
        JSON_KEY(json, "at");
        json_put_time_ms(json, notice->next_at);
        json_close_object(json);
    } else {
        json_put_null(json);
    }
    JSON_KEY(json, "by");
    json_put_str(json, notice->by);
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
