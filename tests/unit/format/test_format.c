#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "config/config.h"
#include "yaml/yaml.h"
#include "host/config_file.h"
#include "decode/event.h"
#include "format/format.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CASES SOURCE_DIR "/tests/cases/formats"

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

static const struct format *read_format(struct str name, struct str text, struct str zone,
                                        struct arena *arena, struct error *err)
{
    const struct yaml *root = yaml_parse(name, text, arena, err);

    return root ? format_read(root, zone, arena, err) : NULL;
}

static void test_errors_have_a_place(void **state)
{
    static const struct {
        const char *name, *text, *expected;
    } cases[] = {
        { "a list", "- 1\n", "f.yaml:1:1: expected a map, not a list" },
        { "an unknown key", "type: /t\nfeilds: {}\n",
          "f.yaml:2:1: unknown key 'feilds' (did you mean 'fields'?)" },
        { "no type", "fields: { ticket: /t }\n", "f.yaml:1:1: a format needs 'type'" },
        { "no ticket", "type: /t\nfields: { id: /i }\n",
          "f.yaml:1:1: a format needs the field 'ticket'" },
        { "an unknown field", "type: /t\nfields:\n  ticket: /i\n  titel: /t\n",
          "f.yaml:4:3: an event has no field 'titel'; use attributes.titel for one of your own" },
        { "a misspelt field", "type: /t\nfields:\n  ticket: /i\n  customer.teir: /t\n",
          "f.yaml:4:3: an event has no field 'customer.teir' (did you mean 'customer.tier'?)" },
        { "a path that is none", "type: /t\nfields: { ticket: issue.key }\n",
          "f.yaml:2:19: 'issue.key' is no JSON pointer like /ticket/id (and neither header:NAME "
          "nor "
          "key)" },
        { "an unknown type", "type:\n  - { is: opend }\nfields: { ticket: /t }\n",
          "f.yaml:2:11: expected an event type like opened or message" },
        { "a case without is",
          "type:\n  - { is: opened, when: { /c: d } }\n  - { when: { /a: b } }\n",
          "f.yaml:3:5: a case of 'type' needs 'is'" },
        { "a case behind one that always holds",
          "type:\n  - { is: updated }\n  - { is: opened, when: { /a: b } }\n",
          "f.yaml:3:5: this case is never reached: the one before it always holds" },
        { "a rule behind one that always gives something",
          "type: [{ from: /a, default: updated }, /b]\nfields: { ticket: /t }\n",
          "f.yaml:1:40: this rule is never asked: the one before it always gives something" },
        { "a rule behind a constant",
          "type: /t\nfields:\n  ticket: /i\n  subject: [{ value: x }, /b]\n",
          "f.yaml:4:27: this rule is never asked: the one before it always gives something" },
        { "two ways at once", "type: { from: /a, value: opened }\nfields: { ticket: /t }\n",
          "f.yaml:1:7: a field comes from exactly one of 'from', 'template' and 'value'" },
        { "an open brace", "type: /t\nfields:\n  ticket:\n    template: x{/a\n",
          "f.yaml:4:15: a template has its JSON pointers in braces, as in \"{/a}-{/b}\"" },
        { "an unknown kind of time",
          "type: /t\nfields: { ticket: /t, time: { from: /t, time: unix } }\n",
          "f.yaml:2:47: expected rfc3339, epoch_ms, epoch_s or local" },
        { "an empty separator", "type: { from: /a, before: \"\" }\n",
          "f.yaml:1:27: a separator has at least one character" },
        { "an unknown zone", "zone: Mars/Olympus\ntype: /t\nfields: { ticket: /t }\n",
          "f.yaml:1:7: 'Mars/Olympus' is no time zone (write one like Asia/Shanghai)" },
        { "a condition of another kind", "type:\n  - { is: opened, when: { /a: { is: b } } }\n",
          "f.yaml:2:31: expected a value, a list of values, {exists: true}, {not: VALUE} or "
          "{same: PATH}" },
        { "a path that is none",
          "type: { value: opened }\nfields: { subject: { from: /a, when: { /b: { same: c } } } }",
          "f.yaml:2:52: 'c' is no JSON pointer like /ticket/id (and neither header:NAME nor key)" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = { "" };
        const struct format *format =
            read_format(STR("f.yaml"), str_from(cases[i].text), STR_NONE, *state, &err);
        if (format)
            fail_msg("%s: accepted", cases[i].name);
        if (strcmp(err.text, cases[i].expected) != 0)
            fail_msg("%s: %s", cases[i].name, err.text);
    }
}

struct language_case {
    const char *name, *rule, *value, *expected; /* of the field subject */
};

/* The rule gives the field `subject`; "-": nothing. */
static void test_the_language(void **state)
{
    static const struct language_case cases[] = {
        { "a pointer", "/a", "{\"a\":\"x\"}", "x" },
        { "a number becomes a text", "/a", "{\"a\":90071992547409931}", "90071992547409931" },
        { "null is nothing", "/a", "{\"a\":null}", "-" },
        { "an empty text is nothing", "[/a, /b]", "{\"a\":\"\",\"b\":\"y\"}", "y" },
        { "fallbacks in their order", "{ from: [/a, /b] }", "{\"a\":\"x\",\"b\":\"y\"}", "x" },
        { "escaped names", "/a~1b", "{\"a/b\":\"x\"}", "x" },
        { "an item of an array", "/a/1", "{\"a\":[\"x\",\"y\"]}", "y" },
        { "an item chosen by a member", "\"/a/[k=2]/v\"",
          "{\"a\":[{\"k\":1,\"v\":\"x\"},{\"k\":2,\"v\":\"y\"}]}", "y" },
        { "no item has the member", "\"/a/[k=3]/v\"", "{\"a\":[{\"k\":1,\"v\":\"x\"},7]}", "-" },
        { "a bracket in a name", "\"/[a=b]\"", "{\"[a=b]\":\"x\"}", "x" },
        { "a header", "header:h", "{}", "from a header" },
        { "the key", "key", "{}", "K-1" },
        { "a template", "{ template: \"<{/a}-{/b}>\" }", "{\"a\":1,\"b\":\"x\"}", "<1-x>" },
        { "a template lacks a part", "{ template: \"{/a}-{/b}\" }", "{\"a\":1}", "-" },
        { "a constant", "{ value: web }", "{}", "web" },
        { "before", "{ from: /a, before: \":\" }", "{\"a\":\"x:y:z\"}", "x" },
        { "after", "{ from: /a, after: \":\" }", "{\"a\":\"x:y:z\"}", "y:z" },
        { "after the last", "{ from: /a, after_last: \":\" }", "{\"a\":\"x:y:z\"}", "z" },
        { "between", "{ from: /a, after: \"(\", before: \")\" }", "{\"a\":\"x(y)z\"}", "y" },
        { "no separator", "{ from: /a, after: \":\" }", "{\"a\":\"xyz\"}", "xyz" },
        { "nothing behind the separator", "{ from: /a, after: \":\" }", "{\"a\":\"x:\"}", "-" },
        { "a value map ignores case", "{ from: /a, map: { High: urgent } }", "{\"a\":\"HIGH\"}",
          "urgent" },
        { "a value map with a number", "{ from: /a, map: { 2: urgent } }", "{\"a\":2}", "urgent" },
        { "a default for other values", "{ from: /a, map: { x: y }, default: z }", "{\"a\":\"q\"}",
          "z" },
        { "a default for nothing", "{ from: /a, default: z }", "{}", "z" },
        { "html", "{ from: /a, text: html }", "{\"a\":\"<p>x &amp; y</p>\"}", "x & y" },
        { "rich text", "{ from: /a, text: rich }", "{\"a\":{\"content\":[{\"text\":\"x\"}]}}",
          "x" },
        { "rich text that is plain", "{ from: /a, text: rich }", "{\"a\":\"x\"}", "x" },
        { "a condition that holds", "{ from: /a, when: { /b: [1, 2] } }", "{\"a\":\"x\",\"b\":2}",
          "x" },
        { "a condition that does not", "{ from: /a, when: { /b: [1, 2] } }",
          "{\"a\":\"x\",\"b\":3}", "-" },
        { "not", "{ from: /a, when: { /b: { not: 3 } } }", "{\"a\":\"x\",\"b\":3}", "-" },
        { "not, and nothing is there", "{ from: /a, when: { /b: { not: 3 } } }", "{\"a\":\"x\"}",
          "x" },
        { "there must be something", "{ from: /a, when: { /b: { exists: true } } }",
          "{\"a\":\"x\"}", "-" },
        { "there must be nothing", "{ from: /a, when: { /b: { exists: false } } }", "{\"a\":\"x\"}",
          "x" },
        { "the same in two places", "{ from: /a, when: { /b: { same: /c } } }",
          "{\"a\":\"x\",\"b\":7,\"c\":\"7\"}", "x" },
        { "other things in two places", "{ from: /a, when: { /b: { same: /c } } }",
          "{\"a\":\"x\",\"b\":\"y\",\"c\":\"z\"}", "-" },
        { "nothing in two places", "{ from: /a, when: { /b: { same: /c } } }", "{\"a\":\"x\"}",
          "-" },
        { "two conditions", "{ from: /a, when: { /b: 1, /c: 1 } }", "{\"a\":\"x\",\"b\":1,\"c\":2}",
          "-" },
        { "the first rule that gives something",
          "[{ from: /a, when: { /b: 1 } }, { value: other }]", "{\"a\":\"x\"}", "other" },
    };
    static const struct header headers[] = { { STR("h"), STR("from a header") },
                                             { STR("bad"), STR("\xff") } };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err;
        struct refusal refusal;
        struct event event;
        struct str text = arena_printf(
            *state, "type: { value: opened }\nfields:\n  ticket: { value: T-1 }\n  subject: %s\n",
            cases[i].rule);
        const struct format *format = read_format(STR("f.yaml"), text, STR_NONE, *state, &err);
        if (!format)
            fail_msg("%s: %s", cases[i].name, err.text);
        const struct config_source source = { .mapping = format };
        struct record record = { .topic = STR("t"),
                                 .key = STR("K-1"),
                                 .value = str_from(cases[i].value),
                                 .headers = headers,
                                 .header_count = COUNT(headers) };
        if (!event_decode(&record, &source, 4096, *state, &event, &refusal))
            fail_msg("%s: %.*s", cases[i].name, STR_ARG(refusal.reason));
        struct str subject = str_present(event.subject) ? event.subject : STR("-");
        if (!str_is(subject, cases[i].expected))
            fail_msg("%s: '%.*s'", cases[i].name, STR_ARG(subject));
        format_free(format);
        arena_reset(*state);
    }
}

