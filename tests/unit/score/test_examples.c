#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "host/config_file.h"
#include "score/examples.h"

static struct config *open_config(const char *path)
{
    struct config_findings findings;
    struct config *config = config_open(path, &findings);
    for (size_t i = 0; i < findings.count; i++)
        print_error("%.*s\n", STR_ARG(findings.items[i].text));
    config_findings_free(&findings);
    assert_non_null(config);
    return config;
}

static void note(void *arg, struct str sentence)
{
    size_t root = sizeof(SOURCE_DIR "/tests/cases/examples/") - 1;
    buf_printf(arg, "%.*s\n", (int)(sentence.size - root), sentence.data + root);
}

/* What lifts by a pair is heard, too; what has no floor is not asked. */
static void what_is_not_heard_has_a_place_and_a_sentence(void **state)
{
    (void)state;
    struct config *config = open_config(SOURCE_DIR "/tests/cases/examples/ombud.yaml");
    struct buf told = { 0 };
    assert_false(examples_check(config, note, &told));
    assert_string_equal(
        buf_text(&told),
        "words.yaml:10:9: the example 'The lamp did not catch any sleep.' of the concept 'fire' of "
        "'care' reaches P4, and its floor is 80 (P1)\n"
        "words.yaml:11:9: the example 'Somebody wrote that a lamp had caught no fire.' of the "
        "concept 'fire' of 'care' reaches P4, and its floor is 80 (P1)\n"
        "words.yaml:12:5: the concept 'smoke' of 'care' has a floor and no examples\n"
        "words.yaml:16:67: the example 'It smelt of gas.' of a concept of 'care' reaches P4, and "
        "its floor is 60 (P2)\n");
    buf_free(&told);
    config_free(config);
}

static void complain(void *arg, struct str sentence)
{
    (void)arg;
    print_error("%.*s\n", STR_ARG(sentence));
}

static void what_is_shipped_hears_its_examples(void **state)
{
    (void)state;
    struct config *config = open_config(SOURCE_DIR "/conf/ombud.yaml");
    assert_true(examples_check(config, complain, NULL));
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_heard_has_a_place_and_a_sentence),
        cmocka_unit_test(what_is_shipped_hears_its_examples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
