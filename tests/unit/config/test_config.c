#include "host/config_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "config/reload.h"
#include "text/lexicon.h"

/* Files of one test, by name. */
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
    "departments: { service: {}, quality: { name: { zh: 质量部, en: Quality } } }\n"            \
    "route: { department: service }\n"

/* Loads what must be right. */
static struct config *load_files(const struct file *files)
{
    struct config_findings findings;
    struct config *config =
        config_load(str_from(files[0].path), read_memory, (void *)files, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        if (findings.items[i].fatal)
            print_error("%.*s\n", STR_ARG(findings.items[i].text));
    }
    config_findings_free(&findings);
    assert_non_null(config);
    return config;
}

static struct config *load_text(const char *text)
{
    struct file files[] = { { "a.yaml", text }, { NULL, NULL } };
    return load_files(files);
}

static void assert_str(struct str s, const char *text)
{
    if (!str_is(s, text))
        fail_msg("'%.*s' is not '%s'", STR_ARG(s), text);
}

/* All findings as lines; the caller frees. */
static char *findings_of(const struct file *files)
{
    struct config_findings findings;
    struct buf lines = { 0 };
    struct config *config =
        config_load(str_from(files[0].path), read_memory, (void *)files, &findings);

    for (size_t i = 0; i < findings.count; i++)
        buf_printf(&lines, "%.*s\n", STR_ARG(findings.items[i].text));
    config_findings_free(&findings);
    config_free(config);
    buf_text(&lines); /* for its NUL */
    return lines.data;
}

static void test_a_small_configuration_has_every_default(void **state)
{
    (void)state;
    struct config *config = load_text(SMALL);

    assert_int_equal(config->workers, 1);
    assert_int_equal(config->commit_interval, 100);
    assert_int_equal(config->buffer_bytes, 64 << 20);
    assert_int_equal(config->max_event, 512 << 10);
    assert_int_equal(config->retention, 30 * TIME_DAY);
    assert_int_equal(config->ack_timeout[0], 30 * TIME_MINUTE);
    assert_int_equal(config->ack_timeout[3], 4 * TIME_HOUR);
    assert_int_equal(config->source_count, 1);
    assert_str(config->sources[0].topic, "ombud.events");
    assert_true(config->sources[0].home);
    assert_str(config->topics.state, "ombud.state");
    assert_str(config->departments[1].topic, "ombud.dept.quality");
    assert_str(config->departments[0].name.zh, "service");
    assert_str(config->departments[1].name.zh, "质量部");
    assert_int_equal(config->departments[0].overflow, -1);
    assert_int_equal(config->level_count, 3);
    assert_str(config->levels[2].topic, "ombud.escalations.executive");
    assert_int_equal(config->score.bands[0], 80);
    assert_int_equal(config->score.bands[3], 0);
    assert_int_equal(config->score.caps[FAMILY_TEXT], 59);
    assert_int_equal(config->score.priority_points[1], 10);
    assert_int_equal(config->score.needs.count, 3);
    assert_str(config->root->name, "service");
    assert_int_equal(lexicon_phrase_count(config->lexicon), 0);
    assert_int_equal(strlen(config->fingerprint), 12);
    config_free(config);
}

static void test_departments_are_found_by_slug_name_and_alias(void **state)
{
    (void)state;
    struct config *config = load_text("departments:\n"
                                      "  service: { aliases: [Group 70, 客服] }\n"
                                      "  quality: { name: { zh: 质量部, en: Quality } }\n"
                                      "route: { department: service }\n");
    assert_int_equal(config_department(config, STR("quality")), 1);
    assert_int_equal(config_department(config, STR("QUALITY")), 1);
    assert_int_equal(config_department(config, STR("质量部")), 1);
    assert_int_equal(config_department(config, STR("group 70")), 0);
    assert_int_equal(config_department(config, STR("客服")), 0);
    assert_int_equal(config_department(config, STR("qualit")), -1);
    assert_int_equal(config_department(config, STR("")), -1);
    config_free(config);
}

