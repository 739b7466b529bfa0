#include "text/lexicon.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "compose.h"
#include "lexicon_parts.h"
#include "mood.h"
#include "text/normalise.h"
#include "text/parts.h"

/* Marks of one phrase that are kept in one scan; the rest of a hostile text adds nothing. */
enum { PATTERN_MARKS = 2048 };

/* "Three times already" may well have been last year: only what weighs as much as a danger is asked
 * whose it is and when it was. */
enum { GRAVE_POINTS = 20 };

/* A pattern found, before it is judged. Offsets into the normalised text. */
struct mark {
    uint32_t from, to, pattern;
    bool covers; /* the pattern's */
};

/* A phrase that may become a hit. */
struct candidate {
    uint32_t from, to;
    const struct pattern *pattern;
    const struct meaning *meaning;
    enum hit_mood cover; /* of what hides it; HIT_STATED: nothing does */
    bool dropped, beside;
};

/* Per category while candidates are chosen. */
struct choice {
    uint32_t except_to;  /* furthest end of an exception met so far */
    uint32_t cover_to;   /* and of a figure of speech or a term */
    enum hit_mood cover; /* which of the two */
    size_t last;         /* place of the last candidate plus one; 0: none */
    size_t side;         /* of the last that is only a side of a pair */
    unsigned kept[2][2]; /* by field, by whether it lifts to one */
};

struct lexicon_scratch {
    const struct lexicon *lexicon;
    struct normal normal;
    struct reading reading; /* of the normalised text */
    struct scent scent;     /* of the clause that is being completed */
    struct parts parts;     /* of the body */
    size_t body;            /* where the body begins in the normalised text */
    uint16_t *seen;         /* marks by pattern */
    struct mark *marks;
    size_t mark_count, mark_capacity;
    struct candidate *candidates;
    size_t candidate_count, candidate_capacity;
    struct words words, matters; /* modifiers; those from MODIFIER_HEARSAY on */
    struct choice *choices;      /* by category; behind them one for what hides phrases of any */
};

struct lexicon_scratch *lexicon_scratch_new(const struct lexicon *lexicon)
{
    struct lexicon_scratch *scratch = mem_alloc(sizeof(*scratch));
    scratch->lexicon = lexicon;
    scratch->seen = mem_array(lexicon->pattern_count + 1, sizeof(*scratch->seen));
    scratch->choices = mem_array(lexicon->category_count + 1, sizeof(*scratch->choices));
    return scratch;
}

void lexicon_scratch_free(struct lexicon_scratch *scratch)
{
    if (!scratch)
        return;
    normal_free(&scratch->normal);
    reading_free(&scratch->reading);
    parts_free(&scratch->parts);
    free(scratch->seen);
    free(scratch->marks);
    free(scratch->candidates);
    free(scratch->words.items);
    free(scratch->matters.items);
    free(scratch->choices);
    free(scratch);
}

/* Grows an array of the scratch so that one more fits. */
static void *grown(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    *capacity = *capacity ? 2 * *capacity : 64;
    return mem_resize(items, *capacity, size);
}

/* Were there so many of the pattern that one more tells nothing? Counts this one. */
static bool is_too_many(struct lexicon_scratch *scratch, uint32_t pattern)
{
    if (!(scratch->lexicon->traits[pattern] & TRAIT_LIMITED))
        return false;
    if (scratch->seen[pattern] == PATTERN_MARKS)
        return true;
    scratch->seen[pattern]++;
    return false;
}

static bool covers(const struct lexicon_scratch *scratch, uint32_t pattern)
{
    return scratch->lexicon->traits[pattern] & TRAIT_COVERS;
}

static void mark_add(struct lexicon_scratch *scratch, uint32_t pattern, size_t first, size_t last)
{
    const struct token *tokens = scratch->reading.tokens.items;
    scratch->marks =
        grown(scratch->marks, scratch->mark_count, &scratch->mark_capacity, sizeof(struct mark));
    scratch->marks[scratch->mark_count++] =
        (struct mark){ tokens[first].from, tokens[last].to, pattern, covers(scratch, pattern) };
}

/* Leftmost first, longest first, what covers first, then in the order of the lexicon. */
static int compare_marks(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->to != y->to)
        return x->to > y->to ? -1 : 1;
    if (x->covers != y->covers)
        return x->covers ? -1 : 1;
    return x->pattern < y->pattern ? -1 : x->pattern > y->pattern;
}

