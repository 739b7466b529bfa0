/* Any bytes as an iCalendar file: a sentence, or days that are in order and within bounds. */
#include "calendar/ics.h"
#include "fuzz.h"

static void check(const struct ics_event *event)
{
    FUZZ_CHECK(event->first >= 0 && event->first <= event->last);
    FUZZ_CHECK(event->last - event->first <= 366);
    FUZZ_CHECK(event->line >= 1);
    FUZZ_CHECK(event->yearly || event->until == INT64_MAX);
    FUZZ_CHECK(utf8_valid(event->summary, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(1 << 16);
    struct ics ics = { 0 };
    struct error err = { .text = "" };

    if (ics_parse((struct str){ (const char *)data, size }, arena, &ics, &err)) {
        for (size_t i = 0; i < ics.count; i++)
            check(&ics.events[i]);
    } else {
        FUZZ_CHECK(err.text[0] && ics.count == 0);
    }
    arena_free(arena);
    return 0;
}
