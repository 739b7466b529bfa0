/* Any bytes as a mapping file: an error with a place, or a format that can be applied. */
#include <string.h>

#include "config/config.h"
#include "yaml/yaml.h"
#include "decode/event.h"
#include "format/format.h"
#include "fuzz.h"

static const char value[] =
    "{\"type\":\"opened\",\"ticket\":\"T-1\",\"id\":7,\"a\":[{\"k\":1,\"v\":\"x:y\"}],"
    "\"b\":{\"c\":\"<p>x &amp; y</p>\"},\"t\":1795248000123,\"l\":\"2026-11-21 16:00:00\","
    "\"d\":{\"content\":[{\"text\":\"x\"}]},\"s\":\"a b c\",\"n\":null,\"f\":true}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(4096);
    struct error err = { "" };
    struct event event;
    struct refusal refusal;

    json_init();
    const struct yaml *root =
        yaml_parse(STR("f.yaml"), (struct str){ (const char *)data, size }, arena, &err);
    const struct format *format = root ? format_read(root, STR_NONE, arena, &err) : NULL;
    if (format) {
        const struct config_source source = { .mapping = format };
        const struct header header = { STR("h"), STR("x") };
        struct record record = { .topic = STR("t"),
                                 .timestamp = 1795251600000,
                                 .key = STR("K"),
                                 .value = str_from(value),
                                 .headers = &header,
                                 .header_count = 1 };
        event_decode(&record, &source, 64 * 1024, arena, &event, &refusal);
        format_free(format);
    } else {
        FUZZ_CHECK(strncmp(err.text, "f.yaml:", 7) == 0);
    }
    arena_free(arena);
    return 0;
}