static void test_children_inherit_the_department(void **state)
{
    (void)state;
    struct config *config = load_text("departments: { a: {}, b: {} }\n"
                                      "route:\n"
                                      "  department: a\n"
                                      "  routes:\n"
                                      "    - match: score >= 10\n"
                                      "      department: b\n"
                                      "      inform: [a]\n"
                                      "      routes: [{ match: score >= 20, name: deep }]\n");
    const struct config_route *child = &config->root->children[0];
    assert_int_equal(child->department, 1);
    assert_str(child->name, "b");
    assert_int_equal(child->inform_count, 1);
    assert_int_equal(child->children[0].department, 1);
    assert_str(child->children[0].name, "deep");
    assert_int_equal(child->children[0].place.line, 8);
    config_free(config);
}

static void test_an_sla_takes_the_rest_from_the_last_one(void **state)
{
    (void)state;
    struct config *config =
        load_text(SMALL "slas:\n"
                        "  - { name: gold, match: customer.tier == gold, response: { P3: 1h } }\n"
                        "  - { name: default, response: { P1: 15m, P3: 4h }, warn: [75%] }\n");
    const struct config_sla *gold = &config->slas[0];
    assert_int_equal(gold->target[CLOCK_RESPONSE][0].unit, TARGET_TIME);
    assert_int_equal(gold->target[CLOCK_RESPONSE][0].amount, 15 * TIME_MINUTE);
    assert_false(target_given(&gold->target[CLOCK_RESPONSE][1]));
    assert_int_equal(gold->target[CLOCK_RESPONSE][2].amount, TIME_HOUR);
    assert_str(gold->target[CLOCK_RESPONSE][0].text, "15m");
    assert_int_equal(gold->warn.items[0].percent, 75);
    config_free(config);
}

static void test_an_sla_pauses_and_warns_as_it_says(void **state)
{
    (void)state;
    struct config *config = load_text(
        SMALL "slas:\n"
              "  - { name: gold, match: customer.tier == gold, pause: [], warn: 10m, since: us, "
              "max_extensions: 1 }\n"
              "  - { name: silver, match: customer.tier == silver, resolution: { P1: 2h } }\n"
              "  - name: default\n"
              "    resolution: { P1: 4h, P2: 24h }\n"
              "    pause: [customer, third_party]\n"
              "    since: customer\n"
              "    max_extensions: 0\n"
              "    warn: [75%, 10m, 75%, 1m]\n");
    const struct config_sla *gold = &config->slas[0], *silver = &config->slas[1];
    assert_int_equal(gold->pause, 0);
    assert_false(gold->since_customer);
    assert_true(silver->since_customer);
    assert_int_equal(gold->max_extensions, 1);
    assert_int_equal(silver->max_extensions, 0);
    assert_int_equal(gold->warn.count, 1);
    assert_int_equal(gold->warn.items[0].before, 10 * TIME_MINUTE);
    assert_int_equal(gold->target[CLOCK_RESOLUTION][0].amount, 4 * TIME_HOUR);
    assert_int_equal(silver->pause, PAUSE_CUSTOMER | PAUSE_THIRD_PARTY);
    assert_int_equal(silver->target[CLOCK_RESOLUTION][0].amount, 2 * TIME_HOUR);
    assert_int_equal(silver->target[CLOCK_RESOLUTION][1].amount, 24 * TIME_HOUR);
    assert_int_equal(silver->warn.count, 3);
    assert_int_equal(silver->warn.items[0].percent, 75);
    assert_int_equal(silver->warn.items[2].before, TIME_MINUTE);
    assert_non_null(strstr(config->canonical.data, "\"pause\":[\"customer\",\"third_party\"]"));
    config_free(config);
}

