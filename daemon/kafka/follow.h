/* Reads partitions from outside any group, committed records only: from where they begin, from
 * where they end, or from a given place; and knows when all that was there has been given out. For
 * one thread, which may wait for news or have its loop woken. */
#pragma once

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "config/config.h"
#include "host/log.h"

struct follow;

/* One partition that is read. */
struct follow_place {
    char *topic;
    int32_t partition;
    int64_t begin, end; /* where reading starts; where the log ended */
    int64_t next;       /* behind what was given out, or shown to be nothing */
    bool caught_up;     /* the broker has shown that nothing before `end` is left */
    bool left;          /* see follow_leave */
    void *owner;        /* the caller's */
};

/* A client of its own. `log` (may be NULL) outlives it. NULL + err. Waits for a broker, for about
 * two seconds at most. */
struct follow *follow_open(const struct config *config, struct log *log, struct error *err);
void follow_close(struct follow *follow); /* blocks; NULL is fine */

enum follow_from { FOLLOW_FROM_START, FOLLOW_FROM_END };

/* Adds all partitions of a topic. With FOLLOW_FROM_END the place is fixed when this returns:
 * whatever is written afterwards will be read. They get `owner`. How many there are, 0: no such
 * topic, -1 + err: no answer within `timeout` ms a question. Blocks. */
int follow_topic(struct follow *follow, struct str topic, enum follow_from from, int timeout,
                 void *owner, struct error *err);
/* Adds one, asking nobody; valid until follow_close. Also from a place behind its end: it has
 * caught up when the broker has shown that it ends there, which proves that it may be read. */
struct follow_place *follow_partition(struct follow *follow, const char *topic, int32_t partition,
                                      int64_t begin, int64_t end, void *owner);
/* After the last one is added: reads. False + err. */
bool follow_start(struct follow *follow, struct error *err);

enum follow_news {
    FOLLOW_NOTHING, /* the time is over */
    FOLLOW_RECORD,  /* the message is the caller's: rd_kafka_message_destroy */
    FOLLOW_END,     /* of what is committed; the place tells whether that is all */
    FOLLOW_LOST,    /* + err: the log no longer has the place; not read on, but see follow_again */
    FOLLOW_FORBIDDEN, /* + err: this user may not read it */
    FOLLOW_MISSING,   /* + err: there is no such topic, or no broker knows it yet */
    FOLLOW_TROUBLE    /* + err: it is tried on */
};
struct follow_item {
    rd_kafka_message_t *message; /* FOLLOW_RECORD only */
    struct follow_place *place;  /* NULL: of no partition */
    rd_kafka_resp_err_t code;
};
/* The next news within `timeout` ms. */
enum follow_news follow_next(struct follow *follow, int timeout, struct follow_item *item,
                             struct error *err);
/* FOLLOW_LOST, FOLLOW_FORBIDDEN and FOLLOW_MISSING: waiting alone does not help. */
bool follow_is_final(enum follow_news news);
/* Every place has caught up, or was left. */
bool follow_caught_up(const struct follow *follow);
/* One record; takes the message over by setting it NULL. False + err: not on. */
typedef bool follow_take_fn(void *arg, struct follow_item *item, struct error *err);
/* Gives out all records up to where each place ended. FOLLOW_END: that was all; FOLLOW_RECORD +
 * err: `receive` would not go on; FOLLOW_NOTHING + err: nothing came for `patience` ms; else + err:
 * what is final. */
enum follow_news follow_all(struct follow *follow, time_ms patience, follow_take_fn *receive,
                            void *arg, struct error *err);
/* Gives nothing more out of a place. */
void follow_leave(struct follow *follow, struct follow_place *place);
/* Reads a place that is lost again, from where the log begins. False + err. */
bool follow_again(struct follow *follow, struct follow_place *place, struct error *err);

/* For loops: writes a uint64_t 1 to `fd` (eventfd) when there are news. Then call follow_next, not
 * waiting, until there are none. */
void follow_watch(struct follow *follow, int fd);
/* For questions to the broker. */
rd_kafka_t *follow_client(const struct follow *follow);
