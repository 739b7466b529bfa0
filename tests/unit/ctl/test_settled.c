/* What is settled of a partition of dead letters, as it is kept in a committed offset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "ctl/settled.h"
#include "random_events.h"

static void test_it_reads_what_it_wrote(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t offset, begin, base;
        const char *text;
        struct settled_run runs[2];
    } cases[] = {
        { "nothing was ever settled", -1001, 7, 7, "", { { 0 } } },
        { "all before an offset", 9, 7, 9, "", { { 0 } } },
        { "a run", 9, 7, 9, "1 1+1", { { 10, 11 } } },
        { "two", 0, 0, 0, "1 a+z,10+5", { { 10, 45 }, { 81, 86 } } },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct settled settled = { 0 };
        struct buf text = { 0 };
        struct error err;
        print_message("%s\n", cases[i].name);
        assert_true(
            settled_read(&settled, cases[i].offset, str_from(cases[i].text), cases[i].begin, &err));
        assert_int_equal(settled.base, cases[i].base);
        for (size_t k = 0; k < settled.count; k++) {
            assert_int_equal(settled.runs[k].from, cases[i].runs[k].from);
            assert_int_equal(settled.runs[k].to, cases[i].runs[k].to);
        }
        settled_text(&settled, &text);
        assert_string_equal(buf_text(&text), cases[i].text);
        buf_free(&text);
        settled_free(&settled);
    }
}

static void test_what_is_not_ours_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "2 1+1", "x",    "1 ",     "1 1",       "1 1+",
        "1 1+0", "1 +1", "1 1+1,", "1 1+1;2+2", "1 1+zzzzzzzzzzzzzzzz"
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct settled settled = { 0 };
        struct error err = { "" };
        bool fine = settled_read(&settled, 5, str_from(wrong[i]), 0, &err);
        /* A version without runs and a comma without a run say nothing wrong. */
        if (strcmp(wrong[i], "1 ") == 0 || strcmp(wrong[i], "1 1+1,") == 0)
            assert_true(fine);
        else if (fine)
            fail_msg("'%s' is taken", wrong[i]);
        settled_free(&settled);
    }
}

enum { LETTERS = 60, ROUNDS = 12 };

/* Round by round some letters are settled, by walks of which some end early; there are holes
 * between the letters. After each round exactly those are known as settled. */
static void test_walks_that_end_anywhere_lose_and_invent_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        uint64_t random = seed;
        int64_t offsets[LETTERS], end = 0;
        bool done[LETTERS] = { false };
        struct settled settled = { 0 };
        for (int i = 0; i < LETTERS; i++)
            end = (offsets[i] = end + dice(&random, 3)) + 1;
        for (int round = 0; round < ROUNDS; round++) {
            struct settling walk;
            struct settled next;
            int until = dice(&random, 3) ? LETTERS : (int)dice(&random, LETTERS);
            int64_t reached = settled.base;
            settling_begin(&walk, &settled);
            for (int i = 0; i < until; i++) {
                if (offsets[i] < settled.base)
                    continue;
                assert_int_equal(settled_has(&settled, offsets[i]), done[i]);
                done[i] = done[i] || dice(&random, 4) == 0;
                settling_pass(&walk, offsets[i], done[i]);
                reached = offsets[i] + 1;
            }
            settling_end(&walk, &settled, reached, &next);
            struct buf text = { 0 };
            struct error err;
            settled_text(&next, &text);
            settled_free(&settled);
            if (!settled_read(&settled, next.base, buf_str(&text), 0, &err))
                fail_msg("seed %llu: %s", (unsigned long long)seed, err.text);
            for (int i = 0; i < LETTERS; i++) {
                if (settled_has(&settled, offsets[i]) != done[i])
                    fail_msg("seed %llu, round %d: offset %lld", (unsigned long long)seed, round,
                             (long long)offsets[i]);
            }
            buf_free(&text);
            settled_free(&next);
            settling_free(&walk);
        }
        settled_free(&settled);
    }
}

static void test_when_nothing_is_left_only_an_offset_is_kept(void **state)
{
    (void)state;
    struct settled before = { 0 }, next;
    struct settling walk;
    struct error err;
    assert_true(settled_read(&before, 10, STR("1 1+1,1+1"), 0, &err)); /* 11 and 13 are settled */
    settling_begin(&walk, &before);
    for (int64_t offset = 10; offset < 15; offset++)
        settling_pass(&walk, offset, true);
    settling_end(&walk, &before, 15, &next);
    assert_int_equal(next.base, 15);
    assert_int_equal(next.count, 0);
    settling_free(&walk);
    settled_free(&before);
    settled_free(&next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_reads_what_it_wrote),
        cmocka_unit_test(test_what_is_not_ours_is_refused),
        cmocka_unit_test(test_walks_that_end_anywhere_lose_and_invent_nothing),
        cmocka_unit_test(test_when_nothing_is_left_only_an_offset_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
