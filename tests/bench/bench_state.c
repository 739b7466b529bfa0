/* The tickets stage with many open tickets: what an event costs, what a ticket weighs, how long a
 * restore takes. usage: bench_state CONFIG [TICKETS] */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/mem.h"
#include "host/config_file.h"
#include "json/json.h"
#include "stages.h"
#include "track/ticket.h"

#define START INT64_C(1795219200000)
enum { BATCH = 10000 };

struct kept {
    struct str key, value;
};

struct bench {
    const struct config *config;
    struct engine *engine;
    struct task_clock clock;
    struct arena *arena;
    struct actions actions;
    struct kept *changelog; /* as compacted: the last value of a key, in the order of the first */
    size_t changelog_count, tickets;
    int64_t offset;
    double prepare_ns, feed_ns;
    size_t records, bytes;
};

static const char *const bodies[] = {
    "我上个月在你们店里买的电热水壶，昨天烧水的时候底座突然冒烟，还有很重的焦糊味，差点着火！打了三"
    "次"
    "客服电话都没有人给我一个准确的答复，一直让我等。家里有老人和小孩，这种质量问题非常严重，请马上"
    "处理，"
    "否则我会向市场监督管理局投诉，并且在网上曝光你们的产品。",
    "I was charged twice for my order last week and nobody has answered the two e-mails that I "
    "sent "
    "since. The first payment was refunded, but the second one is still missing and my bank says "
    "that "
    "you have to release it. This is really frustrating. Please tell me by tomorrow when I will "
    "get "
    "my money back, or I will ask a lawyer to write to you.",
    "你好，我的包裹显示已经签收，但是我并没有收到，快递员的电话也打不通。麻烦帮我查一下到底放在哪里"
    "了，"
    "里面是给孩子的生日礼物，周末之前一定要用。谢谢。",
    "The app logs me out every few minutes since the last update. I have reinstalled it twice and "
    "changed my password, which did not help. Can you please look into it?",
};

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static size_t heap(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static void make_event(struct buf *out, const char *type, size_t ticket, int64_t time)
{
    static const char *const categories[] = { "quality", "billing", "logistics", "technical" };
    char text[TIME_TEXT_SIZE];
    buf_clear(out);
    buf_printf(out, "{\"type\":\"%s\",\"ticket\":\"T-%07zu\",\"id\":\"%s-%zu\",\"time\":\"%.*s\",",
               type, ticket, type, ticket, STR_ARG(time_format_ms(time, text)));
    if (strcmp(type, "opened") == 0)
        buf_printf(
            out,
            "\"customer\":{\"account\":\"acct-%zu\",\"contact\":\"c-%zu\",\"tier\":\"gold\"},"
            "\"channel\":\"web\",\"category\":\"%s\",\"subject\":\"Order %zu\",\"body\":\"%s\"}",
            ticket % 50000, ticket % 90000, categories[ticket % 4], ticket, bodies[ticket % 4]);
    else
        buf_printf(out,
                   "\"from\":\"agent\",\"by\":\"ann\",\"body\":\"We have looked into this and will "
                   "come back to you with an answer today.\"}");
}

/* Keeps what a restore will read: each key is written once while tickets are opened, which takes
 * seconds of event time, so that no deadline comes between. */
static void take(struct bench *bench, bool keep)
{
    for (size_t i = 0; i < bench->actions.count; i++) {
        const struct action *action = &bench->actions.items[i];
        bench->records++;
        bench->bytes += action->value.size;
        if (!keep || action->output != OUTPUT_STATE || !str_present(action->value))
            continue;
        struct kept *kept = &bench->changelog[bench->changelog_count++];
        kept->key = (struct str){ mem_copy(action->key.data, action->key.size), action->key.size };
        kept->value =
            (struct str){ mem_copy(action->value.data, action->value.size), action->value.size };
    }
    actions_clear(&bench->actions);
}

static void feed_batch(struct bench *bench, const char *type, size_t from, size_t to, bool kept)
{
    struct record *records = mem_array(BATCH, sizeof(*records));
    struct prepared **prepared = mem_array(BATCH, sizeof(struct prepared *));
    struct buf json = { 0 };
    arena_reset(bench->arena);
    for (size_t i = from; i < to; i++) {
        make_event(&json, type, i, START + bench->offset / 100);
        records[i - from] = (struct record){ .topic = bench->config->topics.home,
                                             .offset = bench->offset,
                                             .timestamp = START + bench->offset / 100,
                                             .value = arena_copy(bench->arena, buf_str(&json)) };
        bench->offset++;
    }
    double begin = now_ns();
    for (size_t i = 0; i < to - from; i++)
        prepared[i] = tickets_engine.prepare(bench->engine, &records[i], bench->arena);
    bench->prepare_ns += now_ns() - begin;
    begin = now_ns();
    /* Taken every few events, as the daemon does, so that the arena stays in the cache. */
    for (size_t i = 0; i < to - from; i++) {
        engine_turn(&tickets_engine, bench->engine, &bench->clock, prepared[i],
                    records[i].timestamp, START, &bench->actions);
        if (i % 16 != 15)
            continue;
        bench->feed_ns += now_ns() - begin;
        take(bench, kept);
        begin = now_ns();
    }
    tickets_engine.mark(bench->engine);
    bench->feed_ns += now_ns() - begin;
    take(bench, kept);
    buf_free(&json);
    free(records);
    free(prepared);
}

static void run(struct bench *bench, const char *type, size_t count, bool kept)
{
    bench->prepare_ns = bench->feed_ns = 0;
    bench->records = bench->bytes = 0;
    for (size_t at = 0; at < count; at += BATCH)
        feed_batch(bench, type, at, at + BATCH < count ? at + BATCH : count, kept);
    printf("%-8s %8zu events: prepare %6.0f ns, decide and encode %6.0f ns, %.1f records and %.0f "
           "bytes each\n",
           type, count, bench->prepare_ns / (double)count, bench->feed_ns / (double)count,
           (double)bench->records / (double)count, (double)bench->bytes / (double)count);
}

static void restore(struct bench *bench, struct engine *engine)
{
    struct error err;
    double begin = now_ns();
    for (size_t i = 0; i < bench->changelog_count; i++) {
        if (!tickets_engine.restore(engine, bench->changelog[i].key, bench->changelog[i].value,
                                    &err)) {
            fprintf(stderr, "%s\n", err.text);
            exit(1);
        }
    }
    if (!tickets_engine.restored(engine, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    printf("restore: %zu records in %.2f s\n", bench->changelog_count, (now_ns() - begin) / 1e9);
}

/* Promises that run in a ticket as it was written. */
static size_t running(struct str state, struct arena *arena)
{
    struct ticket ticket;
    size_t count = 0;
    arena_reset(arena);
    if (!ticket_decode(state, STR("?"), arena, &ticket, NULL))
        abort();
    for (size_t i = 0; i < ticket.clock_count; i++)
        count += ticket.clocks[i].state == CLOCK_RUNNING && ticket.clocks[i].due != TIME_NEVER;
    return count;
}

static void weigh(const struct bench *bench, size_t before)
{
    size_t text = 0, state = 0, clocks = 0;
    for (size_t i = 0; i < bench->changelog_count; i++) {
        const struct kept *kept = &bench->changelog[i];
        /* As allocated: 16-byte steps, 8 bytes in front, a NUL behind. */
        if (kept->key.data[0] == 'x')
            text += (kept->value.size + 1 + 8 + 15) / 16 * 16;
        if (kept->key.data[0] != 't')
            continue;
        state += kept->value.size;
        clocks += running(kept->value, bench->arena);
    }
    double count = (double)bench->tickets;
    double all = (double)(heap() - before);
    printf("memory: %.0f bytes a ticket, %.0f of them kept text, so %.0f beside it (%.0f the "
           "encoding, with 8 for the one identity) with %.2f running clocks (aim: 600 with 3)\n",
           all / count, (double)text / count, (all - (double)text) / count, (double)state / count,
           (double)clocks / count);
}

int main(int argc, char **argv)
{
    struct config_findings findings;
    struct bench bench = { .tickets = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000000 };
    json_init();
    bench.config = argc > 1 ? config_open(argv[1], &findings) : NULL;
    if (!bench.config) {
        fprintf(stderr, "usage: bench_state CONFIG [TICKETS]\n");
        return 64;
    }
    struct engine_setup setup = { .config = bench.config,
                                  .topic = bench.config->topics.home,
                                  .partition_count = 1,
                                  .home_partitions = 1 };
    bench.clock.mode = CLOCK_WALL;
    bench.arena = arena_new(1024 * 1024);
    actions_init(&bench.actions);
    bench.changelog = mem_array(2 * bench.tickets + 100, sizeof(*bench.changelog));
    bench.engine = tickets_engine.create(&setup);
    run(&bench, "opened", bench.tickets, true);
    run(&bench, "message", bench.tickets, false);

    tickets_engine.destroy(bench.engine);
    malloc_trim(0);
    struct engine *engine = tickets_engine.create(&setup);
    size_t before = heap();
    restore(&bench, engine);
    weigh(&bench, before);
    tickets_engine.destroy(engine);
    return 0;
}