/* They are nearly sorted: few are moved, except in texts made to be slow. */
static void sort_marks(struct lexicon_scratch *scratch)
{
    struct mark *marks = scratch->marks;
    size_t moves = 0;
    for (size_t i = 1; i < scratch->mark_count; i++) {
        struct mark mark = marks[i];
        size_t place = i;
        for (; place > 0 && compare_marks(&marks[place - 1], &mark) > 0; place--)
            marks[place] = marks[place - 1];
        marks[place] = mark;
        moves += i - place;
        if (moves > 8 * scratch->mark_count + 256) {
            qsort(marks, scratch->mark_count, sizeof(*marks), compare_marks);
            return;
        }
    }
}

static void try(struct lexicon_scratch *scratch, const struct composed *composed,
                const struct sighting *anchor)
{
    const struct reading *reading = &scratch->reading;
    uint32_t id = composed->pattern->id;
    size_t first, last;
    /* 差距太大, 火炬: together no 大火 */
    if (composed_match(composed, reading, anchor, &first, &last) &&
        (covers(scratch, id) || !reading_cuts(reading, first, last)) && !is_too_many(scratch, id))
        mark_add(scratch, id, first, last);
}

/* Completes what is composed around a word that was found. */
static void compose_marks(struct lexicon_scratch *scratch, const struct sighting *anchor)
{
    const struct roles *roles = &scratch->lexicon->roles;
    const struct role *role = &roles->items[roles->by_literal[anchor->pattern]];
    for (uint32_t i = role->from; i < role->to; i++)
        if (scent_has(&scratch->scent, roles->attempts[i].guard))
            try(scratch, roles->composed[roles->attempts[i].composed], anchor);
}

static bool is_heard(const struct sighting *sighting)
{
    return sighting->traits & (TRAIT_MEANS | TRAIT_ANCHORS);
}

static void take_sighting(struct lexicon_scratch *scratch, const struct sighting *sighting)
{
    if (is_too_many(scratch, sighting->pattern))
        return;
    if (sighting->traits & TRAIT_MEANS)
        mark_add(scratch, sighting->pattern, sighting->first, sighting->last);
    if (sighting->traits & TRAIT_ANCHORS)
        compose_marks(scratch, sighting);
}

/* What guards phrases among what stands at the tokens [from, to), a clause. */
static void take_scent(struct lexicon_scratch *scratch, size_t from, size_t to)
{
    const struct reading *reading = &scratch->reading;
    const struct roles *roles = &scratch->lexicon->roles;
    struct scent scent = { 0 };
    size_t first, last, unused;
    reading_from(reading, to - 1, &first, &unused);
    reading_from(reading, from, &unused, &last);
    for (size_t i = first; i < last; i++)
        if (reading->sightings[i].pattern != TRIE_NONE)
            scent_add(&scent,
                      &roles->items[roles->by_literal[reading->sightings[i].pattern]].scent);
    scratch->scent = scent;
}

/* What was found and what is composed around it, sorted. */
static void make_marks(struct lexicon_scratch *scratch)
{
    const struct reading *reading = &scratch->reading;
    scratch->mark_count = 0;
    for (size_t token = 0, clause = 0; token < reading->tokens.count; token++) {
        size_t from, to;
        if (token == clause) {
            clause = reading_clause_end(reading, token);
            take_scent(scratch, token, clause);
        }
        reading_from(reading, token, &from, &to);
        while (to-- > from)
            if (is_heard(&reading->sightings[to]))
                take_sighting(scratch, &reading->sightings[to]);
    }
    for (size_t i = 0; i < reading->count; i++)
        if (is_heard(&reading->sightings[i]))
            scratch->seen[reading->sightings[i].pattern] = 0;
    for (size_t i = 0; i < scratch->mark_count; i++)
        scratch->seen[scratch->marks[i].pattern] = 0;
    sort_marks(scratch);
}

static void take_word(struct lexicon_scratch *scratch, const struct mark *mark, enum modifier kind)
{
    struct words *words = kind < MODIFIER_HEARSAY ? &scratch->words : &scratch->matters;
    struct word word = { mark->from, mark->to, kind, false };
    if (words->count > 0) {
        struct word *last = &words->items[words->count - 1];
        if (word.from < last->to) {
            if (word.to - word.from > last->to - last->from)
                *last = word;
            return;
        }
    }
    words->items = grown(words->items, words->count, &words->capacity, sizeof(word));
    words->items[words->count++] = word;
}

