/* Texts of a record that nothing reads, and how the event and people are told of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "config/config.h"
#include "decode/event.h"
#include "format/format.h"
#include "yaml/yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int set_up(void **state)
{
    json_init();
    *state = arena_new(64 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    arena_free(*state);
    return 0;
}

/* What `format` (beside type) makes of `value`, as --mapping has it. */
static struct mapped trace(const char *format, struct str value, struct arena *arena)
{
    struct error err;
    struct refusal refusal;
    struct mapped mapped;
    struct str text = arena_printf(arena, "type: { value: updated }\n%s\n", format);
    const struct yaml *root = yaml_parse(STR("f.yaml"), text, arena, &err);
    const struct format *mapping = root ? format_read(root, STR_NONE, arena, &err) : NULL;
    const struct config_source source = { .mapping = mapping };
    const struct record record = { .value = value };

    if (!mapping)
        fail_msg("%s", err.text);
    assert_true(event_trace(&record, &source, 65536, arena, &mapped, &refusal));
    format_free(mapping);
    return mapped;
}

/* Two words are listed, five are warned of. */
static void test_what_words_are(void **state)
{
    enum told { NOT_AT_ALL, LISTED, WARNED };
    static const struct {
        const char *text;
        enum told told;
    } cases[] = {
        { "", NOT_AT_ALL },
        { "open", NOT_AT_ALL },
        { "In Progress", LISTED },
        { "the house smells of", LISTED },
        { "the house smells of gas", WARNED },
        { "the house\\nsmells,\\tof: gas", WARNED },
        { "2026-11-21 17:00:00 +08:00 12 13", NOT_AT_ALL },
        { "https://shop.example/t/1?token=aGVsbG8gd29ybGQ", NOT_AT_ALL },
        { "Mozilla/5.0 (X11; Linux x86_64; rv:140.0)", NOT_AT_ALL },
        { "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\\nu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0",
          NOT_AT_ALL },
        { "дом пахнет", LISTED },
        { "дом очень сильно пахнет газом", WARNED },
        { "待办", NOT_AT_ALL },
        { "待受理", LISTED },
        { "手机在充电时", LISTED },
        { "手机在充电时炸了", WARNED },
        { "ガスの匂いがします", WARNED },
        { "집에서 가스 냄새가 나요", WARNED },
        { "my 手机 exploded", LISTED },
        { "。，！？ 、。", NOT_AT_ALL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str value = arena_printf(*state, "{\"id\":1,\"c\":\"%s\"}", cases[i].text);
        struct mapped mapped = trace("fields: { ticket: /id }", value, *state);
        enum told told = mapped.unread_count == 0       ? NOT_AT_ALL
                         : mapped.unread[0].long_enough ? WARNED
                                                        : LISTED;
        if (told != cases[i].told)
            fail_msg("%s: %d", cases[i].text, told);
    }
}

struct unread_case {
    const char *name;
    const char *keys; /* of the format beside `type` and `ticket` */
    const char *value, *warning;
};

static struct str decode(const char *text, const char *value, struct arena *arena)
{
    struct error err;
    struct refusal refusal = { .reason = STR_NONE };
    struct event event;
    struct config_source source = { .topic = STR("t") };
    struct record record = { .topic = STR("t"),
                             .timestamp = INT64_C(1795251600000),
                             .value = str_from(value) };

    if (text) {
        const struct yaml *root = yaml_parse(STR("f.yaml"), str_from(text), arena, &err);
        source.mapping = root ? format_read(root, STR_NONE, arena, &err) : NULL;
        if (!source.mapping)
            fail_msg("%s", err.text);
    }
    bool decoded = event_decode(&record, &source, 65536, arena, &event, &refusal);
    format_free(source.mapping);
    if (!decoded)
        return refusal.reason;
    assert_true(event.warning_count <= 1);
    return event.warning_count ? event.warnings[0] : STR("");
}

#define CRY "\"the kettle burns and nobody comes\""

static void test_the_event_warns_of_words_that_no_rule_reads(void **state)
{
    static const struct unread_case cases[] = {
        { "a text that nobody reads", "fields: { ticket: /id }",
          "{\"id\":1,\"c\":{\"note\":" CRY "}}", "/c/note: words that nothing reads" },
        { "a short text", "fields: { ticket: /id }", "{\"id\":1,\"c\":\"it burns\"}", "" },
        { "read", "fields: { ticket: /id, body: /c }", "{\"id\":1,\"c\":" CRY "}", "" },
        { "an item of a list, and a name with strokes", "fields: { ticket: /id }",
          "{\"id\":1,\"a/b~\":[\"x\"," CRY "]}", "/a~1b~0/1: words that nothing reads" },
        { "several", "fields: { ticket: /id }",
          "{\"id\":1,\"a\":" CRY ",\"b\":" CRY ",\"c\":" CRY ",\"d\":" CRY "}",
          "/a: words that nothing reads (also at /b, /c and 1 more)" },
        { "two ways to the same words", "fields: { ticket: /id, body: [/text, /html] }",
          "{\"id\":1,\"text\":" CRY ",\"html\":" CRY "}", "" },
        { "a part of a template", "fields: { ticket: /id, body: { template: \"{/a}\\n{/b}\" } }",
          "{\"id\":1,\"a\":" CRY ",\"b\":" CRY "}", "" },
        { "a rule whose condition does not hold",
          "fields: { ticket: /id, body: { from: /c, when: { /e: created } } }",
          "{\"id\":1,\"e\":\"updated\",\"c\":" CRY "}", "/c: words that nothing reads" },
        { "an object where a text is wanted", "fields: { ticket: /id, body: /c }",
          "{\"id\":1,\"c\":{\"text\":" CRY "}}", "/c/text: words that nothing reads" },
        { "a document tree", "fields: { ticket: /id, body: { from: /c, text: rich } }",
          "{\"id\":1,\"c\":{\"content\":[{\"text\":" CRY "}]}}", "" },
        { "beside the root", "root: /payload\nfields: { ticket: /id }",
          "{\"payload\":{\"id\":1},\"note\":" CRY "}", "/note: words that nothing reads" },
        { "below the root", "root: /payload\nfields: { ticket: /id }",
          "{\"payload\":{\"id\":1,\"c\":" CRY "}}", "/payload/c: words that nothing reads" },
        { "ignored", "ignored: /c\nfields: { ticket: /id }", "{\"id\":1,\"c\":" CRY "}", "" },
        { "what an ignored object holds", "ignored: [/b, /c]\nfields: { ticket: /id }",
          "{\"id\":1,\"c\":[{\"d\":" CRY "}]}", "" },
        { "ignored where a condition holds",
          "ignored: [{ from: /c, when: { /e: deleted } }]\nfields: { ticket: /id }",
          "{\"id\":1,\"e\":\"deleted\",\"c\":" CRY "}", "" },
        { "and not where it does not",
          "ignored: [{ from: /c, when: { /e: deleted } }]\nfields: { ticket: /id }",
          "{\"id\":1,\"e\":\"created\",\"c\":" CRY "}", "/c: words that nothing reads" },
        { "copied fields", "copy: /data\nfields: { ticket: /id }",
          "{\"id\":1,\"data\":{\"body\":" CRY ",\"customer\":{\"tier\":" CRY "}}}", "" },
        { "beside copied fields", "copy: /data\nfields: { ticket: /id }",
          "{\"id\":1,\"data\":{\"text\":" CRY ",\"customer\":{\"note\":" CRY "}}}",
          "/data/text: words that nothing reads (also at /data/customer/note)" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str text = arena_printf(*state, "type: { value: updated }\n%s\n", cases[i].keys);
        struct str told = decode(text.data, cases[i].value, *state);
        if (!str_is(told, cases[i].warning))
            fail_msg("%s: %.*s", cases[i].name, STR_ARG(told));
    }
}

static void test_a_canonical_event_warns_too(void **state)
{
    static const struct {
        const char *value, *warning;
    } cases[] = {
        { "{\"type\":\"opened\",\"ticket\":\"1\",\"body\":" CRY "}", "" },
        { "{\"type\":\"opened\",\"ticket\":\"1\",\"version\":\"1.2\"}", "" },
        { "{\"type\":\"opened\",\"ticket\":\"1\",\"description\":" CRY "}",
          "/description: words that nothing reads" },
        { "{\"type\":\"opened\",\"ticket\":\"1\",\"customer\":{\"note\":" CRY "}}",
          "/customer/note: words that nothing reads" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str told = decode(NULL, cases[i].value, *state);
        if (!str_is(told, cases[i].warning))
            fail_msg("%s: %.*s", cases[i].value, STR_ARG(told));
    }
}

static void test_a_list_in_one_record_is_told_by_its_name(void **state)
{
    static const char event[] = "[{\"id\":1,\"type\":\"opened\",\"ticket\":\"1\"},{\"id\":2}]";
    static const char *const formats[] = {
        NULL,
        "type: [{ is: opened, when: { /id: { exists: true } } }]\nfields: { ticket: /id }\n",
        "type: { value: opened }\nfields: { ticket: /id }\n",
    };
    for (size_t i = 0; i < COUNT(formats); i++) {
        struct str told = decode(formats[i], event, *state);
        if (!str_starts(told, STR("a list of 2 in one record; ")))
            fail_msg("%zu: %.*s", i, STR_ARG(told));
    }
    /* A format may know what to do with a list. */
    assert_true(
        str_is(decode("type: { value: opened }\nfields: { ticket: /0/id }\n", event, *state), ""));
}

static void test_the_mapping_lists_them(void **state)
{
    struct buf out = { 0 };
    struct mapped mapped = trace(
        "fields: { ticket: /id, body: /c }",
        STR("{\"id\":1,\"c\":\"that is read\",\"a\":\"In Progress\",\"b\":" CRY ",\"d\":\"x-1\"}"),
        *state);

    mapped_text(&mapped, false, *state, &out);
    const char *list = strstr(buf_text(&out), "texts that nothing reads");
    assert_non_null(list);
    assert_string_equal(list, "texts that nothing reads: 2\n"
                              "  /a                   In Progress\n"
                              "  /b                   the kettle burns and nobody comes"
                              "  (the event warns of it)\n");
    buf_free(&out);
}

static void test_ignored_places_only_have_conditions(void **state)
{
    struct error err;
    struct str text = STR("type: { value: updated }\n"
                          "ignored: [/a, { from: /b, default: x }]\n"
                          "fields: { ticket: /t }\n");
    const struct yaml *root = yaml_parse(STR("f.yaml"), text, *state, &err);

    assert_null(format_read(root, STR_NONE, *state, &err));
    assert_string_equal(err.text, "f.yaml:2:15: expected a JSON pointer, or 'from' and 'when'");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_words_are),
        cmocka_unit_test(test_the_event_warns_of_words_that_no_rule_reads),
        cmocka_unit_test(test_a_canonical_event_warns_too),
        cmocka_unit_test(test_a_list_in_one_record_is_told_by_its_name),
        cmocka_unit_test(test_the_mapping_lists_them),
        cmocka_unit_test(test_ignored_places_only_have_conditions),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
