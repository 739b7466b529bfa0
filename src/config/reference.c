/* The reference page and `help config`, from the rows. */
#include "config/reference.h"

#include <stdio.h>
#include <string.h>

#include "config/setting.h"
#include "match/match.h"
#include "reference_row.h"

static const char introduction[] =
    "# Configuration\n"
    "\n"
    "This page is generated from the table of settings (`src/config/rows.c`): change it there, "
    "then\n"
    "run `ombudctl help config --markdown > docs/config.md`.\n"
    "\n"
    "The configuration is YAML. `ombudctl check FILE` says everything that is wrong with it, as\n"
    "`file:line:column: sentence`; `ombudctl help config KEY` explains one key. A complete, "
    "commented\n"
    "one is [conf/ombud.yaml](../conf/ombud.yaml); `docs/schemas/config.schema.json` lets editors\n"
    "complete and check it.\n"
    "\n"
    "**Files.** `include: [FILE or DIRECTORY, …]` reads other files first, relative to the file "
    "that\n"
    "names them; a directory gives its `*.yaml` in the order of their names. Then the file's own "
    "keys\n"
    "win: maps are merged key by key, lists and single values are replaced. A department, ladder "
    "or\n"
    "calendar that is named again is replaced as a whole, and so is an SLA of the same name; "
    "further SLAs "
    "of\n"
    "the including file come before the included ones. The routing tree is replaced as a whole.\n"
    "Anchors, aliases and tags are not understood. Calendars, formats, lexicons and regulations "
    "that are\n"
    "not beside the configuration are taken from those that come with Ombud (`/usr/share/ombud`).\n"
    "\n"
    "**Values.** Durations are written `500ms`, `30s`, `15m`, `2h30m`, `7d`. Sizes are written\n"
    "`512KiB`, `64MiB`, percentages `75%`.\n"
    "\n"
    "**Targets** of SLAs are working time of the calendar (`30s`, `15m`, `4h`), working days "
    "(`5wd` ends\n"
    "when the fifth working day after today closes), calendar days (`15cd` ends with the fifteenth "
    "day\n"
    "after today), weeks (`8w`) or months (`2mo`: with the day of the same number, or the month's "
    "last).\n"
    "`d` is refused, because a day could be 24 hours, a working day or a calendar day. "
    "`first_day: counts`\n"
    "and `on_day_off: next` of the SLA move such ends. What counts as a day is a matter of the\n"
    "calendar's zone. Pauses and warnings are in working time; of targets in calendar days, weeks "
    "and\n"
    "months, in elapsed time.\n"
    "\n"
    "**Reload.** `systemctl reload` (SIGHUP) takes over a new configuration at a transaction "
    "boundary,\n"
    "all or nothing. Settings marked *restart* cannot change that way: the reload is refused, and "
    "the\n"
    "old configuration stays. The fingerprint in every record covers all settings that decide\n"
    "something; those of the service are not in it.\n";

static const char matchers[] =
    "\n"
    "## Matchers\n"
    "\n"
    "Conditions over the event, the customer and what the router found, "
    "joined by `and`, `or`, `not`\n"
    "and parentheses (`or` binds least, `not` most):\n"
    "\n"
    "```\n"
    "signal == text.legal and score >= 60\n"
    "category in (billing, refund) and customer.tier != gold\n"
    "band <= P2 and not attributes.region\n"
    "body =~ '(?i)refund(ed)?'\n"
    "```\n"
    "\n"
    "Operators are `==`, `!=`, `<`, `<=`, `>`, `>=`, `in (…)`, `not in (…)`, and `=~`, `!~` for\n"
    "regular expressions (without look-around and back-references), which are found anywhere in a\n"
    "value: `^…$` is all of it. Case matters but in names that people give (`category`, `tags`,\n"
    "tiers, departments …) and behind `(?i)`. A field alone\n"
    "asks whether it is there; what is absent equals nothing. Words need quotes only if they hold\n"
    "blanks or one of `=!~<>(),\"';`. `signal` and `tags` are sets: `==` asks whether they hold "
    "the\n"
    "value. `strongest` is the text signal with the most points. `band <= P2` means P1 or P2.\n"
    "\n"
    "Fields: ";

