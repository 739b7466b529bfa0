#include "ctl/test_seen.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "json/json.h"
#include "model/clock_kind.h"

static const struct json_limits limits = { 8 << 20, 1 << 20, JSON_DEPTH_MAX };

static bool holds(const struct names *names, struct str name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (str_equal(names->items[i], name))
            return true;
    }
    return false;
}

static void add(struct names *names, struct str name)
{
    if (names->count < SEEN_NAMES && !str_empty(name) && !holds(names, name))
        names->items[names->count++] = name;
}

static void take_text(struct str *into, const cJSON *record, struct str name)
{
    if (json_get(record, name))
        *into = json_string(json_get(record, name));
}

static const cJSON *first_item(const cJSON *list)
{
    return list ? list->child : NULL;
}

static void take_judgement(struct seen *seen, const cJSON *decision)
{
    const cJSON *item;
    for (item = first_item(json_get(decision, STR("signals"))); item; item = item->next) {
        if (!cJSON_IsTrue(json_get(item, STR("negated"))))
            add(&seen->signals, json_string(json_get(item, STR("signal"))));
    }
    for (item = first_item(json_get(decision, STR("informed"))); item; item = item->next)
        add(&seen->informed, json_string(item));
    item = first_item(json_get(decision, STR("route")));
    if (item) /* the last name of the path; an event without words has none */
        seen->route = STR_NONE;
    for (; item; item = item->next)
        seen->route = json_string(item);
    take_text(&seen->outcome, decision, STR("outcome"));
    take_text(&seen->reason, decision, STR("reason"));
    take_text(&seen->screen, decision, STR("screen"));
    seen->decided = true;
}

/* A test may ask for what departments promised each other, too; "breached" is the customer's. */
static void take_clock(struct seen *seen, const cJSON *clock)
{
    struct str name = json_string(json_get(clock, STR("clock")));
    enum clock_kind kind;
    if (json_is_null(json_get(clock, STR("breached"))))
        return;
    seen->breached |= !clock_kind_parse(name, &kind) || !clock_kinds[kind].between;
    add(&seen->broken, name);
}

static void take_state(struct seen *seen, const cJSON *record)
{
    int64_t score;
    take_text(&seen->department, record, STR("responsible"));
    take_text(&seen->band, record, STR("band"));
    take_text(&seen->label, record, STR("label"));
    take_text(&seen->status, record, STR("status"));
    if (json_integer(json_get(record, STR("score")), &score))
        seen->score = (int)score;
    for (const cJSON *clock = first_item(json_get(record, STR("clocks"))); clock;
         clock = clock->next)
        take_clock(seen, clock);
    for (const cJSON *notice = first_item(json_get(record, STR("notices"))); notice;
         notice = notice->next) {
        if (str_is(json_string(json_get(notice, STR("status"))), "firing"))
            add(&seen->told, json_string(json_get(notice, STR("level"))));
    }
}

void seen_take(struct seen *seen, const struct actions *actions, struct arena *arena)
{
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->items[i];
        size_t at;
        if (action->output == OUTPUT_DEADLETTER) {
            seen->outcome = STR("deadletter");
            seen->decided = true;
        }
        if (action->output != OUTPUT_DECISIONS)
            continue;
        const cJSON *record = json_parse(action->value, &limits, arena, NULL, &at, NULL);
        take_state(seen, record);
        if (str_is(json_string(json_get(record, STR("kind"))), "decision"))
            take_judgement(seen, record);
    }
}

/* A text of two, three or four of them can be asked for. */
static void add_words(struct names *names, const struct str *words, size_t count,
                      struct arena *arena)
{
    struct str text = STR_NONE;
    for (size_t i = 0; i < count; i++) {
        text =
            i == 0 ? words[i] : arena_printf(arena, "%.*s %.*s", STR_ARG(text), STR_ARG(words[i]));
        add(names, text);
    }
}

