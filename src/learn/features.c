#include "learn/features.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "text/normalise.h"

enum place { PLACE_SUBJECT, PLACE_BODY, PLACE_SIGNAL, PLACE_CATEGORY };

/* A bucket that was met, and where in `items`. Few and small, so that they stay near the processor;
 * at most half of them are taken. They are never cleared: a slot is taken where its item is there
 * and of its bucket, so what an earlier text left is empty or, by chance, right. */
struct slot {
    uint16_t bucket, item;
};

enum { SLOTS = 2 * LEARN_FEATURES_MAX };

struct features {
    const struct learn_input *input;
    struct normal normal[2]; /* of subject and body */
    struct feature items[LEARN_FEATURES_MAX];
    size_t count;
    struct slot slots[SLOTS]; /* open addressing */
};

/* How often a name counts. A category was chosen by somebody and is worth several words. A signal
 * is worth no more than one: its words were often chosen with these very tickets in view, so they
 * seem to tell more than they will. */
enum { SIGNAL_COUNT = 1, CATEGORY_COUNT = 4 };

/* Where the walk through one field stands: what the next piece may pair with. */
struct walk {
    struct features *features;
    enum place place;
    struct str text;
    uint64_t word; /* hash of the word before, 0: none */
    size_t word_from;
    uint32_t han; /* the Han character before, 0: none */
    size_t han_from;
};

struct features *features_new(void)
{
    return mem_alloc(sizeof(struct features));
}

void features_free(struct features *features)
{
    if (!features)
        return;
    normal_free(&features->normal[PLACE_SUBJECT]);
    normal_free(&features->normal[PLACE_BODY]);
    free(features);
}

static bool is_taken(const struct features *features, const struct slot *slot)
{
    return slot->item < features->count && features->items[slot->item].bucket == slot->bucket;
}

/* The slot of a bucket, or the empty one where it belongs. */
static struct slot *find_slot(struct features *features, uint16_t bucket)
{
    size_t at = bucket % SLOTS;
    while (is_taken(features, &features->slots[at]) && features->slots[at].bucket != bucket)
        at = (at + 1) % SLOTS;
    return &features->slots[at];
}

static void add(struct features *features, uint64_t hash, unsigned count, enum place place,
                size_t from, size_t to)
{
    /* The high bits of a product depend on every bit of the factor. */
    uint16_t bucket = (uint16_t)((hash * UINT64_C(0x9e3779b97f4a7c15)) >> 49);
    struct slot *slot = find_slot(features, bucket);
    if (!is_taken(features, slot)) {
        if (features->count == LEARN_FEATURES_MAX)
            return;
        *slot = (struct slot){ bucket, (uint16_t)features->count };
        features->items[features->count++] =
            (struct feature){ bucket, (uint8_t)count, (uint8_t)place, (uint32_t)from,
                              (uint32_t)to };
        return;
    }
    struct feature *met = &features->items[slot->item];
    met->count =
        (uint8_t)(met->count + count > LEARN_COUNT_MAX ? LEARN_COUNT_MAX : met->count + count);
}

static void add_words(struct walk *walk, uint64_t hash, size_t from, size_t to)
{
    add(walk->features, hash, 1, walk->place, from, to);
}

/* Normalised text is valid UTF-8. */
static uint32_t character_at(struct str text, size_t at, size_t *size)
{
    const unsigned char *c = (const unsigned char *)text.data + at;
    if (*c < 0x80) {
        *size = 1;
        return *c;
    }
    *size = *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : 4;
    uint32_t code = *c & (0x7fu >> *size);
    for (size_t i = 1; i < *size; i++)
        code = code << 6 | (c[i] & 0x3f);
    return code;
}

enum piece { PIECE_GAP, PIECE_END, PIECE_DIGIT, PIECE_LETTER, PIECE_HAN };

static const uint8_t ascii[128] = { ['a' ... 'z'] = PIECE_LETTER,
                                    ['\''] = PIECE_LETTER,
                                    ['0' ... '9'] = PIECE_DIGIT,
                                    ['.'] = PIECE_END,
                                    ['!'] = PIECE_END,
                                    ['?'] = PIECE_END,
                                    [';'] = PIECE_END };

static enum piece piece_of(uint32_t code)
{
    if (code < 128)
        return ascii[code];
    if (code >= 0x4e00 && code < 0xa000)
        return PIECE_HAN;
    if (code == 0x3002)
        return PIECE_END;
    if ((code >= 0x3400 && code < 0xa000) || (code >= 0x20000 && code < 0x32000))
        return PIECE_HAN;
    /* Punctuation and symbols between Latin and CJK; what else is there are letters. */
    if (code < 0xaa || (code >= 0x2000 && code < 0x2c00) || (code >= 0x3000 && code < 0x3040) ||
        (code >= 0xfe00 && code < 0xfe70) || (code >= 0xff00 && code < 0xff66))
        return PIECE_GAP;
    return PIECE_LETTER;
}

