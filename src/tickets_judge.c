#include "tickets_judge.h"

#include "track/returns.h"
#include "track/urgency.h"

/* What a routing model may be asked of: the opening, as it was learned from openings; what comes
 * later (thanks, any news?) tells nothing of who should have it. Of a ticket that tells of a danger
 * it is never asked. */
static void prepare_learned(struct turn *turn, const struct score *score)
{
    const struct ticket *ticket = turn->ticket;
    const struct routing_model *model = turn->config->learned.model;
    if (!model || ticket->floor > 0 || (score && score->floor > 0))
        return;
    struct learn_input input = { .subject = turn->event->subject,
                                 .body = turn->event->body,
                                 .signals = score ? score->names : NULL,
                                 .signal_count = score ? score->name_count : 0,
                                 .category = ticket->category };
    if (turn_opening(turn, &input.subject, &input.body)) {
        input.signals = ticket->signals;
        input.signal_count = ticket->signal_count;
    }
    turn->learned = arena_alloc(turn->arena, sizeof(*turn->learned));
    *turn->learned = (struct learned){ .model = model, .features = turn->features, .input = input };
}

/* The pairs among the signals. */
static void count_pairs(const struct turn *turn, const struct score *score)
{
    const struct config_score *rules = &turn->config->score;
    for (size_t i = 0; i < score->name_count; i++) {
        struct str name = score->names[i];
        if (!str_starts(name, STR("pair.")))
            continue;
        struct str slug = { name.data + 5, name.size - 5 };
        for (size_t k = 0; k < rules->pair_count; k++) {
            if (str_equal(rules->pairs[k].slug, slug))
                rule_hit(turn->hits, rules->pairs[k].rule);
        }
    }
}

void judge_score(struct turn *turn, const struct hit *hits, size_t hit_count)
{
    struct ticket *ticket = turn->ticket;
    struct history history = urgency_history(ticket);
    struct score *result = arena_alloc(turn->arena, sizeof(*result));
    score_event(turn->config, turn->event, hits, hit_count, &ticket->customer, ticket->category,
                &history, turn->arena, result);
    turn->score = result;
    prepare_learned(turn, result);
    /* Danger is never screened away. */
    struct facts facts = turn_facts(turn, STR_NONE);
    facts.signals = result->names;
    facts.signal_count = result->name_count;
    facts.score = result->points;
    facts.band = result->band;
    turn->screen = result->floor > 0 ? NULL : screen_event(turn->config, &facts);
    if (turn->screen)
        rule_hit(turn->hits, turn->screen->rule);
    count_pairs(turn, result);
    urgency_take(turn);
}

/* A return has no word of the customer: the tree is asked again as the opening asked it. */
static const struct event *as_opened(const struct turn *turn)
{
    struct event *event = arena_alloc(turn->arena, sizeof(*event));
    *event = *turn->event;
    event->type = EVENT_OPENED;
    turn_opening(turn, &event->subject, &event->body);
    return event;
}

void judge_route(struct turn *turn)
{
    struct verdict *verdict = arena_alloc(turn->arena, sizeof(*verdict));
    int *without = NULL;
    size_t without_count = 0;
    if (!turn->score)
        prepare_learned(turn, NULL);
    struct facts facts = turn_facts(turn, STR_NONE);
    if (turn->returned) {
        facts.event = as_opened(turn);
        without = returns_without(turn, &without_count);
    }
    route_event_without(turn->config, &facts, without, without_count, turn->arena, verdict);
    turn->verdict = verdict;
    for (size_t i = 0; i < verdict->rule_count; i++)
        rule_hit(turn->hits, verdict->rules[i]);
}
