#include "ctl/story.h"

#include "json/json.h"
#include "explain/explain.h"

struct account {
    const struct config *config;
    const struct zone *zone;
    bool colour;
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

/* "18:00:05" in the configured zone, or blanks. */
static void add_clock(struct account *account, struct str moment)
{
    time_ms time;
    char text[TIME_TEXT_SIZE];
    if (!time_parse(moment, &time, NULL)) {
        buf_add_str(account->out, STR("        "));
        return;
    }
    struct str local = time_format(time + zone_offset(account->zone, time), text);
    buf_add_str(account->out, (struct str){ local.data + 11, 8 });
}

static void add_band(struct account *account, struct str band, int64_t score)
{
    const char *colour = account->colour ? band_colour(band) : "";
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
        if (str_is(field, "body") || str_is(field, "subject"))
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

static void tell_decision(struct account *account, const cJSON *root)
{
    struct buf *out = account->out;
    struct str outcome = text_at(root, "/outcome");
    add_clock(account, text_at(root, "/decided_at"));
    buf_printf(out, "  %.*s  %.*s", STR_ARG(text_at(root, "/ticket")),
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
    add_ledger(account, root);
    const cJSON *route = json_get(root, STR("route"));
    if (route == NULL || route->child == NULL)
        return;
    add_names(account, "            route ", route);
    if (str_present(text_at(root, "/near_miss/route")))
        buf_printf(out, "; nearest other: %.*s, but not %.*s",
                   STR_ARG(text_at(root, "/near_miss/route")),
                   STR_ARG(text_at(root, "/near_miss/failed")));
    buf_add_char(out, '\n');
}

static void tell_timer(struct account *account, const cJSON *root)
{
    add_clock(account, text_at(root, "/decided_at"));
    buf_printf(account->out, "  %.*s  %.*s", STR_ARG(text_at(root, "/ticket")),
               STR_ARG(text_at(root, "/timer")));
    if (str_present(text_at(root, "/clock")))
        buf_printf(account->out, " of %.*s", STR_ARG(text_at(root, "/clock")));
    if (str_present(text_at(root, "/late_by")))
        buf_printf(account->out, ", late by %.*s", STR_ARG(text_at(root, "/late_by")));
    buf_add_char(account->out, '\n');
}

static void tell_dispatch(struct account *account, const cJSON *root)
{
    int department = config_department(account->config, text_at(root, "/department"));
    struct str subject = text_at(root, "/subject"), body = text_at(root, "/body");
    struct str quote = utf8_prefix(str_empty(subject) ? body : subject, 60);
    buf_printf(account->out, "            → %.*s", STR_ARG(text_at(root, "/department")));
    if (department >= 0)
        buf_printf(account->out, " %.*s",
                   STR_ARG(account->config->departments[department].name.zh));
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
            add_clock(account, text_at(promise, "/due"));
        }
        if (str_present(text_at(promise, "/reason")))
            buf_printf(account->out, " (%.*s)", STR_ARG(text_at(promise, "/reason")));
        buf_add_char(account->out, '\n');
    }
}

static void tell_escalation(struct account *account, const cJSON *root)
{
    bool firing = str_is(text_at(root, "/status"), "firing");
    add_clock(account, text_at(root, "/sent_at"));
    buf_printf(account->out, "  %s%.*s → %.*s%s", account->colour && firing ? "\033[1m" : "",
               STR_ARG(text_at(root, "/status")), STR_ARG(text_at(root, "/level")),
               account->colour && firing ? "\033[0m" : "");
    add_names(account, " ", json_get(root, STR("to")));
    buf_printf(account->out, "  %.*s\n            %.*s\n", STR_ARG(text_at(root, "/title")),
               STR_ARG(text_at(root, "/text")));
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
        { "escalation", tell_escalation },
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (str_is(text_at(root, "/kind"), kinds[i].kind))
            kinds[i].tell(account, root);
    }
}

void story_add(const struct config *config, const struct zone *zone,
               const struct story_record *record, struct str ticket, bool colour, struct buf *out)
{
    struct account account = { config, zone, colour, out, arena_new(16384) };
    size_t at = 0;
    if (str_present(record->refusal)) {
        if (!str_present(ticket))
            buf_printf(out, "          ✗ dead letter: %.*s\n", STR_ARG(record->refusal));
    } else {
        const cJSON *root =
            json_parse(record->value, &json_event_limits, account.arena, NULL, &at, NULL);
        if (root && concerns(root, ticket))
            tell(&account, root);
    }
    arena_free(account.arena);
}
