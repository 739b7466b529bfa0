/* The file of a routing model: text in front, for people, and checked before anything is believed.
 */
#include "model_file.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "json/json.h"
#include "json/json_writer.h"

#define MAGIC "ombud-routing-model "
#define VERSION "1"

enum { HEADER_MAX = 1 << 18, CHECKSUM_SIZE = 32 };

/* ---- writing ---- */

static void put_numbers(struct json_writer *json, const int64_t *numbers, size_t count)
{
    json_open_array(json);
    for (size_t i = 0; i < count; i++)
        json_put_int(json, numbers[i]);
    json_close_array(json);
}

static void put_department(struct json_writer *json, const struct model_department *department)
{
    json_open_object(json);
    JSON_STR(json, "department", department->slug);
    JSON_INT(json, "tickets", department->tickets);
    JSON_INT(json, "held_out", department->held_out);
    JSON_INT(json, "found", department->found);
    JSON_INT(json, "right", department->right);
    JSON_INT(json, "bias", department->bias);
    json_close_object(json);
}

/* One row a fact: what is written is what is read. */
static const struct {
    struct str key, quoted;
    size_t offset;
} numbers[] = {
#define NUMBER(name)                                                                               \
    {                                                                                              \
        STR(#name), STR("\"" #name "\":"), offsetof(struct model_facts, name)                      \
    }
    NUMBER(tickets), NUMBER(held_out), NUMBER(right), NUMBER(reopened),
    NUMBER(unresolved), NUMBER(unknown), NUMBER(rare), NUMBER(silent),
#undef NUMBER
}, times[] = {
#define TIME(name)                                                                                 \
    {                                                                                              \
        STR(#name), STR("\"" #name "\":"), offsetof(struct model_facts, name)                      \
    }
    TIME(from), TIME(to), TIME(held_from),
#undef TIME
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void put_facts(struct json_writer *json, const struct model_facts *facts,
                      const char *fingerprint)
{
    const char *base = (const char *)facts;
    json_open_object(json);
    JSON_TEXT(json, "features", fingerprint);
    JSON_STR(json, "config", facts->config);
    for (size_t i = 0; i < COUNT(times); i++) {
        json_key_quoted(json, times[i].quoted);
        json_put_time(json, *(const time_ms *)(const void *)(base + times[i].offset));
    }
    for (size_t i = 0; i < COUNT(numbers); i++) {
        json_key_quoted(json, numbers[i].quoted);
        json_put_int(json, *(const int64_t *)(const void *)(base + numbers[i].offset));
    }
    JSON_KEY(json, "departments");
    json_open_array(json);
    for (size_t i = 0; i < facts->department_count; i++)
        put_department(json, &facts->departments[i]);
    json_close_array(json);
    JSON_KEY(json, "margins");
    put_numbers(json, facts->margins, MODEL_MARGINS);
    json_close_object(json);
}

void model_write(const struct model_facts *facts, const struct fold *fold, const uint8_t *rarity,
                 const int8_t *weights, struct buf *out)
{
    struct buf body = { 0 };
    struct json_writer json = json_writer_to(&body);
    char fingerprint[13], checksum[CHECKSUM_SIZE];
    features_fingerprint(fold, fingerprint);
    put_facts(&json, facts, fingerprint);
    buf_add_char(&body, '\n');
    buf_add(&body, (const char *)rarity, LEARN_BUCKETS);
    buf_add(&body, (const char *)weights, LEARN_BUCKETS * facts->department_count);
    struct str part = buf_str(&body);
    hash128_hex(&part, 1, checksum);
    buf_printf(out, MAGIC VERSION " %.*s\n", CHECKSUM_SIZE, checksum);
    buf_add_str(out, part);
    buf_free(&body);
}

/* ---- reading ---- */

/* Up to the next line break; false: there is none within `most` bytes. */
static bool take_line(struct str *rest, size_t most, struct str *line)
{
    const char *end =
        rest->size ? memchr(rest->data, '\n', rest->size < most ? rest->size : most) : NULL;
    if (!end)
        return false;
    *line = (struct str){ rest->data, (size_t)(end - rest->data) };
    *rest = (struct str){ end + 1, rest->size - line->size - 1 };
    return true;
}

static bool read_first_line(struct str line, char checksum[CHECKSUM_SIZE], struct error *err)
{
    size_t magic = sizeof(MAGIC) - 1;
    if (!str_starts(line, STR(MAGIC)))
        return error_set(err, "this is no routing model; `ombudctl learn` makes one");
    struct str version = { line.data + magic, 0 };
    while (magic + version.size < line.size && version.data[version.size] != ' ')
        version.size++;
    if (!str_is(version, VERSION))
        return error_set(err,
                         "the model is of version %.*s, and this program reads version " VERSION,
                         STR_ARG(utf8_prefix(version, 16)));
    if (line.size != magic + version.size + 1 + CHECKSUM_SIZE)
        return error_set(err, "the model's first line is damaged");
    memcpy(checksum, line.data + line.size - CHECKSUM_SIZE, CHECKSUM_SIZE);
    return true;
}

static bool read_integer(const cJSON *object, struct str key, int64_t *out)
{
    return json_integer(json_get(object, key), out);
}

static bool read_departments(struct routing_model *model, const cJSON *list)
{
    struct model_facts *facts = &model->facts;
    size_t count = 0;
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next)
        count++;
    if (count < 2 || count > MODEL_DEPARTMENTS_MAX)
        return false;
    facts->departments = arena_alloc(model->arena, count * sizeof(*facts->departments));
    for (const cJSON *item = list->child; item; item = item->next) {
        struct model_department *department = &facts->departments[facts->department_count++];
        const int64_t far = INT64_C(1) << 40;
        department->slug = arena_copy(model->arena, json_string(json_get(item, STR("department"))));
        if (str_empty(department->slug) ||
            !read_integer(item, STR("tickets"), &department->tickets) ||
            !read_integer(item, STR("held_out"), &department->held_out) ||
            !read_integer(item, STR("found"), &department->found) ||
            !read_integer(item, STR("right"), &department->right) ||
            !read_integer(item, STR("bias"), &department->bias) || department->bias > far ||
            department->bias < -far)
            return false;
    }
    return true;
}

static bool read_margins(struct model_facts *facts, const cJSON *list)
{
    size_t count = 0;
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next) {
        if (count == MODEL_MARGINS || !json_integer(item, &facts->margins[count]) ||
            (count > 0 && facts->margins[count] < facts->margins[count - 1]))
            return false;
        count++;
    }
    return count == MODEL_MARGINS;
}

static bool read_times(struct model_facts *facts, const cJSON *root)
{
    for (size_t i = 0; i < COUNT(times); i++) {
        time_ms *out = (time_ms *)(void *)((char *)facts + times[i].offset);
        const cJSON *item = json_get(root, times[i].key);
        struct error unused;
        *out = TIME_NEVER;
        if (!json_is_null(item) && !time_parse(json_string(item), out, &unused))
            return false;
    }
    return true;
}

static bool read_facts(struct routing_model *model, const cJSON *root)
{
    struct model_facts *facts = &model->facts;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        int64_t *out = (int64_t *)(void *)((char *)facts + numbers[i].offset);
        if (!read_integer(root, numbers[i].key, out))
            return false;
    }
    facts->config = arena_copy(model->arena, json_string(json_get(root, STR("config"))));
    return read_times(facts, root) && read_departments(model, json_get(root, STR("departments"))) &&
           read_margins(facts, json_get(root, STR("margins")));
}

