#include "explain_words.h"

static const char *const words[WORD_COUNT][2] = {
    [WORD_URGENCY] = { "Urgency", "紧急程度" },
    [WORD_OF_100] = { " of 100", "（满分100）" },
    [WORD_SUBJECT] = { "subject", "标题" },
    [WORD_QUESTION] = { "asked, not stated: counts ", "是疑问或假设，只计 " },
    [WORD_OTHERS] = { "somebody else's matter: counts ", "是别人的事，只计 " },
    [WORD_PAST] = { "long past or settled: counts ", "早已过去或已经解决，只计 " },
    [WORD_IMAGINED] = { "only imagined: counts ", "是想象、演习或剧情，只计 " },
    [WORD_NEGATED] = { "denied: not counted", "是否定，不计分" },
    [WORD_FIGURE] = { "a figure of speech: not counted", "是比喻，不计分" },
    [WORD_TERM] = { "a title, product or term: not counted", "是标题、产品名或术语，不计分" },
    [WORD_QUOTED] = { "in a quoted message: not counted", "在引用的邮件里，不计分" },
    [WORD_SIGNATURE] = { "in a signature or footer: not counted", "在签名或法律声明里，不计分" },
    [WORD_EMPHASIS] = { "with emphasis: counts ", "语气强烈，计 " },
    [WORD_FLOOR] = { "Never below ", "无论客户是谁，都不低于 " },
    [WORD_FLOOR_BY] = { ", whoever the customer is: ", " 分：" },
    [WORD_FLOOR_OF_PAIR] = { "Never below ", "不低于 " },
    [WORD_FLOOR_BY_PAIR] = { ": ", " 分：" },
    [WORD_AND] = { " and ", "与" },
    [WORD_TOGETHER] = { " together", "同时出现" },
    [WORD_EARLIER] = { "The ticket already had ", "该工单此前已有分数 " },
    [WORD_NO_SIGNAL] = { "Nothing in it says how urgent it is.", "没有发现说明紧急程度的内容。" },
    [WORD_LABEL] = { "Kind of demand: ", "诉求类型：" },
    [WORD_BY_RULE] = { ", by the rule ", "，依据规则 " },
    [WORD_GOES_TO] = { "Goes to ", "派给 " },
    [WORD_STAYS] = { "Stays with ", "仍由负责部门处理：" },
    [WORD_PATH] = { "route: ", "路径：" },
    [WORD_BECAUSE] = { ", because ", "，因为 " },
    [WORD_NOTHING_MATCHED] = { ", because no route matches", "，因为没有规则匹配" },
    [WORD_SCREENED_TO] = { "that kind of demand goes there", "此类诉求由该部门处理" },
    [WORD_COPIES] = { "copies: ", "抄送：" },
    [WORD_NEAREST] = { "nearest other route: ", "最接近的其他路径：" },
    [WORD_FAILS] = { ", but this does not hold: ", "，但条件不成立：" },
    [WORD_LEARNED] = { "learned: ", "历史工单学到：" },
    [WORD_LEARNED_BY] = { " by ", "，依据" },
    [WORD_MARGIN] = { ", margin ", "，把握 " },
    [WORD_PROMISE] = { "Promise", "承诺" },
    [WORD_WITHIN] = { "target ", "目标 " },
    [WORD_TELLS] = { "Tells", "通知" },
    [WORD_LEVEL_OF] = { " of ", " · " },
    [WORD_NEXT] = { "; next: ", "；下一步：" },
    [WORD_WARNINGS] = { "Left out or corrected", "忽略或更正的内容" },
    [WORD_CONFIG] = { "Configuration ", "配置 " },
    [WORD_OUTCOME] = { "Outcome: ", "处理结果：" },
    [WORD_DEADLETTER] = { "This is no event and goes to the dead letters: ",
                          "这不是有效事件，转入死信：" },
    [WORD_FORWARD] = { "Forwarded to the home topic, where its ticket lives.",
                       "已转发到该工单所属的主题分区。" },
    [WORD_NOTHING] = { "Nothing was decided.", "没有作出任何决定。" },
    [WORD_CUSTOMER] = { "Customer: ", "客户：" },
    [WORD_FULL] = { " points are full: at most ", "类得分已达上限 " },
    [WORD_COMMA] = { ", ", "，" },
    [WORD_OPEN] = { " (", "（" },
    [WORD_CLOSE] = { ")", "）" },
    [WORD_VULNERABLE] = { "vulnerable person", "需要特别照顾" },
    [WORD_VALUE] = { "value ", "价值 " },
    [WORD_COLON] = { ": ", "：" },
    [WORD_STOPPED_CUSTOMER] = { "Who the customer is lifts no complaint into P2 or P1: its points "
                                "stop here.",
                                "客户身份不能把投诉提到 P2 或 P1，所以客户类得分到此为止。" },
    [WORD_STOPPED_HISTORY] = { "History alone lifts no complaint into P1: its points stop here.",
                               "仅凭历史不能把投诉提到 P1，所以历史类得分到此为止。" },
    [WORD_INTERNAL] = { "internal", "内部" },
};

