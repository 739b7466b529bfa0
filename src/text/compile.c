#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "lexicon_parts.h"

/* Does the expression spell out a negation itself, as in 还没.{0,6}退? Then that one is part of
 * the phrase. Looks for the words in its source, which is right unless a class hides them. */
static bool spells_negation(const struct lexicon *lexicon, struct str source)
{
    for (size_t i = 0; i < lexicon->pattern_count; i++) {
        const struct pattern *word = lexicon->patterns[i];
        bool negation = false;
        for (const struct meaning *m = word->meanings; m; m = m->next)
            negation |= m->kind == MEANING_MODIFIER && m->modifier == MODIFIER_NEGATION;
        if (!negation)
            continue;
        const char *at = source.data;
        size_t left = source.size;
        while ((at = memmem(at, left, word->text.data, word->text.size))) {
            const char *end = at + word->text.size;
            bool inside = (word->word_start && at > source.data && is_word(at[-1])) ||
                          (word->word_end && end < source.data + source.size && is_word(*end));
            if (!inside)
                return true;
            left = source.size - (size_t)(++at - source.data);
        }
    }
    return false;
}

static void learn(const struct lexicon *lexicon, struct pattern *pattern)
{
    bool modifier = false;
    for (const struct meaning *m = pattern->meanings; m; m = m->next)
        modifier |= m->kind == MEANING_MODIFIER;
    pattern->whole = pattern->kind == PATTERN_LITERAL && pattern->use_count == 0;
    pattern->limited = !modifier;
    pattern->denies = pattern->kind == PATTERN_SEQUENCE && spells_negation(lexicon, pattern->text);
}

static struct str escaped(struct str text, struct buf *out, struct arena *arena)
{
    buf_clear(out);
    for (size_t i = 0; i < text.size; i++) {
        if ((unsigned char)text.data[i] < 0x80 && !is_word(text.data[i]))
            buf_printf(out, "\\x%02x", (unsigned char)text.data[i]);
        else
            buf_add_char(out, text.data[i]);
    }
    return arena_copy(arena, buf_str(out));
}

/* What Vectorscan is given: three columns. */
struct request {
    const char **texts;
    unsigned *flags, *ids;
    unsigned count;
};

static void request_fill(struct request *request, const struct lexicon *lexicon,
                         struct arena *arena)
{
    struct buf buf = { 0 };
    for (size_t i = 0; i < lexicon->pattern_count; i++) {
        const struct pattern *pattern = lexicon->patterns[i];
        if (pattern->kind == PATTERN_SEQUENCE)
            continue;
        bool literal = pattern->kind == PATTERN_LITERAL;
        request->texts[request->count] =
            literal ? escaped(pattern->text, &buf, arena).data : pattern->text.data;
        request->flags[request->count] = literal ? 0 : expression_flags(pattern->text);
        request->ids[request->count++] = pattern->id;
    }
    buf_free(&buf);
}

/* One database of literals (matched as bytes) and expressions (as UTF-8). */
bool lexicon_compile(struct lexicon *lexicon, struct error *err)
{
    size_t count = lexicon->pattern_count;
    struct request request = { mem_array(count + 1, sizeof(char *)),
                               mem_array(count + 1, sizeof(unsigned)),
                               mem_array(count + 1, sizeof(unsigned)), 0 };
    struct arena *arena = arena_new(64 * 1024);
    hs_compile_error_t *reason = NULL;
    for (size_t i = 0; i < count; i++)
        learn(lexicon, lexicon->patterns[i]);
    request_fill(&request, lexicon, arena);
    bool done = request.count == 0 ||
                hs_compile_multi(request.texts, request.flags, request.ids, request.count,
                                 HS_MODE_BLOCK, NULL, &lexicon->database, &reason) == HS_SUCCESS;
    if (!done && reason->expression >= 0) {
        const struct pattern *pattern = lexicon->patterns[request.ids[reason->expression]];
        expression_error(pattern->source, pattern->rule, reason->message, err);
    } else if (!done) {
        error_set(err, "the lexicons cannot be compiled: %s", reason->message);
    }
    hs_free_compile_error(reason);
    arena_free(arena);
    free(request.ids);
    free(request.flags);
    free(request.texts);
    return done;
}
