/* Pages for people: Markdown and man. */
#include "decode/event_reference.h"

#include <string.h>

#include "base/scdoc.h"
#include "decode/event_guide.h"
#include "format/event_fields.h"

/* The moment of the samples in documents: 2026-11-21T09:00:00Z. */
#define SAMPLE_TIME ((time_ms)1795251600000)
#define SAMPLE_TICKET STR("T-4711")
#define SAMPLE_ACCOUNT STR("acme")

enum { SAMPLE_COLUMNS = 76 };

static const char *const shape_names[] = {
    [SHAPE_TEXT] = "text",
    [SHAPE_WORD] = "text of up to 256 bytes",
    [SHAPE_IDENTIFIER] = "text or number of 1 to 128 bytes",
    [SHAPE_NAME] = "one of",
    [SHAPE_CHOICE] = "one of",
    [SHAPE_SECOND] = "one of",
    [SHAPE_TIME] = "time, RFC 3339 with offset",
    [SHAPE_INTEGER] = "whole number",
    [SHAPE_FLAG] = "true or false",
    [SHAPE_BOOL] = "true or false",
    [SHAPE_TAGS] = "list of texts",
    [SHAPE_ATTRIBUTES] = "object of texts, numbers, true and false",
    [SHAPE_CUSTOMER] = "object",
};

/* "one of `ours`, `customer`"; "whole number, 1 to 5". */
static void describe(const struct event_field *field, struct buf *out)
{
    buf_printf(out, "%s", shape_names[field->shape]);
    for (int i = 0; i < EVENT_FIELD_NAMES_MAX && field->names[i]; i++)
        buf_printf(out, "%s `%s`", i == 0 ? "" : ",", field->names[i]);
    if (field->shape == SHAPE_INTEGER)
        buf_printf(out, ", %d to %d", field->low, field->high);
}

/* "due|reason x" as "`due` or `reason`, `x`". */
static void list_fields(const char *fields, struct buf *out)
{
    for (const char *at = fields; *at;) {
        size_t size = strcspn(at, " |");
        buf_printf(out, "`%.*s`", (int)size, at);
        at += size;
        if (*at)
            buf_printf(out, *at == '|' ? " or " : ", ");
        at += *at != '\0';
    }
}

/* A sample of some 80 columns, broken between its members. */
static void break_sample(struct buf *sample, struct buf *out)
{
    size_t column = 0;
    for (const char *at = buf_text(sample); *at; at++) {
        bool ends = at[0] == ',' && at[1] == ' ' && at[2] == '"';
        buf_add_char(out, *at);
        column++;
        const char *after = ends ? strstr(at + 2, ", \"") : NULL;
        size_t member = !ends ? 0 : after ? (size_t)(after - at) : strlen(at);
        if (ends && column + member > SAMPLE_COLUMNS) {
            buf_printf(out, "\n ");
            column = 1;
            at++;
        }
    }
}

static void add_sample(enum event_type type, struct buf *out)
{
    struct buf sample = { 0 };
    event_sample(type, SAMPLE_TICKET, SAMPLE_TIME, &sample);
    break_sample(&sample, out);
    buf_clear(&sample);
    if (event_account_sample(type, SAMPLE_ACCOUNT, SAMPLE_TIME, &sample)) {
        buf_add_char(out, '\n');
        break_sample(&sample, out);
    }
    buf_free(&sample);
}

static const char introduction[] =
    "# Events\n"
    "\n"
    "This page is generated from tables (`src/decode/event_guide.c`, "
    "`src/format/event_fields.c`):\n"
    "change it there, then run `ombudctl help events --markdown > docs/events.md`.\n"
    "\n"
    "An event is one thing that happened to a ticket: a JSON object in UTF-8, a record each, in "
    "the\n"
    "home topic `ombud.events` with the ticket as its key. `type` and `ticket` are required (but "
    "an\n"
    "`erased` may name an account instead), the rest is as good as the producer can.\n"
    "Other shapes come in through a format, see "
    "[formats.md](formats.md).\n"
    "[schemas/event.schema.json](schemas/event.schema.json) is the same for programs;\n"
    "`ombudctl event TYPE` prints a valid one, and `ombudctl explain FILE` says what would become "
    "of "
    "it:\n"
    "\n"
    "```sh\n"
    "ombudctl event opened --ticket T-1 |\n"
    "    kcat -P -b localhost:9092 -t ombud.events -k T-1 -X partitioner=murmur2_random\n"
    "```\n"
    "\n"
    "**What is wrong with it.** What is no strict JSON, has a key twice, nests deeper than 64, is\n"
    "larger than `max_event`, or lacks a usable `type` or `ticket` goes to the dead-letter topic "
    "with "
    "its\n"
    "bytes and a reason. A field of the wrong shape is left out and named in the decision's "
    "`warnings`;\n"
    "where the event would then say more than was meant (a holding letter whose `due` cannot be\n"
    "read is no answer), it is `rejected`, and an `erased` goes to the dead letters. A field\n"
    "that nobody knows is ignored and counted; `null` is as good as absent. What makes no "
    "sense\n"
    "for the ticket as it stands has the outcome `rejected` with a reason, what changes nothing "
    "`echo`,\n"
    "an identity that was seen before `duplicate`, what is older than what already happened "
    "`late`.\n";

