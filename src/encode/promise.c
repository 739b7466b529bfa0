#include <string.h>

#include "encode/headers.h"
#include "encode/parts.h"

static struct str name_or(struct str name, struct str slug)
{
    return str_empty(name) ? slug : name;
}

static struct config_name department_names(const struct turn *turn)
{
    int holder = turn_holder(turn);
    struct str slug = turn->ticket->department;
    if (holder < 0)
        return (struct config_name){ slug, slug };
    const struct config_department *department = &turn->config->departments[holder];
    return (struct config_name){ name_or(department->name.zh, slug),
                                 name_or(department->name.en, slug) };
}

static const struct clock_sentence *choose(const struct promise *promise, const struct clock *clock)
{
    const struct clock_kind_row *row = &clock_kinds[promise->clock];
    switch (promise->status) {
    case PROMISE_MADE:
        return &row->made;
    case PROMISE_MOVED:
        return &row->moved;
    case PROMISE_MET:
        return &row->met;
    case PROMISE_ENDED:
        return &row->ended;
    default:
        break;
    }
    if (clock->fulfilled == TIME_NEVER)
        return &row->missed;
    return clock_is_late(clock, clock->fulfilled) ? &row->kept_late : &row->kept_in_time;
}

static struct str fill(struct str format, struct str who, struct str due, struct str zone,
                       struct str what, struct arena *arena)
{
    char *text = arena_alloc_raw(arena, format.size + who.size + due.size + zone.size + what.size);
    size_t size = 0;
    const struct {
        struct str name, value;
    } blanks[] = { { STR("{who}"), who },
                   { STR("{due}"), due },
                   { STR("{zone}"), zone },
                   { STR("{what}"), what } };
    while (format.size) {
        const char *blank = memchr(format.data, '{', format.size);
        size_t taken = blank == NULL          ? format.size
                       : blank == format.data ? 1
                                              : (size_t)(blank - format.data);
        struct str piece = { format.data, taken };
        for (size_t i = 0; blank == format.data && i < sizeof(blanks) / sizeof(*blanks); i++) {
            if (str_starts(format, blanks[i].name)) {
                piece = blanks[i].value;
                taken = blanks[i].name.size;
            }
        }
        memcpy(text + size, piece.data, piece.size);
        size += piece.size;
        format = (struct str){ format.data + taken, format.size - taken };
    }
    return (struct str){ text, size };
}

/* What a later one says of the same clock stands in its place. */
static bool is_last_word(const struct promise *promise)
{
    for (const struct promise *other = promise->next; other; other = other->next) {
        if (str_equal(other->name, promise->name))
            return false;
    }
    return true;
}

/* Without printf, which takes ten times as long. */
static struct str joined(struct str first, struct str between, struct str second,
                         struct arena *arena)
{
    if (str_empty(first))
        return second;
    char *text = arena_alloc_raw(arena, first.size + between.size + second.size);
    memcpy(text, first.data, first.size);
    memcpy(text + first.size, between.data, between.size);
    memcpy(text + first.size + between.size, second.data, second.size);
    return (struct str){ text, first.size + between.size + second.size };
}

static struct config_name join(struct config_name all, struct str zh, struct str en,
                               struct arena *arena)
{
    return (struct config_name){ joined(all.zh, STR(""), zh, arena),
                                 joined(all.en, STR(" "), en, arena) };
}

/* What holds for several promises is said once, behind them: the first opening, and that days off
 * may yet move an end. */
static struct config_name remarks(struct encoder *encoder, const struct turn *turn,
                                  struct config_name all)
{
    static const struct clock_sentence closed = {
        STR("现在是非工作时间，我们将于 {due}（{zone}）上班。"),
        STR("We are closed at the moment and open at {due} ({zone})."),
    };
    static const struct clock_sentence provisional = {
        STR("届时的节假日安排尚未公布，时间可能调整。"),
        STR("Days off until then are not all known yet, so this may still move."),
    };
    struct str zone = encoder->config->zone, none = STR_NONE;
    struct arena *arena = turn->arena;
    time_ms opening = TIME_NEVER;
    bool is_provisional = false;
    for (const struct promise *promise = turn->promises; promise; promise = promise->next) {
        opening = time_min(opening, promise->opening);
        is_provisional |= promise->provisional && is_last_word(promise);
    }
    if (opening != TIME_NEVER) {
        char text[TIME_TEXT_SIZE];
        struct str at = zone_format(encoder->zone, opening, text);
        all = join(all, fill(closed.zh, none, at, zone, none, arena),
                   fill(closed.en, none, at, zone, none, arena), arena);
    }
    return is_provisional ? join(all, provisional.zh, provisional.en, arena) : all;
}

