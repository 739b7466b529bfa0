/* Texts of a record that nothing reads: what a person wrote may be among them. Internal to format
 * and decode. */
#pragma once

#include "format/event_read.h"
#include "format/format.h"

/* What is looked for, and what is known: read, or said to be no person's words. */
struct unread_search {
    unsigned least;              /* words from which a text counts */
    const cJSON *const *settled; /* known, with all that they hold */
    size_t settled_count;
    /* Is this known, too? Asked of other texts with enough words, and of what holds them. */
    bool (*known)(void *arg, const cJSON *item);
    void *arg;
    struct arena *arena;
};

struct unread_list {
    struct unread *texts; /* in the order of the record, in `arena` */
    size_t count;
};

/* Every text below `root` that has enough words and is not known. */
struct unread_list unread_find(const cJSON *root, const struct unread_search *search);
/* One warning for all of them; none for none. */
void unread_warn(const struct unread_list *list, struct warnings *warnings);

/* Is `item` a member of `object`, or of its customer, that a canonical field takes? */
bool unread_is_field(const cJSON *object, const cJSON *item);

struct mapping;
/* What of a record no rule of its format asks for. A rule whose condition does not hold asks for
 * nothing, one that was not needed does. */
struct unread_list format_unread(struct mapping *mapping, unsigned least);
