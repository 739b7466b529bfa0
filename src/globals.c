#include "globals.h"

#include <stdlib.h>

#include "base/mem.h"
#include "config/config.h"
#include "config/versions.h"
#include "enrich/enrich.h"
#include "escalate/silences.h"

static void *make_customers(void)
{
    return customers_new();
}

static void *copy_customers(const void *table)
{
    return customers_copy(table);
}

static void free_customers(void *table)
{
    customers_free(table);
}

static bool put_customers(void *table, struct str key, struct str value, struct error *err)
{
    return customers_put(table, key, value, err);
}

static size_t count_customers(const void *table)
{
    return customers_count(table);
}

static void *make_silences(void)
{
    return silences_new();
}

static void *copy_silences(const void *table)
{
    return silences_copy(table);
}

static void free_silences(void *table)
{
    silences_free(table);
}

static bool put_silences(void *table, struct str key, struct str value, struct error *err)
{
    return silences_put(table, key, value, err);
}

static size_t count_silences(const void *table)
{
    return silences_count(table);
}

static void *make_versions(void)
{
    return mem_alloc(sizeof(struct versions));
}

static void *copy_versions(const void *table)
{
    return mem_copy(table, sizeof(struct versions));
}

static void free_versions(void *table)
{
    free(table);
}

static bool put_versions(void *table, struct str key, struct str value, struct error *err)
{
    return versions_put(table, key, value, err);
}

static size_t count_versions(const void *table)
{
    const struct versions *versions = table;
    size_t count = 0;
    for (int i = 0; i < OUTPUT_COUNT; i++)
        count += versions->of[i] > 0;
    return count;
}

const struct global_row global_rows[GLOBAL_COUNT] = {
    [GLOBAL_CUSTOMERS] = { .name = "customers",
                           .what = "What the CRM knows of customers, by account.",
                           .topic = offsetof(struct config_topics, customers),
                           .make = make_customers,
                           .copy = copy_customers,
                           .free = free_customers,
                           .put = put_customers,
                           .count = count_customers },
    [GLOBAL_SILENCES] = { .name = "silences",
                          .what = "What supervisors asked not to be told for a while, by id.",
                          .topic = offsetof(struct config_topics, silences),
                          .make = make_silences,
                          .copy = copy_silences,
                          .free = free_silences,
                          .put = put_silences,
                          .count = count_silences },
    [GLOBAL_VERSIONS] = { .name = "versions",
                          .what = "Up to which version state may be written, by changelog.",
                          .one = true,
                          .topic = offsetof(struct config_topics, versions),
                          .make = make_versions,
                          .copy = copy_versions,
                          .free = free_versions,
                          .put = put_versions,
                          .count = count_versions },
};

struct str global_topic(const struct config *config, enum global global)
{
    return *(const struct str *)((const char *)&config->topics + global_rows[global].topic);
}

const struct customers *globals_customers(const struct globals *globals)
{
    return globals ? globals->tables[GLOBAL_CUSTOMERS] : NULL;
}

const struct silences *globals_silences(const struct globals *globals)
{
    return globals ? globals->tables[GLOBAL_SILENCES] : NULL;
}

const struct versions *globals_versions(const struct globals *globals)
{
    return globals ? globals->tables[GLOBAL_VERSIONS] : NULL;
}

int globals_version(const struct globals *globals, enum output changelog)
{
    const struct versions *versions = globals_versions(globals);
    return versions ? versions->of[changelog] : 0;
}