/* Longer, or as long and more serious. */
static bool outweighs(const struct candidate *a, const struct candidate *b)
{
    uint32_t a_size = a->to - a->from, b_size = b->to - b->from;
    if (a_size != b_size)
        return a_size > b_size;
    if (a->meaning->floor != b->meaning->floor)
        return a->meaning->floor > b->meaning->floor;
    return a->meaning->points > b->meaning->points;
}

static void drop(struct choice *choice, struct candidate *candidate, size_t body)
{
    candidate->dropped = true;
    choice->kept[candidate->from >= body][candidate->meaning->lifts]--;
}

/* False: there are enough of its kind. */
static bool keep(struct lexicon_scratch *scratch, struct choice *choice,
                 const struct candidate *candidate)
{
    unsigned *kept = &choice->kept[candidate->from >= scratch->body][candidate->meaning->lifts];
    if (*kept >= LEXICON_KEPT)
        return false;
    ++*kept;
    scratch->candidates = grown(scratch->candidates, scratch->candidate_count,
                                &scratch->candidate_capacity, sizeof(*candidate));
    scratch->candidates[scratch->candidate_count++] = *candidate;
    return true;
}

static bool overlaps(const struct lexicon_scratch *scratch, const struct candidate *candidate,
                     size_t place)
{
    return place > 0 && candidate->from < scratch->candidates[place - 1].to;
}

/* What has a floor only together with another neither hides phrases nor is hidden by longer ones;
 * where others say more, or without points, it adds nothing of its own. */
static void take_side(struct lexicon_scratch *scratch, struct choice *choice,
                      struct candidate *candidate)
{
    candidate->beside =
        candidate->meaning->points == 0 || overlaps(scratch, candidate, choice->last);
    if (overlaps(scratch, candidate, choice->side)) {
        struct candidate *last = &scratch->candidates[choice->side - 1];
        candidate->beside = true;
        if (last->meaning->concept == candidate->meaning->concept) {
            if (!outweighs(candidate, last))
                return;
            candidate->beside = candidate->meaning->points == 0 || last->beside;
            drop(choice, last, scratch->body);
        }
    }
    if (keep(scratch, choice, candidate))
        choice->side = scratch->candidate_count;
}

static void take_phrase(struct lexicon_scratch *scratch, const struct mark *mark,
                        const struct meaning *meaning)
{
    struct choice *choice = &scratch->choices[meaning->category];
    const struct choice *any = &scratch->choices[scratch->lexicon->category_count];
    if (choice->except_to >= mark->to || any->except_to >= mark->to)
        return;
    struct candidate candidate = { .from = mark->from,
                                   .to = mark->to,
                                   .pattern = scratch->lexicon->patterns[mark->pattern],
                                   .meaning = meaning };
    if (choice->cover_to >= mark->to || any->cover_to >= mark->to)
        candidate.cover = choice->cover_to >= mark->to ? choice->cover : any->cover;
    if (meaning->lifts && meaning->floor == 0) {
        take_side(scratch, choice, &candidate);
        return;
    }
    if (overlaps(scratch, &candidate, choice->last)) {
        struct candidate *last = &scratch->candidates[choice->last - 1];
        if (!outweighs(&candidate, last))
            return;
        drop(choice, last, scratch->body);
    }
    if (overlaps(scratch, &candidate, choice->side))
        scratch->candidates[choice->side - 1].beside = true;
    if (keep(scratch, choice, &candidate))
        choice->last = scratch->candidate_count;
}

/* What it covers begins no sooner and ends no later: the furthest end so far tells. */
static void take_cover(struct lexicon_scratch *scratch, const struct mark *mark,
                       const struct meaning *meaning)
{
    size_t count = scratch->lexicon->category_count;
    size_t category = meaning->category == ANY_CATEGORY ? count : meaning->category;
    struct choice *choice = &scratch->choices[category];
    uint32_t *to = meaning->kind == MEANING_EXCEPT ? &choice->except_to : &choice->cover_to;
    if (*to >= mark->to)
        return;
    *to = mark->to;
    if (meaning->kind == MEANING_COVER)
        choice->cover = meaning->mood;
}

