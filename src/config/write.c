/* Structs back to text, by the same rows: the canonical form and its fingerprint. Names instead of
 * indices, defaults filled in, durations in one form: two files that mean the same give the same
 * text. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/hash.h"
#include "calendar/calendar_text.h"
#include "config/setting.h"
#include "json/json_writer.h"
#include "loader.h"

struct writer {
    struct json_writer json;
    const struct config *config;
    unsigned flags; /* rows with one of them are left out */
    struct buf key;
};

static void write_key(struct writer *writer, struct str key)
{
    struct json_writer quoted = json_writer_to(&writer->key);
    buf_clear(&writer->key);
    json_put_str(&quoted, key);
    buf_add_char(&writer->key, ':');
    json_key_quoted(&writer->json, buf_str(&writer->key));
}

/* The largest unit that divides it: "90s", "15m", "500ms". */
static void write_duration(struct writer *writer, time_ms duration)
{
    static const struct {
        const char *name;
        time_ms size;
    } units[] = { { "h", TIME_HOUR }, { "m", TIME_MINUTE }, { "s", TIME_SECOND }, { "ms", 1 } };
    char text[32];
    size_t unit = 0;

    while (duration % units[unit].size != 0)
        unit++;
    snprintf(text, sizeof(text), "%lld%s", (long long)(duration / units[unit].size),
             units[unit].name);
    json_put_text(&writer->json, text);
}

static void write_percent(struct writer *writer, int percent)
{
    char text[16];
    snprintf(text, sizeof(text), "%d%%", percent);
    json_put_text(&writer->json, text);
}

static void write_warning(struct writer *writer, const struct config_warning *warning)
{
    if (warning->percent)
        write_percent(writer, warning->percent);
    else if (warning->before)
        write_duration(writer, warning->before);
    else
        json_put_null(&writer->json);
}

static struct str department_slug(const struct writer *writer, int department)
{
    return department < 0 ? STR_NONE : writer->config->departments[department].slug;
}

/* A pointer field of whatever type, see read_list.c. */
static const void *array_at(const struct setting *row, const char *object, size_t *count)
{
    const void *items = NULL;
    memcpy(&items, object + row->offset, sizeof(items));
    memcpy(count, object + row->extra, sizeof(*count));
    return items;
}

static void write_single(struct writer *writer, const struct setting *row, const char *object)
{
    const void *at = object + row->offset;
    struct json_writer *json = &writer->json;
    char date[DATE_TEXT_SIZE];

    switch (row->type) {
    case SETTING_INTEGER:
        json_put_int(json, *(const int *)at);
        break;
    case SETTING_BYTES:
        json_put_int(json, *(const int64_t *)at);
        break;
    case SETTING_PERCENT:
        write_percent(writer, *(const int *)at);
        break;
    case SETTING_DURATION:
        write_duration(writer, *(const time_ms *)at);
        break;
    case SETTING_CHOICE:
        json_put_text(json, row->choices[*(const int *)at]);
        break;
    case SETTING_FLAG:
        json_put_text(json, row->choices[*(const bool *)at]);
        break;
    case SETTING_DATE:
        json_put_str(json, date_format(*(const int64_t *)at, date));
        break;
    case SETTING_TIME:
        json_put_time(json, *(const time_ms *)at);
        break;
    case SETTING_START:
        if (*(const int *)at == START_TIME)
            json_put_time(json, *(const time_ms *)(const void *)(object + row->extra));
        else
            json_put_text(json, *(const int *)at == START_LATEST ? "latest" : "earliest");
        break;
    case SETTING_MATCHER:
        json_put_str(json, *(const struct str *)(const void *)(object + row->extra));
        break;
    case SETTING_DEPARTMENT:
        json_put_str(json, department_slug(writer, *(const int *)at));
        break;
    case SETTING_LEVEL:
        json_put_str(json, writer->config->levels[*(const int *)at].name);
        break;
    case SETTING_LADDER:
        json_put_str(json, writer->config->ladders[*(const int *)at].name);
        break;
    case SETTING_BAND:
        json_put_text(json, *(const int *)at < 0 ? NULL : band_name(*(const int *)at));
        break;
    case SETTING_UNLESS:
        json_put_text(json, *(const bool *)at ? "acknowledged" : NULL);
        break;
    case SETTING_CALENDAR:
        json_put_str(json, calendar_name(*(const struct calendar *const *)at));
        break;
    default:
        json_put_str(json, *(const struct str *)at);
        break;
    }
}

