#include "serve/metrics_parts.h"

#include <inttypes.h>

void metrics_head(struct buf *text, const char *name, const char *type, const char *help)
{
    buf_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void gauge(struct buf *text, const char *name, const char *help, double value)
{
    metrics_head(text, name, "gauge", help);
    buf_printf(text, "%s %.15g\n", name, value);
}

/* What the system does not tell is left out. */
static void known(struct buf *text, const char *name, const char *help, size_t value)
{
    if (value > 0)
        gauge(text, name, help, (double)value);
}

/* Names and meaning as every Prometheus client library has them. */
static void write_system(struct buf *text, const struct process_numbers *process, time_ms started)
{
    metrics_head(text, "process_cpu_seconds_total", "counter", "CPU time of all threads.");
    buf_printf(text, "process_cpu_seconds_total %.6f\n", (double)process->cpu_us / 1e6);
    gauge(text, "process_start_time_seconds", "When it was started, since 1970.",
          (double)started / 1000);
    known(text, "process_resident_memory_bytes", "Memory that the process has.", process->resident);
    known(text, "process_virtual_memory_bytes", "Addresses that it has.", process->virtual);
    known(text, "process_open_fds", "Files and sockets that are open.", process->open_files);
    known(text, "process_max_fds", "How many may be.", process->most_files);
    known(text, "process_threads", "Threads, those of the Kafka clients included.",
          process->threads);
    known(text, "ombud_memory_allocated_bytes",
          "Memory that the allocator has given out: what no other metric names is the "
          "configuration's, the Kafka clients' and the lexicons'.",
          process->allocated);
}

static void write_reloads(struct buf *text, const struct reload_tally *reloads)
{
    metrics_head(text, "ombud_reloads_total", "counter", "Reloads, by how they ended.");
    buf_printf(text, "ombud_reloads_total{outcome=\"taken\"} %" PRIu64 "\n", reloads->taken);
    buf_printf(text, "ombud_reloads_total{outcome=\"refused\"} %" PRIu64 "\n", reloads->refused);
    gauge(text, "ombud_reload_last_successful", "0 when the last reload was refused.",
          reloads->refused_at <= reloads->taken_at);
    gauge(text, "ombud_reload_last_success_timestamp_seconds",
          "When the configuration in use was taken by a reload, since 1970; 0: by the start.",
          (double)reloads->taken_at / 1000);
}

void metrics_process(struct buf *text, const struct app_report *app)
{
    write_system(text, &app->process, app->started);
    write_reloads(text, app->reloads);
}
