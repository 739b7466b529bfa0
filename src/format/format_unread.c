#include "format_look.h"
#include "unread.h"

/* A container is read by a rule only if it makes one text, or tags, of it. */
static void know_paths(struct mapping *mapping, const struct target *target,
                       const struct rule *rule)
{
    bool whole = rule->text == TEXT_RICH || target->shape == SHAPE_TAGS;

    for (size_t i = 0; i < rule->path_count; i++) {
        const cJSON *item = format_look_up(mapping, &rule->paths[i]);
        if (item && (whole || !item->child))
            mapping->known[mapping->known_count++] = item;
    }
    for (size_t i = 0; i < rule->piece_count; i++) {
        if (rule->pieces[i].has_path)
            mapping->known[mapping->known_count++] = format_look_up(mapping, &rule->pieces[i].path);
    }
}

static void know_target(struct mapping *mapping, const struct target *target)
{
    for (size_t i = 0; target && i < target->rule_count; i++) {
        if (format_condition_holds(mapping, &target->rules[i].when))
            know_paths(mapping, target, &target->rules[i]);
    }
}

/* What no field needed, but rules ask for that have a place in this record. */
static void know_all(struct mapping *mapping)
{
    const struct format *format = mapping->format;

    for (size_t i = 0; i < format->target_count; i++)
        know_target(mapping, &format->targets[i]);
    know_target(mapping, format->source);
    mapping->all_known = true;
}

static bool is_known(void *arg, const cJSON *item)
{
    struct mapping *mapping = arg;

    if (!mapping->all_known)
        know_all(mapping);
    for (size_t i = 0; i < mapping->known_count; i++) {
        if (mapping->known[i] == item)
            return true;
    }
    for (size_t i = 0; i < mapping->format->copy_count; i++) {
        if (unread_is_field(format_look_up(mapping, &mapping->format->copies[i]), item))
            return true;
    }
    return false;
}

struct unread_list format_unread(struct mapping *mapping, unsigned least)
{
    /* Nearly always that is all that has words in it, and the rules need not be asked again. */
    know_target(mapping, mapping->format->ignored);
    const struct unread_search search = { .least = least,
                                          .settled = mapping->known,
                                          .settled_count = mapping->known_count,
                                          .known = is_known,
                                          .arg = mapping,
                                          .arena = mapping->arena };
    return unread_find(mapping->top, &search);
}
