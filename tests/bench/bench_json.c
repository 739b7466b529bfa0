/* What one 670-byte event costs: the strict check alone, check and tree, and all of decoding. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "decode/event.h"
#include "json/json.h"

static const char chinese[] =
    "{\"type\":\"opened\",\"ticket\":\"T-20261121-000042\",\"id\":\"e-7f3a-42\","
    "\"time\":\"2026-11-21T09:00:00+08:00\",\"channel\":\"hotline\",\"lang\":\"zh\","
    "\"customer\":{\"kind\":\"external\",\"account\":\"acme-0042\",\"contact\":\"wang.fang@acme."
    "example\","
    "\"tier\":\"gold\",\"value\":72},\"subject\":\"新买的电暖器冒烟，插头发烫，家里有老人和孩子\","
    "\"body\":"
    "\"你好，上周在你们商城买的电暖器，今天早上一打开就冒烟，插头烫得不敢碰，墙上的插座已经发黑了。"
    "我打了三次客服电话都没人接，家里有老人和孩子，真要着火了谁负责？请今天之内给我一个答复，"
    "否则我就打12315投诉。\",\"category\":\"product\",\"tags\":[\"heater\",\"smoke\"],\"priority\":"
    "2,"
    "\"attributes\":{\"region\":\"north\",\"order\":88123}}";

static const char english[] =
    "{\"type\":\"message\",\"ticket\":\"T-20261121-000043\",\"id\":\"e-7f3a-43\","
    "\"time\":\"2026-11-21T09:00:00Z\",\"from\":\"customer\",\"channel\":\"mail\",\"lang\":\"en\","
    "\"customer\":{\"account\":\"globex-0007\",\"contact\":\"j.miller@globex.example\"},"
    "\"subject\":\"Charged twice again and nobody answers\","
    "\"body\":\"This is the third time I am writing about the same invoice. You charged my card "
    "twice "
    "in October, promised a refund within five days and then closed my ticket without paying a "
    "cent. "
    "I have been a customer for nine years. If the money is not back on my account by Friday I "
    "will "
    "dispute both charges with my bank and tell the ombudsman how you treat people.\\n\\nJ. "
    "Miller\","
    "\"tags\":[\"billing\"],\"attributes\":{\"region\":\"west\",\"invoice\":\"INV-2026-1042\"}}";

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void measure(const char *name, const char *text, int rounds, struct arena *arena)
{
    struct str s = { text, strlen(text) };
    struct json_traits traits;
    size_t at = 0, sum = 0;

    double begin = now_ns();
    for (int i = 0; i < rounds; i++) {
        if (!json_check(s, &json_event_limits, &traits, &at, NULL))
            exit(1);
        sum += at;
    }
    double check = (now_ns() - begin) / rounds;
    begin = now_ns();
    for (int i = 0; i < rounds; i++) {
        if (!json_parse(s, &json_event_limits, arena, NULL, &at, NULL))
            exit(1);
        arena_reset(arena);
        sum += at;
    }
    double parse = (now_ns() - begin) / rounds;
    struct record record = { .topic = STR("ombud.events"), .timestamp = 1795251600000, .value = s };
    struct refusal refusal;
    struct event event;
    begin = now_ns();
    for (int i = 0; i < rounds; i++) {
        if (!event_decode(&record, NULL, 512 * 1024, arena, &event, &refusal))
            exit(1);
        sum += event.body.size;
        arena_reset(arena);
    }
    double decode = (now_ns() - begin) / rounds;
    printf("%-8s %4zu bytes: check %5.0f ns, check and tree %5.0f ns, event %5.0f ns (%zu)\n", name,
           s.size, check, parse, decode, sum);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 200000;
    struct arena *arena = arena_new(64 * 1024);

    json_init();
    measure("chinese", chinese, rounds, arena);
    measure("english", english, rounds, arena);
    arena_free(arena);
    return 0;
}
