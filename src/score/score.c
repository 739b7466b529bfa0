#include "score/score.h"

#include <stdlib.h>
#include <string.h>
#include "pairs.h"

enum {
    EVIDENCE_MAX = 8, /* per signal: a decision stays readable, whatever the length of the text */
    SORT_BY_INSERTION = 48,
    WHOLE = 10000,    /* 100 %, in the finest unit that diminishing keeps */
    PRAISE_MOST = 75, /* percent of the words' points that praise takes away */
};

/* A score being made. Signals lie in the order of families; `family_from` is where the family under
 * work begins. */
struct tally {
    const struct config_score *settings;
    struct arena *arena;
    struct score *score;
    size_t capacity;
    size_t family_from;
};

static struct str join(struct arena *arena, struct str a, struct str b)
{
    char *data = arena_alloc_raw(arena, a.size + b.size + 1);
    memcpy(data, a.data, a.size);
    if (b.size)
        memcpy(data + a.size, b.data, b.size);
    data[a.size + b.size] = '\0';
    return (struct str){ data, a.size + b.size };
}

static struct signal *add_signal(struct tally *tally, enum score_family family, struct str name)
{
    struct score *score = tally->score;
    score->signals = arena_grow(tally->arena, score->signals, score->signal_count, &tally->capacity,
                                sizeof(*score->signals));
    struct signal *signal = &score->signals[score->signal_count++];
    *signal = (struct signal){ .name = name, .family = family };
    return signal;
}

/* A signal with one piece of evidence that is no text; none where it has no points. */
static void add_plain(struct tally *tally, enum score_family family, struct str name, int points,
                      struct str field, struct str value, struct str rule)
{
    if (points <= 0)
        return;
    struct signal *signal = add_signal(tally, family, name);
    signal->points = points;
    signal->rule = rule;
    signal->evidence = arena_alloc(tally->arena, sizeof(*signal->evidence));
    signal->evidence_count = 1;
    *signal->evidence = (struct evidence){ .field = field, .text = value, .rule = rule };
}

/* The heaviest first, negated ones last, else as they came. */
static void sort_family(struct tally *tally)
{
    struct signal *signals = tally->score->signals;
    for (size_t i = tally->family_from + 1; i < tally->score->signal_count; i++) {
        struct signal moving = signals[i];
        size_t at = i;
        for (; at > tally->family_from; at--) {
            const struct signal *before = &signals[at - 1];
            if (before->negated == moving.negated ? before->points >= moving.points
                                                  : moving.negated)
                break;
            signals[at] = *before;
        }
        signals[at] = moving;
    }
}

/* Ends a family: at most `limit` points, taken from its last signals. Praise takes away most of
 * what there is, never all: who praises and tells of a failure stands above who only praises. */
static void close_family(struct tally *tally, enum score_family family, int limit)
{
    int cap = tally->settings->caps[family];
    int left = limit < cap ? limit : cap;
    int sum = 0;
    sort_family(tally);
    for (size_t i = tally->family_from; i < tally->score->signal_count; i++) {
        struct signal *signal = &tally->score->signals[i];
        if (signal->points > left)
            signal->points = left > 0 ? left : 0;
        if (signal->points < -sum * PRAISE_MOST / 100)
            signal->points = -sum * PRAISE_MOST / 100;
        left -= signal->points;
        sum += signal->points;
    }
    tally->score->family[family] = sum;
    tally->family_from = tally->score->signal_count;
}

/* -- text ---------------------------------------------------------------------------------- */

/* A hit with what it weighs here. */
struct weighed {
    const struct hit *hit;
    size_t order;
    int points;
};

static int weigh(const struct config_score *settings, const struct hit *hit)
{
    int points = hit->points;
    if (!hit_mood_counts(hit->mood))
        return 0;
    if (hit->mood != HIT_STATED)
        points = (points * settings->question + 50) / 100;
    if (hit->intensified)
        points = (points * settings->intensify + 50) / 100;
    return points;
}

