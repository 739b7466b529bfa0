/* Answers questions about calendars, for the second implementation in calendar.py. Each line of the
 * input is one JSON object: a calendar, as the changelog has it, or a question about the last one,
 * whose answer is a line with a number. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar/calendar_text.h"
#include "calendar/target_due.h"

static const struct json_limits limits = { .size = 1 << 20, .nodes = 1 << 16, .depth = 4 };

static int64_t member(const cJSON *object, const char *name)
{
    int64_t value = 0;
    json_integer(json_get(object, str_from(name)), &value);
    return value;
}

static struct target target_of(const cJSON *question, struct str unit)
{
    struct target target = { .amount = member(question, "amount"),
                             .today_counts = member(question, "today_counts") != 0,
                             .working_end = member(question, "working_end") != 0 };
    for (int i = TARGET_NONE + 1; i < TARGET_UNIT_COUNT; i++) {
        if (str_is(unit, target_unit_name((enum target_unit)i)))
            target.unit = (enum target_unit)i;
    }
    return target;
}

static time_ms answer(const struct calendar *calendar, const cJSON *question)
{
    struct str unit = json_string(json_get(question, STR("unit")));
    if (json_get(question, STR("to")))
        return calendar_elapsed(calendar, member(question, "from"), member(question, "to"));
    if (json_get(question, STR("opening")))
        return calendar_opening(calendar, member(question, "opening"));
    struct target target = target_of(question, unit);
    return target_due(calendar, member(question, "from"), &target);
}

int main(void)
{
    struct arena *arena = arena_new(1 << 16);
    struct calendar *calendar = NULL;
    char *line = NULL;
    size_t room = 0;
    int code = 0;
    json_init();
    for (ssize_t size; !code && (size = getline(&line, &room, stdin)) > 0;) {
        struct error err = { .text = "" };
        size_t at = 0;
        arena_reset(arena);
        const cJSON *root =
            json_parse((struct str){ line, (size_t)size }, &limits, arena, NULL, &at, &err);
        if (root && json_get(root, STR("zone"))) {
            calendar_free(calendar);
            calendar = calendar_read(root, &err);
        }
        if (!root || !calendar) {
            fprintf(stderr, "%s: %s", err.text, line);
            code = 1;
        } else if (!json_get(root, STR("zone"))) {
            printf("%lld\n", (long long)answer(calendar, root));
        }
    }
    calendar_free(calendar);
    free(line);
    arena_free(arena);
    return code;
}
