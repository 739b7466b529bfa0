#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "config/format_files.h"
#include "ctl/format_case.h"
#include "host/config_file.h"
#include "host/files.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { BLOCK = 64 * 1024, EVENT_MAX = 512 * 1024 };

static int set_up(void **state)
{
    json_init();
    *state = arena_new(BLOCK);
    return 0;
}

static int tear_down(void **state)
{
    arena_free(*state);
    return 0;
}

/* What is offered as `expected` must be what passes. */
static bool passes_as_offered(const struct format_result *result, struct arena *arena)
{
    struct buf json = { 0 }, differences = { 0 };
    struct error err;
    size_t at = 0;
    format_result_json(result, 0, arena, &json);
    const cJSON *offered = json_parse(buf_str(&json), &json_event_limits, arena, NULL, &at, &err);
    bool same = offered && format_result_is(result, offered, arena, &differences);
    if (!same)
        print_error("%s\n%s", buf_text(&json), buf_text(&differences));
    buf_free(&json);
    buf_free(&differences);
    return same;
}

static bool run_case(const struct format_files *files, struct str path, struct arena *arena)
{
    struct error err;
    struct format_case one;
    struct str text;
    struct buf differences = { 0 };

    if (!file_read(path, EVENT_MAX, arena, &text, &err) ||
        !format_case_read(path, text, arena, &one, &err))
        fail_msg("%s", err.text);
    /* Also of canonical events, though their sources read no file: formats begin as copies of it.
     */
    const struct format_file *file = format_files_find(files, one.format, &err);
    const struct format *format =
        file && file->root ? format_read(file->root, one.zone, arena, &err) : NULL;
    if (!format)
        fail_msg("%.*s: %s", STR_ARG(path), err.text);
    assert_non_null(one.expected);
    struct format_result result = format_case_run(&one, format, EVENT_MAX, arena);
    bool same = format_result_is(&result, one.expected, arena, &differences);
    if (!same)
        print_error("%.*s\n%s", STR_ARG(path), buf_text(&differences));
    if (!result.refused)
        assert_int_equal(result.event.unknown_fields, 0);
    same &= passes_as_offered(&result, arena);
    buf_free(&differences);
    format_free(format);
    return same;
}

static void test_the_shipped_formats_do_what_their_cases_say(void **state)
{
    struct format_files files = { .arena = arena_new(BLOCK) };
    struct arena *names = arena_new(BLOCK);
    struct error err;
    size_t count = 0;
    int failed = 0;
    const struct str *cases =
        files_list(STR(SOURCE_DIR "/tests/cases/formats"), ".json", names, &count, &err);

    assert_true(
        format_files_read(&files, STR(SOURCE_DIR "/conf/formats"), config_read_file, NULL, &err));
    for (size_t i = 0; i < count; i++) {
        failed += !run_case(&files, cases[i], *state);
        arena_reset(*state);
    }
    assert_int_equal(failed, 0);
    assert_true(count >= 100);
    format_files_free(&files);
    arena_free(files.arena);
    arena_free(names);
}

static const char shop[] = "root: /payload\n"
                           "type: [{ is: opened, when: { /event: new } }]\n"
                           "fields:\n"
                           "  ticket: /id\n"
                           "  subject: [/title, /summary]\n"
                           "  body: { from: /text, when: { /event: new } }\n"
                           "  lang: { from: /lang, when: { /event: old } }\n"
                           "  tags: { from: /labels, split: \" \" }\n"
                           "  priority: { from: /severity, map: { high: 1, low: 4 } }\n"
                           "  customer.contact: /who\n"
                           "  attributes.till: header:till\n"
                           "source: { from: /shop }\n";

#define RECORD                                                                                      \
    "{\"format\":\"shop\",\"record\":{\"headers\":{\"till\":\"3\"},\"value\":{\"payload\":{"        \
    "\"event\":\"new\",\"id\":7,\"summary\":\"着火了\",\"labels\":\"a b\",\"severity\":\"odd\"," \
    "\"who\":\"mia\",\"shop\":\"north\","                                                           \
    "\"text\":\"A long letter about a kettle that began to smoke in the night\"}}},\"expected\":"
#define RIGHT_EVENT                                                                                \
    "\"event\":{\"ticket\":\"7\",\"type\":\"opened\",\"subject\":\"着火了\",\"body\":\"A long " \
    "letter about a kettle that began to smoke in the night\",\"tags\":[\"a\",\"b\"],"             \
    "\"customer\":{\"contact\":\"mia\"},\"attributes\":{\"till\":\"3\"}}"