/* One sentence for each clock. */
static struct config_name sentences(struct encoder *encoder, const struct turn *turn,
                                    struct config_name who)
{
    struct config_name all = { STR_NONE, STR_NONE };
    struct str zone = encoder->config->zone;
    struct arena *arena = turn->arena;
    for (const struct promise *promise = turn->promises; promise; promise = promise->next) {
        char text[TIME_TEXT_SIZE];
        if (!is_last_word(promise))
            continue;
        const struct clock *clock = promise->clock == CLOCK_NAMED
                                        ? ticket_named_clock(turn->ticket, promise->name)
                                        : ticket_clock(turn->ticket, promise->clock);
        const struct clock_sentence *sentence = choose(promise, clock);
        struct str due = zone_format(encoder->zone, promise->due, text);
        struct str zh = fill(sentence->zh, who.zh, due, zone, promise->title.zh, arena);
        struct str en = fill(sentence->en, who.en, due, zone, promise->title.en, arena);
        all = join(all, zh, en, arena);
    }
    return all;
}

static void put_promise(struct json_writer *json, struct encoder *encoder,
                        const struct promise *promise)
{
    char text[TIME_TEXT_SIZE];
    json_open_object(json);
    JSON_STR(json, "clock", promise->name);
    JSON_TEXT(json, "status", promise_status_name(promise->status));
    JSON_TIME(json, "due", promise->due);
    JSON_STR(json, "due_local", zone_format(encoder->zone, promise->due, text));
    JSON_STR(json, "zone", encoder->config->zone);
    JSON_TIME(json, "previous_due", promise->previous_due);
    JSON_STR(json, "reason", promise->reason);
    JSON_KEY(json, "calendar");
    bool fixed = clock_kinds[promise->clock].fixed;
    json_put_str(json, fixed ? STR_NONE : calendar_name(promise->calendar));
    JSON_BOOL(json, "provisional", promise->provisional);
    JSON_TIME(json, "opens", promise->opening);
    json_close_object(json);
}

static void put_names(struct json_writer *json, struct config_name names)
{
    json_open_object(json);
    JSON_STR(json, "zh", names.zh);
    JSON_STR(json, "en", names.en);
    json_close_object(json);
}

static void put_record(struct json_writer *json, struct encoder *encoder, const struct turn *turn)
{
    struct config_name who = department_names(turn);
    json_open_object(json);
    JSON_STR(json, "kind", STR("promise"));
    JSON_STR(json, "ticket", turn->ticket->id);
    JSON_STR(json, "event", event_id_of(turn));
    JSON_STR(json, "department", turn->ticket->department);
    JSON_KEY(json, "department_name");
    put_names(json, who);
    JSON_KEY(json, "promises");
    json_open_array(json);
    for (const struct promise *promise = turn->promises; promise; promise = promise->next)
        put_promise(json, encoder, promise);
    json_close_array(json);
    JSON_KEY(json, "text");
    put_names(json, remarks(encoder, turn, sentences(encoder, turn, who)));
    JSON_TIME_MS(json, "decided_at", turn->moment->now);
    JSON_TEXT(json, "config", turn->config->fingerprint);
    json_close_object(json);
}

void encode_promise(struct encoder *encoder, const struct turn *turn, struct actions *actions,
                    struct record_counts *counts)
{
    if (!turn->promises)
        return;
    struct json_writer json = json_writer_to(&encoder->buf);
    buf_clear(&encoder->buf);
    put_record(&json, encoder, turn);
    struct action *action = actions_add(actions, OUTPUT_PROMISES);
    action->key = arena_copy(actions->arena, turn->ticket->id);
    action->value = record_value(encoder, actions);
    headers_set(action, actions, "ombud.promise", SOURCE_TICKETS,
                record_id(turn, "promise", 0, actions->arena));
    counts->promises++;
    for (const struct promise *promise = turn->promises; promise; promise = promise->next)
        counts->provisional += promise->provisional;
}
