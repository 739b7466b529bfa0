#include "escalate/people.h"

#include <string.h>

static bool is_listed(const struct config_department *department, int level, struct str person)
{
    for (size_t i = 0; level >= 0 && i < department->people_counts[level]; i++) {
        if (str_equal(department->people[level][i], person))
            return true;
    }
    return false;
}

/* Whether that level is not told of it, now or when its own message is due. */
static bool is_kept_from(const struct people_question *question, const struct notice *at_level,
                         struct arena *arena)
{
    const struct member *member = groups_find(question->groups, at_level, arena);
    struct notice notice;
    struct cause why;
    if (member == NULL || member->status == NOTICE_RESOLVED)
        return false;
    member_notice(member, &notice);
    return member->muted || (member_is_fresh(member) &&
                             quiet_judge(question->quiet, member, &notice, question->now, &why));
}

/* Whether a nearer level that has the person hears the same of this member. */
static bool hears_elsewhere(const struct people_question *question, const struct member *member,
                            const struct config_department *department, struct str person,
                            struct arena *arena)
{
    struct notice notice;
    member_notice(member, &notice);
    struct str rest = notice.also;
    while (rest.size > 0) {
        const char *space = memchr(rest.data, ' ', rest.size);
        size_t size = space ? (size_t)(space - rest.data) : rest.size;
        notice.level = (struct str){ rest.data, size };
        if (is_listed(department, config_level(question->quiet->config, notice.level), person) &&
            !is_kept_from(question, &notice, arena))
            return true;
        size += space ? 1 : 0;
        rest = (struct str){ rest.data + size, rest.size - size };
    }
    return false;
}

static bool hears_all_elsewhere(const struct people_question *question,
                                const struct config_department *department, struct str person,
                                struct arena *arena)
{
    for (size_t i = 0; i < question->count; i++) {
        if (!hears_elsewhere(question, question->members[i], department, person, arena))
            return false;
    }
    return question->count > 0;
}

static bool is_among(const struct people *people, struct str person)
{
    for (size_t i = 0; i < people->count; i++) {
        if (str_equal(people->items[i], person))
            return true;
    }
    return false;
}

static void add_people(const struct people_question *question,
                       const struct config_department *department, struct arena *arena,
                       struct people *people)
{
    struct str *grown = arena_alloc_raw(
        arena, (people->count + department->people_counts[question->level] + 1) * sizeof(*grown));
    if (people->count > 0)
        memcpy(grown, people->items, people->count * sizeof(*grown));
    people->items = grown;
    for (size_t i = 0; i < department->people_counts[question->level]; i++) {
        struct str person = department->people[question->level][i];
        if (!is_among(people, person) && !hears_all_elsewhere(question, department, person, arena))
            people->items[people->count++] = person;
    }
}

struct people people_find(const struct people_question *question, struct arena *arena)
{
    const struct config *config = question->quiet->config;
    struct people people = { 0 };
    bool *asked = arena_alloc(arena, config->department_count * sizeof(*asked));
    for (size_t i = 0; i < question->count; i++) {
        int index = config_department(config, member_label(question->members[i], LABEL_DEPARTMENT));
        /* Whose department is gone is told to those who answer for all. */
        size_t place = (size_t)(index < 0 ? config->root->department : index);
        if (!asked[place])
            add_people(question, &config->departments[place], arena, &people);
        asked[place] = true;
    }
    return people;
}
