#include "ctl/learn_solve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { TICKETS = 40, OWN = 100, COMMON = 200, OFTEN = 300 };

/* Departments 3 and 7 resolved every other ticket. A ticket says a word of its department's (OWN
 * for 3, OWN + 1 for 7), a common word, and one that department 3 hears four times as often. */
struct world {
    struct learn_mark marks[TICKETS][3];
    struct learn_ticket tickets[TICKETS], *list[TICKETS];
    struct learn_set set;
    uint8_t rarity[LEARN_BUCKETS];
};

static struct world *make_world(void)
{
    static struct world world;
    memset(world.rarity, 64, sizeof(world.rarity));
    for (int i = 0; i < TICKETS; i++) {
        bool second = i % 2 == 1;
        struct learn_mark own = { (uint16_t)(OWN + second), 1 };
        world.marks[i][0] = own;
        world.marks[i][1] = (struct learn_mark){ COMMON, 1 };
        world.marks[i][2] = (struct learn_mark){ OFTEN, 1 };
        world.tickets[i] = (struct learn_ticket){ .marks = world.marks[i],
                                                  .mark_count = !second || i % 8 == 1 ? 3 : 2,
                                                  .department = second ? 7 : 3 };
        world.list[i] = &world.tickets[i];
    }
    world.set = (struct learn_set){ world.list, TICKETS };
    return &world;
}

static void test_words_speak_for_those_who_hear_them(void **state)
{
    const int departments[] = { 3, 7 };
    const struct world *world = make_world();
    struct learn_solution solution;
    (void)state;
    solution_find(&world->set, world->rarity, departments, 2, &solution);
    const double *first = solution_weights(&solution, 0), *second = solution_weights(&solution, 1);
    assert_int_equal(solution.seen_count, 2);
    assert_true(first[OWN] > 0 && first[OWN + 1] < 0);
    assert_true(second[OWN] < 0 && second[OWN + 1] > 0);
    /* The word that is only more frequent tells less, and the common one next to nothing. */
    assert_true(first[OFTEN] > 0 && first[OWN] > 2 * first[OFTEN]);
    assert_true(first[COMMON] < first[OWN] / 10 && first[COMMON] > -first[OWN] / 10);
    assert_true(first[OWN + 2] == 0);
    solution_free(&solution);
}

static void test_a_department_without_tickets_has_no_weights(void **state)
{
    const int departments[] = { 3, 5, 7 };
    const struct world *world = make_world();
    struct learn_solution solution;
    (void)state;
    solution_find(&world->set, world->rarity, departments, 3, &solution);
    assert_int_equal(solution.seen_count, 2);
    assert_true(solution.seen[0] && !solution.seen[1] && solution.seen[2]);
    for (size_t i = 0; i <= LEARN_BUCKETS; i++)
        assert_true(solution_weights(&solution, 1)[i] == 0);
    solution_free(&solution);
}

static void test_the_same_tickets_give_the_same_weights(void **state)
{
    const int departments[] = { 3, 7 };
    const struct world *world = make_world();
    struct learn_solution one, two;
    (void)state;
    solution_find(&world->set, world->rarity, departments, 2, &one);
    solution_find(&world->set, world->rarity, departments, 2, &two);
    assert_memory_equal(one.weights, two.weights, 2 * (LEARN_BUCKETS + 1) * sizeof(double));
    solution_free(&one);
    solution_free(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_speak_for_those_who_hear_them),
        cmocka_unit_test(test_a_department_without_tickets_has_no_weights),
        cmocka_unit_test(test_the_same_tickets_give_the_same_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