static void take_message(struct seen *seen, const cJSON *record, struct arena *arena)
{
    struct str words[] = { json_string(json_get(record, STR("group"))),
                           json_string(json_get(record, STR("status"))), STR_NONE };
    const cJSON *ticket = first_item(json_get(record, STR("tickets")));
    add_words(&seen->messages, words, 2, arena);
    for (; ticket; ticket = ticket->next) {
        words[1] = json_string(json_get(ticket, STR("status")));
        words[2] = json_string(json_get(ticket, STR("ticket")));
        add_words(&seen->messages, words, 3, arena);
    }
}

void seen_take_messages(struct seen *seen, const struct actions *actions, struct arena *arena)
{
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->items[i];
        size_t at;
        if (action->output != OUTPUT_DECISIONS && action->output != OUTPUT_ESCALATIONS)
            continue;
        const cJSON *record = json_parse(action->value, &limits, arena, NULL, &at, NULL);
        struct str words[] = { json_string(json_get(record, STR("ticket"))),
                               json_string(json_get(record, STR("level"))),
                               json_string(json_get(record, STR("cause"))) };
        if (action->output == OUTPUT_ESCALATIONS)
            take_message(seen, record, arena);
        else
            add_words(&seen->suppressed, words, 3, arena);
    }
}

/* -- expectations ---------------------------------------------------------------------------- */

struct check {
    const struct seen *seen;
    seen_report_fn *report;
    void *arg;
};

static void differs(struct check *check, const struct yaml *expected, const char *what,
                    struct str got)
{
    char sentence[512];
    snprintf(sentence, sizeof(sentence), "%s is %.*s, expected %.*s", what,
             STR_ARG(str_empty(got) ? STR("none") : got),
             STR_ARG(expected->kind == YAML_NULL ? STR("none") : expected->text));
    check->report(check->arg, expected, sentence);
}

/* `none` and nothing both ask for nothing. */
static void check_text(struct check *check, const struct yaml *expected, const char *what,
                       struct str got)
{
    bool none = expected->kind == YAML_NULL || str_is(expected->text, "none");
    if (none ? !str_empty(got) : !str_equal(expected->text, got))
        differs(check, expected, what, got);
}

static void check_flag(struct check *check, const struct yaml *expected, const char *what, bool got)
{
    if (str_is(expected->text, "true") != got)
        differs(check, expected, what, got ? STR("true") : STR("false"));
}

/* 80, "60..79", ">= 60", "< 35". */
static bool score_fits(struct str text, int score, bool *valid)
{
    static const struct {
        const char *sign;
        int low, high; /* what is added to the number, or -1000/1000: open */
    } rows[] = { { ">=", 0, 1000 }, { "<=", -1000, 0 }, { ">", 1, 1000 }, { "<", -1000, -1 } };
    char copy[32];
    int low, high, end = 0;
    snprintf(copy, sizeof(copy), "%.*s", STR_ARG(text));
    *valid = true;
    if (sscanf(copy, "%d..%d%n", &low, &high, &end) == 2 && copy[end] == '\0')
        return score >= low && score <= high;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        size_t size = strlen(rows[i].sign);
        if (strncmp(copy, rows[i].sign, size) != 0)
            continue;
        *valid = sscanf(copy + size, "%d%n", &low, &end) == 1 && copy[size + (size_t)end] == '\0';
        return score >= low + rows[i].low && score <= low + rows[i].high;
    }
    *valid = sscanf(copy, "%d%n", &low, &end) == 1 && copy[end] == '\0';
    return score == low;
}

static bool check_score(struct check *check, const struct yaml *expected, struct error *err)
{
    bool valid;
    char got[16];
    bool fits = score_fits(expected->text, check->seen->score, &valid);
    if (!valid)
        return yaml_error(expected, err, "a score is expected as 80, 60..79 or \">= 60\"");
    snprintf(got, sizeof(got), "%d", check->seen->score);
    if (!fits)
        differs(check, expected, "score", str_from(got));
    return true;
}

