#include "explain_page.h"

#include "text/lexicon.h"

enum { NAME_WIDTH = 24 };

static void say_percent(struct page *page, enum word word, int percent)
{
    page_word(page, WORD_OPEN);
    page_word(page, word);
    buf_printf(page->out, "%d %%", percent);
    page_word(page, WORD_CLOSE);
}

static enum hit_mood mood_from(struct str name)
{
    for (int mood = 0; mood < HIT_MOOD_COUNT; mood++)
        if (str_is(name, hit_mood_name((enum hit_mood)mood)))
            return (enum hit_mood)mood;
    return HIT_STATED;
}

/* Why a phrase does not count in full. False: it does not count at all. */
static bool say_mood(struct page *page, enum hit_mood mood)
{
    static const enum word words[HIT_MOOD_COUNT] = {
        [HIT_NEGATED] = WORD_NEGATED,     [HIT_QUESTION] = WORD_QUESTION,
        [HIT_OTHERS] = WORD_OTHERS,       [HIT_PAST] = WORD_PAST,
        [HIT_IMAGINED] = WORD_IMAGINED,   [HIT_FIGURE] = WORD_FIGURE,
        [HIT_TERM] = WORD_TERM,           [HIT_QUOTED] = WORD_QUOTED,
        [HIT_SIGNATURE] = WORD_SIGNATURE,
    };
    if (mood == HIT_STATED)
        return true;
    if (hit_mood_counts(mood)) {
        say_percent(page, words[mood], page->config->score.question);
        return true;
    }
    page_word(page, WORD_OPEN);
    page_word(page, words[mood]);
    page_word(page, WORD_CLOSE);
    return false;
}

static void say_evidence(struct page *page, const cJSON *evidence)
{
    struct str field = json_string(json_get(evidence, STR("field")));
    struct str text = json_string(json_get(evidence, STR("text")));
    struct str mood = json_string(json_get(evidence, STR("mood")));
    if (!page_has(evidence, STR("at"))) {
        page_text(page, text);
        return;
    }
    page_quote(page, text, PAGE_QUOTE);
    if (str_is(field, "subject")) {
        page_word(page, WORD_OPEN);
        page_word(page, WORD_SUBJECT);
        page_word(page, WORD_CLOSE);
    }
    if (say_mood(page, mood_from(mood)) && cJSON_IsTrue(json_get(evidence, STR("intensified"))))
        say_percent(page, WORD_EMPHASIS, page->config->score.intensify);
}

/* One side of a pair: words, or the name of a signal that is not of the text. */
static void say_side(struct page *page, const cJSON *evidence)
{
    if (page_has(evidence, STR("at")))
        page_quote(page, json_string(json_get(evidence, STR("text"))), PAGE_QUOTE);
    else
        page_text(page,
                  explain_signal(json_string(json_get(evidence, STR("field"))), page->language));
}

/* The pair that a signal tells of; NULL: none. */
static const struct config_pair *pair_of(const struct page *page, struct str signal)
{
    const struct config_score *score = &page->config->score;
    struct str prefix = STR("pair.");
    if (!str_starts(signal, prefix))
        return NULL;
    struct str slug = { signal.data + prefix.size, signal.size - prefix.size };
    for (size_t i = 0; i < score->pair_count; i++)
        if (str_equal(score->pairs[i].slug, slug))
            return &score->pairs[i];
    return NULL;
}

static void tell_signal(struct page *page, const cJSON *signal)
{
    struct str name = json_string(json_get(signal, STR("signal")));
    const struct config_pair *pair = pair_of(page, name);
    bool negated = cJSON_IsTrue(json_get(signal, STR("negated")));
    bool first = true;
    if (negated)
        buf_printf(page->out, "    –  ");
    else if (pair)
        buf_printf(page->out, "    &  ");
    else
        buf_printf(page->out, "  %+3d  ", page_number(signal, STR("points")));
    name = explain_signal(name, page->language);
    if (pair)
        name = page->language == EXPLAIN_ZH ? pair->name.zh : pair->name.en;
    page_padded(page, name, NAME_WIDTH);
    for (const cJSON *item = cJSON_GetArrayItem(json_get(signal, STR("evidence")), 0); item;
         item = item->next) {
        if (!first)
            buf_printf(page->out, page->language == EXPLAIN_ZH ? "、" : ", ");
        if (pair)
            say_side(page, item);
        else
            say_evidence(page, item);
        first = false;
    }
    buf_printf(page->out, "  [");
    page_member(page, signal, STR("rule"));
    buf_printf(page->out, "]\n");
}

