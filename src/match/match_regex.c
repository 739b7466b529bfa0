#include "match_node.h"

#include <assert.h>
#include <hs.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

/* Vectorscan: its time grows with the text only, whatever the pattern. (ICU's engine took 39 us for
 * an alternation of English words with \b over 400 bytes; this takes less than one.) */

struct match_regex {
    hs_database_t *database;
    uint64_t identity; /* of the pattern: equal ones need equal memory */
    struct match_regex *next;
};

/* One piece of memory serves all patterns: it grows for each when it first runs. Which ones it fits
 * is a set, open addressing, at most half full; 0 is an empty place. */
struct match_scratch {
    hs_scratch_t *hs;
    uint64_t *fits;
    size_t count, capacity; /* of `fits`; a power of two, or 0 */
};

struct match_scratch *match_scratch_new(void)
{
    return mem_alloc(sizeof(struct match_scratch));
}

void match_scratch_free(struct match_scratch *scratch)
{
    if (!scratch)
        return;
    hs_free_scratch(scratch->hs);
    free(scratch->fits);
    free(scratch);
}

static uint64_t *find(uint64_t *fits, size_t capacity, uint64_t identity)
{
    size_t at = identity & (capacity - 1);
    while (fits[at] && fits[at] != identity)
        at = (at + 1) & (capacity - 1);
    return &fits[at];
}

static void grow(struct match_scratch *scratch, const struct match_regex *regex)
{
    if (hs_alloc_scratch(regex->database, &scratch->hs) != HS_SUCCESS)
        abort(); /* as everywhere when memory runs out */
    if (2 * scratch->count >= scratch->capacity) {
        size_t capacity = scratch->capacity ? 2 * scratch->capacity : 32;
        uint64_t *fits = mem_array(capacity, sizeof(*fits));
        for (size_t i = 0; i < scratch->capacity; i++) {
            if (scratch->fits[i])
                *find(fits, capacity, scratch->fits[i]) = scratch->fits[i];
        }
        free(scratch->fits);
        scratch->fits = fits;
        scratch->capacity = capacity;
    }
    *find(scratch->fits, scratch->capacity, regex->identity) = regex->identity;
    scratch->count++;
}

static void fit(struct match_scratch *scratch, const struct match_regex *regex)
{
    if (!scratch->capacity || !*find(scratch->fits, scratch->capacity, regex->identity))
        grow(scratch, regex);
}

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
    regex->identity = hash64(pattern) | 1; /* 0 is none */
    regex->next = *list;
    *list = regex;
    return regex;
}

void match_regex_close(struct match_regex *list)
{
    for (; list; list = list->next) {
        hs_free_database(list->database);
        list->database = NULL;
    }
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *arg)
{
    (void)id, (void)from, (void)to, (void)flags;
    *(bool *)arg = true;
    return 1; /* one is enough */
}

bool match_regex_find(const struct match_regex *regex, struct str text,
                      struct match_scratch *scratch)
{
    assert(scratch && "facts that a regular expression is asked of come with scratch memory");
    bool found = false;
    fit(scratch, regex);
    hs_scan(regex->database, text.size ? text.data : "", (unsigned)text.size, 0, scratch->hs,
            on_match, &found);
    return found;
}
