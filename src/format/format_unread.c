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

static size_t count_paths(const struct target *target)
{
    size_t count = 0;

    for (size_t i = 0; target && i < target->rule_count; i++)
        count += target->rules[i].path_count + target->rules[i].piece_count;
    return count;
}

/* What the rules that have a place in this record ask for, and what is to be ignored. */
static void know(struct mapping *mapping)
{
    const struct format *format = mapping->format;
    size_t count = count_paths(format->source) + count_paths(format->ignored);

    for (size_t i = 0; i < format->target_count; i++)
        count += count_paths(&format->targets[i]);
    mapping->known = arena_alloc(mapping->arena, (count + 1) * sizeof(*mapping->known));
    for (size_t i = 0; i < format->target_count; i++)
        know_target(mapping, &format->targets[i]);
    know_target(mapping, format->source);
    know_target(mapping, format->ignored);
}

static bool is_known(void *arg, const cJSON *item)
{
    struct mapping *mapping = arg;

    if (!mapping->known)
        know(mapping);
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
    return unread_find(mapping->top, least, is_known, mapping, mapping->arena);
}