static const char lexicons[] =
    "\n"
    "## Lexicons\n"
    "\n"
    "A lexicon file holds the concepts of one category in one language; the signal is "
    "`text.CATEGORY`.\n"
    "Texts and phrases are compared after normalisation (case, width, simplified and traditional\n"
    "characters); English phrases match whole words. A floor lifts the score whoever the customer "
    "is.\n"
    "\n"
    "```yaml\n"
    "category: safety\n"
    "lang: en\n"
    "concepts:\n"
    "  - name: fire        # the same name in another language is the same concept\n"
    "    points: 40        # 1 to 60; 0: heard only as a side of a pair, see score.pairs\n"
    "    floor: 80         # optional\n"
    "    phrases:\n"
    "      - caught fire\n"
    "      - \"{device} … {burns}\"\n"
    "      - \"(smoke|smoking) … (out of|from) (the|my|) {device}\"\n"
    "      - \"{child} & {swallow}\"\n"
    "    examples: [My toaster caught fire while I was out.]   # check asks whether they are "
    "heard\n"
    "figures: [\"(site|queue) … on fire with\"]   # figures of speech, and\n"
    "terms: [smoke detector~]                   # titles, products, terms: shown, but nothing "
    "inside counts\n"
    "except: [fire sale]                        # accidents of letters: not there at all\n"
    "```\n"
    "\n"
    "| in a phrase | stands for |\n"
    "|---|---|\n"
    "| `{class}` | any word of a class |\n"
    "| `(a\\|b\\|)` | one of these; an empty one: or nothing |\n"
    "| `word~` | an English word in all its forms: *catch, catches, caught, catching*; *child, "
    "children* |\n"
    "| `…` | a gap of up to 3 words or 6 Chinese characters within a clause; `…5`: of 5 or 10 |\n"
    "| `A & B` | both in either order, with such a gap between |\n"
    "| `#`, `#70-99` | a number, one in that range |\n"
    "\n"
    "What stands side by side must stand side by side in a text; a hyphen or a quote counts as a "
    "space. A\n"
    "phrase needs one part that is always there. English words of six letters and more are also "
    "found\n"
    "with a double letter written once and with *ie* for *ei*, words with an apostrophe without "
    "it.\n"
    "Of overlapping phrases of one category the longest counts, with a floor or without; sides of\n"
    "`score.pairs` are found beside it.\n"
    "\n"
    "Classes are maps of lists in any file of the language, often in one of their own, and may be "
    "made of\n"
    "classes; `spelling` lists misspellings, `words` those that are read as one (死活): no phrase "
    "begins or\n"
    "ends inside one of them, as 打死 would in 拨打死活不通.\n"
    "\n"
    "```yaml\n"
    "lang: en\n"
    "classes:\n"
    "  device: [phone~, power bank~, \"{vehicle}\"]\n"
    "  vehicle: [car~, \"(delivery|) van~\"]\n"
    "spelling: { fone: phone }\n"
    "```\n"
    "\n"
    "A file without `category` holds what changes the meaning of phrases near it, as lists of "
    "words,\n"
    "written as phrases are, such as `(label|leaflet) … says`:\n"
    "\n"
    "| list | what it does |\n"
    "|---|---|\n"
    "| `negation` | shortly before a phrase, in its clause: it is denied and counts nothing; two "
    "cancel "
    "each other |\n"
    "| `negation_exception` | contains a negation and denies nothing: *not only* |\n"
    "| `question` | before a phrase or at the end of its clause: it is only imagined, see "
    "`score.question` |\n"
    "| `presuming` | in a question takes the phrase as given: *why* |\n"
    "| `intensifier` | next to a phrase: it weighs more, see `score.intensify` |\n"
    "| `contrast` | a negation or question before it reaches no further: *but* |\n"
    "| `hearsay` | before a phrase in its sentence: it is another's matter: *I read that* |\n"
    "| `others` | before a phrase in its clause: likewise: *my neighbour's* |\n"
    "| `past` | in the clause of a phrase: it is long past (half a year and more): *last year* |\n"
    "| `since` | beside `past`: it tells when a thing was got, not what happened: *bought* |\n"
    "| `settled` | behind a phrase or right before it: it is in order again: *has been fixed* |\n"
    "| `imagined` | before a phrase in its sentence, or behind it in its clause: *in the film* |\n"
    "| `present` | in the sentence: the matter is of now and real, so the five above do not "
    "hold: *still* |\n"
    "| `supposed` | behind a phrase in its clause: it only might be: *waiting to happen* |\n"
    "| `figures`, `terms`, `except` | as above, for phrases of every category |\n"
    "| `confirmed` | behind a phrase that is asked or feared, up to the end of the next sentence: "
    "it came about: *it did* |\n"
    "| `works` | beside quotation marks: they hold a title, in which a phrase counts nothing: "
    "*film* |\n"
    "\n"
    "Of overlapping words the longest counts, and a word that is part of a phrase says nothing "
    "about\n"
    "others. A question mark alone makes a phrase a question only if it has no floor.\n";

static void write_matchers(struct buf *out)
{
    size_t count = 0;
    const struct str *fields = matcher_fields(&count);

    buf_printf(out, "%s", matchers);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "`%.*s`, ", STR_ARG(fields[i]));
    buf_printf(out, "`attributes.NAME`.\n");
}