/* By category; in it the heaviest first, what does not count last, else in the order of the text.
 */
static int compare_weighed(const void *left, const void *right)
{
    const struct weighed *a = left, *b = right;
    if (a->hit->category != b->hit->category)
        return a->hit->category < b->hit->category ? -1 : 1;
    bool a_counts = hit_mood_counts(a->hit->mood), b_counts = hit_mood_counts(b->hit->mood);
    if (a_counts != b_counts)
        return a_counts ? -1 : 1;
    if (a->points != b->points)
        return a->points > b->points ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

/* Few hits are the rule, and qsort() allocates; many are a long or a hostile text. */
static void sort_weighed(struct weighed *hits, size_t count)
{
    if (count > SORT_BY_INSERTION) {
        qsort(hits, count, sizeof(*hits), compare_weighed);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        struct weighed moving = hits[i];
        size_t at = i;
        for (; at > 0 && compare_weighed(&hits[at - 1], &moving) > 0; at--)
            hits[at] = hits[at - 1];
        hits[at] = moving;
    }
}

static int floor_of(const struct hit *hit)
{
    return hit->mood == HIT_STATED ? hit->floor : 0;
}

struct evidence text_evidence(const struct hit *hit)
{
    return (struct evidence){
        .field = hit->field == HIT_SUBJECT ? STR("subject") : STR("body"),
        .text = hit->text,
        .from = hit->from,
        .to = hit->to,
        .mood = hit->mood,
        .intensified = hit->intensified,
        .floor = floor_of(hit),
        .rule = hit->rule,
    };
}

/* The same words of the same rule with the same sense say nothing new. A rule is a line of a
 * lexicon, which may list several phrases. */
static bool is_repeat(const struct weighed *first, size_t count, const struct hit *hit)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(first[i].hit->rule, hit->rule) &&
            str_equal_nocase(first[i].hit->text, hit->text) &&
            hit_mood_counts(first[i].hit->mood) == hit_mood_counts(hit->mood))
            return true;
    }
    return false;
}

/* Moves each phrase's first hit to the front; returns how many there are. */
static size_t drop_repeats(struct weighed *hits, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_repeat(hits, kept, hits[i].hit))
            hits[kept++] = hits[i];
    }
    return kept;
}

static int diminished(const struct config_score *settings, const struct weighed *hits, size_t count)
{
    int sum = 0, factor = WHOLE;
    for (size_t i = 0; i < count && factor > 0; i++) {
        sum += (hits[i].points * factor + WHOLE / 2) / WHOLE;
        factor = factor * settings->diminish / 100;
    }
    return sum;
}

/* The phrase that sets the floor is always among the evidence. */
static void quote(struct tally *tally, struct signal *signal, const struct weighed *hits,
                  size_t count)
{
    size_t quoted = count < EVIDENCE_MAX ? count : EVIDENCE_MAX;
    size_t lifting = 0;
    signal->evidence = arena_alloc_raw(tally->arena, quoted * sizeof(*signal->evidence));
    signal->evidence_count = quoted;
    for (size_t i = 0; i < count; i++) {
        if (i < quoted)
            signal->evidence[i] = text_evidence(hits[i].hit);
        if (floor_of(hits[i].hit) > floor_of(hits[lifting].hit))
            lifting = i;
    }
    if (lifting >= quoted)
        signal->evidence[quoted - 1] = text_evidence(hits[lifting].hit);
    signal->floor = floor_of(hits[lifting].hit);
    signal->rule = hits[0].hit->rule;
}

