/* How events add up to a ticket's urgency. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "track/urgency.h"

static const struct config config = { .score = { .bands = { 80, 60, 35, 0 } } };
static const struct config_screen screen = { .name = STR("q"), .label = STR("enquiry"), .band = 3 };

/* What one event says. */
struct said {
    int own, history, floor;
    bool screened;
};

static void score_of(const struct said *said, struct score *score)
{
    int points = said->own + said->history;
    *score = (struct score){ .floor = said->floor };
    score->family[FAMILY_TEXT] = said->own;
    score->family[FAMILY_HISTORY] = said->history;
    score->points = score_lifted(&config, points, said->floor);
    score->band = score_band(&config, score->points);
}

static const struct {
    const char *name;
    struct said events[3];
    int count;
    int score, band, floor;
    const char *label; /* NULL: none */
} cases[] = {
    { "one event is its own score", { { 40, 0, 0, false } }, 1, 40, 2, 0, NULL },
    { "calmer words do not lower it",
      { { 70, 0, 0, false }, { 5, 0, 0, false } },
      2,
      70,
      1,
      0,
      NULL },
    { "history adds to the strongest words so far",
      { { 50, 0, 0, false }, { 0, 15, 0, false } },
      2,
      65,
      1,
      0,
      NULL },
    { "history counts once, not event by event",
      { { 50, 0, 0, false }, { 0, 5, 0, false }, { 0, 10, 0, false } },
      3,
      60,
      1,
      0,
      NULL },
    { "history never carries across P1",
      { { 70, 0, 0, false }, { 0, 25, 0, false } },
      2,
      79,
      1,
      0,
      NULL },
    { "history ranks a danger among dangers",
      { { 55, 0, 80, false }, { 0, 25, 0, false } },
      2,
      96,
      0,
      80,
      NULL },
    { "a floor lifts", { { 20, 0, 80, false } }, 1, 84, 0, 80, NULL },
    { "a floor stays", { { 20, 0, 60, false }, { 10, 0, 0, false } }, 2, 64, 1, 60, NULL },
    { "a screened demand is labelled and capped", { { 40, 0, 0, true } }, 1, 40, 3, 0, "enquiry" },
    { "a hello does not end the cap",
      { { 40, 0, 0, true }, { 0, 5, 0, false } },
      2,
      45,
      3,
      0,
      "enquiry" },
    { "words that are urgent by themselves end it",
      { { 40, 0, 0, true }, { 45, 0, 0, false } },
      2,
      45,
      2,
      0,
      NULL },
    { "a later screening labels nothing",
      { { 40, 0, 0, false }, { 5, 0, 0, true } },
      2,
      40,
      2,
      0,
      NULL },
    { "a floor outranks the cap",
      { { 40, 0, 0, true }, { 5, 0, 80, true } },
      2,
      88,
      0,
      80,
      "enquiry" },
};

static void events_add_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena *arena = arena_new(4096);
        struct ticket ticket;
        ticket_init(&ticket, STR("t"), 0);
        for (int event = 0; event < cases[i].count; event++) {
            struct score score;
            score_of(&cases[i].events[event], &score);
            struct turn turn = { .config = &config,
                                 .arena = arena,
                                 .ticket = &ticket,
                                 .score = &score,
                                 .screen = cases[i].events[event].screened ? &screen : NULL,
                                 .created = event == 0 };
            urgency_take(&turn);
        }
        if (ticket.score != cases[i].score || ticket.band != cases[i].band ||
            ticket.floor != cases[i].floor || !str_equal(ticket.label, str_from(cases[i].label)))
            fail_msg("%s: score %d, band %d, floor %d, label '%.*s'", cases[i].name, ticket.score,
                     ticket.band, ticket.floor, STR_ARG(ticket.label));
        arena_free(arena);
    }
}

static void the_strongest_words_are_quoted(void **state)
{
    struct arena *arena = arena_new(4096);
    struct evidence weak = { .field = STR("body"), .text = STR("slow") };
    struct evidence strong = { .field = STR("body"), .text = STR("on fire") };
    struct evidence said_not = { .field = STR("body"), .text = STR("lawyer") };
    struct signal signals[] = {
        { .name = STR("text.anger"), .points = 50, .evidence = &weak, .evidence_count = 1 },
        { .name = STR("text.safety"),
          .points = 10,
          .floor = 80,
          .evidence = &strong,
          .evidence_count = 1 },
        { .name = STR("text.legal"),
          .points = 0,
          .floor = 90,
          .negated = true,
          .evidence = &said_not,
          .evidence_count = 1 },
    };
    struct str names[] = { STR("text.anger"), STR("text.safety") };
    struct score score = { .points = 80,
                           .floor = 80,
                           .signals = signals,
                           .signal_count = 3,
                           .names = names,
                           .name_count = 2 };
    struct ticket ticket;
    (void)state;
    ticket_init(&ticket, STR("t"), 0);
    struct turn turn = {
        .config = &config, .arena = arena, .ticket = &ticket, .score = &score, .created = true
    };
    urgency_take(&turn);
    assert_true(str_is(ticket.quote, "on fire"));
    assert_int_equal(ticket.signal_count, 2);
    urgency_take(&turn);
    assert_int_equal(ticket.signal_count, 2);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(events_add_up),
                                        cmocka_unit_test(the_strongest_words_are_quoted) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