static void write_example(const char *key, const char *example, struct buf *out)
{
    buf_printf(out, "```yaml\n%s:\n", key);
    for (const char *line = example; line;) {
        const char *end = strchr(line, '\n');
        buf_printf(out, "  %.*s\n", end ? (int)(end - line) : (int)strlen(line), line);
        line = end ? end + 1 : NULL;
    }
    buf_printf(out, "```\n\n");
}

static void write_rows(const struct setting_table *table, const char *path, unsigned flags,
                       struct buf *out)
{
    char inner[160];

    buf_printf(out, "| key | | |\n|---|---|---|\n");
    for (size_t i = 0; i < table->count; i++) {
        const struct setting *row = &table->rows[i];
        if (!setting_is_shown(row))
            continue;
        buf_printf(out, "| `%s%s` | ", path, row->key);
        setting_describe(row, flags, true, out);
        buf_printf(out, " | %s |\n", row->help);
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct setting *row = &table->rows[i];
        /* The tree's nodes are all alike: once is enough. */
        if (!row->inner || row->inner == table)
            continue;
        setting_child_path(row, path, inner, sizeof(inner));
        buf_printf(out, "\n### `%.*s`\n\n%s\n\n", (int)(strlen(inner) - 1), inner, row->help);
        if (row->inner->example)
            write_example(row->key, row->inner->example, out);
        write_rows(row->inner, inner, flags | row->flags, out);
    }
}

void config_reference_markdown(struct buf *out)
{
    buf_printf(out, "%s", introduction);
    write_matchers(out);
    buf_printf(out, "%s\n## Settings\n\n", lexicons);
    write_rows(&settings, "", 0, out);
}

static void list_rows(const struct setting_table *table, struct buf *out)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct setting *row = &table->rows[i];
        if (!setting_is_shown(row))
            continue;
        buf_printf(out, "  %-17s ", row->key);
        setting_describe(row, 0, false, out);
        buf_add_char(out, '\n');
    }
}

static const struct setting *find_row(const struct setting_table *table, struct str key)
{
    for (size_t i = 0; i < table->count; i++) {
        if (setting_is_shown(&table->rows[i]) && str_is(key, table->rows[i].key))
            return &table->rows[i];
    }
    return NULL;
}

static bool unknown_key(const struct setting_table *table, struct str key, struct str part,
                        struct error *err)
{
    struct str names[64];
    size_t count = 0;
    for (size_t i = 0; i < table->count && count < 64; i++) {
        if (setting_is_shown(&table->rows[i]))
            names[count++] = str_from(table->rows[i].key);
    }
    struct str near = str_nearest(part, names, count);
    if (str_present(near))
        return error_set(err, "no setting is called '%.*s' (did you mean '%.*s%.*s'?)",
                         STR_ARG(key), (int)(part.data - key.data), key.data, STR_ARG(near));
    return error_set(err, "no setting is called '%.*s'", STR_ARG(key));
}

/* Where a key leads. */
struct found {
    const struct setting *row;         /* NULL: the whole configuration */
    const struct setting_table *table; /* the settings inside, or NULL */
    unsigned flags;                    /* SETTING_FIXED if it or one around it is */
};

/* The part up to the next dot; "slas[]" is "slas". */
static struct str part_at(struct str key, size_t at, size_t *end)
{
    *end = at;
    while (*end < key.size && key.data[*end] != '.')
        (*end)++;
    struct str part = { key.data + at, *end - at };
    if (part.size > 2 && part.data[part.size - 2] == '[' && part.data[part.size - 1] == ']')
        part.size -= 2;
    return part;
}

static bool find_key(struct str key, struct found *found, struct error *err)
{
    *found = (struct found){ .table = &settings };
    for (size_t at = 0, end; at < key.size; at = end + 1) {
        struct str part = part_at(key, at, &end);
        if (!found->table)
            return error_set(err, "'%s' has no settings inside", found->row->key);
        const struct setting *next = find_row(found->table, part);
        if (next) {
            *found =
                (struct found){ next, next->inner, found->flags | (next->flags & SETTING_FIXED) };
            continue;
        }
        /* Of a map's items any name will do. */
        bool item = found->row &&
                    (found->row->type == SETTING_MAP || found->row->type == SETTING_CALENDARS) &&
                    found->table == found->row->inner && end < key.size;
        if (!item)
            return unknown_key(found->table, key, part, err);
    }
    return true;
}

bool config_reference_key(struct str key, struct buf *out, struct error *err)
{
    struct found found;
    if (!find_key(key, &found, err))
        return false;
    if (found.row) {
        buf_printf(out, "%.*s: ", STR_ARG(key));
        setting_describe(found.row, found.flags, false, out);
        buf_printf(out, "\n\n%s\n", found.row->help);
    }
    if (found.table) {
        buf_printf(out, "%s", found.row ? "\n" : "");
        if (found.row && found.table->example)
            buf_printf(out, "For example:\n\n%s\n\n", found.table->example);
        list_rows(found.table, out);
    }
    return true;
}