static void add_category(struct tally *tally, struct str category, struct weighed *hits,
                         size_t count)
{
    struct signal *signal =
        add_signal(tally, FAMILY_TEXT, join(tally->arena, STR("text."), category));
    count = drop_repeats(hits, count);
    signal->negated = !hit_mood_counts(hits[0].hit->mood);
    if (!str_is(category, "praise"))
        signal->points = diminished(tally->settings, hits, count);
    else if (hits[0].hit->mood == HIT_STATED)
        signal->points = -tally->settings->praise_points;
    quote(tally, signal, hits, count);
    if (signal->floor > tally->score->floor)
        tally->score->floor = signal->floor;
}

static void add_text(struct tally *tally, const struct lexicon *lexicon, const struct hit *hits,
                     size_t count)
{
    if (count == 0)
        return;
    size_t category_count = 0;
    const struct str *categories = lexicon_categories(lexicon, &category_count);
    struct weighed *weighed = arena_alloc_raw(tally->arena, count * sizeof(*weighed));
    size_t heard = 0;
    for (size_t i = 0; i < count; i++)
        if (!hits[i].beside)
            weighed[heard++] = (struct weighed){ &hits[i], i, weigh(tally->settings, &hits[i]) };
    count = heard;
    sort_weighed(weighed, count);
    for (size_t from = 0, to; from < count; from = to) {
        uint16_t category = weighed[from].hit->category;
        for (to = from + 1; to < count && weighed[to].hit->category == category;)
            to++;
        add_category(tally, categories[category], weighed + from, to - from);
    }
}

/* Words of which the lexicons know none are no praise either: somebody should read them. */
static void add_unheard(struct tally *tally, const struct event *event)
{
    if (tally->score->signal_count > 0)
        return;
    if (!str_empty(event->subject) || !str_empty(event->body))
        add_plain(tally, FAMILY_TEXT, STR("text.unheard"), tally->settings->unheard_points,
                  str_empty(event->body) ? STR("subject") : STR("body"), STR_NONE,
                  STR("score.unheard"));
}

/* -- the other families ---------------------------------------------------------------------- */

static const struct config_points *find_points(const struct config_points_list *list,
                                               struct str name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!str_empty(name) && str_equal_nocase(list->items[i].name, name))
            return &list->items[i];
    }
    return NULL;
}

static void add_listed(struct tally *tally, enum score_family family, struct str name,
                       const struct config_points_list *list, struct str field, struct str value,
                       struct str setting)
{
    const struct config_points *row = find_points(list, value);
    if (row && row->points > 0)
        add_plain(tally, family, name, row->points, field, value,
                  join(tally->arena, setting, value));
}

static void add_need(struct tally *tally, struct str category)
{
    const struct config_points *row = find_points(&tally->settings->categories, category);
    if (!row)
        return;
    const struct config_points *need = &tally->settings->needs.items[row->points];
    add_plain(tally, FAMILY_NEED, join(tally->arena, STR("need."), need->name), need->points,
              STR("category"), category, join(tally->arena, STR("score.categories."), category));
}

static void add_value(struct tally *tally, int value)
{
    const struct config_score *settings = tally->settings;
    int range = 100 - settings->value_from, above = value - settings->value_from;
    if (range <= 0 || above <= 0)
        return;
    add_plain(tally, FAMILY_CUSTOMER, STR("customer.value"),
              (settings->value_points * above + range / 2) / range, STR("customer.value"),
              arena_printf(tally->arena, "%d", value), STR("score.value"));
}

static void add_customer(struct tally *tally, const struct customer *customer)
{
    const struct config_score *settings = tally->settings;
    add_listed(tally, FAMILY_CUSTOMER, STR("customer.tier"), &settings->tiers, STR("customer.tier"),
               customer->tier, STR("score.tiers."));
    add_value(tally, customer->value);
    add_listed(tally, FAMILY_CUSTOMER, STR("customer.lifecycle"), &settings->lifecycles,
               STR("customer.lifecycle"), customer->lifecycle, STR("score.lifecycles."));
    if (customer->vulnerable == 1)
        add_plain(tally, FAMILY_CUSTOMER, STR("customer.vulnerable"), settings->vulnerable_points,
                  STR("customer.vulnerable"), STR("true"), STR("score.vulnerable"));
}

