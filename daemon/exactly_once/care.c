#include "exactly_once/care.h"

struct care care_begin(const struct offset_note *note, int commit_records)
{
    struct care care = { .mode = CARE_WHOLE };
    if (note->attempt == 1) {
        care.mode = CARE_SMALL;
        care.left = note->left > 0 ? note->left : commit_records;
    } else if (note->attempt >= 2) {
        care.mode = CARE_ISOLATED;
        care.left = note->attempt > 2 && note->left > 0 ? note->left : CARE_BATCH;
        care.deaths = note->attempt - 2;
    }
    return care;
}

int care_batch(const struct care *care, int commit_records)
{
    switch (care->mode) {
    case CARE_WHOLE:
        return commit_records;
    case CARE_SMALL:
        return commit_records < CARE_BATCH ? commit_records : CARE_BATCH;
    case CARE_ISOLATED:
        break;
    }
    return 1;
}

bool care_gives_up(const struct care *care)
{
    return care->mode == CARE_ISOLATED && care->deaths >= CARE_DEATHS;
}

void care_arm(struct care *care, struct offset_note *note)
{
    care->armed = true;
    note->left = care->left;
    switch (care->mode) {
    case CARE_WHOLE:
        note->attempt = 1;
        break;
    case CARE_SMALL:
        note->attempt = 2;
        break;
    case CARE_ISOLATED:
        note->attempt = 2 + care->deaths + 1;
        break;
    }
}

void care_passed(struct care *care, int events, int commit_records, struct offset_note *note)
{
    if (events > 0)
        care->deaths = 0;
    if (care->mode != CARE_WHOLE) {
        care->left -= events;
        if (care->left <= 0 && care->mode == CARE_ISOLATED) {
            care->mode = CARE_SMALL;
            care->left = commit_records;
        } else if (care->left <= 0) {
            care->mode = CARE_WHOLE;
            care->left = 0;
        }
    }
    if (care->mode == CARE_ISOLATED && events > 0) {
        /* The next event is alone again, but a death before it is tried is not its own. */
        care->armed = false;
        note->attempt = 2;
        note->left = 0;
        return;
    }
    if (care->armed)
        care_arm(care, note);
}

void care_clean(const struct care *care, struct offset_note *note)
{
    note->attempt = (int)care->mode + (care->mode == CARE_ISOLATED ? care->deaths : 0);
    note->left = care->mode == CARE_WHOLE ? 0 : care->left;
}
