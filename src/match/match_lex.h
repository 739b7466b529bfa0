/* Tokens of the matcher language. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_STRING,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_EQUAL,
    TOKEN_UNEQUAL,
    TOKEN_LIKE,
    TOKEN_UNLIKE,
    TOKEN_LESS,
    TOKEN_AT_MOST,
    TOKEN_MORE,
    TOKEN_AT_LEAST
};

struct token {
    enum token_kind kind;
    struct str text; /* of a word or a string: between the quotes, escapes untouched */
    char quote;      /* of a string: " or ' */
    size_t from, to; /* byte offsets in the matcher's text */
};

/* The token at or behind byte `at`. */
bool token_next(struct str text, size_t at, struct token *token, struct error *err);
/* "column 7", counted in characters, for the byte offset `at`. */
bool token_error(struct str text, size_t at, struct error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
