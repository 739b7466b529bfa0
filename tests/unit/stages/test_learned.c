/* What a routing model may and may not do: in configurations, in the tree, before its root. */
#include "learn/small_model.h"
#include "tickets_world.h"

#include "config/reload.h"
#include "explain/explain.h"
#include "text/lexicon.h"

#define TREE                                                                                       \
    "departments: { service: {}, billing: {}, quality: {}, legal: {} }\n"                          \
    "lexicons: [" SOURCE_DIR "/conf/lexicons/en]\n"                                                \
    "route:\n"                                                                                     \
    "  department: service\n"                                                                      \
    "  routes:\n"                                                                                  \
    "    - { match: \"category == contract\", department: legal }\n"                               \
    "    - { match: \"learned == quality and margin >= 70\", department: quality }\n"
#define LEARNED "learned: { model: models/routing.ombm, fallback: true, margin: 30 }\n"

static struct buf model_file;

struct files {
    struct str text, model;
};

static bool read_files(void *arg, struct str path, struct arena *arena,
                       bool (*each)(void *each_arg, struct str path, struct str text,
                                    struct error *err),
                       void *each_arg, struct error *err)
{
    const struct files *files = arg;
    if (str_is(path, "a.yaml"))
        return each(each_arg, path, files->text, err);
    if (str_is(path, "models/routing.ombm"))
        return each(each_arg, path, files->model, err);
    return config_read_file(NULL, path, arena, each, each_arg, err);
}

static struct config *load(const char *text, struct str model, struct config_findings *findings)
{
    struct files files = { str_from(text), model };
    return config_load(STR("a.yaml"), read_files, &files, findings);
}

static int set_up(void **state)
{
    struct error err;
    struct fold *fold = fold_new(&err);
    (void)state;
    json_init();
    small_model_write("billing", "quality", fold, &model_file);
    fold_free(fold);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_free(&model_file);
    return 0;
}

/* ---- configurations ---- */

#define SMALL "departments: { service: {}, billing: {}, quality: {} }\n"
#define ROOT_ONLY "route: { department: service }\n"
#define ROUTE(match)                                                                               \
    "route: { department: service, routes: [{ match: \"" match "\", department: billing }] }\n"
#define MODEL "learned: { model: models/routing.ombm }\n"

