/* Any bytes: the check ends, blames a byte that is there, and what it accepts the parser can read.
 */
#include <stdint.h>
#include <stdlib.h>

#include "json/json.h"
#include "fuzz.h"

static void visit(const cJSON *item, struct arena *arena, int depth)
{
    FUZZ_CHECK(depth <= JSON_DEPTH_MAX);
    for (; item; item = item->next) {
        struct str text = json_scalar(item, arena);
        FUZZ_CHECK(utf8_valid(text, NULL));
        if (item->string)
            FUZZ_CHECK(utf8_valid(json_name(item), NULL));
        visit(item->child, arena, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = { (const char *)data, size };
    struct arena *arena = arena_new(4096);
    struct json_traits traits;
    struct error err = { "" };
    size_t at = SIZE_MAX;

    json_init();
    bool valid = json_check(text, &json_event_limits, &traits, &at, &err);
    FUZZ_CHECK(valid ? at == size : at <= size);
    FUZZ_CHECK(valid == (err.text[0] == '\0'));
    if (valid)
        FUZZ_CHECK(utf8_valid(text, NULL));
    const cJSON *root = json_parse(text, &json_event_limits, arena, NULL, &at, &err);
    FUZZ_CHECK(valid == (root != NULL));
    visit(root, arena, 0);
    arena_free(arena);
    return 0;
}