#define WARNED ",\"warnings\":[\"/priority: the format does not know the value 'odd'; left out\"]"

static void test_differences_are_told_field_by_field(void **state)
{
    static const struct {
        const char *name, *expected, *told;
    } cases[] = {
        { "all as expected, in another order",
          "{\"missing\":[\"priority\"],\"source\":\"north\"," RIGHT_EVENT WARNED "}", "" },
        { "missing need not be said", "{\"source\":\"north\"," RIGHT_EVENT WARNED "}", "" },
        { "beside the event",
          "{\"initial\":true,\"missing\":[\"tags\",\"priority\"]," RIGHT_EVENT "}",
          "  source\n    expected: nothing\n    got:      \"north\"\n"
          "  initial\n    expected: true\n    got:      false\n"
          "  missing\n    expected: [\"priority\", \"tags\"]\n    got:      [\"priority\"]\n"
          "  warnings\n    expected: []\n"
          "    got:      [\"/priority: the format does not know the value 'odd'; left out\"]\n" },
        { "fields",
          "{\"event\":{\"type\":\"message\",\"ticket\":7,\"id\":\"x\",\"priority\":1,"
          "\"lang\":\"en\",\"tags\":[\"b\",\"a\"],\"customer\":{\"account\":\"A\"},"
          "\"body\":\"A long letter about a kettle that began to burn\"},"
          "\"source\":\"north\"" WARNED "}",
          "  event.type\n    expected: \"message\"\n    got:      \"opened\"\n"
          "  event.ticket\n    expected: 7\n    got:      \"7\"  <- /id\n"
          "  event.id\n    expected: \"x\"\n    got:      nothing  (the format has no such field)\n"
          "  event.priority\n    expected: 1\n    got:      nothing  (not found)\n"
          "  event.lang\n    expected: \"en\"\n    got:      nothing  (not asked for)\n"
          "  event.tags\n    expected: [\"b\", \"a\"]\n    got:      [\"a\", \"b\"]  <- /labels\n"
          "  event.customer.account\n    expected: \"A\"\n"
          "    got:      nothing  (the format has no such field)\n"
          "  event.customer.contact\n    expected: nothing\n    got:      \"mia\"  <- /who\n"
          "  event.body\n    expected: \"A long letter about a kettle that began to burn\"\n"
          "    got:      \"A long letter about a kettle that began to smoke in the night\"  <- "
          "/text\n"
          "    they part behind \" a kettle that began to \"\n"
          "  event.subject\n    expected: nothing\n    got:      \"着火了\"  <- /summary\n"
          "  event.attributes.till\n    expected: nothing\n"
          "    got:      \"3\"  <- header:till\n" },
        { "an event that was to be skipped", "{\"skipped\":true}",
          "  outcome\n    expected: skipped\n"
          "    got:      {\"type\": \"opened\", \"ticket\": \"7\", \"subject\": \"着火了\", "
          "\"body\": \"A long letter about a kettle that began to smoke in the night\", "
          "\"tags\": [\"a\", \"b\"], \"customer\": {\"contact\": \"mia\"}, "
          "\"attributes\": {\"till\": \"3\"}}\n" },
        { "a refusal that does not come", "{\"refusal\":{\"at\":\"/type\",\"reason\":\"no\"}}",
          "  outcome\n    expected: refused at /type: no\n"
          "    got:      {\"type\": \"opened\", \"ticket\": \"7\", \"subject\": \"着火了\", "
          "\"body\": \"A long letter about a kettle that began to smoke in the night\", "
          "\"tags\": [\"a\", \"b\"], \"customer\": {\"contact\": \"mia\"}, "
          "\"attributes\": {\"till\": \"3\"}}\n" },
    };
    struct error err;
    const struct yaml *root = yaml_parse(STR("shop.yaml"), str_from(shop), *state, &err);
    const struct format *format = root ? format_read(root, STR_NONE, *state, &err) : NULL;
    if (!format)
        fail_msg("%s", err.text);

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf told = { 0 };
        struct format_case one;
        struct str text = arena_printf(*state, RECORD "%s}", cases[i].expected);
        if (!format_case_read(STR("c.json"), text, *state, &one, &err))
            fail_msg("%s: %s", cases[i].name, err.text);
        struct format_result result = format_case_run(&one, format, EVENT_MAX, *state);
        bool same = format_result_is(&result, one.expected, *state, &told);
        if (strcmp(buf_text(&told), cases[i].told) != 0)
            fail_msg("%s: told\n%s", cases[i].name, buf_text(&told));
        assert_true(same == (cases[i].told[0] == '\0'));
        assert_true(passes_as_offered(&result, *state));
        buf_free(&told);
    }
    format_free(format);
}

