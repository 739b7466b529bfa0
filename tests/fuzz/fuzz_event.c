/* Any bytes as a record's value: an event that keeps its promises, or a refusal with a reason. */
#include <string.h>

#include "decode/event.h"
#include "json/json.h"
#include "fuzz.h"

static void check_event(const struct event *event)
{
    FUZZ_CHECK(event->type < EVENT_TYPE_COUNT);
    struct str key = event_key(event);
    FUZZ_CHECK(key.size >= 1 && key.size <= 128);
    FUZZ_CHECK(event->id.size >= 1 && event->id.size <= 128);
    FUZZ_CHECK(event->time >= 0 && event->time <= event->timestamp + 5 * TIME_MINUTE);
    FUZZ_CHECK(event->priority >= 0 && event->priority <= 4);
    FUZZ_CHECK(event->rating >= 0 && event->rating <= 5);
    FUZZ_CHECK(event->customer.value >= -1 && event->customer.value <= 100);
    FUZZ_CHECK(event->warning_count <= 16);
    for (size_t i = 0; i < event->warning_count; i++)
        FUZZ_CHECK(event->warnings[i].size > 0 && utf8_valid(event->warnings[i], NULL));
    for (size_t i = 0; i < event->tag_count; i++)
        FUZZ_CHECK(utf8_valid(event->tags[i], NULL));
    for (size_t i = 0; i < event->attribute_count; i++)
        FUZZ_CHECK(utf8_valid(event->attributes[i].text, NULL));
    FUZZ_CHECK(utf8_valid(event->subject, NULL) && utf8_valid(event->body, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(4096);
    struct record record = { .topic = STR("ombud.events"),
                             .timestamp = 1795251600000,
                             .value = { (const char *)data, size } };
    struct refusal refusal = { .reason = STR_NONE };
    struct event event;

    json_init();
    if (event_decode(&record, NULL, 64 * 1024, arena, &event, &refusal)) {
        check_event(&event);
    } else {
        FUZZ_CHECK(refusal.reason.size > 0 && utf8_valid(refusal.reason, NULL));
        FUZZ_CHECK(str_present(refusal.at));
    }
    arena_free(arena);
    return 0;
}
