#include "exactly_once/plan.h"

enum plan plan_next(const struct situation *situation)
{
    bool open = situation->transaction == TRANSACTION_OPEN;
    if (situation->transaction == TRANSACTION_STARTING && situation->stopping)
        return PLAN_STOP;
    if (!open && situation->transaction != TRANSACTION_IDLE)
        return PLAN_WAIT;
    if (situation->wish == MEMBERSHIP_ABORT)
        return open ? PLAN_ABORT : PLAN_SETTLE;
    if (open && situation->closes)
        return PLAN_COMMIT;
    if (situation->stopping || situation->wish == MEMBERSHIP_BOUNDARY) {
        if (situation->goodbye)
            return PLAN_SAY_GOODBYE;
        if (open)
            return PLAN_COMMIT;
        return situation->wish == MEMBERSHIP_BOUNDARY ? PLAN_SETTLE : PLAN_STOP;
    }
    if (situation->config_waits)
        return open ? PLAN_COMMIT : PLAN_ADOPT;
    if (!situation->fed)
        return PLAN_FEED;
    return open && situation->wants_end ? PLAN_COMMIT : PLAN_WAIT;
}
