#include "match_lex.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int column(struct str text, size_t at)
{
    int characters = 1;
    for (size_t i = 0; i < at && i < text.size; i++)
        characters += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return characters;
}

bool token_error(struct str text, size_t at, struct error *err, const char *format, ...)
{
    char sentence[400];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    return error_set(err, "column %d: %s", column(text, at), sentence);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_word(char c)
{
    return !is_blank(c) && (unsigned char)c > ' ' && !strchr("=!~<>(),\"'&|", c);
}

static const struct {
    char text[3];
    enum token_kind kind;
} symbols[] = {
    /* the longer ones first */
    { "==", TOKEN_EQUAL },   { "!=", TOKEN_UNEQUAL },  { "=~", TOKEN_LIKE }, { "!~", TOKEN_UNLIKE },
    { "<=", TOKEN_AT_MOST }, { ">=", TOKEN_AT_LEAST }, { "<", TOKEN_LESS },  { ">", TOKEN_MORE },
    { "(", TOKEN_OPEN },     { ")", TOKEN_CLOSE },     { ",", TOKEN_COMMA },
};

static const struct {
    char text[3];
    const char *meant;
} habits[] = { { "&&", "and" }, { "||", "or" }, { "!", "not" }, { "=", "==" },
               { "~", "=~" },   { "&", "and" }, { "|", "or" } };

static bool read_string(struct str text, size_t at, struct token *token, struct error *err)
{
    char quote = text.data[at];
    size_t end = at + 1;
    while (end < text.size && text.data[end] != quote)
        end += quote == '"' && text.data[end] == '\\' ? 2 : 1;
    if (end >= text.size)
        return token_error(text, at, err, "the text that begins here has no closing %c", quote);
    *token =
        (struct token){ TOKEN_STRING, { text.data + at + 1, end - at - 1 }, quote, at, end + 1 };
    return true;
}

static bool read_symbol(struct str text, size_t at, struct token *token, struct error *err)
{
    struct str rest = { text.data + at, text.size - at };
    for (size_t i = 0; i < sizeof(symbols) / sizeof(*symbols); i++) {
        if (str_starts(rest, str_from(symbols[i].text))) {
            size_t size = strlen(symbols[i].text);
            *token = (struct token){ symbols[i].kind, { rest.data, size }, 0, at, at + size };
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(habits) / sizeof(*habits); i++) {
        if (str_starts(rest, str_from(habits[i].text)))
            return token_error(text, at, err, "'%s' is written '%s' here", habits[i].text,
                               habits[i].meant);
    }
    return token_error(text, at, err, "byte 0x%02x means nothing here",
                       (unsigned)(unsigned char)*rest.data);
}

bool token_next(struct str text, size_t at, struct token *token, struct error *err)
{
    while (at < text.size && is_blank(text.data[at]))
        at++;
    if (at == text.size) {
        *token = (struct token){ TOKEN_END, STR_NONE, 0, at, at };
        return true;
    }
    if (text.data[at] == '"' || text.data[at] == '\'')
        return read_string(text, at, token, err);
    size_t end = at;
    while (end < text.size && is_word(text.data[end]))
        end++;
    if (end == at)
        return read_symbol(text, at, token, err);
    *token = (struct token){ TOKEN_WORD, { text.data + at, end - at }, 0, at, end };
    return true;
}
