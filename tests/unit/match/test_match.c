#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "config/config.h"
#include "match/match.h"

/* What a `facts` line of tests/cases/route/matcher.txt says. */
struct scene {
    struct event event;
    struct customer customer;
    struct facts facts;
    struct str signals[8], tags[8];
    struct attribute attributes[8];
};

static void scene_clear(struct scene *scene, struct match_scratch *scratch)
{
    memset(scene, 0, sizeof(*scene));
    scene->facts.scratch = scratch;
    scene->customer.value = scene->customer.vulnerable = -1;
    scene->event.tags = scene->tags;
    scene->event.attributes = scene->attributes;
    scene->facts.event = &scene->event;
    scene->facts.signals = scene->signals;
    scene->facts.customer = &scene->customer;
}

static void add_attribute(struct scene *scene, const char *name, const char *value)
{
    struct attribute *attribute = &scene->attributes[scene->event.attribute_count++];
    bool number = *value == '#';
    attribute->name = str_from(name);
    attribute->text = str_from(value + number);
    attribute->kind = number ? ATTRIBUTE_NUMBER : ATTRIBUTE_STRING;
    attribute->number = number ? atof(value + 1) : 0;
}

static void set_fact(struct scene *scene, const char *name, const char *value)
{
    struct event *event = &scene->event;
    const struct {
        const char *name;
        struct str *text;
    } texts[] = {
        { "ticket", &event->ticket },
        { "category", &event->category },
        { "channel", &event->channel },
        { "lang", &event->lang },
        { "subject", &event->subject },
        { "body", &event->body },
        { "label", &scene->facts.label },
        { "customer.tier", &scene->customer.tier },
        { "customer.account", &scene->customer.account },
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        if (strcmp(name, texts[i].name) == 0) {
            *texts[i].text = str_from(value);
            return;
        }
    }
    if (strcmp(name, "signal") == 0)
        scene->signals[scene->facts.signal_count++] = str_from(value);
    else if (strcmp(name, "tag") == 0)
        scene->tags[event->tag_count++] = str_from(value);
    else if (strcmp(name, "score") == 0)
        scene->facts.score = atoi(value);
    else if (strcmp(name, "band") == 0)
        scene->facts.band = value[1] - '1';
    else if (strcmp(name, "priority") == 0)
        event->priority = atoi(value);
    else if (strcmp(name, "customer.value") == 0)
        scene->customer.value = atoi(value);
    else if (strcmp(name, "customer.vulnerable") == 0)
        scene->customer.vulnerable = strcmp(value, "true") == 0;
    else if (strcmp(name, "type") == 0)
        assert_true(event_type_parse(str_from(value), &event->type));
    else if (strncmp(name, "attribute.", 10) == 0)
        add_attribute(scene, name + 10, value);
    else
        fail_msg("unknown fact %s", name);
}

static void read_facts(struct scene *scene, char *line)
{
    scene_clear(scene, scene->facts.scratch);
    for (char *rest = NULL, *word = strtok_r(line, " ", &rest); word;
         word = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(word, '=');
        assert_non_null(value);
        *value++ = '\0';
        for (char *c = value; *c; c++)
            *c = *c == '_' ? ' ' : *c;
        set_fact(scene, word, value);
    }
}

static int check_parsed(const struct scene *scene, const char *verb, char *text, int line)
{
    char *expected = strstr(text, " => ");
    if (expected) {
        *expected = '\0';
        expected += 4;
    }
    struct arena *arena = arena_new(4096);
    struct error err = { "" };
    struct matcher *matcher = matcher_parse(str_from(text), arena, NULL, NULL, &err);
    char got[600];
    if (!matcher) {
        snprintf(got, sizeof(got), "%s", err.text);
    } else {
        struct near_miss miss;
        bool explained = matcher_explain(matcher, &scene->facts, &miss);
        bool matched = matcher_matches(matcher, &scene->facts);
        assert_int_equal(matched, explained);
        if (strcmp(verb, "near") == 0)
            snprintf(got, sizeof(got), "%u/%u %.*s", miss.held, miss.total, STR_ARG(miss.failed));
        else
            snprintf(got, sizeof(got), "%s", matched ? "yes" : "no");
        if (matched) {
            assert_false(str_present(miss.failed));
            assert_int_equal(miss.held, miss.total);
        }
    }
    const char *wanted = expected ? expected : verb;
    int wrong = strcmp(got, wanted) != 0;
    if (wrong)
        print_error("matcher.txt:%d: %s\n  expected %s\n  got      %s\n", line, text, wanted, got);
    matcher_close(matcher);
    arena_free(arena);
    return wrong;
}

