#include "globals.h"

#include "config/config.h"
#include "enrich/enrich.h"

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

const struct global_row global_rows[GLOBAL_COUNT] = {
    [GLOBAL_CUSTOMERS] = { .name = "customers",
                           .what = "What the CRM knows of customers, by account.",
                           .topic = offsetof(struct config_topics, customers),
                           .make = make_customers,
                           .copy = copy_customers,
                           .free = free_customers,
                           .put = put_customers,
                           .count = count_customers },
};

struct str global_topic(const struct config *config, enum global global)
{
    return *(const struct str *)((const char *)&config->topics + global_rows[global].topic);
}

const struct customers *globals_customers(const struct globals *globals)
{
    return globals ? globals->tables[GLOBAL_CUSTOMERS] : NULL;
}