struct str explain_word(enum word word, enum explain_language language)
{
    return str_from(words[word][language]);
}

static const struct {
    const char *name, *en, *zh;
} signals[] = {
    { "text.safety", "danger", "安全危险" },
    { "text.health", "health", "健康" },
    { "text.harm", "self-harm or violence", "自伤或暴力" },
    { "text.crowd", "many people", "群体性" },
    { "text.legal", "legal steps", "法律途径" },
    { "text.regulator", "regulator", "监管投诉" },
    { "text.media", "media", "媒体曝光" },
    { "text.fraud", "fraud", "欺诈" },
    { "text.privacy", "privacy", "隐私泄露" },
    { "text.outage", "failed or not delivered", "故障或未履约" },
    { "text.money", "money", "钱款" },
    { "text.churn", "wants to leave", "要流失" },
    { "text.anger", "anger", "不满" },
    { "text.deadline", "deadline", "限期" },
    { "text.vulnerable", "vulnerable person", "弱势人员" },
    { "text.repeat", "not the first time", "反复反映" },
    { "text.manager", "demands a manager", "要求找负责人" },
    { "text.praise", "praise", "表扬" },
    { "text.unheard", "no known phrase", "没有已知说法" },
    { "need.basic", "basic need", "基本需求" },
    { "need.expected", "expected need", "期望需求" },
    { "need.exciting", "nice-to-have", "惊喜需求" },
    { "customer.tier", "customer tier", "客户等级" },
    { "customer.value", "customer value", "客户价值" },
    { "customer.lifecycle", "stage of the customer", "客户阶段" },
    { "customer.vulnerable", "vulnerable customer", "特殊照顾客户" },
    { "history.contacts", "further contacts", "再次联系" },
    { "history.reopens", "reopened", "重新打开" },
    { "history.returns", "handed back", "被退单" },
    { "history.ratings", "rated low before", "此前评价低" },
    { "history.overdue", "a promise is late", "承诺逾期" },
    { "origin.urgency", "as the ticket it serves", "随所服务的工单" },
    { "stated.priority", "stated priority", "来源标注优先级" },
    { "stated.channel", "channel", "渠道" },
};

static const struct {
    const char *name, *en, *zh;
} terms[] = {
    { "opened", "new", "新工单" },
    { "message", "message", "新消息" },
    { "updated", "updated", "更新" },
    { "assigned", "assigned", "指派" },
    { "accepted", "accepted", "接受" },
    { "resolved", "resolved", "已解决" },
    { "reopened", "reopened", "重新打开" },
    { "closed", "closed", "已关闭" },
    { "acknowledged", "acknowledged", "已确认" },
    { "unacknowledged", "no longer acknowledged", "取消确认" },
    { "band", "urgent", "紧急" },
    { "warning", "promise about to break", "承诺即将超时" },
    { "breach", "promise broken", "承诺已超时" },
    { "manager", "demands a manager", "要求找负责人" },
    { "unrouted", "urgent, and no route matches", "紧急且没有规则匹配" },
    { "deadletter", "unreadable record", "无法读取的记录" },
    { "dispute", "no department takes it", "各部门均不接手" },
    { "ping-pong", "handed on and back again", "来回转派" },
    { "broken promise", "a given word broken", "承诺未兑现" },
    { "low rating", "low rating", "评价低" },
    { "silent", "not accepted in time", "逾期未接单" },
    { "returned", "handed back", "退单" },
    { "settled", "settled", "已裁定" },
    { "applied", "applied", "已生效" },
    { "duplicate", "seen before, changes nothing", "重复，不产生变化" },
    { "late", "older than what already happened", "晚到，不改变状态" },
    { "echo", "is so already", "本来如此" },
    { "rejected", "rejected", "被拒绝" },
};

struct str explain_term(struct str term, enum explain_language language)
{
    for (size_t i = 0; i < sizeof(terms) / sizeof(*terms); i++) {
        if (str_is(term, terms[i].name))
            return str_from(language == EXPLAIN_ZH ? terms[i].zh : terms[i].en);
    }
    return term;
}

struct str explain_signal(struct str name, enum explain_language language)
{
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        if (str_is(name, signals[i].name))
            return str_from(language == EXPLAIN_ZH ? signals[i].zh : signals[i].en);
    }
    return name;
}