static void test_a_refusal_is_told_too(void **state)
{
    static const char text[] =
        "{\"format\":\"ombud\",\"record\":{\"value_base64\":\"eyJ0eXBlIjoib3BlbmVkIn0=\"},"
        "\"expected\":{\"refusal\":{\"reason\":\"no\"}}}";
    struct buf told = { 0 }, offered = { 0 };
    struct format_case one;
    struct error err;

    assert_true(format_case_read(STR("c.json"), str_from(text), *state, &one, &err));
    struct format_result result = format_case_run(&one, NULL, EVENT_MAX, *state);
    assert_false(format_result_is(&result, one.expected, *state, &told));
    assert_string_equal(buf_text(&told), "  refusal.at\n    expected: nothing\n"
                                         "    got:      \"/ticket\"\n"
                                         "  refusal.reason\n    expected: \"no\"\n"
                                         "    got:      \"the event has no ticket\"\n");
    format_result_json(&result, 2, *state, &offered);
    assert_string_equal(buf_text(&offered), "{\n    \"refusal\": {\n      \"at\": \"/ticket\",\n"
                                            "      \"reason\": \"the event has no ticket\"\n"
                                            "    }\n  }");
    buf_free(&told);
    buf_free(&offered);
}

/* A byte order mark is skipped by whoever decodes, so also by whoever asks what was found. */
static void test_what_is_found_behind_a_byte_order_mark(void **state)
{
    static const char text[] = "{\"format\":\"ombud\",\"record\":{\"value_base64\":"
                               "\"77u/eyJ0eXBlIjoib3BlbmVkIiwidGlja2V0IjoiVC0xIn0=\"},"
                               "\"expected\":{\"event\":{\"type\":\"opened\",\"ticket\":\"T-1\"}}}";
    struct buf told = { 0 };
    struct format_case one;
    struct error err;

    assert_true(format_case_read(STR("c.json"), str_from(text), *state, &one, &err));
    struct format_result result = format_case_run(&one, NULL, EVENT_MAX, *state);
    assert_false(result.refused);
    assert_true(format_result_is(&result, one.expected, *state, &told));
    assert_int_equal(told.size, 0);
    buf_free(&told);
}

