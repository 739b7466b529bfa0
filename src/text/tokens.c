#include "tokens.h"

#include <endian.h>
#include <stdlib.h>
#include "base/hash.h"
#include "base/mem.h"
#include "letters.h"

void tokens_free(struct tokens *tokens)
{
    free(tokens->items);
}

static uint64_t key_of(struct str text, size_t from, size_t to)
{
    uint64_t key = 0;
    size_t size = to - from;
    if (size > TOKEN_SHORT)
        return hash64((struct str){ text.data + from, size });
    if (text.size - from < sizeof(key)) {
        memcpy(&key, text.data + from, size);
        return le64toh(key);
    }
    memcpy(&key, text.data + from, sizeof(key));
    return le64toh(key) & (UINT64_MAX >> (64 - 8 * size));
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

static size_t word_end(struct str text, size_t from)
{
    size_t to = from + 1;
    while (to < text.size && is_word(text.data[to]))
        to++;
    return to;
}

static size_t character_end(struct str text, size_t from)
{
    size_t to = from + 1;
    while (to < text.size && is_continuation(text.data[to]))
        to++;
    return to;
}

static enum token_kind kind_of(struct str text, size_t from, enum start start)
{
    if (start == START_WORD)
        return TOKEN_WORD;
    if (start == START_STOP && is_clause_end(text, from))
        return TOKEN_STOP;
    return start == START_APART ? TOKEN_APART : TOKEN_CHARACTER;
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
        to = word ? word_end(text, from) : character_end(text, from);
        if (tokens->count == tokens->capacity) {
            tokens->capacity = tokens->capacity ? 2 * tokens->capacity : 64;
            tokens->items = mem_resize(tokens->items, tokens->capacity, sizeof(*tokens->items));
        }
        tokens->items[tokens->count++] = (struct token){
            .key = key_of(text, from, to),
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
