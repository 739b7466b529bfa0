#include "host/config_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "calendar/calendar_text.h"

struct file {
    const char *path, *text;
};

static bool read_memory(void *arg, struct str path, struct arena *arena,
                        bool (*each)(void *each_arg, struct str path, struct str text,
                                     struct error *err),
                        void *each_arg, struct error *err)
{
    (void)arena;
    for (const struct file *file = arg; file->path; file++) {
        if (str_is(path, file->path))
            return each(each_arg, path, str_from(file->text), err);
    }
    return error_set(err, "cannot open '%.*s'", STR_ARG(path));
}

#define SMALL                                                                                      \
    "zone: Europe/Berlin\n"                                                                        \
    "route: { department: service }\n"

#define CN                                                                                         \
    "zone: Asia/Shanghai\n"                                                                        \
    "hours: { mon..fri: 09:00-18:00 }\n"                                                           \
    "dates: { 2026-10-01..2026-10-07: off, 2026-10-10: workday }\n"                                \
    "valid_until: 2026-12-31\n"                                                                    \
    "source: State Council\n"

static struct config *load(const char *text, const char *path, const char *other)
{
    struct file files[] = { { "etc/a.yaml", text }, { path, other }, { NULL, NULL } };
    struct config_findings findings;
    struct config *config = config_load(STR("etc/a.yaml"), read_memory, files, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        if (findings.items[i].fatal)
            print_error("%.*s\n", STR_ARG(findings.items[i].text));
    }
    config_findings_free(&findings);
    assert_non_null(config);
    return config;
}

/* What the calendar says, as JSON. */
static void assert_calendar(const struct calendar *calendar, const char *wanted)
{
    struct buf text = { 0 };
    struct json_writer json = json_writer_to(&text);
    json_open_object(&json);
    calendar_write(&json, calendar);
    json_close_object(&json);
    assert_string_equal(buf_text(&text), wanted);
    buf_free(&text);
}

#define CN_JSON                                                                                    \
    "{\"zone\":\"Asia/Shanghai\",\"hours\":{\"mon\":\"09:00-18:00\",\"tue\":\"09:00-18:00\","      \
    "\"wed\":\"09:00-18:00\",\"thu\":\"09:00-18:00\",\"fri\":\"09:00-18:00\",\"sat\":\"off\","     \
    "\"sun\":\"off\"},\"dates\":{\"2026-10-01..2026-10-07\":\"off\",\"2026-10-10\":"               \
    "\"09:00-18:00\"},\"valid_until\":\"2026-12-31\"}"

static void a_name_is_a_file_beside_the_configuration(void **state)
{
    (void)state;
    struct config *config = load(SMALL "departments: { service: { calendar: cn }, other: {} }\n",
                                 "etc/calendars/cn.yaml", CN);
    assert_int_equal(config->calendar_count, 1);
    assert_calendar(config->departments[0].calendar, CN_JSON);
    assert_true(config->departments[0].calendar == config->calendars[0].calendar);
    assert_true(str_is(config->calendars[0].source, "State Council"));
    assert_true(config->departments[1].calendar == config->always);
    assert_true(str_is(calendar_zone(config->always), "Europe/Berlin"));
    assert_null(config_calendar(config, STR("always")));
    config_free(config);
}

static void a_path_is_relative_to_the_file_that_names_it(void **state)
{
    (void)state;
    struct config *config = load(SMALL "departments: { service: { calendar: china } }\n"
                                       "calendars: { china: ../shared/cn.yaml }\n",
                                 "etc/../shared/cn.yaml", CN);
    assert_true(str_is(calendar_name(config->departments[0].calendar), "china"));
    assert_calendar(config->departments[0].calendar, CN_JSON);
    config_free(config);
}

