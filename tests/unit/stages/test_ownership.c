/* Laws of ownership, on random streams: what departments are told by dispatches alone makes exactly
 * one of them responsible for every ticket at every moment, the one that the decisions name; and
 * whose time a ticket's life was adds up to its age, to the second, and to what its decisions told.
 */
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
                                         "reopened", "closed",   "snapshot", "message",  "pending",
                                         "pending",  "resumed" };
    static const char *const departments[] = { "service", "quality", "billing", "refunds", "legal",
                                               "品控",    "nowhere", NULL,      NULL,      NULL };
    static const char *const actors[] = { "service", "billing", "refunds", NULL, NULL, NULL, NULL };
    static const char *const codes[] = { "not_ours", "incomplete", "overlap", "boring", NULL };
    static const char *const bodies[] = { "It is on fire", "my refund", "hello", NULL };
    static const char *const categories[] = { "billing", NULL, NULL };
    static const char *const statuses[] = { "new", "open", "resolved", NULL, NULL, NULL };
    static const char *const waits[] = { "customer", "third_party", NULL };
    char text[TIME_TEXT_SIZE];
    time_ms time = now - (dice(seed, 8) ? 0 : (time_ms)dice(seed, 3600) * 1000);
    buf_clear(out);
    buf_printf(out, "{\"ticket\":\"t%u\",\"type\":\"%s\",\"time\":\"%.*s\",\"id\":\"e%u\"",
               dice(seed, TICKETS), types[dice(seed, 17)], STR_ARG(time_format_ms(time, text)),
               number);
    add_choice(out, "department", departments, 10, seed);
    add_choice(out, "by_department", actors, 7, seed);
    add_choice(out, "reason_code", codes, 5, seed);
    add_choice(out, "body", bodies, 4, seed);
    add_choice(out, "category", categories, 3, seed);
    add_choice(out, "status", statuses, 6, seed);
    add_choice(out, "on", waits, 3, seed);
    buf_printf(out, "}");
}

/* What the records say of each ticket. */
struct owed {
    char name[32]; /* "service", or "(customer)" */
    int64_t seconds;
};

struct account {
    char holder[32]; /* "": it is unknown */
    char owner[32];  /* whose time runs */
    char wait[16];
    time_ms created;
    int64_t shared; /* seconds */
    struct owed shares[16];
    size_t share_count;
};

struct accounts {
    struct account items[TICKETS];
    unsigned disputes, ledgers, waits;
    const char *waits_on; /* for whom the present event says that it waits */
};

static struct str member(const cJSON *root, const char *pointer)
{
    return json_string(json_pointer(root, str_from(pointer)));
}

static struct account *account_of(struct accounts *accounts, const cJSON *root)
{
    return &accounts->items[atoi(member(root, "/ticket").data + 1)];
}

static void take_dispatch(struct accounts *accounts, const cJSON *root)
{
    struct str department = member(root, "/department"), role = member(root, "/role");
    char *holder = account_of(accounts, root)->holder;
    if (str_is(role, "released")) {
        assert_true(str_is(department, holder)); /* only who has it can lose it */
        holder[0] = '\0';
    } else if (str_is(role, "responsible")) {
        assert_true(!holder[0] || str_is(department, holder)); /* never two */
        snprintf(holder, 32, "%.*s", STR_ARG(department));
    }
    accounts->disputes += str_is(member(root, "/why"), "disputed");
}

static struct owed *share_of(struct account *account, const char *name)
{
    for (size_t i = 0; i < account->share_count; i++) {
        if (!strcmp(account->shares[i].name, name))
            return &account->shares[i];
    }
    struct owed *share = &account->shares[account->share_count++];
    assert_true(strlen(name) < sizeof(share->name));
    memcpy(share->name, name, strlen(name) + 1);
    return share;
}

