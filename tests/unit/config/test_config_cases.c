/* tests/cases/config/NAME.yaml: what is wrong with each is NAME.expected, line by line. A run with
 * OMBUD_WRITE_EXPECTED set writes the files instead: read what changed before you commit it. */
#include "host/config_file.h"

#include <dirent.h>
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

static void findings_of(const char *path, struct buf *lines)
{
    struct config_findings findings;
    struct config *config = config_open(path, &findings);
    bool fatal = false;

    for (size_t i = 0; i < findings.count; i++) {
        buf_printf(lines, "%.*s\n", STR_ARG(findings.items[i].text));
        fatal |= findings.items[i].fatal;
    }
    if (fatal != (config == NULL))
        fail_msg("%s: %s", path, fatal ? "loaded in spite of errors" : "no error, yet not loaded");
    config_findings_free(&findings);
    config_free(config);
}

static void read_expected(const char *path, struct buf *text)
{
    char line[4096];
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("cannot open %s", path);
    while (fgets(line, sizeof(line), file))
        buf_add(text, line, strlen(line));
    fclose(file);
}

static bool check(const char *name)
{
    struct buf lines = { 0 }, expected = { 0 };
    char path[512];

    findings_of(name, &lines);
    snprintf(path, sizeof(path), "%.*s.expected", (int)(strlen(name) - 5), name);
    if (getenv("OMBUD_WRITE_EXPECTED")) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fwrite(lines.data, 1, lines.size, file);
        fclose(file);
    }
    read_expected(path, &expected);
    bool same = str_equal(buf_str(&lines), buf_str(&expected));
    if (!same)
        print_error("%s: expected\n%s--- but found\n%s", name, buf_text(&expected),
                    buf_text(&lines));
    if (lines.size == 0)
        print_error("%s has nothing wrong\n", name);
    same &= lines.size > 0;
    buf_free(&lines);
    buf_free(&expected);
    return same;
}

static int is_yaml(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return size > 5 && strcmp(entry->d_name + size - 5, ".yaml") == 0;
}

static void test_every_broken_configuration_says_what_is_wrong_and_where(void **state)
{
    struct dirent **entries = NULL;
    int failed = 0;
    (void)state;
    assert_int_equal(chdir(SOURCE_DIR "/tests/cases/config"), 0);
    assert_int_equal(setenv("OMBUD_DATA", "shipped", 1), 0);
    int count = scandir(".", &entries, is_yaml, alphasort);
    assert_true(count >= 30);
    for (int i = 0; i < count; i++) {
        failed += !check(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_broken_configuration_says_what_is_wrong_and_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