static void the_cases_hold(void **state)
{
    (void)state;
    FILE *file = fopen(SOURCE_DIR "/tests/cases/route/matcher.txt", "r");
    assert_non_null(file);
    static struct scene scene;
    char line[1024], kept[1024] = "";
    int number = 0, wrong = 0, cases = 0;
    struct match_scratch *scratch = match_scratch_new();
    scene_clear(&scene, scratch);
    while (fgets(line, sizeof(line), file)) {
        number++;
        line[strcspn(line, "\n")] = '\0';
        char *rest = line + strcspn(line, " ");
        if (*line == '#' || *line == '\0')
            continue;
        *rest++ = '\0';
        rest += strspn(rest, " ");
        if (strcmp(line, "facts") == 0) {
            strcpy(kept, rest);
            read_facts(&scene, kept);
            continue;
        }
        cases++;
        wrong += check_parsed(&scene, line, rest, number);
    }
    fclose(file);
    match_scratch_free(scratch);
    assert_int_equal(wrong, 0);
    assert_true(cases > 100);
}

static void collect(void *arg, enum matcher_use kind, struct str field, struct str value)
{
    char *text = arg;
    if (kind == MATCHER_PATTERN)
        strcat(text, "~");
    sprintf(text + strlen(text), "%.*s:%.*s ", STR_ARG(field), STR_ARG(value));
}

static void compared_values_are_told(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1024);
    char told[200] = "";
    const char *text = "signal in (text.a, \"text.b\") and attributes.x != y and score > 3 and "
                       "body =~ \"z\" and department == q";
    struct matcher *matcher = matcher_parse(str_from(text), arena, collect, told, NULL);
    assert_non_null(matcher);
    assert_string_equal(told, "signal:text.a signal:text.b attributes.x:y ~body:z department:q ");
    matcher_close(matcher);
    arena_free(arena);
}

static void endless_conditions_are_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1024);
    static char text[100000];
    struct error err;
    for (size_t i = 0; i + 4 < sizeof(text); i += 4)
        memcpy(text + i, "not ", 4);
    assert_null(matcher_parse(str_from(text), arena, NULL, NULL, &err));
    assert_non_null(strstr(err.text, "more than 256 conditions"));
    memset(text, '(', sizeof(text) - 1);
    assert_null(matcher_parse(str_from(text), arena, NULL, NULL, &err));
    assert_non_null(strstr(err.text, "more than 256 conditions"));
    arena_free(arena);
}

/* A backtracking engine would take longer than anybody waits. */
static void no_pattern_is_catastrophic(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1024);
    static char text[5000];
    struct matcher *matcher = matcher_parse(STR("body =~ \"^(a+)+$\""), arena, NULL, NULL, NULL);
    struct scene scene;
    memset(text, 'a', sizeof(text) - 2);
    text[sizeof(text) - 2] = 'b';
    struct match_scratch *scratch = match_scratch_new();
    scene_clear(&scene, scratch);
    scene.event.body = str_from(text);
    assert_false(matcher_matches(matcher, &scene.facts));
    scene.event.body = STR("aaa");
    assert_true(matcher_matches(matcher, &scene.facts));
    match_scratch_free(scratch);
    matcher_close(matcher);
    arena_free(arena);
}

enum { ASKERS = 4, QUESTIONS = 2000 };

static void *ask(void *arg)
{
    const struct matcher *matcher = arg;
    struct match_scratch *scratch = match_scratch_new();
    struct scene scene;
    scene_clear(&scene, scratch);
    long wrong = 0;
    for (int i = 0; i < QUESTIONS; i++) {
        scene.event.body = i % 3 ? STR("please refund me") : STR("谢谢，很好");
        wrong += matcher_matches(matcher, &scene.facts) != (i % 3 != 0);
    }
    match_scratch_free(scratch);
    return (void *)wrong;
}

static void threads_may_share_a_matcher(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1024);
    struct matcher *matcher =
        matcher_parse(STR("body =~ '(?i)\\bRefund\\b' and body !~ 好"), arena, NULL, NULL, NULL);
    pthread_t threads[ASKERS];
    assert_non_null(matcher);
    for (size_t i = 0; i < ASKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask, matcher), 0);
    for (size_t i = 0; i < ASKERS; i++) {
        void *wrong = NULL;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    matcher_close(matcher);
    arena_free(arena);
}

