#include "sample.h"

#include <stdio.h>
#include <stdlib.h>

/* What people say: enough different sentences that no two bodies are alike, none of them rare. */
static const char *const zh[] = {
    "上周在你们门店买的电热水壶，用了三天就开始漏水，打客服电话排队四十分钟没人接。",
    "订单显示已经签收，可是我根本没有收到货，快递员的电话一直打不通。",
    "说好三个工作日退款，到今天已经两个星期了，钱还没有到账。",
    "安装师傅迟到了两个小时，态度也不好，走的时候把地板划了一道口子。",
    "我已经第三次反映这个问题了，每次都说会有专人联系，结果没有一次有人回电。",
    "会员费被重复扣了两次，请尽快核实并把多扣的钱退给我。",
    "小区电梯这个月坏了五次，家里有老人，上下楼非常不方便。",
    "登录的时候一直提示系统繁忙，换了手机和电脑都不行，工作全耽误了。",
    "如果这周还不处理，我只能向市场监管部门反映情况。",
    "物业说是施工单位的责任，施工单位又说归物业管，互相推来推去。",
    "希望能给一个明确的答复，不要总是让我等通知。",
    "发票上的抬头开错了，财务不给报销，麻烦重新开一张。",
};
static const char *const en[] = {
    "The replacement arrived yesterday with the same fault as the first one, so we are back where "
    "we started.",
    "I was charged twice for the same invoice and nobody has called me back about the refund.",
    "Your courier marked the parcel as delivered, but nothing was left at our door.",
    "This is the third time I am writing about this and every time I get a different answer.",
    "Since the update this morning none of our staff can log in and the whole office is waiting.",
    "The technician was polite, but he left without fixing the leak under the sink.",
    "Please tell me by Friday what you are going to do, otherwise we will cancel the contract.",
    "I do not need compensation, I just want somebody to explain what happened.",
    "The statement shows a fee that was never mentioned when I opened the account.",
    "We have been customers for nine years and have never been treated like this.",
    "My mother is 81 and has been without heating since Sunday evening.",
    "The web page keeps timing out when I try to upload the documents you asked for.",
};
static const char *const categories[] = { "quality",  "billing", "logistics", "technical",
                                          "property", "service", "privacy",   "legal" };
/* A ticket's life, as long as a benchmark needs it. */
static const struct {
    const char *type, *from;
} steps[] = {
    { "opened", "customer" },
    { "message", "customer" },
    { "message", "agent" },
    { "resolved", "agent" },
};

enum { OPEN_AT_ONCE = 20000, EVENTS_PER_TICKET = 4, BODY_BYTES = 330 };

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static size_t write_body(char *body, bool chinese, unsigned *random)
{
    const char *const *sentences = chinese ? zh : en;
    size_t count = chinese ? sizeof(zh) / sizeof(*zh) : sizeof(en) / sizeof(*en), size = 0;
    while (size < BODY_BYTES) {
        const char *sentence = sentences[next_random(random) % count];
        size += (size_t)sprintf(body + size, "%s%s", size && !chinese ? " " : "", sentence);
    }
    return size;
}

time_ms sample_time(long number, time_ms start, bool only_open)
{
    return start + (only_open ? number / 100 : number);
}

size_t sample_event(char *out, char *ticket, long number, time_ms start, bool only_open)
{
    long batch = number / (OPEN_AT_ONCE * EVENTS_PER_TICKET);
    long within = number % (OPEN_AT_ONCE * EVENTS_PER_TICKET);
    long index = only_open ? number : batch * OPEN_AT_ONCE + within % OPEN_AT_ONCE;
    int step = only_open ? 0 : (int)(within / OPEN_AT_ONCE);
    unsigned random = (unsigned)number * 2654435761u + 1;
    bool chinese = index & 1;
    char body[2 * BODY_BYTES], moment[TIME_TEXT_SIZE];
    struct str time = time_format_ms(sample_time(number, start, only_open), moment);
    sprintf(ticket, "%s-%07ld", chinese ? "ZH" : "EN", index);
    write_body(body, chinese, &random);
    return (size_t)sprintf(
        out,
        "{\"type\":\"%s\",\"ticket\":\"%s\",\"id\":\"%s-%d\",\"time\":\"%.*s\","
        "\"lang\":\"%s\",\"customer\":{\"kind\":\"external\",\"account\":\"account-%ld\","
        "\"tier\":\"%s\",\"value\":%ld},\"channel\":\"web\",\"category\":\"%s\","
        "\"from\":\"%s\",\"subject\":\"%.*s\",\"body\":\"%s\"}",
        steps[step].type, ticket, ticket, step, STR_ARG(time), chinese ? "zh" : "en", index % 50000,
        index % 10 ? "standard" : "gold", index % 100, categories[index % 8], steps[step].from,
        chinese ? 30 : 24, body, body);
}
