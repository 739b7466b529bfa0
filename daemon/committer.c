#include "committer.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"

struct committer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    committer_work_fn *work; /* guarded by lock, as `stop`; NULL: nothing to do */
    bool stop;
    committer_done_fn *done; /* the loop's own, as `busy` */
    void *arg;
    bool busy;
    int fd;
    struct event *event;
};

static void *committer_main(void *opaque)
{
    struct committer *committer = opaque;
    pthread_mutex_lock(&committer->lock);
    while (!committer->stop) {
        if (committer->work == NULL) {
            pthread_cond_wait(&committer->wanted, &committer->lock);
            continue;
        }
        committer_work_fn *work = committer->work;
        pthread_mutex_unlock(&committer->lock);
        work(committer->arg);
        pthread_mutex_lock(&committer->lock);
        committer->work = NULL;
        uint64_t one = 1;
        if (write(committer->fd, &one, sizeof(one)) != sizeof(one))
            abort(); /* an eventfd that is read at every wake-up cannot overflow */
    }
    pthread_mutex_unlock(&committer->lock);
    return NULL;
}

static void on_done(evutil_socket_t fd, short what, void *opaque)
{
    struct committer *committer = opaque;
    (void)what;
    uint64_t count;
    if (read((int)fd, &count, sizeof(count)) != sizeof(count) || !committer->busy)
        return;
    committer->busy = false;
    committer->done(committer->arg);
}

struct committer *committer_new(struct event_base *base, const char *name, struct error *err)
{
    struct committer *committer = mem_alloc(sizeof(*committer));
    pthread_mutex_init(&committer->lock, NULL);
    pthread_cond_init(&committer->wanted, NULL);
    committer->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (committer->fd < 0) {
        error_set(err, "eventfd: %s", strerror(errno));
        goto out;
    }
    committer->event = event_new(base, committer->fd, EV_READ | EV_PERSIST, on_done, committer);
    event_add(committer->event, NULL);
    int code = pthread_create(&committer->thread, NULL, committer_main, committer);
    if (code != 0) {
        error_set(err, "a thread could not be started: %s", strerror(code));
        event_free(committer->event);
        close(committer->fd);
        goto out;
    }
    pthread_setname_np(committer->thread, name);
    return committer;
out:
    pthread_cond_destroy(&committer->wanted);
    pthread_mutex_destroy(&committer->lock);
    free(committer);
    return NULL;
}

void committer_run(struct committer *committer, committer_work_fn *work, committer_done_fn *done,
                   void *arg)
{
    committer->busy = true;
    committer->done = done;
    pthread_mutex_lock(&committer->lock);
    committer->arg = arg;
    committer->work = work;
    pthread_cond_signal(&committer->wanted);
    pthread_mutex_unlock(&committer->lock);
}

bool committer_busy(const struct committer *committer)
{
    return committer->busy;
}

void committer_free(struct committer *committer)
{
    if (committer == NULL)
        return;
    pthread_mutex_lock(&committer->lock);
    committer->stop = true;
    pthread_cond_signal(&committer->wanted);
    pthread_mutex_unlock(&committer->lock);
    pthread_join(committer->thread, NULL);
    event_free(committer->event);
    close(committer->fd);
    pthread_cond_destroy(&committer->wanted);
    pthread_mutex_destroy(&committer->lock);
    free(committer);
}