/* What happened `count` times; the product is cut early, so that no count overflows it. */
static void add_count(struct tally *tally, struct str name, struct str field, int count, int points,
                      struct str rule)
{
    if (count <= 0 || points <= 0)
        return;
    int counted = count > 100 ? 100 : count;
    add_plain(tally, FAMILY_HISTORY, name, counted * points, field,
              arena_printf(tally->arena, "%d", count), rule);
}

static void add_history(struct tally *tally, const struct history *history)
{
    add_count(tally, STR("history.contacts"), STR("contacts"), history->contacts,
              tally->settings->contact_points, STR("score.contact"));
    add_count(tally, STR("history.reopens"), STR("reopens"), history->reopens,
              tally->settings->reopen_points, STR("score.reopen"));
    add_count(tally, STR("history.returns"), STR("returns"), history->returns,
              tally->settings->return_points, STR("score.return"));
    add_count(tally, STR("history.ratings"), STR("ratings"), history->ratings,
              tally->settings->rating_points, STR("score.rating"));
    bool overdue = history->clocks == HISTORY_OVERDUE;
    int points = tally->settings->overdue_points;
    if (history->clocks != HISTORY_IN_TIME)
        add_plain(tally, FAMILY_HISTORY, STR("history.overdue"),
                  overdue ? points : (points + 1) / 2, STR("clocks"),
                  overdue ? STR("broken") : STR("warned"), STR("score.overdue"));
}

static void add_stated(struct tally *tally, const struct event *event)
{
    static const struct str texts[] = {
        { "0", 1 }, { "1", 1 }, { "2", 1 }, { "3", 1 }, { "4", 1 }
    };
    int priority = event->priority;
    if (priority >= 1 && priority <= 4)
        add_plain(tally, FAMILY_STATED, STR("stated.priority"),
                  tally->settings->priority_points[priority], STR("priority"), texts[priority],
                  join(tally->arena, STR("score.priority."), texts[priority]));
    add_listed(tally, FAMILY_STATED, STR("stated.channel"), &tally->settings->channels,
               STR("channel"), event->channel, STR("score.channels."));
}

/* -- pairs ----------------------------------------------------------------------------------- */

/* Without points: what each side adds stands with its own signal. */
static void add_pair(struct tally *tally, const struct pair_found *found)
{
    struct signal *signal =
        add_signal(tally, FAMILY_TEXT, join(tally->arena, STR("pair."), found->pair->slug));
    signal->floor = found->pair->floor;
    signal->rule = join(tally->arena, STR("score.pairs."), found->pair->slug);
    signal->evidence = arena_alloc_raw(tally->arena, sizeof(found->evidence));
    memcpy(signal->evidence, found->evidence, sizeof(found->evidence));
    signal->evidence_count = 2;
    if (signal->floor > tally->score->floor)
        tally->score->floor = signal->floor;
}

static void add_pairs(struct tally *tally, const struct config *config, const struct event *event,
                      const struct hit *hits, size_t hit_count)
{
    size_t count = 0;
    const struct pair_found *found =
        pairs_find(config, event, hits, hit_count, tally->score, tally->arena, &count);
    for (size_t i = 0; i < count; i++)
        add_pair(tally, &found[i]);
}

/* -- the sum --------------------------------------------------------------------------------- */

int score_band(const struct config *config, int points)
{
    for (int band = 0; band < BAND_COUNT - 1; band++) {
        if (points >= config->score.bands[band])
            return band;
    }
    return BAND_COUNT - 1;
}

/* How many points may come on top of `points` without crossing the limit that lies above it. */
static int room_below(int points, int lower_limit, int upper_limit)
{
    return (points < lower_limit ? lower_limit : upper_limit) - 1 - points;
}