static bool read_header(struct routing_model *model, struct str line, struct error *err)
{
    static const struct json_limits limits = { HEADER_MAX, 1 << 14, 8 };
    struct error why;
    char fingerprint[13];
    size_t at = 0;
    const cJSON *root = json_parse(line, &limits, model->arena, NULL, &at, &why);
    features_fingerprint(model->fold, fingerprint);
    if (root && !str_is(json_string(json_get(root, STR("features"))), fingerprint))
        return error_set(err, "the model was learned from other features than this program knows; "
                              "learn it again");
    if (!root || !read_facts(model, root))
        return error_set(err, "the model's second line does not describe a model");
    return true;
}

static void read_bytes(struct routing_model *model, struct str bytes)
{
    size_t count = model->facts.department_count;
    model->stride = (count + MODEL_LANES - 1) / MODEL_LANES * MODEL_LANES;
    model->rarity = (uint8_t *)mem_copy(bytes.data, LEARN_BUCKETS);
    model->weights = mem_array(LEARN_BUCKETS * model->stride, 1);
    for (size_t i = 0; i < LEARN_BUCKETS; i++)
        memcpy(model->weights + i * model->stride, bytes.data + LEARN_BUCKETS + i * count, count);
}

static bool read_all(struct routing_model *model, struct str bytes, struct error *err)
{
    struct str rest = bytes, first, second;
    char checksum[CHECKSUM_SIZE];
    if (!take_line(&rest, 128, &first))
        return error_set(err, "this is no routing model; `ombudctl learn` makes one");
    if (!read_first_line(first, model->checksum, err))
        return false;
    hash128_hex(&rest, 1, checksum);
    if (memcmp(checksum, model->checksum, CHECKSUM_SIZE) != 0)
        return error_set(err, "the model is cut off or damaged: its checksum does not fit");
    if (!take_line(&rest, HEADER_MAX, &second))
        return error_set(err, "the model's second line does not describe a model");
    if (!read_header(model, second, err))
        return false;
    if (rest.size != LEARN_BUCKETS * (1 + model->facts.department_count))
        return error_set(err, "the model has %zu bytes of weights, not %zu", rest.size,
                         LEARN_BUCKETS * (1 + model->facts.department_count));
    read_bytes(model, rest);
    return true;
}

struct routing_model *model_read(struct str bytes, const struct fold *fold, struct error *err)
{
    struct routing_model *model = mem_alloc(sizeof(*model));
    model->arena = arena_new(8 * 1024);
    model->fold = fold;
    if (read_all(model, bytes, err))
        return model;
    model_free(model);
    return NULL;
}
