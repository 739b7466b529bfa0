#include "track/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pack.h"
#include "json/json_writer.h"

enum { LOAD_VERSION = 1, FULL_AT = 100, FREE_AT = 90 }; /* percent of the capacity */
#define TELL_EVERY (10 * TIME_SECOND)

static const int weights[BAND_COUNT] = { 4, 3, 2, 1 };

/* One department that says how much it can stand. */
struct place {
    struct str slug; /* owned */
    int capacity;    /* 0: the configuration says none any more */
    bool full;
    int64_t own, told; /* here: now, and as the others know it */
    int64_t *others;   /* by partition */
};

struct load {
    const struct config *config;
    int32_t partition, partition_count;
    struct place *places;
    size_t place_count;
    time_ms *heard;  /* by partition; 0: never */
    uint64_t number; /* of the last word to the others */
    time_ms told_at, due;
    bool changed;
    uint64_t moves;           /* of the census when it was counted; UINT64_MAX: it was not */
    struct buf bytes, marked; /* its state now, and as of the last mark */
};

struct load *load_new(const struct config *config, int32_t partition, int32_t partition_count)
{
    struct load *load = mem_alloc(sizeof(*load));
    load->partition = partition;
    load->partition_count = partition_count;
    load->heard = mem_array((size_t)partition_count, sizeof(*load->heard));
    load->due = TIME_NEVER;
    load_configure(load, config);
    return load;
}

static void forget_places(struct load *load)
{
    for (size_t i = 0; i < load->place_count; i++) {
        free((char *)load->places[i].slug.data);
        free(load->places[i].others);
    }
    load->place_count = 0;
}

void load_free(struct load *load)
{
    if (!load)
        return;
    forget_places(load);
    free(load->places);
    free(load->heard);
    buf_free(&load->bytes);
    buf_free(&load->marked);
    free(load);
}

static struct place *find(const struct load *load, struct str slug)
{
    for (size_t i = 0; i < load->place_count; i++) {
        if (str_equal(load->places[i].slug, slug))
            return &load->places[i];
    }
    return NULL;
}

static struct place *find_or_add(struct load *load, struct str slug)
{
    struct place *place = find(load, slug);
    if (place)
        return place;
    load->places = mem_resize(load->places, load->place_count + 1, sizeof(*load->places));
    place = &load->places[load->place_count++];
    *place = (struct place){ .slug = { mem_copy(slug.data, slug.size), slug.size },
                             .others =
                                 mem_array((size_t)load->partition_count, sizeof(*place->others)) };
    return place;
}

void load_configure(struct load *load, const struct config *config)
{
    load->config = config;
    load->moves = UINT64_MAX;
    for (size_t i = 0; i < load->place_count; i++)
        load->places[i].capacity = 0;
    for (size_t i = 0; i < config->department_count; i++) {
        const struct config_department *department = &config->departments[i];
        if (department->capacity > 0)
            find_or_add(load, department->slug)->capacity = department->capacity;
    }
}

static int64_t total(const struct load *load, const struct place *place)
{
    int64_t sum = place->own;
    for (int32_t i = 0; i < load->partition_count; i++)
        sum += place->others[i];
    return sum;
}

bool load_is_full(const struct load *load, int department, time_ms now, struct overflow *seen)
{
    const struct config_department *full = &load->config->departments[department];
    const struct place *place = full->capacity > 0 ? find(load, full->slug) : NULL;
    if (!place || !place->full)
        return false;
    *seen = (struct overflow){ .from = department,
                               .load = total(load, place),
                               .capacity = place->capacity };
    for (int32_t i = 0; i < load->partition_count; i++) {
        if (place->others[i] > 0 && now - load->heard[i] > seen->age)
            seen->age = now - load->heard[i];
    }
    return true;
}

/* ---- what is here */

static void look(struct load *load, struct place *place)
{
    int64_t percent = place->capacity > 0 ? total(load, place) * 100 / place->capacity : 0;
    bool full = place->capacity > 0 && (place->full ? percent > FREE_AT : percent >= FULL_AT);
    load->changed |= full != place->full;
    place->full = full;
}

static int64_t own_load(const struct census *census, struct str slug)
{
    struct census_row counted;
    int64_t sum = 0;
    for (size_t i = 0; census_row(census, i, &counted); i++) {
        if (!str_equal(counted.department, slug))
            continue;
        for (int band = 0; band < BAND_COUNT; band++)
            sum += weights[band] * counted.open[band];
    }
    return sum;
}

void load_count(struct load *load, const struct census *census, time_ms now)
{
    bool differs = false, much = false;
    /* Most turns change nothing here. */
    if (load->moves == census_moves(census))
        return;
    load->moves = census_moves(census);
    for (size_t i = 0; i < load->place_count; i++) {
        struct place *place = &load->places[i];
        if (place->capacity == 0)
            continue;
        place->own = own_load(census, place->slug);
        look(load, place);
        int64_t change =
            place->own > place->told ? place->own - place->told : place->told - place->own;
        differs |= change > 0;
        much |= change * 100 >= place->capacity && change > 0;
    }
    if (load->partition_count == 1 || !differs)
        load->due = TIME_NEVER;
    else
        load->due = much ? now : time_max(now, load->told_at + TELL_EVERY);
}

/* ---- what is told and heard */

time_ms load_next(const struct load *load)
{
    return load->due;
}

