#include "track/urgency.h"

#include <string.h>
#include "score/score.h"

static int lesser(int a, int b)
{
    return a < b ? a : b;
}

static int greater(int a, int b)
{
    return a > b ? a : b;
}

static void take_points(const struct config *config, struct ticket *ticket,
                        const struct score *score)
{
    int history = score->family[FAMILY_HISTORY];
    int own = 0;
    for (int family = 0; family < FAMILY_COUNT; family++)
        own += family == FAMILY_HISTORY ? 0 : score->family[family];
    ticket->base = greater(ticket->base, lesser(own, 100));
    ticket->floor = greater(ticket->floor, score->floor);

    int points = lesser(ticket->base + history, config->score.bands[0] - 1);
    points = score_lifted(config, points, ticket->floor);
    ticket->score = greater(ticket->score, points);
}

/* A screening labels a ticket when it is made. */
static void take_screen(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    if (turn->created && turn->screen) {
        ticket->label = turn->screen->label;
        ticket->cap = turn->screen->band;
    } else if (ticket->cap >= 0 && !turn->screen && turn->score->band < ticket->cap) {
        ticket->label = STR_NONE;
        ticket->cap = -1;
    }
}

static void take_band(const struct config *config, struct ticket *ticket)
{
    int band = score_band(config, ticket->score);
    if (ticket->cap >= 0 && ticket->floor == 0)
        band = greater(band, ticket->cap);
    ticket->band = lesser(ticket->band, band);
}

static bool knows_signal(const struct ticket *ticket, struct str name)
{
    for (size_t i = 0; i < ticket->signal_count; i++) {
        if (str_equal(ticket->signals[i], name))
            return true;
    }
    return false;
}

static void take_signals(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    const struct score *score = turn->score;
    struct str *all = arena_alloc_raw(turn->arena, TICKET_SIGNALS_MAX * sizeof(*all));
    if (ticket->signal_count)
        memcpy(all, ticket->signals, ticket->signal_count * sizeof(*all));
    ticket->signals = all;
    for (size_t i = 0; i < score->name_count && ticket->signal_count < TICKET_SIGNALS_MAX; i++) {
        if (!knows_signal(ticket, score->names[i]))
            all[ticket->signal_count++] = score->names[i];
    }
}

/* Of a pair the words of both sides; a side that is not of the text has none. */
static struct str quote_of(struct turn *turn, const struct signal *signal)
{
    const struct evidence *evidence = signal->evidence;
    if (!str_starts(signal->name, STR("pair.")))
        return evidence[0].text;
    if (evidence[0].to == 0 || evidence[1].to == 0)
        return evidence[evidence[0].to == 0].text;
    return arena_printf(turn->arena, "%.*s … %.*s",
                        STR_ARG(utf8_prefix(evidence[0].text, TICKET_QUOTE_SIZE / 2 - 4)),
                        STR_ARG(utf8_prefix(evidence[1].text, TICKET_QUOTE_SIZE / 2 - 4)));
}

/* The words that weigh most, for whoever reads a notice. */
static void take_quote(struct turn *turn, bool raised)
{
    struct ticket *ticket = turn->ticket;
    const struct signal *best = NULL;
    for (size_t i = 0; i < turn->score->signal_count; i++) {
        const struct signal *signal = &turn->score->signals[i];
        if (signal->family != FAMILY_TEXT || signal->negated || signal->evidence_count == 0)
            continue;
        if (!best || signal->floor > best->floor ||
            (signal->floor == best->floor && signal->points > best->points))
            best = signal;
    }
    if (best && (raised || !str_present(ticket->quote)))
        ticket->quote = utf8_prefix(quote_of(turn, best), TICKET_QUOTE_SIZE);
}

static bool is_customers(const struct clock *clock)
{
    return clock_is_open(clock) && !clock_kinds[clock->kind].between;
}

struct history urgency_history(const struct ticket *ticket)
{
    struct history history = { .contacts = ticket->contacts,
                               .reopens = ticket->reopens,
                               .returns = ticket->returns,
                               .ratings = ticket->ratings };
    for (size_t i = 0; i < ticket->clock_count; i++) {
        const struct clock *clock = &ticket->clocks[i];
        if (is_customers(clock) && clock->breached != TIME_NEVER)
            history.clocks = HISTORY_OVERDUE;
        else if (is_customers(clock) && clock->warned && history.clocks == HISTORY_IN_TIME)
            history.clocks = HISTORY_WARNED;
    }
    return history;
}

/* Most turns add nothing: asked before anything is made. */
static bool counts_more(const struct config *config, const struct ticket *ticket,
                        const struct history *history)
{
    const struct config_score *score = &config->score;
    bool late = history->clocks != HISTORY_IN_TIME && score->overdue_points > 0;
    return (late || history->returns > 0 || history->ratings > 0) &&
           ticket->base < score->bands[0] - 1;
}

void urgency_recount(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    const struct config *config = turn->config;
    struct history history = urgency_history(ticket);
    int most = config->score.bands[0] - 1;
    if (turn->score || !counts_more(config, ticket, &history))
        return;
    struct score *score = arena_alloc(turn->arena, sizeof(*score));
    score_history(config, &history, most - ticket->base, turn->arena, score);
    int points = lesser(ticket->base + score->points, most);
    points = score_lifted(config, points, ticket->floor);
    if (points <= ticket->score)
        return;
    ticket->score = points;
    turn->score = score;
    take_band(config, ticket);
    take_signals(turn);
}

void urgency_remember(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    size_t count = ticket->band_change_count;
    if (turn->created || ticket->band == turn->earlier_band)
        return;
    struct band_change *grown = arena_alloc_raw(turn->arena, (count + 1) * sizeof(*grown));
    if (count)
        memcpy(grown, ticket->band_changes, count * sizeof(*grown));
    grown[count] =
        (struct band_change){ turn->earlier_band, ticket->band, turn->at, turn_cause(turn) };
    ticket->band_changes = grown;
    ticket->band_change_count = count + 1;
}

void urgency_inherit(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    const struct origin *origin = &ticket->origin;
    if (origin->score <= ticket->score && origin->band >= ticket->band &&
        origin->floor <= ticket->floor)
        return;
    struct score *score = arena_alloc(turn->arena, sizeof(*score));
    score_inherited(origin->ticket, origin->score, origin->band, origin->floor, turn->arena, score);
    turn->score = score;
    ticket->score = greater(ticket->score, origin->score);
    ticket->band = lesser(ticket->band, origin->band);
    ticket->floor = greater(ticket->floor, origin->floor);
    take_signals(turn);
}

void urgency_take(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    int before = ticket->score;
    take_points(turn->config, ticket, turn->score);
    take_screen(turn);
    take_band(turn->config, ticket);
    take_signals(turn);
    take_quote(turn, ticket->score > before);
}
