/* A regular expression, a line's end, a text: what is taken apart holds together. Every branch has
 * an anchor that can be looked for, and grows around it, on character boundaries. */
#include <string.h>

#include "../../src/text/chain.h"
#include "fuzz.h"

static bool boundary(struct str text, size_t at)
{
    return at == text.size || ((unsigned char)text.data[at] & 0xC0) != 0x80;
}

static void check_match(const struct chain_branch *branch, struct str text, size_t from, size_t to)
{
    struct chain_ends begins, ends;

    if (!chain_branch_matches(branch, text, from, to, &begins, &ends))
        return;
    FUZZ_CHECK(begins.count > 0 && begins.count <= CHAIN_ENDS);
    FUZZ_CHECK(ends.count > 0 && ends.count <= CHAIN_ENDS);
    for (size_t i = 0; i < begins.count; i++) {
        FUZZ_CHECK(begins.at[i] <= from && boundary(text, begins.at[i]));
        FUZZ_CHECK(i == 0 || begins.at[i] > begins.at[i - 1]);
    }
    for (size_t i = 0; i < ends.count; i++) {
        FUZZ_CHECK(ends.at[i] >= to && ends.at[i] <= text.size && boundary(text, ends.at[i]));
        FUZZ_CHECK(i == 0 || ends.at[i] < ends.at[i - 1]);
    }
}

static void check_branch(const struct chain_branch *branch, struct str text)
{
    FUZZ_CHECK(branch->anchor < branch->count);
    const struct chain_item *anchor = &branch->items[branch->anchor];
    FUZZ_CHECK(anchor->count > 0 && anchor->least == 1 && anchor->most == 1);
    for (size_t i = 0; i < anchor->count; i++) {
        struct str word = anchor->strings[i];
        FUZZ_CHECK(word.size >= 2);
        const char *at = memmem(text.data, text.size, word.data, word.size);
        if (at)
            check_match(branch, text, (size_t)(at - text.data),
                        (size_t)(at - text.data) + word.size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = { (const char *)data, size };
    const char *line = size < 2000 ? memchr(data, '\n', size) : NULL;

    if (!line || line == input.data || !utf8_valid(input, NULL))
        return 0;
    struct str expression = { input.data, (size_t)(line - input.data) };
    struct str text = { line + 1, size - expression.size - 1 };
    struct arena *arena = arena_new(4096);
    size_t count;
    const struct chain *chains = chain_split(expression, arena, &count);
    FUZZ_CHECK(count > 0);
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(chains[i].part_count > 0);
        for (size_t k = 0; k < chains[i].part_count; k++) {
            const struct chain_part *part = &chains[i].parts[k];
            for (size_t b = 0; b < part->branch_count; b++)
                check_branch(&part->branches[b], text);
            if (k > 0)
                chain_gap_fits(&part->gap, text, 0, text.size);
        }
    }
    arena_free(arena);
    return 0;
}
