#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "exactly_once/care.h"

enum { RECORDS = 10000 };

/* A process that lives and dies: what is committed is all that the next one knows. */
struct life {
    struct offset_note committed;
    struct care care;
    int64_t position;
};

static void start(struct life *life)
{
    life->care = care_begin(&life->committed, RECORDS);
}

static void arm(struct life *life)
{
    if (!life->care.armed)
        care_arm(&life->care, &life->committed);
}

/* Feeds the next batch; false: it died, because the poisonous event was in it. */
static bool feed(struct life *life, int64_t poison)
{
    if (care_gives_up(&life->care)) {
        care_passed(&life->care, 1, RECORDS, &life->committed);
        life->position++;
        return true;
    }
    arm(life);
    int batch = care_batch(&life->care, RECORDS);
    if (poison >= life->position && poison < life->position + batch)
        return false;
    care_passed(&life->care, batch, RECORDS, &life->committed);
    life->position += batch;
    return true;
}

static void test_poison_is_given_up_after_three_lonely_deaths(void **state)
{
    (void)state;
    static const int64_t places[] = { 0, 1, 63, 64, 65, 100, 9999, 10000, 12345 };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct life life = { 0 };
        int deaths = 0, lonely = 0;
        start(&life);
        while (life.position <= places[i]) {
            if (feed(&life, places[i]))
                continue;
            deaths++;
            lonely += care_batch(&life.care, RECORDS) == 1;
            assert_true(deaths < 10);
            start(&life);
        }
        assert_int_equal(lonely, CARE_DEATHS);
        assert_int_equal(deaths, CARE_DEATHS + 2);
        assert_true(life.position == places[i] + 1);
    }
}

static void test_batches_are_whole_again_afterwards(void **state)
{
    (void)state;
    struct life life = { 0 };
    start(&life);
    for (int i = 0; i < 400 || life.position <= 10; i++) {
        if (!feed(&life, 10))
            start(&life);
    }
    assert_int_equal(life.care.mode, CARE_WHOLE);
    assert_int_equal(care_batch(&life.care, RECORDS), RECORDS);
}

static void test_deaths_of_others_do_not_count(void **state)
{
    (void)state;
    struct life life = { .committed = { .attempt = 2 } };
    for (int i = 0; i < 20; i++) {
        start(&life); /* dies before its event is tried: nothing was armed */
        assert_int_equal(life.care.deaths, 0);
        assert_false(care_gives_up(&life.care));
    }
}

static void test_a_clean_end_is_no_death(void **state)
{
    (void)state;
    struct life life = { 0 };
    for (int i = 0; i < 10; i++) {
        start(&life);
        assert_int_equal(life.care.mode, CARE_WHOLE);
        assert_true(feed(&life, -1));
        care_clean(&life.care, &life.committed);
    }
    assert_int_equal(life.committed.attempt, 0);
}

static void test_a_timer_leaves_the_attempt_as_it_is(void **state)
{
    (void)state;
    struct offset_note note = { .attempt = 4, .left = 20 };
    struct care care = care_begin(&note, RECORDS);
    care_passed(&care, 0, RECORDS, &note);
    assert_int_equal(note.attempt, 4);
    assert_int_equal(care.deaths, 2);
}

static void test_notes_survive_the_text(void **state)
{
    (void)state;
    struct offset_note note = { UINT64_C(9007199254740993), INT64_C(1795320869141), 3, 10000 },
                       back;
    char text[OFFSET_NOTE_SIZE];
    struct error err;
    assert_true(offset_note_parse(str_from(offset_note_format(&note, text)), &back, &err));
    assert_true(note.counter == back.counter && note.stream == back.stream);
    assert_int_equal(note.attempt, back.attempt);
    assert_int_equal(note.left, back.left);
    assert_true(offset_note_parse(STR_NONE, &back, &err));
    assert_true(back.counter == 0 && back.attempt == 0);
}

static void test_strange_notes_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "1",     "2;1;1;1;1", "1;1;1;1", "1;1;1;1;1;1", "1;-1;1;1;1",
        "hello", "1;1;1;x;1", ";;;;",    "1;1;1;1;",    "1;1;1;1;99999999999"
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct offset_note note;
        struct error err;
        assert_false(offset_note_parse(str_from(texts[i]), &note, &err));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_poison_is_given_up_after_three_lonely_deaths),
        cmocka_unit_test(test_batches_are_whole_again_afterwards),
        cmocka_unit_test(test_deaths_of_others_do_not_count),
        cmocka_unit_test(test_a_clean_end_is_no_death),
        cmocka_unit_test(test_a_timer_leaves_the_attempt_as_it_is),
        cmocka_unit_test(test_notes_survive_the_text),
        cmocka_unit_test(test_strange_notes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
