/* ombud.yaml(5), from the rows. */
#include "config/reference.h"

#include <stdio.h>

#include "base/scdoc.h"
#include "config/setting.h"
#include "match/match.h"
#include "reference_row.h"

static const char introduction[] =
    "ombud.yaml(5)\n\n# NAME\n\nombud.yaml - the configuration of ombudd\n\n# DESCRIPTION\n\n"
    "A YAML file, by default _/etc/ombud/ombud.yaml_: who answers what, what is promised, who is\n"
    "told when a promise is at risk, and how Kafka is reached. *ombudctl check* FILE says "
    "everything\n"
    "that is wrong with it as file:line:column: sentence, *ombudctl help config* KEY explains one\n"
    "setting, *ombudctl diff* shows what a change would have changed.\n\n"
    "_include_ reads other files first; then the file's own keys win. Maps are merged key by key,\n"
    "lists and single values are replaced; departments, ladders, calendars and SLAs that are "
    "named\n"
    "again are replaced as a whole.\n\n"
    "Lexicons, formats, calendars and regulations are looked for beside the configuration, then\n"
    "among those that come with Ombud, in _/usr/share/ombud_: a copy beside the configuration "
    "stands\n"
    "before the one that ships, and no upgrade touches it.\n\n"
    "*systemctl reload* takes a new configuration over at a transaction boundary, all or nothing.\n"
    "Settings marked _restart_ cannot change that way: the reload is refused.\n\n"
    "Secrets are given by file: *{ file: \"${CREDENTIALS\\_DIRECTORY}/kafka-password\" }* is\n"
    "_/etc/credstore/kafka-password_ of the unit *ombudd@.service*.\n\n"
    "# VALUES\n\n"
    "Durations are written 500ms, 30s, 15m, 2h30m, 7d; sizes 512KiB, 64MiB; percentages 75%.\n"
    "Targets of SLAs are working time of the calendar (15m, 4h), working days (5wd), calendar "
    "days\n"
    "(15cd), weeks (8w) or months (2mo); _d_ alone is refused, because a day could be any of "
    "these.\n\n";

static const char matchers[] = "# MATCHERS\n\n"
                               "Conditions over the event, the customer and what was found in the "
                               "words, joined by _and_, _or_,\n"
                               "_not_ and parentheses:\n\n"
                               "```\n"
                               "signal == text.legal and score >= 60\n"
                               "category in (billing, refund) and customer.tier != gold\n"
                               "body =~ '(?i)refund(ed)?'\n"
                               "```\n\n"
                               "Operators are == != < <= > >= in, not in, and =\\~ !\\~ for "
                               "regular expressions. A field alone\n"
                               "asks whether it is there. Fields: ";

static const char end[] = "# FILES\n\n"
                          "_/etc/ombud/NAME.yaml_\n\tthe configuration of *ombudd@NAME.service*\n\n"
                          "_/usr/share/ombud_\n\tlexicons, formats, calendars and regulations that "
                          "come with Ombud, and a\n"
                          "\tcommented configuration\n\n"
                          "_/etc/credstore_\n\tsecrets, for *LoadCredential=* of the unit\n\n"
                          "# SEE ALSO\n\n*ombudd*(8), *ombudctl*(1), *ombud-events*(7)\n";

static void write_matchers(struct buf *out)
{
    size_t count = 0;
    const struct str *fields = matcher_fields(&count);

    buf_printf(out, "%s", matchers);
    for (size_t i = 0; i < count; i++) {
        scdoc_add(out, fields[i].data);
        buf_printf(out, ", ");
    }
    buf_printf(out, "attributes.NAME.\n\n");
}

/* A setting a paragraph, those inside it after it, each with its whole name. */
static void write_rows(const struct setting_table *table, const char *path, unsigned flags,
                       struct buf *out)
{
    char inner[160];

    for (size_t i = 0; i < table->count; i++) {
        const struct setting *row = &table->rows[i];
        struct buf name = { 0 }, kind = { 0 };
        if (setting_is_shown(row)) {
            buf_printf(&name, "%s%s", path, row->key);
            setting_describe(row, flags, false, &kind);
            buf_add_char(out, '*');
            scdoc_add(out, buf_text(&name));
            buf_printf(out, "* ");
            scdoc_add(out, buf_text(&kind));
            buf_printf(out, "\n\t");
            scdoc_add(out, row->help);
            buf_printf(out, "\n\n");
        }
        buf_free(&name);
        buf_free(&kind);
        /* The tree's nodes are all alike: once is enough. */
        if (!row->inner || row->inner == table)
            continue;
        setting_child_path(row, path, inner, sizeof(inner));
        write_rows(row->inner, inner, flags | row->flags, out);
    }
}

void config_reference_man(struct buf *out)
{
    buf_printf(out, "%s", introduction);
    buf_printf(out, "# SETTINGS\n\n");
    write_rows(&settings, "", 0, out);
    write_matchers(out);
    buf_printf(out, "%s", end);
}
