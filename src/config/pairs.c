/* Pairs: the names of their sides become concepts of the lexicon and signals outside the text. */
#include <stdlib.h>

#include "base/mem.h"
#include "loader.h"
#include "text/lexicon.h"

static const char *const side_keys[2] = { "of", "with" };

/* "text.CATEGORY" or "text.CATEGORY.CONCEPT". */
static bool names_concept(struct str text, struct str category, struct str concept)
{
    struct str prefix = STR("text.");
    if (!str_starts(text, prefix))
        return false;
    struct str rest = { text.data + prefix.size, text.size - prefix.size };
    if (str_equal(rest, category))
        return true;
    return rest.size == category.size + 1 + concept.size && str_starts(rest, category) &&
           rest.data[category.size] == '.' &&
           str_equal((struct str){ rest.data + category.size + 1, concept.size }, concept);
}

bool loader_is_paired(const struct loader *loader, struct str category, struct str concept)
{
    const struct config_score *score = &loader->config->score;
    for (size_t i = 0; i < score->pair_count; i++)
        for (int side = 0; side < 2; side++)
            for (size_t k = 0; k < score->pairs[i].side_counts[side]; k++)
                if (names_concept(score->pairs[i].sides[side][k], category, concept))
                    return true;
    return false;
}

/* Where the k-th name of a side stands. */
static struct yaml_place name_place(const struct loader *loader, size_t pair, int side, size_t k)
{
    const struct yaml *pairs = yaml_get(yaml_get(loader->root, "score"), "pairs");
    const struct yaml *node = yaml_get(pairs->items[pair], side_keys[side]);
    return node->kind == YAML_LIST ? node->items[k]->place : node->place;
}

/* Every name that a side may have: signals outside the text, categories, concepts. */
static struct str *known_names(struct loader *loader, size_t *count)
{
    size_t category_count = 0, concept_count = 0;
    const struct str *signals = loader_plain_signals(loader, count);
    const struct lexicon *lexicon = loader->config->lexicon;
    const struct str *categories = lexicon_categories(lexicon, &category_count);
    const struct lexicon_concept *concepts = lexicon_concepts(lexicon, &concept_count);
    struct str *names =
        arena_alloc(loader->scratch, (*count + category_count + concept_count) * sizeof(*names));

    for (size_t i = 0; i < *count; i++)
        names[i] = signals[i];
    for (size_t i = 0; i < category_count; i++)
        names[(*count)++] = arena_printf(loader->scratch, "text.%.*s", STR_ARG(categories[i]));
    for (size_t i = 0; i < concept_count; i++)
        if (str_present(concepts[i].name))
            names[(*count)++] =
                arena_printf(loader->scratch, "text.%.*s.%.*s", STR_ARG(concepts[i].category),
                             STR_ARG(concepts[i].name));
    return names;
}

/* Marks every concept that the name means. False: there is none, or none that has phrases. */
static bool mark_concepts(struct loader *loader, struct str name, size_t pair, int side,
                          uint64_t *sides)
{
    size_t count = 0, heard = 0;
    const struct lexicon_concept *concepts = lexicon_concepts(loader->config->lexicon, &count);
    for (size_t i = 0; i < count; i++) {
        if (!names_concept(name, concepts[i].category, concepts[i].name) ||
            concepts[i].phrase_count == 0)
            continue;
        sides[i] |= UINT64_C(1) << (2 * pair + (size_t)side);
        heard++;
    }
    return heard > 0;
}

/* A signal outside the text that the score never gives. */
static bool is_silent(const struct config_score *score, struct str name)
{
    return (str_is(name, "customer.vulnerable") && score->vulnerable_points == 0) ||
           (str_is(name, "customer.tier") && score->tiers.count == 0) ||
           (str_is(name, "customer.lifecycle") && score->lifecycles.count == 0) ||
           (str_is(name, "customer.value") && score->value_points == 0) ||
           (str_is(name, "history.contacts") && score->contact_points == 0) ||
           (str_is(name, "history.reopens") && score->reopen_points == 0) ||
           (str_is(name, "history.returns") && score->return_points == 0) ||
           (str_is(name, "history.ratings") && score->rating_points == 0) ||
           (str_is(name, "history.overdue") && score->overdue_points == 0) ||
           (str_is(name, "stated.channel") && score->channels.count == 0);
}

