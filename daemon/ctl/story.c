#include "ctl/story.h"

#include <string.h>

#include "json/json.h"
#include "explain/explain.h"

struct account {
    struct story *story;
    struct buf *out;
    struct arena *arena;
};

static const char *band_colour(struct str band)
{
    static const char *const colours[BAND_COUNT] = { "\033[1;31m", "\033[33m", "\033[36m",
                                                     "\033[2m" };
    int index = band_parse(band);
    return index < 0 ? "" : colours[index];
}

static struct str text_at(const cJSON *root, const char *pointer)
{
    return json_string(json_pointer(root, str_from(pointer)));
}

static int64_t int_at(const cJSON *root, const char *pointer)
{
    int64_t value = 0;
    json_integer(json_pointer(root, str_from(pointer)), &value);
    return value;
}

/* "2026-11-21T18:00:05" in the configured zone; absent: `moment` is no time. */
static struct str local_time(struct account *account, struct str moment)
{
    time_ms time;
    char text[TIME_TEXT_SIZE];
    if (!time_parse(moment, &time, NULL))
        return STR_NONE;
    time += zone_offset(account->story->zone, time);
    return arena_copy(account->arena, time_format(time, text));
}

/* "18:00:05", or blanks. */
static void add_clock(struct account *account, struct str moment)
{
    struct str local = local_time(account, moment);
    struct str blanks = STR("        ");
    buf_add_str(account->out, str_present(local) ? (struct str){ local.data + 11, 8 } : blanks);
}

void story_begin_day(struct story *story, time_ms now)
{
    char text[TIME_TEXT_SIZE];
    memcpy(story->day, time_format(now + zone_offset(story->zone, now), text).data, 10);
}

/* Each day is named once. */
static void begin_line(struct account *account, struct str moment)
{
    struct story *story = account->story;
    struct str local = local_time(account, moment);
    if (str_present(local) && memcmp(story->day, local.data, 10) != 0) {
        memcpy(story->day, local.data, 10);
        buf_printf(account->out, "%s%s%s\n", story->colour ? "\033[1m" : "", story->day,
                   story->colour ? "\033[0m" : "");
    }
    add_clock(account, moment);
}

/* "2026-11-21 18:00" in a life and on another day, else the time of day. */
static void add_due(struct account *account, struct str moment)
{
    const struct story *story = account->story;
    struct str local = local_time(account, moment);
    if (str_present(local) && (story->life || memcmp(story->day, local.data, 10) != 0))
        buf_printf(account->out, "%.10s %.5s", local.data, local.data + 11);
    else
        add_clock(account, moment);
}

static void add_band(struct account *account, struct str band, int64_t score)
{
    const char *colour = account->story->colour ? band_colour(band) : "";
    buf_printf(account->out, "%s%.*s %lld%s", colour, STR_ARG(band), (long long)score,
               colour[0] ? "\033[0m" : "");
}

/* "because of danger +60 “caught fire”, basic need +15": what added something. */
static void add_signals(struct account *account, const cJSON *root)
{
    const char *between = "            because of ";
    const cJSON *signals = json_get(root, STR("signals"));
    for (const cJSON *signal = signals ? signals->child : NULL; signal; signal = signal->next) {
        struct str evidence = text_at(signal, "/evidence/0/text");
        struct str field = text_at(signal, "/evidence/0/field");
        if (int_at(signal, "/points") == 0)
            continue;
        buf_printf(account->out, "%s%.*s %+lld", between,
                   STR_ARG(explain_signal(text_at(signal, "/signal"), EXPLAIN_EN)),
                   (long long)int_at(signal, "/points"));
        if (!str_empty(evidence) && (str_is(field, "body") || str_is(field, "subject")))
            buf_printf(account->out, " “%.*s”", STR_ARG(evidence));
        between = ", ";
    }
    if (between[0] == ',')
        buf_add_char(account->out, '\n');
}

static void add_names(struct account *account, const char *label, const cJSON *names)
{
    if (names == NULL || names->child == NULL)
        return;
    buf_printf(account->out, "%s", label);
    for (const cJSON *name = names->child; name; name = name->next)
        buf_printf(account->out, "%s%.*s", name == names->child ? "" : ", ",
                   STR_ARG(json_string(name)));
}

/* “handed back by quality: not_ours “we do not repair pumps””. */
static void add_return(struct account *account, const cJSON *root)
{
    const cJSON *handback = json_get(root, STR("return"));
    struct str code = text_at(handback, "/code"), reason = text_at(handback, "/reason");
    struct str against = text_at(handback, "/against");
    if (handback == NULL)
        return;
    buf_printf(account->out, "            handed back by %.*s", STR_ARG(text_at(handback, "/by")));
    if (str_present(code))
        buf_printf(account->out, ": %.*s", STR_ARG(code));
    if (str_present(reason))
        buf_printf(account->out, " “%.*s”", STR_ARG(reason));
    if (str_present(against))
        buf_printf(account->out, ", which counts against %.*s", STR_ARG(against));
    buf_add_char(account->out, '\n');
}