static void find_owner(const struct account *account, const cJSON *root, char owner[32])
{
    struct str status = member(root, "/status");
    if (str_is(status, "resolved") || str_is(status, "closed"))
        snprintf(owner, 32, "(ended)");
    else if (str_is(status, "pending"))
        snprintf(owner, 32, "(%s)", account->wait);
    else if (cJSON_IsTrue(json_pointer(root, STR("/hands/dispute"))))
        snprintf(owner, 32, "(dispute)");
    else
        snprintf(owner, 32, "%.*s", STR_ARG(member(root, "/responsible")));
}

static void check_ledger(struct account *account, const cJSON *root, int64_t age)
{
    const cJSON *shares = json_pointer(root, STR("/ledger/shares"));
    int64_t told = 0, sum = 0;
    size_t count = 0, expected = 0;
    assert_true(json_integer(json_pointer(root, STR("/ledger/age")), &told));
    assert_int_equal(told, age);
    for (const cJSON *share = shares->child; share; share = share->next, count++) {
        char name[32];
        int64_t seconds = 0;
        assert_true(json_integer(json_get(share, STR("seconds")), &seconds));
        if (str_is(member(share, "/party"), "department"))
            snprintf(name, sizeof(name), "%.*s", STR_ARG(member(share, "/department")));
        else
            snprintf(name, sizeof(name), "(%.*s)", STR_ARG(member(share, "/party")));
        if (share_of(account, name)->seconds != seconds)
            fail_msg("%s had %lld s, and the ledger says %lld", name,
                     (long long)share_of(account, name)->seconds, (long long)seconds);
        sum += seconds;
    }
    for (size_t i = 0; i < account->share_count; i++)
        expected += account->shares[i].seconds > 0;
    assert_int_equal(count, expected);
    assert_int_equal(sum, age);
}

/* Whose time it was up to this decision, from what the decisions before said of owner and status.
 */
static void take_time(struct accounts *accounts, struct account *account, const cJSON *root)
{
    time_ms time = 0;
    char owner[32];
    assert_true(time_parse(member(root, "/time"), &time, NULL));
    find_owner(account, root, owner);
    if (!account->owner[0])
        account->created = time;
    else if (strcmp(owner, account->owner) != 0 || json_get(root, STR("ledger"))) {
        int64_t rest = (time - account->created) / 1000 - account->shared;
        if (rest > 0) {
            share_of(account, account->owner)->seconds += rest;
            account->shared += rest;
        }
    }
    snprintf(account->owner, sizeof(account->owner), "%s", owner);
    if (json_get(root, STR("ledger"))) {
        check_ledger(account, root, account->shared);
        accounts->ledgers++;
    }
}

static void take_decision(struct accounts *accounts, const cJSON *root)
{
    struct account *account = account_of(accounts, root);
    struct str responsible = member(root, "/responsible");
    if (!str_present(responsible)) {
        assert_int_equal(account->holder[0], '\0');
        return;
    }
    assert_true(str_is(responsible, account->holder));
    if (str_is(member(root, "/type"), "pending") && str_is(member(root, "/outcome"), "applied")) {
        snprintf(account->wait, sizeof(account->wait), "%s", accounts->waits_on);
        accounts->waits++;
    }
    if (str_is(member(root, "/kind"), "decision"))
        take_time(accounts, account, root);
}

static void take_actions(struct accounts *accounts, const struct world *world)
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
            take_dispatch(accounts, root);
        else
            take_decision(accounts, root);
    }
    arena_free(arena);
}

static void check_streams(const struct config *of)
{
    struct accounts all = { .disputes = 0 };
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world world;
        struct accounts accounts = { .disputes = 0 };
        struct buf json = { 0 };
        uint64_t dices = seed;
        time_ms now = WORLD_START;
        world_open(&world, of, 0, 1);
        for (unsigned i = 0; i < EVENTS; i++) {
            now += (time_ms)dice(&dices, 600 * 1000);
            random_event(&dices, now, i, &json);
            accounts.waits_on =
                strstr(buf_text(&json), "\"on\":\"third") ? "third_party" : "customer";
            world_feed(&world, buf_str(&json), now);
            take_actions(&accounts, &world);
            world_commit(&world);
            if (dice(&dices, 500) == 0)
                world_restart(&world, true);
        }
        all.disputes += accounts.disputes;
        all.ledgers += accounts.ledgers;
        all.waits += accounts.waits;
        buf_free(&json);
        world_close(&world);
    }
    print_message("%u disputes, %u ledgers, %u waits\n", all.disputes, all.ledgers, all.waits);
    assert_true(all.disputes > 20 && all.ledgers > 100 && all.waits > 100);
}

