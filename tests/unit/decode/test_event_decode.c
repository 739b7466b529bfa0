#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "config/config.h"
#include "decode/event.h"
#include "json/json.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ARRIVED INT64_C(1795251600000) /* 2026-11-21T09:00:00Z */

static int set_up(void **state)
{
    json_init();
    *state = arena_new(4096);
    return 0;
}

static int tear_down(void **state)
{
    arena_free(*state);
    return 0;
}

static struct record record_of(struct str value)
{
    return (struct record){ .topic = STR("ombud.events"),
                            .partition = 3,
                            .offset = 1042,
                            .timestamp = ARRIVED,
                            .key = STR("T-1"),
                            .value = value };
}

static void show_str(struct buf *out, const char *name, struct str value)
{
    if (str_present(value))
        buf_printf(out, " %s=%.*s", name, STR_ARG(value));
}

static void show_int(struct buf *out, const char *name, int value, int absent)
{
    if (value != absent)
        buf_printf(out, " %s=%d", name, value);
}

static void show_time(struct buf *out, const char *name, time_ms value, time_ms usual)
{
    char text[TIME_TEXT_SIZE];

    if (value != usual)
        buf_printf(out, " %s=%s", name, time_format(value, text).data);
}

static void show_customer(struct buf *out, const struct customer *customer)
{
    if (!customer->given)
        return;
    buf_printf(out, " {%s", customer->internal ? "internal" : "external");
    show_str(out, "account", customer->account);
    show_str(out, "contact", customer->contact);
    show_str(out, "department", customer->department);
    show_str(out, "tier", customer->tier);
    show_str(out, "lifecycle", customer->lifecycle);
    show_int(out, "value", customer->value, -1);
    show_int(out, "vulnerable", customer->vulnerable, -1);
    buf_printf(out, "}");
}

/* Everything that is not absent, in one line. */
static void show(struct buf *out, const struct event *event)
{
    static const char *const senders[] = { "customer", "agent", "internal" };

    buf_printf(out, "%s %.*s", event_type_name(event->type), STR_ARG(event->ticket));
    if (event->id_given)
        show_str(out, "id", event->id);
    show_time(out, "time", event->time, ARRIVED);
    show_customer(out, &event->customer);
    if (event->from != SENDER_CUSTOMER)
        buf_printf(out, " from=%s", senders[event->from]);
    buf_printf(out, "%s", event->automated ? " automated" : "");
    show_str(out, "subject", event->subject);
    show_str(out, "body", event->body);
    show_str(out, "lang", event->lang);
    show_str(out, "channel", event->channel);
    show_str(out, "category", event->category);
    for (size_t i = 0; i < event->tag_count; i++)
        show_str(out, "tag", event->tags[i]);
    show_int(out, "priority", event->priority, 0);
    show_str(out, "department", event->department);
    show_str(out, "reason", event->reason);
    show_str(out, "code", event->reason_code);
    show_str(out, "by", event->by);
    show_str(out, "by_department", event->by_department);
    show_str(out, "trigger", event->trigger);
    show_str(out, "group", event->group);
    show_time(out, "due", event->due, TIME_NEVER);
    show_str(out, "clock", event->clock);
    show_str(out, "on", event->on);
    show_str(out, "cause", event->cause);
    show_str(out, "remedy", event->remedy);
    show_str(out, "fault", event->fault);
    show_int(out, "rating", event->rating, 0);
    show_int(out, "solved", event->solved, -1);
    show_str(out, "comment", event->comment);
    show_str(out, "of", event->of_department);
    show_str(out, "into", event->into);
    show_str(out, "origin", event->origin);
    show_str(out, "status", event->status);
    for (size_t i = 0; i < event->attribute_count; i++) {
        static const char *const kinds[] = { "string", "number", "boolean" };
        const struct attribute *attribute = &event->attributes[i];
        buf_printf(out, " @%.*s=%s:%.*s", STR_ARG(attribute->name), kinds[attribute->kind],
                   STR_ARG(attribute->text));
    }
    if (event->unknown_fields)
        buf_printf(out, " unknown=%u", event->unknown_fields);
    for (size_t i = 0; i < event->warning_count; i++)
        buf_printf(out, "\n%.*s", STR_ARG(event->warnings[i]));
}

struct decode_case {
    const char *name;
    const char *fields; /* what follows the type and the ticket */
    const char *expected;
};