static void test_ladders_and_triggers(void **state)
{
    (void)state;
    struct config *config = load_text(
        SMALL "ladders:\n"
              "  steep:\n"
              "    - { after: 0m, level: lead }\n"
              "    - { after: 90s, level: executive, unless: acknowledged, match: band == P1 }\n"
              "escalations:\n"
              "  - { on: [\"band P1..P2\", breach, reopened 3], ladder: steep }\n");
    const struct config_escalation *rule = &config->escalations[0];
    assert_true(rule->on[TRIGGER_BAND] && rule->on[TRIGGER_BREACH] && rule->on[TRIGGER_REOPENED]);
    assert_false(rule->on[TRIGGER_WARNING]);
    assert_true(rule->bands[0] && rule->bands[1] && !rule->bands[2]);
    assert_int_equal(rule->reopened, 3);
    assert_int_equal(config->ladders[0].step_count, 2);
    assert_int_equal(config->ladders[0].steps[1].after, 90 * TIME_SECOND);
    assert_true(config->ladders[0].steps[1].unless_acknowledged);
    config_free(config);
}

static void test_own_keys_win_over_included_ones(void **state)
{
    (void)state;
    struct file files[] = {
        { "etc/a.yaml", "include: [base.yaml]\n"
                        "kafka: { group.id: demo }\n"
                        "topics: { prefix: demo }\n"
                        "departments: { service: { name: Help } }\n"
                        "slas:\n"
                        "  - { name: vip, match: score > 50, response: { P1: 1m } }\n"
                        "  - { name: default, response: { P1: 6s } }\n"
                        "ladders: { low: [{ after: 1s, level: lead }] }\n" },
        { "etc/base.yaml", SMALL "workers: 3\n"
                                 "kafka: { bootstrap.servers: \"k:9\", group.id: base }\n"
                                 "topics: { partitions: 4 }\n"
                                 "slas:\n"
                                 "  - { name: gold, match: score > 5, response: { P1: 5m } }\n"
                                 "  - { name: default, response: { P1: 15m } }\n"
                                 "ladders:\n"
                                 "  low: [{ after: 1m, level: lead }]\n"
                                 "  high: [{ after: 2m, level: lead }]\n" },
        { NULL, NULL },
    };
    struct config *config = load_files(files);
    assert_int_equal(config->workers, 3);
    assert_int_equal(config->kafka_count, 2);
    assert_str(config->kafka[0].value, "k:9");
    assert_str(config->kafka[1].value, "demo");
    assert_str(config->topics.home, "demo.events");
    assert_int_equal(config->topics.partitions, 4);
    assert_int_equal(config->department_count, 2);
    assert_str(config->departments[0].name.en, "Help");
    assert_int_equal(config->sla_count, 3);
    assert_str(config->slas[0].name, "vip");
    assert_str(config->slas[1].name, "gold");
    assert_int_equal(config->slas[2].target[CLOCK_RESPONSE][0].amount, 6000);
    assert_int_equal(config->ladder_count, 2);
    assert_int_equal(config->ladders[0].steps[0].after, 1000);
    assert_int_equal(config->ladders[1].steps[0].after, 2 * TIME_MINUTE);
    config_free(config);
}

static void test_errors_come_all_at_once_in_the_order_of_files_and_lines(void **state)
{
    (void)state;
    struct file files[] = {
        { "etc/a.yaml", "workers: many\n"
                        "include: more/b.yaml\n"
                        "comit_interval: 1s\n"
                        "route: { department: servce }\n"
                        "departments: { service: {} }\n" },
        { "etc/more/b.yaml", "retention: 0s\n" },
        { NULL, NULL },
    };
    char *lines = findings_of(files);
    assert_string_equal(
        lines, "etc/a.yaml:1:10: 'workers' must be a whole number, not 'many'\n"
               "etc/a.yaml:3:1: unknown key 'comit_interval' (did you mean 'commit_interval'?)\n"
               "etc/a.yaml:4:22: unknown department 'servce' (did you mean 'service'?)\n"
               "etc/more/b.yaml:1:12: 'retention' must be from 1m to 3660d, not '0s'\n");
    free(lines);
}

static void test_includes_cannot_go_round(void **state)
{
    (void)state;
    struct file files[] = { { "a.yaml", "include: b.yaml\n" },
                            { "b.yaml", "include: a.yaml\n" },
                            { NULL, NULL } };
    char *lines = findings_of(files);
    assert_string_equal(lines, "b.yaml:1:10: 'a.yaml' includes itself\n");
    free(lines);
}

