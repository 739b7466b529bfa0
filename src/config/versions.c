#include "config/versions.h"

#include "config/outputs.h"
#include "json/json.h"
#include "json/json_writer.h"

/* OUTPUT_COUNT: of another release, or of none. */
static enum output changelog_of(struct str key)
{
    enum output output = 0;
    while (output < OUTPUT_COUNT &&
           !(outputs[output].kind == TOPIC_STATE && str_is(key, outputs[output].key)))
        output++;
    return output;
}

bool versions_put(struct versions *versions, struct str key, struct str value, struct error *err)
{
    static const struct json_limits limits = { .size = 4096, .nodes = 64, .depth = 4 };
    enum output output = changelog_of(key);
    struct error why;
    size_t at = 0;
    int64_t version = 0;
    if (output == OUTPUT_COUNT)
        return true;
    struct arena *arena = arena_new(1024);
    const cJSON *root =
        str_present(value) ? json_parse(value, &limits, arena, NULL, &at, &why) : NULL;
    bool ok = true;
    if (str_present(value) && root == NULL)
        ok = error_set(err, "byte %zu: %s", at, why.text);
    else if (root != NULL && (!json_integer(json_get(root, STR("version")), &version) ||
                              version < 1 || version > INT32_MAX))
        ok = error_set(err, "it lacks \"version\"");
    arena_free(arena);
    if (ok)
        versions->of[output] = (int)version;
    return ok;
}

struct str versions_encode(int version, struct str by, time_ms now, struct arena *arena)
{
    struct buf out = { 0 };
    struct json_writer writer = json_writer_to(&out), *json = &writer;
    json_open_object(json);
    JSON_INT(json, "version", version);
    JSON_STR(json, "by", by);
    JSON_KEY(json, "at");
    json_put_time(json, now);
    json_close_object(json);
    struct str value = arena_copy(arena, buf_str(&out));
    buf_free(&out);
    return value;
}
