#include "ctl/letter.h"

#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "ctl/members.h"
#include "json/json.h"
#include "json/json_writer.h"

static void read_headers(const rd_kafka_message_t *message, struct arena *arena,
                         struct record *record)
{
    rd_kafka_headers_t *headers = NULL;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    size_t count = rd_kafka_header_cnt(headers);
    struct header *list = arena_alloc(arena, (count + 1) * sizeof(*list));
    for (size_t i = 0; i < count; i++) {
        const char *name;
        const void *value;
        size_t size;
        if (rd_kafka_header_get_all(headers, i, &name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
            break;
        list[record->header_count++] =
            (struct header){ str_from(name), value ? (struct str){ value, size } : STR_NONE };
    }
    record->headers = list;
}

static int64_t number(const struct record *record, const char *name)
{
    int64_t value = -1;
    str_to_int(record_header(record, name), &value);
    return value;
}

static bool is_json(struct str value)
{
    static const struct json_limits limits = { 4u << 20, 1u << 20, JSON_DEPTH_MAX };
    struct json_traits traits;
    size_t at;
    return str_present(value) && json_check(value, &limits, &traits, &at, NULL);
}

/* Of an event its own word; else the key, which is the ticket wherever we or a careful producer
 * wrote it. */
static struct str ticket_of(const struct record *record)
{
    static const struct str name = { "ticket", 6 };
    struct str ticket = STR_NONE;
    if (is_json(record->value) && record->value.data[0] == '{')
        members_find(record->value, &name, &ticket, 1);
    ticket = member_text(ticket);
    if (!str_empty(ticket))
        return ticket;
    return utf8_valid(record->key, NULL) && !str_empty(record->key) ? record->key : STR_NONE;
}

static struct str valid(struct str text)
{
    return utf8_valid(text, NULL) ? text : STR("(no text)");
}

void letter_read(const rd_kafka_message_t *message, struct arena *arena, struct letter *letter)
{
    *letter = (struct letter){
        .record = { .topic = str_from(rd_kafka_topic_name(message->rkt)),
                    .partition = message->partition,
                    .offset = message->offset,
                    .timestamp = rd_kafka_message_timestamp(message, NULL),
                    .key = { message->key, message->key ? message->key_len : 0 },
                    .value = { message->payload, message->payload ? message->len : 0 } }
    };
    struct record *record = &letter->record;
    read_headers(message, arena, record);
    letter->reason = valid(record_header(record, DEADLETTER_ERROR));
    letter->at = valid(record_header(record, DEADLETTER_AT));
    letter->kind = deadletter_kind_of(letter->reason, letter->at);
    struct str output = record_header(record, DEADLETTER_OUTPUT);
    letter->output = str_present(output);
    letter->topic = valid(letter->output ? output : record_header(record, DEADLETTER_TOPIC));
    int64_t partition = number(record, DEADLETTER_PARTITION);
    letter->partition = partition > INT32_MAX ? -1 : (int32_t)partition;
    letter->offset = number(record, DEADLETTER_OFFSET);
    letter->ticket = ticket_of(record);
    int64_t replays = number(record, DEADLETTER_REPLAYS);
    letter->replays = replays < 0 || replays > 1000 ? 0 : (int)replays;
}

static bool contains(struct str text, const char *part)
{
    size_t size = strlen(part);
    for (size_t at = 0; at + size <= text.size; at++) {
        if (strncasecmp(text.data + at, part, size) == 0)
            return true;
    }
    return false;
}

bool letter_matches(const struct letter *letter, const struct letter_filter *filter)
{
    if (filter->reason && strcmp(filter->reason, deadletter_kind_name(letter->kind)) != 0 &&
        !contains(letter->reason, filter->reason))
        return false;
    if (filter->topic && !str_is(letter->topic, filter->topic))
        return false;
    if (filter->ticket && !str_is(letter->ticket, filter->ticket))
        return false;
    return (filter->since == 0 || letter->record.timestamp >= filter->since) &&
           (filter->until == 0 || letter->record.timestamp < filter->until);
}

static void put_origin(const struct letter *letter, struct buf *out)
{
    if (letter->output)
        buf_printf(out, "to %.*s", STR_ARG(letter->topic));
    else
        buf_printf(out, "%.*s/%d/%lld", STR_ARG(letter->topic), (int)letter->partition,
                   (long long)letter->offset);
}

void letter_line(const struct letter *letter, struct buf *out)
{
    char time[TIME_TEXT_SIZE];
    size_t from = out->size;
    buf_printf(out, "%.*s  %d/%lld  ", STR_ARG(time_format(letter->record.timestamp, time)),
               (int)letter->record.partition, (long long)letter->record.offset);
    put_origin(letter, out);
    if (!str_empty(letter->ticket))
        buf_printf(out, "  %.*s", STR_ARG(utf8_prefix(letter->ticket, 40)));
    buf_printf(out, "  %.*s", STR_ARG(letter->reason));
    if (!str_empty(letter->at))
        buf_printf(out, " (%.*s)", STR_ARG(letter->at));
    if (letter->replays > 0)
        buf_printf(out, " [requeued %d time%s]", letter->replays, letter->replays == 1 ? "" : "s");
    utf8_tame(out->data + from, out->size - from);
    buf_add_char(out, '\n');
}

static void put_bytes(struct str bytes, struct buf *out)
{
    if (!str_present(bytes))
        buf_printf(out, "(none)");
    else if (utf8_valid(bytes, NULL))
        buf_add_str(out, bytes);
    else {
        buf_printf(out, "(base64) ");
        base64_encode(bytes, out);
    }
}

/* The same, and the end of the line that began at `from`. */
static void put_line(struct str bytes, size_t from, struct buf *out)
{
    put_bytes(bytes, out);
    utf8_tame(out->data + from, out->size - from);
    buf_add_char(out, '\n');
}

/* Its lines stay; a value is mostly JSON that somebody made readable. */
static void put_value(struct str bytes, struct buf *out)
{
    size_t from = out->size, line = from;
    put_bytes(bytes, out);
    for (; from < out->size; from++) {
        if (out->data[from] == '\n') {
            utf8_tame(out->data + line, from - line);
            line = from + 1;
        }
    }
    utf8_tame(out->data + line, out->size - line);
    buf_add_char(out, '\n');
}

void letter_tell(const struct letter *letter, struct buf *out)
{
    const struct record *record = &letter->record;
    letter_line(letter, out);
    size_t from = out->size;
    buf_printf(out, "key      ");
    put_line(record->key, from, out);
    for (size_t i = 0; i < record->header_count; i++) {
        from = out->size;
        buf_printf(out, "%s %.*s: ", i == 0 ? "headers " : "        ",
                   STR_ARG(record->headers[i].name));
        put_line(record->headers[i].value, from, out);
    }
    buf_printf(out, "value    ");
    put_value(record->value, out);
}

static void put_json_bytes(struct json_writer *json, const char *name, const char *packed,
                           struct str bytes)
{
    if (utf8_valid(bytes, NULL)) {
        json_key(json, name);
        json_put_str(json, bytes);
        return;
    }
    struct buf text = { 0 };
    base64_encode(bytes, &text);
    json_key(json, packed);
    json_put_str(json, buf_str(&text));
    buf_free(&text);
}

void letter_json(const struct letter *letter, bool whole, struct buf *out)
{
    struct json_writer writer = json_writer_to(out), *json = &writer;
    json_open_object(json);
    JSON_INT(json, "partition", letter->record.partition);
    JSON_INT(json, "offset", letter->record.offset);
    JSON_TIME_MS(json, "time", letter->record.timestamp);
    JSON_TEXT(json, "reason", deadletter_kind_name(letter->kind));
    JSON_STR(json, "error", letter->reason);
    JSON_STR(json, "at", letter->at);
    json_key(json, letter->output ? "to" : "from");
    struct buf origin = { 0 };
    put_origin(letter, &origin);
    struct str place = buf_str(&origin);
    json_put_str(json, letter->output ? letter->topic : place);
    buf_free(&origin);
    JSON_STR(json, "ticket", letter->ticket);
    JSON_INT(json, "replays", letter->replays);
    put_json_bytes(json, "key", "key_base64", letter->record.key);
    if (whole)
        put_json_bytes(json, "value", "value_base64", letter->record.value);
    json_close_object(json);
    buf_add_char(out, '\n');
}
