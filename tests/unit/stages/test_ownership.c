/* Laws of ownership, on random streams: what departments are told by dispatches alone makes exactly
 * one of them responsible for every ticket at every moment, the one that the decisions name. */
#include "tickets_world.h"

enum { EVENTS = 4000, TICKETS = 12, SEEDS = 4 };

static const struct config *config;

static int open_config(void **state)
{
    (void)state;
    config = world_config(SOURCE_DIR "/tests/traces/returned.yaml");
    return 0;
}

static int close_config(void **state)
{
    (void)state;
    config_free((struct config *)config);
    return 0;
}

static unsigned dice(uint64_t *seed, unsigned sides)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((*seed >> 33) % sides);
}

static void add_choice(struct buf *out, const char *field, const char *const *choices,
                       unsigned count, uint64_t *seed)
{
    const char *choice = choices[dice(seed, count)];
    if (choice)
        buf_printf(out, ",\"%s\":\"%s\"", field, choice);
}

/* Mostly about who has it; some late, some nonsense. */
static void random_event(uint64_t *seed, time_ms now, unsigned number, struct buf *out)
{
    static const char *const types[] = { "opened",   "message",  "assigned", "returned", "returned",
                                         "returned", "accepted", "settled",  "settled",  "resolved",
                                         "reopened", "closed",   "snapshot", "message" };
    static const char *const departments[] = { "service", "quality", "billing", "refunds", "legal",
                                               "品控",    "nowhere", NULL,      NULL,      NULL };
    static const char *const actors[] = { "service", "billing", "refunds", NULL, NULL, NULL, NULL };
    static const char *const codes[] = { "not_ours", "incomplete", "overlap", "boring", NULL };
    static const char *const bodies[] = { "It is on fire", "my refund", "hello", NULL };
    static const char *const categories[] = { "billing", NULL, NULL };
    static const char *const statuses[] = { "new", "open", "resolved", NULL, NULL, NULL };
    char text[TIME_TEXT_SIZE];
    time_ms time = now - (dice(seed, 8) ? 0 : (time_ms)dice(seed, 3600) * 1000);
    buf_clear(out);
    buf_printf(out, "{\"ticket\":\"t%u\",\"type\":\"%s\",\"time\":\"%.*s\",\"id\":\"e%u\"",
               dice(seed, TICKETS), types[dice(seed, 14)], STR_ARG(time_format_ms(time, text)),
               number);
    add_choice(out, "department", departments, 10, seed);
    add_choice(out, "by_department", actors, 7, seed);
    add_choice(out, "reason_code", codes, 5, seed);
    add_choice(out, "body", bodies, 4, seed);
    add_choice(out, "category", categories, 3, seed);
    add_choice(out, "status", statuses, 6, seed);
    buf_printf(out, "}");
}

/* What the departments' own topics say of each ticket. */
struct ledger {
    char holder[TICKETS][32]; /* "": it is unknown */
};

static char *holder_of(struct ledger *ledger, struct str ticket)
{
    return ledger->holder[atoi(ticket.data + 1)];
}

static struct str member(const cJSON *root, const char *pointer)
{
    return json_string(json_pointer(root, str_from(pointer)));
}

static void take_dispatch(struct ledger *ledger, const cJSON *root)
{
    struct str department = member(root, "/department"), role = member(root, "/role");
    char *holder = holder_of(ledger, member(root, "/ticket"));
    if (str_is(role, "released")) {
        assert_true(str_is(department, holder)); /* only who has it can lose it */
        holder[0] = '\0';
    } else if (str_is(role, "responsible")) {
        assert_true(!holder[0] || str_is(department, holder)); /* never two */
        snprintf(holder, 32, "%.*s", STR_ARG(department));
    }
}

static void take_decision(struct ledger *ledger, const cJSON *root)
{
    struct str responsible = member(root, "/responsible");
    const char *holder = holder_of(ledger, member(root, "/ticket"));
    if (str_present(responsible))
        assert_true(str_is(responsible, holder));
    else
        assert_int_equal(holder[0], '\0');
}

static void take_actions(struct ledger *ledger, const struct world *world, unsigned *disputes)
{
    struct arena *arena = arena_new(64 * 1024);
    for (size_t i = 0; i < world->actions.count; i++) {
        const struct action *action = &world->actions.items[i];
        size_t at = 0;
        if (action->output != OUTPUT_DEPARTMENT && action->output != OUTPUT_DECISIONS)
            continue;
        const cJSON *root = json_parse(action->value, &json_event_limits, arena, NULL, &at, NULL);
        assert_non_null(root);
        if (action->output == OUTPUT_DEPARTMENT)
            take_dispatch(ledger, root);
        else
            take_decision(ledger, root);
        *disputes += str_is(member(root, "/why"), "disputed");
    }
    arena_free(arena);
}

static void one_department_is_responsible_at_every_moment(void **state)
{
    unsigned disputes = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world world;
        struct ledger ledger = { 0 };
        struct buf json = { 0 };
        uint64_t dices = seed;
        time_ms now = WORLD_START;
        world_open(&world, config, 0, 1);
        for (unsigned i = 0; i < EVENTS; i++) {
            now += (time_ms)dice(&dices, 600) * 1000;
            random_event(&dices, now, i, &json);
            world_feed(&world, buf_str(&json), now);
            take_actions(&ledger, &world, &disputes);
            world_commit(&world);
            if (dice(&dices, 500) == 0)
                world_restart(&world, true);
        }
        buf_free(&json);
        world_close(&world);
    }
    assert_true(disputes > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_department_is_responsible_at_every_moment),
    };
    json_init();
    return cmocka_run_group_tests(tests, open_config, close_config);
}
