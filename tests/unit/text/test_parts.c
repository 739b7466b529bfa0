#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "text/parts.h"

/* `expected` has a letter for each line: own words, quoted, signature, footer. */
struct example {
    const char *name, *body, *expected;
};

static void shown(const struct parts *parts, struct str body, struct buf *out)
{
    buf_clear(out);
    for (size_t at = 0; at < body.size;) {
        const char *end = memchr(body.data + at, '\n', body.size - at);
        size_t to = end ? (size_t)(end - body.data) + 1 : body.size;
        buf_add_char(out, "oqsfi"[parts_kind(parts, (uint32_t)at, (uint32_t)to)]);
        at = to;
    }
}

/* They cover the body, ascending, and neighbours differ. */
static void check_cover(const struct parts *parts, struct str body)
{
    size_t at = 0;
    for (size_t i = 0; i < parts->count; i++) {
        const struct part *part = &parts->items[i];
        assert_int_equal(part->from, at);
        assert_true(part->to > part->from);
        assert_true(part->kind < PART_INTRODUCTION);
        at = part->to;
    }
    assert_int_equal(at, body.size);
}

static void check(const struct example *examples, size_t count, struct str subject)
{
    struct parts parts = { 0 };
    struct buf out = { 0 };
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        struct str body = str_from(examples[i].body);
        parts_find(&parts, subject, body);
        check_cover(&parts, body);
        shown(&parts, body, &out);
        if (strcmp(buf_text(&out), examples[i].expected) == 0)
            continue;
        print_error("%s: gave %s, not %s\n", examples[i].name, buf_text(&out),
                    examples[i].expected);
        wrong++;
    }
    assert_int_equal(wrong, 0);
    buf_free(&out);
    parts_free(&parts);
}

static void replies(void **state)
{
    (void)state;
    static const struct example examples[] = {
        { "plain words", "The lid broke.\nPlease send another.", "oo" },
        { "nothing", "", "" },
        { "marks", "All is well now.\n> the lid broke\n> and cut me\n", "oqq" },
        { "marks of marks", "All is well now.\n> > it cut me\n>> badly", "oqq" },
        { "a bar", "All is well now.\n| it cut me\n| badly", "oqq" },
        { "a table draws bars", "| size | 3 |\n| colour | red |", "oo" },
        { "an answer below", "> does it smoke?\nYes, it does.\n> since when?\nSince noon.",
          "qoqo" },
        { "who wrote, marked",
          "Solved.\n\nOn Tue, 3 Mar 2026 at 09:14, Help <h@x.org> wrote:\n> ash\n", "ooqq" },
        { "who wrote, not marked",
          "Solved.\n\nOn Tue, 3 Mar 2026 at 09:14, Help <h@x.org> wrote:\nash\n\nmore ash\n",
          "ooqqqq" },
        { "who wrote, on two lines",
          "Solved.\nOn Tue, 3 Mar 2026 at 09:14, The Help Desk\n<help@x.org> wrote:\n> ash\n",
          "oqqq" },
        { "who wrote, without a date", "Solved.\nOn Tuesday Help wrote:\n> ash", "oqq" },
        { "what he wrote is told, not quoted",
          "My neighbour sent me a letter.\nOn Tuesday he wrote:\nI will burn it down.", "ooo" },
        { "a heading that ends so", "This is what the leaflet wrote:\nMay explode.", "oo" },
        { "an answer below a quotation", "On 3 Mar 2026, a@x.org wrote:\n> ash\n\nSolved, thanks.",
          "qqqo" },
        { "original message", "Fine now.\n-----Original Message-----\nFrom: x\nit burns", "oqqq" },
        { "original message, asterisks", "Fine now.\n** Original Message **\nit burns", "oqq" },
        { "the original message is talked about",
          "I lost it.\nOriginal message was about smoke.\nIt smokes.", "ooo" },
        { "a block of headers",
          "Fine now.\n\nFrom: Help\nSent: Monday\nTo: Ann\nSubject: Your heater burns\n\nit burns",
          "ooqqqqqq" },
        { "headers in bold", "Fine now.\n*From:* Help\n*Sent:* Monday\n*To:* Ann\nit burns",
          "oqqqq" },
        { "one header is none", "From: my kitchen\nit burns", "oo" },
        { "German", "Erledigt.\nAm 03.03.2026 um 09:14 schrieb Hilfe <h@x.org>:\n> Rauch", "oqq" },
        { "German headers", "Erledigt.\nVon: Hilfe\nGesendet: Montag\nAn: Ann\nBetreff: Rauch",
          "oqqqq" },
        { "French", "Merci.\nLe 3 mars 2026 à 09:14, Aide <h@x.org> a écrit :\n> feu", "oqq" },
    };
    check(examples, sizeof(examples) / sizeof(examples[0]), STR_NONE);
}

