/* Texts by their tokens, to find all that begin at a place of another text. Private to this folder.
 */
#pragma once

#include "tokens.h"

struct trie;
enum { TRIE_ROOT = 0, TRIE_NONE = UINT32_MAX };

struct trie *trie_new(void);
void trie_free(struct trie *trie); /* NULL is fine */

/* The node behind `node` for a token of `text`, made when there is none; `text` must then outlive
 * the trie. The first token may stand behind a space or not, others as they did. */
uint32_t trie_grow(struct trie *trie, uint32_t node, struct str text, const struct token *token);
/* TRIE_NONE: there is none. */
uint32_t trie_step(const struct trie *trie, uint32_t node, struct str text,
                   const struct token *token);

/* Says that a step from the root with this token is near: the tables are larger than caches. */
void trie_prefetch(const struct trie *trie, const struct token *token);

/* What the text that ends with the node stands for; TRIE_NONE: nothing does. */
uint32_t trie_value(const struct trie *trie, uint32_t node);
void trie_set_value(struct trie *trie, uint32_t node, uint32_t value);