static void write_field(const char *parent, const struct event_field *field, struct buf *out)
{
    buf_printf(out, "| `%s%.*s` | ", parent, STR_ARG(field->name));
    describe(field, out);
    buf_printf(out, " | %s |\n", field->help);
}

static void write_type(enum event_type type, struct buf *out)
{
    const struct event_guide *guide = event_guide(type);
    buf_printf(out, "\n### `%s`\n\n%s\n\n", event_type_name(type), guide->effect);
    if (guide->ours)
        buf_printf(out, "Written by ombudd alone. ");
    if (!event_type_is_between_partitions(type))
        buf_printf(out, guide->creates ? "Makes the ticket where it is not known."
                                       : "Of a ticket that is not known it is rejected.");
    if (guide->needs) {
        buf_printf(out, " Needs ");
        list_fields(guide->needs, out);
        buf_add_char(out, '.');
    }
    buf_printf(out, "%sUses ", event_type_is_between_partitions(type) ? "" : " ");
    list_fields(guide->uses, out);
    buf_printf(out, ".\n");
    if (guide->ours)
        return;
    buf_printf(out, "\n```json\n");
    add_sample(type, out);
    buf_printf(out, "\n```\n");
}

void event_reference_markdown(struct buf *out)
{
    buf_printf(out, "%s\n## Types\n", introduction);
    for (int type = 0; type < EVENT_TYPE_COUNT; type++)
        write_type((enum event_type)type, out);
    buf_printf(out, "\n## Fields\n\n| field | | |\n|---|---|---|\n"
                    "| `type` | one of the types above | required |\n"
                    "| `ticket` | text or number of 1 to 128 bytes | required, but for an `erased` "
                    "that names an "
                    "account; the record's key, too |\n");
    for (size_t i = 0; i < event_field_count; i++)
        write_field("", &event_fields[i], out);
    for (size_t i = 0; i < customer_field_count; i++)
        write_field("customer.", &customer_fields[i], out);
}

static void man_type(enum event_type type, struct buf *out)
{
    const struct event_guide *guide = event_guide(type);
    struct buf text = { 0 }, sample = { 0 };
    buf_printf(out, "## ");
    scdoc_add(out, event_type_name(type));
    buf_printf(out, "\n\n");
    buf_printf(&text, "%s", guide->effect);
    if (guide->ours)
        buf_printf(&text, " Written by ombudd alone.");
    if (guide->needs) {
        buf_printf(&text, " Needs ");
        list_fields(guide->needs, &text);
        buf_add_char(&text, '.');
    }
    buf_printf(&text, " Uses ");
    list_fields(guide->uses, &text);
    buf_add_char(&text, '.');
    scdoc_add(out, buf_text(&text));
    buf_printf(out, "\n\n");
    if (!guide->ours) {
        add_sample(type, &sample);
        scdoc_add_literal(out, buf_text(&sample));
        buf_add_char(out, '\n');
    }
    buf_free(&text);
    buf_free(&sample);
}

static void man_field(const char *parent, const struct event_field *field, struct buf *out)
{
    struct buf text = { 0 };
    buf_printf(&text, "`%s%.*s` ", parent, STR_ARG(field->name));
    describe(field, &text);
    scdoc_add(out, buf_text(&text));
    buf_printf(out, "\n\t");
    scdoc_add(out, field->help);
    buf_printf(out, "\n\n");
    buf_free(&text);
}

void event_reference_man(struct buf *out)
{
    buf_printf(out,
               "ombud-events(7)\n\n# NAME\n\nombud-events - what ombudd reads\n\n# DESCRIPTION\n\n"
               "An event is one thing that happened to a ticket: a JSON object in UTF-8, a record\n"
               "each, in the home topic _ombud.events_ with the ticket as its key. *type* and\n"
               "*ticket* are required, but an _erased_ may name an account instead. What cannot be "
               "read goes to the dead-letter topic with the\n"
               "reason; a field of the wrong shape is left out with a warning in the decision.\n"
               "*ombudctl event* TYPE prints a valid one.\n\n# TYPES\n\n");
    for (int type = 0; type < EVENT_TYPE_COUNT; type++)
        man_type((enum event_type)type, out);
    buf_printf(out, "# FIELDS\n\n");
    for (size_t i = 0; i < event_field_count; i++)
        man_field("", &event_fields[i], out);
    for (size_t i = 0; i < customer_field_count; i++)
        man_field("customer.", &customer_fields[i], out);
    buf_printf(out, "# SEE ALSO\n\n*ombudctl*(1), *ombudd*(8), *ombud.yaml*(5)\n");
}

/* The first sentence of an effect. */
static int first_sentence(const char *effect)
{
    const char *end = strstr(effect, ". ");
    return (int)(end ? end - effect + 1 : (ptrdiff_t)strlen(effect));
}

void event_reference_list(struct buf *out)
{
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        const struct event_guide *guide = event_guide((enum event_type)type);
        if (!guide->ours)
            buf_printf(out, "  %-15s %.*s\n", event_type_name((enum event_type)type),
                       first_sentence(guide->effect), guide->effect);
    }
}