static void move_family_behind(struct score *score, size_t from, size_t to, struct arena *arena)
{
    size_t behind = score->signal_count - to, moving = to - from;
    if (behind == 0 || moving == 0)
        return;
    struct signal *kept = arena_alloc_raw(arena, moving * sizeof(*kept));
    memcpy(kept, score->signals + from, moving * sizeof(*kept));
    memmove(score->signals + from, score->signals + to, behind * sizeof(*kept));
    memcpy(score->signals + from + behind, kept, moving * sizeof(*kept));
}

static void collect_names(struct score *score, struct arena *arena)
{
    score->names = arena_alloc_raw(arena, (score->signal_count + 1) * sizeof(*score->names));
    for (size_t i = 0; i < score->signal_count; i++) {
        if (!score->signals[i].negated)
            score->names[score->name_count++] = score->signals[i].name;
    }
}

int score_lifted(const struct config *config, int points, int floor)
{
    const int *bands = config->score.bands;
    int top = 100;
    for (int band = 0; band < BAND_COUNT - 1 && floor < bands[band]; band++)
        top = bands[band] - 1;
    int ranked = floor + (points * (top - floor) + 50) / 100;
    return floor == 0 || points > ranked ? points : ranked;
}

void score_event(const struct config *config, const struct event *event, const struct hit *hits,
                 size_t hit_count, const struct customer *customer, struct str category,
                 const struct history *history, struct arena *arena, struct score *score)
{
    const struct config_score *settings = &config->score;
    struct tally tally = { .settings = settings, .arena = arena, .score = score };
    int p1 = settings->bands[0], p2 = settings->bands[1];
    memset(score, 0, sizeof(*score));

    add_text(&tally, config->lexicon, hits, hit_count);
    add_unheard(&tally, event);
    close_family(&tally, FAMILY_TEXT, p2 - 1);
    add_need(&tally, category);
    close_family(&tally, FAMILY_NEED, p2 - 1 - score->family[FAMILY_TEXT]);
    int points = score->family[FAMILY_TEXT] + score->family[FAMILY_NEED];

    size_t history_from = score->signal_count;
    add_history(&tally, history);
    close_family(&tally, FAMILY_HISTORY, p1 - 1 - points);
    points += score->family[FAMILY_HISTORY];
    add_stated(&tally, event);
    close_family(&tally, FAMILY_STATED, p1 - 1 - points);
    points += score->family[FAMILY_STATED];

    size_t customer_from = score->signal_count;
    add_customer(&tally, customer);
    close_family(&tally, FAMILY_CUSTOMER, room_below(points, p2, p1));
    points += score->family[FAMILY_CUSTOMER];

    /* counted: text need history stated customer; shown: text need customer history stated */
    move_family_behind(score, history_from, customer_from, arena);
    add_pairs(&tally, config, event, hits, hit_count);
    collect_names(score, arena);
    score->points = score_lifted(config, points, score->floor);
    score->band = score_band(config, score->points);
}

void score_history(const struct config *config, const struct history *history, int limit,
                   struct arena *arena, struct score *score)
{
    struct tally tally = { .settings = &config->score, .arena = arena, .score = score };
    memset(score, 0, sizeof(*score));
    add_history(&tally, history);
    close_family(&tally, FAMILY_HISTORY, limit);
    collect_names(score, arena);
    score->points = score->family[FAMILY_HISTORY];
    score->band = score_band(config, score->points);
}

void score_inherited(struct str origin, int points, int band, int floor, struct arena *arena,
                     struct score *score)
{
    struct tally tally = { .arena = arena, .score = score };
    memset(score, 0, sizeof(*score));
    add_plain(&tally, FAMILY_ORIGIN, STR("origin.urgency"), points, STR("origin"), origin,
              STR("origin"));
    for (size_t i = 0; i < score->signal_count; i++)
        score->signals[i].floor = floor;
    collect_names(score, arena);
    score->family[FAMILY_ORIGIN] = points;
    score->points = points;
    score->band = band;
    score->floor = floor;
}
