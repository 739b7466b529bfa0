/* What matchers of silences and inhibitions see of a notice. */
#pragma once

#include "match/match.h"
#include "model/notice.h"

/* `event` and `customer` are for the facts to point at. */
struct notice_facts {
    struct facts facts;
    struct event event;
    struct customer customer;
};
void notice_facts(const struct notice *notice, struct match_scratch *scratch,
                  struct notice_facts *out);
