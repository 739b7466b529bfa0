/* What one code point becomes before matching: case, width and script variants folded away. A
 * table over the basic plane answers for nearly all text; ICU answers for the rest. Immutable
 * after fold_new and shareable between threads. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"

struct fold;

/* What fold_entry says beside the code point in the low 16 bits. */
#define FOLD_CODE UINT32_C(0xffff)
#define FOLD_PLAIN (UINT32_C(1) << 16) /* becomes exactly the code point in FOLD_CODE */
#define FOLD_GONE (UINT32_C(1) << 17)  /* becomes nothing: zero width, controls */
#define FOLD_SPACE (UINT32_C(1) << 18)
#define FOLD_HAN (UINT32_C(1) << 19)
#define FOLD_JOINS (UINT32_C(1) << 20) /* may combine with what stands before it */
/* Also with FOLD_PLAIN: the result takes as many UTF-8 bytes as the code point itself. */
#define FOLD_SAME_SIZE (UINT32_C(1) << 21)

enum { FOLD_SEGMENT = 32 };                   /* most code points that are folded together */
enum { FOLD_RESULT = FOLD_SEGMENT * 18 * 3 }; /* most bytes that they become */

/* NULL + err when ICU lacks its data. */
struct fold *fold_new(struct error *err);
void fold_free(struct fold *fold); /* NULL is fine */

/* The 65,536 entries of the basic plane; none of the FOLD_ flags: ask fold_segment. */
const uint32_t *fold_entries(const struct fold *fold);
/* The flags alone of any code point; FOLD_PLAIN beyond the basic plane: becomes itself. */
uint32_t fold_flags(const struct fold *fold, uint32_t code);
/* Folds up to FOLD_SEGMENT code points that belong together into UTF-8; returns its size. */
size_t fold_segment(const struct fold *fold, const uint32_t *codes, size_t count,
                    char out[FOLD_RESULT]);
