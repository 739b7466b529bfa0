#include "model/clock_kind.h"

const struct clock_kind_row clock_kinds[CLOCK_KIND_MAX] = {
    [CLOCK_RESPONSE] = {
        .name = "response",
        .zh = "答复",
        .starts = { [CUE_OPENED] = START_ALWAYS, [CUE_REOPENED] = START_ALWAYS },
        .keeps = { [CUE_REPLIED] = true },
        .ends = { [CUE_RESOLVED] = true, [CUE_CLOSED] = true, [CUE_MERGED] = true },
        .warning = TRIGGER_WARNING,
        .breach = TRIGGER_BREACH,
        .kept = "answered",
        .unkept = "without an answer",
        .made = { STR("{who}将在 {due}（{zone}）之前答复您。"),
                  STR("You will hear from {who} by {due} ({zone}).") },
        .moved = { STR("{who}现在承诺在 {due}（{zone}）之前答复您。"),
                   STR("{who} now promises that you will hear by {due} ({zone}).") },
        .met = { STR("{who}已在承诺的 {due}（{zone}）之前答复您。"),
                 STR("{who} has answered you before {due} ({zone}), as promised.") },
        .missed = { STR("{who}未能在承诺的 {due}（{zone}）之前答复您，非常抱歉，我们仍在跟进。"),
                    STR("{who} has not answered you by {due} ({zone}), which was promised. We are "
                        "sorry and stay on it.") },
        .ended = { STR("此事已结束，{who}无需再于 {due}（{zone}）之前答复。"),
                   STR("The matter has ended; {who} no longer owes an answer by {due} "
                       "({zone}).") },
        .kept_late = { STR("{who}已答复您，但晚于承诺的 {due}（{zone}），非常抱歉。"),
                       STR("{who} has answered you, but after {due} ({zone}), which was promised. "
                           "We are sorry.") },
        .kept_in_time = { STR("{who}已答复您，但我们未能及时确认，曾告知您已超过承诺的 "
                              "{due}（{zone}），非常抱歉。"),
                          STR("{who} has answered you before {due} ({zone}); we learned of it too "
                              "late and told you otherwise. We are sorry.") },
    },
    [CLOCK_RESOLUTION] = {
        .name = "resolution",
        .zh = "解决",
        .starts = { [CUE_OPENED] = START_ALWAYS, [CUE_REOPENED] = START_ALWAYS },
        .keeps = { [CUE_RESOLVED] = true },
        .ends = { [CUE_CLOSED] = true, [CUE_MERGED] = true },
        .continues = true,
        .warning = TRIGGER_WARNING,
        .breach = TRIGGER_BREACH,
        .kept = "resolved",
        .unkept = "without a resolution",
        .made = { STR("{who}将在 {due}（{zone}）之前解决此事。"),
                  STR("{who} will have this solved by {due} ({zone}).") },
        .moved = { STR("{who}现在承诺在 {due}（{zone}）之前解决此事。"),
                   STR("{who} now promises to have this solved by {due} ({zone}).") },
        .met = { STR("{who}已在承诺的 {due}（{zone}）之前解决此事。"),
                 STR("{who} has solved this before {due} ({zone}), as promised.") },
        .missed = { STR("{who}未能在承诺的 {due}（{zone}）之前解决此事，非常抱歉，我们仍在处理。"),
                    STR("{who} has not solved this by {due} ({zone}), which was promised. We are "
                        "sorry and stay on it.") },
        .ended = { STR("此事已结束，{who}无需再于 {due}（{zone}）之前解决。"),
                   STR("The matter has ended; {who} no longer owes a solution by {due} "
                       "({zone}).") },
        .kept_late = { STR("{who}已解决此事，但晚于承诺的 {due}（{zone}），非常抱歉。"),
                       STR("{who} has solved this, but after {due} ({zone}), which was promised. "
                           "We are sorry.") },
        .kept_in_time = { STR("{who}已解决此事，但我们未能及时确认，曾告知您已超过承诺的 "
                              "{due}（{zone}），非常抱歉。"),
                          STR("{who} has solved this before {due} ({zone}); we learned of it too "
                              "late and told you otherwise. We are sorry.") },
    },
    [CLOCK_UPDATE] = {
        .name = "update",
        .zh = "进展",
        .starts = { [CUE_OPENED] = START_WITHOUT_RESPONSE,
                    [CUE_REOPENED] = START_WITHOUT_RESPONSE,
                    [CUE_REPLIED] = START_SINCE_US,
                    [CUE_WROTE] = START_SINCE_CUSTOMER },
        .keeps = { [CUE_REPLIED] = true },
        .ends = { [CUE_RESOLVED] = true, [CUE_CLOSED] = true, [CUE_MERGED] = true },
        .recurs = true,
        .warning = TRIGGER_WARNING,
        .breach = TRIGGER_BREACH,
        .kept = "told",
        .unkept = "without a further word",
        .made = { STR("{who}将在 {due}（{zone}）之前再次向您告知进展。"),
                  STR("You will hear from {who} again by {due} ({zone}).") },
        .moved = { STR("{who}现在承诺在 {due}（{zone}）之前向您告知进展。"),
                   STR("{who} now promises that you will hear again by {due} ({zone}).") },
        .met = { STR("{who}已在承诺的 {due}（{zone}）之前向您告知进展。"),
                 STR("{who} has told you how it stands before {due} ({zone}), as promised.") },
        .missed = { STR("{who}未能在承诺的 {due}（{zone}）之前向您告知进展，非常抱歉，我们仍在跟进。"),
                    STR("{who} has not told you how it stands by {due} ({zone}), which was promised. "
                        "We are sorry and stay on it.") },
        .ended = { STR("此事已结束，{who}无需再于 {due}（{zone}）之前告知进展。"),
                   STR("The matter has ended; {who} no longer owes you news by {due} ({zone}).") },
        .kept_late = { STR("{who}已向您告知进展，但晚于承诺的 {due}（{zone}），非常抱歉。"),
                       STR("{who} has told you how it stands, but after {due} ({zone}), which was "
                           "promised. We are sorry.") },
        .kept_in_time = { STR("{who}已向您告知进展，但我们未能及时确认，曾告知您已超过承诺的 "
                              "{due}（{zone}），非常抱歉。"),
                          STR("{who} has told you how it stands before {due} ({zone}); we learned "
                              "of it too late and told you otherwise. We are sorry.") },
    },
    [CLOCK_PROMISED] = {
        .name = "promised",
        .zh = "约定",
        .keeps = { [CUE_REPLIED] = true },
        .ends = { [CUE_RESOLVED] = true, [CUE_CLOSED] = true, [CUE_MERGED] = true },
        .fixed = true,
        .recurs = true,
        .warning = TRIGGER_WARNING,
        .breach = TRIGGER_PROMISE,
        .kept = "kept",
        .unkept = "before it was kept",
        .made = { STR("{who}已向您承诺，将在 {due}（{zone}）之前办到。"),
                  STR("{who} has given you its word until {due} ({zone}).") },
        .moved = { STR("{who}与您的约定现改为 {due}（{zone}）之前。"),
                   STR("{who} now gives you its word until {due} ({zone}).") },
        .met = { STR("{who}已在 {due}（{zone}）之前兑现对您的承诺。"),
                 STR("{who} has kept its word to you before {due} ({zone}).") },
        .missed = { STR("{who}未能在 {due}（{zone}）之前兑现对您的承诺，非常抱歉，我们仍在跟进。"),
                    STR("{who} has not kept its word to you by {due} ({zone}). We are sorry and "
                        "stay on it.") },
        .ended = { STR("此事已结束，{who}原定 {due}（{zone}）之前的约定不再需要。"),
                   STR("The matter has ended; what {who} gave its word for until {due} ({zone}) "
                       "is no longer needed.") },
        .kept_late = { STR("{who}已兑现对您的承诺，但晚于 {due}（{zone}），非常抱歉。"),
                       STR("{who} has kept its word to you, but after {due} ({zone}). We are "
                           "sorry.") },
        .kept_in_time = { STR("{who}已兑现对您的承诺，但我们未能及时确认，曾告知您已超过 "
                              "{due}（{zone}），非常抱歉。"),
                          STR("{who} has kept its word to you before {due} ({zone}); we learned "
                              "of it too late and told you otherwise. We are sorry.") },
    },
    [CLOCK_FOLLOW_UP] = {
        .name = "follow_up",
        .zh = "回访",
        .starts = { [CUE_RESOLVED] = START_ALWAYS },
        .keeps = { [CUE_REPLIED] = true, [CUE_RATED] = true },
        .ends = { [CUE_REOPENED] = true, [CUE_CLOSED] = true, [CUE_MERGED] = true },
        .recurs = true,
        .warning = TRIGGER_WARNING,
        .breach = TRIGGER_BREACH,
        .kept = "asked",
        .unkept = "before anybody asked",
        .made = { STR("{who}将在 {due}（{zone}）之前回访，了解您是否满意。"),
                  STR("{who} will ask you by {due} ({zone}) whether all is well.") },
        .moved = { STR("{who}现在将在 {due}（{zone}）之前回访。"),
                   STR("{who} will now ask you by {due} ({zone}) whether all is well.") },
        .met = { STR("已在 {due}（{zone}）之前完成回访，感谢您的反馈。"),
                 STR("{who} has heard from you before {due} ({zone}). Thank you.") },
        .missed = { STR("{who}未能在 {due}（{zone}）之前回访，非常抱歉。"),
                    STR("{who} has not asked you by {due} ({zone}) whether all is well. We are "
                        "sorry.") },
        .ended = { STR("原定 {due}（{zone}）之前的回访不再需要。"),
                   STR("There is no more need to ask you by {due} ({zone}).") },
        .kept_late = { STR("{who}已完成回访，但晚于 {due}（{zone}），非常抱歉。"),
                       STR("{who} has heard from you, but after {due} ({zone}), by when it was to "
                           "ask. We are sorry.") },
        .kept_in_time = { STR("{who}已在 {due}（{zone}）之前完成回访，但我们未能及时确认，非常抱歉。"),
                          STR("{who} has heard from you before {due} ({zone}); we learned of it "
                              "too late. We are sorry.") },
    },
    [CLOCK_ACCEPT] = {
        .name = "accept",
        .zh = "接单",
        .keeps = { [CUE_ACCEPTED] = true },
        .ends = { [CUE_RESOLVED] = true, [CUE_CLOSED] = true, [CUE_MERGED] = true },
        .between = true,
        .lapses = true,
        .warning = TRIGGER_WARNING,
        .breach = TRIGGER_SILENT,
        .kept = "accepted",
        .unkept = "without acceptance",
    },
    [CLOCK_HOLD] = {
        .name = "hold",
        .zh = "处理",
        .keeps = { [CUE_RESOLVED] = true },
        .ends = { [CUE_CLOSED] = true, [CUE_MERGED] = true },
        .between = true,
        .warning = TRIGGER_WARNING,
        .breach = TRIGGER_BREACH,
        .kept = "resolved",
        .unkept = "without a resolution",
    },
    [CLOCK_NAMED] = {
        .name = "named",
        .ends = { [CUE_CLOSED] = true, [CUE_MERGED] = true },
        .recurs = true,
        .warning = TRIGGER_WARNING,
        .breach = TRIGGER_BREACH,
        .kept = "done",
        .unkept = "before it was done",
        .made = { STR("{who}将在 {due}（{zone}）之前完成：{what}。"),
                  STR("{who} owes you by {due} ({zone}): {what}.") },
        .moved = { STR("{who}现在将在 {due}（{zone}）之前完成：{what}。"),
                   STR("{who} now owes you by {due} ({zone}): {what}.") },
        .met = { STR("{who}已在 {due}（{zone}）之前完成：{what}。"),
                 STR("{who} has done before {due} ({zone}): {what}.") },
        .missed = { STR("{who}未能在 {due}（{zone}）之前完成：{what}，非常抱歉，我们仍在跟进。"),
                    STR("{who} has not done by {due} ({zone}): {what}. We are sorry and stay on "
                        "it.") },
        .ended = { STR("此事已结束，原定 {due}（{zone}）之前的事项不再需要：{what}。"),
                   STR("There is no more need for what was due by {due} ({zone}): {what}.") },
        .kept_late = { STR("{who}已完成，但晚于 {due}（{zone}）：{what}，非常抱歉。"),
                       STR("{who} has done, but after {due} ({zone}): {what}. We are sorry.") },
        .kept_in_time = { STR("{who}已在 {due}（{zone}）之前完成：{what}，但我们未能及时确认，非常抱歉。"),
                          STR("{who} has done before {due} ({zone}): {what}; we learned of it too "
                              "late. We are sorry.") },
    },
};

const size_t clock_kind_count = CLOCK_NAMED + 1;

bool clock_kind_parse(struct str name, enum clock_kind *kind)
{
    for (size_t i = 0; i < CLOCK_NAMED; i++) {
        if (str_is(name, clock_kinds[i].name)) {
            *kind = (enum clock_kind)i;
            return true;
        }
    }
    return false;
}

struct str clock_name_zh(struct str name)
{
    enum clock_kind kind;
    bool known = clock_kind_parse(name, &kind) && clock_kinds[kind].zh;
    return known ? str_from(clock_kinds[kind].zh) : name;
}