static void escapes_between_quotes(void **state)
{
    (void)state;
    static const struct {
        const char *matcher, *body;
    } rows[] = {
        { "body == \"say \\\"no\\\"\"", "say \"no\"" },
        { "body == \"a\\\\b\"", "a\\b" },
        { "body == 'a\\b'", "a\\b" },
        { "body =~ \"^a\\\\b$\"", "a\\b" },
        { "body =~ \"^\\\"\\d\\\"$\"", "\"7\"" },
    };
    struct match_scratch *scratch = match_scratch_new();
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct arena *arena = arena_new(1024);
        struct scene scene;
        scene_clear(&scene, scratch);
        scene.event.body = str_from(rows[i].body);
        struct matcher *matcher = matcher_parse(str_from(rows[i].matcher), arena, NULL, NULL, NULL);
        assert_non_null(matcher);
        if (!matcher_matches(matcher, &scene.facts))
            fail_msg("%s does not match %s", rows[i].matcher, rows[i].body);
        matcher_close(matcher);
        arena_free(arena);
    }
    match_scratch_free(scratch);
}

/* One memory serves any number of patterns, also when bigger ones come later. */
static void patterns_share_scratch_memory(void **state)
{
    (void)state;
    enum { PATTERNS = 100 };
    struct arena *arena = arena_new(4096);
    struct match_scratch *scratch = match_scratch_new();
    struct matcher *matchers[PATTERNS];
    struct scene scene;
    scene_clear(&scene, scratch);
    for (int i = 0; i < PATTERNS; i++) {
        struct str text = arena_printf(arena, "body =~ '(ab|cd){1,%d}x{%d}y'", i / 4 + 1, i + 1);
        matchers[i] = matcher_parse(text, arena, NULL, NULL, NULL);
        assert_non_null(matchers[i]);
    }
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < PATTERNS; i++) {
            char body[PATTERNS + 8] = "zabcd";
            memset(body + 5, 'x', (size_t)i + 1);
            body[i + 6] = 'y';
            scene.event.body = str_from(body);
            assert_true(matcher_matches(matchers[i], &scene.facts));
            assert_false(i > 0 && matcher_matches(matchers[i - 1], &scene.facts));
        }
    }
    for (int i = 0; i < PATTERNS; i++)
        matcher_close(matchers[i]);
    match_scratch_free(scratch);
    arena_free(arena);
}

static void what_a_thing_never_has_is_named(void **state)
{
    static const struct {
        const char *text, *of_ticket, *of_notice; /* NULL: it has all of it */
    } rows[] = {
        { "trigger == breach and score >= 60", NULL, NULL },
        { "not (band == P1 or level == lead)", "level", NULL },
        { "clock", "clock", NULL },
        { "department == quality or signal == text.legal", NULL, "signal" },
        { "attributes.region == north", NULL, "attributes" },
        { "customer.account == acme and customer.tier == gold", NULL, "customer.tier" },
    };
    struct arena *arena = arena_new(4096);
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct error err;
        struct matcher *matcher = matcher_parse(str_from(rows[i].text), arena, NULL, NULL, &err);
        assert_non_null(matcher);
        assert_true(
            str_equal(matcher_stranger(matcher, MATCHER_OF_TICKETS), str_from(rows[i].of_ticket)));
        assert_true(
            str_equal(matcher_stranger(matcher, MATCHER_OF_NOTICES), str_from(rows[i].of_notice)));
        matcher_close(matcher);
    }
    arena_free(arena);
}

static void a_ticket_is_named_by_its_name_alone(void **state)
{
    static const struct {
        const char *text;
        bool names; /* T-1 */
    } rows[] = {
        { "ticket == T-1", true },
        { "department == quality and (ticket in (T-0, T-1) or band == P1)", true },
        { "not ticket != T-1", true },
        { "ticket != T-1", false },
        { "not ticket == T-1", false },
        { "ticket not in (T-1, T-2)", false },
        { "ticket == T-10", false },
        { "ticket =~ '^T-1$'", false },
        { "ticket", false },
        { "customer.account == T-1", false },
    };
    struct arena *arena = arena_new(4096);
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct error err;
        struct matcher *matcher = matcher_parse(str_from(rows[i].text), arena, NULL, NULL, &err);
        assert_non_null(matcher);
        if (matcher_names_ticket(matcher, STR("T-1")) != rows[i].names)
            fail_msg("%s", rows[i].text);
        matcher_close(matcher);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cases_hold),
        cmocka_unit_test(compared_values_are_told),
        cmocka_unit_test(endless_conditions_are_refused),
        cmocka_unit_test(no_pattern_is_catastrophic),
        cmocka_unit_test(threads_may_share_a_matcher),
        cmocka_unit_test(escapes_between_quotes),
        cmocka_unit_test(patterns_share_scratch_memory),
        cmocka_unit_test(what_a_thing_never_has_is_named),
        cmocka_unit_test(a_ticket_is_named_by_its_name_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
