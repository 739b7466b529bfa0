#include "ctl/learn_history.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/input.h"
#include "ctl/record_json.h"
#include "host/now.h"
#include "decode/event.h"
#include "kafka/follow.h"
#include "learn/features.h"
#include "route/route.h"
#include "score/score.h"
#include "text/lexicon.h"
#include "track/row.h"

enum { HISTORY_BLOCK = 1 << 20, LINE_BLOCK = 64 * 1024, ANSWER = 10000, PATIENCE = 60000 };

static struct str ticket_key(const void *value)
{
    return ((const struct learn_ticket *)value)->id;
}

struct learn_history *history_open(const struct config *config)
{
    struct learn_history *history = mem_alloc(sizeof(*history));
    history->config = config;
    history->arena = arena_new(HISTORY_BLOCK);
    history->line = arena_new(LINE_BLOCK);
    history->tickets = table_new(ticket_key);
    history->words = lexicon_scratch_new(config->lexicon);
    history->matching = match_scratch_new();
    history->features = features_new();
    return history;
}

void history_close(struct learn_history *history)
{
    if (!history)
        return;
    features_free(history->features);
    match_scratch_free(history->matching);
    lexicon_scratch_free(history->words);
    table_free(history->tickets);
    arena_free(history->line);
    arena_free(history->arena);
    free(history);
}

static struct learn_ticket *find_ticket(struct learn_history *history, const struct event *event)
{
    struct learn_ticket *ticket = table_get(history->tickets, event->ticket);
    if (ticket)
        return ticket;
    ticket = arena_alloc(history->arena, sizeof(*ticket));
    ticket->id = arena_copy(history->arena, event->ticket);
    ticket->opened = event->time;
    ticket->holder = ticket->department = -1;
    table_put(history->tickets, ticket);
    return ticket;
}

/* The judgement that the tickets stage makes of an opening, with nothing learned. */
static void judge(struct learn_history *history, struct learn_ticket *ticket,
                  const struct event *event, const struct score *score)
{
    const struct config *config = history->config;
    struct facts facts = { .scratch = history->matching,
                           .event = event,
                           .signals = score->names,
                           .signal_count = score->name_count,
                           .score = score->points,
                           .band = score->band,
                           .category = event->category,
                           .customer = &event->customer };
    const struct config_screen *screen = score->floor > 0 ? NULL : screen_event(config, &facts);
    struct verdict verdict;
    facts.label = screen ? screen->label : STR_NONE;
    if (screen && screen->band > facts.band)
        facts.band = screen->band;
    route_event(config, &facts, history->line, &verdict);
    ticket->floored = score->floor > 0;
    ticket->tree = screen && screen->department >= 0 ? screen->department : verdict.department;
}

static void keep_marks(struct learn_history *history, struct learn_ticket *ticket,
                       const struct learn_input *input)
{
    size_t count = 0;
    const struct feature *features =
        features_take(history->features, lexicon_fold(history->config->lexicon), input, &count);
    ticket->marks = arena_alloc_raw(history->arena, (count + 1) * sizeof(*ticket->marks));
    ticket->mark_count = count;
    for (size_t i = 0; i < count; i++)
        ticket->marks[i] = (struct learn_mark){ features[i].bucket, features[i].count };
}

/* Only the first words count, because the router asks when it hears them. The category is the one
 * given with them: one that an agent chose later would tell the answer. */
static void hear(struct learn_history *history, struct learn_ticket *ticket,
                 const struct event *event)
{
    const struct history past = { 0 };
    const struct str account = event->customer.account;
    struct score score;
    size_t count = 0;
    struct hit *hits = lexicon_scan(history->config->lexicon, history->words, event->subject,
                                    event->body, history->line, &count);
    score_event(history->config, event, hits, count, &event->customer, event->category, &past,
                history->line, &score);
    struct learn_input input = { event->subject, event->body, score.names, score.name_count,
                                 event->category };
    ticket->heard = true;
    ticket->account = str_empty(account) ? ticket->id : arena_copy(history->arena, account);
    keep_marks(history, ticket, &input);
    judge(history, ticket, event, &score);
}

static bool is_first_word(const struct learn_ticket *ticket, const struct event *event)
{
    bool speaks = event->type == EVENT_OPENED || event->type == EVENT_SNAPSHOT ||
                  (event->type == EVENT_MESSAGE && event->from == SENDER_CUSTOMER);
    return !ticket->heard && !ticket->resolved && speaks && !event->automated &&
           (!str_empty(event->subject) || !str_empty(event->body));
}

