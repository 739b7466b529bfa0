/* Any text: every hit lies on character boundaries of the original, in order, and quotes it. */
#include <string.h>

#include "fuzz.h"
#include "text/lexicon.h"

static struct lexicon *lexicon;
static struct lexicon_scratch *scratch;

static void build(void)
{
    static const struct lexicon_phrase phrases[] = {
        { LEXICON_PHRASE, STR("着火"), STR("safety"), STR(""), STR("zh"), STR("zh/safety:1"), 40,
          80, false },
        { LEXICON_PHRASE, STR("投诉"), STR("anger"), STR(""), STR("zh"), STR("zh/anger:1"), 10, 0,
          false },
        { LEXICON_PHRASE, STR("on fire"), STR("safety"), STR(""), STR("en"), STR("en/safety:1"), 40,
          80, false },
        { LEXICON_PHRASE, STR("fire"), STR("safety"), STR(""), STR("en"), STR("en/safety:2"), 20, 0,
          false },
        { LEXICON_PHRASE, STR("refund"), STR("money"), STR(""), STR("en"), STR("en/money:1"), 10, 0,
          false },
        { LEXICON_PHRASE, STR("# (day~|weeks)"), STR("deadline"), STR(""), STR("en"),
          STR("en/deadline:1"), 8, 0, false },
        { LEXICON_PHRASE, STR("(电池|phone~) … (着火|burn~|)"), STR("safety"), STR(""), STR("en"),
          STR("en/safety:3"), 40, 80, false },
        { LEXICON_PHRASE, STR("child~ & swallow~ … #3-9"), STR("safety"), STR(""), STR("en"),
          STR("en/safety:4"), 40, 80, false },
        { LEXICON_FIGURE, STR("on fire with"), STR("safety"), STR(""), STR("en"),
          STR("en/safety:5"), 0, 0, false },
        { LEXICON_EXCEPT, STR("fire station"), STR("safety"), STR(""), STR("en"),
          STR("en/safety:6"), 0, 0, false },
    };
    static const struct {
        enum modifier kind;
        struct str text;
    } modifiers[] = {
        { MODIFIER_NEGATION, STR("没有") },          { MODIFIER_NEGATION, STR("not") },
        { MODIFIER_QUESTION, STR("会不会") },        { MODIFIER_QUESTION, STR("could") },
        { MODIFIER_INTENSIFIER, STR("very") },       { MODIFIER_CONTRAST, STR("but") },
        { MODIFIER_QUESTION, STR("if … (had|若)") },
    };
    struct lexicon_builder *builder = lexicon_builder_new();
    struct error err;

    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
        FUZZ_CHECK(lexicon_add(builder, &phrases[i], &err));
    for (size_t i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++)
        FUZZ_CHECK(
            lexicon_add_modifier(builder, modifiers[i].kind, STR("en"), modifiers[i].text, &err));
    lexicon_add_word(builder, STR("火车"));
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
