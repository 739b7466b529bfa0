/* Any bytes as a matcher: an error with a column, or a matcher whose two ways to answer agree. */
#include <string.h>

#include "fuzz.h"
#include "match/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct str tags[] = { STR("heater"), STR("vip") };
    static const struct str signals[] = { STR("text.safety"), STR("customer.tier") };
    static const struct attribute attributes[] = {
        { STR("region"), ATTRIBUTE_STRING, STR("north"), 0 },
        { STR("order"), ATTRIBUTE_NUMBER, STR("12.5"), 12.5 },
    };
    static const struct event event = { .ticket = STR("T-1"),
                                        .subject = STR("It smokes 着火"),
                                        .body = STR("Refund refund refunded aaaaaaaaaaaaaaaaaaaab"),
                                        .category = STR("billing"),
                                        .priority = 2,
                                        .tags = tags,
                                        .tag_count = 2,
                                        .attributes = attributes,
                                        .attribute_count = 2,
                                        .customer = { .tier = STR("gold"), .value = 72 } };
    struct match_scratch *scratch = match_scratch_new();
    const struct facts facts = { .scratch = scratch,
                                 .event = &event,
                                 .signals = signals,
                                 .signal_count = 2,
                                 .score = 64,
                                 .band = 1,
                                 .category = event.category };
    struct str text = { (const char *)data, size };
    struct arena *arena = arena_new(4096);
    struct error err = { "" };

    struct matcher *matcher =
        utf8_valid(text, NULL) && size < 1000 ? matcher_parse(text, arena, NULL, NULL, &err) : NULL;
    if (matcher) {
        struct near_miss miss = { STR_NONE, 0, 0 };
        bool matches = matcher_matches(matcher, &facts);
        FUZZ_CHECK(matcher_explain(matcher, &facts, &miss) == matches);
        FUZZ_CHECK(matches == !str_present(miss.failed));
        FUZZ_CHECK(miss.held <= miss.total);
        const struct matcher *premise = matcher;
        matcher_implies(&premise, 1, matcher);
    } else if (size < 1000 && utf8_valid(text, NULL)) {
        FUZZ_CHECK(err.text[0] != '\0');
    }
    matcher_close(matcher);
    match_scratch_free(scratch);
    arena_free(arena);
    return 0;
}
