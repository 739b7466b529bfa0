/* Walks over the dead letters that are there, partition by partition in their order, and knows
 * which of them are settled (requeued or discarded): the group "{group.id}-requeue" keeps that. */
#pragma once

#include "config/config.h"
#include "ctl/letter.h"
#include "ctl/settled.h"
#include "kafka/follow.h"

struct letters_partition {
    int32_t number;
    struct settled settled; /* as the group has it */
    struct settling walk;   /* for whoever settles more; see letters_settled */
    int64_t reached;        /* behind the last letter that was given out */
    bool changed;           /* the walk has settled something since the last commit */
};

struct letters {
    const struct config *config;
    char group[300];
    rd_kafka_t *client; /* asks for the group's offsets */
    struct follow *follow;
    struct letters_partition *partitions;
    int count;
    struct arena *arena; /* of the letter given out last */
    rd_kafka_message_t *message;
};

/* `from_begin`: settled ones, too, which the log still has. NULL + err. */
struct letters *letters_open(const struct config *config, bool from_begin, struct error *err);
/* The one at that place alone, if it is there. */
struct letters *letters_open_at(const struct config *config, int32_t partition, int64_t offset,
                                struct error *err);
void letters_close(struct letters *letters); /* NULL is fine */

enum letters_news { LETTERS_ONE, LETTERS_END, LETTERS_FAILED /* + err */ };
/* The next; valid until the call after it. At the end all that was there at the beginning was
 * given out. */
enum letters_news letters_next(struct letters *letters, struct letter *letter,
                               struct letters_partition **partition, struct error *err);
