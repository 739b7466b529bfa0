/* The global tables: each a row. They are the same for all tasks, and come from compacted topics
 * that others write; the shell has one reader for all of them, and engines look through `struct
 * globals`.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"
#include "base/str.h"
#include "model/actions.h"

struct config;
struct customers;
struct silences;
struct versions;

enum global { GLOBAL_CUSTOMERS, GLOBAL_SILENCES, GLOBAL_VERSIONS, GLOBAL_COUNT };

struct global_row {
    const char *name; /* of its rows and of its setting, "customers" */
    const char *what; /* for people */
    bool one;         /* its topic has one partition */
    size_t topic;     /* offset of a struct str in struct config_topics */
    void *(*make)(void);
    /* For another thread to read. What the two share must stand that. */
    void *(*copy)(const void *table);
    void (*free)(void *table); /* NULL is fine */
    /* One record; an absent value is a tombstone. False + err: the table is unchanged. */
    bool (*put)(void *table, struct str key, struct str value, struct error *err);
    size_t (*count)(const void *table);
};

extern const struct global_row global_rows[GLOBAL_COUNT];

struct str global_topic(const struct config *config, enum global global);

/* The tables as of now. NULL: there is none. */
struct globals {
    const void *tables[GLOBAL_COUNT];
};

/* NULL: there is none, or no `globals` at all. */
const struct customers *globals_customers(const struct globals *globals);
const struct silences *globals_silences(const struct globals *globals);
const struct versions *globals_versions(const struct globals *globals);

/* Up to which version a stage may write that changelog; 0: nothing is said of it. */
int globals_version(const struct globals *globals, enum output changelog);
