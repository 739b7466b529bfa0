#include "tickets_tally.h"

enum counter {
    COUNT_APPLIED,
    COUNT_DUPLICATES,
    COUNT_LATE,
    COUNT_ECHOES,
    COUNT_REJECTED,
    COUNT_TIMERS,
    COUNT_DISPATCHES,
    COUNT_PROMISES,
    COUNT_PROVISIONAL,
    COUNT_NOTICES,
    COUNT_DECISIONS,
    COUNT_DEADLETTERS,
    COUNT_SKIPPED,
    COUNT_FORWARDS,
    COUNT_ERRANDS,
    COUNT_UNANCHORED,
    COUNT_WARNINGS,
    COUNT_UNKNOWN_FIELDS,
    COUNT_MISSING_FIELDS,
    COUNT_TICKETS,
    COUNT_STATE_BYTES,
    COUNT_TEXT_BYTES,
    COUNTER_COUNT
};

const struct engine_counter tally_rows[COUNTER_COUNT + 1] = {
    [COUNT_APPLIED] = { "applied", false, "Events that changed a ticket." },
    [COUNT_DUPLICATES] = { "duplicates", false, "Events that were known already." },
    [COUNT_LATE] = { "late", false, "Events older than the last one of their ticket." },
    [COUNT_ECHOES] = { "echoes", false, "Events that say what we had said." },
    [COUNT_REJECTED] = { "rejected", false, "Events that the ticket did not allow." },
    [COUNT_TIMERS] = { "timers", false, "Deadlines that fired." },
    [COUNT_DISPATCHES] = { "dispatches", false, "Records to departments." },
    [COUNT_PROMISES] = { "promises", false, "Records of promises to customers." },
    [COUNT_PROVISIONAL] = { "provisional", false,
                            "Promises that reach past the dates that a calendar knows." },
    [COUNT_NOTICES] = { "notices", false, "Records to the stage of escalations." },
    [COUNT_DECISIONS] = { "decisions", false, "Records of decisions." },
    [COUNT_DEADLETTERS] = { "deadletters", false, "Events that could not be taken." },
    [COUNT_SKIPPED] = { "skipped", false, "Records that their format knows to be no events." },
    [COUNT_FORWARDS] = { "forwards", false, "Events of another partition, sent there." },
    [COUNT_ERRANDS] = { "errands", false,
                        "Records from internal tickets to those that they serve, and back." },
    [COUNT_UNANCHORED] = { "unanchored", false,
                           "Internal tickets that turned out to serve no customer." },
    [COUNT_WARNINGS] = { "warnings", false, "Oddities that events were taken with." },
    [COUNT_UNKNOWN_FIELDS] = { "unknown_fields", false, "Fields that are in no schema." },
    [COUNT_MISSING_FIELDS] = { "missing_fields", false, "Mapped fields that were not there." },
    [COUNT_TICKETS] = { "kept", true, "Tickets in memory." },
    [COUNT_STATE_BYTES] = { "state_bytes", true, "Memory that they take." },
    [COUNT_TEXT_BYTES] = { "text_bytes", true,
                           "Memory of the texts that are kept for a hand-off." },
};

void tally_values(const struct tally *tally, const struct store *store, uint64_t *values)
{
    values[COUNT_APPLIED] = tally->outcomes[OUTCOME_APPLIED];
    values[COUNT_DUPLICATES] = tally->outcomes[OUTCOME_DUPLICATE];
    values[COUNT_LATE] = tally->outcomes[OUTCOME_LATE];
    values[COUNT_ECHOES] = tally->outcomes[OUTCOME_ECHO];
    values[COUNT_REJECTED] = tally->outcomes[OUTCOME_REJECTED];
    values[COUNT_TIMERS] = tally->timers;
    values[COUNT_DISPATCHES] = tally->records.dispatches;
    values[COUNT_PROMISES] = tally->records.promises;
    values[COUNT_PROVISIONAL] = tally->records.provisional;
    values[COUNT_NOTICES] = tally->records.notices;
    values[COUNT_DECISIONS] = tally->records.decisions;
    values[COUNT_DEADLETTERS] = deadletter_total(&tally->deadletters);
    values[COUNT_SKIPPED] = tally->skipped;
    values[COUNT_FORWARDS] = tally->forwards;
    values[COUNT_ERRANDS] = tally->records.errands;
    values[COUNT_UNANCHORED] = tally->unanchored;
    values[COUNT_WARNINGS] = tally->warnings;
    values[COUNT_UNKNOWN_FIELDS] = tally->unknown_fields;
    values[COUNT_MISSING_FIELDS] = tally->missing_fields;
    values[COUNT_TICKETS] = store_count(store);
    values[COUNT_STATE_BYTES] = store_memory(store);
    values[COUNT_TEXT_BYTES] = store_text_memory(store);
}

enum {
    SERIES_DEADLETTERS,
    SERIES_OPEN,
    SERIES_OVERDUE,
    SERIES_DISPATCHES,
    SERIES_RETURNS,
    SERIES_BREACHES,
    SERIES_RULES
};

const struct series_row tally_series_rows[] = {
    [SERIES_DEADLETTERS] = DEADLETTER_SERIES,
    [SERIES_OPEN] = { "open",
                      true,
                      "Open tickets of a department, by band.",
                      { "department", "band" } },
    [SERIES_OVERDUE] = { "overdue",
                         true,
                         "Open tickets of a department with a broken promise to the customer.",
                         { "department" } },
    [SERIES_DISPATCHES] = { "department_dispatches",
                            false,
                            "Records to a department, by its role.",
                            { "department", "role" } },
    [SERIES_RETURNS] = { "department_returns",
                         false,
                         "Tickets that a department handed back.",
                         { "department" } },
    [SERIES_BREACHES] = { "department_breaches",
                          false,
                          "Promises to customers that broke while a department had the ticket.",
                          { "department" } },
    [SERIES_RULES] = RULE_HITS_SERIES,
    { 0 },
};

static void row_series(const struct census_row *row, series_fn *each, void *arg)
{
    struct str values[SERIES_LABELS] = { row->department };
    each(arg, SERIES_OVERDUE, values, (uint64_t)row->overdue);
    each(arg, SERIES_RETURNS, values, row->counts.returns);
    each(arg, SERIES_BREACHES, values, row->counts.breaches);
    for (int band = 0; band < BAND_COUNT; band++) {
        values[1] = str_from(band_name(band));
        each(arg, SERIES_OPEN, values, (uint64_t)row->open[band]);
    }
    for (int role = 0; role < ROLE_COUNT; role++) {
        values[1] = str_from(role_name((enum role)role));
        each(arg, SERIES_DISPATCHES, values, row->counts.dispatches[role]);
    }
}

void tally_rules(const struct config *config, const struct rule_hits *hits, series_fn *each,
                 void *arg)
{
    rule_hits_series(hits, config, RULE_OF_TICKETS, SERIES_RULES, each, arg);
}

void tally_series(const struct tally *tally, const struct census *census, series_fn *each,
                  void *arg)
{
    struct census_row row;
    deadletter_series(&tally->deadletters, SERIES_DEADLETTERS, each, arg);
    for (size_t i = 0; census_row(census, i, &row); i++)
        row_series(&row, each, arg);
}
