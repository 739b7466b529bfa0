#include "format/event_fields.h"

#include "model/event.h"

#define FIELD(type, member, kind)                                                                  \
    .name = STR(#member), .shape = SHAPE_##kind, .offset = offsetof(struct type, member)

#define OF(type) (UINT32_C(1) << EVENT_##type)

/* The most frequent first: members are looked up one by one. */
const struct event_field event_fields[] = {
    { FIELD(event, id, IDENTIFIER),
      .help = "names the event, once per source: a second one of the same id changes nothing. "
              "Missing: the place where it was first read" },
    { FIELD(event, time, TIME),
      .help = "when it happened at the source. Missing: Kafka's timestamp; more than five minutes "
              "ahead of that: taken as that, with a warning" },
    { FIELD(event, customer, CUSTOMER), .help = "who the customer is" },
    { FIELD(event, subject, TEXT), .help = "a line of the customer's words" },
    { FIELD(event, body, TEXT), .help = "the words that were written or said" },
    { FIELD(event, lang, WORD), .help = "the language of the words, `zh` or `en`" },
    { FIELD(event, channel, WORD),
      .help = "how they came (`hotline`, `mail`, `regulator`): `score.channels` gives points" },
    { FIELD(event, category, WORD),
      .help = "what the source says that it is about: for matchers and `score.categories`" },
    { FIELD(event, tags, TAGS), .help = "marks, for matchers" },
    { FIELD(event, priority, INTEGER), .low = 1, .high = 4,
      .help = "how urgent the source says that it is, 1 the most" },
    { FIELD(event, attributes, ATTRIBUTES),
      .help = "anything else that matchers may ask for: a name and a scalar each" },
    { FIELD(event, from, CHOICE), .names = { "customer", "agent", "internal" },
      .help = "who wrote it; `customer` where it says nothing" },
    { FIELD(event, automated, BOOL),
      .help = "a machine wrote it: it is nobody's answer, and keeps no promise" },
    { FIELD(event, department, WORD), .help = "a department, by its slug, name or alias" },
    { FIELD(event, reason, TEXT), .help = "why, in a sentence" },
    { FIELD(event, reason_code, NAME),
      .names = { "not_ours", "wrong_area", "incomplete", "overlap", "duplicate" },
      .help = "why a department returns it; `incomplete` counts against who gave it" },
    { FIELD(event, by, WORD), .help = "the person who did it" },
    { FIELD(event, by_department, WORD), .help = "the department that did it" },
    { FIELD(event, trigger, WORD), .narrows = OF(ACKNOWLEDGED) | OF(UNACKNOWLEDGED),
      .help = "the trigger whose escalation is meant; missing: all of the ticket" },
    { FIELD(event, group, WORD), .help = "the group of escalations that was answered" },
    { FIELD(event, due, TIME), .narrows = OF(FULFILLED), .help = "the time that was named" },
    { FIELD(event, clock, WORD), .help = "the clock that was kept, by its name" },
    { FIELD(event, on, NAME), .names = { "customer", "third_party" },
      .help = "for whom the ticket waits; `customer` where it says nothing" },
    { FIELD(event, cause, TEXT), .help = "the cause that was confirmed" },
    { FIELD(event, remedy, TEXT), .help = "what was done about it" },
    { FIELD(event, fault, NAME), .names = { "ours", "customer", "third_party", "none" },
      .help = "whose fault it was" },
    { FIELD(event, rating, INTEGER), .low = 1, .high = 5, .help = "how it was, 5 the best" },
    { FIELD(event, solved, FLAG), .help = "whether it is solved, as who rates it sees it" },
    { FIELD(event, comment, TEXT), .help = "what goes with the rating" },
    { FIELD(event, of_department, WORD), .narrows = OF(RATED),
      .help = "the department that is rated by another; missing: the customer rates" },
    { FIELD(event, into, IDENTIFIER), .help = "the ticket that goes on in this one's place" },
    { FIELD(event, origin, IDENTIFIER),
      .help = "the customer's ticket that an internal one serves" },
    { FIELD(event, status, WORD),
      .help = "of a row: `new`, `open`, `pending`, `resolved` or `closed`" },
    { FIELD(event, initial, BOOL),
      .help = "the row is part of a first copy: it builds state and escalates nothing" },
};
const size_t event_field_count = sizeof(event_fields) / sizeof(event_fields[0]);

const struct event_field customer_fields[] = {
    { FIELD(customer, account, IDENTIFIER), .narrows = OF(ERASED) | OF(ACCOUNT_ERASED),
      .help = "the customer's account; missing: `contact`" },
    { FIELD(customer, contact, IDENTIFIER), .narrows = OF(ERASED) | OF(ACCOUNT_ERASED),
      .help = "the person" },
    { .name = STR("kind"),
      .shape = SHAPE_SECOND,
      .offset = offsetof(struct customer, internal),
      .names = { "external", "internal" },
      .help = "`internal`: a department that depends on another's work; `external` where it says "
              "nothing" },
    { FIELD(customer, department, WORD), .help = "the department that is the internal customer" },
    { FIELD(customer, tier, WORD),
      .help = "like `value`, `lifecycle` and `vulnerable` only for companies whose CRM writes no "
              "customers topic: what that says goes before" },
    { FIELD(customer, value, INTEGER), .low = 0, .high = 100, .help = "0 to 100" },
    { FIELD(customer, lifecycle, NAME),
      .names = { "onboarding", "active", "renewal", "at_risk", "churned" },
      .help = "where the account is in its life" },
    { FIELD(customer, vulnerable, FLAG), .help = "somebody to take special care of" },
};
const size_t customer_field_count = sizeof(customer_fields) / sizeof(customer_fields[0]);
