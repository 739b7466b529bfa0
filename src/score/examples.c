#include "score/examples.h"

#include "score/score.h"

/* The band that the words alone reach. */
static int band_of(const struct config *config, struct lexicon_scratch *scratch, struct str text,
                   struct arena *arena)
{
    static const struct customer nobody = { .value = -1, .vulnerable = -1 };
    static const struct history none = { 0 };
    const struct event event = { .body = text };
    struct score score;
    size_t count;
    struct hit *hits = lexicon_scan(config->lexicon, scratch, STR_NONE, text, arena, &count);
    score_event(config, &event, hits, count, &nobody, STR_NONE, &none, arena, &score);
    return score.band;
}

static struct str name_of(const struct config_example *example, struct arena *arena)
{
    if (str_empty(example->concept))
        return arena_printf(arena, "a concept of '%.*s'", STR_ARG(example->category));
    return arena_printf(arena, "the concept '%.*s' of '%.*s'", STR_ARG(example->concept),
                        STR_ARG(example->category));
}

/* What is wrong with it; absent: nothing. */
static struct str complaint(const struct config *config, struct lexicon_scratch *scratch,
                            const struct config_example *example, struct arena *arena)
{
    struct str name = name_of(example, arena);
    if (!str_present(example->text))
        return arena_printf(arena, "%.*s has a floor and no examples", STR_ARG(name));
    int band = band_of(config, scratch, example->text, arena);
    int wanted = score_band(config, example->floor);
    if (band <= wanted)
        return STR_NONE;
    return arena_printf(arena, "the example '%.*s' of %.*s reaches %s, and its floor is %d (%s)",
                        STR_ARG(utf8_prefix(example->text, 160)), STR_ARG(name), band_name(band),
                        example->floor, band_name(wanted));
}

bool examples_check(const struct config *config, examples_tell_fn *tell, void *arg)
{
    struct lexicon_scratch *scratch = lexicon_scratch_new(config->lexicon);
    struct arena *arena = arena_new(16384);
    bool fine = true;
    for (size_t i = 0; i < config->example_count; i++) {
        const struct config_example *example = &config->examples[i];
        struct str wrong = complaint(config, scratch, example, arena);
        if (str_present(wrong)) {
            tell(arg, arena_printf(arena, "%.*s:%d:%d: %.*s", STR_ARG(example->place.file),
                                   example->place.line, example->place.column, STR_ARG(wrong)));
            fine = false;
        }
        arena_reset(arena);
    }
    arena_free(arena);
    lexicon_scratch_free(scratch);
    return fine;
}