static void check_name(struct check *check, const struct yaml *item, const struct names *got,
                       const char *what, bool wanted)
{
    struct buf sentence = { 0 };
    if (holds(got, item->text) == wanted)
        return;
    buf_printf(&sentence, "%s: %.*s is %s; there are", what, STR_ARG(item->text),
               wanted ? "missing" : "there");
    for (size_t i = 0; i < got->count; i++)
        buf_printf(&sentence, " %.*s", STR_ARG(got->items[i]));
    if (got->count == 0)
        buf_printf(&sentence, " none");
    check->report(check->arg, item, buf_text(&sentence));
    buf_free(&sentence);
}

/* A name or a list of them. `none` or an empty list: there may be no such thing at all. */
static void check_names(struct check *check, const struct yaml *expected, const struct names *got,
                        const char *what, bool wanted)
{
    bool none = expected->kind == YAML_NULL || str_is(expected->text, "none") ||
                (expected->kind == YAML_LIST && expected->count == 0);
    if (none && wanted && got->count > 0)
        differs(check, expected, what, got->items[0]);
    if (!none && expected->kind == YAML_TEXT)
        check_name(check, expected, got, what, wanted);
    for (size_t i = 0; expected->kind == YAML_LIST && i < expected->count; i++)
        check_name(check, expected->items[i], got, what, wanted);
}

/* Whether any promise was broken, or by name which ones were. */
static void check_breached(struct check *check, const struct yaml *expected)
{
    bool flag = expected->kind == YAML_TEXT &&
                (str_is(expected->text, "true") || str_is(expected->text, "false"));
    if (flag)
        check_flag(check, expected, "breached", check->seen->breached);
    else
        check_names(check, expected, &check->seen->broken, "breached", true);
}

static bool check_one(struct check *check, const struct yaml *key, const struct yaml *value,
                      struct error *err)
{
    static const struct str known[] = { { "department", 10 }, { "band", 4 },    { "score", 5 },
                                        { "signals", 7 },     { "without", 7 }, { "label", 5 },
                                        { "screen", 6 },      { "route", 5 },   { "informed", 8 },
                                        { "told", 4 },        { "outcome", 7 }, { "status", 6 },
                                        { "breached", 8 },    { "reason", 6 },  { "messages", 8 },
                                        { "suppressed", 10 } };
    const struct seen *seen = check->seen;
    const struct str texts[] = { seen->department, seen->band,    seen->label,  seen->screen,
                                 seen->route,      seen->outcome, seen->status, seen->reason };
    static const char *const names[] = { "department", "band",    "label",  "screen",
                                         "route",      "outcome", "status", "reason" };
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (str_is(key->text, names[i])) {
            check_text(check, value, names[i], texts[i]);
            return true;
        }
    }
    if (str_is(key->text, "score"))
        return check_score(check, value, err);
    if (str_is(key->text, "breached"))
        check_breached(check, value);
    else if (str_is(key->text, "signals"))
        check_names(check, value, &seen->signals, "signals", true);
    else if (str_is(key->text, "without"))
        check_names(check, value, &seen->signals, "signals", false);
    else if (str_is(key->text, "informed"))
        check_names(check, value, &seen->informed, "informed", true);
    else if (str_is(key->text, "messages"))
        check_names(check, value, &seen->messages, "messages", true);
    else if (str_is(key->text, "suppressed"))
        check_names(check, value, &seen->suppressed, "suppressed", true);
    else if (str_is(key->text, "told"))
        check_names(check, value, &seen->told, "told", true);
    else {
        struct str near = str_nearest(key->text, known, sizeof(known) / sizeof(*known));
        if (str_present(near))
            return yaml_error(key, err, "unknown expectation '%.*s' (did you mean '%.*s'?)",
                              STR_ARG(key->text), STR_ARG(near));
        return yaml_error(key, err, "unknown expectation '%.*s'", STR_ARG(key->text));
    }
    return true;
}

bool seen_check(const struct seen *seen, const struct yaml *expect, seen_report_fn *report,
                void *arg, struct error *err)
{
    struct check check = { seen, report, arg };
    if (expect->kind != YAML_MAP)
        return yaml_error(expect, err, "'expect' is a map, not %s", yaml_kind_name(expect));
    for (size_t i = 0; i < expect->count; i++) {
        if (!check_one(&check, expect->keys[i], expect->items[i], err))
            return false;
    }
    return true;
}