static void one_department_has_it_and_all_its_time_is_somebodys(void **state)
{
    const struct config *agreed = world_config(SOURCE_DIR "/tests/traces/agreed.yaml");
    (void)state;
    check_streams(config);
    check_streams(agreed);
    config_free((struct config *)agreed);
}

/* ---- examples */

static struct str ledger_of(const struct world *world, struct arena *arena)
{
    for (size_t i = 0; i < world->actions.count; i++) {
        const struct action *action = &world->actions.items[i];
        const char *from = NULL;
        if (action->output != OUTPUT_DECISIONS)
            continue;
        from = memmem(action->value.data, action->value.size, "\"ledger\":", 9);
        if (!from)
            return STR("none");
        size_t size = (size_t)(action->value.data + action->value.size - from);
        const char *to = memmem(from, size, "]}", 2);
        return arena_copy(arena, (struct str){ from + 9, (size_t)(to + 2 - from) - 9 });
    }
    return STR("no decision");
}

/* Feeds `HH:MM:SS type members`, the ticket being t0; the ledger that the last one told of. */
static struct str tell_life(const char *const *lines, struct arena *arena)
{
    struct world world;
    struct str ledger = STR_NONE;
    world_open(&world, config, 0, 1);
    for (; *lines; lines++) {
        int hours = 0, minutes = 0, seconds = 0, used = 0;
        char type[32], text[TIME_TEXT_SIZE];
        assert_int_equal(
            sscanf(*lines, "%d:%d:%d %31s %n", &hours, &minutes, &seconds, type, &used), 4);
        time_ms time = WORLD_START + ((hours * INT64_C(60) + minutes) * 60 + seconds) * 1000;
        struct str when = time_format(time, text);
        struct str json =
            arena_printf(arena, "{\"ticket\":\"t0\",\"type\":\"%s\",\"time\":\"%.*s\"%s}", type,
                         STR_ARG(when), *lines + used);
        world_feed(&world, json, time);
        ledger = ledger_of(&world, arena);
        world_commit(&world);
    }
    world_close(&world);
    return ledger;
}

#define SHARE(who, seconds) "{\"party\":\"" who "\",\"seconds\":" seconds "}"
#define PART(slug, seconds)                                                                        \
    "{\"party\":\"department\",\"department\":\"" slug "\",\"seconds\":" seconds "}"

