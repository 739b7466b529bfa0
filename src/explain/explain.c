#include "explain/explain.h"

#include "json/json_writer.h"
#include "explain_page.h"

enum { TREE_BLOCK = 32768 };

static void tell_event(struct page *page, const cJSON *event, const cJSON *decision)
{
    page_member(page, decision, STR("ticket"));
    buf_printf(page->out, "  ");
    page_term(page, json_string(json_get(decision, STR("type"))));
    buf_printf(page->out, "  ");
    page_time(page, decision, STR("time"));
    buf_printf(page->out, " (%.*s)\n", STR_ARG(page->config->zone));
    struct str subject = json_string(json_get(event, STR("subject")));
    struct str body = json_string(json_get(event, STR("body")));
    if (!str_empty(subject)) {
        buf_printf(page->out, "  ");
        page_quote(page, subject, PAGE_QUOTE);
        buf_add_char(page->out, '\n');
    }
    if (!str_empty(body)) {
        buf_printf(page->out, "  ");
        page_quote(page, body, PAGE_QUOTE);
        buf_add_char(page->out, '\n');
    }
}

static void tell_customer(struct page *page, const cJSON *customer)
{
    struct str account = json_string(json_get(customer, STR("account")));
    if (str_empty(account))
        return;
    buf_printf(page->out, "  ");
    page_word(page, WORD_CUSTOMER);
    page_text(page, account);
    if (str_is(json_string(json_get(customer, STR("kind"))), "internal")) {
        page_word(page, WORD_COMMA);
        page_word(page, WORD_INTERNAL);
    }
    page_member_if(page, customer, STR("tier"));
    page_member_if(page, customer, STR("lifecycle"));
    if (page_has(customer, STR("value"))) {
        page_word(page, WORD_COMMA);
        page_word(page, WORD_VALUE);
        page_member(page, customer, STR("value"));
    }
    if (cJSON_IsTrue(json_get(customer, STR("vulnerable")))) {
        page_word(page, WORD_COMMA);
        page_word(page, WORD_VULNERABLE);
    }
    buf_add_char(page->out, '\n');
}

/* " (target 15m, default)"; of several each with its name. */
static void tell_targets(struct page *page, const cJSON *clocks)
{
    const cJSON *first = clocks ? clocks->child : NULL;
    if (!first || !page_has(first, STR("target")))
        return;
    page_word(page, WORD_OPEN);
    page_word(page, WORD_WITHIN);
    for (const cJSON *clock = first; clock; clock = clock->next) {
        if (clock != first)
            page_word(page, WORD_COMMA);
        if (first->next) {
            page_member(page, clock, STR("clock"));
            buf_add_char(page->out, ' ');
        }
        page_member(page, clock, STR("target"));
    }
    page_member_if(page, first, STR("sla"));
    page_word(page, WORD_CLOSE);
}

static void tell_promises(struct page *page, const cJSON *decision, const struct actions *actions)
{
    for (size_t i = 0; i < actions->count; i++) {
        if (actions->items[i].output != OUTPUT_PROMISES)
            continue;
        const cJSON *promise = page_parse(page, actions->items[i].value);
        const cJSON *text = json_get(promise, STR("text"));
        if (!text)
            continue;
        buf_add_char(page->out, '\n');
        page_word(page, WORD_PROMISE);
        buf_printf(page->out, "\n  ");
        page_member(page, text, page->language == EXPLAIN_ZH ? STR("zh") : STR("en"));
        tell_targets(page, json_get(decision, STR("clocks")));
        buf_add_char(page->out, '\n');
    }
}

static void tell_notices(struct page *page, const struct actions *actions)
{
    bool titled = false;
    for (size_t i = 0; i < actions->count; i++) {
        if (actions->items[i].output != OUTPUT_NOTICES)
            continue;
        const cJSON *notice = page_parse(page, actions->items[i].value);
        if (!titled) {
            buf_add_char(page->out, '\n');
            page_word(page, WORD_TELLS);
            buf_add_char(page->out, '\n');
        }
        titled = true;
        buf_printf(page->out, "  ");
        page_member(page, notice, STR("level"));
        page_word(page, WORD_LEVEL_OF);
        page_department(page, json_string(json_get(notice, STR("department"))));
        page_word(page, WORD_COLON);
        page_term(page, json_string(json_get(notice, STR("trigger"))));
        if (!str_is(json_string(json_get(notice, STR("status"))), "firing")) {
            page_word(page, WORD_COMMA);
            page_term(page, json_string(json_get(notice, STR("status"))));
        }
        const cJSON *next = json_get(notice, STR("next"));
        if (page_has(next, STR("level"))) {
            page_word(page, WORD_NEXT);
            page_member(page, next, STR("level"));
            buf_add_char(page->out, ' ');
            page_time(page, next, STR("at"));
        }
        buf_add_char(page->out, '\n');
    }
}

