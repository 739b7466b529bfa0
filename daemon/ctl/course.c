#include "ctl/course.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ctl/members.h"
#include "model/clock_kind.h"

enum { COURSE_BLOCK = 256 * 1024 };

struct breach {
    struct str clock, at;
    struct breach *next;
};

struct life {
    struct str ticket;
    struct str ledger;       /* the last one: a later one tells all of it again */
    struct breach *breaches; /* the last of each clock */
    int ping_pongs;
    bool dispute;
};

static struct str life_key(const void *value)
{
    return ((const struct life *)value)->ticket;
}

static struct str count_key(const void *value)
{
    return ((const struct course_count *)value)->name;
}

struct course *course_new(void)
{
    struct course *course = mem_alloc(sizeof(*course));
    course->arena = arena_new(COURSE_BLOCK);
    course->lives = table_new(life_key);
    for (int list = 0; list < COURSE_LISTS; list++)
        course->lists[list] = table_new(count_key);
    course->first = course->last = TIME_NEVER;
    return course;
}

void course_free(struct course *course)
{
    if (course == NULL)
        return;
    table_free(course->lives);
    for (int list = 0; list < COURSE_LISTS; list++)
        table_free(course->lists[list]);
    arena_free(course->arena);
    free(course);
}

double course_days(const struct course *course)
{
    if (course->first == TIME_NEVER)
        return 1;
    double days = (double)(course->last - course->first) / (double)TIME_DAY;
    return days < 1 ? 1 : days;
}

static struct course_count *count_of(struct course *course, enum course_list list, struct str name)
{
    struct course_count *count = table_get(course->lists[list], name);
    if (count == NULL) {
        count = arena_alloc(course->arena, sizeof(*count));
        count->name = arena_copy(course->arena, name);
        count->day = -1;
        table_put(course->lists[list], count);
    }
    return count;
}

static struct life *life_of(struct course *course, struct str ticket)
{
    struct life *life = table_get(course->lives, ticket);
    if (life == NULL) {
        life = arena_alloc(course->arena, sizeof(*life));
        life->ticket = arena_copy(course->arena, ticket);
        table_put(course->lives, life);
        course->tickets++;
    }
    return life;
}

/* ---- decisions */

static void count_shares(struct course *course, struct str ledger, int sign)
{
    static const struct str names[] = { { "party", 5 }, { "department", 10 }, { "seconds", 7 } };
    static const struct str list_name[] = { { "shares", 6 } };
    struct str shares, share, found[3];
    if (!str_present(ledger))
        return;
    members_find(ledger, list_name, &shares, 1);
    for (size_t at = 0; members_next(shares, &at, &share);) {
        members_find(share, names, found, 3);
        struct str holder = member_text(str_present(found[1]) ? found[1] : found[0]);
        count_of(course, COURSE_SECONDS, holder)->count += sign * (int64_t)member_int(found[2]);
    }
}

static void take_ledger(struct course *course, struct life *life, struct str ledger)
{
    if (!str_present(ledger))
        return;
    count_shares(course, life->ledger, -1);
    life->ledger = arena_copy(course->arena, ledger);
    count_shares(course, life->ledger, 1);
}

static void take_hands(struct course *course, struct life *life, struct str hands)
{
    static const struct str names[] = { { "ping_pongs", 10 }, { "dispute", 7 } };
    struct str found[2];
    if (!str_present(hands))
        return;
    members_find(hands, names, found, 2);
    int ping_pongs = member_int(found[0]);
    bool dispute = str_is(found[1], "true");
    course->ping_pongs += ping_pongs - life->ping_pongs;
    course->disputes += dispute && !life->dispute;
    life->ping_pongs = ping_pongs;
    life->dispute = dispute;
}

bool course_clock_is_internal(struct str clock, struct str untold)
{
    enum clock_kind kind;
    return str_is(untold, "true") || (clock_kind_parse(clock, &kind) && clock_kinds[kind].between);
}

