#include "ctl/board.h"

#include "ctl/errands.h"

enum { TIMEOUT = 30000 };

/* One record; false + err: it is none. */
typedef bool put_fn(struct board *board, struct str key, struct str value, struct error *err);

struct reading {
    struct board *board;
    put_fn *put;
};

static bool put_silence(struct board *board, struct str key, struct str value, struct error *err)
{
    return silences_put(board->silences, key, value, err);
}

static bool put_state(struct board *board, struct str key, struct str value, struct error *err)
{
    if (str_starts(key, STR("s/")))
        return spent_restore(board->spent, key, value, err);
    return str_starts(key, STR("m/")) || groups_restore(board->groups, key, value, err);
}

/* What is none is left out, as the router does it. */
static bool take_record(void *arg, struct follow_item *item, struct error *err)
{
    const struct reading *reading = arg;
    const rd_kafka_message_t *message = item->message;
    (void)err;
    reading->put(reading->board, (struct str){ message->key, message->key_len },
                 (struct str){ message->payload, message->len }, NULL);
    return true;
}

static bool read_topic(struct board *board, const struct config *config, struct str topic,
                       put_fn *put, struct error *err)
{
    struct reading reading = { board, put };
    struct follow *follow = errands_follow(config, topic, FOLLOW_FROM_START, err);
    bool ok =
        follow != NULL && follow_all(follow, TIMEOUT, take_record, &reading, err) == FOLLOW_END;
    follow_close(follow);
    return ok;
}

bool board_open(struct board *board, const struct config *config, struct error *err)
{
    board->inhibitions = inhibitions_new(config);
    board->groups = groups_new(board->inhibitions, false);
    board->spent = spent_new();
    board->silences = silences_new();
    if (read_topic(board, config, config->topics.silences, put_silence, err) &&
        read_topic(board, config, config->topics.groups, put_state, err))
        return true;
    board_close(board);
    return false;
}

void board_close(struct board *board)
{
    groups_free(board->groups);
    inhibitions_free(board->inhibitions);
    spent_free(board->spent);
    silences_free(board->silences);
}

struct group *board_group(const struct board *board, struct str name)
{
    struct group *group;
    for (size_t at = 0; (group = groups_each(board->groups, &at)) != NULL;) {
        if (str_equal(group->name, name))
            return group;
    }
    return NULL;
}
