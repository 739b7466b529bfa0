#include "host/config_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/ombud-test-XXXXXX");
    return mkdtemp(folder) ? chdir(folder) : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = { "d/10.yaml",
                                         "d/9.yaml",
                                         "d/.hidden.yaml",
                                         "d/notes.txt",
                                         "big.yaml",
                                         "bad.yaml",
                                         "fifo",
                                         "shipped/lexicons/zh.yaml",
                                         "shipped/formats/jira.yaml",
                                         "formats/own.yaml",
                                         "lexicons/mine.yaml" };
    static const char *const folders[] = {
        "d", "empty", "shipped/lexicons", "shipped/formats", "shipped", "formats", "lexicons"
    };
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unlink(names[i]);
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        rmdir(folders[i]);
    return chdir("/") + rmdir(folder);
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static bool note(void *arg, struct str path, struct str text, struct error *err)
{
    (void)err;
    buf_printf(arg, "%.*s:%.*s;", STR_ARG(path), STR_ARG(text));
    return true;
}

/* What was read, or the error. */
static void assert_reads(const char *path, const char *expected)
{
    struct arena *arena = arena_new(4096);
    struct buf seen = { 0 };
    struct error err;
    if (!config_read_file(NULL, str_from(path), arena, note, &seen, &err)) {
        buf_clear(&seen);
        buf_printf(&seen, "%s", err.text);
    }
    assert_string_equal(buf_text(&seen), expected);
    buf_free(&seen);
    arena_free(arena);
}

static void test_a_directory_gives_its_yaml_files_in_the_order_of_bytes(void **state)
{
    (void)state;
    mkdir("d", 0700);
    write_file("d/9.yaml", "nine");
    write_file("d/10.yaml", "ten");
    write_file("d/.hidden.yaml", "no");
    write_file("d/notes.txt", "no");
    assert_reads("d", "d/10.yaml:ten;d/9.yaml:nine;");
    assert_reads("d/", "d/10.yaml:ten;d/9.yaml:nine;");
    assert_reads("d/9.yaml", "d/9.yaml:nine;");
}

static void test_what_is_no_file_is_refused(void **state)
{
    (void)state;
    mkdir("empty", 0700);
    mkfifo("fifo", 0600);
    assert_reads("nowhere", "cannot open 'nowhere': No such file or directory");
    assert_reads("empty", "the directory 'empty' has no *.yaml file");
    assert_reads("fifo", "'fifo' is not a regular file");
}

static void test_a_huge_file_is_refused_without_reading_it(void **state)
{
    (void)state;
    write_file("big.yaml", "");
    assert_int_equal(truncate("big.yaml", (8 << 20) + 1), 0);
    assert_reads("big.yaml", "'big.yaml' is larger than 8192 KiB");
}

static void test_what_is_not_there_is_taken_from_what_ships(void **state)
{
    (void)state;
    mkdir("shipped", 0700);
    mkdir("shipped/lexicons", 0700);
    mkdir("shipped/formats", 0700);
    mkdir("formats", 0700);
    write_file("shipped/lexicons/zh.yaml", "words");
    write_file("shipped/formats/jira.yaml", "theirs");
    write_file("formats/own.yaml", "ours");
    setenv("OMBUD_DATA", "shipped", 1);
    assert_reads("lexicons", "shipped/lexicons/zh.yaml:words;");
    assert_reads("conf.d/lexicons/zh.yaml", "shipped/lexicons/zh.yaml:words;");
    /* Only folders that ship are looked for there, and only under their names. */
    assert_reads("words/zh.yaml", "cannot open 'words/zh.yaml': No such file or directory");
    assert_reads("lexicons/en.yaml",
                 "cannot open 'lexicons/en.yaml': No such file or directory; what comes with "
                 "Ombud has none at 'shipped/lexicons/en.yaml' either");
    /* One's own folder stands for itself, but of formats it adds to those that ship. */
    assert_reads("formats", "shipped/formats/jira.yaml:theirs;formats/own.yaml:ours;");
    mkdir("lexicons", 0700);
    write_file("lexicons/mine.yaml", "own words");
    assert_reads("lexicons", "lexicons/mine.yaml:own words;");
    unsetenv("OMBUD_DATA");
}

static void test_a_file_in_another_encoding_is_refused_with_its_place(void **state)
{
    struct config_findings findings;
    (void)state;
    write_file("bad.yaml", "workers: 1\nzone: caf\xe9\n");
    assert_null(config_open("bad.yaml", &findings));
    assert_int_equal(findings.count, 1);
    assert_true(str_is(findings.items[0].text, "bad.yaml:2:10: this byte is not UTF-8"));
    config_findings_free(&findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_directory_gives_its_yaml_files_in_the_order_of_bytes),
        cmocka_unit_test(test_what_is_not_there_is_taken_from_what_ships),
        cmocka_unit_test(test_what_is_no_file_is_refused),
        cmocka_unit_test(test_a_huge_file_is_refused_without_reading_it),
        cmocka_unit_test(test_a_file_in_another_encoding_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
