#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"

static void test_memory_is_zeroed_and_aligned(void **state)
{
    struct arena *arena = arena_new(100);

    (void)state;
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 200; size++) {
            unsigned char *memory = arena_alloc(arena, size);
            assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(memory[i], 0);
            memset(memory, 0xAB, size);
        }
        arena_reset(arena);
    }
    arena_free(arena);
    arena_free(NULL);
}

static void test_pieces_do_not_overlap(void **state)
{
    struct arena *arena = arena_new(64);
    unsigned char *piece[300];

    (void)state;
    for (size_t i = 0; i < 300; i++) {
        piece[i] = arena_alloc_raw(arena, i);
        memset(piece[i], (int)(i & 0xFF), i);
    }
    for (size_t i = 0; i < 300; i++) {
        for (size_t k = 0; k < i; k++)
            assert_int_equal(piece[i][k], i & 0xFF);
    }
    assert_true(arena_used(arena) >= 300 * 299 / 2);
    arena_reset(arena);
    assert_int_equal(arena_used(arena), 0);
    arena_free(arena);
}

static void test_parts_are_joined(void **state)
{
    (void)state;
    struct arena *arena = arena_new(16);
    struct str parts[] = { STR("zh"), STR_NONE, STR("/"), STR(""), STR("\xe7\x81\xab") };
    struct str joined = arena_join(arena, parts, 5);
    assert_int_equal(joined.size, 6);
    assert_string_equal(joined.data, "zh/\xe7\x81\xab");
    assert_int_equal(arena_join(arena, parts, 0).size, 0);
    assert_true(str_present(arena_join(arena, parts, 0)));
    arena_free(arena);
}

static void test_copies_end_in_nul_and_absent_stays_absent(void **state)
{
    struct arena *arena = arena_new(16);
    struct str copy = arena_copy(arena, STR("火\0x"));

    (void)state;
    assert_int_equal(copy.size, 5);
    assert_memory_equal(copy.data, "火\0x", 6);
    assert_false(str_present(arena_copy(arena, STR_NONE)));
    assert_true(str_present(arena_copy(arena, STR(""))));
    assert_true(str_is(arena_printf(arena, "%s/%d", "ombud.events", 3), "ombud.events/3"));
    arena_free(arena);
}

static void test_a_steady_load_stays_in_one_place(void **state)
{
    struct arena *arena = arena_new(32);
    void *first[8];

    (void)state;
    for (int round = 0; round < 8; round++) {
        first[round] = arena_alloc(arena, 100);
        for (int i = 0; i < 50; i++)
            arena_alloc(arena, 100);
        arena_reset(arena);
    }
    assert_ptr_equal(first[6], first[7]);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zeroed_and_aligned),
        cmocka_unit_test(test_pieces_do_not_overlap),
        cmocka_unit_test(test_copies_end_in_nul_and_absent_stays_absent),
        cmocka_unit_test(test_parts_are_joined),
        cmocka_unit_test(test_a_steady_load_stays_in_one_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