static bool resolve_name(struct loader *loader, size_t index, int side, size_t k, uint64_t *sides)
{
    struct config_score *score = &loader->config->score;
    struct config_pair *pair = &score->pairs[index];
    struct str name = pair->sides[side][k];
    size_t count = 0;
    const struct str *names = known_names(loader, &count);
    const char *wrong = NULL;
    bool known = false;

    for (size_t i = 0; i < count; i++)
        known |= str_equal(names[i], name);
    if (!known)
        loader_fail(loader, name_place(loader, index, side, k),
                    "unknown signal or concept '%.*s'%s", STR_ARG(utf8_prefix(name, 64)),
                    loader_guess(loader, name, names, count));
    else if (!str_starts(name, STR("text.")))
        wrong = is_silent(score, name) ? "points" : NULL;
    else if (!mark_concepts(loader, name, index, side, sides))
        wrong = "phrases";
    if (wrong)
        loader_fail(loader, name_place(loader, index, side, k),
                    "'%.*s' is never heard: it has no %s", STR_ARG(name), wrong);
    if (!known || wrong)
        return false;
    if (!str_starts(name, STR("text.")))
        ((struct str *)pair->signals[side])[pair->signal_counts[side]++] = name;
    return true;
}

/* The two sides must be two things, and words one of them: who somebody is lifts nobody. */
static void check_pair(struct loader *loader, size_t index, const uint64_t *sides)
{
    const struct config_pair *pair = &loader->config->score.pairs[index];
    size_t count = 0;
    const struct lexicon_concept *concepts = lexicon_concepts(loader->config->lexicon, &count);
    bool words = false;

    for (size_t i = 0; i < count; i++) {
        uint64_t both = sides[i] >> (2 * index) & 3;
        words |= both != 0;
        if (both == 3) {
            loader_fail(loader, pair->place,
                        "both sides of the pair '%.*s' are 'text.%.*s%s%.*s': one thing is no pair",
                        STR_ARG(pair->slug), STR_ARG(concepts[i].category),
                        str_present(concepts[i].name) ? "." : "", STR_ARG(concepts[i].name));
            return;
        }
        if (both != 0 && concepts[i].floor >= pair->floor)
            loader_note(loader, pair->place,
                        "the pair '%.*s' adds nothing to 'text.%.*s.%.*s': its floor is %d alone",
                        STR_ARG(pair->slug), STR_ARG(concepts[i].category),
                        STR_ARG(concepts[i].name), concepts[i].floor);
    }
    if (!words)
        loader_fail(loader, pair->place,
                    "the pair '%.*s' needs words on one side: who a customer is and what happened "
                    "before lift nobody to a floor",
                    STR_ARG(pair->slug));
}

static bool is_repeated(const struct config_pair *pair, int side, size_t k)
{
    for (int s = 0; s <= side; s++)
        for (size_t i = 0; i < (s < side ? pair->side_counts[s] : k); i++)
            if (str_equal(pair->sides[s][i], pair->sides[side][k]))
                return true;
    return false;
}

static void resolve_pair(struct loader *loader, size_t index, uint64_t *sides)
{
    struct config_pair *pair = &loader->config->score.pairs[index];
    bool fine = true;

    if (!str_present(pair->name.zh))
        pair->name.zh = pair->name.en = pair->slug;
    loader_note_floor(loader, pair->floor, pair->place);
    for (int side = 0; side < 2; side++) {
        if (pair->side_counts[side] == 0) {
            loader_fail(loader, pair->place, "the pair '%.*s' needs a name in '%s'",
                        STR_ARG(pair->slug), side_keys[side]);
            fine = false;
        }
        pair->signals[side] =
            arena_alloc(loader->arena, (pair->side_counts[side] + 1) * sizeof(struct str));
        for (size_t k = 0; k < pair->side_counts[side]; k++) {
            bool repeated = is_repeated(pair, side, k);
            if (repeated)
                loader_fail(loader, name_place(loader, index, side, k),
                            "the pair '%.*s' names '%.*s' twice", STR_ARG(pair->slug),
                            STR_ARG(utf8_prefix(pair->sides[side][k], 64)));
            fine = !repeated && resolve_name(loader, index, side, k, sides) && fine;
        }
    }
    if (fine)
        check_pair(loader, index, sides);
}

void loader_pairs(struct loader *loader)
{
    struct config_score *score = &loader->config->score;
    size_t count = 0;

    if (score->pair_count > CONFIG_PAIRS_MAX) {
        loader_fail(loader, score->pairs[CONFIG_PAIRS_MAX].place,
                    "there can be %d pairs, and this is one more", CONFIG_PAIRS_MAX);
        return;
    }
    if (score->pair_count == 0 || !loader->config->lexicon)
        return;
    lexicon_concepts(loader->config->lexicon, &count);
    uint64_t *sides = arena_alloc(loader->arena, (count + 1) * sizeof(*sides));
    for (size_t i = 0; i < score->pair_count; i++)
        resolve_pair(loader, i, sides);
    score->pair_sides = sides;
}
