#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "ctl/command.h"
#include "ctl/learn_train.h"
#include "host/config_file.h"
#include "json/json.h"

enum { TICKETS = 300, UNRESOLVED = 6, REOPENED = 24, RARE = 5 };

/* A folder with a configuration and a history: billing resolves refunds, quality what is broken,
 * legal has too few; every tenth ticket was resolved wrongly and came back. */
struct world {
    char folder[64], config[96], events[96], model[96];
    struct config *loaded;
};

static FILE *open_file(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    return file;
}

static void write_event(FILE *file, int ticket, const char *type, int minute, const char *members)
{
    fprintf(file,
            "{\"schema\":\"ombud.event/1\",\"type\":\"%s\",\"ticket\":\"t%d\",\"id\":\"%d-%s\","
            "\"time\":\"2026-%02d-%02dT%02d:%02d:00Z\",%s}\n",
            type, ticket, ticket, type, 1 + ticket / 28, 1 + ticket % 28, minute / 60, minute % 60,
            members);
}

static void write_ticket(FILE *file, int i)
{
    bool billing = i % 2 == 0, back = i % 10 == 9;
    char opened[256], resolved[64];
    snprintf(opened, sizeof(opened),
             "\"customer\":{\"account\":\"a%d\"},\"subject\":\"%s\",\"body\":\"Order %d, %s\"",
             i % 97, billing ? "Refund" : "Broken", 1000 + i,
             billing ? "charged twice 重复扣费" : "it smokes 冒烟了");
    snprintf(resolved, sizeof(resolved), "\"department\":\"%s\"",
             i < 5             ? "legal"
             : billing != back ? "billing"
                               : "Quality team");
    write_event(file, i, "opened", 0, opened);
    if (i % 50 == 49)
        return;
    write_event(file, i, "assigned", 10, "\"department\":\"service\"");
    write_event(file, i, "resolved", 60, resolved);
    if (back)
        write_event(file, i, "message", 120, "\"from\":\"customer\",\"body\":\"still not done\"");
}

static int set_up(void **state)
{
    static struct world world = { .folder = "/tmp/ombud-learn-XXXXXX" };
    struct config_findings findings;
    json_init();
    if (!mkdtemp(world.folder))
        return -1;
    snprintf(world.config, sizeof(world.config), "%s/a.yaml", world.folder);
    snprintf(world.events, sizeof(world.events), "%s/events.ndjson", world.folder);
    snprintf(world.model, sizeof(world.model), "%s/routing.ombm", world.folder);
    FILE *file = open_file(world.config);
    fputs("departments: { service: {}, billing: {}, legal: {}, quality: { name: Quality team } }\n"
          "route: { department: service }\n",
          file);
    fclose(file);
    file = open_file(world.events);
    for (int i = 0; i < TICKETS; i++)
        write_ticket(file, i);
    fclose(file);
    world.loaded = config_open(world.config, &findings);
    config_findings_free(&findings);
    *state = &world;
    return world.loaded ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    config_free(world->loaded);
    unlink(world->config);
    unlink(world->events);
    unlink(world->model);
    return rmdir(world->folder);
}

static void test_a_history_keeps_who_finally_resolved_what(void **state)
{
    struct world *world = *state;
    struct error err = { "" };
    struct model_facts facts = { 0 };
    struct learn_set all = { 0 };
    bool departments[4];
    struct learn_history *history = history_open(world->loaded);
    assert_true(history_file(history, world->events, &err));
    set_collect(history, NULL, &all, &facts);
    set_drop_rare(&all, world->loaded, departments, &facts);
    assert_int_equal(facts.unresolved, UNRESOLVED);
    assert_int_equal(facts.reopened, REOPENED);
    assert_int_equal(facts.rare, RARE);
    assert_int_equal(all.count, TICKETS - UNRESOLVED - REOPENED - RARE);
    assert_false(departments[0] || departments[2]);
    for (size_t i = 0; i < all.count; i++) {
        const struct learn_ticket *ticket = all.tickets[i];
        assert_true(i == 0 || all.tickets[i - 1]->opened <= ticket->opened);
        /* By its name, and not by whom it was assigned to before. */
        assert_int_equal(ticket->department, atoi(ticket->id.data + 1) % 2 == 0 ? 1 : 3);
        assert_int_equal(ticket->tree, 0);
    }
    set_free(&all);
    history_close(history);
}