static void take_han(struct walk *walk, uint32_t code, size_t from, size_t to)
{
    add_words(walk, code, from, to);
    if (walk->han)
        add_words(walk, (uint64_t)walk->han << 32 | code, walk->han_from, to);
    walk->han = code;
    walk->han_from = from;
    walk->word = 0;
}

/* Letters and digits from `from` on; returns where they end. */
static size_t take_word(struct walk *walk, size_t from)
{
    bool digits = true;
    size_t to = from, size;
    for (; to < walk->text.size; to += size) {
        enum piece piece = piece_of(character_at(walk->text, to, &size));
        if (piece != PIECE_LETTER && piece != PIECE_DIGIT)
            break;
        digits = digits && piece == PIECE_DIGIT;
    }
    uint64_t hash = digits ? '#'
                           : hash64((struct str){ walk->text.data + from, to - from }) | UINT64_C(1)
                                                                                             << 63;
    add_words(walk, hash, from, to);
    if (walk->word)
        add_words(walk, walk->word * 31 + hash + 1, walk->word_from, to);
    walk->word = hash;
    walk->word_from = from;
    walk->han = 0;
    return to;
}

static void take_text(struct features *features, const struct fold *fold, struct str text,
                      enum place place)
{
    struct normal *normal = &features->normal[place];
    normal_clear(normal);
    normalise(fold, utf8_prefix(text, LEARN_TEXT_MAX), normal);
    struct walk walk = { .features = features, .place = place, .text = buf_str(&normal->text) };
    for (size_t at = 0, size; at < walk.text.size;) {
        uint32_t code = character_at(walk.text, at, &size);
        switch (piece_of(code)) {
        case PIECE_HAN:
            take_han(&walk, code, at, at + size);
            break;
        case PIECE_LETTER:
        case PIECE_DIGIT:
            at = take_word(&walk, at);
            continue;
        case PIECE_END:
            walk.word = 0;
            walk.han = 0;
            break;
        case PIECE_GAP:
            walk.han = 0;
            break;
        }
        at += size;
    }
}

static void take_name(struct features *features, const char *kind, struct str name, unsigned count,
                      enum place place, size_t index)
{
    struct str parts[] = { str_from(kind), name };
    if (!str_empty(name))
        add(features, hash64_parts(parts, 2), count, place, index, index);
}

static void take_signals(struct features *features, const struct learn_input *input)
{
    for (size_t i = 0; i < input->signal_count; i++) {
        if (!str_starts(input->signals[i], STR("text.")))
            continue;
        take_name(features, "signal", input->signals[i], SIGNAL_COUNT, PLACE_SIGNAL, i);
        if (i == 0)
            take_name(features, "strongest", input->signals[i], SIGNAL_COUNT, PLACE_SIGNAL, i);
    }
}

const struct feature *features_take(struct features *features, const struct fold *fold,
                                    const struct learn_input *input, size_t *count)
{
    features->count = 0;
    features->input = input;
    take_signals(features, input);
    take_name(features, "category", input->category, CATEGORY_COUNT, PLACE_CATEGORY, 0);
    take_text(features, fold, input->subject, PLACE_SUBJECT);
    take_text(features, fold, input->body, PLACE_BODY);
    *count = features->count;
    return features->items;
}

struct str feature_words(const struct features *features, const struct feature *feature)
{
    const struct learn_input *input = features->input;
    if (feature->place == PLACE_SIGNAL)
        return input->signals[feature->from];
    if (feature->place == PLACE_CATEGORY)
        return input->category;
    struct str text = feature->place == PLACE_SUBJECT ? input->subject : input->body;
    const struct normal *normal = &features->normal[feature->place];
    uint32_t from = normal_from(normal, feature->from), to = normal_to(normal, feature->to);
    return (struct str){ text.data + from, to - from };
}

void features_fingerprint(const struct fold *fold, char hex[13])
{
    /* One of everything: scripts, widths, traditional characters, numbers, ends, names. */
    static const struct str signals[] = { STR("text.money"), STR("text.anger"),
                                          STR("customer.tier") };
    static const struct learn_input probe = {
        .subject = STR("Ｒefund ORDER-4711, 賬單!"),
        .body = STR("重复扣费两次。I don't\u00a0agree – it's été Привет かな; 第12號 x2 caf\u00e9"),
        .signals = signals,
        .signal_count = 3,
        .category = STR("billing"),
    };
    struct features *features = features_new();
    size_t count = 0;
    const struct feature *items = features_take(features, fold, &probe, &count);
    char bytes[3 * LEARN_FEATURES_MAX], all[32];
    for (size_t i = 0; i < count; i++) {
        bytes[3 * i] = (char)(items[i].bucket & 0xff);
        bytes[3 * i + 1] = (char)(items[i].bucket >> 8);
        bytes[3 * i + 2] = (char)items[i].count;
    }
    struct str part = { bytes, 3 * count };
    hash128_hex(&part, 1, all);
    memcpy(hex, all, 12);
    hex[12] = '\0';
    features_free(features);
}
