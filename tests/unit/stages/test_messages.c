/* Golden traces of what supervisors hear: tests/traces/messages/NAME.trace tells in virtual time
 * which notices come in, which silences are made, and what must be told or kept quiet. Each runs
 * plainly, with every step undone and done again, with a restart after every step, and with a
 * changelog that has what several steps made of a record once.
 *
 *     > 00:00:05 firing T-1 lead breach P2 [floored] [by=lin] [step=2] [account=acme]
 *                              [about=fire] [wait=0] [interval=60]   (of its rule, in seconds)
 *     > 00:01:00 silence s1 until 01:00:00 ticket == T-1       (or: silence s1 until_resolved …)
 *     > 00:02:00 expire s1 | reload other.yaml | restart
 *     > 01:00:00                                                (time passes)
 *
 * It is decided under messages.yaml, or under NAME.yaml where that is there. OMBUD_TRACES=write
 * writes what comes out instead; read the diff before you keep it. */
#include "tickets_world.h"

#include "trace_files.h"

#include "escalate/silences.h"
#include "globals.h"
#include "model/notice.h"

#define FOLDER SOURCE_DIR "/tests/traces/messages"

enum way { WAY_PLAIN, WAY_UNDONE, WAY_RESTARTED, WAY_AT_COMMIT, WAY_COUNT };
static const char *const way_names[WAY_COUNT] = { "plainly", "with each step undone and redone",
                                                  "restarted after each step",
                                                  "with a changelog at commit" };

struct hall {
    const struct config *config, *other; /* `other`: of a reload */
    struct engine_setup setup;
    struct engine *engine;
    struct task_clock clock;
    struct silences *silences;
    struct globals globals;
    struct actions actions, log;
    struct arena *arena;
    unsigned notices;
};

