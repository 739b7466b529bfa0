/* What deciding costs without Kafka: ns by stage for one opening complaint of about 670 bytes, with
 * the shipped configuration, on one core. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "yaml/yaml.h"
#include "host/config_file.h"
#include "decode/event.h"
#include "json/json.h"
#include "route/route.h"
#include "sample.h"
#include "score/score.h"
#include "stages.h"

enum { EVENTS = 4096, ROUNDS = 24, ROUNDS_MAX = 1000, BATCH = 64 };

enum stage_cost { DECODE, MATCH, SCORE, ROUTE, STAGES };
static const char *const stage_names[STAGES] = { "parse, check, decode", "normalise and match",
                                                 "score", "screen, route, near miss" };

struct bench {
    struct config *config;
    struct lexicon_scratch *scratch;
    struct match_scratch *match_scratch;
    struct arena *arena;
    char *texts;
    struct record records[EVENTS];
    size_t bytes;
    double cost[STAGES];
    unsigned long hits, signals, routed;
};

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void make_events(struct bench *bench)
{
    bench->texts = mem_array(EVENTS, SAMPLE_EVENT_BYTES);
    for (long i = 0; i < EVENTS; i++) {
        char ticket[SAMPLE_TICKET_BYTES];
        char *text = bench->texts + i * SAMPLE_EVENT_BYTES;
        size_t size = sample_event(text, ticket, i, 1790000000000, true);
        bench->bytes += size;
        bench->records[i] = (struct record){ .topic = bench->config->topics.home,
                                             .offset = i,
                                             .timestamp = 1790000000000 + i,
                                             .value = { text, size } };
    }
}

/* One event on its way through the stages. */
struct judged {
    struct event event;
    struct hit *hits;
    size_t hit_count;
    struct score score;
    struct verdict verdict;
};

static void decode(struct bench *bench, const struct record *record, struct judged *judged)
{
    struct refusal refusal;
    if (!event_decode(record, &bench->config->sources[0], bench->config->max_event, bench->arena,
                      &judged->event, &refusal))
        abort();
}

static void match(struct bench *bench, const struct record *record, struct judged *judged)
{
    (void)record;
    judged->hits = lexicon_scan(bench->config->lexicon, bench->scratch, judged->event.subject,
                                judged->event.body, bench->arena, &judged->hit_count);
}

static void score(struct bench *bench, const struct record *record, struct judged *judged)
{
    static const struct history history = { 0 };
    (void)record;
    score_event(bench->config, &judged->event, judged->hits, judged->hit_count,
                &judged->event.customer, judged->event.category, &history, bench->arena,
                &judged->score);
}

static void route(struct bench *bench, const struct record *record, struct judged *judged)
{
    const struct score *scored = &judged->score;
    struct facts facts = { .scratch = bench->match_scratch,
                           .event = &judged->event,
                           .signals = scored->names,
                           .signal_count = scored->name_count,
                           .score = scored->points,
                           .band = scored->band,
                           .category = judged->event.category };
    const struct config_screen *screen = screen_event(bench->config, &facts);
    (void)record;
    facts.label = screen ? screen->label : STR_NONE;
    route_event(bench->config, &facts, bench->arena, &judged->verdict);
}

/* A batch goes through one stage after the other: asking for the time after each event would cost
 * as much as a stage. */
static void judge_batch(struct bench *bench, const struct record *records, struct judged *judged)
{
    static void (*const steps[STAGES])(struct bench *, const struct record *, struct judged *) = {
        [DECODE] = decode, [MATCH] = match, [SCORE] = score, [ROUTE] = route
    };
    arena_reset(bench->arena);
    for (int stage = 0; stage < STAGES; stage++) {
        double begin = now_ns();
        for (size_t i = 0; i < BATCH; i++)
            steps[stage](bench, &records[i], &judged[i]);
        bench->cost[stage] += now_ns() - begin;
    }
    for (size_t i = 0; i < BATCH; i++) {
        bench->hits += judged[i].hit_count;
        bench->signals += judged[i].score.name_count;
        bench->routed += !judged[i].verdict.unrouted;
    }
}