/* A customer who writes again soon after the end was not done: as the router sees it. */
static bool reopens(const struct learn_history *history, const struct learn_ticket *ticket,
                    const struct event *event)
{
    if (event->type == EVENT_REOPENED)
        return true;
    if (!ticket->resolved)
        return false;
    if (event->type == EVENT_SNAPSHOT)
        return !str_empty(event->status) && !row_is_ended(event);
    return event->type == EVENT_MESSAGE && event->from == SENDER_CUSTOMER && !event->automated &&
           event->time - ticket->resolved_at <= history->config->reopen_within;
}

static void take_holder(const struct learn_history *history, struct learn_ticket *ticket,
                        const struct event *event)
{
    bool by = event->type == EVENT_ACCEPTED || event->type == EVENT_RESOLVED;
    struct str name = by && str_empty(event->department) ? event->by_department : event->department;
    if (!str_empty(name))
        ticket->holder = config_department(history->config, name);
}

static void take_end(struct learn_ticket *ticket, const struct event *event)
{
    if (ticket->resolved)
        return;
    ticket->resolved = true;
    ticket->resolved_at = event->time;
    ticket->department = ticket->holder;
}

static void take_event(struct learn_history *history, const struct event *event)
{
    struct learn_ticket *ticket = find_ticket(history, event);
    if (is_first_word(ticket, event))
        hear(history, ticket, event);
    ticket->reopened |= reopens(history, ticket, event);
    switch (event->type) {
    case EVENT_ASSIGNED:
    case EVENT_ACCEPTED:
    case EVENT_SETTLED:
        take_holder(history, ticket, event);
        break;
    case EVENT_RESOLVED:
        take_holder(history, ticket, event);
        take_end(ticket, event);
        break;
    case EVENT_SNAPSHOT:
        take_holder(history, ticket, event);
        if (row_is_ended(event))
            take_end(ticket, event);
        break;
    default:
        break;
    }
}

void history_take(struct learn_history *history, const struct record *record)
{
    const struct config *config = history->config;
    struct event event;
    struct refusal refusal;
    history->events++;
    if (event_decode(record, event_source(config, record), config->max_event, history->line, &event,
                     &refusal)) {
        if (str_present(event.ticket))
            take_event(history, &event);
    } else {
        history->unreadable++;
    }
}

bool history_file(struct learn_history *history, const char *path, struct error *err)
{
    struct line_defaults defaults = { .topic = history->config->topics.home,
                                      .timestamp = now_wall(),
                                      .config = history->config };
    struct error why = { "" };
    struct input *input = input_open(path, err);
    struct str line;
    bool ok = input != NULL, bare;
    while (ok && input_line(input, &line, &why)) {
        struct record record;
        if (line.size == 0)
            continue;
        arena_reset(history->line);
        ok = record_from_line(line, &defaults, history->line, &record, &bare, &why) ||
             error_set(err, "%s:%ld: %s", path, input_line_number(input), why.text);
        if (!ok)
            break;
        defaults.offset += bare;
        defaults.timestamp = record.timestamp;
        history_take(history, &record);
    }
    if (ok && why.text[0])
        ok = error_set(err, "%s: %s", path, why.text);
    input_close(input);
    return ok;
}

static bool take_message(void *arg, struct follow_item *item, struct error *err)
{
    struct learn_history *history = arg;
    const rd_kafka_message_t *message = item->message;
    rd_kafka_timestamp_type_t unused;
    (void)err;
    arena_reset(history->line);
    struct record record = { .topic = str_from(item->place->topic),
                             .partition = message->partition,
                             .offset = message->offset,
                             .timestamp = rd_kafka_message_timestamp(message, &unused),
                             .key = { message->key, message->key_len },
                             .value = { message->payload, message->len } };
    history_take(history, &record);
    return true;
}

bool history_topic(struct learn_history *history, struct str topic, struct error *err)
{
    struct follow *follow = follow_open(history->config, NULL, err);
    int partitions =
        follow ? follow_topic(follow, topic, FOLLOW_FROM_START, ANSWER, NULL, err) : -1;
    bool ok = partitions > 0 && follow_start(follow, err);
    if (partitions == 0)
        error_set(err, "there is no topic '%.*s'", STR_ARG(topic));
    ok = ok && follow_all(follow, PATIENCE, take_message, history, err) == FOLLOW_END;
    follow_close(follow);
    return ok;
}
