#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "route/route.h"

enum { SERVICE, QUALITY, QUALITY_EU, BILLING, LEGAL, DEPARTMENTS };
static const char *const slugs[] = { "service", "quality", "quality-eu", "billing", "legal" };

/* service > quality (safety) > quality-eu (region eu); service > billing (billing, score 20) */
struct world {
    struct arena *arena;
    struct config config;
    struct config_department departments[DEPARTMENTS];
    struct config_route root, top[2], below[1];
    struct config_inform informs[2];
    struct config_screen screens[2];
};

static struct matcher *parse(struct world *world, const char *text)
{
    struct error err = { "" };
    struct matcher *matcher = matcher_parse(str_from(text), world->arena, NULL, NULL, &err);
    if (!matcher)
        fail_msg("%s: %s", text, err.text);
    return matcher;
}

static int setup(void **state)
{
    static const int legal[] = { LEGAL }, both[] = { QUALITY, LEGAL };
    static struct world world;
    memset(&world, 0, sizeof(world));
    world.arena = arena_new(4096);
    for (size_t i = 0; i < DEPARTMENTS; i++)
        world.departments[i].slug = str_from(slugs[i]);
    world.below[0] = (struct config_route){ .name = STR("eu"),
                                            .department = QUALITY_EU,
                                            .matcher = parse(&world, "attributes.region == eu") };
    world.top[0] = (struct config_route){ .name = STR("safety"),
                                          .department = QUALITY,
                                          .matcher = parse(&world, "signal == text.safety"),
                                          .inform = legal,
                                          .inform_count = 1,
                                          .children = world.below,
                                          .child_count = 1 };
    world.top[1] =
        (struct config_route){ .name = STR("billing"),
                               .department = BILLING,
                               .matcher = parse(&world, "category == billing and score >= 20") };
    world.root = (struct config_route){
        .name = STR("service"), .department = SERVICE, .children = world.top, .child_count = 2
    };
    world.informs[0] =
        (struct config_inform){ .matcher = parse(&world, "department == billing and score >= 60"),
                                .departments = both,
                                .department_count = 2 };
    world.informs[1] = (struct config_inform){ .matcher = parse(&world, "signal == text.legal"),
                                               .departments = both,
                                               .department_count = 2 };
    world.screens[0] = (struct config_screen){ .label = STR("praise"),
                                               .matcher = parse(&world, "signal == text.praise") };
    world.screens[1] =
        (struct config_screen){ .label = STR("enquiry"), .matcher = parse(&world, "score == 0") };
    world.config = (struct config){ .root = &world.root,
                                    .departments = world.departments,
                                    .department_count = DEPARTMENTS,
                                    .informs = world.informs,
                                    .inform_count = 2,
                                    .screens = world.screens,
                                    .screen_count = 2 };
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    struct matcher *all[] = { world->below[0].matcher,   world->top[0].matcher,
                              world->top[1].matcher,     world->informs[0].matcher,
                              world->informs[1].matcher, world->screens[0].matcher,
                              world->screens[1].matcher };
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        matcher_close(all[i]);
    arena_free(world->arena);
    return 0;
}

/* "service/billing +legal ~safety(signal == text.safety)": path, informed, nearest miss. */
static void tell(const struct verdict *verdict, struct buf *out)
{
    for (size_t i = 0; i < verdict->path_count; i++)
        buf_printf(out, "%s%.*s", i ? "/" : "", STR_ARG(verdict->path[i]->name));
    for (size_t i = 0; i < verdict->informed_count; i++)
        buf_printf(out, " +%s", slugs[verdict->informed[i]]);
    if (verdict->miss)
        buf_printf(out, " ~%.*s(%.*s)", STR_ARG(verdict->miss->name),
                   STR_ARG(verdict->miss_why.failed));
    if (verdict->unrouted)
        buf_printf(out, " unrouted");
}

