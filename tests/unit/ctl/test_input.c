#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "ctl/input.h"

static const char two_lines[] = "{\"a\":1}\nsecond";

/* Opens a pipe with those bytes and an end, by the name that a shell gives <(…). */
static struct input *open_pipe(const void *bytes, size_t size)
{
    int ends[2];
    static char path[32]; /* borrowed by the input */
    struct error err;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], bytes, size), size);
    close(ends[1]);
    snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
    struct input *input = input_open(path, &err);
    assert_non_null(input);
    close(ends[0]);
    return input;
}

static void check_two_lines(struct input *input)
{
    struct error err = { "" };
    struct str line;
    assert_true(input_line(input, &line, &err));
    assert_true(str_is(line, "{\"a\":1}"));
    assert_true(input_line(input, &line, &err));
    assert_true(str_is(line, "second"));
    assert_int_equal(input_line_number(input), 2);
    assert_false(input_line(input, &line, &err));
    assert_string_equal(err.text, "");
    input_close(input);
}

/* `ombudctl event opened | ombudctl explain /dev/stdin` saw an empty file: its first bytes were
 * read to tell what it is, and a pipe cannot be rewound. */
static void test_a_pipe_is_read_from_its_first_byte(void **state)
{
    (void)state;
    check_two_lines(open_pipe(two_lines, sizeof(two_lines) - 1));
}

static void test_a_pipe_may_be_packed(void **state)
{
    (void)state;
    char packed[256];
    size_t size = ZSTD_compress(packed, sizeof(packed), two_lines, sizeof(two_lines) - 1, 1);
    check_two_lines(open_pipe(packed, size));

    z_stream gzip = { .next_in = (z_const Bytef *)(uintptr_t)two_lines,
                      .avail_in = sizeof(two_lines) - 1,
                      .next_out = (Bytef *)packed,
                      .avail_out = sizeof(packed) };
    assert_int_equal(deflateInit2(&gzip, 1, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&gzip, Z_FINISH), Z_STREAM_END);
    size = gzip.total_out;
    deflateEnd(&gzip);
    check_two_lines(open_pipe(packed, size));
}

static void check_refused(struct input *input, const char *reason)
{
    struct error err = { "" };
    struct str line;
    while (input_line(input, &line, &err))
        ;
    assert_non_null(strstr(err.text, reason));
    input_close(input);
}

static void test_what_is_cut_is_refused(void **state)
{
    (void)state;
    char packed[256];
    struct error err;
    size_t size = ZSTD_compress(packed, sizeof(packed), two_lines, sizeof(two_lines) - 1, 1);
    check_refused(open_pipe(packed, size - 3), "ends in the middle of a Zstandard frame");
    check_refused(input_open("/", &err), "Is a directory");
    assert_null(input_open("/nowhere/at/all", &err));
    assert_string_equal(err.text, "/nowhere/at/all: No such file or directory");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pipe_is_read_from_its_first_byte),
        cmocka_unit_test(test_a_pipe_may_be_packed),
        cmocka_unit_test(test_what_is_cut_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