static void test_what_does_not_fit_is_refused_at_its_place(void **state)
{
    const struct {
        const char *text;
        size_t cut; /* bytes that the model lacks */
        const char *finding;
    } rows[] = {
        { SMALL MODEL ROOT_ONLY, 1,
          "a.yaml:2:19: models/routing.ombm: the model is cut off or damaged: its checksum does "
          "not fit" },
        { SMALL MODEL ROOT_ONLY, model_file.size - 30,
          "a.yaml:2:19: models/routing.ombm: this is no routing model; `ombudctl learn` makes "
          "one" },
        { "departments: { service: {}, billing: {} }\n" MODEL ROOT_ONLY, 0,
          "a.yaml:2:19: the model knows the department 'quality', and this configuration does "
          "not" },
        { SMALL "learned: { model: other.ombm }\n" ROOT_ONLY, 0,
          "a.yaml:2:19: cannot open 'other.ombm': No such file or directory" },
        { SMALL "learned: { fallback: true }\n" ROOT_ONLY, 0,
          "a.yaml:2:22: 'fallback' needs 'model': there is nothing that was learned" },
        { SMALL ROUTE("learned == billing"), 0,
          "a.yaml:2:49: 'learned' asks a model, and 'learned.model' names none" },
        { SMALL ROUTE("margin >= 20"), 0,
          "a.yaml:2:49: 'margin' asks a model, and 'learned.model' names none" },
        { SMALL MODEL ROUTE("learned == biling"), 0,
          "a.yaml:3:49: unknown department 'biling' (did you mean 'billing'?)" },
        { SMALL MODEL ROUTE("learned == service"), 0,
          "a.yaml:3:49: warning: the model never chooses 'service': it has not learned it" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct str model = { model_file.data, model_file.size - rows[i].cut };
        struct config_findings findings;
        bool found = false;
        struct config *config = load(rows[i].text, model, &findings);
        for (size_t k = 0; k < findings.count; k++)
            found |= str_is(findings.items[k].text, rows[i].finding);
        if (!found)
            fail_msg("%s: %.*s", rows[i].finding,
                     STR_ARG(findings.count ? findings.items[0].text : STR("nothing")));
        assert_int_equal(config == NULL, strstr(rows[i].finding, "warning") == NULL);
        config_findings_free(&findings);
        config_free(config);
    }
}

static void test_another_model_is_another_fingerprint(void **state)
{
    struct config_findings findings;
    struct buf other = { 0 };
    struct error err;
    struct fold *fold = fold_new(&err);
    (void)state;
    small_model_write("quality", "billing", fold, &other);
    struct config *one = load(SMALL MODEL ROOT_ONLY, buf_str(&model_file), &findings);
    config_findings_free(&findings);
    struct config *two = load(SMALL MODEL ROOT_ONLY, buf_str(&other), &findings);
    config_findings_free(&findings);
    assert_string_not_equal(one->fingerprint, two->fingerprint);
    assert_non_null(strstr(one->canonical.data, one->learned.hash));
    assert_true(config_reload_allowed(one, two, &err));
    config_free(one);
    config_free(two);
    fold_free(fold);
    buf_free(&other);
}

/* ---- tickets ---- */

static struct str output(const struct world *world, enum output wanted)
{
    for (size_t i = 0; i < world->actions.count; i++) {
        if (world->actions.items[i].output == wanted)
            return world->actions.items[i].value;
    }
    return STR("");
}

static void feed(struct world *world, const char *ticket, const char *type, const char *members)
{
    char event[1024];
    snprintf(event, sizeof(event),
             "{\"schema\":\"ombud.event/1\",\"type\":\"%s\",\"ticket\":\"%s\",\"id\":\"%lld\","
             "\"time\":\"2026-11-21T00:00:00Z\",%s}",
             type, ticket, (long long)world->offset, members);
    world_feed(world, str_from(event), WORLD_START);
    world_commit(world);
}

static void assert_says(struct str text, const char *part, const char *what)
{
    if (!strstr(text.data, part))
        fail_msg("%s: no %s in %.*s", what, part, STR_ARG(text));
}

static void test_tickets(void **state)
{
    static const struct {
        const char *what, *members, *responsible, *route, *why, *learned;
    } rows[] = {
        { "before the root what was learned decides", "\"body\":\"被重复扣费\"", "billing",
          "[\"service\",\"learned\"]", "learned",
          "\"learned\":{\"department\":\"billing\",\"margin\":100,\"reasons\":[\"扣费\"]}" },
        { "a route of the tree comes first", "\"category\":\"contract\",\"body\":\"扣费\"", "legal",
          "[\"service\",\"legal\"]", "routed", NULL },
        { "a route may ask", "\"body\":\"冒烟\"", "quality", "[\"service\",\"quality\"]", "routed",
          "\"learned\":{\"department\":\"quality\",\"margin\":100,\"reasons\":[\"冒烟\"]}" },
        { "a margin that is too small for the route is enough before the root",
          "\"body\":\"broken\"", "quality", "[\"service\",\"learned\"]", "learned",
          "\"reasons\":[\"broken\"]" },
        { "as much for one as for the other", "\"body\":\"refund broken\"", "service",
          "[\"service\"]", "unrouted", NULL },
        { "nothing that it knows", "\"body\":\"hello\"", "service", "[\"service\"]", "unrouted",
          NULL },
        { "a danger is never its matter",
          "\"body\":\"The heater caught fire in the hall. 扣费 冒烟\"", "service", "[\"service\"]",
          "unrouted", NULL },
    };
    struct config_findings findings;
    struct world world;
    (void)state;
    struct config *config = load(TREE LEARNED, buf_str(&model_file), &findings);
    config_findings_free(&findings);
    assert_non_null(config);
    world_open(&world, config, 0, 1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char ticket[16], part[128];
        snprintf(ticket, sizeof(ticket), "t%zu", i);
        feed(&world, ticket, "opened", rows[i].members);
        struct str decision = output(&world, OUTPUT_DECISIONS);
        snprintf(part, sizeof(part), "\"responsible\":\"%s\"", rows[i].responsible);
        assert_says(decision, part, rows[i].what);
        snprintf(part, sizeof(part), "\"route\":%s", rows[i].route);
        assert_says(decision, part, rows[i].what);
        snprintf(part, sizeof(part), "\"why\":\"%s\"", rows[i].why);
        assert_says(output(&world, OUTPUT_DEPARTMENT), part, rows[i].what);
        if (rows[i].learned)
            assert_says(decision, rows[i].learned, rows[i].what);
        else
            assert_null(strstr(decision.data, "\"learned\":{"));
    }
    world_close(&world);
    config_free(config);
}

static void test_later_words_do_not_move_a_ticket(void **state)
{
    struct config_findings findings;
    struct world world;
    (void)state;
    struct config *config = load(TREE LEARNED, buf_str(&model_file), &findings);
    config_findings_free(&findings);
    world_open(&world, config, 0, 1);
    feed(&world, "t", "opened", "\"body\":\"扣费\"");
    feed(&world, "t", "message", "\"body\":\"冒烟 broken\"");
    struct str decision = output(&world, OUTPUT_DECISIONS);
    assert_says(decision, "\"responsible\":\"billing\"", "a message");
    /* What is asked is what the ticket began with. */
    assert_says(decision, "\"learned\":{\"department\":\"billing\"", "a message");
    assert_says(decision, "\"informed\":[]", "a message");
    world_close(&world);
    config_free(config);
}

static void test_explain_quotes_what_weighed_most(void **state)
{
    struct config_findings findings;
    struct world world;
    struct buf out = { 0 };
    (void)state;
    struct config *config = load(TREE LEARNED, buf_str(&model_file), &findings);
    config_findings_free(&findings);
    world_open(&world, config, 0, 1);
    feed(&world, "t", "opened", "\"body\":\"被扣费，要 refund\"");
    explain_text(config, STR_NONE, &world.actions, EXPLAIN_EN, &out);
    assert_says(str_from(buf_text(&out)), "learned: billing by “扣费”, “refund”, margin 100", "en");
    buf_clear(&out);
    explain_text(config, STR_NONE, &world.actions, EXPLAIN_ZH, &out);
    assert_says(str_from(buf_text(&out)), "历史工单学到：billing，依据“扣费”、“refund”，把握 100",
                "zh");
    buf_free(&out);
    world_close(&world);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_does_not_fit_is_refused_at_its_place),
        cmocka_unit_test(test_another_model_is_another_fingerprint),
        cmocka_unit_test(test_tickets),
        cmocka_unit_test(test_later_words_do_not_move_a_ticket),
        cmocka_unit_test(test_explain_quotes_what_weighed_most),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