static void every_second_is_somebodys(void **state)
{
    static const struct {
        const char *name, *lines[12], *ledger;
    } rows[] = {
        { "one department had it all",
          { "00:00:00 opened ,\"body\":\"hello\"", "01:30:00 resolved" },
          "{\"age\":5400,\"shares\":[" PART("service", "5400") "]}" },
        /* GLPI #1911: what each had used of the time is seen. */
        { "each holder has its own, and one that comes back adds to it",
          { "00:00:00 opened ,\"body\":\"hello\"", "00:10:00 assigned ,\"department\":\"quality\"",
            "00:40:00 assigned ,\"department\":\"service\"", "00:45:00 resolved" },
          "{\"age\":2700,\"shares\":[" PART("service", "900") "," PART("quality", "1800") "]}" },
        { "while the customer is asked it is the customer's, then a third party's",
          { "00:00:00 opened ,\"body\":\"hello\"", "00:01:00 pending ,\"on\":\"customer\"",
            "00:03:00 pending ,\"on\":\"third_party\"", "00:06:00 resumed", "00:10:00 resolved" },
          "{\"age\":600,\"shares\":[" PART("service", "300") "," SHARE("customer", "120") "," SHARE(
              "third_party", "180") "]}" },
        { "a dispute is nobody's, and what is settled somebody's",
          { "00:00:00 opened ,\"body\":\"hello\"", "00:05:00 returned ,\"reason\":\"not ours\"",
            "00:25:00 settled ,\"department\":\"legal\"", "00:30:00 resolved" },
          "{\"age\":1800,\"shares\":[" PART("service", "300") "," SHARE("dispute", "1200") "," PART(
              "legal", "300") "]}" },
        /* GLPI PR #9267, #23359, ZM #188: it is neither the department's nor the customer's. */
        { "the time between an end and a reopening has a name of its own",
          { "00:00:00 opened ,\"body\":\"hello\"", "00:10:00 resolved", "00:20:00 closed",
            "05:10:00 reopened", "05:11:00 resolved" },
          "{\"age\":18660,\"shares\":[" PART("service", "660") "," SHARE("ended", "18000") "]}" },
        { "and the same where it was never closed",
          { "00:00:00 opened ,\"body\":\"hello\"", "00:10:00 resolved", "05:10:00 reopened",
            "05:11:00 resolved" },
          "{\"age\":18660,\"shares\":[" PART("service", "660") "," SHARE("ended", "18000") "]}" },
        { "closing tells it again, with the time since",
          { "00:00:00 opened ,\"body\":\"hello\"", "00:10:00 resolved", "00:20:00 closed" },
          "{\"age\":1200,\"shares\":[" PART("service", "600") "," SHARE("ended", "600") "]}" },
        { "what does not end tells nothing",
          { "00:00:00 opened ,\"body\":\"hello\"", "00:10:00 accepted" },
          "none" },
    };
    struct arena *arena = arena_new(64 * 1024);
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct str ledger = tell_life(rows[i].lines, arena);
        if (!str_is(ledger, rows[i].ledger))
            fail_msg("%s:\n  expected %s\n  got      %.*s", rows[i].name, rows[i].ledger,
                     STR_ARG(ledger));
    }
    arena_free(arena);
}

static void a_decision_says_what_one_department_says_of_another(void **state)
{
    struct world world;
    (void)state;
    world_open(&world, config, 0, 1);
    world_feed(&world,
               STR("{\"ticket\":\"t0\",\"type\":\"opened\",\"time\":\"2026-11-21T00:00:00Z\"}"),
               WORLD_START);
    world_feed(&world,
               STR("{\"ticket\":\"t0\",\"type\":\"rated\",\"time\":\"2026-11-21T00:00:00Z\","
                   "\"of_department\":\"service\",\"by_department\":\"legal\",\"rating\":2}"),
               WORLD_START);
    const struct action *decision = &world.actions.items[0];
    while (decision->output != OUTPUT_DECISIONS)
        decision++;
    static const char rating[] = "\"rating\":{\"by\":\"legal\",\"of\":\"service\",\"rating\":2}";
    assert_non_null(memmem(decision->value.data, decision->value.size, rating, strlen(rating)));
    world_close(&world);
}

static void a_decision_says_how_the_band_changed(void **state)
{
    struct world world;
    (void)state;
    world_open(&world, config, 0, 1);
    world_feed(&world,
               STR("{\"ticket\":\"t0\",\"type\":\"opened\",\"time\":\"2026-11-21T00:00:00Z\"}"),
               WORLD_START);
    world_feed(&world,
               STR("{\"ticket\":\"t0\",\"type\":\"message\",\"time\":\"2026-11-21T00:00:05Z\","
                   "\"id\":\"e-9\",\"body\":\"It is on fire\"}"),
               WORLD_START + 5 * TIME_SECOND);
    const struct action *decision = &world.actions.items[0];
    while (decision->output != OUTPUT_DECISIONS)
        decision++;
    static const char history[] = "\"band_history\":[{\"from\":\"P4\",\"to\":\"P1\",\"at\":"
                                  "\"2026-11-21T00:00:05.000Z\",\"by\":\"message e-9\"}]";
    assert_non_null(memmem(decision->value.data, decision->value.size, history, strlen(history)));
    world_close(&world);
}