static void add_rating(struct account *account, const cJSON *root)
{
    const cJSON *rating = json_get(root, STR("rating"));
    if (rating == NULL)
        return;
    buf_printf(account->out, "            %.*s rates %.*s", STR_ARG(text_at(rating, "/by")),
               STR_ARG(text_at(rating, "/of")));
    if (int_at(rating, "/rating") > 0)
        buf_printf(account->out, ": %lld of 5", (long long)int_at(rating, "/rating"));
    buf_add_char(account->out, '\n');
}

static struct str party_text(const cJSON *share)
{
    struct str party = text_at(share, "/party");
    return str_is(party, "department")    ? text_at(share, "/department")
           : str_is(party, "third_party") ? STR("a third party")
           : str_is(party, "customer")    ? STR("the customer")
           : str_is(party, "dispute")     ? STR("a dispute")
                                          : STR("after an end");
}

/* "4h 30m: service 2h, the customer 2h 30m": whose time it was. */
static void add_ledger(struct account *account, const cJSON *root)
{
    const cJSON *ledger = json_get(root, STR("ledger"));
    const cJSON *shares = json_get(ledger, STR("shares"));
    char text[TIME_TEXT_SIZE];
    if (shares == NULL || shares->child == NULL)
        return;
    buf_printf(account->out, "            %.*s",
               STR_ARG(duration_format(int_at(ledger, "/age") * TIME_SECOND, text)));
    for (const cJSON *share = shares->child; share; share = share->next) {
        struct str who = party_text(share);
        buf_printf(account->out, "%s %.*s %.*s", share == shares->child ? ":" : ",", STR_ARG(who),
                   STR_ARG(duration_format(int_at(share, "/seconds") * TIME_SECOND, text)));
    }
    buf_add_char(account->out, '\n');
}

/* What supervisors were told by it: the steps of its ladders. */
static void add_steps(struct account *account, const cJSON *root)
{
    const cJSON *notices = json_get(root, STR("notices"));
    for (const cJSON *notice = notices ? notices->child : NULL; account->story->life && notice;
         notice = notice->next)
        buf_printf(account->out, "            ⇑ %.*s of %.*s: %.*s, step %lld, %.*s\n",
                   STR_ARG(text_at(notice, "/level")), STR_ARG(text_at(notice, "/department")),
                   STR_ARG(text_at(notice, "/trigger")), (long long)int_at(notice, "/step"),
                   STR_ARG(text_at(notice, "/status")));
}

static void add_route(struct account *account, const cJSON *root)
{
    const cJSON *route = json_get(root, STR("route"));
    if (route == NULL || route->child == NULL)
        return;
    add_names(account, "            route ", route);
    if (str_present(text_at(root, "/near_miss/route")))
        buf_printf(account->out, "; nearest other: %.*s, but not %.*s",
                   STR_ARG(text_at(root, "/near_miss/route")),
                   STR_ARG(text_at(root, "/near_miss/failed")));
    buf_add_char(account->out, '\n');
}

static void tell_decision(struct account *account, const cJSON *root)
{
    struct buf *out = account->out;
    struct str outcome = text_at(root, "/outcome");
    begin_line(account, text_at(root, "/decided_at"));
    struct str ticket = text_at(root, "/ticket"); /* an account that is erased has none */
    buf_printf(out, "  %.*s  %.*s", STR_ARG(str_present(ticket) ? ticket : STR("an account")),
               STR_ARG(text_at(root, "/type")));
    if (!str_is(outcome, "applied"))
        buf_printf(out, " [%.*s]", STR_ARG(outcome));
    if (str_present(text_at(root, "/reason")))
        buf_printf(out, " (%.*s)", STR_ARG(text_at(root, "/reason")));
    if (str_present(text_at(root, "/band"))) {
        buf_add_str(out, STR("  "));
        add_band(account, text_at(root, "/band"), int_at(root, "/score"));
    }
    if (str_present(text_at(root, "/label")))
        buf_printf(out, "  label %.*s", STR_ARG(text_at(root, "/label")));
    buf_add_char(out, '\n');
    add_signals(account, root);
    add_return(account, root);
    add_rating(account, root);
    add_ledger(account, root);
    add_route(account, root);
    add_steps(account, root);
}