/* What they say, whatever files and bases it is from. */
static void write_calendars(struct writer *writer)
{
    json_open_object(&writer->json);
    for (size_t i = 0; i < writer->config->calendar_count; i++) {
        write_key(writer, writer->config->calendars[i].name);
        json_open_object(&writer->json);
        calendar_write(&writer->json, writer->config->calendars[i].calendar);
        json_close_object(&writer->json);
    }
    json_close_object(&writer->json);
}

static void write_band_texts(struct writer *writer, const struct str *texts)
{
    json_open_object(&writer->json);
    for (int band = 0; band < BAND_COUNT; band++) {
        if (!str_present(texts[band]))
            continue;
        write_key(writer, str_from(band_name(band)));
        json_put_str(&writer->json, texts[band]);
    }
    json_close_object(&writer->json);
}

static void write_band_calendars(struct writer *writer, const struct calendar *const *calendars)
{
    bool alike = true;
    for (int band = 1; band < BAND_COUNT; band++)
        alike = alike && calendars[band] == calendars[0];
    if (alike) {
        json_put_str(&writer->json, calendar_name(calendars[0]));
        return;
    }
    json_open_object(&writer->json);
    for (int band = 0; band < BAND_COUNT; band++) {
        write_key(writer, str_from(band_name(band)));
        json_put_str(&writer->json, calendar_name(calendars[band]));
    }
    json_close_object(&writer->json);
}

static void write_name(struct writer *writer, const struct config_name *name)
{
    json_open_object(&writer->json);
    JSON_KEY(&writer->json, "zh");
    json_put_str(&writer->json, name->zh);
    JSON_KEY(&writer->json, "en");
    json_put_str(&writer->json, name->en);
    json_close_object(&writer->json);
}

static void write_texts(struct writer *writer, const struct str *texts, size_t count)
{
    json_open_array(&writer->json);
    for (size_t i = 0; i < count; i++)
        json_put_str(&writer->json, texts[i]);
    json_close_array(&writer->json);
}

static void write_departments(struct writer *writer, const int *departments, size_t count)
{
    json_open_array(&writer->json);
    for (size_t i = 0; i < count; i++)
        json_put_str(&writer->json, department_slug(writer, departments[i]));
    json_close_array(&writer->json);
}

/* One stands alone, as it always did. */
static void write_warnings(struct writer *writer, const struct config_warnings *warnings)
{
    if (warnings->count != 1)
        json_open_array(&writer->json);
    for (size_t i = 0; i < warnings->count; i++)
        write_warning(writer, &warnings->items[i]);
    if (warnings->count != 1)
        json_close_array(&writer->json);
}

static void write_set(struct writer *writer, const struct setting *row, unsigned set)
{
    json_open_array(&writer->json);
    for (unsigned i = 0; row->choices[i]; i++) {
        if (set & 1u << i)
            json_put_text(&writer->json, row->choices[i]);
    }
    json_close_array(&writer->json);
}

static void write_people(struct writer *writer, const struct setting *row, const char *object)
{
    const struct str *const *people;
    const size_t *counts;
    memcpy(&people, object + row->offset, sizeof(people));
    memcpy(&counts, object + row->extra, sizeof(counts));
    json_open_object(&writer->json);
    for (size_t i = 0; i < writer->config->level_count; i++) {
        if (counts[i] == 0)
            continue;
        write_key(writer, writer->config->levels[i].name);
        write_texts(writer, people[i], counts[i]);
    }
    json_close_object(&writer->json);
}

static void write_points(struct writer *writer, const struct setting *row,
                         const struct config_points_list *list)
{
    const struct config_points_list *needs = &writer->config->score.needs;
    json_open_object(&writer->json);
    for (size_t i = 0; i < list->count; i++) {
        write_key(writer, list->items[i].name);
        if (row->type == SETTING_POINTS)
            json_put_int(&writer->json, list->items[i].points);
        else
            json_put_str(&writer->json, needs->items[list->items[i].points].name);
    }
    json_close_object(&writer->json);
}