static void test_a_wrong_case_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        { "{\n  \"format\": \"é\" x }", "c.json:2:17: expected ',' or '}'" },
        { "[]", "c.json: a case is an object" },
        { "{}", "c.json: a case needs 'record'" },
        { "{\"record\":{}}", "c.json: a case needs 'format'" },
        { "{\"recrod\":{}}", "c.json: /recrod: unknown key (did you mean 'record'?)" },
        { "{\"format\":7}", "c.json: /format: expected a text" },
        { "{\"format\":\"f\",\"record\":{},\"zone\":\"Asia/Shanghia\"}",
          "c.json: /zone: 'Asia/Shanghia' is no time zone (write one like Asia/Shanghai)" },
        { "{\"format\":\"f\",\"record\":{\"vlaue\":{}}}",
          "c.json: /record/vlaue: unknown key (did you mean 'value'?)" },
        { "{\"format\":\"f\",\"record\":{\"headers\":\"x\"}}",
          "c.json: /record/headers: expected an object" },
        { "{\"format\":\"f\",\"record\":{\"headers\":{\"a\":1}}}",
          "c.json: /record/headers: a header is a name with a string, null or {\"base64\": ...}" },
        { "{\"format\":\"f\",\"record\":{\"timestamp\":\"now\"}}",
          "c.json: /record/timestamp: expected milliseconds since 1970" },
        { "{\"format\":\"f\",\"record\":{\"value_base64\":\"?\"}}",
          "c.json: /record/value_base64 is not base64" },
        { "{\"format\":\"f\",\"record\":{\"value\":{},\"value_base64\":\"eA==\"}}",
          "c.json: /record: 'value' and 'value_base64' exclude each other" },
        { "{\"format\":\"f\",\"record\":{},\"expected\":{}}",
          "c.json: /expected: an 'event' is expected, a 'refusal' or 'skipped'" },
        { "{\"format\":\"f\",\"record\":{},\"expected\":{\"skipped\":false}}",
          "c.json: /expected/skipped: expected true" },
        { "{\"format\":\"f\",\"record\":{},\"expected\":{\"skipped\":true,\"event\":{}}}",
          "c.json: /expected: with 'skipped' nothing else can be expected" },
        { "{\"format\":\"f\",\"record\":{},\"expected\":{\"evnt\":{}}}",
          "c.json: /expected/evnt: unknown key (did you mean 'event'?)" },
        { "{\"format\":\"f\",\"record\":{},\"expected\":{\"event\":{},\"initial\":\"true\"}}",
          "c.json: /expected/initial: expected true or false" },
        { "{\"format\":\"f\",\"record\":{},\"expected\":{\"event\":{},\"missing\":\"id\"}}",
          "c.json: /expected/missing: expected a list of texts" },
        { "{\"format\":\"f\",\"record\":{},\"expected\":{\"event\":{},\"warnings\":[1]}}",
          "c.json: /expected/warnings: expected a list of texts" },
        { "{\"format\":\"f\",\"record\":{},\"expected\":{\"refusal\":{\"raeson\":\"x\"}}}",
          "c.json: /expected/refusal/raeson: unknown key (did you mean 'reason'?)" },
        { "{\"format\":\"f\",\"record\":{},\"expected\":{\"refusal\":{}}}",
          "c.json: /expected/refusal: 'reason' is missing" },
        { "{\"format\":\"f\",\"record\":{},\"expected\":{\"event\":{},\"refusal\":{}}}",
          "c.json: /expected: with 'refusal' nothing else can be expected" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct format_case one;
        struct error err = { "" };
        bool read = format_case_read(STR("c.json"), str_from(cases[i].text), *state, &one, &err);
        if (read || strcmp(err.text, cases[i].sentence) != 0)
            fail_msg("%s: %s", cases[i].text, err.text);
    }
}

static void test_a_record_is_what_replay_takes(void **state)
{
    static const char text[] =
        "{ \"format\": \"f\", \"record\": { \"topic\": \"t\", \"partition\": 2, \"offset\": 3,"
        " \"timestamp\": 5, \"key_base64\": \"/w==\", \"headers\": [[\"a\", {\"base64\": "
        "\"/w==\"}],"
        " [\"a\", null]],\n \"value\": { \"n\": 12345678901234567890.50,\"record\":1 } } }";
    struct format_case one;
    struct error err;

    if (!format_case_read(STR("c.json"), str_from(text), *state, &one, &err))
        fail_msg("%s", err.text);
    assert_true(str_is(one.record.topic, "t"));
    assert_int_equal(one.record.partition, 2);
    assert_int_equal(one.record.offset, 3);
    assert_int_equal(one.record.timestamp, 5);
    assert_true(str_is(one.record.key, "\xff"));
    assert_int_equal(one.record.header_count, 2);
    assert_true(str_is(one.record.headers[0].value, "\xff"));
    assert_false(str_present(one.record.headers[1].value));
    assert_true(str_is(one.record.value, "{ \"n\": 12345678901234567890.50,\"record\":1 }"));
    assert_null(one.expected);
    /* Bytes of any value, and what is left out. */
    assert_true(format_case_read(
        STR("c.json"), STR("{\"format\":\"f\",\"record\":{\"value\": 5 }}"), *state, &one, &err));
    assert_true(str_is(one.record.value, "5"));
    assert_true(format_case_read(STR("c.json"), STR("{\"format\":\"f\",\"record\":{}}"), *state,
                                 &one, &err));
    assert_false(str_present(one.record.value) || str_present(one.record.key));
    assert_true(one.record.timestamp == INT64_C(1795251600000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_shipped_formats_do_what_their_cases_say),
        cmocka_unit_test(test_differences_are_told_field_by_field),
        cmocka_unit_test(test_a_refusal_is_told_too),
        cmocka_unit_test(test_what_is_found_behind_a_byte_order_mark),
        cmocka_unit_test(test_a_wrong_case_is_refused_with_its_place),
        cmocka_unit_test(test_a_record_is_what_replay_takes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