static void tell_timer(struct account *account, const cJSON *root)
{
    begin_line(account, text_at(root, "/decided_at"));
    buf_printf(account->out, "  %.*s  %.*s", STR_ARG(text_at(root, "/ticket")),
               STR_ARG(text_at(root, "/timer")));
    if (str_is(text_at(root, "/timer"), "erased"))
        buf_add_str(account->out, STR(" with its customer's account"));
    if (str_present(text_at(root, "/clock")))
        buf_printf(account->out, " of %.*s", STR_ARG(text_at(root, "/clock")));
    if (str_present(text_at(root, "/late_by")))
        buf_printf(account->out, ", late by %.*s", STR_ARG(text_at(root, "/late_by")));
    buf_add_char(account->out, '\n');
    add_steps(account, root);
}

static void tell_dispatch(struct account *account, const cJSON *root)
{
    int department = config_department(account->story->config, text_at(root, "/department"));
    struct str subject = text_at(root, "/subject"), body = text_at(root, "/body");
    struct str quote = utf8_prefix(str_empty(subject) ? body : subject, 60);
    buf_printf(account->out, "            → %.*s", STR_ARG(text_at(root, "/department")));
    if (department >= 0)
        buf_printf(account->out, " %.*s",
                   STR_ARG(account->story->config->departments[department].name.zh));
    buf_printf(account->out, "  %.*s, %.*s, %.*s", STR_ARG(text_at(root, "/role")),
               STR_ARG(text_at(root, "/why")), STR_ARG(text_at(root, "/ticket")));
    if (!str_empty(quote))
        buf_printf(account->out, "  “%.*s%s”", STR_ARG(quote),
                   quote.size < (str_empty(subject) ? body : subject).size ? "…" : "");
    buf_add_char(account->out, '\n');
}

static void tell_promise(struct account *account, const cJSON *root)
{
    const cJSON *promises = json_get(root, STR("promises"));
    for (const cJSON *promise = promises ? promises->child : NULL; promise;
         promise = promise->next) {
        buf_printf(account->out, "            ⏱ %.*s  %.*s %.*s", STR_ARG(text_at(root, "/ticket")),
                   STR_ARG(text_at(promise, "/clock")), STR_ARG(text_at(promise, "/status")));
        if (str_present(text_at(promise, "/due"))) {
            buf_add_str(account->out, STR(", due "));
            add_due(account, text_at(promise, "/due"));
        }
        if (str_present(text_at(promise, "/reason")))
            buf_printf(account->out, " (%.*s)", STR_ARG(text_at(promise, "/reason")));
        buf_add_char(account->out, '\n');
    }
}

static void tell_escalation(struct account *account, const cJSON *root)
{
    bool firing = str_is(text_at(root, "/status"), "firing");
    begin_line(account, text_at(root, "/sent_at"));
    buf_printf(account->out, "  %s%.*s → %.*s%s", account->story->colour && firing ? "\033[1m" : "",
               STR_ARG(text_at(root, "/status")), STR_ARG(text_at(root, "/level")),
               account->story->colour && firing ? "\033[0m" : "");
    add_names(account, " ", json_get(root, STR("to")));
    buf_printf(account->out, "  %.*s\n            %.*s\n", STR_ARG(text_at(root, "/title")),
               STR_ARG(text_at(root, "/text")));
}

/* "⊘ lead is not told: breach, step 1, firing: silence s-1 by Lee “known”, until 18:00". */
static void tell_suppressed(struct account *account, const cJSON *root)
{
    begin_line(account, text_at(root, "/decided_at"));
    buf_printf(account->out, "  ⊘ %.*s of %.*s is not told: %.*s, step %lld, %.*s: %.*s",
               STR_ARG(text_at(root, "/level")), STR_ARG(text_at(root, "/department")),
               STR_ARG(text_at(root, "/trigger")), (long long)int_at(root, "/step"),
               STR_ARG(text_at(root, "/status")), STR_ARG(text_at(root, "/cause")));
    if (str_present(text_at(root, "/name")))
        buf_printf(account->out, " '%.*s'", STR_ARG(text_at(root, "/name")));
    if (str_present(text_at(root, "/by")))
        buf_printf(account->out, " by %.*s “%.*s”", STR_ARG(text_at(root, "/by")),
                   STR_ARG(text_at(root, "/comment")));
    if (str_present(text_at(root, "/until"))) {
        buf_add_str(account->out, STR(", until "));
        add_due(account, text_at(root, "/until"));
    }
    buf_add_char(account->out, '\n');
}

const char *const story_kinds[STORY_KINDS + 1] = { "decision",   "timer",      "dispatch",
                                                   "promise",    "escalation", "suppressed",
                                                   "deadletter", NULL };

static bool wants_kind(const struct story_filter *filter, struct str kind)
{
    bool any = false, this_one = false;
    for (int i = 0; i < STORY_KINDS; i++) {
        any = any || filter->kinds[i];
        this_one = this_one || (filter->kinds[i] && str_is(kind, story_kinds[i]));
    }
    return !any || this_one;
}