static void tell_warnings(struct page *page, const cJSON *warnings)
{
    if (!warnings || !warnings->child)
        return;
    buf_add_char(page->out, '\n');
    page_word(page, WORD_WARNINGS);
    buf_add_char(page->out, '\n');
    for (const cJSON *warning = warnings->child; warning; warning = warning->next) {
        buf_printf(page->out, "  ");
        page_text(page, json_string(warning));
        buf_add_char(page->out, '\n');
    }
}

static void tell_outcome(struct page *page, const cJSON *decision)
{
    struct str outcome = json_string(json_get(decision, STR("outcome")));
    if (str_is(outcome, "applied") && !page_has(decision, STR("reason")))
        return;
    buf_printf(page->out, "  ");
    page_word(page, WORD_OUTCOME);
    page_term(page, outcome);
    if (page_has(decision, STR("reason"))) {
        page_word(page, WORD_COMMA);
        page_member(page, decision, STR("reason"));
    }
    buf_add_char(page->out, '\n');
}

static void tell_decision(struct page *page, const cJSON *event, const cJSON *decision,
                          const struct actions *actions)
{
    tell_event(page, event, decision);
    tell_customer(page, json_get(decision, STR("customer")));
    tell_outcome(page, decision);
    if (page_has(decision, STR("score")))
        explain_score(page, decision);
    explain_route(page, decision, actions);
    tell_promises(page, decision, actions);
    tell_notices(page, actions);
    tell_warnings(page, json_get(decision, STR("warnings")));
    buf_add_char(page->out, '\n');
    page_word(page, WORD_CONFIG);
    page_member(page, decision, STR("config"));
    buf_add_char(page->out, '\n');
}

static void tell_deadletter(struct page *page, const struct action *action)
{
    page_word(page, WORD_DEADLETTER);
    for (size_t i = 0; i < action->header_count; i++) {
        if (str_is(action->headers[i].name, "ombud-error"))
            page_text(page, action->headers[i].value);
        else if (str_is(action->headers[i].name, "ombud-at") &&
                 !str_empty(action->headers[i].value))
            buf_printf(page->out, " [%.*s]", STR_ARG(action->headers[i].value));
    }
    buf_add_char(page->out, '\n');
}

void explain_text(const struct config *config, struct str event, const struct actions *actions,
                  enum explain_language language, struct buf *out)
{
    struct page page = { config, language, arena_new(TREE_BLOCK), zone_open(config->zone, NULL),
                         out };
    size_t before = out->size;
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->items[i];
        if (action->output == OUTPUT_DECISIONS) {
            const cJSON *decision = page_parse(&page, action->value);
            if (str_is(json_string(json_get(decision, STR("kind"))), "decision"))
                tell_decision(&page, page_parse(&page, event), decision, actions);
        } else if (action->output == OUTPUT_DEADLETTER) {
            tell_deadletter(&page, action);
        } else if (action->output == OUTPUT_HOME) {
            page_word(&page, WORD_FORWARD);
            buf_add_char(out, '\n');
        }
    }
    if (out->size == before) {
        page_word(&page, WORD_NOTHING);
        buf_add_char(out, '\n');
    }
    zone_close(page.zone);
    arena_free(page.arena);
}

static void put_list(struct json_writer *json, const struct actions *actions, enum output output)
{
    json_open_array(json);
    for (size_t i = 0; i < actions->count; i++) {
        if (actions->items[i].output == output)
            json_put_raw(json, actions->items[i].value);
    }
    json_close_array(json);
}

static void put_headers(struct json_writer *json, const struct action *action)
{
    json_open_object(json);
    for (size_t i = 0; i < action->header_count; i++) {
        const struct header *header = &action->headers[i];
        if (str_is(header->name, "ombud-error"))
            JSON_KEY(json, "error");
        else if (str_is(header->name, "ombud-at"))
            JSON_KEY(json, "at");
        else
            continue;
        json_put_str(json, header->value);
    }
    json_close_object(json);
}

void explain_json(const struct actions *actions, struct buf *out)
{
    struct json_writer json = json_writer_to(out);
    json_open_object(&json);
    JSON_KEY(&json, "decisions");
    put_list(&json, actions, OUTPUT_DECISIONS);
    JSON_KEY(&json, "dispatches");
    put_list(&json, actions, OUTPUT_DEPARTMENT);
    JSON_KEY(&json, "promises");
    put_list(&json, actions, OUTPUT_PROMISES);
    JSON_KEY(&json, "notices");
    put_list(&json, actions, OUTPUT_NOTICES);
    JSON_KEY(&json, "deadletters");
    json_open_array(&json);
    for (size_t i = 0; i < actions->count; i++) {
        if (actions->items[i].output == OUTPUT_DEADLETTER)
            put_headers(&json, &actions->items[i]);
    }
    json_close_array(&json);
    json_close_object(&json);
}
