/* Writes JSON into a buffer: no tree, no formatting, commas where they belong. The caller keeps
 * the structure right (an object gets keys, an array gets none); there is no nesting check. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"

struct json_writer {
    struct buf *out;
    bool comma; /* the next key or value needs one in front */
};

static inline struct json_writer json_writer_to(struct buf *out)
{
    return (struct json_writer){ out, false };
}

void json_open_object(struct json_writer *json);
void json_close_object(struct json_writer *json);
void json_open_array(struct json_writer *json);
void json_close_array(struct json_writer *json);

/* Room for `size` more bytes; where they begin. */
static inline char *json_room(struct json_writer *json, size_t size)
{
    buf_reserve(json->out, size);
    return json->out->data + json->out->size;
}
/* `quoted` is the key with its quotes and colon; use JSON_KEY for a literal. Inline, so that a
 * literal is copied without a call: keys are half of what is written. */
static inline void json_key_quoted(struct json_writer *json, struct str quoted)
{
    char *at = json_room(json, quoted.size + 1);
    *at = ',';
    memcpy(at + json->comma, quoted.data, quoted.size);
    json->out->size += quoted.size + json->comma;
    json->comma = false;
}
/* A key that is known at run time only and needs no escapes. */
void json_key(struct json_writer *json, const char *name);
#define JSON_KEY(json, literal) json_key_quoted(json, STR("\"" literal "\":"))

/* Valid UTF-8, escaped as RFC 8259 needs it. Absent becomes null. */
void json_put_str(struct json_writer *json, struct str value);
void json_put_text(struct json_writer *json, const char *value); /* NULL becomes null */
void json_put_int(struct json_writer *json, int64_t value);
void json_put_bool(struct json_writer *json, bool value);
void json_put_null(struct json_writer *json);
/* time_format(); TIME_NEVER becomes null. */
void json_put_time(struct json_writer *json, time_ms value);
void json_put_time_ms(struct json_writer *json, time_ms value);
/* One complete value that is JSON already. */
void json_put_raw(struct json_writer *json, struct str value);

/* A key that is a literal, and its value: JSON_STR(json, "level", level). */
#define JSON_STR(json, key, value) (JSON_KEY(json, key), json_put_str(json, value))
#define JSON_TEXT(json, key, value) (JSON_KEY(json, key), json_put_text(json, value))
#define JSON_INT(json, key, value) (JSON_KEY(json, key), json_put_int(json, value))
#define JSON_BOOL(json, key, value) (JSON_KEY(json, key), json_put_bool(json, value))
#define JSON_NULL(json, key) (JSON_KEY(json, key), json_put_null(json))
#define JSON_TIME(json, key, value) (JSON_KEY(json, key), json_put_time(json, value))
#define JSON_TIME_MS(json, key, value) (JSON_KEY(json, key), json_put_time_ms(json, value))
#define JSON_RAW(json, key, value) (JSON_KEY(json, key), json_put_raw(json, value))
