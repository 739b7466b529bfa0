#include "ctl/json_text.h"

#include "json/json_writer.h"

enum { STEP = 2 };

void json_text_of(struct str text, struct buf *out)
{
    struct json_writer json = json_writer_to(out);
    json_put_str(&json, text);
}

void json_text_list(const struct str *items, size_t count, struct buf *out)
{
    buf_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        buf_add_str(out, i > 0 ? STR(", ") : STR(""));
        json_text_of(items[i], out);
    }
    buf_add_char(out, ']');
}

void json_text_line(int indent, struct buf *out)
{
    buf_printf(out, "\n%*s", indent, "");
}

static bool is_container(const cJSON *item)
{
    return cJSON_IsObject(item) || cJSON_IsArray(item);
}

static bool has_lines(const cJSON *item)
{
    for (const cJSON *child = item->child; child; child = child->next) {
        if (cJSON_IsObject(item) || is_container(child))
            return true;
    }
    return false;
}

static void put_scalar(const cJSON *item, struct arena *arena, struct buf *out)
{
    if (cJSON_IsString(item))
        json_text_of(json_string(item), out);
    else
        buf_add_str(out, json_is_null(item) ? STR("null") : json_scalar(item, arena));
}

void json_text(const cJSON *item, int indent, struct arena *arena, struct buf *out)
{
    bool object = cJSON_IsObject(item);
    if (!is_container(item)) {
        put_scalar(item, arena, out);
        return;
    }
    bool lines = indent >= 0 && has_lines(item);
    int inside = lines ? indent + STEP : -1;
    buf_add_char(out, object ? '{' : '[');
    for (const cJSON *child = item->child; child; child = child->next) {
        if (lines)
            json_text_line(inside, out);
        if (object) {
            json_text_of(json_name(child), out);
            buf_add_str(out, STR(": "));
        }
        json_text(child, inside, arena, out);
        if (child->next)
            buf_add_str(out, lines ? STR(",") : STR(", "));
    }
    if (lines)
        json_text_line(indent, out);
    buf_add_char(out, object ? '}' : ']');
}
