#include "message_text.h"

#include "base/buf.h"
#include "model/band.h"
#include "model/clock_kind.h"

/* What a group is about, for people. "%lld" is the number of tickets. */
static const struct {
    const char *trigger, *one, *many, *zh;
} subjects[] = {
    { "band", "1 complaint needs an answer at once", "%lld complaints need an answer at once",
      "%lld 件投诉需要马上答复" },
    { "warning", "1 complaint is close to its promised time",
      "%lld complaints are close to their promised time", "%lld 件投诉即将超过承诺时间" },
    { "breach", "1 complaint is past its promised time",
      "%lld complaints are past their promised time", "%lld 件投诉已超过承诺时间" },
    { "manager", "1 customer asks for a manager", "%lld customers ask for a manager",
      "%lld 位客户要求见负责人" },
    { "reopened", "1 complaint was reopened again", "%lld complaints were reopened again",
      "%lld 件投诉再次重开" },
    { "unrouted", "1 urgent complaint that no route matched",
      "%lld urgent complaints that no route matched", "%lld 件紧急投诉没有匹配的路由" },
    { "deadletter", "1 record could not be read", "%lld records could not be read",
      "%lld 条记录无法读取" },
    { "silent", "1 urgent complaint that its department did not accept in time",
      "%lld urgent complaints that their department did not accept in time",
      "%lld 件紧急投诉逾期无人接单，视为已接" },
    { "ping-pong", "1 complaint that went to and fro between departments",
      "%lld complaints that went to and fro between departments", "%lld 件投诉在部门之间来回转派" },
    { "broken promise", "1 word given to a customer was not kept",
      "%lld words given to customers were not kept", "%lld 项对客户的承诺未兑现" },
    { "low rating", "1 customer is not satisfied", "%lld customers are not satisfied",
      "%lld 位客户不满意" },
    { "dispute", "1 complaint that no department takes", "%lld complaints that no department takes",
      "%lld 件投诉没有部门接手" },
};

static struct str in_front(const struct message *message, struct str department, const char *colon)
{
    if (!str_present(department))
        return STR("");
    return arena_printf(message->arena, "%.*s%s", STR_ARG(department), colon);
}

struct str message_title_en(const struct message *message)
{
    long long total = (long long)message->count;
    struct str who = in_front(message, message->department_name.en, ": ");
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
        if (!str_is(message->trigger, subjects[i].trigger))
            continue;
        struct str what = str_from(subjects[i].one);
        if (total != 1) {
            const char *rest = subjects[i].many + sizeof("%lld") - 1;
            what = arena_printf(message->arena, "%lld%s", total, rest);
        }
        return arena_printf(message->arena, "%.*s%.*s", STR_ARG(who), STR_ARG(what));
    }
    if (!str_present(message->trigger))
        return arena_printf(message->arena, "%.*s%lld %s somebody", STR_ARG(who), total,
                            total == 1 ? "complaint needs" : "complaints need");
    return arena_printf(message->arena, "%.*s%lld × %.*s", STR_ARG(who), total,
                        STR_ARG(message->trigger));
}

struct str message_title_zh(const struct message *message)
{
    long long total = (long long)message->count;
    struct str who = in_front(message, message->department_name.zh, "：");
    const char *what = str_present(message->trigger) ? NULL : " 件投诉需要处理";
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
        if (str_is(message->trigger, subjects[i].trigger))
            what = subjects[i].zh + sizeof("%lld") - 1;
    }
    if (what)
        return arena_printf(message->arena, "%.*s%lld%s", STR_ARG(who), total, what);
    return arena_printf(message->arena, "%.*s%lld × %.*s", STR_ARG(who), total,
                        STR_ARG(message->trigger));
}

static void add_local(struct buf *out, const struct zone *zone, time_ms time)
{
    char text[TIME_TEXT_SIZE];
    buf_add_str(out, zone_format(zone, time, text));
}

/* Why the level hears of the first one only now. */
static void describe_delay(const struct message *message, struct buf *out)
{
    if (message->count == 0 || !message->members[0]->released)
        return;
    struct cause why = member_standing(message->members[0]).why;
    if (why.kind != SUPPRESSED_BY_SILENCE) {
        buf_printf(out, " It was kept quiet by '%.*s'.", STR_ARG(why.name));
        return;
    }
    buf_add_str(out, STR(" It was silenced until "));
    add_local(out, message->zone, time_min(why.until, message->now));
    buf_add_char(out, '.');
}

static void describe_muted(const struct message *message, struct buf *out)
{
    if (message->muted > 0)
        buf_printf(out, " %zu more %s silenced or inhibited.", message->muted,
                   message->muted == 1 ? "is" : "are");
}

/* Whoever copies the command must get this group, and nothing that a customer's account may have in
 * it. */
static void add_ack(const struct message *message, const char *name, struct buf *out)
{
    buf_add_str(out, STR("`ombudctl ack "));
    buf_add_shell_word(out, message->group->name);
    buf_printf(out, " --by %s`", name);
}