/* The one whose time to hold ran out is none any more: the tree finds another, and nothing of what
 * was agreed with the one before happens to it. */
static void a_holder_that_is_gone_owes_nothing(void **state)
{
    const struct config *before = world_config(SOURCE_DIR "/tests/traces/agreed.yaml");
    const struct config *after = world_config(SOURCE_DIR "/tests/traces/ombud_other.yaml");
    struct world world;
    (void)state;
    world_open(&world, before, 0, 1);
    world_feed(&world,
               STR("{\"ticket\":\"t0\",\"type\":\"opened\",\"category\":\"billing\","
                   "\"time\":\"2026-11-21T00:00:00Z\"}"),
               WORLD_START);
    world_commit(&world);
    tickets_engine.configure(world.engine, after);
    world_pass(&world, WORLD_START + TIME_HOUR);
    struct buf told = { 0 };
    for (size_t i = 0; i < world.actions.count; i++) {
        const struct action *action = &world.actions.items[i];
        if (action->output == OUTPUT_DECISIONS)
            buf_printf(&told, "%.*s\n", STR_ARG(action->value));
    }
    assert_non_null(strstr(buf_text(&told), "\"timer\":\"holder\""));
    assert_non_null(strstr(buf_text(&told), "\"responsible\":\"desk\""));
    assert_null(strstr(buf_text(&told), "silence"));
    buf_free(&told);
    world_close(&world);
    config_free((struct config *)before);
    config_free((struct config *)after);
}

/* So many internal tickets have no end: the one too many serves nobody, and says so. */
static void one_ticket_has_so_many_internal_ones_and_no_more(void **state)
{
    enum { MOST = 256 };
    struct world world;
    struct buf json = { 0 };
    uint64_t values[64] = { 0 };
    (void)state;
    world_open(&world, config, 0, 1);
    world_feed(&world,
               STR("{\"ticket\":\"c\",\"type\":\"opened\",\"time\":\"2026-11-21T00:00:00Z\"}"),
               WORLD_START);
    for (int i = 0; i <= MOST; i++) {
        buf_clear(&json);
        buf_printf(&json,
                   "{\"ticket\":\"i%d\",\"type\":\"opened\",\"time\":\"2026-11-21T00:00:01Z\","
                   "\"customer\":{\"kind\":\"internal\"},\"origin\":\"c\"}",
                   i);
        world_feed(&world, buf_str(&json), WORLD_START + TIME_SECOND);
        world_commit(&world);
        struct str last = world.actions.items[world.actions.count - 1].value;
        const char *status = i < MOST ? "\"status\":\"open\"" : "\"status\":\"crowded\"";
        for (size_t k = 0; k < world.actions.count; k++) {
            if (world.actions.items[k].output == OUTPUT_DECISIONS)
                last = world.actions.items[k].value;
        }
        assert_non_null(memmem(last.data, last.size, status, strlen(status)));
    }
    tickets_engine.counters(world.engine, values);
    for (size_t row = 0; tickets_engine.counter_rows[row].name; row++) {
        if (!strcmp(tickets_engine.counter_rows[row].name, "unanchored"))
            assert_int_equal(values[row], 1);
    }
    buf_free(&json);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_second_is_somebodys),
        cmocka_unit_test(a_decision_says_what_one_department_says_of_another),
        cmocka_unit_test(a_decision_says_how_the_band_changed),
        cmocka_unit_test(a_holder_that_is_gone_owes_nothing),
        cmocka_unit_test(one_ticket_has_so_many_internal_ones_and_no_more),
        cmocka_unit_test(one_department_has_it_and_all_its_time_is_somebodys),
    };
    json_init();
    return cmocka_run_group_tests(tests, open_config, close_config);
}
