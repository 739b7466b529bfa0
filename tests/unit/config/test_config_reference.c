#include "config/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "config/setting.h"

static void assert_file_is(const char *path, struct buf *text, const char *command)
{
    struct buf file = { 0 };
    char block[4096];
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    for (size_t size; (size = fread(block, 1, sizeof(block), stream)) > 0;)
        buf_add(&file, block, size);
    fclose(stream);
    if (!str_equal(buf_str(&file), buf_str(text)))
        fail_msg("%s is not what the settings say: run %s > %s", path, command, path);
    buf_free(&file);
    buf_free(text);
}

static void test_the_reference_page_is_the_one_in_docs(void **state)
{
    struct buf text = { 0 };
    (void)state;
    config_reference_markdown(&text);
    assert_file_is(SOURCE_DIR "/docs/config.md", &text, "ombudctl help config --markdown");
}

static void test_the_schema_is_the_one_in_docs(void **state)
{
    struct buf text = { 0 };
    (void)state;
    config_reference_schema(&text);
    assert_file_is(SOURCE_DIR "/docs/schemas/config.schema.json", &text,
                   "ombudctl help config --schema");
}

static void test_help_answers_by_key(void **state)
{
    static const struct {
        const char *key, *says; /* NULL: refused */
    } rows[] = {
        { "", "workers           whole number" },
        { "workers", "workers: whole number, 1 to 256, default 1, restart" },
        { "score.caps.text", "score.caps.text: whole number, 0 to 100, default 59" },
        { "slas.response", "slas.response: target, or map of bands to targets" },
        { "slas[].response", "slas[].response: target, or map of bands to targets" },
        { "departments.aliases", "list of texts" },
        { "departments.quality.aliases", "list of texts" },
        { "topics.state", "topic name, restart" },
        { "route.routes.routes.match", "matcher" },
        { "ladders.default.steps.after", "duration" },
        { "worker", NULL },
        { "workers.more", NULL },
        { "agreements.hold", "target, or map of bands to targets" },
        { "heartbeat", "duration, 0s to 1h, default 1m" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf text = { 0 };
        struct error err = { "" };
        bool known = config_reference_key(str_from(rows[i].key), &text, &err);
        if (known != (rows[i].says != NULL))
            fail_msg("'%s': %s", rows[i].key, err.text);
        if (known && !strstr(buf_text(&text), rows[i].says))
            fail_msg("'%s' says\n%s", rows[i].key, buf_text(&text));
        buf_free(&text);
    }
}

static void test_an_unknown_key_gets_a_suggestion(void **state)
{
    struct buf text = { 0 };
    struct error err;
    (void)state;
    assert_false(config_reference_key(STR("score.cap.text"), &text, &err));
    assert_string_equal(err.text,
                        "no setting is called 'score.cap.text' (did you mean 'score.caps'?)");
    assert_int_equal(text.size, 0);
}

/* A row that says nothing, or has no default of its type, would only show when someone hits it. */
static void check_table(const struct setting_table *table, int depth)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct setting *row = &table->rows[i];
        if (!row->help || row->help[0] == '\0')
            fail_msg("'%s' has no help", row->key);
        if (row->type == SETTING_INTEGER && row->min >= row->max)
            fail_msg("'%s' has no range", row->key);
        if (row->inner && row->inner != table && depth < 8)
            check_table(row->inner, depth + 1);
    }
}

static void test_every_setting_is_explained(void **state)
{
    (void)state;
    check_table(&settings, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_reference_page_is_the_one_in_docs),
        cmocka_unit_test(test_the_schema_is_the_one_in_docs),
        cmocka_unit_test(test_help_answers_by_key),
        cmocka_unit_test(test_an_unknown_key_gets_a_suggestion),
        cmocka_unit_test(test_every_setting_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
