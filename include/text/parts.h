/* The parts of a message: what its writer says now, what is quoted from earlier ones, signatures
 * and legal footers. Found by lines, once, before anything is matched. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "base/str.h"

enum part_kind {
    PART_OWN,
    PART_QUOTED,
    PART_SIGNATURE,
    PART_FOOTER,
    PART_INTRODUCTION /* "On …, … wrote:", headers; only while parts are being found */
};

/* The bytes [from, to) of the body. `level` is how deep it is quoted: 0 is not. */
struct part {
    uint32_t from, to;
    enum part_kind kind;
    uint8_t level;
};

/* Zero-initialise; reuse for any number of messages. The items cover the body, ascending, and no
 * two neighbours are alike. */
struct parts {
    struct part *items;
    size_t count, capacity;
};
void parts_free(struct parts *parts);

/* Both are valid UTF-8. Where the writer says nothing of his own (a greeting, "see below"), what
 * he sends on is his own words, but not what that quotes in turn. Linear in the size. */
void parts_find(struct parts *parts, struct str subject, struct str body);

/* What the bytes [from, to) of the body are; own words where any part of them is. */
enum part_kind parts_kind(const struct parts *parts, uint32_t from, uint32_t to);
