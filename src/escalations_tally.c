#include "escalations_tally.h"

#include "config/config.h"

const struct engine_counter escalations_tally_rows[] = {
    { "notices", false, "Notices read." },
    { "escalations", false, "Messages to supervisors." },
    { "deadletters", false, "Notices that could not be taken." },
    { "groups", true, "Groups with open notices." },
    { "members", true, "Open notices." },
    { "member_bytes", true, "Memory that they take." },
    { "suppressed", false, "Notices that were not told: inhibited, silenced, or known already." },
    { "muted", true, "Open notices that are inhibited or silenced." },
    { 0 },
};

void escalations_tally_values(const struct escalations_tally *tally, const struct groups *groups,
                              uint64_t *values)
{
    values[0] = tally->notices;
    values[1] = tally->messages;
    values[2] = deadletter_total(&tally->dead_letters);
    values[3] = groups_count(groups);
    values[4] = groups_members(groups);
    values[5] = groups_memory(groups);
    values[6] = tally->suppressed;
    values[7] = groups_muted(groups);
}

enum { SERIES_DEADLETTERS, SERIES_OPEN, SERIES_RULES };

const struct series_row escalations_tally_series_rows[] = {
    [SERIES_DEADLETTERS] = DEADLETTER_SERIES,
    [SERIES_OPEN] = { "open",
                      true,
                      "Notices that are open, by what became of them.",
                      { "level", "status" } },
    [SERIES_RULES] = RULE_HITS_SERIES,
    { 0 },
};

/* Whoever looks at a level wants to see it though it has nothing. */
static void count_open(const struct groups *groups, struct str level, series_fn *each, void *arg)
{
    uint64_t counts[NOTICE_RESOLVED + 1] = { 0 };
    size_t at = 0;
    for (const struct group *group; (group = groups_each(groups, &at)) != NULL;) {
        for (size_t i = 0; str_equal(group->level, level) && i < group->member_count; i++)
            counts[group->members[i]->status]++;
    }
    for (int status = 0; status < NOTICE_RESOLVED; status++) {
        struct str values[SERIES_LABELS] = { level, str_from(notice_status_name(status)) };
        each(arg, SERIES_OPEN, values, counts[status]);
    }
}

void escalations_tally_series(const struct escalations_tally *tally, const struct groups *groups,
                              const struct rule_hits *hits, const struct config *config,
                              series_fn *each, void *arg)
{
    deadletter_series(&tally->dead_letters, SERIES_DEADLETTERS, each, arg);
    for (size_t i = 0; i < config->level_count; i++)
        count_open(groups, config->levels[i].name, each, arg);
    rule_hits_series(hits, config, RULE_OF_ESCALATIONS, SERIES_RULES, each, arg);
}