static void test_people_can_read_what_was_found(void **state)
{
    static const char file[] = "type: [{ is: opened }]\n"
                               "fields:\n"
                               "  ticket: /id\n"
                               "  subject: [/title, /summary]\n"
                               "  body: { from: /text, when: { /kind: new } }\n"
                               "  tags: { from: /labels, split: \" \" }\n"
                               "  lang: { value: en }\n"
                               "  customer.contact: /who\n";
    struct error err;
    struct refusal refusal;
    struct mapped mapped;
    struct buf text = { 0 };
    const struct format *format =
        read_format(STR("f.yaml"), str_from(file), STR_NONE, *state, &err);
    assert_non_null(format);
    struct record record = { .value =
                                 STR("{\"id\":7,\"summary\":\"着火\\n了\",\"labels\":\"a b\"}") };
    const struct config_source source = { .mapping = format };
    assert_true(event_trace(&record, &source, 4096, *state, &mapped, &refusal));
    mapped_text(&mapped, false, *state, &text);
    assert_string_equal(buf_text(&text), "mapping: 6 fields, 1 not found\n"
                                         "  type                 opened\n"
                                         "  ticket               7  <- /id\n"
                                         "  subject              着火 了  <- /summary\n"
                                         "  body                 - not asked for\n"
                                         "  tags                 a, b  <- /labels\n"
                                         "  lang                 en  <- value\n"
                                         "  customer.contact     - not found\n");
    buf_free(&text);
    format_free(format);
}

