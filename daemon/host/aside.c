#include "host/aside.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"

struct aside {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    aside_work_fn *work; /* guarded by lock, as `stop`; NULL: nothing to do */
    bool stop;
    aside_done_fn *done; /* the loop's own, as `busy` */
    void *arg;
    bool busy;
    int fd;
    struct event *event;
};

static void *aside_main(void *opaque)
{
    struct aside *aside = opaque;
    pthread_mutex_lock(&aside->lock);
    while (!aside->stop) {
        if (aside->work == NULL) {
            pthread_cond_wait(&aside->wanted, &aside->lock);
            continue;
        }
        aside_work_fn *work = aside->work;
        pthread_mutex_unlock(&aside->lock);
        work(aside->arg);
        pthread_mutex_lock(&aside->lock);
        aside->work = NULL;
        uint64_t one = 1;
        if (write(aside->fd, &one, sizeof(one)) != sizeof(one))
            abort(); /* an eventfd that is read at every wake-up cannot overflow */
    }
    pthread_mutex_unlock(&aside->lock);
    return NULL;
}

static void on_done(evutil_socket_t fd, short what, void *opaque)
{
    struct aside *aside = opaque;
    (void)what;
    uint64_t count;
    if (read((int)fd, &count, sizeof(count)) != sizeof(count) || !aside->busy)
        return;
    aside->busy = false;
    aside->done(aside->arg);
}

struct aside *aside_new(struct event_base *base, const char *name, struct error *err)
{
    struct aside *aside = mem_alloc(sizeof(*aside));
    pthread_mutex_init(&aside->lock, NULL);
    pthread_cond_init(&aside->wanted, NULL);
    aside->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (aside->fd < 0) {
        error_set(err, "eventfd: %s", strerror(errno));
        goto out;
    }
    aside->event = event_new(base, aside->fd, EV_READ | EV_PERSIST, on_done, aside);
    event_add(aside->event, NULL);
    int code = pthread_create(&aside->thread, NULL, aside_main, aside);
    if (code != 0) {
        error_set(err, "a thread could not be started: %s", strerror(code));
        event_free(aside->event);
        close(aside->fd);
        goto out;
    }
    pthread_setname_np(aside->thread, name);
    return aside;
out:
    pthread_cond_destroy(&aside->wanted);
    pthread_mutex_destroy(&aside->lock);
    free(aside);
    return NULL;
}

void aside_run(struct aside *aside, aside_work_fn *work, aside_done_fn *done, void *arg)
{
    aside->busy = true;
    aside->done = done;
    pthread_mutex_lock(&aside->lock);
    aside->arg = arg;
    aside->work = work;
    pthread_cond_signal(&aside->wanted);
    pthread_mutex_unlock(&aside->lock);
}

bool aside_busy(const struct aside *aside)
{
    return aside->busy;
}

void aside_free(struct aside *aside)
{
    if (aside == NULL)
        return;
    pthread_mutex_lock(&aside->lock);
    aside->stop = true;
    pthread_cond_signal(&aside->wanted);
    pthread_mutex_unlock(&aside->lock);
    pthread_join(aside->thread, NULL);
    event_free(aside->event);
    close(aside->fd);
    pthread_cond_destroy(&aside->wanted);
    pthread_mutex_destroy(&aside->lock);
    free(aside);
}
