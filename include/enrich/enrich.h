/* Who is complaining: the event's own customer fields, or the CRM's row where it has one. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "model/event.h"

/* One record of `ombud.customers`. */
struct customer_row {
    struct str account; /* the key */
    struct str name;
    struct str tier;
    struct str lifecycle; /* onboarding, active, renewal, at_risk, churned */
    int value;            /* 0-100, -1: unknown */
    int vulnerable;       /* 0, 1, -1: unknown */
    time_ms churned_at;   /* TIME_NEVER: not */
};

/* A plain table: one writer or many readers. Whoever shares it between threads gives each reader
 * a table that nobody writes any more (customers_copy, then exchange the pointer). Rows never
 * change: a new version of one is a new row, so a copy shares them by reference count. */
struct customers;

struct customers *customers_new(void);
/* Shares the rows. The reference counts are atomic: the copy may live in another thread. */
struct customers *customers_copy(const struct customers *customers);
void customers_free(struct customers *customers); /* NULL is fine */
/* One record: key is the account, value its JSON, absent value a tombstone. A wrong optional field
 * is left out, a long word cut (EVENT_WORD_MAX). False + err when the value is no JSON object or
 * the key is empty; the table is then unchanged. */
bool customers_put(struct customers *customers, struct str account, struct str value,
                   struct error *err);
const struct customer_row *customers_find(const struct customers *customers, struct str account);
size_t customers_count(const struct customers *customers);

/* The customer that decisions use and record: what the ticket knows already (`known`, NULL for a
 * new one), replaced by what the event says, replaced by what the table's row says: the CRM is
 * right about its own customers. `customers` may be NULL. What comes from the table is copied to
 * `arena`, the rest is borrowed. True when a row was found. */
bool enrich_customer(const struct customers *customers, const struct customer *known,
                     const struct event *event, struct arena *arena, struct customer *customer);