/* Without a date or an address, only one paragraph is surely another's. */
static void brief_history(void **state)
{
    (void)state;
    static const struct example examples[] = {
        { "what the reader wrote", "Any news?\n\nYou wrote:\nYour kettle caught fire.", "ooqq" },
        { "what the reader wrote on a day",
          "Any news?\nYou wrote on 3 February:\nYour kettle caught fire.", "oqq" },
        { "a paragraph of wrapped lines",
          "Any news?\nYou wrote:\n\n"
          "We are very sorry indeed to hear that the kettle has\ncaught fire.\n\nIt burnt me.",
          "oqqqqqo" },
        { "an answer right below", "I asked you.\nYou wrote:\nNo danger.\nIt burnt me.", "oqqo" },
        { "an answer in the same line", "I asked you.\nYou wrote: no danger. It burnt me.", "oo" },
        { "nothing above", "You wrote:\nIt burnt me.", "oo" },
        { "what the reader wrote in a mail", "All is well.\nIn your mail you wrote:\nIt burns.",
          "oqq" },
        { "a name and a day", "All is well.\nOn Tuesday Ann Hill wrote:\nIt burns.\nCome.",
          "oqqo" },
        { "no name, but a man", "Listen.\nOn Tuesday your man wrote:\nIt burns.", "ooo" },
        { "a heading", "All is well.\nYour message:\nIt burns.\nCome.", "oqqo" },
        { "a heading of one's own", "All is well.\nMy message:\nIt burns.", "ooo" },
        { "what the reader wrote is talked about", "I am angry.\nYou wrote that it is safe.",
          "oo" },
        { "two headers with an address", "Thanks.\nFrom: Ann <a@x.org>\nTo: Help\nit burns",
          "oqqq" },
        { "two headers of a journey", "Thanks.\nFrom: Leeds\nTo: York\nit burns", "oooo" },
        { "two headers under a line", "Thanks.\n_________\nFrom: Ann\nTo: Help\nit burns",
          "ooqqq" },
        { "forwarded by somebody",
          "Send my parcel to the new address next time.\n----- Forwarded by Tom Hill on 02/03/2026 "
          "-----\nit burns",
          "oqq" },
        { "forwarded by somebody, nothing above",
          "----- Forwarded by Tom Hill on 02/03/2026 -----\nit burns", "oo" },
        { "forwarded, but told in a sentence", "It is late.\nForwarded by Tom Hill on Monday.",
          "oo" },
        { "what a help desk prints",
          "How much is it?\n##- Please type your reply above this line -##\nIt burns.", "oqq" },
        { "what a help desk prints, below a danger",
          "It burns.\n--- Reply above this line ---\nWe are sorry.", "oqq" },
        { "the reader, in Chinese", "到哪一步了\n您写道：\n热水器爆炸了\n今天又炸了", "oqqo" },
        { "the reader on a day, in Chinese", "工单号呢\n您于2月3日写道：\n孩子摔伤", "oqq" },
        { "the service, in Chinese", "收到\n客服 回复：\n得知热水器起火\n今天又烧了", "oqqo" },
        { "the service in one line", "我投诉过\n客服回复：没有隐患，结果起火了", "oo" },
    };
    check(examples, sizeof(examples) / sizeof(examples[0]), STR_NONE);
}

/* Both on one line, when line ends were lost: of the line, only what stands above is the writer's.
 */
static void history_inside(void **state)
{
    (void)state;
    static const struct {
        const char *name, *body, *own; /* what is own, from the beginning on */
    } examples[] = {
        { "who wrote", "Solved. On Tue, 3 Mar 2026 at 09:14 Help wrote: ash everywhere",
          "Solved. " },
        { "who wrote, and more lines", "Solved. On 3 Mar 2026, <h@x.org> wrote: ash\nmore ash",
          "Solved. " },
        { "headers", "Solved. From: Ann Sent: Monday To: Help Subject: ash it burns", "Solved. " },
        { "Chinese", "好了。2026年3月3日 09:14，客服 <k@x.cn> 写道： 冒烟了", "好了。" },
        { "Chinese headers", "好了。发件人：王 发送时间：周一 收件人：客服 冒烟了", "好了。" },
        { "a pointer above", "FYI, see below. From: Ann Sent: Monday To: Help Subject: ash burns",
          NULL },
        { "nothing above", "On Tue, 3 Mar 2026 at 09:14 Help wrote: ash everywhere", NULL },
        { "headers and nothing above", "From: Ann Sent: Monday To: Help Subject: ash it burns",
          NULL },
        { "told in a sentence", "On Tuesday your man wrote: all is well. It burns.", NULL },
        { "a journey", "Lost my bag. From: Leeds To: York, it burns.", NULL },
        { "a colon", "This is it: my heater burns. He wrote: come.", NULL },
    };
    struct parts parts = { 0 };
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        struct str body = str_from(examples[i].body);
        parts_find(&parts, STR_NONE, body);
        check_cover(&parts, body);
        size_t own = examples[i].own ? strlen(examples[i].own) : body.size;
        if (parts.items[0].kind != PART_OWN || parts.items[0].to != own ||
            (own < body.size && parts.items[1].kind != PART_QUOTED))
            fail_msg("%s: own is %u bytes", examples[i].name, parts.items[0].to);
    }
    parts_free(&parts);
}

