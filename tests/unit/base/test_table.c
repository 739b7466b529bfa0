#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/table.h"

enum { KEYS = 3000 };

struct entry {
    char key[16];
    int generation;
};

static struct str entry_key(const void *value)
{
    const struct entry *entry = value;
    return str_from(entry->key);
}

static uint32_t next_random(uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*random >> 33);
}

static void test_an_empty_table_has_nothing(void **state)
{
    struct table *table = table_new(entry_key);
    size_t at = 0;

    (void)state;
    assert_null(table_get(table, STR("a")));
    assert_null(table_remove(table, STR("a")));
    assert_null(table_next(table, &at));
    assert_int_equal(table_count(table), 0);
    table_free(table);
    table_free(NULL);
}

static void test_put_replaces_and_returns_the_old_value(void **state)
{
    struct table *table = table_new(entry_key);
    struct entry first = { "T-1", 1 }, second = { "T-1", 2 };

    (void)state;
    assert_null(table_put(table, &first));
    assert_ptr_equal(table_put(table, &second), &first);
    assert_int_equal(table_count(table), 1);
    assert_ptr_equal(table_get(table, STR("T-1")), &second);
    assert_ptr_equal(table_remove(table, STR("T-1")), &second);
    assert_int_equal(table_count(table), 0);
    table_free(table);
}

/* The model is an array of what is in: compared after every change (the changed key) and now and
 * then in full. The mix drifts from inserting to removing and back, so growth is met half done. */
static void test_it_behaves_like_an_array(void **state)
{
    static struct entry entries[2][KEYS];
    static struct entry *model[KEYS];
    struct table *table = table_new(entry_key);
    uint64_t random = 42;
    size_t count = 0;

    (void)state;
    for (int i = 0; i < KEYS; i++) {
        for (int g = 0; g < 2; g++) {
            snprintf(entries[g][i].key, sizeof(entries[g][i].key), "T-%d", i);
            entries[g][i].generation = g;
        }
        model[i] = NULL;
    }
    for (int step = 0; step < 60000; step++) {
        uint32_t i = next_random(&random) % KEYS;
        bool insert = next_random(&random) % 100 < (step / 10000 % 2 ? 30u : 80u);
        struct entry *value = insert ? &entries[next_random(&random) % 2][i] : NULL;
        struct str key = entry_key(&entries[0][i]);
        void *was = insert ? table_put(table, value) : table_remove(table, key);
        assert_ptr_equal(was, model[i]);
        count = count + (value != NULL) - (model[i] != NULL);
        model[i] = value;
        assert_ptr_equal(table_get(table, key), value);
        assert_int_equal(table_count(table), count);
        if (step % 5000 != 4999)
            continue;
        static bool seen[KEYS];
        size_t at = 0, found = 0;
        memset(seen, 0, sizeof(seen));
        for (const struct entry *entry; (entry = table_next(table, &at)); found++) {
            size_t n = (size_t)(entry - entries[entry->generation]);
            assert_false(seen[n]);
            assert_ptr_equal(entry, model[n]);
            seen[n] = true;
        }
        assert_int_equal(found, count);
        for (size_t k = 0; k < KEYS; k++)
            assert_ptr_equal(table_get(table, entry_key(&entries[0][k])), model[k]);
    }
    table_free(table);
}

static void test_it_stays_small(void **state)
{
    static struct entry entries[KEYS];
    struct table *table = table_new(entry_key);

    (void)state;
    for (int i = 0; i < KEYS; i++) {
        snprintf(entries[i].key, sizeof(entries[i].key), "T-%d", i);
        table_put(table, &entries[i]);
        /* Growing holds one and a half times the new array for a while. */
        if (i > 100)
            assert_true(table_memory(table) / (size_t)i <= 16 * 4 + 2);
    }
    /* The same keys again and again cost nothing. */
    size_t memory = table_memory(table);
    for (int i = 0; i < 10 * KEYS; i++) {
        table_remove(table, entry_key(&entries[i % KEYS]));
        table_put(table, &entries[i % KEYS]);
    }
    assert_true(table_memory(table) <= memory);
    table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_table_has_nothing),
        cmocka_unit_test(test_put_replaces_and_returns_the_old_value),
        cmocka_unit_test(test_it_behaves_like_an_array),
        cmocka_unit_test(test_it_stays_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
