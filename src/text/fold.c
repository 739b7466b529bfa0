#include "text/fold.h"

#include <assert.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uset.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>
#include <unicode/utrans.h>
#include "base/mem.h"

enum { PLANE = 0x10000, HAN_FROM = 0x3400, HAN_TO = 0xa000 };

struct fold {
    uint32_t entries[PLANE];
    const UNormalizer2 *nfkc; /* ICU's own, never freed */
};

/* What compatibility folding leaves apart and people type for one another. */
static const struct {
    uint16_t from, to;
} alike[] = {
    { 0x2018, '\'' }, { 0x2019, '\'' }, { 0x02bc, '\'' },   { 0x2032, '\'' },
    { 0x201c, '"' },  { 0x201d, '"' },  { 0x2010, '-' },    { 0x2012, '-' },
    { 0x2013, '-' },  { 0x2212, '-' },  { 0x59b3, 0x4f60 }, /* 妳 → 你 */
};

static bool is_han(uint32_t code)
{
    return (code >= HAN_FROM && code < HAN_TO) || (code >= 0x20000 && code < 0x40000) ||
           code == 0x3007 || code == 0x3005;
}

static size_t utf8_size(uint32_t code)
{
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

static uint32_t entry_of(const struct fold *fold, uint32_t code)
{
    if (U_IS_SURROGATE(code))
        return 0;
    if (u_isUWhiteSpace((UChar32)code))
        return ' ' | FOLD_SPACE;
    if (u_iscntrl((UChar32)code))
        return FOLD_GONE;
    if (unorm2_isInert(fold->nfkc, (UChar32)code))
        return code | FOLD_PLAIN;
    UChar from = (UChar)code;
    UChar to[FOLD_RESULT];
    UErrorCode status = U_ZERO_ERROR;
    int32_t size = unorm2_normalize(fold->nfkc, &from, 1, to, FOLD_RESULT, &status);
    assert(U_SUCCESS(status));
    if (size == 0)
        return FOLD_GONE;
    uint32_t flags = unorm2_hasBoundaryBefore(fold->nfkc, (UChar32)code) ? 0 : FOLD_JOINS;
    if (size != 1 || U16_IS_SURROGATE(to[0]) || flags)
        return flags;
    return to[0] | FOLD_PLAIN;
}

/* Marks what the rest of the walk asks about the result, once it is final. */
static void finish(struct fold *fold)
{
    for (uint32_t code = 0; code < PLANE; code++) {
        uint32_t entry = fold->entries[code];
        if (!(entry & FOLD_PLAIN))
            continue;
        uint32_t to = entry & FOLD_CODE;
        if (is_han(to))
            entry |= FOLD_HAN;
        if (utf8_size(to) == utf8_size(code))
            entry |= FOLD_SAME_SIZE;
        fold->entries[code] = entry;
    }
}

/* Traditional to simplified, one character to one: all that ICU's rules change at once, lines apart
 * so that no rule sees a neighbour; the others would cost ten times as much. */
static bool simplify(struct fold *fold, struct error *err)
{
    enum { COUNT = HAN_TO - HAN_FROM, CAPACITY = 4 * COUNT };
    static const UChar id[] = u"Hant-Hans";
    UErrorCode status = U_ZERO_ERROR;
    UTransliterator *rules = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    if (U_FAILURE(status))
        return error_set(err, "ICU has no rules from traditional to simplified Chinese: %s",
                         u_errorName(status));
    UChar *text = mem_array(CAPACITY, sizeof(*text));
    int32_t size = 0;
    USet *changed = utrans_getSourceSet(rules, false, NULL, &status);
    assert(U_SUCCESS(status));
    for (UChar code = HAN_FROM; code < HAN_TO; code++) {
        if (!uset_contains(changed, code))
            continue;
        text[size++] = code;
        text[size++] = '\n';
    }
    int32_t limit = size;
    utrans_transUChars(rules, text, &size, CAPACITY, 0, &limit, &status);
    utrans_close(rules);
    assert(U_SUCCESS(status));
    uint32_t code = HAN_FROM;
    for (int32_t at = 0; at < size; code++) {
        while (!uset_contains(changed, (UChar32)code))
            code++;
        int32_t end = at;
        while (text[end] != '\n')
            end++;
        if (end - at == 1 && is_han(text[at]) && (fold->entries[code] & FOLD_PLAIN))
            fold->entries[code] = text[at] | FOLD_PLAIN;
        at = end + 1;
    }
    free(text);
    uset_close(changed);
    return true;
}

/* Compatibility forms of a traditional character follow it: U+F9xx to U+8xxx to simplified. */
static void follow(struct fold *fold)
{
    for (uint32_t code = 0; code < PLANE; code++) {
        uint32_t entry = fold->entries[code];
        uint32_t to = entry & FOLD_CODE;
        if ((entry & FOLD_PLAIN) && to != code && (fold->entries[to] & FOLD_PLAIN))
            fold->entries[code] = fold->entries[to];
    }
}

struct fold *fold_new(struct error *err)
{
    struct fold *fold = mem_alloc(sizeof(*fold));
    UErrorCode status = U_ZERO_ERROR;
    fold->nfkc = unorm2_getNFKCCasefoldInstance(&status);
    if (U_FAILURE(status)) {
        error_set(err, "ICU has no data for NFKC case folding: %s", u_errorName(status));
        goto fail;
    }
    for (uint32_t code = 0; code < PLANE; code++)
        fold->entries[code] = entry_of(fold, code);
    if (!simplify(fold, err))
        goto fail;
    for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
        fold->entries[alike[i].from] = alike[i].to | FOLD_PLAIN;
    follow(fold);
    finish(fold);
    return fold;
fail:
    fold_free(fold);
    return NULL;
}

void fold_free(struct fold *fold)
{
    free(fold);
}

const uint32_t *fold_entries(const struct fold *fold)
{
    return fold->entries;
}

uint32_t fold_flags(const struct fold *fold, uint32_t code)
{
    if (code < PLANE)
        return fold->entries[code] & ~FOLD_CODE;
    if (code >= 0x1f300 && code < 0x1fb00) /* pictures: they only ever become themselves */
        return FOLD_PLAIN;
    if (is_han(code) && code < 0x2f800)
        return FOLD_PLAIN | FOLD_HAN;
    return unorm2_hasBoundaryBefore(fold->nfkc, (UChar32)code) ? 0 : FOLD_JOINS;
}

size_t fold_segment(const struct fold *fold, const uint32_t *codes, size_t count,
                    char out[FOLD_RESULT])
{
    assert(count <= FOLD_SEGMENT);
    UChar from[2 * FOLD_SEGMENT];
    UChar to[FOLD_RESULT];
    int32_t from_size = 0;
    for (size_t i = 0; i < count; i++)
        U16_APPEND_UNSAFE(from, from_size, codes[i]);
    UErrorCode status = U_ZERO_ERROR;
    int32_t to_size = unorm2_normalize(fold->nfkc, from, from_size, to, FOLD_RESULT, &status);
    assert(U_SUCCESS(status));
    uint8_t *bytes = (uint8_t *)out;
    size_t size = 0;
    for (int32_t at = 0; at < to_size;) {
        uint32_t code = to[at++];
        if (U16_IS_LEAD(code))
            code = (uint32_t)U16_GET_SUPPLEMENTARY(code, to[at++]);
        if (code < PLANE && (fold->entries[code] & (FOLD_PLAIN | FOLD_SPACE)))
            code = fold->entries[code] & FOLD_CODE;
        U8_APPEND_UNSAFE(bytes, size, code);
    }
    return size;
}