/* Which words set the floor, and how high it is; of a pair, both sides. */
static void tell_floor(struct page *page, const cJSON *signals)
{
    const cJSON *highest = NULL, *pair = NULL;
    for (const cJSON *signal = signals ? signals->child : NULL; signal; signal = signal->next) {
        const cJSON *first = cJSON_GetArrayItem(json_get(signal, STR("evidence")), 0);
        for (const cJSON *item = first; item; item = item->next) {
            if (page_number(item, STR("floor")) > page_number(highest, STR("floor")))
                highest = item;
        }
        if (page_number(signal, STR("floor")) > page_number(highest, STR("floor"))) {
            highest = signal;
            pair = first;
        }
    }
    if (!highest)
        return;
    buf_printf(page->out, "  ");
    page_word(page, pair ? WORD_FLOOR_OF_PAIR : WORD_FLOOR);
    page_member(page, highest, STR("floor"));
    page_word(page, pair ? WORD_FLOOR_BY_PAIR : WORD_FLOOR_BY);
    if (pair && pair->next) {
        say_side(page, pair);
        page_word(page, WORD_AND);
        say_side(page, pair->next);
        page_word(page, WORD_TOGETHER);
    } else {
        page_quote(page, json_string(json_get(highest, STR("text"))), PAGE_QUOTE);
    }
    buf_add_char(page->out, '\n');
}

/* What a family's signals add up to, how many there are, and whether one was cut to nothing. */
struct family_sum {
    int points, signals;
    bool stopped;
};

static struct family_sum sum_family(const cJSON *signals, enum score_family family)
{
    struct family_sum sum = { 0 };
    struct str name = str_from(score_family_name(family));
    for (const cJSON *signal = signals ? signals->child : NULL; signal; signal = signal->next) {
        if (!str_equal(json_string(json_get(signal, STR("family"))), name))
            continue;
        sum.points += page_number(signal, STR("points"));
        sum.signals++;
        sum.stopped |= page_number(signal, STR("points")) == 0;
    }
    return sum;
}

static void tell_limits(struct page *page, const cJSON *signals)
{
    static const struct str names[FAMILY_CAPPED][2] = {
        [FAMILY_TEXT] = { { "text", 4 }, { "文字", 6 } },
        [FAMILY_NEED] = { { "need", 4 }, { "需求", 6 } },
        [FAMILY_CUSTOMER] = { { "customer", 8 }, { "客户", 6 } },
        [FAMILY_HISTORY] = { { "history", 7 }, { "历史", 6 } },
        [FAMILY_STATED] = { { "stated", 6 }, { "来源标注", 12 } },
    };
    for (int family = 0; family < FAMILY_CAPPED; family++) {
        struct family_sum sum = sum_family(signals, (enum score_family)family);
        int cap = page->config->score.caps[family];
        if (sum.signals > 1 && sum.points >= cap) {
            buf_printf(page->out, "  ");
            page_text(page, names[family][page->language]);
            page_word(page, WORD_FULL);
            buf_printf(page->out, "%d\n", cap);
        } else if (sum.stopped && (family == FAMILY_CUSTOMER || family == FAMILY_HISTORY)) {
            buf_printf(page->out, "  ");
            page_word(page,
                      family == FAMILY_CUSTOMER ? WORD_STOPPED_CUSTOMER : WORD_STOPPED_HISTORY);
            buf_add_char(page->out, '\n');
        }
    }
}

void explain_score(struct page *page, const cJSON *decision)
{
    const cJSON *signals = json_get(decision, STR("signals"));
    const cJSON *earlier = json_get(decision, STR("earlier"));
    buf_add_char(page->out, '\n');
    page_word(page, WORD_URGENCY);
    buf_add_char(page->out, ' ');
    page_member(page, decision, STR("score"));
    page_word(page, WORD_OF_100);
    buf_printf(page->out, " → ");
    page_member(page, decision, STR("band"));
    buf_add_char(page->out, '\n');
    if (!signals || !signals->child) {
        buf_printf(page->out, "  ");
        page_word(page, WORD_NO_SIGNAL);
        buf_add_char(page->out, '\n');
    }
    for (const cJSON *signal = signals ? signals->child : NULL; signal; signal = signal->next)
        tell_signal(page, signal);
    tell_limits(page, signals);
    tell_floor(page, signals);
    if (page_has(earlier, STR("score"))) {
        buf_printf(page->out, "  ");
        page_word(page, WORD_EARLIER);
        page_member(page, earlier, STR("score"));
        buf_add_char(page->out, '\n');
    }
    if (page_has(decision, STR("label"))) {
        buf_printf(page->out, "  ");
        page_word(page, WORD_LABEL);
        page_member(page, decision, STR("label"));
        if (page_has(decision, STR("screen"))) {
            page_word(page, WORD_BY_RULE);
            page_member(page, decision, STR("screen"));
        }
        buf_add_char(page->out, '\n');
    }
}