static void routes(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *name, *signal, *category, *region;
        int score;
        const char *expected;
    } rows[] = {
        { "what nothing matches goes to the root", "x", "parcel", "", 50,
          "service ~billing(category == billing) unrouted" },
        { "the deepest match is responsible, the path informs", "text.safety", "billing", "eu", 50,
          "service/safety/eu +legal" },
        { "a missed child is the nearest miss", "text.safety", "", "us", 50,
          "service/safety +legal ~eu(attributes.region == eu)" },
        { "the second condition is the one that failed", "x", "billing", "", 10,
          "service ~billing(score >= 20) unrouted" },
        { "an earlier sibling missed, a later one matched", "x", "billing", "", 50,
          "service/billing ~safety(signal == text.safety)" },
        { "flat rules see the responsible department", "x", "billing", "", 60,
          "service/billing +quality +legal ~safety(signal == text.safety)" },
        { "the responsible one gets no copy, and nobody two", "text.safety", "billing", "", 60,
          "service/safety +legal ~eu(attributes.region == eu)" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct attribute region = { .name = STR("region"), .text = str_from(rows[i].region) };
        struct event event = { .attributes = &region, .attribute_count = 1 };
        struct str signal = str_from(rows[i].signal);
        struct facts facts = { .event = &event,
                               .signals = &signal,
                               .signal_count = 1,
                               .score = rows[i].score,
                               .category = str_from(rows[i].category) };
        struct verdict verdict;
        struct buf got = { 0 };
        route_event(&world->config, &facts, world->arena, &verdict);
        tell(&verdict, &got);
        if (strcmp(buf_text(&got), rows[i].expected) != 0)
            fail_msg("%s:\n  expected %s\n  got      %s", rows[i].name, rows[i].expected,
                     buf_text(&got));
        buf_free(&got);
    }
}

/* Of a ticket that goes quality-eu > quality > service, with billing as the second best. */
static void who_handed_it_back_is_passed_over(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *name;
        int without[4];
        size_t count;
        const char *expected;
    } rows[] = {
        { "nobody did", { 0 }, 0, "service/safety/eu +legal" },
        { "the parent stands in", { QUALITY_EU }, 1, "service/safety +legal" },
        { "a child stays where its parent is passed over",
          { QUALITY },
          1,
          "service/safety/eu +legal" },
        { "the next route that matches is tried", { QUALITY_EU, QUALITY }, 2, "service/billing" },
        { "then the root", { QUALITY_EU, QUALITY, BILLING }, 3, "service unrouted" },
        { "then nobody is left", { QUALITY_EU, QUALITY, BILLING, SERVICE }, 4, " unrouted" },
    };
    struct attribute region = { .name = STR("region"), .text = STR("eu") };
    struct event event = { .attributes = &region, .attribute_count = 1 };
    struct str signal = STR("text.safety");
    struct facts facts = { .event = &event,
                           .signals = &signal,
                           .signal_count = 1,
                           .score = 50,
                           .category = STR("billing") };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct verdict verdict;
        struct buf got = { 0 };
        route_event_without(&world->config, &facts, rows[i].without, rows[i].count, world->arena,
                            &verdict);
        tell(&verdict, &got);
        if (strcmp(buf_text(&got), rows[i].expected) != 0)
            fail_msg("%s:\n  expected %s\n  got      %s", rows[i].name, rows[i].expected,
                     buf_text(&got));
        assert_int_equal(verdict.department < 0, rows[i].count == 4);
        buf_free(&got);
    }
}

static void the_first_screening_rule_labels(void **state)
{
    struct world *world = *state;
    struct event event = { 0 };
    struct str signal = STR("text.praise");
    struct facts facts = { .event = &event, .signals = &signal, .signal_count = 1 };
    assert_ptr_equal(screen_event(&world->config, &facts), &world->screens[0]);
    facts.signal_count = 0;
    assert_ptr_equal(screen_event(&world->config, &facts), &world->screens[1]);
    facts.score = 1;
    assert_null(screen_event(&world->config, &facts));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(routes, setup, teardown),
        cmocka_unit_test_setup_teardown(who_handed_it_back_is_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(the_first_screening_rule_labels, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