static void run(struct arena *arena, const struct decode_case *cases, size_t count)
{
    struct buf text = { 0 }, shown = { 0 };

    for (size_t i = 0; i < count; i++) {
        struct event event;
        struct refusal refusal;
        buf_clear(&text);
        buf_clear(&shown);
        buf_printf(&text, "{\"type\":\"opened\",\"ticket\":\"T-1\"%s}", cases[i].fields);
        struct record record = record_of(buf_str(&text));
        if (!event_decode(&record, NULL, 4096, arena, &event, &refusal))
            fail_msg("%s: %.*s", cases[i].name, STR_ARG(refusal.reason));
        show(&shown, &event);
        struct str tail = { shown.data + strlen("opened T-1"), shown.size - strlen("opened T-1") };
        if (!str_is(tail, cases[i].expected))
            fail_msg("%s:%.*s", cases[i].name, STR_ARG(tail));
        arena_reset(arena);
    }
    buf_free(&text);
    buf_free(&shown);
}

static void test_fields(void **state)
{
    static const struct decode_case cases[] = {
        { "the least", "", "" },
        { "an id", ",\"id\":\"e-1\"", " id=e-1" },
        { "a number as id keeps its digits", ",\"id\":12345678901234567890",
          " id=12345678901234567890" },
        { "a time in another zone", ",\"time\":\"2026-11-21T16:30:00+08:00\"",
          " time=2026-11-21T08:30:00Z" },
        { "an account that is not given is the contact", ",\"customer\":{\"contact\":\"wang\"}",
          " {external account=wang contact=wang}" },
        { "everything about a customer",
          ",\"customer\":{\"kind\":\"internal\",\"account\":\"acme\",\"contact\":\"li\","
          "\"department\":\"billing\",\"tier\":\"gold\",\"value\":72,\"lifecycle\":\"at_risk\","
          "\"vulnerable\":true}",
          " {internal account=acme contact=li department=billing tier=gold lifecycle=at_risk "
          "value=72 vulnerable=1}" },
        { "texts",
          ",\"subject\":\"着火\",\"body\":\"\",\"lang\":\"zh\",\"channel\":\"web\","
          "\"category\":\"product\",\"status\":\"new\"",
          " subject=着火 body= lang=zh channel=web category=product status=new" },
        { "a sender", ",\"from\":\"agent\",\"automated\":true", " from=agent automated" },
        { "tags and priority", ",\"tags\":[\"a\",\"b\"],\"priority\":4",
          " tag=a tag=b priority=4" },
        { "who did it and to whom",
          ",\"department\":\"quality\",\"reason\":\"r\",\"reason_code\":\"not_ours\",\"by\":"
          "\"ann\","
          "\"by_department\":\"service\",\"trigger\":\"breach\",\"group\":\"g\"",
          " department=quality reason=r code=not_ours by=ann by_department=service trigger=breach "
          "group=g" },
        { "a promise, a wait and an end",
          ",\"due\":\"2026-11-21T16:00:00Z\",\"clock\":\"promised\",\"on\":\"third_party\","
          "\"cause\":\"c\","
          "\"remedy\":\"r\",\"fault\":\"ours\"",
          " due=2026-11-21T16:00:00Z clock=promised on=third_party cause=c remedy=r fault=ours" },
        { "a rating",
          ",\"rating\":1,\"solved\":false,\"comment\":\"slow\",\"of_department\":\"billing\"",
          " rating=1 solved=0 comment=slow of=billing" },
        { "other tickets", ",\"into\":\"T-2\",\"origin\":\"T-3\"", " into=T-2 origin=T-3" },
        { "attributes keep their kinds",
          ",\"attributes\":{\"region\":\"north\",\"order\":12.50,\"vip\":true,\"none\":null}",
          " @region=string:north @order=number:12.5 @vip=boolean:true" },
        { "null is absent",
          ",\"id\":null,\"time\":null,\"customer\":null,\"tags\":null,\"attributes\":null,"
          "\"priority\":null,\"from\":null",
          "" },
        { "unknown fields are counted", ",\"x\":1,\"customer\":{\"y\":1},\"z\":{\"id\":1}",
          " {external} unknown=3" },
    };
    run(*state, cases, COUNT(cases));
}

