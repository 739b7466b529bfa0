/* A normalised text cut into words and single characters. Private to this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/str.h"

enum token_kind {
    TOKEN_WORD,      /* a run of ASCII letters and digits */
    TOKEN_CHARACTER, /* any other character: Han, é, a sign */
    TOKEN_APART,     /* - " ' ( ) /: between neighbours it is no obstacle */
    TOKEN_STOP       /* it ends a clause */
};

enum { TOKEN_SHORT = 8 };

/* A space is no token of its own: the one behind it knows of it. */
struct token {
    uint64_t key;      /* up to TOKEN_SHORT bytes: they themselves; else a hash of them */
    uint32_t from, to; /* bytes of the text */
    uint32_t word;     /* its number in a vocabulary; a reader's */
    uint8_t kind;
    bool spaced; /* a space stands before it */
    bool opens;  /* what is looked for may begin here: no word goes on from before */
    bool closes; /* and may end here */
    bool joined; /* goes on with a word that is read as one; a reader's mark */
    bool held;   /* it is part of something found that may hold a clause's end; likewise */
};

/* Zero-initialise; reuse for any number of texts. */
struct tokens {
    struct token *items;
    size_t count, capacity;
};
void tokens_free(struct tokens *tokens);

/* May one of its characters end a clause, here or in another text? */
bool tokens_may_stop(struct str text);

/* The tokens of `text`, in place of those of before. Linear. */
void tokens_read(struct tokens *tokens, struct str text);

static inline struct str token_text(struct str text, const struct token *token)
{
    return (struct str){ text.data + token->from, token->to - token->from };
}

/* Its key is a hash: no short one has the highest bit. */
static inline bool token_is_long(const struct token *token)
{
    return token->key >> 63;
}