/* The node that the path ends at. */
static const struct config_route *find_route(const struct config *config, const cJSON *path)
{
    const struct config_route *route = config->root;
    const cJSON *name = path ? path->child : NULL;
    for (name = name ? name->next : NULL; name; name = name->next) {
        size_t i = 0;
        while (i < route->child_count && !str_equal(route->children[i].name, json_string(name)))
            i++;
        if (i == route->child_count)
            return NULL;
        route = &route->children[i];
    }
    return route;
}

static void tell_path(struct page *page, const cJSON *path)
{
    const struct config_route *route = find_route(page->config, path);
    buf_printf(page->out, "  ");
    page_word(page, WORD_PATH);
    for (const cJSON *name = path->child; name; name = name->next) {
        buf_printf(page->out, name == path->child ? "" : " › ");
        page_text(page, json_string(name));
    }
    if (!path->child->next) {
        page_word(page, WORD_NOTHING_MATCHED);
    } else if (route && !str_empty(route->match_text)) {
        page_word(page, WORD_BECAUSE);
        page_text(page, route->match_text);
    }
    buf_add_char(page->out, '\n');
}

/* learned: billing by “扣费”, “账单”, margin 34 */
static void tell_learned(struct page *page, const cJSON *learned)
{
    const cJSON *reasons = json_get(learned, STR("reasons"));
    if (!page_has(learned, STR("department")))
        return;
    buf_printf(page->out, "  ");
    page_word(page, WORD_LEARNED);
    page_member(page, learned, STR("department"));
    for (const cJSON *reason = reasons ? reasons->child : NULL; reason; reason = reason->next) {
        if (reason == reasons->child)
            page_word(page, WORD_LEARNED_BY);
        else
            buf_printf(page->out, page->language == EXPLAIN_ZH ? "、" : ", ");
        page_quote(page, explain_signal(json_string(reason), page->language), PAGE_QUOTE);
    }
    page_word(page, WORD_MARGIN);
    page_member(page, learned, STR("margin"));
    buf_add_char(page->out, '\n');
}

static void tell_near_miss(struct page *page, const cJSON *miss)
{
    if (!page_has(miss, STR("route")))
        return;
    buf_printf(page->out, "  ");
    page_word(page, WORD_NEAREST);
    page_member(page, miss, STR("route"));
    page_word(page, WORD_FAILS);
    page_member(page, miss, STR("failed"));
    if (page_number(miss, STR("total")) > 1) {
        int held = page_number(miss, STR("held")), total = page_number(miss, STR("total"));
        page_word(page, WORD_OPEN);
        if (page->language == EXPLAIN_ZH)
            buf_printf(page->out, "%d 个条件中成立 %d 个", total, held);
        else
            buf_printf(page->out, "%d of %d conditions hold", held, total);
        page_word(page, WORD_CLOSE);
    }
    buf_add_char(page->out, '\n');
}

static bool is_responsible_dispatch(const cJSON *dispatch)
{
    return str_is(json_string(json_get(dispatch, STR("role"))), "responsible");
}

static const cJSON *new_holder(struct page *page, const struct actions *actions)
{
    for (size_t i = 0; i < actions->count; i++) {
        if (actions->items[i].output != OUTPUT_DEPARTMENT)
            continue;
        const cJSON *dispatch = page_parse(page, actions->items[i].value);
        if (is_responsible_dispatch(dispatch) &&
            !str_is(json_string(json_get(dispatch, STR("why"))), "update"))
            return dispatch;
    }
    return NULL;
}

void explain_route(struct page *page, const cJSON *decision, const struct actions *actions)
{
    const cJSON *path = json_get(decision, STR("route")), *holder = new_holder(page, actions);
    const cJSON *informed = json_get(decision, STR("informed"));
    if (!page_has(decision, STR("responsible")))
        return;
    buf_add_char(page->out, '\n');
    page_word(page, holder ? WORD_GOES_TO : WORD_STAYS);
    page_department(page, json_string(json_get(decision, STR("responsible"))));
    buf_add_char(page->out, '\n');
    if (str_is(json_string(json_get(holder, STR("why"))), "screened")) {
        buf_printf(page->out, "  ");
        page_word(page, WORD_SCREENED_TO);
        buf_add_char(page->out, '\n');
    } else if (holder && path && path->child) {
        tell_path(page, path);
        tell_learned(page, json_get(decision, STR("learned")));
    }
    if (informed && informed->child) {
        buf_printf(page->out, "  ");
        page_word(page, WORD_COPIES);
        for (const cJSON *slug = informed->child; slug; slug = slug->next) {
            if (slug != informed->child)
                page_word(page, WORD_COMMA);
            page_department(page, json_string(slug));
        }
        buf_add_char(page->out, '\n');
    }
    tell_near_miss(page, json_get(decision, STR("near_miss")));
}