static void chinese_replies(void **state)
{
    (void)state;
    static const struct example examples[] = {
        { "original mail", "已经好了，谢谢\n------------------ 原始邮件 ------------------\n冒烟了",
          "oqq" },
        { "traditional", "已經好了\n----- 原始郵件 -----\n冒煙了", "oqq" },
        { "the original mail is talked about", "原始邮件里写得很清楚\n冒烟了", "oo" },
        { "headers",
          "已经好了\n发件人：客服\n发送时间：2026年3月3日\n收件人：王小明\n主题：冒烟\n\n冒烟了",
          "oqqqqqq" },
        { "headers in traditional script",
          "已經好了\n寄件者: 客服\n收件者: 王小明\n主旨: 冒煙\n冒煙了", "oqqqq" },
        { "headers on one line",
          "已经好了\n发件人：客服 发送时间：周一 收件人：王 主题：冒烟\n冒烟了", "oqq" },
        { "who wrote",
          "已经好了\n在 2026-03-03 09:14:07，\"客服\" <kf@x.cn> 写道：\n冒烟了\n还有火", "oqqq" },
        { "who wrote, the date first",
          "已经好了\n2026年3月3日 09:14，客服 <kf@x.cn> 写道：\n> 冒烟了", "oqq" },
        { "who wrote, the name first",
          "已经好了\n王小明 <w@x.cn> 于2026年3月3日周二 09:14写道：\n冒烟了", "oqq" },
        { "who wrote, in traditional script", "已經好了\n於 2026年3月3日 09:14 寫道：\n冒煙了",
          "oqq" },
        { "what a doctor wrote is told", "病历在这里\n医生写道：\n双手烫伤", "ooo" },
        { "a wide mark", "已经好了\n＞ 冒烟了", "oq" },
    };
    check(examples, sizeof(examples) / sizeof(examples[0]), STR_NONE);
}

static void forwards(void **state)
{
    (void)state;
    static const struct example examples[] = {
        { "nothing above", "> my heater burns\n> come at once", "oo" },
        { "nothing above, but it quotes", "> my heater burns\n> > have you seen ash?", "oq" },
        { "a forward", "Begin forwarded message:\n\nFrom: Ann\nDate: Monday\nTo: Bo\n\nit burns",
          "ooooooo" },
        { "a pointer above", "FYI, please see below.\n\n-----Original Message-----\nit burns",
          "oooo" },
        { "a greeting above", "Dear Ms Miller,\n\n---------- Forwarded message ---------\nit burns",
          "oooo" },
        { "a plea above a forward",
          "Urgent, please help!\n---------- Forwarded message ---------\nit burns", "ooo" },
        { "an answer above", "Thanks, that solved it.\n-----Original Message-----\nit burns",
          "oqq" },
        { "thanks alone are an answer", "Thanks!\nOn 3 Mar 2026, a@x.org wrote:\n> it burns",
          "oqq" },
        { "a forward of a forward",
          "See below\n-----Original Message-----\nFrom: A\nSent: B\nTo: C\n\nfyi\n"
          "-----Original Message-----\nit burns",
          "ooooooooo" },
        { "what a forward quotes",
          "fyi\n-----Original Message-----\nit works now, we are glad\n"
          "-----Original Message-----\nit burns",
          "oooqq" },
        { "in Chinese", "您好，请看下面的邮件\n\n---------- 转发的邮件 ----------\n家里冒烟了",
          "oooo" },
        { "in Chinese, an answer above", "问题不存在了，不用再来\n---- 转发邮件 ----\n家里冒烟了",
          "oqq" },
        { "mail of nothing but a signature", "--\nAnn Miller\n> it burns", "sso" },
    };
    check(examples, sizeof(examples) / sizeof(examples[0]), STR_NONE);
    static const struct example sent_on = { "told by the subject",
                                            "Thanks\nOn 3 Mar 2026, a@x.org wrote:\n> it burns",
                                            "ooo" };
    check(&sent_on, 1, STR("Fwd: my heater"));
}

