#include "stages.h"

const struct stage_row stages[STAGE_COUNT] = {
    [STAGE_INTAKE] = { "intake", &intake_engine, false, OUTPUT_COUNT },
    [STAGE_TICKETS] = { "tickets", &tickets_engine, true, OUTPUT_STATE },
    [STAGE_ESCALATIONS] = { "escalations", &escalations_engine, true, OUTPUT_GROUPS },
};
