#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "decode/event_guide.h"
#include "decode/event_reference.h"
#include "format/event_fields.h"
#include "json/json.h"
#include "json/json_check.h"
#include "track/lifecycle.h"

#define NOW ((time_ms)1795251600000)

static bool names(const char *fields, struct str name)
{
    for (const char *at = fields; at && *at; at += strcspn(at, " |"), at += *at != '\0') {
        if (str_equal((struct str){ at, strcspn(at, " |") }, name))
            return true;
    }
    return false;
}

static bool is_named(const struct event_guide *guide, struct str field)
{
    return names(guide->needs, field) || names(guide->uses, field);
}

static void test_every_sample_is_a_valid_event_of_its_type(void **state)
{
    (void)state;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        const struct event_guide *guide = event_guide((enum event_type)type);
        struct arena *arena = arena_new(4096);
        struct warnings warnings = { .arena = arena };
        struct buf text = { 0 };
        struct event event;
        struct refusal refusal;
        struct error err;
        bool replaced;
        size_t at;
        assert_int_equal(event_sample((enum event_type)type, STR("T-1"), NOW, &text), !guide->ours);
        if (!guide->ours) {
            const cJSON *root =
                json_parse(buf_str(&text), &json_event_limits, arena, &replaced, &at, &err);
            assert_non_null(root);
            assert_true(event_read(root, &warnings, &event, &refusal));
            assert_int_equal(warnings.count, 0);
            assert_int_equal(event.unknown_fields, 0);
            assert_int_equal(event.type, type);
            assert_true(str_is(event.ticket, "T-1"));
            assert_int_equal(event.time, NOW);
            for (const cJSON *item = root->child; item; item = item->next) {
                struct str name = json_name(item);
                if (!str_is(name, "type") && !str_is(name, "ticket") && !str_is(name, "id") &&
                    !str_is(name, "time") && !is_named(guide, name))
                    fail_msg("the sample of '%s' has '%s', which its row does not name",
                             event_type_name((enum event_type)type), name.data);
            }
        }
        buf_free(&text);
        arena_free(arena);
    }
}

static void check_known(enum event_type type, const char *fields)
{
    for (const char *at = fields; at && *at; at += strcspn(at, " |"), at += *at != '\0') {
        size_t size = strcspn(at, " |");
        bool known = false;
        for (size_t i = 0; i < event_field_count; i++)
            known |= str_equal(event_fields[i].name, (struct str){ at, size });
        if (!known)
            fail_msg("'%s' names the field '%.*s', which there is not", event_type_name(type),
                     (int)size, at);
    }
}

static void test_fields_are_known_and_none_is_without_a_use(void **state)
{
    (void)state;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        const struct event_guide *guide = event_guide((enum event_type)type);
        assert_non_null(guide->effect);
        check_known((enum event_type)type, guide->needs);
        check_known((enum event_type)type, guide->uses);
    }
    for (size_t i = 0; i < event_field_count; i++) {
        struct str name = event_fields[i].name;
        bool used = str_is(name, "id") || str_is(name, "time");
        for (int type = 0; type < EVENT_TYPE_COUNT; type++)
            used |= is_named(event_guide((enum event_type)type), name);
        assert_non_null(event_fields[i].help);
        if (!used)
            fail_msg("no type uses the field '%s'", name.data);
    }
}

static void test_what_makes_a_ticket_is_what_the_guide_says(void **state)
{
    (void)state;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++)
        assert_int_equal(event_guide((enum event_type)type)->creates,
                         lifecycle_creates((enum event_type)type));
}

static void test_pages_name_every_type_and_field(void **state)
{
    (void)state;
    struct buf page = { 0 }, man = { 0 };
    event_reference_markdown(&page);
    event_reference_man(&man);
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        char heading[64];
        snprintf(heading, sizeof(heading), "### `%s`", event_type_name((enum event_type)type));
        assert_non_null(strstr(buf_text(&page), heading));
    }
    for (size_t i = 0; i < event_field_count; i++)
        assert_non_null(strstr(buf_text(&page), event_fields[i].help));
    for (size_t i = 0; i < customer_field_count; i++)
        assert_non_null(strstr(buf_text(&page), customer_fields[i].help));
    assert_non_null(strstr(buf_text(&man), "*customer\\.tier*"));
    buf_free(&page);
    buf_free(&man);
}

int main(void)
{
    json_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_sample_is_a_valid_event_of_its_type),
        cmocka_unit_test(test_fields_are_known_and_none_is_without_a_use),
        cmocka_unit_test(test_what_makes_a_ticket_is_what_the_guide_says),
        cmocka_unit_test(test_pages_name_every_type_and_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