/* A decision names the responsible one, a dispatch and an escalation the one they are for. */
static bool wants_department(const struct story_filter *filter, const cJSON *root)
{
    struct str department = text_at(root, "/department");
    struct str responsible = text_at(root, "/responsible");
    return !str_present(filter->department) || str_equal(department, filter->department) ||
           str_equal(responsible, filter->department);
}

/* An escalation's most urgent ticket comes first. */
static bool wants_band(const struct story_filter *filter, const cJSON *root)
{
    static const char *const places[] = { "/band", "/urgency/band", "/tickets/0/band" };
    if (filter->bands == 0)
        return true;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct str band = text_at(root, places[i]);
        if (str_present(band))
            return band_parse(band) >= 0 && band_parse(band) < filter->bands;
    }
    return false;
}

static bool wants(const struct story_filter *filter, const cJSON *root)
{
    return wants_kind(filter, text_at(root, "/kind")) && wants_department(filter, root) &&
           wants_band(filter, root);
}

/* It has no department and no band: whoever asks for these does not mean it. */
static void tell_dead_letter(struct account *account, const struct story_record *record)
{
    const struct story *story = account->story;
    const struct story_filter *filter = &story->filter;
    char text[TIME_TEXT_SIZE];
    if (str_present(story->ticket) || str_present(filter->department) || filter->bands > 0 ||
        !wants_kind(filter, STR("deadletter")))
        return;
    begin_line(account, time_format(record->timestamp, text));
    buf_printf(account->out, "  ✗ dead letter %d/%lld", (int)record->partition,
               (long long)record->offset);
    if (!str_empty(record->origin))
        buf_printf(account->out, " from %.*s", STR_ARG(record->origin));
    buf_printf(account->out, ": %.*s\n", STR_ARG(record->refusal));
}

static bool concerns(const cJSON *root, struct str ticket)
{
    if (!str_present(ticket) || str_equal(text_at(root, "/ticket"), ticket))
        return true;
    const cJSON *tickets = json_get(root, STR("tickets"));
    for (const cJSON *item = tickets ? tickets->child : NULL; item; item = item->next) {
        if (str_equal(text_at(item, "/ticket"), ticket))
            return true;
    }
    return false;
}

static void tell(struct account *account, const cJSON *root)
{
    static const struct {
        const char *kind;
        void (*tell)(struct account *account, const cJSON *root);
    } kinds[] = {
        { "decision", tell_decision },     { "timer", tell_timer },
        { "dispatch", tell_dispatch },     { "promise", tell_promise },
        { "escalation", tell_escalation }, { "suppressed", tell_suppressed },
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (str_is(text_at(root, "/kind"), kinds[i].kind))
            kinds[i].tell(account, root);
    }
}

static const cJSON *parse(struct str value, struct arena *arena)
{
    size_t at = 0;
    return json_parse(value, &json_event_limits, arena, NULL, &at, NULL);
}

/* A dead letter concerns nobody's ticket: nobody could read whose it is. */
bool story_concerns(const struct story *story, struct str value)
{
    struct arena *arena = arena_new(16384);
    const cJSON *root = parse(value, arena);
    bool concerned = root && concerns(root, story->ticket);
    arena_free(arena);
    return concerned;
}

void story_tell(struct story *story, const struct story_record *record, struct buf *out)
{
    struct account account = { story, out, arena_new(16384) };
    if (str_present(record->refusal)) {
        tell_dead_letter(&account, record);
    } else {
        const cJSON *root = parse(record->value, account.arena);
        if (root && concerns(root, story->ticket) && wants(&story->filter, root))
            tell(&account, root);
    }
    arena_free(account.arena);
}

void story_end(struct story *story, struct str decision, struct buf *out)
{
    struct account account = { story, out, arena_new(16384) };
    const cJSON *root = parse(decision, account.arena);
    const cJSON *clocks = json_get(root, STR("clocks"));
    buf_printf(out, "as it stands: %.*s, with %.*s, ", STR_ARG(text_at(root, "/status")),
               STR_ARG(text_at(root, "/responsible")));
    add_band(&account, text_at(root, "/band"), int_at(root, "/score"));
    for (const cJSON *clock = clocks ? clocks->child : NULL; clock; clock = clock->next) {
        buf_printf(out, "; %.*s %.*s, due ", STR_ARG(text_at(clock, "/clock")),
                   STR_ARG(text_at(clock, "/status")));
        add_due(&account, text_at(clock, "/due"));
        if (str_present(text_at(clock, "/breached")))
            buf_add_str(out, STR(", broken"));
    }
    buf_add_char(out, '\n');
    arena_free(account.arena);
}