struct str load_tell(struct load *load, time_ms now, struct arena *arena)
{
    struct buf out = { 0 };
    struct json_writer json = json_writer_to(&out);
    struct str ticket = arena_printf(arena, "load/%d", (int)load->partition);
    load->number++;
    load->told_at = now;
    load->due = TIME_NEVER;
    load->changed = true;
    struct str id =
        arena_printf(arena, "%.*s/%llu", STR_ARG(ticket), (unsigned long long)load->number);
    json_open_object(&json);
    JSON_TEXT(&json, "type", event_type_name(EVENT_LOAD));
    JSON_STR(&json, "ticket", ticket);
    JSON_STR(&json, "id", id);
    JSON_TIME_MS(&json, "time", now);
    JSON_KEY(&json, "attributes");
    json_open_object(&json);
    for (size_t i = 0; i < load->place_count; i++) {
        struct place *place = &load->places[i];
        if (place->capacity == 0)
            continue;
        place->told = place->own;
        json_key(&json, arena_printf(arena, "%.*s", STR_ARG(place->slug)).data);
        json_put_int(&json, place->own);
    }
    json_close_object(&json);
    json_close_object(&json);
    struct str value = arena_copy(arena, buf_str(&out));
    buf_free(&out);
    return value;
}

/* "load/3" */
static int32_t sender_of(const struct load *load, struct str ticket)
{
    int64_t partition = -1;
    struct str start = STR("load/");
    struct str number = { ticket.data + start.size, ticket.size - start.size };
    if (!str_starts(ticket, start) || !str_to_int(number, &partition) || partition < 0 ||
        partition >= load->partition_count)
        return -1;
    return (int32_t)partition;
}

bool load_take(struct load *load, const struct event *event)
{
    int32_t from = sender_of(load, event->ticket);
    if (from < 0 || from == load->partition)
        return false;
    load->heard[from] = event->time;
    load->changed = true;
    for (size_t i = 0; i < event->attribute_count; i++) {
        const struct attribute *attribute = &event->attributes[i];
        struct place *place = find(load, attribute->name);
        if (!place || attribute->kind != ATTRIBUTE_NUMBER || attribute->number < 0 ||
            attribute->number > INT32_MAX)
            continue;
        place->others[from] = (int64_t)attribute->number;
        look(load, place);
    }
    return true;
}

/* ---- state */

static void encode(struct load *load)
{
    struct buf *out = &load->bytes;
    buf_clear(out);
    pack_byte(out, LOAD_VERSION);
    pack_number(out, load->number);
    pack_signed(out, load->told_at);
    pack_number(out, (uint64_t)load->partition_count);
    for (int32_t i = 0; i < load->partition_count; i++)
        pack_signed(out, load->heard[i]);
    pack_number(out, load->place_count);
    for (size_t i = 0; i < load->place_count; i++) {
        const struct place *place = &load->places[i];
        pack_str(out, place->slug);
        pack_byte(out, place->full);
        pack_signed(out, place->told);
        for (int32_t k = 0; k < load->partition_count; k++)
            pack_number(out, (uint64_t)place->others[k]);
    }
}

struct str load_state(struct load *load, bool *changed)
{
    *changed = load->changed;
    if (load->changed)
        encode(load);
    return load->bytes.size ? buf_str(&load->bytes) : STR_NONE;
}

/* Written signed, though never below 0. */
static int64_t unpack_upto(struct unpack *in, int64_t most)
{
    int64_t value = unpack_signed(in);
    if (value < 0 || value > most)
        in->failed = true;
    return in->failed ? 0 : value;
}

static bool decode(struct load *load, struct str bytes)
{
    struct unpack in = unpack_from(bytes);
    if (unpack_byte(&in) != LOAD_VERSION)
        return false;
    load->number = unpack_number(&in);
    load->told_at = unpack_upto(&in, INT64_MAX / 4);
    if (unpack_number(&in) != (uint64_t)load->partition_count)
        return false;
    for (int32_t i = 0; i < load->partition_count; i++)
        load->heard[i] = unpack_upto(&in, INT64_MAX / 4);
    size_t count = (size_t)unpack_bounded(&in, 100000);
    for (size_t i = 0; i < count && !in.failed; i++) {
        struct str slug = unpack_str(&in);
        if (in.failed || str_empty(slug))
            return false;
        struct place *place = find_or_add(load, slug);
        place->full = unpack_byte(&in) != 0;
        place->told = unpack_upto(&in, INT32_MAX);
        for (int32_t k = 0; k < load->partition_count; k++)
            place->others[k] = (int64_t)unpack_bounded(&in, INT32_MAX);
    }
    return !in.failed && in.at == in.end;
}

static void reset(struct load *load)
{
    forget_places(load);
    memset(load->heard, 0, (size_t)load->partition_count * sizeof(*load->heard));
    load->number = 0;
    load->told_at = 0;
    load_configure(load, load->config);
}

bool load_restore(struct load *load, struct str bytes, struct error *err)
{
    reset(load);
    if (str_present(bytes) && !decode(load, bytes))
        return error_set(err, "the load of the other partitions is damaged, or of a newer release");
    load_configure(load, load->config);
    buf_clear(&load->bytes);
    if (str_present(bytes))
        buf_add(&load->bytes, bytes.data, bytes.size);
    load_mark(load);
    return true;
}

void load_mark(struct load *load)
{
    if (load->changed)
        encode(load);
    load->changed = false;
    buf_clear(&load->marked);
    buf_add(&load->marked, load->bytes.data, load->bytes.size);
}

void load_undo(struct load *load)
{
    if (!load->changed)
        return;
    reset(load);
    if (load->marked.size)
        decode(load, buf_str(&load->marked));
    load_configure(load, load->config);
    load->changed = false;
    buf_clear(&load->bytes);
    buf_add(&load->bytes, load->marked.data, load->marked.size);
}
