/* Which matcher certainly takes what another takes: for warnings about routes nothing reaches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "match/match.h"

static void test_what_one_takes_the_other_takes(void **state)
{
    static const struct {
        const char *premise, *conclusion;
        bool implied;
    } rows[] = {
        { "category == a", "category == a", true },
        { "category == a", "category == b", false },
        { "category == a", "channel == a", false },
        { "category == a and score > 3", "category == a", true },
        { "category == a", "category == a and score > 3", false },
        { "category == a", "category == a or score > 3", true },
        { "category == a or category == b", "category in (a, b, c)", true },
        { "category == a or lang == zh", "category == a", false },
        { "category in (a, b)", "category in (b, a)", true },
        { "category in (a, b)", "category == a", false },
        { "category == a", "category", true },
        { "category", "category == a", false },
        { "category == a", "category != b", true },
        { "category == a", "category != a", false },
        { "category not in (a, b)", "category != a", true },
        { "category != a", "category not in (a, b)", false },
        { "signal == text.a", "signal != text.b", false },
        { "signal == text.a", "signal in (text.a, text.b)", true },
        { "score >= 80", "score >= 60", true },
        { "score >= 60", "score >= 80", false },
        { "score > 60", "score >= 60", true },
        { "score >= 60", "score > 60", false },
        { "score == 70", "score >= 60", true },
        { "score < 20", "score <= 20", true },
        { "band == P1", "band <= P2", true },
        { "band <= P2", "band == P1", false },
        { "lang == zh", "score >= 0", true },
        { "lang == zh", "band <= P4", true },
        { "lang == zh", "customer.value >= 0", false },
        { "not category == a", "category != a", true },
        { "not (category == a or lang == zh)", "lang != zh", true },
        { "not (category == a and lang == zh)", "lang != zh", false },
        { "category == a", "not (category == b)", true },
        { "category == a", "not (category == b or category == c)", true },
        { "attributes.x == 1", "attributes.x == 1", true },
        { "attributes.x == 1", "attributes.y == 1", false },
        { "body =~ 'a+'", "body =~ 'a+'", true },
        { "body =~ 'a'", "body =~ 'a+'", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct arena *arena = arena_new(4096);
        struct error err;
        struct matcher *premise = matcher_parse(str_from(rows[i].premise), arena, NULL, NULL, &err);
        struct matcher *conclusion =
            matcher_parse(str_from(rows[i].conclusion), arena, NULL, NULL, &err);
        if (!premise || !conclusion)
            fail_msg("%s", err.text);
        const struct matcher *premises[] = { premise };
        if (matcher_implies(premises, 1, conclusion) != rows[i].implied)
            fail_msg("'%s' should%s imply '%s'", rows[i].premise, rows[i].implied ? "" : " not",
                     rows[i].conclusion);
        matcher_close(premise);
        matcher_close(conclusion);
        arena_free(arena);
    }
}

static void test_several_premises_hold_together(void **state)
{
    struct arena *arena = arena_new(4096);
    struct error err;
    (void)state;
    struct matcher *a = matcher_parse(STR("lang == zh"), arena, NULL, NULL, &err);
    struct matcher *b = matcher_parse(STR("score > 50"), arena, NULL, NULL, &err);
    struct matcher *both = matcher_parse(STR("score > 40 and lang == zh"), arena, NULL, NULL, &err);
    const struct matcher *premises[] = { a, b };
    assert_true(matcher_implies(premises, 2, both));
    assert_false(matcher_implies(premises, 1, both));
    matcher_close(a);
    matcher_close(b);
    matcher_close(both);
    arena_free(arena);
}

static void what_excludes_what(void **state)
{
    static const struct {
        const char *premise, *matcher;
        bool excludes;
    } rows[] = {
        { "trigger in (breach, warning)", "trigger == dispute", true },
        { "trigger in (breach, warning)", "trigger == warning", false },
        { "trigger in (breach, warning)", "trigger == dispute or trigger == warning", false },
        { "band == P1 and band == P3", "band == P1 and band == P3", true },
        { "score > 60", "score < 40 and category == billing", true },
        { "score > 60", "score < 80", false },
        { "category == billing", "not category == billing", true },
        { "category == billing", "channel == phone", false },
        { "not clock", "clock == response and band <= P2", true },
        { "not clock", "clock =~ '^law' or clock", true },
        { "not clock", "clock != response", false },
        { "not clock", "clock == response or sla == gold", false },
    };
    struct arena *arena = arena_new(4096);
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct matcher *premise = matcher_parse(str_from(rows[i].premise), arena, NULL, NULL, NULL);
        struct matcher *matcher = matcher_parse(str_from(rows[i].matcher), arena, NULL, NULL, NULL);
        const struct matcher *premises = premise;
        if (matcher_excludes(&premises, 1, matcher) != rows[i].excludes)
            fail_msg("%s / %s", rows[i].premise, rows[i].matcher);
        matcher_close(premise);
        matcher_close(matcher);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_one_takes_the_other_takes),
        cmocka_unit_test(test_several_premises_hold_together),
        cmocka_unit_test(what_excludes_what),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
