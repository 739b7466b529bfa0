/* conf/regulations: each has a file tests/cases/regulations/NAME.txt that tells what happens to
 * tickets under it ("> TIME TYPE {members}", where `opened` begins the next ticket) and behind each
 * event, by the zone of its calendar, when every clock of the law is due.
 * OMBUD_WRITE_EXPECTED=1 writes what comes out instead; read the diff before you keep it. */
#include <dirent.h>

#include "base/zone.h"
#include "tickets_world.h"

#define CASES SOURCE_DIR "/tests/cases/regulations"

static const struct config *config;

static int open_config(void **state)
{
    (void)state;
    config = world_config(CASES "/all.yaml");
    return 0;
}

static int close_config(void **state)
{
    (void)state;
    config_free((struct config *)config);
    return 0;
}

/* ---- what comes out */

static struct str member(const cJSON *root, const char *name)
{
    return json_string(json_get(root, str_from(name)));
}

static void print_time(struct buf *out, struct str zone_name, struct str time)
{
    char text[TIME_TEXT_SIZE];
    time_ms moment = 0;
    struct zone *zone = zone_open(zone_name, NULL);
    assert_non_null(zone);
    assert_true(time_parse(time, &moment, NULL));
    buf_printf(out, "%.*s %.*s", STR_ARG(zone_format(zone, moment, text)), STR_ARG(zone_name));
    zone_close(zone);
}

static struct str zone_of(struct str calendar)
{
    const struct config_calendar *found = config_calendar(config, calendar);
    return found ? calendar_zone(found->calendar) : config->zone;
}

static void print_clocks(struct buf *out, const cJSON *decision)
{
    if (!str_is(member(decision, "outcome"), "applied"))
        buf_printf(out, "  %.*s: %.*s\n", STR_ARG(member(decision, "outcome")),
                   STR_ARG(member(decision, "reason")));
    for (const cJSON *clock = json_get(decision, STR("clocks"))->child; clock;
         clock = clock->next) {
        struct str name = member(clock, "clock");
        if (!memchr(name.data, '.', name.size))
            continue;
        buf_printf(out, "  %.*s %.*s, due ", STR_ARG(name), STR_ARG(member(clock, "status")));
        print_time(out, zone_of(member(clock, "calendar")), member(clock, "due"));
        buf_add_char(out, '\n');
    }
}

static void print_decision(struct buf *out, const struct world *world)
{
    static const struct json_limits limits = { 1 << 20, 65536, 16 };
    struct arena *arena = arena_new(64 * 1024);
    for (size_t i = 0; i < world->actions.count; i++) {
        const struct action *action = &world->actions.items[i];
        size_t at = 0;
        if (action->output != OUTPUT_DECISIONS)
            continue;
        const cJSON *root = json_parse(action->value, &limits, arena, NULL, &at, NULL);
        if (str_is(member(root, "kind"), "decision"))
            print_clocks(out, root);
    }
    arena_free(arena);
}

/* ---- what goes in */

/* "> 2026-04-01T10:00:00Z opened {...}" of that law's next ticket, or the one at hand. */
static void feed(struct world *world, const char *line, const char *law, int *ticket)
{
    char when[32], type[32];
    int size = 0;
    time_ms time = 0;
    struct buf json = { 0 };
    assert_int_equal(sscanf(line, "> %31s %31s%n", when, type, &size), 2);
    assert_true(time_parse(str_from(when), &time, NULL));
    *ticket += strcmp(type, "opened") == 0;
    const char *members = line + size + strspn(line + size, " ");
    buf_printf(&json, "{\"ticket\":\"t%d\",\"type\":\"%s\",\"time\":\"%s\",\"id\":\"e%d\"", *ticket,
               type, when, (int)world->offset);
    const char *attributes = strstr(members, "\"attributes\":{");
    if (strncmp(type, "opened", 6) == 0 && !(attributes && strstr(attributes, "\"law\"")))
        buf_printf(&json, ",\"attributes\":{\"law\":\"%s\"%s", law, attributes ? "," : "}");
    if (attributes && json.data[json.size - 1] == ',')
        buf_printf(&json, "%s", attributes + strlen("\"attributes\":{"));
    else if (*members == '{')
        buf_printf(&json, ",%s", members + 1);
    else
        buf_add_char(&json, '}');
    world_feed(world, buf_str(&json), time);
    buf_free(&json);
}

static void tell(FILE *in, const char *law, struct buf *out, struct buf *read)
{
    struct world world;
    char line[1024];
    int ticket = 0;
    world_open(&world, config, 0, 1);
    while (fgets(line, sizeof(line), in)) {
        buf_add(read, line, strlen(line));
        if (*line != '>' && *line != '#')
            continue;
        buf_add(out, line, strlen(line));
        line[strcspn(line, "\n")] = '\0';
        if (*line != '>')
            continue;
        feed(&world, line, law, &ticket);
        print_decision(out, &world);
        world_commit(&world);
    }
    assert_true(ticket > 0);
    world_close(&world);
}

static bool check(const char *law)
{
    struct buf out = { 0 }, read = { 0 };
    char path[512];
    snprintf(path, sizeof(path), "%s/%s.txt", CASES, law);
    FILE *in = fopen(path, "r");
    if (!in)
        fail_msg("%s has no case: %s is missing", law, path);
    tell(in, law, &out, &read);
    fclose(in);
    bool same = str_equal(buf_str(&out), buf_str(&read));
    if (getenv("OMBUD_WRITE_EXPECTED")) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fwrite(out.data, 1, out.size, file);
        fclose(file);
    } else if (!same) {
        print_error("%s: expected\n%s--- but found\n%s", path, buf_text(&read), buf_text(&out));
    }
    buf_free(&out);
    buf_free(&read);
    return same;
}

/* ---- tests */

static int is_yaml(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return size > 5 && strcmp(entry->d_name + size - 5, ".yaml") == 0;
}

static bool says(const char *text, const char *key)
{
    return strstr(text, key) != NULL;
}

static void read_file(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void check_document(const char *law)
{
    char text[65536], name[300];
    read_file(SOURCE_DIR "/docs/regulations.md", text, sizeof(text));
    snprintf(name, sizeof(name), "| `%s` |", law);
    if (!says(text, name))
        fail_msg("docs/regulations.md does not tell of %s", law);
}

static void check_file(const char *name)
{
    char text[16384], path[512];
    snprintf(path, sizeof(path), SOURCE_DIR "/conf/regulations/%s", name);
    read_file(path, text, sizeof(text));
    if (!says(text, "source:") || !says(text, "checked:") || !says(text, "valid_from:") ||
        !says(text, "valid_until:") || !says(text, "no legal advice"))
        fail_msg("%s must say source, checked, valid_from, valid_until and that it is no legal "
                 "advice",
                 path);
}

/* cases.md, "Clocks that laws set": each preset with its target, start and days. */
static void every_regulation_is_due_when_its_case_says(void **state)
{
    struct dirent **entries = NULL;
    int failed = 0;
    (void)state;
    int count = scandir(SOURCE_DIR "/conf/regulations", &entries, is_yaml, alphasort);
    assert_int_equal(count, config->regulation_count);
    for (int i = 0; i < count; i++) {
        char law[256];
        snprintf(law, sizeof(law), "%.*s", (int)strlen(entries[i]->d_name) - 5, entries[i]->d_name);
        check_file(entries[i]->d_name);
        check_document(law);
        failed += !check(law);
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_regulation_is_due_when_its_case_says),
    };
    json_init();
    return cmocka_run_group_tests(tests, open_config, close_config);
}