/* All of the tickets stage: state, clocks, ladders and the records that come out. */
static double engine_cost(const struct bench *bench)
{
    struct engine_setup setup = { .config = bench->config,
                                  .topic = bench->config->topics.home,
                                  .partition_count = 1,
                                  .home_partitions = 1 };
    struct engine *engine = tickets_engine.create(&setup);
    struct task_clock clock = { .mode = CLOCK_STREAM };
    struct actions actions;
    actions_init(&actions);
    double begin = now_ns();
    for (size_t i = 0; i < EVENTS; i++) {
        const struct record *record = &bench->records[i];
        arena_reset(bench->arena);
        struct prepared *prepared = tickets_engine.prepare(engine, record, bench->arena);
        engine_turn(&tickets_engine, engine, &clock, prepared, record->timestamp, 0, &actions);
        if (i % 256 == 255) {
            tickets_engine.mark(engine);
            actions_clear(&actions);
        }
    }
    double cost = (now_ns() - begin) / EVENTS;
    actions_free(&actions);
    tickets_engine.destroy(engine);
    return cost;
}

static int compare(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare);
    return values[count / 2];
}

static void run(struct bench *bench, int rounds)
{
    static double costs[STAGES + 2][ROUNDS_MAX];
    static struct judged judged[BATCH];
    for (int round = 0; round < rounds; round++) {
        double sum = 0;
        memset(bench->cost, 0, sizeof(bench->cost));
        bench->hits = bench->signals = bench->routed = 0;
        for (size_t i = 0; i < EVENTS; i += BATCH)
            judge_batch(bench, &bench->records[i], judged);
        for (int stage = 0; stage < STAGES; stage++) {
            costs[stage][round] = bench->cost[stage] / EVENTS;
            sum += costs[stage][round];
        }
        costs[STAGES][round] = sum;
        costs[STAGES + 1][round] = engine_cost(bench);
    }
    for (int stage = 0; stage < STAGES; stage++)
        printf("  %-28s %8.0f ns\n", stage_names[stage], median(costs[stage], (size_t)rounds));
    double sum = median(costs[STAGES], (size_t)rounds);
    printf("  %-28s %8.0f ns  %10.0f events/s (aim: 8000 ns)\n", "judged", sum, 1e9 / sum);
    double engine = median(costs[STAGES + 1], (size_t)rounds);
    printf("  %-28s %8.0f ns  %10.0f events/s\n", "the whole tickets stage", engine, 1e9 / engine);
}

/* The lexicon's size is what matching depends on. */
static void run_with(struct bench *bench, int rounds)
{
    bench->scratch = lexicon_scratch_new(bench->config->lexicon);
    bench->match_scratch = match_scratch_new();
    printf("\n%zu phrases\n", lexicon_phrase_count(bench->config->lexicon));
    run(bench, rounds);
    printf("  an event has %.1f hits and %.1f signals; %.0f %% are routed\n",
           (double)bench->hits / EVENTS, (double)bench->signals / EVENTS,
           100.0 * (double)bench->routed / EVENTS);
    lexicon_scratch_free(bench->scratch);
    match_scratch_free(bench->match_scratch);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct config_findings findings;
    int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;
    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_core [ROUNDS], at the root of the tree\n");
        return 64;
    }
    json_init();
    double begin = now_ns();
    bench.config = config_open("conf/ombud.yaml", &findings);
    double loaded = now_ns() - begin;
    config_findings_free(&findings);
    if (bench.config == NULL) {
        fprintf(stderr, "bench_core: conf/ombud.yaml is not usable\n");
        return 78;
    }
    bench.arena = arena_new(64 * 1024);
    make_events(&bench);
    printf("conf/ombud.yaml loaded in %.0f ms (aim: 300 ms)\n", loaded / 1e6);
    printf("%d different events of %.0f bytes, median of %d rounds, CPU time of one thread\n",
           EVENTS, (double)bench.bytes / EVENTS, rounds);
    run_with(&bench, rounds);
    arena_free(bench.arena);
    free(bench.texts);
    config_free(bench.config);
    return 0;
}
