#include "letters.h"

static bool ends_with(struct str text, size_t end, const char *word)
{
    size_t size = strlen(word);
    return end >= size && memcmp(text.data + end - size, word, size) == 0;
}

static bool begins_with(struct str text, size_t from, const char *word)
{
    size_t size = strlen(word);
    return text.size - from >= size && memcmp(text.data + from, word, size) == 0;
}

bool word_goes_on_before(struct str text, size_t from)
{
    static const char *const prefixes[] = { "non-", "anti-", "un-" };
    if (from == 0)
        return false;
    unsigned char c = (unsigned char)text.data[from - 1];
    if (c >= 0x80)
        return from >= 2 && (unsigned char)text.data[from - 2] >= 0xc0 &&
               (unsigned char)text.data[from - 2] < 0xe0;
    if (c != '-')
        return is_word((char)c);
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (ends_with(text, from, prefixes[i]))
            return true;
    return false;
}

bool word_goes_on_after(struct str text, size_t to)
{
    static const char *const suffixes[] = { "'t", "-free", "-proof", "-safe", "-resistant" };
    if (to == text.size)
        return false;
    unsigned char c = (unsigned char)text.data[to];
    if (c != '-' && c != '\'')
        return is_word((char)c) || (c >= 0xc0 && c < 0xe0);
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        if (begins_with(text, to, suffixes[i]))
            return true;
    return false;
}

bool is_clause_end_there(struct str text, size_t at)
{
    unsigned char c = (unsigned char)text.data[at];
    if (c == 0xe3)
        return at + 2 < text.size && memcmp(text.data + at, "\xe3\x80\x82", 3) == 0;
    if (c != '.' || at + 1 == text.size)
        return true;
    char next = text.data[at + 1];
    return !((next >= '0' && next <= '9') || (next >= 'a' && next <= 'z'));
}

bool is_sentence_end(struct str text, size_t at)
{
    static const bool may[256] = {
        ['!'] = true, ['?'] = true, [';'] = true, ['.'] = true, ['\n'] = true, [0xe3] = true
    };
    unsigned char c = (unsigned char)text.data[at];
    if (!may[c])
        return false;
    if (c == 0xe3)
        return at + 2 < text.size && memcmp(text.data + at, "。", 3) == 0;
    return c != '.' || at + 1 == text.size || text.data[at + 1] == ' ';
}