static void write_bands(struct writer *writer, const struct setting *row, const void *at)
{
    json_open_object(&writer->json);
    for (int band = 0; band < BAND_COUNT; band++) {
        if (row->type == SETTING_BAND_SCORES && band == BAND_COUNT - 1)
            continue;
        const struct target *target =
            row->type == SETTING_TARGETS ? &((const struct target *)at)[band] : NULL;
        if (target ? !target_given(target)
                   : row->type == SETTING_BAND_TIMES && ((const time_ms *)at)[band] < 0)
            continue;
        write_key(writer, str_from(band_name(band)));
        if (row->type == SETTING_BAND_SCORES)
            json_put_int(&writer->json, ((const int *)at)[band]);
        else if (target && target->unit != TARGET_TIME)
            json_put_str(&writer->json, target->text);
        else
            write_duration(writer, target ? target->amount : ((const time_ms *)at)[band]);
    }
    json_close_object(&writer->json);
}

static void write_triggers(struct writer *writer, const struct config_escalation *escalation)
{
    char text[32];
    json_open_array(&writer->json);
    for (int i = 0; i < TRIGGER_COUNT; i++) {
        if (!escalation->on[i])
            continue;
        if (i == TRIGGER_BAND) {
            for (int band = 0; band < BAND_COUNT; band++) {
                snprintf(text, sizeof(text), "band %s", band_name(band));
                if (escalation->bands[band])
                    json_put_text(&writer->json, text);
            }
            continue;
        }
        snprintf(text, sizeof(text), "reopened %d", escalation->reopened);
        json_put_text(&writer->json, i == TRIGGER_REOPENED ? text : trigger_name((enum trigger)i));
    }
    json_close_array(&writer->json);
}

static void write_table(struct writer *writer, const struct setting_table *table,
                        const char *object);

static void write_tables(struct writer *writer, const struct setting *row, const char *items,
                         size_t count)
{
    const struct setting_table *inner = row->inner;
    bool map = row->type == SETTING_MAP;

    if (map)
        json_open_object(&writer->json);
    else
        json_open_array(&writer->json);
    for (size_t i = 0; i < count; i++) {
        const char *item = items + i * inner->size;
        /* The key of a map is the row without a name, always the first. */
        if (map)
            write_key(writer, *(const struct str *)(const void *)(item + inner->rows[0].offset));
        write_table(writer, inner, item);
    }
    if (map)
        json_close_object(&writer->json);
    else
        json_close_array(&writer->json);
}

static void write_value(struct writer *writer, const struct setting *row, const char *object)
{
    const void *at = object + row->offset;
    size_t count = 0;
    const void *items;

    switch (row->type) {
    case SETTING_NAME:
        write_name(writer, at);
        break;
    case SETTING_TEXTS:
    case SETTING_PATHS:
        items = array_at(row, object, &count);
        write_texts(writer, items, count);
        break;
    case SETTING_DEPARTMENTS:
        items = array_at(row, object, &count);
        write_departments(writer, items, count);
        break;
    case SETTING_LEVELS:
        json_open_array(&writer->json);
        for (size_t i = 0; i < writer->config->level_count; i++)
            json_put_str(&writer->json, writer->config->levels[i].name);
        json_close_array(&writer->json);
        break;
    case SETTING_WARNINGS:
        write_warnings(writer, at);
        break;
    case SETTING_SET:
        write_set(writer, row, *(const unsigned *)at);
        break;
    case SETTING_PEOPLE:
        write_people(writer, row, object);
        break;
    case SETTING_POINTS:
    case SETTING_NEEDS:
        write_points(writer, row, at);
        break;
    case SETTING_CALENDARS:
        write_calendars(writer);
        break;
    case SETTING_BAND_TEXTS:
        write_band_texts(writer, at);
        break;
    case SETTING_BAND_CALENDARS:
        write_band_calendars(writer, at);
        break;
    case SETTING_BAND_SCORES:
    case SETTING_BAND_TIMES:
    case SETTING_TARGETS:
        write_bands(writer, row, at);
        break;
    case SETTING_TRIGGERS:
        write_triggers(writer, (const void *)object);
        break;
    case SETTING_PROPERTIES:
        json_put_null(&writer->json);
        break;
    case SETTING_TABLE:
        write_table(writer, row->inner, at);
        break;
    case SETTING_ROOT:
        memcpy(&items, at, sizeof(items));
        write_table(writer, row->inner, items);
        break;
    case SETTING_TABLES:
    case SETTING_MAP:
        items = array_at(row, object, &count);
        write_tables(writer, row, items, count);
        break;
    default:
        write_single(writer, row, object);
        break;
    }
}