static void test_warnings(void **state)
{
    static const struct decode_case cases[] = {
        { "a text that is a number", ",\"subject\":5", "\n/subject: expected a string; left out" },
        { "a time that is a number", ",\"time\":1795251600",
          "\n/time: expected a time like 2026-11-21T09:00:00Z; left out" },
        { "a time without a zone", ",\"due\":\"2026-11-21T09:00:00\"",
          "\n/due: the time '2026-11-21T09:00:00' has no offset (as in Z or +08:00); left out" },
        { "five minutes ahead is believed", ",\"time\":\"2026-11-21T09:05:00Z\"",
          " time=2026-11-21T09:05:00Z" },
        { "more is not", ",\"time\":\"2026-11-21T09:05:00.001Z\"",
          "\n/time: 2026-11-21T09:05:00.001Z is more than 5 minutes ahead of "
          "2026-11-21T09:00:00Z, when it arrived; taken as that" },
        { "an empty id", ",\"id\":\"\"", "\n/id: expected a string of 1 to 128 bytes; left out" },
        { "a boolean id", ",\"id\":true", "\n/id: expected a string of 1 to 128 bytes; left out" },
        { "a customer that is a name", ",\"customer\":\"acme\"",
          "\n/customer: expected an object; left out" },
        { "an unknown kind", ",\"customer\":{\"kind\":\"vip\"}",
          " {external}\n/customer/kind: expected external or internal; left out" },
        { "a value too high", ",\"customer\":{\"value\":101}",
          " {external}\n/customer/value: expected a whole number from 0 to 100; left out" },
        { "a priority of zero", ",\"priority\":0",
          "\n/priority: expected a whole number from 1 to 4; left out" },
        { "a priority as text", ",\"priority\":\"2\"",
          "\n/priority: expected a whole number from 1 to 4; left out" },
        { "a fractional rating", ",\"rating\":4.5",
          "\n/rating: expected a whole number from 1 to 5; left out" },
        { "an unknown sender", ",\"from\":\"bot\"",
          "\n/from: expected customer, agent or internal; left out" },
        { "an unknown code", ",\"reason_code\":\"dislike\"",
          "\n/reason_code: expected not_ours, wrong_area, incomplete, overlap or duplicate; "
          "left out" },
        { "solved as text", ",\"solved\":\"yes\"", "\n/solved: expected true or false; left out" },
        { "a tag that is a number", ",\"tags\":[\"a\",2,\"c\"]",
          " tag=a tag=c\n/tags/1: expected a string; left out" },
        { "tags that are a text", ",\"tags\":\"a\"",
          "\n/tags: expected an array of strings; left out" },
        { "names with blanks around them", ",\"category\":\" billing \",\"tags\":[\" vip\"]",
          " category=billing tag=vip" },
        { "an attribute that is no scalar", ",\"attributes\":{\"a/~b\":[1],\"c\":2}",
          " @c=number:2\n/attributes/a~1~0b: expected a string, a number or a boolean; left out" },
        { "the time of a clock that was not set", ",\"time\":\"1970-01-01T00:15:00Z\"",
          "\n/time: 1970-01-01T00:15:00Z cannot be; left out" },
        { "a promise in the year 9999", ",\"due\":\"9999-12-31T23:59:59Z\"",
          "\n/due: 9999-12-31T23:59:59Z cannot be; left out" },
        { "an escaped NUL", ",\"subject\":\"a\\u0000b\"",
          " subject=a\xef\xbf\xbd"
          "b\n\\u0000 and half surrogate pairs became U+FFFD" },
    };
    run(*state, cases, COUNT(cases));
}

/* A word of that many bytes, then "火", which is 3 more. */
static struct str long_word(struct arena *arena, size_t size)
{
    char *text = arena_alloc_raw(arena, size + 3);
    memset(text, 'x', size);
    memcpy(text + size, "火", 3);
    return (struct str){ text, size + 3 };
}

static void test_names_are_cut_and_prose_is_not(void **state)
{
    static const struct {
        const char *name, *field;
        size_t before, kept;
        const char *warning; /* NULL: none */
    } cases[] = {
        { "just as long as it may be", "category", 253, 256, NULL },
        { "too long", "category", 600, 256, "/category: longer than 256 bytes; cut" },
        { "never amid a character", "category", 255, 255, "/category: longer than 256 bytes; cut" },
        { "prose", "reason", 600, 603, NULL },
        { "who did it", "by", 600, 256, "/by: longer than 256 bytes; cut" },
        { "the status of a row", "status", 600, 256, "/status: longer than 256 bytes; cut" },
        { "a customer's", "tier", 600, 256, "/customer/tier: longer than 256 bytes; cut" },
    };
    struct arena *arena = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct event event;
        struct refusal refusal;
        bool inside = !strcmp(cases[i].field, "tier");
        struct str word = long_word(arena, cases[i].before);
        struct record record = record_of(arena_printf(
            arena, "{\"type\":\"opened\",\"ticket\":\"T-1\",%s\"%s\":\"%.*s\"%s}",
            inside ? "\"customer\":{" : "", cases[i].field, STR_ARG(word), inside ? "}" : ""));
        assert_true(event_decode(&record, NULL, 4096, arena, &event, &refusal));
        struct str all[] = { event.category, event.reason, event.by, event.status,
                             event.customer.tier };
        size_t kept = 0;
        for (size_t field = 0; field < COUNT(all); field++)
            kept += all[field].size;
        if (kept != cases[i].kept)
            fail_msg("%s: %zu bytes", cases[i].name, kept);
        assert_int_equal(event.warning_count, cases[i].warning ? 1 : 0);
        if (cases[i].warning)
            assert_true(str_is(event.warnings[0], cases[i].warning));
        arena_reset(arena);
    }
}