static void test_times(void **state)
{
    static const struct {
        const char *name, *rule, *zone, *value, *expected;
    } cases[] = {
        { "RFC 3339", "/t", "", "\"2026-11-21T16:00:00+08:00\"", "2026-11-21T08:00:00Z" },
        { "Jira's offset", "/t", "", "\"2026-11-21T16:00:00.5+0800\"", "2026-11-21T08:00:00.500Z" },
        { "milliseconds", "{ from: /t, time: epoch_ms }", "", "1795248000123",
          "2026-11-21T08:00:00.123Z" },
        { "milliseconds as a text", "{ from: /t, time: epoch_ms }", "", "\"1795248000123\"",
          "2026-11-21T08:00:00.123Z" },
        { "seconds", "{ from: /t, time: epoch_s }", "", "1795248000.9", "2026-11-21T08:00:00Z" },
        { "local in UTC", "{ from: /t, time: local }", "", "\"2026-11-21 08:00:00\"",
          "2026-11-21T08:00:00Z" },
        { "local in Shanghai", "{ from: /t, time: local }", "Asia/Shanghai",
          "\"2026-11-21 16:00:00\"", "2026-11-21T08:00:00Z" },
        { "local in Berlin's summer", "{ from: /t, time: local }", "Europe/Berlin",
          "\"2026-07-01T10:00:00.250\"", "2026-07-01T08:00:00.250Z" },
        { "local without seconds", "{ from: /t, time: local }", "Asia/Shanghai",
          "\"2026-11-21 16:00\"", "2026-11-21T08:00:00Z" },
        /* chatwoot issue 12608: created_at in two forms. */
        { "what one rule cannot use the next may", "[{ from: /t, time: epoch_s }, /t]", "",
          "\"2026-11-21T08:00:00Z\"", "2026-11-21T08:00:00Z" },
        { "the other way round", "[/t, { from: /t, time: epoch_s }]", "", "1795248000",
          "2026-11-21T08:00:00Z" },
        { "what cannot be is left to the next rule",
          "[{ from: /t, time: epoch_ms }, { from: /t, time: epoch_s }]", "", "1795248000",
          "2026-11-21T08:00:00Z" },
        { "the next path of one rule", "{ from: [/t/no, /t/yes] }", "",
          "{\"no\":\"soon\",\"yes\":\"2026-11-21T08:00:00Z\"}", "2026-11-21T08:00:00Z" },
        { "local with an offset after all", "{ from: /t, time: local }", "Asia/Shanghai",
          "\"2026-11-21T08:00:00Z\"", "2026-11-21T08:00:00Z" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err;
        struct refusal refusal;
        struct event event;
        char shown[TIME_TEXT_SIZE];
        struct str text = arena_printf(
            *state, "type: { value: opened }\nfields:\n  ticket: { value: T-1 }\n  time: %s\n",
            cases[i].rule);
        const struct format *format =
            read_format(STR("f.yaml"), text, str_from(cases[i].zone), *state, &err);
        if (!format)
            fail_msg("%s: %s", cases[i].name, err.text);
        const struct config_source source = { .mapping = format };
        struct record record = { .topic = STR("t"),
                                 .timestamp = INT64_C(1795251600000),
                                 .value = arena_printf(*state, "{\"t\":%s}", cases[i].value) };
        assert_true(event_decode(&record, &source, 4096, *state, &event, &refusal));
        assert_int_equal(event.warning_count, 0);
        if (!str_is(time_format(event.time, shown), cases[i].expected))
            fail_msg("%s: %s", cases[i].name, shown);
        format_free(format);
        arena_reset(*state);
    }
}

static void test_a_configuration_has_the_format_of_each_source(void **state)
{
    struct config_findings findings;
    struct config *config = config_open(CASES "/sources.yaml", &findings);
    struct event event;
    struct refusal refusal;

    for (size_t i = 0; i < findings.count; i++)
        print_error("%.*s\n", STR_ARG(findings.items[i].text));
    assert_non_null(config);
    assert_null(config->sources[0].mapping);
    for (size_t i = 1; i < config->source_count; i++)
        assert_non_null(config->sources[i].mapping);
    assert_int_equal(strlen(config->format_hash), 32);
    assert_non_null(memmem(config->canonical.data, config->canonical.size, "format_hash", 11));

    /* As it comes back home: by the header, with the zone of the source it entered by. */
    const struct header headers[] = { { STR("ombud-from"), STR("servicenow.events/0/5") },
                                      { STR("ombud-format"), STR("servicenow") } };
    struct record record = { .topic = STR("ombud.events"),
                             .timestamp = INT64_C(1795251600000),
                             .value = STR("{\"number\":\"INC1\",\"opened_at\":"
                                          "\"2026-11-21 16:00:00\"}"),
                             .headers = headers,
                             .header_count = COUNT(headers) };
    assert_true(
        event_decode(&record, event_source(config, &record), 4096, *state, &event, &refusal));
    assert_true(str_is(event.ticket, "INC1"));
    assert_true(event.time == INT64_C(1795248000000));
    config_free(config);
    config_findings_free(&findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_have_a_place),
        cmocka_unit_test(test_the_language),
        cmocka_unit_test(test_people_can_read_what_was_found),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_a_configuration_has_the_format_of_each_source),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
