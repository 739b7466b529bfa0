/* Regular expressions taken apart into literals, which Vectorscan finds at once, and what stands
 * around them, which is then compared. "(?:电池|手机).{0,8}(?:冒烟|发烫)" is five literals and a
 * distance. As one automaton that knows where its match began it compiles for hundreds of
 * milliseconds, scans several times slower and is often refused as too large. What is found is the
 * same, but that + and * repeat at most CHAIN_REPEAT times. Private to this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/str.h"

enum { CHAIN_REPEAT = 16 };

/* Any of the strings, `least` to `most` times in a row; or, without strings, a word boundary. */
struct chain_item {
    struct str *strings; /* lower case; one may be empty, then least and most are 1 */
    size_t count;
    unsigned least, most;
};

/* One way to write a part: found by any string of one of its items, the anchor. */
struct chain_branch {
    struct chain_item *items;
    size_t count, anchor;
};

/* What may stand between two parts: so many characters of some kinds, or so many words. */
struct chain_gap {
    unsigned least, most;
    unsigned word;     /* 0: characters; else words of up to so many, each behind a space */
    uint64_t ascii[2]; /* bit by bit which ASCII characters may stand in it; never a line's end */
    bool beyond;       /* others may, but those of `except` */
    struct str except;
};
/* Is text[from, to) such a gap? */
bool chain_gap_fits(const struct chain_gap *gap, struct str text, size_t from, size_t to);

/* What stands between two gaps: branches, or one expression that could not be taken apart. */
struct chain_part {
    struct str expression; /* where there are no branches */
    struct chain_branch *branches;
    size_t branch_count;
    struct chain_gap gap; /* between the part before and this one */
};

struct chain {
    struct chain_part *parts;
    size_t part_count;
};

/* One chain for each alternative of `expression`, which is valid. Memory from `arena`. */
struct chain *chain_split(struct str expression, struct arena *arena, size_t *count);

/* Where a part may begin or end, the widest first: what is optional may also belong to the gap. */
enum { CHAIN_ENDS = 4 };
struct chain_ends {
    size_t at[CHAIN_ENDS];
    size_t count;
};

/* The anchor of `branch` stands at [from, to) of `text`: does the rest stand around it? */
bool chain_branch_matches(const struct chain_branch *branch, struct str text, size_t from,
                          size_t to, struct chain_ends *begins, struct chain_ends *ends);
