#include "tokens.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "base/mem.h"
#include "letters.h"

void tokens_free(struct tokens *tokens)
{
    free(tokens->items);
}

static uint64_t eight_at(struct str text, size_t from)
{
    uint64_t eight = 0;
    if (text.size - from >= sizeof(eight))
        memcpy(&eight, text.data + from, sizeof(eight));
    else
        memcpy(&eight, text.data + from, text.size - from);
    return le64toh(eight);
}

/* How many of eight bytes, from the lowest on, belong to a word. */
static size_t word_bytes(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones * 0x80;
    uint64_t low = eight & ~tops, lowered = low | ones * 0x20;
    uint64_t letters = (lowered + ones * (0x80 - 'a')) & ~(lowered + ones * (0x7f - 'z'));
    uint64_t digits = (low + ones * (0x80 - '0')) & ~(low + ones * (0x7f - '9'));
    uint64_t others = ~((letters | digits) & ~eight) & tops;
    return others == 0 ? sizeof(eight) : (size_t)__builtin_ctzll(others) / 8;
}

/* The bytes of the word that begins at `from`, whose first eight are `head`. */
static size_t word_size(struct str text, size_t from, uint64_t head)
{
    size_t more = word_bytes(head), size = more;
    while (more == sizeof(head) && from + size < text.size) {
        more = word_bytes(eight_at(text, from + size));
        size += more;
    }
    return size;
}

static size_t character_size(struct str text, size_t from)
{
    unsigned char c = (unsigned char)text.data[from];
    size_t size = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    return size < text.size - from ? size : text.size - from;
}

static uint64_t key_of(struct str text, size_t from, size_t size, uint64_t head)
{
    if (size > TOKEN_SHORT)
        return hash64((struct str){ text.data + from, size }) | UINT64_C(1) << 63;
    return head & (UINT64_MAX >> (64 - 8 * size));
}

/* What a character that begins with the byte may be. */
enum start { START_CHARACTER, START_WORD, START_SPACE, START_APART, START_STOP };
static uint8_t start_of(char c)
{
    static const uint8_t starts[256] = {
        [' '] = START_SPACE, ['-'] = START_APART, ['"'] = START_APART, ['\''] = START_APART,
        ['('] = START_APART, [')'] = START_APART, ['/'] = START_APART, [','] = START_STOP,
        ['!'] = START_STOP,  ['?'] = START_STOP,  [';'] = START_STOP,  [':'] = START_STOP,
        ['.'] = START_STOP,  ['\n'] = START_STOP, [0xe3] = START_STOP,
    };
    return is_word(c) ? START_WORD : starts[(unsigned char)c];
}

static enum token_kind kind_of(struct str text, size_t from, enum start start)
{
    if (start == START_WORD)
        return TOKEN_WORD;
    if (start == START_STOP && is_clause_end(text, from))
        return TOKEN_STOP;
    return start == START_APART ? TOKEN_APART : TOKEN_CHARACTER;
}

bool tokens_may_stop(struct str text)
{
    for (size_t i = 0; i < text.size; i++)
        if (start_of(text.data[i]) == START_STOP)
            return true;
    return false;
}

void tokens_read(struct tokens *tokens, struct str text)
{
    bool spaced = false;
    tokens->count = 0;
    for (size_t from = 0, to; from < text.size; from = to) {
        enum start start = start_of(text.data[from]);
        bool word = start == START_WORD;
        if (start == START_SPACE) {
            spaced = true;
            to = from + 1;
            continue;
        }
        uint64_t head = eight_at(text, from);
        size_t size = word ? word_size(text, from, head) : character_size(text, from);
        to = from + size;
        if (tokens->count == tokens->capacity) {
            tokens->capacity = tokens->capacity ? 2 * tokens->capacity : 64;
            tokens->items = mem_resize(tokens->items, tokens->capacity, sizeof(*tokens->items));
        }
        tokens->items[tokens->count++] = (struct token){
            .key = key_of(text, from, size, head),
            .from = (uint32_t)from,
            .to = (uint32_t)to,
            .kind = (uint8_t)kind_of(text, from, start),
            .spaced = spaced,
            .opens = !word || spaced || !word_goes_on_before(text, from),
            .closes =
                !word || (to < text.size && text.data[to] == ' ') || !word_goes_on_after(text, to),
        };
        spaced = false;
    }
}
