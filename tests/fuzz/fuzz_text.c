/* Any text: every hit lies on character boundaries of the original, in order, and quotes it. */
#include <string.h>

#include "fuzz.h"
#include "text/lexicon.h"

static struct lexicon *lexicon;
static struct lexicon_scratch *scratch;

static void build(void)
{
    static const struct lexicon_phrase phrases[] = {
        { STR("着火"), false, STR("safety"), STR("zh"), STR("zh/safety:1"), 40, 80 },
        { STR("投诉"), false, STR("anger"), STR("zh"), STR("zh/anger:1"), 10, 0 },
        { STR("on fire"), false, STR("safety"), STR("en"), STR("en/safety:1"), 40, 80 },
        { STR("fire"), false, STR("safety"), STR("en"), STR("en/safety:2"), 20, 0 },
        { STR("refund"), false, STR("money"), STR("en"), STR("en/money:1"), 10, 0 },
        { STR("\\d+ ?(days|weeks)"), true, STR("deadline"), STR("en"), STR("en/deadline:1"), 8, 0 },
    };
    static const struct {
        enum modifier kind;
        struct str text, lang;
    } modifiers[] = {
        { MODIFIER_NEGATION, STR("没有"), STR("zh") },
        { MODIFIER_NEGATION, STR("not"), STR("en") },
        { MODIFIER_QUESTION, STR("会不会"), STR("zh") },
        { MODIFIER_QUESTION, STR("could"), STR("en") },
        { MODIFIER_INTENSIFIER, STR("very"), STR("en") },
        { MODIFIER_CONTRAST, STR("but"), STR("en") },
    };
    struct lexicon_builder *builder = lexicon_builder_new();
    struct error err;

    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
        FUZZ_CHECK(lexicon_add(builder, &phrases[i], &err));
    for (size_t i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++)
        lexicon_add_modifier(builder, modifiers[i].kind, modifiers[i].text, modifiers[i].lang);
    lexicon_add_except(builder, STR("safety"), STR("fire station"), STR("en"));
    lexicon = lexicon_build(builder, &err);
    lexicon_builder_free(builder);
    FUZZ_CHECK(lexicon);
    scratch = lexicon_scratch_new(lexicon);
}

static bool boundary(struct str text, size_t at)
{
    return at == text.size || ((unsigned char)text.data[at] & 0xC0) != 0x80;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str body = { (const char *)data, size };
    struct str subject = utf8_valid(body, NULL) ? utf8_prefix(body, 40) : STR_NONE;
    size_t count = 0;

    if (!lexicon)
        build();
    if (!str_present(subject))
        return 0;
    struct arena *arena = arena_new(4096);
    const struct hit *hits = lexicon_scan(lexicon, scratch, subject, body, arena, &count);
    for (size_t i = 0; i < count; i++) {
        struct str field = hits[i].field == HIT_SUBJECT ? subject : body;
        FUZZ_CHECK(hits[i].from < hits[i].to && hits[i].to <= field.size);
        FUZZ_CHECK(boundary(field, hits[i].from) && boundary(field, hits[i].to));
        FUZZ_CHECK(hits[i].text.data == field.data + hits[i].from);
        FUZZ_CHECK(hits[i].text.size == hits[i].to - hits[i].from);
        if (i > 0 && hits[i].field == hits[i - 1].field)
            FUZZ_CHECK(hits[i].from >= hits[i - 1].from);
        FUZZ_CHECK(i == 0 || hits[i].field >= hits[i - 1].field);
    }
    arena_free(arena);
    return 0;
}
