#include "escalate/quiet.h"

#include "escalate/notice_facts.h"

bool quiet_covers(const struct silence *silence, const struct notice *notice,
                  struct match_scratch *scratch)
{
    struct notice_facts seen;
    notice_facts(notice, scratch, &seen);
    if (!matcher_matches(silence->matcher, &seen.facts))
        return false;
    return !notice->floored || matcher_names_ticket(silence->matcher, notice->ticket);
}

time_ms quiet_end(const struct config *config, const struct silence *silence)
{
    return time_min(silence->until, silence->from + config->max_silence);
}

bool quiet_is_on(const struct quiet *quiet, const struct silence *silence, time_ms now)
{
    return silence->from <= now && now < quiet_end(quiet->config, silence) &&
           !(silence->until_resolved && spent_has(quiet->spent, silence->id));
}

/* Of several the one that lasts longest: the order of a table is none. */
static bool silenced(const struct quiet *quiet, const struct notice *notice, time_ms now,
                     struct cause *why)
{
    const struct silence *silence;
    bool found = false;
    for (size_t at = 0; (silence = silences_next(quiet->silences, &at)) != NULL;) {
        time_ms until = quiet_end(quiet->config, silence);
        bool longer = !found || until > why->until ||
                      (until == why->until && str_compare(silence->id, why->name) < 0);
        if (!longer || !quiet_is_on(quiet, silence, now) ||
            !quiet_covers(silence, notice, quiet->scratch))
            continue;
        *why = (struct cause){ SUPPRESSED_BY_SILENCE, silence->id, until };
        found = true;
    }
    return found;
}

bool quiet_judge(const struct quiet *quiet, const struct member *member,
                 const struct notice *notice, time_ms now, struct cause *why)
{
    const struct config_inhibit *rule =
        quiet->config->inhibit_count ? inhibitions_judge(quiet->inhibitions, notice) : NULL;
    if (rule) {
        *why = (struct cause){ SUPPRESSED_BY_INHIBITION, rule->name, TIME_NEVER };
        return true;
    }
    if (silenced(quiet, notice, now, why))
        return true;
    if (member->told != notice_mark(notice))
        return false;
    *why = (struct cause){ SUPPRESSED_AS_DUPLICATE, STR_NONE, TIME_NEVER };
    return true;
}
