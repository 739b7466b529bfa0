#include "host/failpoint.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/now.h"

enum { POINTS_MOST = 16, NAME_MOST = 32 };

struct point {
    char name[NAME_MOST];
    int at; /* fires at this hit; 0: at every one */
    int signal;
    time_ms wait; /* > 0: instead of the signal */
    char *text;   /* of poison */
    atomic_int hits;
};

struct failpoints {
    struct point points[POINTS_MOST];
    int count;
    char *directory;
};

static void parse_point(struct point *point, char *text)
{
    char *action = strchr(text, ':');
    if (action != NULL)
        *action++ = '\0';
    char *when = strchr(text, '=');
    if (when != NULL)
        *when++ = '\0';
    snprintf(point->name, sizeof(point->name), "%s", text);
    point->at = when == NULL || strcmp(when, "once") == 0 ? 1 : atoi(when);
    point->signal = action != NULL && strcmp(action, "stop") == 0 ? SIGSTOP : SIGKILL;
    if (action != NULL && strncmp(action, "crash-on=", 9) == 0)
        point->text = mem_copy(action + 9, strlen(action + 9));
    if (action != NULL && strncmp(action, "wait=", 5) == 0)
        point->wait = atoi(action + 5);
}

struct failpoints *failpoints_new(const char *specification, const char *directory)
{
    struct failpoints *points = mem_alloc(sizeof(*points));
    if (specification == NULL)
        return points;
    if (directory != NULL)
        points->directory = mem_copy(directory, strlen(directory));
    char *copy = mem_copy(specification, strlen(specification)), *rest = NULL;
    for (char *part = strtok_r(copy, ";", &rest); part != NULL && points->count < POINTS_MOST;
         part = strtok_r(NULL, ";", &rest))
        parse_point(&points->points[points->count++], part);
    free(copy);
    return points;
}

void failpoints_free(struct failpoints *points)
{
    if (points == NULL)
        return;
    for (int i = 0; i < points->count; i++)
        free(points->points[i].text);
    free(points->directory);
    free(points);
}

/* True for the first process that asks. */
static bool claim(const struct failpoints *points, const struct point *point)
{
    if (points->directory == NULL)
        return true;
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", points->directory, point->name);
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

void failpoint_hit(struct failpoints *points, const char *name)
{
    for (int i = 0; points != NULL && i < points->count; i++) {
        struct point *point = &points->points[i];
        if (point->text != NULL || strcmp(point->name, name) != 0)
            continue;
        int hit = atomic_fetch_add(&point->hits, 1) + 1;
        if (point->at != 0 && (hit != point->at || !claim(points, point)))
            continue;
        if (point->wait > 0)
            now_wait(point->wait);
        else
            kill(getpid(), point->signal);
    }
}

void failpoint_poison(struct failpoints *points, struct str text)
{
    for (int i = 0; points != NULL && i < points->count; i++) {
        const char *poison = points->points[i].text;
        if (poison != NULL && str_present(text) &&
            memmem(text.data, text.size, poison, strlen(poison)) != NULL)
            kill(getpid(), SIGKILL);
    }
}