/* A clock's breach stays in every decision after it: it counts when it is new. */
static bool is_new_breach(struct course *course, struct life *life, struct str clock,
                          struct str breached)
{
    struct breach *known = life->breaches;
    while (known && !str_equal(known->clock, clock))
        known = known->next;
    if (known && str_equal(known->at, breached))
        return false;
    if (!known) {
        known = arena_alloc(course->arena, sizeof(*known));
        known->clock = arena_copy(course->arena, clock);
        known->next = life->breaches;
        life->breaches = known;
    }
    known->at = arena_copy(course->arena, breached);
    return true;
}

static void take_clocks(struct course *course, struct life *life, struct str clocks)
{
    static const struct str names[] = { { "clock", 5 }, { "breached", 8 }, { "untold", 6 } };
    struct str clock, found[3];
    for (size_t at = 0; members_next(clocks, &at, &clock);) {
        members_find(clock, names, found, 3);
        struct str name = member_text(found[0]), breached = member_text(found[1]);
        if (!str_present(breached) || !is_new_breach(course, life, name, breached))
            continue;
        count_of(course, COURSE_BREACHES, name)->count++;
        if (course_clock_is_internal(name, found[2]))
            course->internal++;
        else
            course->broken++;
    }
}

static void take_notices(struct course *course, struct str notices)
{
    static const struct str names[] = { { "status", 6 }, { "level", 5 } };
    struct str notice, found[2];
    for (size_t at = 0; members_next(notices, &at, &notice);) {
        members_find(notice, names, found, 2);
        if (str_is(member_text(found[0]), "firing"))
            count_of(course, COURSE_STEPS, member_text(found[1]))->count++;
    }
}

enum { TICKET, CLOCKS, RESPONSIBLE, RETURN, HANDS, LEDGER, NOTICES, DECIDED, MEMBERS };

static void take_decision(struct course *course, struct str decision)
{
    static const struct str names[MEMBERS] = {
        [TICKET] = { "ticket", 6 },
        [CLOCKS] = { "clocks", 6 },
        [RESPONSIBLE] = { "responsible", 11 },
        [RETURN] = { "return", 6 },
        [HANDS] = { "hands", 5 },
        [LEDGER] = { "ledger", 6 },
        [NOTICES] = { "notices", 7 },
        [DECIDED] = { "decided_at", 10 },
    };
    struct str values[MEMBERS];
    time_ms time = 0;
    members_find(decision, names, values, MEMBERS);
    course->decisions++;
    if (time_parse(member_text(values[DECIDED]), &time, NULL)) {
        course->first = time_min(course->first, time);
        course->last = course->last == TIME_NEVER ? time : time_max(course->last, time);
    }
    if (!str_present(member_text(values[RESPONSIBLE])))
        return;
    struct life *life = life_of(course, member_text(values[TICKET]));
    course->returns += str_present(values[RETURN]);
    take_clocks(course, life, values[CLOCKS]);
    take_hands(course, life, values[HANDS]);
    take_ledger(course, life, values[LEDGER]);
    take_notices(course, values[NOTICES]);
}

/* ---- messages */

static void count_person(struct course *course, struct str name, int64_t day)
{
    struct course_count *person = count_of(course, COURSE_PEOPLE, name);
    person->count++;
    person->today = person->day == day ? person->today + 1 : 1;
    person->day = day;
    if (person->today > person->busiest)
        person->busiest = person->today;
}

static void take_message(struct course *course, struct str message)
{
    static const struct str names[] = { { "level", 5 }, { "to", 2 }, { "sent_at", 7 } };
    struct str found[3], person;
    time_ms sent = 0;
    members_find(message, names, found, 3);
    count_of(course, COURSE_MESSAGES, member_text(found[0]))->count++;
    time_parse(member_text(found[2]), &sent, NULL);
    for (size_t at = 0; members_next(found[1], &at, &person);)
        count_person(course, member_text(person), sent / TIME_DAY);
}

void course_take(struct course *course, const struct actions *actions)
{
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->items[i];
        course->dispatches += action->output == OUTPUT_DEPARTMENT;
        if (action->output == OUTPUT_DECISIONS)
            take_decision(course, action->value);
        else if (action->output == OUTPUT_ESCALATIONS)
            take_message(course, action->value);
    }
}