static void test_the_fingerprint_covers_what_decides_and_nothing_else(void **state)
{
    static const struct {
        const char *name, *text;
        bool same;
    } rows[] = {
        { "the same text", "", true },
        { "a comment", "# x\n", true },
        { "the broker", "kafka: { bootstrap.servers: \"x:1\" }\n", true },
        { "threads", "workers: 7\n", true },
        { "names of topics", "topics: { state: other }\n", true },
        { "a default written down", "group_wait: 10s\n", true },
        { "the same duration in other units", "group_wait: 10000ms\n", true },
        { "a duration", "group_wait: 11s\n", false },
        { "points", "score: { contact: 6 }\n", false },
        { "a level", "levels: [lead]\n", false },
        { "a rule", "inform: [{ match: score > 3, departments: [quality] }]\n", false },
        { "a quiet beginning", "start: { quiet_before: \"2026-01-01T00:00:00Z\" }\n", false },
    };
    (void)state;
    struct config *base = load_text(SMALL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf text = { 0 };
        buf_printf(&text, "%s%s", SMALL, rows[i].text);
        struct config *config = load_text(buf_text(&text));
        bool same = strcmp(base->fingerprint, config->fingerprint) == 0;
        if (same != rows[i].same)
            fail_msg("%s: fingerprints are %s", rows[i].name, same ? "equal" : "different");
        config_free(config);
        buf_free(&text);
    }
    config_free(base);
}

static void test_a_lexicon_is_found_beside_the_file_and_counts_in_the_fingerprint(void **state)
{
    (void)state;
    struct file files[] = {
        { "etc/a.yaml", SMALL "lexicons: [words.yaml]\n" },
        { "etc/words.yaml", "category: safety\n"
                            "lang: en\n"
                            "concepts:\n"
                            "  - points: 40\n"
                            "    floor: 80\n"
                            "    phrases: [caught fire]\n"
                            "except: [fire sale]\n" },
        { NULL, NULL },
    };
    struct config *config = load_files(files);
    assert_int_equal(lexicon_phrase_count(config->lexicon), 1);
    files[1].text =
        "category: safety\nlang: en\nconcepts: [{ points: 39, phrases: [caught fire] }]\n";
    struct config *other = load_files(files);
    assert_string_not_equal(config->fingerprint, other->fingerprint);
    config_free(config);
    config_free(other);
}

static void test_a_reload_takes_rules_but_no_service(void **state)
{
    static const struct {
        const char *text, *refusal; /* NULL: allowed */
    } rows[] = {
        { "", NULL },
        { "group_wait: 3s\n", NULL },
        { "commit_interval: 20ms\n", NULL },
        { "levels: [lead]\n", NULL },
        { "start: { quiet_before: \"2026-01-01T00:00:00Z\" }\n", NULL },
        { "workers: 4\n", "'workers' cannot change while the router runs (1 to 4): restart it" },
        { "http: \"127.0.0.1:1\"\n",
          "'http' cannot change while the router runs (\"127.0.0.1:9404\" to \"127.0.0.1:1\"): "
          "restart it" },
        { "kafka: { group.id: other }\n",
          "'kafka' cannot change while the router runs: restart it" },
        { "topics: { state: other }\n",
          "'topics' cannot change while the router runs: restart it" },
        { "sources: [{ topic: other }]\n",
          "'topics' cannot change while the router runs: restart it" },
        { "start: { from: latest }\n",
          "'start.from' cannot change while the router runs (\"earliest\" to \"latest\"): restart "
          "it" },
    };
    (void)state;
    struct config *old = load_text(SMALL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf text = { 0 };
        struct error err = { "" };
        buf_printf(&text, "%s%s", SMALL, rows[i].text);
        struct config *next = load_text(buf_text(&text));
        bool allowed = config_reload_allowed(old, next, &err);
        assert_string_equal(allowed ? "" : err.text, rows[i].refusal ? rows[i].refusal : "");
        assert_int_equal(allowed, rows[i].refusal == NULL);
        config_free(next);
        buf_free(&text);
    }
    config_free(old);
}

