#include "pairs.h"

#include <string.h>

/* What was heard so far: of each side the last stated hit, and who has found its other side. */
struct listening {
    const struct config_pair *pairs;
    const struct event *event;
    const struct hit *last[2 * CONFIG_PAIRS_MAX];
    const struct hit *found[2 * CONFIG_PAIRS_MAX];
};

static bool is_word_byte(unsigned char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || byte == '\'';
}

/* Are there at most so many words in text[from, to), or twice as many characters of Chinese? Longer
 * than BYTES a word is none. */
static bool is_short(struct str text, size_t from, size_t to, int words)
{
    enum { BYTES = 24 };
    int left = 2 * words;
    bool in_word = false;
    if (to > from && to - from > (size_t)words * BYTES)
        return false;
    for (size_t at = from; at < to && left >= 0; at++) {
        unsigned char byte = (unsigned char)text.data[at];
        if (is_word_byte(byte))
            left -= in_word ? 0 : 2;
        else if (byte >= 0xc0)
            left--;
        in_word = is_word_byte(byte);
    }
    return left >= 0;
}

/* The subject is about everything that the body says. `first` begins no later than `second`. */
static bool is_near(const struct event *event, const struct hit *first, const struct hit *second,
                    int within)
{
    if (within == 0 || first->field != second->field)
        return true;
    struct str text = first->field == HIT_SUBJECT ? event->subject : event->body;
    return is_short(text, first->to, second->from, within);
}

static void hear(struct listening *listening, size_t bit, const struct hit *hit)
{
    const struct hit *other = listening->last[bit ^ 1];
    listening->last[bit] = hit;
    if (listening->found[bit] || !other ||
        !is_near(listening->event, other, hit, listening->pairs[bit / 2].within))
        return;
    listening->found[bit] = hit;
    listening->found[bit ^ 1] = other;
}

/* Of hits in the order of the text, the nearest to one is the last of the other side. */
static void hear_text(struct listening *listening, const uint64_t *sides, const struct hit *hits,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = hits[i].mood == HIT_STATED ? sides[hits[i].concept] : 0;
        for (; bits; bits &= bits - 1)
            hear(listening, (size_t)__builtin_ctzll(bits), &hits[i]);
    }
}

/* A signal outside the text that is on this side; NULL: none. */
static const struct signal *find_signal(const struct config_pair *pair, int side,
                                        const struct score *score)
{
    for (size_t i = 0; i < score->signal_count; i++)
        for (size_t k = 0; k < pair->signal_counts[side]; k++)
            if (str_equal(score->signals[i].name, pair->signals[side][k]))
                return &score->signals[i];
    return NULL;
}

/* Both sides in the text, or one there and the other outside it. */
static bool is_complete(const struct listening *listening, size_t index, const struct score *score,
                        struct pair_found *found)
{
    const struct config_pair *pair = &listening->pairs[index];
    found->pair = pair;
    if (listening->found[2 * index]) {
        for (size_t side = 0; side < 2; side++)
            found->evidence[side] = text_evidence(listening->found[2 * index + side]);
        return true;
    }
    for (int side = 0; side < 2; side++) {
        const struct hit *hit = listening->last[2 * index + (size_t)side];
        const struct signal *signal = hit ? find_signal(pair, 1 - side, score) : NULL;
        if (!signal)
            continue;
        found->evidence[side] = text_evidence(hit);
        found->evidence[1 - side] = signal->evidence[0];
        return true;
    }
    return false;
}

struct pair_found *pairs_find(const struct config *config, const struct event *event,
                              const struct hit *hits, size_t hit_count, const struct score *score,
                              struct arena *arena, size_t *count)
{
    const struct config_score *settings = &config->score;
    struct listening listening = { .pairs = settings->pairs, .event = event };
    struct pair_found found, *all = NULL;
    *count = 0;
    if (settings->pair_count == 0 || hit_count == 0)
        return NULL;
    hear_text(&listening, settings->pair_sides, hits, hit_count);
    for (size_t i = 0; i < settings->pair_count; i++) {
        if (!is_complete(&listening, i, score, &found))
            continue;
        if (!all)
            all = arena_alloc_raw(arena, settings->pair_count * sizeof(*all));
        all[(*count)++] = found;
    }
    return all;
}