static void test_many_warnings_are_summed_up(void **state)
{
    struct buf text = { 0 };
    struct event event;
    struct refusal refusal;

    buf_printf(&text, "{\"type\":\"opened\",\"ticket\":\"T-1\",\"tags\":[");
    for (int i = 0; i < 30; i++)
        buf_printf(&text, "%s%d", i ? "," : "", i);
    buf_printf(&text, "]}");
    struct record record = record_of(buf_str(&text));
    assert_true(event_decode(&record, NULL, 4096, *state, &event, &refusal));
    assert_int_equal(event.warning_count, 16);
    assert_true(str_is(event.warnings[14], "/tags/14: expected a string; left out"));
    assert_true(str_is(event.warnings[15], "and 15 more warnings"));
    buf_free(&text);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *name;
        struct str value;
        const char *at, *reason;
    } cases[] = {
        { "a tombstone", STR_NONE, "", "the record has no value" },
        { "nothing", STR(""), "byte 0", "the text ends where a value is expected" },
        { "a word", STR("hello"), "byte 0", "expected a value" },
        { "an array", STR("[]"), "", "an event is a JSON object" },
        { "a cut event", STR("{\"type\":\"ope"), "byte 12", "a string is not closed" },
        { "bad UTF-8", STR("{\"a\":\"\xff\"}"), "byte 6", "a string is not valid UTF-8" },
        { "the ticket twice", STR("{\"ticket\":\"a\",\"ticket\":\"b\"}"), "byte 14",
          "an object has the same key twice" },
        { "no type", STR("{\"ticket\":\"T-1\"}"), "/type", "the event has no type" },
        { "null as type", STR("{\"type\":null,\"ticket\":\"T-1\"}"), "/type",
          "the event has no type" },
        { "a number as type", STR("{\"type\":1,\"ticket\":\"T-1\"}"), "/type",
          "the type is not a string" },
        { "a misspelt type", STR("{\"type\":\"opend\",\"ticket\":\"T-1\"}"), "/type",
          "unknown type 'opend' (did you mean 'opened'?)" },
        { "another type", STR("{\"type\":\"order\",\"ticket\":\"T-1\"}"), "/type",
          "unknown type 'order'; the types are opened, message, updated, assigned, accepted, "
          "returned, pending, resumed, promised, extended, resolved, reopened, closed, merged, "
          "rated, acknowledged, unacknowledged, settled, fulfilled, erased, snapshot" },
        { "no ticket", STR("{\"type\":\"opened\",\"Ticket\":\"T-1\"}"), "/ticket",
          "the event has no ticket" },
        { "an erasure of nobody", STR("{\"type\":\"erased\"}"), "/ticket",
          "whom is it to erase? It has neither a ticket nor a customer's account" },
        { "an erasure of a customer without a name",
          STR("{\"type\":\"erased\",\"customer\":{\"tier\":\"gold\"}}"), "/ticket",
          "whom is it to erase? It has neither a ticket nor a customer's account" },
        { "an erasure of an odd ticket",
          STR("{\"type\":\"erased\",\"ticket\":[],\"customer\":{\"account\":\"a\"}}"), "/ticket",
          "the ticket is not a string of 1 to 128 bytes" },
        { "an erasure of a contact that cannot be read, which is not the whole account's",
          STR("{\"type\":\"erased\",\"customer\":{\"account\":\"a\",\"contact\":[\"b\"]}}"),
          "/customer", "whom is it to erase? Its contact cannot be read" },
        { "an erasure of an account that cannot be read, which is not its contact's",
          STR("{\"type\":\"erased\",\"customer\":{\"account\":{},\"contact\":\"b\"}}"), "/customer",
          "whom is it to erase? Its account cannot be read" },
        { "what only the router writes",
          STR("{\"type\":\"account_erased\",\"customer\":{\"account\":\"a\"}}"), "/type",
          "only the router itself writes this type" },
        { "an empty ticket", STR("{\"type\":\"opened\",\"ticket\":\"\"}"), "/ticket",
          "the ticket is not a string of 1 to 128 bytes" },
        { "an object as ticket", STR("{\"type\":\"opened\",\"ticket\":{}}"), "/ticket",
          "the ticket is not a string of 1 to 128 bytes" },
        { "too long an event",
          STR("{\"type\":\"opened\",\"ticket\":\"T-1\",\"body\":"
              "\"0123456789012345678901234567890123456789\"}"),
          "byte 64", "82 bytes are more than the 64 allowed" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct event event = { .ticket = STR("untouched") };
        struct refusal refusal = { .reason = STR_NONE };
        struct record record = record_of(cases[i].value);
        if (event_decode(&record, NULL, 64, *state, &event, &refusal))
            fail_msg("%s: accepted", cases[i].name);
        if (!str_is(refusal.at, cases[i].at) || !str_is(refusal.reason, cases[i].reason))
            fail_msg("%s: %.*s: %.*s", cases[i].name, STR_ARG(refusal.at), STR_ARG(refusal.reason));
        assert_true(str_is(event.ticket, "untouched"));
    }
}

