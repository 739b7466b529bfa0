/* The matcher language: conditions over an event, joined by `and`, `or`, `not` and parentheses
 * (`or` binds least, `not` most).
 *
 *     signal == text.legal and score >= 60        category in (billing, refund)
 *     body =~ "refund(ed)?"                       customer.tier != gold
 *     band <= P2 and not attributes.region        department not in (legal, privacy)
 *
 * Operators: == != =~ !~ < <= > >= in, `not in`. A field alone asks whether it is there. Words need
 * no quotes unless they hold blanks or one of =!~<>(),"'; \" and \\ are the only escapes between
 * double quotes (a regular expression keeps every backslash but that of \"), between single quotes
 * there is none. Comparisons mind the case but for names that people
 * give (label, category, channel, lang, tags, status, tiers, lifecycles, departments); `=~` does
 * unless it begins with (?i). Regular expressions are those of
 * lexicons (Perl's without look-around and back-references; \b \w \d know ASCII only, so that \b
 * stands between 的 and "password"): their time grows with the text alone.
 *
 * `learned` is the department that a model made by `ombudctl learn` would choose, `margin` how sure
 * it is, 0 to 100: `learned == billing and margin >= 20`. Of a ticket that tells of a danger, and
 * without a model, both are absent.
 *
 * Escalations and steps of ladders may ask which `clock` warned or ran out ("response",
 * "REGULATION.CLOCK"), and by which `sla` (or agreement, or regulation) it runs; where they are not
 * about a clock, that one is absent, and `sla` is the ticket's. Silences and inhibitions are asked
 * about notices, which have a `level` and a `clock` and of the ticket only what matcher_stranger
 * lets pass. Tickets have none of them.
 *
 * `signal` and `tags` are sets: == and `in` ask for one that is equal, =~ for one that matches.
 * `strongest` is the text signal with the most points: what the customer mostly talks about.
 * `band <= P2` means P1 or P2. What is absent equals nothing and is in no order, so `!=`, `!~` and
 * `not in` hold for it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"
#include "base/error.h"
#include "learn/learned.h"
#include "model/event.h"

struct matcher;

/* The memory in which regular expressions run: one a thread at a time. It grows when a pattern runs
 * in it for the first time, and never again. */
struct match_scratch;
struct match_scratch *match_scratch_new(void);
void match_scratch_free(struct match_scratch *scratch); /* NULL is fine */

/* What a matcher can see. All borrowed. */
struct facts {
    struct match_scratch *scratch; /* NULL only where no matcher has a regular expression */
    const struct event *event;
    const struct str *signals; /* names: "text.safety"; text first, the strongest leading */
    size_t signal_count;
    int score;
    int band;                        /* 0..3; -1: of a notice about a dead letter, which has none */
    struct str label;                /* absent: none */
    struct str category;             /* of the ticket, which outlives the event's */
    const struct customer *customer; /* enriched; NULL: the event's */
    struct str department;           /* slug of the responsible one, absent before routing */
    struct str trigger;              /* in ladders and escalations */
    struct str level;                /* of a notice: whom it tells */
    struct str clock;                /* which promise an escalation or a notice is about */
    struct str sla;                  /* of an escalation: by which terms that one runs */
    struct learned *learned;         /* asked when a matcher asks; NULL: nothing is learned */
};

/* What a matcher compares with: a value of == != in, or a pattern of =~ !~. */
enum matcher_use { MATCHER_VALUE, MATCHER_PATTERN };

/* Told of everything that a matcher compares texts with: `field` is "signal", `value` "text.legal";
 * and of `learned` and `margin`, without a value, wherever they stand. Both live as long as the
 * matcher. */
typedef void matcher_use_fn(void *arg, enum matcher_use kind, struct str field, struct str value);

/* NULL + err with the column (1-based, in characters of `text`) on a syntax error, an unknown field
 * or a value the field can never have. `use` may be NULL. The matcher lives in `arena`; what its
 * regular expressions need is released by matcher_close. */
struct matcher *matcher_parse(struct str text, struct arena *arena, matcher_use_fn *use, void *arg,
                              struct error *err);
/* Releases what an arena cannot (compiled expressions). NULL is fine. The memory stays the
 * arena's. */
void matcher_close(struct matcher *matcher);

/* Whether it asks for `learned` or `margin`. */
bool matcher_asks_learned(const struct matcher *matcher);

/* Any number of threads may ask the same matcher, each with scratch memory of its own. */
bool matcher_matches(const struct matcher *matcher, const struct facts *facts);

/* What a matcher is asked about: a ticket with all that is known of it, the same in an escalation,
 * or a notice, of which no more is known than whom it tells and why. */
enum matcher_about { MATCHER_OF_TICKETS, MATCHER_OF_CLIMBS, MATCHER_OF_NOTICES };
/* The first field that it asks for and that such a thing never has; absent: there is none. */
struct str matcher_stranger(const struct matcher *matcher, enum matcher_about about);
/* Whether it compares `ticket` with this very one, and does not exclude it. */
bool matcher_names_ticket(const struct matcher *matcher, struct str ticket);

/* For `near_miss`: the first condition that fails, as written ("category == billing"), and how many
 * conditions held of how many; of alternatives, those of the one that came nearest. Once one
 * failed, regular expressions and what is learned count as failed without being tried. */
struct near_miss {
    struct str failed; /* points into the matcher; absent when it matches */
    unsigned held, total;
};
/* matcher_matches, and the reason where it is false. */
bool matcher_explain(const struct matcher *matcher, const struct facts *facts,
                     struct near_miss *miss);

/* Whether `conclusion` certainly matches whatever all of `premises` match: for lint. False where
 * that would take more than comparing values and ranges. */
bool matcher_implies(const struct matcher *const *premises, size_t count,
                     const struct matcher *conclusion);

/* Whether `matcher` certainly matches nothing of what all of `premises` match: likewise. */
bool matcher_excludes(const struct matcher *const *premises, size_t count,
                      const struct matcher *matcher);

/* The fields of the language, for documents and suggestions; attributes.NAME comes on top. */
const struct str *matcher_fields(size_t *count);
