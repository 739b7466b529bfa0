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
    static const char *const names[] = { "d/10.yaml",   "d/9.yaml", "d/.hidden.yaml",
                                         "d/notes.txt", "big.yaml", "bad.yaml",
                                         "fifo" };
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unlink(names[i]);
    rmdir("d");
    rmdir("empty");
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
        cmocka_unit_test(test_what_is_no_file_is_refused),
        cmocka_unit_test(test_a_huge_file_is_refused_without_reading_it),
        cmocka_unit_test(test_a_file_in_another_encoding_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