/* One paragraph a person can act on. */
void message_text_en(const struct message *message, struct buf *out)
{
    const struct notice *first = &message->first;
    if (message->status == NOTICE_RESOLVED) {
        buf_printf(out, "Nothing is left to do here: the last one ended (%.*s).",
                   STR_ARG(first->by));
        describe_muted(message, out);
        return;
    }
    buf_printf(out, "Most urgent: %.*s", STR_ARG(notice_member(first)));
    if (!str_empty(first->subject))
        buf_printf(out, " “%.*s”", STR_ARG(first->subject));
    if (first->band >= 0)
        buf_printf(out, " (%s, %d points)", band_name(first->band), first->score);
    if (str_present(first->why))
        buf_printf(out, ", because of “%.*s”", STR_ARG(first->why));
    if (str_present(first->clock)) {
        buf_printf(out, "; the %.*s %s promised for ", STR_ARG(first->clock),
                   first->due <= message->now ? "was" : "is");
        add_local(out, message->zone, first->due);
    }
    buf_add_str(out, STR(". "));
    if (message->status == NOTICE_FIRING && str_present(first->by))
        buf_printf(out, "It is open again after %.*s. ", STR_ARG(first->by));
    if (message->status == NOTICE_ACKNOWLEDGED) {
        buf_printf(out, "%.*s has taken it",
                   STR_ARG(str_present(first->by) ? first->by : STR("Somebody")));
        if (str_present(first->comment))
            buf_printf(out, ": “%.*s”", STR_ARG(first->comment));
        buf_add_char(out, '.');
    }
    if (message->status == NOTICE_FIRING && str_present(first->ticket)) {
        buf_add_str(out, STR("Take it with "));
        add_ack(message, "NAME", out);
    }
    if (message->status == NOTICE_FIRING && str_present(first->next_level) &&
        first->next_at > message->now) {
        buf_printf(out, ", or %.*s hears of it at ", STR_ARG(first->next_level));
        add_local(out, message->zone, first->next_at);
    }
    if (message->status == NOTICE_FIRING)
        buf_add_str(out, str_present(first->ticket)
                             ? STR(".")
                             : STR("The dead-letter topic has the bytes and the reasons."));
    describe_delay(message, out);
    describe_muted(message, out);
}

/* ---- the same in Chinese */

static void add_delay_zh(const struct message *message, struct buf *out)
{
    if (message->count == 0 || !message->members[0]->released)
        return;
    struct cause why = member_standing(message->members[0]).why;
    if (why.kind != SUPPRESSED_BY_SILENCE) {
        buf_printf(out, "此前因“%.*s”未通知。", STR_ARG(why.name));
        return;
    }
    buf_add_str(out, STR("此前静默至 "));
    add_local(out, message->zone, time_min(why.until, message->now));
    buf_add_str(out, STR("。"));
}

static void add_first_zh(const struct message *message, struct buf *out)
{
    const struct notice *first = &message->first;
    buf_printf(out, "最紧急：%.*s", STR_ARG(notice_member(first)));
    if (!str_empty(first->subject))
        buf_printf(out, "“%.*s”", STR_ARG(first->subject));
    if (first->band >= 0)
        buf_printf(out, "（%s，%d 分）", band_name(first->band), first->score);
    if (str_present(first->why))
        buf_printf(out, "，原因：“%.*s”", STR_ARG(first->why));
    if (str_present(first->clock)) {
        buf_printf(out, "；%.*s承诺时间 ", STR_ARG(clock_name_zh(first->clock)));
        add_local(out, message->zone, first->due);
    }
    buf_add_str(out, STR("。"));
}

static void add_action_zh(const struct message *message, struct buf *out)
{
    const struct notice *first = &message->first;
    if (message->status == NOTICE_ACKNOWLEDGED) {
        buf_printf(out, "%.*s 已接手", STR_ARG(str_present(first->by) ? first->by : STR("有人")));
        if (str_present(first->comment))
            buf_printf(out, "：“%.*s”", STR_ARG(first->comment));
        buf_add_str(out, STR("。"));
        return;
    }
    if (str_present(first->by))
        buf_printf(out, "%.*s 接手后仍未了结。", STR_ARG(first->by));
    if (!str_present(first->ticket)) {
        buf_add_str(out, STR("死信主题中有原文和原因。"));
        return;
    }
    buf_add_str(out, STR("请用 "));
    add_ack(message, "姓名", out);
    buf_add_str(out, STR(" 接手"));
    if (str_present(first->next_level) && first->next_at > message->now) {
        buf_add_str(out, STR("，否则将于 "));
        add_local(out, message->zone, first->next_at);
        buf_printf(out, " 通知 %.*s", STR_ARG(first->next_level));
    }
    buf_add_str(out, STR("。"));
}

void message_text_zh(const struct message *message, struct buf *out)
{
    if (message->status == NOTICE_RESOLVED) {
        buf_printf(out, "此处已无待办：最后一件已结束（%.*s）。", STR_ARG(message->first.by));
    } else {
        add_first_zh(message, out);
        add_action_zh(message, out);
        add_delay_zh(message, out);
    }
    if (message->muted > 0)
        buf_printf(out, "另有 %zu 件被静默或抑制。", message->muted);
}
