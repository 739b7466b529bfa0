/* Texts of a record that nothing reads: what a person wrote may be among them. Internal to format
 * and decode. */
#pragma once

#include "format/event_read.h"
#include "format/format.h"

/* Is what stands at `item` known: read, or said to be no person's words? Asked of a text with
 * enough words and of what holds it. */
typedef bool unread_known_fn(void *arg, const cJSON *item);

struct unread_list {
    struct unread *texts; /* in the order of the record, in `arena` */
    size_t count;
};

/* Every text below `root` that has at least `least` words and is not known. */
struct unread_list unread_find(const cJSON *root, unsigned least, unread_known_fn *known, void *arg,
                               struct arena *arena);
/* One warning for all of them; none for none. */
void unread_warn(const struct unread_list *list, struct warnings *warnings);

/* Is `item` a member of `object`, or of its customer, that a canonical field takes? */
bool unread_is_field(const cJSON *object, const cJSON *item);

struct mapping;
/* What of a record no rule of its format asks for. A rule whose condition does not hold asks for
 * nothing, one that was not needed does. */
struct unread_list format_unread(struct mapping *mapping, unsigned least);

/* How many words `text` has, as far as `enough`. A word is a run of letters between blanks, not
 * an address or a key; three Han characters, or kana or hangul, count as two words. */
unsigned unread_words(struct str text, unsigned enough);