/* Names the cause, for the producer's people. What each looks like is documented by its format. */
static void test_first_bytes_tell_the_cause(void **state)
{
#define COMPRESSED ": let the client compress (compression.type), not the application"
    static const struct {
        struct str value;
        const char *reason;
    } cases[] = {
        /* github.com/confluentinc/schema-registry issue 2994 */
        { STR("\0\0\0\0\x11{\"type\":\"opened\",\"ticket\":\"T-1\"}"),
          "this is a Schema Registry frame (schema id 17), not JSON: use the plain JSON "
          "serializer" },
        { STR("\0\0\x01\x86\xa3\x02\x06T-1"),
          "this is a Schema Registry frame (schema id 100003), not JSON: use the plain JSON "
          "serializer" },
        { STR("\x1f\x8b\x08\0\0\0\0\0"), "this looks like gzip" COMPRESSED },
        { STR("\x28\xb5\x2f\xfd\x04"), "this looks like zstd" COMPRESSED },
        { STR("\x78\x9c\xab\x56"), "this looks like zlib" COMPRESSED },
        { STR("Obj\x01\x04\x16"),
          "this looks like an Avro file: write each event as a JSON record" },
        { STR("\xff\xfe{\0\"\0"), "this looks like UTF-16: write UTF-8" },
        { STR("{\0\"\0t\0"), "this looks like UTF-16: write UTF-8" },
        { STR("\0{\0\"\0t"), "this looks like UTF-16: write UTF-8" },
        { STR("<?xml version=\"1.0\"?><ticket/>"),
          "this looks like XML: convert it to JSON before it is written" },
        { STR("<ticket id=\"1\"/>"),
          "this looks like XML or HTML: convert it to JSON before it is written" },
        { STR("<34>1 2026-11-21T09:00:00Z host app - - it burns"),
          "this looks like a syslog line: let a template write JSON" },
        { STR("type=opened&ticket=T-1"),
          "this looks like a form (application/x-www-form-urlencoded): "
          "convert it to JSON before it is written" },
        { STR("\x0a\x06opened\x12\x03T-1"),
          "this looks like binary, as Protobuf, Thrift or MessagePack write it: use a JSON "
          "serializer" },
        { STR("{'type': 'opened', 'ticket': 'T-1'}"),
          "this looks like a Python dictionary: write json.dumps of it" },
        { STR("eyJ0eXBlIjoib3BlbmVkIn0="),
          "this looks like JSON in base64: write its bytes as they are" },
        { STR("please call me = now"), "expected a value" },
        { STR("\xef\xbb\xbfhello"), "expected a value" },
    };
#undef COMPRESSED
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct event event;
        struct refusal refusal;
        struct record record = record_of(cases[i].value);
        assert_false(event_decode(&record, NULL, 4096, *state, &event, &refusal));
        if (!str_is(refusal.reason, cases[i].reason))
            fail_msg("%zu: %.*s", i, STR_ARG(refusal.reason));
    }
}