static void test_no_account_stands_on_both_sides(void **state)
{
    struct world *world = *state;
    struct error err = { "" };
    struct model_facts facts = { 0 };
    struct learn_set all = { 0 }, early = { 0 }, held = { 0 };
    struct learn_history *history = history_open(world->loaded);
    assert_true(history_file(history, world->events, &err));
    set_collect(history, NULL, &all, &facts);
    set_split(&all, &early, &held);
    assert_true(early.count > 0 && held.count > 0);
    for (size_t i = 0; i < early.count; i++) {
        for (size_t k = 0; k < held.count; k++) {
            assert_true(early.tickets[i]->opened < held.tickets[k]->opened);
            assert_false(str_equal(early.tickets[i]->account, held.tickets[k]->account));
        }
    }
    set_free(&all);
    set_free(&early);
    set_free(&held);
    history_close(history);
}

static int learn(const struct world *world, const char *option, const char *value)
{
    char *arguments[] = { "learn",
                          "-c",
                          (char *)world->config,
                          "--events",
                          (char *)world->events,
                          (char *)option,
                          (char *)value,
                          NULL };
    optind = 0; /* getopt begins anew */
    return command_learn.run(&command_learn, value ? 7 : 6, arguments);
}

static struct str read_file(const char *path, char *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, room, file);
    fclose(file);
    return (struct str){ bytes, size };
}

static void test_the_same_history_gives_the_same_bytes(void **state)
{
    static char one[1 << 18], two[1 << 18];
    const struct world *world = *state;
    struct error err = { "" };
    assert_int_equal(learn(world, "-o", world->model), 0);
    struct str first = read_file(world->model, one, sizeof(one));
    assert_int_equal(learn(world, "--output", world->model), 0);
    struct str again = read_file(world->model, two, sizeof(two));
    assert_true(str_equal(first, again));

    struct fold *fold = fold_new(&err);
    struct routing_model *model = model_read(first, fold, &err);
    assert_non_null(model);
    const struct model_facts *facts = model_facts(model);
    assert_int_equal(facts->department_count, 2);
    assert_int_equal(facts->tickets, TICKETS - UNRESOLVED - REOPENED - RARE);
    assert_int_equal(facts->right, facts->held_out);
    assert_true(str_is(facts->config, world->loaded->fingerprint));
    model_free(model);
    fold_free(fold);
}

static void test_what_cannot_be_learned_from_is_said(void **state)
{
    const struct world *world = *state;
    struct world few = *world;
    assert_int_equal(learn(world, "--report", NULL), 0);
    assert_int_equal(learn(world, "--topic", "home"), EX_USAGE);
    assert_int_equal(learn(world, "-o", "/nowhere/there/model"), EX_IOERR);
    assert_int_equal(learn(world, "--holdout", "/nowhere"), EX_USAGE);
    snprintf(few.events, sizeof(few.events), "%s/few.ndjson", few.folder);
    FILE *file = open_file(few.events);
    for (int i = 0; i < 12; i++)
        write_ticket(file, i);
    fclose(file);
    assert_int_equal(learn(&few, "--report", NULL), EX_DATAERR);
    unlink(few.events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_history_keeps_who_finally_resolved_what),
        cmocka_unit_test(test_no_account_stands_on_both_sides),
        cmocka_unit_test(test_the_same_history_gives_the_same_bytes),
        cmocka_unit_test(test_what_cannot_be_learned_from_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