static bool no_times(const time_ms *times, int count)
{
    for (int i = 0; i < count; i++) {
        if (times[i] >= 0)
            return false;
    }
    return true;
}

/* Absent values are left out: reading the text again gives the same struct. */
static bool absent(const struct setting *row, const char *object)
{
    const void *at = object + row->offset;
    if (row->flags & SETTING_OR_NOT)
        return no_times(at, row->type == SETTING_BAND_TIMES ? BAND_COUNT : 1);
    switch (row->type) {
    case SETTING_TEXT:
    case SETTING_SLUG:
    case SETTING_TOPIC:
    case SETTING_ZONE:
    case SETTING_FORMAT:
        return !str_present(*(const struct str *)at);
    case SETTING_MATCHER:
        return !str_present(*(const struct str *)(const void *)(object + row->extra));
    case SETTING_DEPARTMENT:
    case SETTING_BAND:
        return *(const int *)at < 0;
    case SETTING_CALENDAR:
        return *(const struct calendar *const *)at == NULL;
    case SETTING_DURATION:
        return *(const time_ms *)at == 0 && !row->fallback && !(row->flags & SETTING_REQUIRED);
    case SETTING_INTEGER:
        return *(const int *)at == 0 && row->min > 0 && !row->fallback;
    case SETTING_CALENDARS:
        return *(const size_t *)(const void *)(object + row->extra) == 0;
    case SETTING_UNLESS:
        return !*(const bool *)at;
    case SETTING_TIME:
        return *(const time_ms *)at == 0;
    case SETTING_DATE:
        return *(const int64_t *)at == 0;
    case SETTING_BAND_CALENDARS:
        return !*(const struct calendar *const *)at;
    case SETTING_WARNINGS:
        return ((const struct config_warnings *)at)->count == 0;
    case SETTING_SET:
        return *(const unsigned *)at == 0 && !row->fallback;
    default:
        return false;
    }
}

static void write_table(struct writer *writer, const struct setting_table *table,
                        const char *object)
{
    json_open_object(&writer->json);
    for (size_t i = 0; i < table->count; i++) {
        const struct setting *row = &table->rows[i];
        /* Properties are the service's and never leave the process: they may hold secrets. */
        if (row->type == SETTING_LATER || row->type == SETTING_PROPERTIES || !row->key[0] ||
            (row->flags & writer->flags) || absent(row, object))
            continue;
        write_key(writer, str_from(row->key));
        write_value(writer, row, object);
    }
    json_close_object(&writer->json);
}

void setting_json(const struct setting *row, const void *object, const struct config *config,
                  struct buf *out)
{
    struct writer writer = { .json = json_writer_to(out), .config = config };
    write_value(&writer, row, object);
    buf_free(&writer.key);
}

void setting_table_json(const struct setting_table *table, const void *object,
                        const struct config *config, unsigned flags, struct buf *out)
{
    struct writer writer = { .json = json_writer_to(out), .config = config, .flags = flags };
    write_table(&writer, table, object);
    buf_free(&writer.key);
}

void config_make_canonical(struct config *config)
{
    struct buf text = { 0 };
    char hex[32];

    setting_table_json(&settings, config, config, SETTING_SERVICE, &text);
    text.size--;
    if (config->format_hash[0])
        buf_printf(&text, ",\"format_hash\":\"%s\"", config->format_hash);
    if (config->learned.hash[0])
        buf_printf(&text, ",\"model_hash\":\"%s\"", config->learned.hash);
    buf_printf(&text, ",\"lexicon_hash\":\"%s\"}", config->lexicon_hash);
    config->canonical = arena_copy(config->arena, buf_str(&text));
    hash128_hex(&config->canonical, 1, hex);
    memcpy(config->fingerprint, hex, sizeof(config->fingerprint) - 1);
    buf_free(&text);
}