/* osTicket issues 1041 and 1744: an out of office reply reopened the ticket. */
static void test_auto_replies_are_known(void **state)
{
    static const struct header submitted[] = { { STR("Auto-Submitted"), STR("auto-replied") } };
    static const struct header by_person[] = { { STR("auto-submitted"), STR("no") } };
    static const struct {
        const char *name, *members;
        const struct header *headers; /* one */
        bool automated;
    } cases[] = {
        { "a subject", "\"subject\":\"Automatic reply: Ticket resolved\"", NULL, true },
        { "a subject behind prefixes", "\"subject\":\"Re: AW: [Out of office] until Monday\"", NULL,
          true },
        { "a Chinese subject", "\"subject\":\"回复：自动回复：您的工单\"", NULL, true },
        { "its first words", "\"body\":\"I am out of the office until Monday.\"", NULL, true },
        { "its first Chinese words", "\"body\":\"\\n我目前不在办公室，有事请联系同事。\"", NULL,
          true },
        { "a bounce", "\"subject\":\"Undeliverable: your ticket\"", NULL, true },
        { "a header", "\"body\":\"Back on Monday\"", submitted, true },
        { "the header of a person", "\"body\":\"Back on Monday\"", by_person, false },
        { "an attribute", "\"attributes\":{\"auto_submitted\":\"auto-generated\"}", NULL, true },
        { "bulk mail", "\"attributes\":{\"Precedence\":\"bulk\"}", NULL, true },
        { "words further down", "\"body\":\"It burns! I am out of the office until Monday.\"", NULL,
          false },
        { "a guest's letter", "\"body\":\"I am on vacation in your hotel and the lift fell.\"",
          NULL, false },
        { "a complaint of auto replies", "\"subject\":\"I only get automatic replies\"", NULL,
          false },
        { "an agent's doubtful word", "\"from\":\"agent\",\"automated\":\"maybe\"", NULL, true },
        { "a customer's doubtful word", "\"automated\":\"maybe\"", NULL, false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct event event;
        struct refusal refusal;
        struct record record = record_of(
            arena_printf(*state, "{\"type\":\"message\",\"ticket\":\"T-1\",%s}", cases[i].members));
        record.headers = cases[i].headers;
        record.header_count = cases[i].headers ? 1 : 0;
        assert_true(event_decode(&record, NULL, 4096, *state, &event, &refusal));
        if (event.automated != cases[i].automated)
            fail_msg("%s", cases[i].name);
    }
}

/* github.com/rsyslog/rsyslog issue 1559: every record of omkafka has the timestamp -1. */
static void test_kafka_timestamps_that_cannot_be(void **state)
{
    static const struct {
        const char *name;
        time_ms timestamp;
        const char *value;
        time_ms time, arrived; /* when the event is fed at ARRIVED */
        size_t warnings;
    } cases[] = {
        { "none", -1, "{\"type\":\"opened\",\"ticket\":\"T-1\",\"time\":\"2026-11-21T08:00:00Z\"}",
          ARRIVED - TIME_HOUR, ARRIVED - TIME_HOUR, 1 },
        { "none, nor a time", -1, "{\"type\":\"opened\",\"ticket\":\"T-1\"}", ARRIVED, ARRIVED, 1 },
        { "zero", 0, "{\"type\":\"opened\",\"ticket\":\"T-1\"}", ARRIVED, ARRIVED, 1 },
        { "seconds", ARRIVED / 1000, "{\"type\":\"opened\",\"ticket\":\"T-1\"}", ARRIVED, ARRIVED,
          1 },
        { "microseconds", ARRIVED * 1000, "{\"type\":\"opened\",\"ticket\":\"T-1\"}", ARRIVED,
          ARRIVED, 1 },
        { "none, and a time to come", -1,
          "{\"type\":\"opened\",\"ticket\":\"T-1\",\"time\":\"2027-11-21T08:00:00Z\"}", ARRIVED,
          ARRIVED + 365 * TIME_DAY - TIME_HOUR, 1 },
        { "none of both", -1,
          "{\"type\":\"opened\",\"ticket\":\"T-1\",\"time\":\"1970-01-01T00:00:00Z\"}", ARRIVED,
          ARRIVED, 2 },
        { "a good one", ARRIVED, "{\"type\":\"opened\",\"ticket\":\"T-1\"}", ARRIVED, ARRIVED, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct event event;
        struct refusal refusal;
        struct record record = record_of(str_from(cases[i].value));
        record.timestamp = cases[i].timestamp;
        assert_true(event_decode(&record, NULL, 4096, *state, &event, &refusal));
        event_arrive(&event, ARRIVED);
        if (event.time != cases[i].time || event.timestamp != cases[i].arrived ||
            event.warning_count != cases[i].warnings)
            fail_msg("%s: %lld, %lld, %zu warnings", cases[i].name, (long long)event.time,
                     (long long)event.timestamp, event.warning_count);
    }
}

static void test_a_byte_order_mark_is_skipped(void **state)
{
    struct event event;
    struct refusal refusal;
    struct record record = record_of(STR("\xef\xbb\xbf{\"type\":\"opened\",\"ticket\":\"T-1\"}"));
    assert_true(event_decode(&record, NULL, 4096, *state, &event, &refusal));
    assert_true(str_is(event.ticket, "T-1"));
    record.value = STR("\xef\xbb\xbf{\"type\":opened}");
    assert_false(event_decode(&record, NULL, 4096, *state, &event, &refusal));
    assert_true(str_is(refusal.at, "byte 11")); /* of the record */
}

static void test_an_erasure_may_name_an_account(void **state)
{
    static const struct {
        const char *members, *ticket, *account, *contact, *key;
        size_t warnings;
    } cases[] = {
        { "\"customer\":{\"account\":\"acme\"}", "", "acme", "", "acme", 0 },
        { "\"ticket\":null,\"customer\":{\"account\":17}", "", "17", "", "17", 0 },
        { "\"customer\":{\"contact\":\"kim\"}", "", "kim", "kim", "kim", 0 },
        { "\"customer\":{\"account\":\"acme\",\"contact\":\"kim\"}", "", "acme", "kim", "acme", 0 },
        { "\"ticket\":\"T-1\"", "T-1", "", "", "T-1", 0 },
        { "\"ticket\":\"T-1\",\"customer\":{\"account\":\"acme\"}", "T-1", "acme", "", "T-1", 1 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct event event;
        struct refusal refusal;
        struct record record =
            record_of(arena_printf(*state, "{\"type\":\"erased\",%s}", cases[i].members));
        assert_true(event_decode(&record, NULL, 4096, *state, &event, &refusal));
        if (!str_is(event.ticket, cases[i].ticket) || !str_is(event_key(&event), cases[i].key) ||
            !str_is(event.customer.account, cases[i].account) ||
            !str_is(event.customer.contact, cases[i].contact) ||
            event.warning_count != cases[i].warnings)
            fail_msg("%s", cases[i].members);
    }
}

static void test_a_ticket_of_128_bytes_is_the_longest(void **state)
{
    struct buf text = { 0 };
    struct event event;
    struct refusal refusal;

    for (int size = 127; size < 130; size++) {
        buf_clear(&text);
        buf_printf(&text, "{\"type\":\"opened\",\"ticket\":\"%0*d\"}", size, 7);
        struct record record = record_of(buf_str(&text));
        assert_int_equal(event_decode(&record, NULL, 4096, *state, &event, &refusal), size <= 128);
    }
    buf_free(&text);
}

static void test_where_it_was_first_read_is_its_identity(void **state)
{
    static const struct header forwarded[] = { { STR("ombud-from"), STR("zendesk.events/7/99") },
                                               { STR("ombud-format"), STR("ombud") },
                                               { STR("ombud-timestamp"), STR("1795251000000") } };
    struct config_source intake = { .topic = STR("crm.events"), .format = STR("ombud") };
    struct event event;
    struct refusal refusal;

    struct record record = record_of(STR("{\"type\":\"opened\",\"ticket\":\"T-1\"}"));
    assert_true(event_decode(&record, NULL, 4096, *state, &event, &refusal));
    assert_true(str_is(event.id, "ombud.events/3/1042"));
    assert_false(event.id_given);
    assert_true(str_is(event.source, "ombud.events"));
    assert_true(event.time == ARRIVED && event.timestamp == ARRIVED);

    record.headers = forwarded;
    record.header_count = COUNT(forwarded);
    assert_true(event_decode(&record, NULL, 4096, *state, &event, &refusal));
    assert_true(str_is(event.id, "zendesk.events/7/99"));
    assert_true(str_is(event.source, "zendesk.events"));
    assert_true(event.timestamp == 1795251000000 && event.time == 1795251000000);

    /* In an intake these headers are the producer's invention. */
    record.topic = intake.topic;
    assert_true(event_decode(&record, &intake, 4096, *state, &event, &refusal));
    assert_true(str_is(event.id, "crm.events/3/1042"));
    assert_true(str_is(event.source, "crm.events"));
    assert_true(event.timestamp == ARRIVED);
}

static void test_a_forward_belongs_to_the_source_it_entered_by(void **state)
{
    struct config_source sources[] = {
        { .topic = STR("ombud.events"), .format = STR("ombud"), .home = true },
        { .topic = STR("zendesk.events"), .format = STR("zendesk") },
        { .topic = STR("jira.events"), .format = STR("jira") },
    };
    struct config config = { .sources = sources, .source_count = COUNT(sources) };
    static const struct {
        const char *name, *topic, *from, *format;
        int source; /* -1: none */
    } cases[] = {
        { "home", "ombud.events", NULL, NULL, 0 },
        { "an intake", "jira.events", NULL, NULL, 2 },
        { "an unknown topic", "x", NULL, NULL, -1 },
        { "a forward", "ombud.events", "zendesk.events/3/17", "zendesk", 1 },
        { "a forward within home", "ombud.events", "ombud.events/3/17", "ombud", 0 },
        { "a forward of a topic that was renamed", "ombud.events", "old.jira/3/17", "jira", 2 },
        { "a forward of a format that is gone", "ombud.events", "old/3/17", "servicenow", -1 },
        { "a header that an intake made up", "jira.events", "zendesk.events/3/17", "zendesk", 2 },
        { "a position without a topic", "ombud.events", "/3/17", "zendesk", 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct header headers[] = { { STR("ombud-from"), str_from(cases[i].from) },
                                          { STR("ombud-format"), str_from(cases[i].format) } };
        struct record record = record_of(STR("{}"));
        record.topic = str_from(cases[i].topic);
        record.headers = headers;
        record.header_count = COUNT(headers);
        const struct config_source *source = event_source(&config, &record);
        if (source != (cases[i].source < 0 ? NULL : &sources[cases[i].source]))
            fail_msg("%s", cases[i].name);
    }
}

/* What tickets tell each other comes from the router alone: no intake and no producer at home
 * without its header. */
static void only_the_router_writes_of_origins(void **state)
{
    static const struct config_source home = { .topic = STR("ombud.events"), .home = true };
    static const struct config_source intake = { .topic = STR("crm.events") };
    static const struct header ours[] = { { STR("ombud-link"), STR("ombud.events/3/1041") } };
    static const struct header forwarded[] = { { STR("ombud-link"), STR("ombud.events/3/1041") },
                                               { STR("ombud-from"), STR("crm.events/0/5") } };
    static const struct {
        const char *name, *topic;
        const struct config_source *source;
        const struct header *headers;
        size_t header_count;
        bool taken;
    } cases[] = {
        { "the router's own", "ombud.events", &home, ours, 1, true },
        { "a producer's at home", "ombud.events", &home, NULL, 0, false },
        { "an intake's", "crm.events", &intake, ours, 1, false },
        { "an intake's that was forwarded", "ombud.events", &intake, forwarded, 2, false },
        { "from nowhere", "ombud.events", NULL, ours, 1, false },
    };
    static const char *const types[] = { "linked", "origin_changed" };
    for (size_t i = 0; i < COUNT(cases) * COUNT(types); i++) {
        struct event event;
        struct refusal refusal;
        size_t row = i / COUNT(types);
        struct record record = record_of(
            arena_printf(*state, "{\"type\":\"%s\",\"ticket\":\"T-1\"}", types[i % COUNT(types)]));
        record.topic = str_from(cases[row].topic);
        record.headers = cases[row].headers;
        record.header_count = cases[row].header_count;
        if (event_decode(&record, cases[row].source, 4096, *state, &event, &refusal) !=
            cases[row].taken)
            fail_msg("%s", cases[row].name);
        if (!cases[row].taken)
            assert_true(str_is(refusal.reason, "only the router itself writes this type") &&
                        str_is(refusal.at, "/type"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_names_are_cut_and_prose_is_not),
        cmocka_unit_test(test_many_warnings_are_summed_up),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(only_the_router_writes_of_origins),
        cmocka_unit_test(test_first_bytes_tell_the_cause),
        cmocka_unit_test(test_a_byte_order_mark_is_skipped),
        cmocka_unit_test(test_kafka_timestamps_that_cannot_be),
        cmocka_unit_test(test_auto_replies_are_known),
        cmocka_unit_test(test_an_erasure_may_name_an_account),
        cmocka_unit_test(test_a_ticket_of_128_bytes_is_the_longest),
        cmocka_unit_test(test_where_it_was_first_read_is_its_identity),
        cmocka_unit_test(test_a_forward_belongs_to_the_source_it_entered_by),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
