#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/hash.h"

/* The vectors of Apache Kafka's own UtilsTest, plus each length of tail. */
static void test_murmur2_is_the_java_clients(void **state)
{
    static const struct {
        struct str key;
        int32_t hash;
    } cases[] = {
        { STR("21"), -973932308 },
        { STR("foobar"), -790332482 },
        { STR("a-little-bit-long-string"), -985981536 },
        { STR("a-little-bit-longer-string"), -1486304829 },
        { STR("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971 },
        { STR("abc"), 479470107 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal((int32_t)murmur2(cases[i].key), cases[i].hash);
}

static void test_a_partition_is_never_negative(void **state)
{
    (void)state;
    /* (-973932308 & 0x7fffffff) mod 12 = 1173551340 mod 12 */
    assert_int_equal(kafka_partition(STR("21"), 12), 0);
    assert_int_equal(kafka_partition(STR("abc"), 10), 7);
    assert_int_equal(kafka_partition(STR("foobar"), 7), (-790332482 & 0x7fffffff) % 7);
    assert_int_equal(kafka_partition(STR_NONE, 1), 0);
}

/* They are stored in the changelog: a different value would orphan every stored identity. */
static void test_stored_hashes_do_not_change(void **state)
{
    (void)state;
    assert_true(hash64(STR("")) == UINT64_C(0x2d06800538d394c2));
    assert_true(hash64(STR_NONE) == hash64(STR("")));
    char hex[32];
    hash128_hex(NULL, 0, hex);
    assert_memory_equal(hex, "99aa06d3014798d86001c324468d497f", 32);
}

static void test_parts_are_unambiguous(void **state)
{
    const struct str left[] = { STR("ab"), STR("c") };
    const struct str right[] = { STR("a"), STR("bc") };
    const struct str empty[] = { STR("abc"), STR("") };
    char hex[2][32];

    (void)state;
    assert_true(hash64_parts(left, 2) != hash64_parts(right, 2));
    assert_true(hash64_parts(empty, 1) != hash64_parts(empty, 2));
    assert_true(hash64_parts(left, 2) == hash64_parts(left, 2));
    hash128_hex(left, 2, hex[0]);
    hash128_hex(right, 2, hex[1]);
    assert_memory_not_equal(hex[0], hex[1], 32);
    for (size_t i = 0; i < 32; i++)
        assert_non_null(memchr("0123456789abcdef", hex[0][i], 16));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_murmur2_is_the_java_clients),
        cmocka_unit_test(test_a_partition_is_never_negative),
        cmocka_unit_test(test_stored_hashes_do_not_change),
        cmocka_unit_test(test_parts_are_unambiguous),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
