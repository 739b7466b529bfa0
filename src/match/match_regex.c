#include "match_node.h"

#include <hs.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Vectorscan, as for lexicons: one dialect everywhere, and time that grows with the text only,
 * whatever the pattern. (ICU's engine took 39 us for an alternation of English words with \b over
 * 400 bytes; this takes less than one.) */

struct match_regex {
    hs_database_t *database;
    hs_scratch_t *pattern_scratch; /* never scanned with, only cloned: it is shared */
    _Atomic(hs_scratch_t *) spare; /* a clone at rest; whoever takes it owns it */
    struct match_regex *next;
};

struct match_regex *match_regex_open(struct str pattern, struct arena *arena,
                                     struct match_regex **list, struct error *err)
{
    const unsigned flags = HS_FLAG_UTF8 | HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY;
    hs_compile_error_t *why = NULL;
    struct match_regex *regex = arena_alloc(arena, sizeof(*regex));
    if (memchr(pattern.data, '\0', pattern.size)) {
        error_set(err, "a regular expression has no NUL; write \\x00");
        return NULL;
    }
    if (hs_compile(arena_copy(arena, pattern).data, flags, HS_MODE_BLOCK, NULL, &regex->database,
                   &why) != HS_SUCCESS) {
        size_t size = strlen(why->message);
        while (size > 0 && why->message[size - 1] == '.')
            size--;
        error_set(err, "the regular expression is not usable: %.*s", (int)size, why->message);
        hs_free_compile_error(why);
        return NULL;
    }
    if (hs_alloc_scratch(regex->database, &regex->pattern_scratch) != HS_SUCCESS)
        abort(); /* as everywhere when memory runs out */
    regex->next = *list;
    *list = regex;
    return regex;
}

void match_regex_close(struct match_regex *list)
{
    for (; list; list = list->next) {
        hs_free_scratch(atomic_exchange(&list->spare, NULL));
        hs_free_scratch(list->pattern_scratch);
        hs_free_database(list->database);
        list->database = NULL;
    }
}

/* A scan needs scratch memory of its own, so threads cannot share one. Most of the time the spare
 * is there and nothing is allocated. */
static hs_scratch_t *take(struct match_regex *regex)
{
    hs_scratch_t *own = atomic_exchange(&regex->spare, NULL);
    if (!own && hs_clone_scratch(regex->pattern_scratch, &own) != HS_SUCCESS)
        abort();
    return own;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *arg)
{
    (void)id, (void)from, (void)to, (void)flags;
    *(bool *)arg = true;
    return 1; /* one is enough */
}

bool match_regex_find(const struct match_regex *shared, struct str text)
{
    struct match_regex *regex = (struct match_regex *)shared; /* only the atomic spare changes */
    hs_scratch_t *own = take(regex);
    bool found = false;
    hs_scan(regex->database, text.size ? text.data : "", (unsigned)text.size, 0, own, on_match,
            &found);
    hs_free_scratch(atomic_exchange(&regex->spare, own));
    return found;
}