static void test_secrets_come_from_files(void **state)
{
    struct error err;
    char folder[] = "/tmp/ombud-test-XXXXXX", path[64];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/key", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("hunter2\n", file);
    fclose(file);
    struct config *config = load_text(
        SMALL "kafka: { a: b, sasl.password: { file: \"${CREDENTIALS_DIRECTORY}/key\" } }\n");
    assert_true(config->kafka[1].secret);
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_false(config_secrets(config, &err));
    assert_string_equal(err.text, "a.yaml:3:16: 'sasl.password' needs the variable "
                                  "CREDENTIALS_DIRECTORY, which systemd sets for units with "
                                  "LoadCredential=");
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    assert_true(config_secrets(config, &err));
    assert_str(config->kafka[1].value, "hunter2");
    assert_str(config->kafka[0].value, "b");
    assert_null(strstr(config->canonical.data, "hunter2"));
    config_free(config);
    unlink(path);
    rmdir(folder);
}

/* The canonical text is a configuration itself, but for what the shell reads. */
static void test_the_canonical_text_means_the_same(void **state)
{
    (void)state;
    struct config *config =
        load_text(SMALL "score: { question: 30% }\n"
                        "screening: [{ match: score < 9, label: wish, band: P4 }]\n"
                        "slas: [{ name: default, response: { P1: 90s }, warn: 5m }]\n"
                        "ladders: { default: [{ after: 1h, level: lead, match: score > 3 }] }\n"
                        "escalations: [{ on: [band P1..P3, reopened 2], ladder: default }]\n");
    struct buf text = { 0 };
    const char *tail = ",\"lexicon_hash\":";
    size_t size = (size_t)(strstr(config->canonical.data, tail) - config->canonical.data);
    buf_printf(&text, "%.*s}", (int)size, config->canonical.data);
    struct config *again = load_text(buf_text(&text));
    assert_string_equal(config->canonical.data, again->canonical.data);
    assert_string_equal(config->fingerprint, again->fingerprint);
    buf_free(&text);
    config_free(again);
    config_free(config);
}

static void test_the_shipped_configuration_has_no_finding(void **state)
{
    (void)state;
    struct config_findings findings;
    struct config *config = config_open(SOURCE_DIR "/conf/ombud.yaml", &findings);
    for (size_t i = 0; i < findings.count; i++)
        print_error("%.*s\n", STR_ARG(findings.items[i].text));
    assert_int_equal(findings.count, 0);
    assert_non_null(config);
    assert_int_equal(config->department_count, 8);
    assert_true(lexicon_phrase_count(config->lexicon) >= 1200);
    config_findings_free(&findings);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_small_configuration_has_every_default),
        cmocka_unit_test(test_departments_are_found_by_slug_name_and_alias),
        cmocka_unit_test(test_children_inherit_the_department),
        cmocka_unit_test(test_an_sla_takes_the_rest_from_the_last_one),
        cmocka_unit_test(test_an_sla_pauses_and_warns_as_it_says),
        cmocka_unit_test(test_ladders_and_triggers),
        cmocka_unit_test(test_own_keys_win_over_included_ones),
        cmocka_unit_test(test_errors_come_all_at_once_in_the_order_of_files_and_lines),
        cmocka_unit_test(test_includes_cannot_go_round),
        cmocka_unit_test(test_the_fingerprint_covers_what_decides_and_nothing_else),
        cmocka_unit_test(test_a_lexicon_is_found_beside_the_file_and_counts_in_the_fingerprint),
        cmocka_unit_test(test_a_reload_takes_rules_but_no_service),
        cmocka_unit_test(test_secrets_come_from_files),
        cmocka_unit_test(test_the_canonical_text_means_the_same),
        cmocka_unit_test(test_the_shipped_configuration_has_no_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
