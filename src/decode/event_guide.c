#include "decode/event_guide.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"

/* What every event with words may have. */
#define WORDS "subject body lang channel category tags priority customer attributes"

enum { SAMPLE_DUE_HOURS = 30 }; /* later than the shipped promises to a P1 and a P2 */

static const struct event_guide rows[EVENT_TYPE_COUNT] = {
    [EVENT_OPENED] = {
        .effect = "A customer raised a matter. It is scored and routed, its clocks start, and the "
                  "department that must answer gets the dispatch. Of a ticket that is known it is "
                  "taken as `updated`.",
        .creates = true,
        .uses = WORDS " origin department",
        .sample = "{\"type\": \"opened\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/opened\", "
                  "\"time\": \"$TIME\", \"subject\": \"The charger is on fire\", "
                  "\"body\": \"It started to smoke and then burst into flames.\", "
                  "\"lang\": \"en\", \"channel\": \"hotline\", \"category\": \"quality\", "
                  "\"customer\": {\"account\": \"acme\", \"contact\": \"ann\", \"tier\": \"gold\"}}",
    },
    [EVENT_MESSAGE] = {
        .effect = "Somebody wrote or spoke. Of a customer it is scored and may raise the urgency, "
                  "is passed to the holder, ends a wait for the customer, and reopens a ticket that "
                  "was resolved some days ago. Of an agent it is an answer, which keeps `response` "
                  "and `update`, unless it is `automated`.",
        .creates = true,
        .uses = "from automated by by_department " WORDS,
        .sample = "{\"type\": \"message\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/message\", "
                  "\"time\": \"$TIME\", \"from\": \"agent\", \"by\": \"lee\", "
                  "\"body\": \"We have switched off the supply; a technician is on the way.\"}",
    },
    [EVENT_UPDATED] = {
        .effect = "Fields of the ticket changed at the source: a category, a priority, the text. It "
                  "is scored again; before anybody has accepted it a raised floor may move it.",
        .creates = true,
        .uses = WORDS,
        .sample = "{\"type\": \"updated\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/updated\", "
                  "\"time\": \"$TIME\", \"category\": \"property\", \"priority\": 1}",
    },
    [EVENT_ASSIGNED] = {
        .effect = "A person gave the ticket to a department, which outranks the routing tree from "
                  "then on. To the department that holds it already it changes nothing (`echo`); "
                  "away by the holder who has not accepted it is a return, which needs a reason.",
        .creates = true,
        .needs = "department",
        .uses = "by by_department reason reason_code",
        .sample = "{\"type\": \"assigned\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/assigned\", "
                  "\"time\": \"$TIME\", \"department\": \"property\", \"by\": \"lee\"}",
    },
    [EVENT_ACCEPTED] = {
        .effect = "The department that holds the ticket takes it: the clock `accept` is kept, and "
                  "the tree moves it no more. Of another department it is rejected.",
        .uses = "by by_department department",
        .sample = "{\"type\": \"accepted\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/accepted\", "
                  "\"time\": \"$TIME\", \"by_department\": \"quality\", \"by\": \"wang\"}",
    },
    [EVENT_RETURNED] = {
        .effect = "The holder hands the ticket back. It is routed again without that department; no "
                  "promise to the customer stops for it. After `max_returns` the first holder leads "
                  "until a person settles whose it is.",
        .needs = "reason|reason_code",
        .uses = "by by_department department",
        .sample = "{\"type\": \"returned\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/returned\", "
                  "\"time\": \"$TIME\", \"by_department\": \"quality\", "
                  "\"reason_code\": \"not_ours\", \"reason\": \"the wiring of the house\"}",
    },
    [EVENT_PENDING] = {
        .effect = "The ticket waits for somebody. Clocks of an SLA that pauses for them stand still "
                  "until it goes on. With an agent's `body` it is an answer, too.",
        .uses = "on by by_department from body reason",
        .sample = "{\"type\": \"pending\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/pending\", "
                  "\"time\": \"$TIME\", \"on\": \"customer\", \"from\": \"agent\", "
                  "\"body\": \"Could you send us the serial number?\"}",
    },
    [EVENT_RESUMED] = {
        .effect = "The wait is over: clocks run on with what was left.",
        .uses = "by by_department reason",
        .sample = "{\"type\": \"resumed\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/resumed\", "
                  "\"time\": \"$TIME\", \"by\": \"lee\"}",
    },
    [EVENT_PROMISED] = {
        .effect = "Somebody named a date to the customer (\"I will call at 16:00\"). It stands "
                  "whatever happens, until it is kept by `fulfilled` or a later answer, or promised "
                  "anew.",
        .needs = "due",
        .uses = "by by_department",
        .sample = "{\"type\": \"promised\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/promised\", "
                  "\"time\": \"$TIME\", \"due\": \"$DUE\", \"by\": \"lee\"}",
    },
    [EVENT_EXTENDED] = {
        .effect = "The resolution will take longer. It moves once, or as often as the SLA allows, "
                  "before it is broken and to a later time; the customer's promise says `moved`.",
        .needs = "due reason",
        .uses = "by by_department",
        .sample = "{\"type\": \"extended\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/extended\", "
                  "\"time\": \"$TIME\", \"due\": \"$DUE\", \"reason\": \"a part is on order\"}",
    },
    [EVENT_RESOLVED] = {
        .effect = "The matter is solved. Clocks and escalations end, `follow_up` begins. With an "
                  "agent's `body` it is an answer, too, and counts first.",
        .uses = "cause remedy fault by by_department from body",
        .sample = "{\"type\": \"resolved\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/resolved\", "
                  "\"time\": \"$TIME\", \"by_department\": \"quality\", "
                  "\"cause\": \"a faulty cell\", \"remedy\": \"replaced\", \"fault\": \"ours\"}",
    },
    [EVENT_REOPENED] = {
        .effect = "A ticket that was resolved or closed is taken up again: `response` starts anew, "
                  "`resolution` runs on. Of one that waits it ends the wait.",
        .creates = true,
        .uses = "by by_department reason " WORDS,
        .sample = "{\"type\": \"reopened\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/reopened\", "
                  "\"time\": \"$TIME\", \"reason\": \"it smokes again\"}",
    },
    [EVENT_CLOSED] = {
        .effect = "Nothing more is done. What was not resolved before ends unkept; a customer's "
                  "message afterwards goes to the last holder.",
        .uses = "by by_department reason from body",
        .sample = "{\"type\": \"closed\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/closed\", "
                  "\"time\": \"$TIME\"}",
    },
    [EVENT_MERGED] = {
        .effect = "The ticket goes on as another one: it is closed without being resolved, and its "
                  "messages are passed on.",
        .needs = "into",
        .uses = "by by_department reason",
        .sample = "{\"type\": \"merged\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/merged\", "
                  "\"time\": \"$TIME\", \"into\": \"T-4700\"}",
    },
    [EVENT_RATED] = {
        .effect = "The customer says how it was, which keeps `follow_up`: 1 or 2, or not solved, is "
                  "the trigger `low rating`; not solved reopens. With `of_department` one "
                  "department rates another, which keeps nothing.",
        .needs = "rating|solved",
        .uses = "comment of_department by by_department",
        .sample = "{\"type\": \"rated\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/rated\", "
                  "\"time\": \"$TIME\", \"rating\": 2, \"solved\": true, "
                  "\"comment\": \"It took three calls.\"}",
    },
    [EVENT_ACKNOWLEDGED] = {
        .effect = "A supervisor answers an escalation, which climbs no further. `ombudctl ack` "
                  "writes it.",
        .uses = "trigger group by due reason",
        .sample = "{\"type\": \"acknowledged\", \"ticket\": \"$TICKET\", "
                  "\"id\": \"$TICKET/acknowledged\", \"time\": \"$TIME\", \"by\": \"quality-lead\"}",
    },
    [EVENT_UNACKNOWLEDGED] = {
        .effect = "The answer is taken back: the escalation climbs on.",
        .uses = "trigger group by",
        .sample = "{\"type\": \"unacknowledged\", \"ticket\": \"$TICKET\", "
                  "\"id\": \"$TICKET/unacknowledged\", \"time\": \"$TIME\", "
                  "\"by\": \"quality-lead\"}",
    },
    [EVENT_SETTLED] = {
        .effect = "A person decided whose a ticket in dispute is. `ombudctl settle` writes it.",
        .needs = "department",
        .uses = "by by_department reason",
        .sample = "{\"type\": \"settled\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/settled\", "
                  "\"time\": \"$TIME\", \"department\": \"quality\", \"by\": \"director\"}",
    },
    [EVENT_FULFILLED] = {
        .effect = "The clock that it names was kept: an answer by telephone is `response`. With "
                  "`due` it is a holding letter, for clocks that one may move.",
        .needs = "clock",
        .uses = "due by by_department reason",
        .sample = "{\"type\": \"fulfilled\", \"ticket\": \"$TICKET\", "
                  "\"id\": \"$TICKET/fulfilled\", \"time\": \"$TIME\", \"clock\": \"response\", "
                  "\"by\": \"lee\"}",
    },
    [EVENT_ERASED] = {
        .effect =
            "The kept text and the customer's person are taken out of what is kept of the ticket and "
            "of its escalations; promises and holder stay. Without a `ticket`, but with a "
            "`customer`, of all tickets of that account on every partition, ended ones too; with "
            "`account` and `contact`, of that contact's in the account. The decision does not name "
            "them: let the `id` be the number of the request, not a name.",
        .uses = "customer by reason",
        .sample = "{\"type\": \"erased\", \"ticket\": \"$TICKET\", \"id\": \"$TICKET/erased\", "
                  "\"time\": \"$TIME\", \"by\": \"privacy-lead\"}",
        .account_sample =
            "{\"type\": \"erased\", \"id\": \"erased/$HASH/$TIME\", \"time\": \"$TIME\", "
            "\"customer\": {\"account\": \"$ACCOUNT\"}, \"by\": \"privacy-lead\"}",
    },
    [EVENT_SNAPSHOT] = {
        .effect = "The whole row of a ticket, from a table that is copied: what differs from the row "
                  "before is done as if it had come as an event. Rows of a first copy (`initial`) "
                  "build state and escalate nothing.",
        .creates = true,
        .uses = "status initial department reason reason_code by by_department due cause remedy "
                "fault origin " WORDS,
        .sample = "{\"type\": \"snapshot\", \"ticket\": \"$TICKET\", "
                  "\"id\": \"$TICKET/snapshot\", \"time\": \"$TIME\", \"status\": \"pending\", "
                  "\"department\": \"quality\", \"subject\": \"The charger is on fire\", "
                  "\"category\": \"quality\", \"priority\": 2}",
    },
    [EVENT_LINKED] = {
        .effect = "An internal ticket serves this one and asks how it stands.",
        .ours = true,
        .uses = "origin",
    },
    [EVENT_ORIGIN_CHANGED] = {
        .effect = "The customer's ticket that this internal one serves became more or less urgent, "
                  "or ended.",
        .ours = true,
        .uses = "origin status",
    },
    [EVENT_LOAD] = {
        .effect = "No ticket's: how much work another partition has for each department with a "
                  "`capacity`.",
        .ours = true,
        .uses = "attributes",
    },
    [EVENT_ACCOUNT_ERASED] = {
        .effect = "No ticket's: another partition was told to erase an account, and this one has "
                  "its share of the tickets.",
        .ours = true,
        .uses = "customer",
    },
};