/* One walk over the sorted marks: exceptions, modifiers and the longest phrases. */
static void choose(struct lexicon_scratch *scratch)
{
    memset(scratch->choices, 0, (scratch->lexicon->category_count + 1) * sizeof(*scratch->choices));
    scratch->candidate_count = scratch->words.count = scratch->matters.count = 0;
    for (size_t i = 0; i < scratch->mark_count; i++) {
        const struct mark *mark = &scratch->marks[i];
        const struct meaning *meaning = scratch->lexicon->patterns[mark->pattern]->meanings;
        for (; meaning; meaning = meaning->next) {
            if (meaning->kind == MEANING_PHRASE)
                take_phrase(scratch, mark, meaning);
            else if (meaning->kind == MEANING_MODIFIER)
                take_word(scratch, mark, meaning->modifier);
            else if (meaning->kind != MEANING_WORD)
                take_cover(scratch, mark, meaning);
        }
    }
}

/* Modifiers that are part of a phrase (没人管) say nothing about other phrases. */
static void spend_words(struct lexicon_scratch *scratch)
{
    uint32_t covered = 0;
    size_t next = 0;
    for (size_t i = 0; i < scratch->words.count; i++) {
        struct word *word = &scratch->words.items[i];
        for (; next < scratch->candidate_count && scratch->candidates[next].from <= word->from;
             next++) {
            const struct candidate *candidate = &scratch->candidates[next];
            bool closed = !candidate->pattern->open || candidate->pattern->denies;
            if (closed && !candidate->dropped && candidate->to > covered)
                covered = candidate->to;
        }
        word->spent = word->to <= covered;
    }
}

static struct hit hit_from(const struct lexicon_scratch *scratch, struct context *context,
                           const struct candidate *candidate)
{
    enum hit_field field = candidate->from >= scratch->body ? HIT_BODY : HIT_SUBJECT;
    struct finding finding = { .from = candidate->from,
                               .to = candidate->to,
                               .field = field,
                               .open = candidate->pattern->open && !candidate->pattern->denies,
                               .floored = candidate->meaning->lifts,
                               .grave = candidate->meaning->lifts ||
                                        candidate->meaning->points >= GRAVE_POINTS };
    struct hit hit = { .category = candidate->meaning->category,
                       .concept = candidate->meaning->concept,
                       .field = field,
                       .points = candidate->meaning->points,
                       .floor = candidate->meaning->floor,
                       .beside = candidate->beside,
                       .from = normal_from(&scratch->normal, candidate->from),
                       .to = normal_to(&scratch->normal, candidate->to),
                       .rule = candidate->meaning->rule };
    finding.original_from = hit.from;
    finding.original_to = hit.to;
    hit.mood = mood_of(context, &finding, &hit.intensified);
    if (candidate->cover != HIT_STATED)
        hit.mood = candidate->cover;
    hit.text = (struct str){ context->original[field].data + hit.from, hit.to - hit.from };
    return hit;
}

/* Both fields in one text, a line break between them that no phrase contains. */
static void prepare(struct lexicon_scratch *scratch, struct str subject, struct str body)
{
    const struct fold *fold = scratch->lexicon->fold;
    normal_clear(&scratch->normal);
    if (subject.size > 0) {
        normalise(fold, subject, &scratch->normal);
        buf_add_char(&scratch->normal.text, '\n');
    }
    scratch->body = scratch->normal.text.size;
    if (body.size > 0)
        normalise(fold, body, &scratch->normal);
    parts_find(&scratch->parts, subject, body);
}

struct hit *lexicon_scan(const struct lexicon *lexicon, struct lexicon_scratch *scratch,
                         struct str subject, struct str body, struct arena *arena, size_t *count)
{
    assert(scratch->lexicon == lexicon);
    *count = 0;
    if (lexicon->pattern_count == 0 || subject.size + body.size == 0)
        return NULL;
    prepare(scratch, subject, body);
    reading_find(&scratch->reading, lexicon, buf_str(&scratch->normal.text));
    make_marks(scratch);
    choose(scratch);
    if (scratch->candidate_count == 0)
        return NULL;
    spend_words(scratch);
    struct context context = { .normal = &scratch->normal,
                               .parts = &scratch->parts,
                               .original = { subject, body },
                               .words = scratch->words,
                               .matters = scratch->matters };
    struct hit *hits = arena_alloc_raw(arena, scratch->candidate_count * sizeof(*hits));
    for (size_t i = 0; i < scratch->candidate_count; i++)
        if (!scratch->candidates[i].dropped)
            hits[(*count)++] = hit_from(scratch, &context, &scratch->candidates[i]);
    return hits;
}
