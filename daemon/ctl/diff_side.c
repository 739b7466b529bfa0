#include "ctl/diff_side.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ctl/course.h"
#include "ctl/desk.h"
#include "ctl/input.h"
#include "ctl/members.h"
#include "ctl/messages.h"

enum { FATES_BLOCK = 1 << 20 };

static struct str fate_key(const void *value)
{
    return ((const struct fate *)value)->ticket;
}

static struct str load_key(const void *value)
{
    return ((const struct load *)value)->department;
}

struct side *side_open(const struct config *config, const struct customers *customers)
{
    struct side *side = mem_alloc(sizeof(*side));
    side->config = config;
    side->customers = customers;
    side->arena = arena_new(FATES_BLOCK);
    side->fates = table_new(fate_key);
    side->loads = table_new(load_key);
    side->course = course_new();
    side->messages = messages_open(config);
    return side;
}

void side_close(struct side *side)
{
    if (side == NULL)
        return;
    table_free(side->fates);
    table_free(side->loads);
    course_free(side->course);
    messages_close(side->messages);
    arena_free(side->arena);
    free(side);
}

static struct load *find_load(struct side *side, struct str department)
{
    struct load *load = table_get(side->loads, department);
    if (load == NULL) {
        load = arena_alloc(side->arena, sizeof(*load));
        load->department = arena_copy(side->arena, department);
        table_put(side->loads, load);
    }
    return load;
}

static struct fate *find_fate(struct side *side, struct str ticket)
{
    struct fate *fate = table_get(side->fates, ticket);
    if (fate == NULL) {
        fate = arena_alloc(side->arena, sizeof(*fate));
        fate->ticket = arena_copy(side->arena, ticket);
        fate->first_band = -1;
        fate->highest_band = BAND_COUNT - 1;
        table_put(side->fates, fate);
    }
    return fate;
}

static void leave(struct side *side, struct fate *fate)
{
    if (fate->open)
        find_load(side, fate->last)->open--;
    fate->open = false;
}

/* The holder and whether the matter is open; loads follow. */
static void hold(struct side *side, struct fate *fate, struct str department, bool open)
{
    bool moved = !str_equal(fate->last, department);
    if (moved || !open)
        leave(side, fate);
    if (moved) {
        struct load *load = find_load(side, department);
        load->received++;
        fate->last = load->department;
        fate->holders++;
    }
    if (open && !fate->open) {
        struct load *load = find_load(side, department);
        if (++load->open > load->peak)
            load->peak = load->open;
        fate->open = true;
    }
}

enum { TICKET, SCORE, BAND, LABEL, STATUS, RESPONSIBLE, CLOCKS, NOTICES, MEMBERS };

static void count_notices(struct fate *fate, struct str notices)
{
    static const struct str names[] = { { "status", 6 } };
    struct str notice, status;
    for (size_t at = 0; members_next(notices, &at, &notice);) {
        members_find(notice, names, &status, 1);
        fate->told += str_is(member_text(status), "firing");
    }
}

static void look_at_clocks(struct fate *fate, struct str clocks)
{
    static const struct str names[] = { { "clock", 5 }, { "breached", 8 }, { "untold", 6 } };
    struct str clock, found[3];
    for (size_t at = 0; members_next(clocks, &at, &clock);) {
        members_find(clock, names, found, 3);
        bool internal = course_clock_is_internal(member_text(found[0]), found[2]);
        bool breached = str_present(member_text(found[1]));
        fate->breached |= !internal && breached;
        fate->internal |= internal && breached;
    }
}

static void take_decision(struct side *side, struct str decision)
{
    static const struct str names[MEMBERS] = {
        [TICKET] = { "ticket", 6 }, [SCORE] = { "score", 5 },
        [BAND] = { "band", 4 },     [LABEL] = { "label", 5 },
        [STATUS] = { "status", 6 }, [RESPONSIBLE] = { "responsible", 11 },
        [CLOCKS] = { "clocks", 6 }, [NOTICES] = { "notices", 7 },
    };
    struct str values[MEMBERS];
    members_find(decision, names, values, MEMBERS);
    struct str department = member_text(values[RESPONSIBLE]), status = member_text(values[STATUS]);
    if (str_empty(department))
        return;
    struct fate *fate = find_fate(side, member_text(values[TICKET]));
    int band = band_parse(member_text(values[BAND]));
    hold(side, fate, department, !str_is(status, "resolved") && !str_is(status, "closed"));
    if (fate->first_band < 0) {
        fate->first = fate->last;
        fate->first_band = band;
    }
    if (band < fate->highest_band)
        fate->highest_band = band;
    fate->score = member_int(values[SCORE]);
    struct str label = member_text(values[LABEL]);
    if (!str_equal(label, fate->label))
        fate->label = arena_copy(side->arena, label);
    count_notices(fate, values[NOTICES]);
    look_at_clocks(fate, values[CLOCKS]);
}

static void take(struct side *side, const struct actions *actions)
{
    course_take(side->course, actions);
    course_take(side->course, messages_take(side->messages, actions));
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->items[i];
        if (action->output == OUTPUT_DECISIONS)
            take_decision(side, action->value);
        side->dead_letters += action->output == OUTPUT_DEADLETTER;
    }
}

static bool run_file(struct side *side, struct desk *desk, const char *path, struct error *err)
{
    struct error why = { "" };
    struct input *input = input_open(path, err);
    if (input == NULL)
        return false;
    struct str line;
    bool ok = true;
    while (ok && input_line(input, &line, &why)) {
        if (line.size == 0)
            continue;
        const struct actions *actions = desk_line(desk, line, &why);
        side->events++;
        if (actions)
            take(side, actions);
        else
            ok = error_set(err, "%s:%ld: %s", path, input_line_number(input), why.text);
    }
    if (ok && why.text[0])
        ok = error_set(err, "%s: %s", path, why.text);
    input_close(input);
    return ok;
}

bool side_run(struct side *side, char *const *paths, int count, time_ms until, struct error *err)
{
    struct desk *desk = desk_open(side->config, side->customers);
    bool ok = true;
    for (int i = 0; i < count && ok; i++)
        ok = run_file(side, desk, paths[i], err);
    if (ok && until != TIME_NEVER)
        take(side, desk_advance(desk, until));
    /* Groups whose last news came at the very end are told of it, too. */
    if (side->course->last != TIME_NEVER)
        course_take(side->course,
                    messages_pass(side->messages,
                                  time_max(until == TIME_NEVER ? 0 : until, side->course->last)));
    if (ok && side->reload)
        open_change_take(&side->open_change, desk_reload(desk, side->reload));
    desk_close(desk);
    return ok;
}