static void print_time(struct buf *out, time_ms time)
{
    long long seconds = (long long)(time - WORLD_START) / 1000;
    buf_printf(out, "%02lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static time_ms parse_time_of_day(const char *text)
{
    int hours = 0, minutes = 0, seconds = 0;
    if (sscanf(text, "%d:%d:%d", &hours, &minutes, &seconds) != 3)
        fail_msg("no time in '%s'", text);
    return WORLD_START + ((hours * INT64_C(60) + minutes) * 60 + seconds) * 1000;
}

static struct str member(const cJSON *root, const char *pointer)
{
    return json_string(json_pointer(root, str_from(pointer)));
}

static void print_when(struct buf *out, const cJSON *root, const char *pointer)
{
    time_ms time = 0;
    if (!str_present(member(root, pointer)))
        return;
    assert_true(time_parse(member(root, pointer), &time, NULL));
    buf_printf(out, " until ");
    print_time(out, time);
}

static void print_ticket(struct buf *out, const cJSON *ticket)
{
    buf_printf(out, " %.*s %.*s",
               STR_ARG(str_present(member(ticket, "/ticket")) ? member(ticket, "/ticket")
                                                              : member(ticket, "/source")),
               STR_ARG(member(ticket, "/status")));
    if (str_present(member(ticket, "/subject")))
        buf_printf(out, " “%.*s”", STR_ARG(member(ticket, "/subject")));
    if (str_present(member(ticket, "/why")))
        buf_printf(out, " because of %.*s", STR_ARG(member(ticket, "/why")));
    if (str_present(member(ticket, "/by")))
        buf_printf(out, " by %.*s", STR_ARG(member(ticket, "/by")));
    if (str_present(member(ticket, "/held_back/cause"))) {
        buf_printf(out, " (was kept quiet by %.*s", STR_ARG(member(ticket, "/held_back/name")));
        print_when(out, ticket, "/held_back/until");
        buf_printf(out, ")");
    }
}

static void print_escalation(struct buf *out, const cJSON *root)
{
    const cJSON *tickets = json_get(root, STR("tickets"));
    int64_t muted = 0;
    buf_printf(out, "%.*s %.*s:", STR_ARG(member(root, "/group")),
               STR_ARG(member(root, "/status")));
    for (const cJSON *ticket = tickets->child; ticket; ticket = ticket->next) {
        buf_printf(out, "%s", ticket == tickets->child ? "" : ",");
        print_ticket(out, ticket);
    }
    json_integer(json_get(root, STR("tickets_muted")), &muted);
    if (muted > 0)
        buf_printf(out, "; %d more muted", (int)muted);
    const cJSON *to = json_get(root, STR("to"));
    for (const cJSON *person = to->child; person; person = person->next)
        buf_printf(out, "%s%.*s", person == to->child ? " → " : ", ", STR_ARG(json_string(person)));
}

static void print_suppressed(struct buf *out, const cJSON *root)
{
    buf_printf(out, "suppressed: %.*s of %.*s %.*s, %.*s %.*s", STR_ARG(member(root, "/trigger")),
               STR_ARG(member(root, "/ticket")), STR_ARG(member(root, "/status")),
               STR_ARG(member(root, "/level")), STR_ARG(member(root, "/cause")));
    if (str_present(member(root, "/name")))
        buf_printf(out, " %.*s", STR_ARG(member(root, "/name")));
    print_when(out, root, "/until");
}

static void print_actions(struct hall *hall, struct buf *out)
{
    for (size_t i = 0; i < hall->actions.count; i++) {
        const struct action *action = &hall->actions.items[i];
        bool message = action->output == OUTPUT_ESCALATIONS;
        if (!message && action->output != OUTPUT_DECISIONS)
            continue;
        size_t at = 0;
        time_ms when = 0;
        const cJSON *root =
            json_parse(action->value, &json_event_limits, hall->arena, NULL, &at, NULL);
        assert_non_null(root);
        assert_true(time_parse(member(root, message ? "/sent_at" : "/decided_at"), &when, NULL));
        print_time(out, when);
        buf_printf(out, " ");
        (message ? print_escalation : print_suppressed)(out, root);
        buf_printf(out, "\n");
    }
}

static void pass(struct hall *hall, time_ms until)
{
    engine_advance(&escalations_engine, hall->engine, &hall->clock, until, &hall->actions);
}

/* A word of `rest` such as "by=lin", or absent. */
static struct str option(struct hall *hall, const char *rest, const char *name)
{
    const char *at = strstr(rest, name);
    if (at == NULL)
        return STR_NONE;
    at += strlen(name);
    return arena_copy(hall->arena, (struct str){ at, strcspn(at, " ") });
}

static bool parse_status(const char *name, enum notice_status *status)
{
    for (int i = NOTICE_FIRING; i <= NOTICE_ERASED; i++) {
        *status = (enum notice_status)i;
        if (strcmp(name, notice_status_name(*status)) == 0)
            return true;
    }
    return false;
}

static bool feed_notice(struct hall *hall, const char *line, time_ms now)
{
    char status[32], ticket[64], level[32], trigger[32], band[8] = "P2";
    int used = 0;
    struct notice notice = { .department = STR("quality"),
                             .step = 1,
                             .since = now,
                             .time = now,
                             .due = TIME_NEVER,
                             .next_at = TIME_NEVER };
    if (sscanf(line, "%31s %63s %31s %31s %7s%n", status, ticket, level, trigger, band, &used) <
            5 ||
        !parse_status(status, &notice.status))
        return false;
    const char *rest = line + used;
    notice.id = arena_printf(hall->arena, "%032x", ++hall->notices);
    notice.ticket = str_from(ticket);
    notice.level = str_from(level);
    notice.trigger = str_from(trigger);
    notice.band = band_parse(str_from(band));
    notice.score = 80 - 20 * notice.band;
    notice.floored = strstr(rest, " floored") != NULL;
    notice.by = option(hall, rest, " by=");
    notice.account = option(hall, rest, " account=");
    notice.subject = option(hall, rest, " about=");
    notice.why = option(hall, rest, " why=");
    notice.also = option(hall, rest, " also=");
    int64_t step = 1;
    if (str_to_int(option(hall, rest, " step="), &step))
        notice.step = (int)step;
    if (str_present(option(hall, rest, " department=")))
        notice.department = option(hall, rest, " department=");
    int64_t wait = -1, interval = -1;
    str_to_int(option(hall, rest, " wait="), &wait);
    str_to_int(option(hall, rest, " interval="), &interval);
    notice.pace = notice_pace(wait * 1000, interval * 1000);
    if (str_present(option(hall, rest, " since=")))
        notice.since = parse_time_of_day(option(hall, rest, " since=").data);
    if (str_present(option(hall, rest, " id=")))
        notice.id = arena_printf(hall->arena, "%032d", atoi(option(hall, rest, " id=").data));
    struct record record = { .topic = hall->setup.topic,
                             .timestamp = now,
                             .value = notice_encode(&notice, hall->arena) };
    struct prepared *prepared = escalations_engine.prepare(hall->engine, &record, hall->arena);
    engine_turn(&escalations_engine, hall->engine, &hall->clock, prepared, now, 0, &hall->actions);
    return true;
}

static void put_silence(struct hall *hall, const char *id, const struct silence *silence)
{
    struct error err = { "" };
    struct str value = silence ? silence_encode(silence, hall->arena) : STR_NONE;
    struct silences *next = silences_copy(hall->silences);
    if (!silences_put(next, str_from(id), value, &err))
        fail_msg("%s", err.text);
    silences_free(hall->silences);
    hall->globals.tables[GLOBAL_SILENCES] = hall->silences = next;
}

static void change_silence(struct hall *hall, const char *line, time_ms now)
{
    char id[32], until[32];
    int used = 0;
    if (sscanf(line, "expire %31s", id) == 1) {
        put_silence(hall, id, NULL);
        return;
    }
    struct silence silence = { .by = STR("mei"), .comment = STR("known"), .from = now };
    silence.until_resolved = strstr(line, " until_resolved ") != NULL;
    if (silence.until_resolved && sscanf(line, "silence %31s until_resolved %n", id, &used) == 1)
        silence.until = now + TIME_DAY;
    else if (sscanf(line, "silence %31s until %31s %n", id, until, &used) == 2)
        silence.until = parse_time_of_day(until);
    else
        return;
    silence.id = str_from(id);
    silence.match_text = str_from(line + used);
    put_silence(hall, id, &silence);
}

static void restart(struct hall *hall)
{
    struct error err;
    escalations_engine.destroy(hall->engine);
    hall->engine = escalations_engine.create(&hall->setup);
    for (size_t i = 0; i < hall->log.count; i++) {
        if (!escalations_engine.restore(hall->engine, hall->log.items[i].key,
                                        hall->log.items[i].value, &err))
            fail_msg("%s", err.text);
    }
    assert_true(escalations_engine.restored(hall->engine, &err));
    escalations_engine.mark(hall->engine);
}

static void reload(struct hall *hall, const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", FOLDER, name);
    config_free((struct config *)hall->other);
    hall->other = NULL;
    hall->setup.config = hall->other = world_config(path);
    escalations_engine.configure(hall->engine, hall->other);
}

static void step(struct hall *hall, const char *line, time_ms now)
{
    char name[64];
    actions_clear(&hall->actions);
    if (*line == '\0' || strcmp(line, "restart") == 0 || sscanf(line, "reload %63s", name) == 1 ||
        strncmp(line, "silence ", 8) == 0 || strncmp(line, "expire ", 7) == 0)
        pass(hall, now);
    else if (!feed_notice(hall, line, now))
        fail_msg("'%s' is nothing that can happen", line);
}

static void keep(struct hall *hall)
{
    for (size_t i = 0; i < hall->actions.count; i++) {
        const struct action *action = &hall->actions.items[i];
        if (action->output != OUTPUT_GROUPS)
            continue;
        struct action *kept = actions_add(&hall->log, OUTPUT_GROUPS);
        kept->key = arena_copy(hall->log.arena, action->key);
        kept->value = arena_copy(hall->log.arena, action->value);
    }
}

static void commit(struct hall *hall)
{
    escalations_engine.changelog(hall->engine, &hall->actions);
    keep(hall);
    escalations_engine.mark(hall->engine);
    assert_false(escalations_engine.unsaved(hall->engine));
}

static void run_line(struct hall *hall, const char *line, enum way way, struct buf *out)
{
    time_ms now = parse_time_of_day(line);
    const char *what = line + strcspn(line, " ");
    char name[64];
    what += *what == ' ';
    step(hall, "", now);
    print_actions(hall, out);
    commit(hall);
    if (strcmp(what, "restart") == 0)
        restart(hall);
    if (sscanf(what, "reload %63s", name) == 1)
        reload(hall, name);
    change_silence(hall, what, now);
    if (way == WAY_UNDONE) {
        struct task_clock clock = hall->clock;
        unsigned notices = hall->notices;
        step(hall, what, now);
        escalations_engine.undo(hall->engine);
        hall->clock = clock;
        hall->notices = notices;
    }
    step(hall, what, now);
    print_actions(hall, out);
    /* Then the next step is of the same transaction. */
    if (way == WAY_AT_COMMIT && hall->notices % 2 == 0) {
        keep(hall);
        return;
    }
    commit(hall);
    if (way == WAY_RESTARTED || way == WAY_AT_COMMIT)
        restart(hall);
}

static void run(const struct config *config, struct str text, enum way way, struct buf *out)
{
    struct hall hall = { .config = config,
                         .clock = { .mode = CLOCK_STREAM },
                         .silences = silences_new(),
                         .arena = arena_new(64 * 1024) };
    hall.setup = (struct engine_setup){ .config = config,
                                        .topic = STR("notices"),
                                        .partition_count = 1,
                                        .home_partitions = 1,
                                        .changelog_at_commit = way == WAY_AT_COMMIT,
                                        .globals = &hall.globals };
    hall.globals.tables[GLOBAL_SILENCES] = hall.silences;
    hall.engine = escalations_engine.create(&hall.setup);
    actions_init(&hall.actions);
    actions_init(&hall.log);
    while (text.size) {
        const char *end = memchr(text.data, '\n', text.size);
        size_t size = end ? (size_t)(end - text.data) : text.size;
        char *line = world_copy((struct str){ text.data, size });
        if (line[0] == '>' || line[0] == '#' || !line[0])
            buf_printf(out, "%s\n", line);
        if (line[0] == '>')
            run_line(&hall, line + 2, way, out);
        free(line);
        size += end ? 1 : 0;
        text = (struct str){ text.data + size, text.size - size };
    }
    escalations_engine.destroy(hall.engine);
    silences_free(hall.silences);
    actions_free(&hall.actions);
    actions_free(&hall.log);
    arena_free(hall.arena);
    config_free((struct config *)hall.other);
}

static void read_file(const char *path, struct buf *out)
{
    char block[4096];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (size_t size = 0; (size = fread(block, 1, sizeof(block), file)) > 0;)
        buf_add(out, block, size);
    fclose(file);
}

static void compare(const char *path, struct buf *expected, struct buf *actual, enum way way)
{
    const char *was = buf_text(expected), *is = buf_text(actual);
    for (size_t line = 1; *was || *is; line++) {
        size_t a = strcspn(was, "\n"), b = strcspn(is, "\n");
        if (a != b || memcmp(was, is, a) != 0)
            fail_msg("%s:%zu: run %s\n  expected: %.*s\n  got:      %.*s", path, line,
                     way_names[way], (int)a, was, (int)b, is);
        was += a + (was[a] != 0);
        is += b + (is[b] != 0);
    }
}

static void run_file(const struct config *config, const char *path)
{
    struct buf expected = { 0 };
    read_file(path, &expected);
    for (enum way way = 0; way < WAY_COUNT; way++) {
        struct buf actual = { 0 };
        run(config, buf_str(&expected), way, &actual);
        if (way == WAY_PLAIN && getenv("OMBUD_TRACES")) {
            FILE *file = fopen(path, "wb");
            assert_non_null(file);
            fwrite(actual.data, 1, actual.size, file);
            fclose(file);
            buf_clear(&expected);
            buf_add_str(&expected, buf_str(&actual));
        }
        compare(path, &expected, &actual, way);
        buf_free(&actual);
    }
    buf_free(&expected);
}

static void messages_come_out_as_written(void **state)
{
    (void)state;
    each_trace(FOLDER, FOLDER "/messages.yaml", 3, run_file);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(messages_come_out_as_written) };
    json_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
