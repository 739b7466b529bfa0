#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "json/json.h"
#include "enrich/enrich.h"

static int setup(void **state)
{
    json_init();
    *state = customers_new();
    return 0;
}

static int teardown(void **state)
{
    customers_free(*state);
    return 0;
}

static void put(struct customers *customers, struct str account, struct str value)
{
    struct error err = { "" };
    if (!customers_put(customers, account, value, &err))
        fail_msg("%s", err.text);
}

static void records_become_rows(void **state)
{
    struct customers *customers = *state;
    put(customers, STR("acme"),
        STR("{\"account\":\"acme\",\"name\":\"Acme\",\"tier\":\"gold\",\"value\":90,"
            "\"lifecycle\":\"renewal\",\"vulnerable\":true,"
            "\"churned_at\":\"2026-01-02T00:00:00Z\"}"));
    put(customers, STR("odd"), STR("{\"tier\":7,\"value\":101,\"vulnerable\":\"yes\"}"));
    const struct customer_row *row = customers_find(customers, STR("acme"));
    assert_non_null(row);
    assert_true(str_is(row->name, "Acme"));
    assert_true(str_is(row->tier, "gold"));
    assert_true(str_is(row->lifecycle, "renewal"));
    assert_int_equal(row->value, 90);
    assert_int_equal(row->vulnerable, 1);
    assert_int_equal(row->churned_at, INT64_C(1767312000000));
    row = customers_find(customers, STR("odd"));
    assert_non_null(row);
    assert_false(str_present(row->tier));
    assert_int_equal(row->value, -1);
    assert_int_equal(row->vulnerable, -1);
    assert_int_equal(row->churned_at, TIME_NEVER);
}

static void a_newer_record_replaces_and_a_tombstone_removes(void **state)
{
    struct customers *customers = *state;
    put(customers, STR("a"), STR("{\"tier\":\"gold\"}"));
    put(customers, STR("a"), STR("{\"tier\":\"free\"}"));
    assert_true(str_is(customers_find(customers, STR("a"))->tier, "free"));
    assert_int_equal(customers_count(customers), 1);
    put(customers, STR("a"), STR_NONE);
    put(customers, STR("never"), STR_NONE);
    assert_null(customers_find(customers, STR("a")));
    assert_int_equal(customers_count(customers), 0);
}

static void what_is_no_customer_changes_nothing(void **state)
{
    struct customers *customers = *state;
    struct error err;
    put(customers, STR("a"), STR("{\"tier\":\"gold\"}"));
    assert_false(customers_put(customers, STR("a"), STR("[1]"), &err));
    assert_string_equal(err.text, "customer 'a': not a JSON object");
    assert_false(customers_put(customers, STR("a"), STR("{\"tier\":"), &err));
    assert_memory_equal(err.text, "customer 'a': byte 8: ", 22);
    assert_false(customers_put(customers, STR(""), STR("{}"), &err));
    assert_true(str_is(customers_find(customers, STR("a"))->tier, "gold"));
}

static void a_copy_outlives_the_original_and_its_changes(void **state)
{
    struct customers *customers = *state;
    put(customers, STR("a"), STR("{\"tier\":\"gold\"}"));
    put(customers, STR("b"), STR("{\"tier\":\"silver\"}"));
    struct customers *copy = customers_copy(customers);
    put(customers, STR("a"), STR("{\"tier\":\"free\"}"));
    put(customers, STR("b"), STR_NONE);
    assert_true(str_is(customers_find(copy, STR("a"))->tier, "gold"));
    assert_true(str_is(customers_find(copy, STR("b"))->tier, "silver"));
    customers_free(copy);
    assert_true(str_is(customers_find(customers, STR("a"))->tier, "free"));
}

static void the_table_is_right_about_its_customers(void **state)
{
    struct customers *customers = *state;
    put(customers, STR("acme"), STR("{\"tier\":\"gold\",\"value\":0}"));
    struct arena *arena = arena_new(256);
    struct event event = { .customer = { .given = true,
                                         .contact = STR("acme"),
                                         .tier = STR("free"),
                                         .lifecycle = STR("renewal"),
                                         .value = 50,
                                         .vulnerable = 1 } };
    struct customer customer;
    assert_true(enrich_customer(customers, NULL, &event, arena, &customer));
    assert_true(str_is(customer.account, "acme")); /* the default is the contact */
    assert_true(str_is(customer.tier, "gold"));
    assert_int_equal(customer.value, 0);
    assert_true(str_is(customer.lifecycle, "renewal")); /* the row does not know it */
    assert_int_equal(customer.vulnerable, 1);
    assert_false(enrich_customer(NULL, NULL, &event, arena, &customer));
    assert_true(str_is(customer.tier, "free"));
    arena_free(arena);
}

static void a_later_event_completes_what_the_ticket_knows(void **state)
{
    struct arena *arena = arena_new(256);
    const struct customer known = { .given = true,
                                    .internal = true,
                                    .account = STR("acme"),
                                    .tier = STR("gold"),
                                    .value = 70,
                                    .vulnerable = -1 };
    struct event silent = { .customer = { .value = -1, .vulnerable = -1 } };
    struct event partial = { .customer = { .given = true,
                                           .internal = true,
                                           .value = -1,
                                           .vulnerable = 0,
                                           .tier = STR("silver") } };
    struct customer customer;
    assert_false(enrich_customer(*state, &known, &silent, arena, &customer));
    assert_true(customer.internal);
    assert_true(str_is(customer.tier, "gold"));
    assert_int_equal(customer.value, 70);
    enrich_customer(*state, &known, &partial, arena, &customer);
    assert_true(str_is(customer.account, "acme"));
    assert_true(str_is(customer.tier, "silver"));
    assert_int_equal(customer.value, 70);
    assert_int_equal(customer.vulnerable, 0);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(records_become_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(a_newer_record_replaces_and_a_tombstone_removes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_is_no_customer_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_copy_outlives_the_original_and_its_changes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_table_is_right_about_its_customers, setup, teardown),
        cmocka_unit_test_setup_teardown(a_later_event_completes_what_the_ticket_knows, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
