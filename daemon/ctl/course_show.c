/* The words and the JSON of a course. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ctl/course.h"

static const char *const list_names[COURSE_LISTS] = {
    [COURSE_BREACHES] = "breaches", [COURSE_STEPS] = "escalation_steps",
    [COURSE_MESSAGES] = "messages", [COURSE_PEOPLE] = "people",
    [COURSE_SECONDS] = "holders",
};

static int by_count(const void *left, const void *right)
{
    const struct course_count *const *a = left, *const *b = right;
    if ((*a)->count != (*b)->count)
        return (*a)->count < (*b)->count ? 1 : -1;
    return str_compare((*a)->name, (*b)->name);
}

/* The counts of a list, the most first, then those that only `other` has; to free(). */
static const struct course_count **sorted(const struct course *course, const struct course *other,
                                          enum course_list list, size_t *count)
{
    size_t room = table_count(course->lists[list]) + (other ? table_count(other->lists[list]) : 0);
    const struct course_count **all = mem_array(room + 1, sizeof(const struct course_count *));
    const struct course_count *item;
    *count = 0;
    for (size_t at = 0; (item = table_next(course->lists[list], &at));)
        all[(*count)++] = item;
    for (size_t at = 0; other && (item = table_next(other->lists[list], &at));) {
        if (!table_get(course->lists[list], item->name))
            all[(*count)++] = item;
    }
    qsort(all, *count, sizeof(*all), by_count);
    return all;
}

static struct course_count find(const struct course *course, enum course_list list, struct str name)
{
    const struct course_count *found = table_get(course->lists[list], name);
    return found ? *found : (struct course_count){ .name = name };
}

static void print_number(const char *what, struct str name, int64_t old, const int64_t *new)
{
    char text[96];
    snprintf(text, sizeof(text), "%s%.*s", what, STR_ARG(name));
    if (new)
        printf("  %-28s %8lld %8lld %+8lld\n", text, (long long)old, (long long)*new,
               (long long)(*new - old));
    else
        printf("  %-28s %8lld\n", text, (long long)old);
}

static void print_list(const struct course *course, const struct course *other,
                       enum course_list list, const char *what, int64_t unit, long limit)
{
    size_t count = 0;
    const struct course_count **all = sorted(course, other, list, &count);
    for (size_t i = 0; i < count && (long)i < limit; i++) {
        int64_t new = other ? find(other, list, all[i]->name).count / unit : 0;
        print_number(what, all[i]->name, find(course, list, all[i]->name).count / unit,
                     other ? &new : NULL);
    }
    free(all);
}

static void print_person(const struct course *course, const struct course_count *person)
{
    printf(" %8.1f %6lld", (double)person->count / course_days(course), (long long)person->busiest);
}

static void print_people(const struct course *course, const struct course *other, long limit)
{
    size_t count = 0;
    const struct course_count **all = sorted(course, other, COURSE_PEOPLE, &count);
    if (count > 0)
        printf("\nMessages to                  a day, most\n");
    for (size_t i = 0; i < count && (long)i < limit; i++) {
        struct course_count old = find(course, COURSE_PEOPLE, all[i]->name);
        printf("  %-24.*s", STR_ARG(all[i]->name));
        print_person(course, &old);
        if (other) {
            struct course_count new = find(other, COURSE_PEOPLE, all[i]->name);
            printf("  -> ");
            print_person(other, &new);
        }
        printf("\n");
    }
    if ((long)count > limit)
        printf("  ... and %ld more\n", (long)count - limit);
    free(all);
}

static void print_one(const char *what, int64_t old, const struct course *other, int64_t new)
{
    print_number(what, STR(""), old, other ? &new : NULL);
}

void course_print(const struct course *course, const struct course *other, long limit)
{
#define ONE(what, field) print_one(what, course->field, other, other ? other->field : 0)
    ONE("broken promises", broken);
    ONE("internal breaches", internal);
    print_list(course, other, COURSE_BREACHES, "  of ", 1, limit);
    ONE("returns", returns);
    ONE("ping-pong", ping_pongs);
    ONE("disputes", disputes);
#undef ONE
    print_list(course, other, COURSE_STEPS, "steps to ", 1, limit);
    print_list(course, other, COURSE_MESSAGES, "messages to ", 1, limit);
    print_people(course, other, limit);
    if (table_count(course->lists[COURSE_SECONDS]) > 0)
        printf("\nHours of tickets that ended, by whose time it was\n");
    print_list(course, other, COURSE_SECONDS, "", 3600, limit);
}

static void put_count(struct json_writer *json, const struct course *course,
                      const struct course_count *count, enum course_list list)
{
    json_open_object(json);
    JSON_STR(json, "name", count->name);
    if (list == COURSE_SECONDS) {
        JSON_INT(json, "minutes", count->count / 60);
    } else {
        JSON_INT(json, "count", count->count);
    }
    if (list == COURSE_PEOPLE) {
        char a_day[32];
        snprintf(a_day, sizeof(a_day), "%.2f", (double)count->count / course_days(course));
        JSON_RAW(json, "a_day", str_from(a_day));
        JSON_INT(json, "busiest_day", count->busiest);
    }
    json_close_object(json);
}

void course_json(const struct course *course, struct json_writer *json)
{
    json_open_object(json);
    JSON_INT(json, "broken_promises", course->broken);
    JSON_INT(json, "internal_breaches", course->internal);
    JSON_INT(json, "returns", course->returns);
    JSON_INT(json, "ping_pongs", course->ping_pongs);
    JSON_INT(json, "disputes", course->disputes);
    for (int list = 0; list < COURSE_LISTS; list++) {
        size_t count = 0;
        const struct course_count **all = sorted(course, NULL, (enum course_list)list, &count);
        json_key(json, list_names[list]);
        json_open_array(json);
        for (size_t i = 0; i < count; i++)
            put_count(json, course, all[i], (enum course_list)list);
        json_close_array(json);
        free(all);
    }
    json_close_object(json);
}
