#include "enrich/enrich.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/table.h"
#include "json/json.h"

enum { PARSE_BLOCK = 8192 };

struct row {
    struct customer_row customer; /* first: what customers_find gives out */
    atomic_uint users;            /* tables that hold it */
    char text[];                  /* what the strings point into */
};

struct customers {
    struct table *rows;
};

static struct str row_key(const void *value)
{
    return ((const struct row *)value)->customer.account;
}

static void row_release(struct row *row)
{
    if (row && atomic_fetch_sub(&row->users, 1) == 1)
        free(row);
}

struct customers *customers_new(void)
{
    struct customers *customers = mem_alloc(sizeof(*customers));
    customers->rows = table_new(row_key);
    return customers;
}

struct customers *customers_copy(const struct customers *customers)
{
    struct customers *copy = customers_new();
    struct row *row;
    for (size_t at = 0; (row = table_next(customers->rows, &at));) {
        atomic_fetch_add(&row->users, 1);
        table_put(copy->rows, row);
    }
    return copy;
}

void customers_free(struct customers *customers)
{
    if (!customers)
        return;
    struct row *row;
    for (size_t at = 0; (row = table_next(customers->rows, &at));)
        row_release(row);
    table_free(customers->rows);
    free(customers);
}

/* One allocation a row: a table of a million customers is a million blocks, not five. */
static struct row *row_make(const struct customer_row *customer)
{
    const struct str *from[] = { &customer->account, &customer->name, &customer->tier,
                                 &customer->lifecycle };
    size_t size = 0;
    for (size_t i = 0; i < 4; i++)
        size += from[i]->size;
    struct row *row = mem_alloc(sizeof(*row) + size);
    row->customer = *customer;
    struct str *to[] = { &row->customer.account, &row->customer.name, &row->customer.tier,
                         &row->customer.lifecycle };
    char *at = row->text;
    for (size_t i = 0; i < 4; i++) {
        if (from[i]->size)
            memcpy(at, from[i]->data, from[i]->size);
        if (str_present(*to[i]))
            to[i]->data = at;
        at += from[i]->size;
    }
    atomic_init(&row->users, 1);
    return row;
}

static int read_value(const cJSON *item)
{
    int64_t value;
    return json_integer(item, &value) && value >= 0 && value <= 100 ? (int)value : -1;
}

static time_ms read_time(const cJSON *item)
{
    time_ms time = TIME_NEVER;
    struct str text = json_string(item);
    return str_present(text) && time_parse(text, &time, NULL) ? time : TIME_NEVER;
}

/* As in events: what names something is kept with every ticket. */
static struct str read_word(const cJSON *item)
{
    return utf8_prefix(json_string(item), EVENT_WORD_MAX);
}

static struct customer_row read_row(struct str account, const cJSON *root)
{
    const cJSON *vulnerable = json_get(root, STR("vulnerable"));
    return (struct customer_row){
        .account = account,
        .name = read_word(json_get(root, STR("name"))),
        .tier = read_word(json_get(root, STR("tier"))),
        .lifecycle = read_word(json_get(root, STR("lifecycle"))),
        .value = read_value(json_get(root, STR("value"))),
        .vulnerable = cJSON_IsBool(vulnerable) ? cJSON_IsTrue(vulnerable) : -1,
        .churned_at = read_time(json_get(root, STR("churned_at"))),
    };
}

bool customers_put(struct customers *customers, struct str account, struct str value,
                   struct error *err)
{
    if (str_empty(account))
        return error_set(err, "a customer needs an account as the record's key");
    if (!str_present(value)) {
        row_release(table_remove(customers->rows, account));
        return true;
    }
    struct arena *arena = arena_new(PARSE_BLOCK);
    struct error why;
    size_t at = 0;
    const cJSON *root = json_parse(value, &json_event_limits, arena, NULL, &at, &why);
    bool ok = root && cJSON_IsObject(root);
    if (ok) {
        struct customer_row customer = read_row(account, root);
        row_release(table_put(customers->rows, row_make(&customer)));
    } else if (root) {
        error_set(err, "customer '%.*s': not a JSON object", STR_ARG(account));
    } else {
        error_set(err, "customer '%.*s': byte %zu: %s", STR_ARG(account), at, why.text);
    }
    arena_free(arena);
    return ok;
}

const struct customer_row *customers_find(const struct customers *customers, struct str account)
{
    return table_get(customers->rows, account);
}

size_t customers_count(const struct customers *customers)
{
    return table_count(customers->rows);
}

static void replace(struct str *text, struct str by)
{
    if (!str_empty(by))
        *text = by;
}

static void say(struct customer *customer, const struct customer *event)
{
    if (!event->given)
        return;
    customer->given = true;
    customer->internal = event->internal;
    replace(&customer->account, event->account);
    replace(&customer->contact, event->contact);
    replace(&customer->department, event->department);
    replace(&customer->tier, event->tier);
    replace(&customer->lifecycle, event->lifecycle);
    if (event->value >= 0)
        customer->value = event->value;
    if (event->vulnerable >= 0)
        customer->vulnerable = event->vulnerable;
    if (str_empty(customer->account))
        customer->account = customer->contact;
}

bool enrich_customer(const struct customers *customers, const struct customer *known,
                     const struct event *event, struct arena *arena, struct customer *customer)
{
    *customer = known ? *known : (struct customer){ .value = -1, .vulnerable = -1 };
    say(customer, &event->customer);
    const struct customer_row *row = customers && !str_empty(customer->account)
                                         ? customers_find(customers, customer->account)
                                         : NULL;
    if (!row)
        return false;
    replace(&customer->tier, arena_copy(arena, row->tier));
    replace(&customer->lifecycle, arena_copy(arena, row->lifecycle));
    if (row->value >= 0)
        customer->value = row->value;
    if (row->vulnerable >= 0)
        customer->vulnerable = row->vulnerable;
    return true;
}
