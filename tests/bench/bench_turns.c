/* What the rest of a ticket's life costs without Kafka, with the shipped configuration, on one
 * core: ns for an event without text, and for a deadline that fires. Counted in instructions, too,
 * see instructions.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "host/config_file.h"
#include "json/json.h"
#include "sample.h"
#include "stages.h"

#define START INT64_C(1790000000000)
enum { TICKETS = 4096, ROUNDS = 24, ROUNDS_MAX = 1000, TRANSACTION = 256, EVENT_BYTES = 256 };

/* What a ticket goes through after its opening. */
static const char *const steps[] = { "accepted", "pending", "resumed" };
enum { STEPS = sizeof(steps) / sizeof(*steps), EVENTS = STEPS * TICKETS };

struct bench {
    struct config *config;
    struct engine *engine;
    struct task_clock clock;
    struct arena *arena;
    struct actions actions;
    struct record openings[TICKETS], events[EVENTS];
    size_t bytes;
    double costs[2][ROUNDS_MAX]; /* of an event, of a deadline */
    uint64_t deadlines, records;
};

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static struct record make_record(const struct bench *bench, char *text, size_t size, long number)
{
    return (struct record){ .topic = bench->config->topics.home,
                            .offset = number,
                            .timestamp = sample_time(number, START, true),
                            .value = { mem_copy(text, size), size } };
}

static void make_openings(struct bench *bench)
{
    char ticket[SAMPLE_TICKET_BYTES], text[SAMPLE_EVENT_BYTES];
    for (long i = 0; i < TICKETS; i++)
        bench->openings[i] =
            make_record(bench, text, sample_event(text, ticket, i, START, true), i);
}

/* As a ticketing system tells of them. */
static void make_events(struct bench *bench)
{
    char ticket[SAMPLE_TICKET_BYTES], text[SAMPLE_EVENT_BYTES], moment[TIME_TEXT_SIZE];
    for (long i = 0; i < EVENTS; i++) {
        const char *type = steps[i / TICKETS];
        long number = TICKETS + i;
        sample_event(text, ticket, i % TICKETS, START, true);
        struct str time = time_format_ms(sample_time(number, START, true), moment);
        int size = snprintf(text, sizeof(text),
                            "{\"type\":\"%s\",\"ticket\":\"%s\",\"id\":\"%s-%s\",\"time\":\"%.*s\","
                            "\"by\":\"ann\",%s\"from\":\"agent\"}",
                            type, ticket, ticket, type, STR_ARG(time),
                            strcmp(type, "pending") == 0 ? "\"on\":\"customer\"," : "");
        bench->bytes += (size_t)size;
        bench->events[i] = make_record(bench, text, (size_t)size, number);
    }
}

static void take(struct bench *bench)
{
    bench->records += bench->actions.count;
    actions_clear(&bench->actions);
}

/* What the end of a transaction costs belongs to what was done in it. */
static void commit(struct bench *bench)
{
    tickets_engine.changelog(bench->engine, &bench->actions);
    take(bench);
    tickets_engine.mark(bench->engine);
}

static void feed(struct bench *bench, const struct record *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        arena_reset(bench->arena);
        struct prepared *prepared =
            tickets_engine.prepare(bench->engine, &records[i], bench->arena);
        engine_turn(&tickets_engine, bench->engine, &bench->clock, prepared, records[i].timestamp,
                    0, &bench->actions);
        take(bench);
        if (i % TRANSACTION == TRANSACTION - 1)
            commit(bench);
    }
}

/* Callgrind counts in these two alone. */
static __attribute__((noinline)) void state_events(struct bench *bench)
{
    feed(bench, bench->events, EVENTS);
}

static __attribute__((noinline)) void deadlines(struct bench *bench)
{
    bench->clock.mode = CLOCK_WALL;
    while (engine_pass(&tickets_engine, bench->engine, &bench->clock, false, START + TIME_DAY,
                       TRANSACTION, &bench->actions)) {
        take(bench);
        commit(bench);
    }
    commit(bench);
}

static double timed(struct bench *bench, void (*work)(struct bench *))
{
    double begin = now_ns();
    bench->records = 0;
    work(bench);
    return now_ns() - begin;
}

static void run(struct bench *bench, int round)
{
    struct engine_setup setup = { .config = bench->config,
                                  .topic = bench->config->topics.home,
                                  .partition_count = 1,
                                  .home_partitions = 1,
                                  .changelog_at_commit = true };
    bench->engine = tickets_engine.create(&setup);
    bench->clock = (struct task_clock){ .mode = CLOCK_STREAM };
    feed(bench, bench->openings, TICKETS);
    bench->costs[0][round] = timed(bench, state_events) / EVENTS;
    if (round == 0)
        printf("  an event without text, of %.0f bytes, makes %.1f records\n",
               (double)bench->bytes / EVENTS, (double)bench->records / EVENTS);
    uint64_t before = bench->clock.fired;
    bench->costs[1][round] = timed(bench, deadlines);
    bench->deadlines = bench->clock.fired - before;
    bench->costs[1][round] /= (double)bench->deadlines;
    if (round == 0)
        printf("  a deadline makes %.1f; %llu fire in the first day\n",
               (double)bench->records / (double)bench->deadlines,
               (unsigned long long)bench->deadlines);
    tickets_engine.destroy(bench->engine);
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

int main(int argc, char **argv)
{
    static struct bench bench;
    struct config_findings findings;
    int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;
    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_turns [ROUNDS], at the root of the tree\n");
        return 64;
    }
    json_init();
    bench.config = config_open("conf/ombud.yaml", &findings);
    config_findings_free(&findings);
    if (bench.config == NULL) {
        fprintf(stderr, "bench_turns: conf/ombud.yaml is not usable\n");
        return 78;
    }
    bench.arena = arena_new(64 * 1024);
    actions_init(&bench.actions);
    make_openings(&bench);
    make_events(&bench);
    printf("%d tickets, median of %d rounds, CPU time of one thread\n", TICKETS, rounds);
    for (int round = 0; round < rounds; round++)
        run(&bench, round);
    printf("  %-28s %8.0f ns (aim: 4000 ns)\n", "an event without text",
           median(bench.costs[0], (size_t)rounds));
    printf("  %-28s %8.0f ns\n", "a deadline", median(bench.costs[1], (size_t)rounds));
    return 0;
}
