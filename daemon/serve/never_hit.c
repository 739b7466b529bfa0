#include "serve/never_hit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"

/* All that workers and stages say of one rule. */
struct count {
    uint64_t hits;
    size_t key_size;
    char key[2 * SERIES_VALUE];
};

static struct str count_key(const void *value)
{
    const struct count *count = value;
    return (struct str){ count->key, count->key_size };
}

static bool counts_rules(const struct series_report *series)
{
    return strcmp(stages[series->stage].ops->series_rows[series->row].name, RULE_HITS) == 0;
}

static void add(struct table *counts, const struct series_report *series)
{
    char key[2 * SERIES_VALUE];
    int size = snprintf(key, sizeof(key), "%s\n%s", series->values[0], series->values[1]);
    struct count *count = table_get(counts, (struct str){ key, (size_t)size });
    if (count == NULL) {
        count = mem_alloc(sizeof(*count));
        count->key_size = (size_t)size;
        memcpy(count->key, key, (size_t)size);
        table_put(counts, count);
    }
    count->hits += series->value;
}

static struct table *add_all(const struct app_report *report)
{
    struct table *counts = table_new(count_key);
    for (int i = 0; i < report->count; i++) {
        const struct worker_report *worker = &report->workers[i];
        for (size_t k = 0; k < worker->series_count; k++) {
            if (counts_rules(&worker->series[k]))
                add(counts, &worker->series[k]);
        }
    }
    return counts;
}

/* A report keeps as much of a name as it has room for. */
static const struct count *find(const struct table *counts, const struct config_rule *rule)
{
    char key[2 * SERIES_VALUE];
    struct str name = utf8_prefix(rule->name, SERIES_VALUE - 1);
    int size = snprintf(key, sizeof(key), "%s\n%.*s", rule->kind, STR_ARG(name));
    return table_get(counts, (struct str){ key, (size_t)size });
}

static void put(struct json_writer *json, const struct config_rule *rule)
{
    json_open_object(json);
    JSON_TEXT(json, "kind", rule->kind);
    JSON_STR(json, "rule", rule->name);
    json_close_object(json);
}

void never_hit_put(const struct app_report *report, const struct config *config,
                   struct json_writer *json)
{
    struct table *counts = add_all(report);
    json_open_array(json);
    for (size_t i = 0; i < config->rule_count; i++) {
        const struct count *count = find(counts, &config->rules[i]);
        if (count != NULL && count->hits == 0)
            put(json, &config->rules[i]);
    }
    json_close_array(json);
    size_t at = 0;
    for (struct count *count; (count = table_next(counts, &at)) != NULL;)
        free(count);
    table_free(counts);
}
