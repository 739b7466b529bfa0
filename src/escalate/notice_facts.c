#include "escalate/notice_facts.h"

void notice_facts(const struct notice *notice, struct match_scratch *scratch,
                  struct notice_facts *out)
{
    out->event = (struct event){ .type = EVENT_UPDATED, .ticket = notice->ticket };
    out->customer = (struct customer){ .account = notice->account, .value = -1, .vulnerable = -1 };
    out->facts = (struct facts){ .scratch = scratch,
                                 .event = &out->event,
                                 .score = notice->score,
                                 .band = notice->band,
                                 .label = notice->label,
                                 .category = notice->category,
                                 .customer = &out->customer,
                                 .department = notice->department,
                                 .trigger = notice->trigger,
                                 .level = notice->level,
                                 .clock = notice->clock };
}