static void signatures(void **state)
{
    (void)state;
    static const struct example examples[] = {
        { "delimiter", "Send it.\n-- \nAnn Miller\nFire Safety Officer\nTel 0551 4711", "ossss" },
        { "a dash before more words", "Send it.\n--\nAnd my socket smokes.", "oso" },
        { "closing", "Send it.\n\nBest regards,\nAnn Miller\nHead of Fire Protection\nann@x.org",
          "oossss" },
        { "closing and a postscript", "Send it.\nRegards\nAnn\nPS: my socket smokes", "osso" },
        { "closing before more words", "Kind regards\nmy socket smokes since noon", "so" },
        { "thanks are no closing", "Thanks\nGas Leak Here", "oo" },
        { "from a phone", "Send it.\nSent from my iPhone 15 Pro", "os" },
        { "from a phone, traditional", "快點\n傳送自我的 iPhone", "os" },
        { "from a phone, Chinese", "快点\n发自我的华为手机", "os" },
        { "from a phone that burns", "Sent from my phone, my laptop exploded", "o" },
        { "from a phone that burns, without a comma", "Sent from my phone it exploded", "o" },
        { "from a room that smells", "从我的房间闻到煤气味", "o" },
        { "Chinese closing", "请退款\n此致\n敬礼\n王小明\n消防安全部经理", "ossss" },
        { "Chinese closing before more words", "请退款\n此致\n敬礼\n王小明\n楼下还在冒烟，快来",
          "ossso" },
    };
    check(examples, sizeof(examples) / sizeof(examples[0]), STR_NONE);
}

static void footers(void **state)
{
    (void)state;
    static const struct example examples[] = {
        { "a notice", "Where is it?\n\nCONFIDENTIALITY NOTICE: whoever misuses this is prosecuted.",
          "oof" },
        { "the sentence that all of them have",
          "Where is it?\n\nThis e-mail is intended solely for the addressee. If it is not you, we "
          "may sue.",
          "oof" },
        { "wrapped",
          "Where is it?\n\nThis message and its attachments are confidential and meant for the\n"
          "recipient; whoever uses it otherwise may be taken to court or fined.\nMy socket smokes.",
          "ooffo" },
        { "under a delimiter",
          "Where is it?\n-- \nThis email may be privileged. Delete it if it is not for you.",
          "osf" },
        { "above the words",
          "CAUTION: This email originated from outside. Do not click.\nIt burns.", "fo" },
        { "unsubscribing", "Thanks\nTo unsubscribe from this newsletter click here", "of" },
        { "somebody means it",
          "This email is confidential, delete it: my colleague beats his child.", "o" },
        { "a mail about a mail", "This email is about my heater, which burns.", "o" },
        { "important, and nothing legal", "IMPORTANT: the socket smokes", "o" },
        { "Chinese", "什么时候发货\n\n本邮件及其附件含有保密信息，如误收请删除，否则追究法律责任。",
          "oof" },
        { "Chinese, traditional", "何時出貨\n本郵件僅供收件人使用，如誤收請刪除。", "of" },
        { "somebody means it in Chinese", "此邮件请保密，删除附件：我丈夫打我", "o" },
    };
    check(examples, sizeof(examples) / sizeof(examples[0]), STR_NONE);
}

static void a_range_over_an_edge_is_own(void **state)
{
    (void)state;
    struct parts parts = { 0 };
    struct str body = STR("Solved.\n> on\n> fire");
    parts_find(&parts, STR_NONE, body);
    assert_int_equal(parts_kind(&parts, 0, 6), PART_OWN);
    assert_int_equal(parts_kind(&parts, 10, 12), PART_QUOTED);
    assert_int_equal(parts_kind(&parts, 6, 12), PART_OWN);
    parts_free(&parts);
}

/* Half a megabyte of anything that makes the finder look ahead: some milliseconds each. */
static void bounds(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        ">",
        "> \n",
        ">\na\n",
        "On 3 Mar\n",
        "From: a\n",
        "From: a\nTo: b\n",
        "-- \n",
        "Best regards\n",
        "This email\n",
        "This email\n\n",
        "This email is meant for somebody who reads it and for nobody else at all times\n",
        "-----Original Message-----\n",
        "Begin forwarded message:\n\n",
        "> On 3 Mar 2026 09:14 a@x wrote:\n",
        "\n",
        "-",
        "发件人：",
        "本邮件",
        "此致\n敬礼\n",
        "> see below\n",
    };
    struct parts parts = { 0 };
    struct buf body = { 0 };
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        buf_clear(&body);
        while (body.size < 512 * 1024)
            buf_add_str(&body, str_from(pieces[i]));
        parts_find(&parts, STR_NONE, buf_str(&body));
        check_cover(&parts, buf_str(&body));
    }
    buf_free(&body);
    parts_free(&parts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies),        cmocka_unit_test(brief_history),
        cmocka_unit_test(history_inside), cmocka_unit_test(chinese_replies),
        cmocka_unit_test(forwards),       cmocka_unit_test(signatures),
        cmocka_unit_test(footers),        cmocka_unit_test(a_range_over_an_edge_is_own),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
