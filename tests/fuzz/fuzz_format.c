/* Any bytes as the value of a record of each shipped format: the first byte chooses which. */
#include <string.h>

#include "config/config.h"
#include "yaml/yaml.h"
#include "decode/event.h"
#include "format/format.h"
#include "fuzz.h"

static const char *const names[] = { "cloudevents", "zendesk",  "servicenow",
                                     "jira",        "debezium", "ombud" };

enum { FORMATS = sizeof(names) / sizeof(names[0]), FILE_MAX = 64 * 1024 };

/* Read once; they live as long as the process. */
static const struct format *formats[FORMATS];
static struct arena *formats_arena;

static void read_formats(void)
{
    struct arena *arena = formats_arena = arena_new(FILE_MAX);

    for (size_t i = 0; i < FORMATS; i++) {
        char path[512];
        struct error err;
        snprintf(path, sizeof(path), SOURCE_DIR "/conf/formats/%s.yaml", names[i]);
        FILE *file = fopen(path, "rb");
        FUZZ_CHECK(file);
        char *text = arena_alloc(arena, FILE_MAX);
        size_t size = fread(text, 1, FILE_MAX, file);
        fclose(file);
        const struct yaml *root =
            yaml_parse(str_from(names[i]), (struct str){ text, size }, arena, &err);
        formats[i] = root ? format_read(root, STR("Europe/Berlin"), arena, &err) : NULL;
        FUZZ_CHECK(formats[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct header headers[] = { { STR("ce_type"), STR("a.b.opened") },
                                             { STR("ce_source"), STR("/s") } };
    struct arena *arena;
    struct event event;
    struct refusal refusal = { .reason = STR_NONE };

    json_init();
    if (!formats[0])
        read_formats();
    if (size == 0)
        return 0;
    arena = arena_new(4096);
    const struct config_source source = { .mapping = formats[data[0] % FORMATS] };
    struct record record = { .topic = STR("t"),
                             .timestamp = 1795251600000,
                             .value = { (const char *)data + 1, size - 1 },
                             .headers = headers,
                             .header_count = data[0] & 8 ? 2 : 0 };
    if (event_decode(&record, &source, 64 * 1024, arena, &event, &refusal)) {
        struct str key = event_key(&event);
        FUZZ_CHECK(key.size >= 1 && key.size <= 128);
        FUZZ_CHECK(event.id.size >= 1 && event.id.size <= 128);
        FUZZ_CHECK(event.time >= 0);
        FUZZ_CHECK(utf8_valid(event.subject, NULL) && utf8_valid(event.body, NULL));
        for (size_t i = 0; i < event.warning_count; i++)
            FUZZ_CHECK(utf8_valid(event.warnings[i], NULL));
    } else {
        FUZZ_CHECK(refusal.reason.size > 0 && str_present(refusal.at));
    }
    arena_free(arena);
    return 0;
}