const struct event_guide *event_guide(enum event_type type)
{
    return &rows[type];
}

struct replacement {
    const char *name;
    struct str value;
};

static void fill(const char *sample, const struct replacement *replacements, struct buf *out)
{
    for (const char *at = sample; *at;) {
        const struct replacement *found = replacements;
        while (found->name && strncmp(at, found->name, strlen(found->name)) != 0)
            found++;
        if (found->name)
            buf_add_str(out, found->value);
        else
            buf_add_char(out, *at);
        at += found->name ? strlen(found->name) : 1;
    }
}

bool event_sample(enum event_type type, struct str ticket, time_ms now, struct buf *out)
{
    char time[TIME_TEXT_SIZE], due[TIME_TEXT_SIZE];
    if (rows[type].ours)
        return false;
    const struct replacement replacements[] = {
        { "$TICKET", ticket },
        { "$TIME", time_format(now, time) },
        { "$DUE", time_format(now + SAMPLE_DUE_HOURS * TIME_HOUR, due) },
        { NULL, STR_NONE },
    };
    fill(rows[type].sample, replacements, out);
    return true;
}

bool event_account_sample(enum event_type type, struct str account, time_ms now, struct buf *out)
{
    char time[TIME_TEXT_SIZE], hash[17];
    if (!rows[type].account_sample)
        return false;
    snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)hash64(account));
    const struct replacement replacements[] = {
        { "$ACCOUNT", account },
        { "$HASH", str_from(hash) },
        { "$TIME", time_format(now, time) },
        { NULL, STR_NONE },
    };
    fill(rows[type].account_sample, replacements, out);
    return true;
}