static void a_calendar_takes_from_its_base_what_it_does_not_say(void **state)
{
    (void)state;
    struct config *config =
        load(SMALL "departments: { service: { calendar: office } }\n"
                   "calendars:\n"
                   "  office:\n"
                   "    base: cn\n"
                   "    hours: { wed..thu: [\"09:00-12:00\", \"13:00-18:00\"], sat: 22:00-02:00 }\n"
                   "    dates: { 2026-10-07: workday, 2026-10-11: sat, 2026-10-12: 08:00-09:00 }\n",
             "etc/calendars/cn.yaml", CN);
    assert_calendar(config->departments[0].calendar,
                    "{\"zone\":\"Asia/Shanghai\",\"hours\":{\"mon\":\"off\",\"tue\":\"off\","
                    "\"wed\":\"09:00-12:00,13:00-18:00\",\"thu\":\"09:00-12:00,13:00-18:00\","
                    "\"fri\":\"off\",\"sat\":\"22:00-02:00\",\"sun\":\"off\"},\"dates\":{"
                    "\"2026-10-01..2026-10-06\":\"off\",\"2026-10-07\":\"09:00-12:00,13:00-18:00\","
                    "\"2026-10-10\":\"09:00-18:00\",\"2026-10-11\":\"22:00-02:00\",\"2026-10-12\":"
                    "\"08:00-09:00\"},\"valid_until\":\"2026-12-31\"}");
    config_free(config);
}

static void an_sla_has_one_for_each_band(void **state)
{
    (void)state;
    struct config *config =
        load(SMALL "departments: { service: {} }\n"
                   "slas:\n"
                   "  - { name: gold, match: customer.tier == gold, calendar: { P2: always } }\n"
                   "  - { name: silver, match: customer.tier == silver, calendar: always }\n"
                   "  - { name: default, calendar: { P1: always, default: cn },\n"
                   "      response: { P1: 15m, P2: 1wd, P3: 15cd, P4: 2mo }, first_day: counts,\n"
                   "      on_day_off: next }\n",
             "etc/calendars/cn.yaml", CN);
    static const char *const names[][BAND_COUNT] = { { "always", "always", "cn", "cn" },
                                                     { "always", "always", "always", "always" },
                                                     { "always", "cn", "cn", "cn" } };
    for (int sla = 0; sla < 3; sla++) {
        const struct target *targets = config->slas[sla].target[CLOCK_RESPONSE];
        for (int band = 0; band < BAND_COUNT; band++)
            assert_true(str_is(calendar_name(config->slas[sla].calendar[band]), names[sla][band]));
        assert_false(targets[0].today_counts);
        assert_true(targets[1].unit == TARGET_WORKING_DAYS && targets[1].today_counts);
        assert_false(targets[1].working_end);
        assert_true(targets[2].unit == TARGET_CALENDAR_DAYS && targets[2].amount == 15);
        assert_true(targets[3].unit == TARGET_MONTHS && targets[3].working_end);
    }
    config_free(config);
}

static void the_canonical_text_has_what_files_and_bases_say(void **state)
{
    (void)state;
    static const char *const text =
        SMALL "departments: { service: { calendar: office } }\n"
              "calendars: { office: { base: cn, dates: { 2026-12-24: off } } }\n"
              "slas: [{ name: default, calendar: { P1: always, default: office },\n"
              "         response: { P1: 90s, P4: 5wd }, first_day: counts }]\n";
    struct config *config = load(text, "etc/calendars/cn.yaml", CN);
    struct config *other = load(text, "etc/calendars/cn.yaml", CN "# seen\n");
    struct config *changed =
        load(text, "etc/calendars/cn.yaml",
             "zone: Asia/Shanghai\nhours: { mon..fri: 09:00-18:00 }\nvalid_until: 2026-12-31\n");
    struct buf again = { 0 };
    const char *tail = ",\"lexicon_hash\":";
    size_t size = (size_t)(strstr(config->canonical.data, tail) - config->canonical.data);
    buf_printf(&again, "%.*s}", (int)size, config->canonical.data);
    struct config *reread = load(buf_text(&again), NULL, NULL);
    assert_string_equal(config->canonical.data, reread->canonical.data);
    assert_string_equal(config->fingerprint, other->fingerprint);
    assert_string_not_equal(config->fingerprint, changed->fingerprint);
    buf_free(&again);
    config_free(config);
    config_free(other);
    config_free(changed);
    config_free(reread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_a_file_beside_the_configuration),
        cmocka_unit_test(a_path_is_relative_to_the_file_that_names_it),
        cmocka_unit_test(a_calendar_takes_from_its_base_what_it_does_not_say),
        cmocka_unit_test(an_sla_has_one_for_each_band),
        cmocka_unit_test(the_canonical_text_has_what_files_and_bases_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
