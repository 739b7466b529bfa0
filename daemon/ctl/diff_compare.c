#include <stdlib.h>
#include <string.h>

#include "ctl/diff.h"

enum { COMPARISON_BLOCK = 1 << 20 };

static int by_ticket(const void *left, const void *right)
{
    const struct fate *const *a = left, *const *b = right;
    return str_compare((*a)->ticket, (*b)->ticket);
}

static int by_tickets(const void *left, const void *right)
{
    const struct move *a = left, *b = right;
    if (a->tickets != b->tickets)
        return a->tickets < b->tickets ? 1 : -1;
    int from = str_compare(a->from, b->from);
    return from ? from : str_compare(a->to, b->to);
}

static unsigned distance(const struct load_change *change)
{
    return (unsigned)abs((int)change->new.received - (int)change->old.received);
}

static int by_distance(const void *left, const void *right)
{
    const struct load_change *a = left, *b = right;
    if (distance(a) != distance(b))
        return distance(a) < distance(b) ? 1 : -1;
    return str_compare(a->department, b->department);
}

static const struct fate **sorted_fates(const struct side *side, struct arena *arena)
{
    size_t count = table_count(side->fates), filled = 0;
    const struct fate **fates = arena_alloc(arena, (count + 1) * sizeof(*fates));
    const struct fate *fate;
    for (size_t at = 0; (fate = table_next(side->fates, &at));)
        fates[filled++] = fate;
    qsort(fates, count, sizeof(*fates), by_ticket);
    return fates;
}

static struct totals sum(const struct fate *const *fates)
{
    struct totals totals = { 0 };
    for (; *fates; fates++) {
        totals.tickets++;
        totals.breached += (*fates)->breached;
        totals.internal += (*fates)->internal;
        totals.told += (*fates)->told;
        totals.handed_on += (*fates)->holders > 1 ? (*fates)->holders - 1 : 0;
    }
    return totals;
}

static bool differ(const struct fate *a, const struct fate *b)
{
    return !str_equal(a->first, b->first) || !str_equal(a->last, b->last) ||
           a->highest_band != b->highest_band || a->first_band != b->first_band ||
           a->score != b->score || a->breached != b->breached || a->internal != b->internal ||
           a->told != b->told || !str_equal(a->label, b->label);
}

static void count_move(struct comparison *comparison, struct str from, struct str to)
{
    for (size_t i = 0; i < comparison->move_count; i++) {
        struct move *move = &comparison->moves[i];
        if (str_equal(move->from, from) && str_equal(move->to, to)) {
            move->tickets++;
            return;
        }
    }
    if ((comparison->move_count & (comparison->move_count - 1)) == 0) { /* full at powers of two */
        size_t capacity = comparison->move_count ? comparison->move_count * 2 : 1;
        struct move *grown = arena_alloc(comparison->arena, capacity * sizeof(*grown));
        if (comparison->move_count)
            memcpy(grown, comparison->moves, comparison->move_count * sizeof(*grown));
        comparison->moves = grown;
    }
    comparison->moves[comparison->move_count++] = (struct move){ from, to, 1 };
}

static void compare_fates(struct comparison *comparison, const struct fate *old,
                          const struct fate *new)
{
    if (old && new) {
        comparison->bands[old->highest_band][new->highest_band]++;
        comparison->raised += new->highest_band < old->highest_band;
        comparison->lowered += new->highest_band > old->highest_band;
        comparison->relabelled += !str_equal(old->label, new->label);
        if (!str_equal(old->first, new->first)) {
            comparison->moved++;
            count_move(comparison, old->first, new->first);
        }
        if (!differ(old, new))
            return;
    }
    comparison->changes[comparison->change_count++] = (struct change){ old, new };
}

/* Both lists are sorted, so one walk pairs them. */
static void compare_tickets(struct comparison *comparison, const struct fate *const *old,
                            const struct fate *const *new)
{
    while (*old || *new) {
        int order = !*old ? 1 : !*new ? -1 : str_compare((*old)->ticket, (*new)->ticket);
        compare_fates(comparison, order <= 0 ? *old : NULL, order >= 0 ? *new : NULL);
        old += order <= 0;
        new += order >= 0;
    }
}

static void compare_loads(struct comparison *comparison, const struct side *old,
                          const struct side *new)
{
    size_t room = table_count(old->loads) + table_count(new->loads);
    const struct load *load;
    comparison->loads = arena_alloc(comparison->arena, (room + 1) * sizeof(*comparison->loads));
    for (size_t at = 0; (load = table_next(old->loads, &at));) {
        struct load_change *change = &comparison->loads[comparison->load_count++];
        const struct load *other = table_get(new->loads, load->department);
        change->department = load->department;
        change->old = *load;
        if (other)
            change->new = *other;
    }
    for (size_t at = 0; (load = table_next(new->loads, &at));) {
        if (table_get(old->loads, load->department) == NULL)
            comparison->loads[comparison->load_count++] =
                (struct load_change){ .department = load->department, .new = *load };
    }
    qsort(comparison->loads, comparison->load_count, sizeof(*comparison->loads), by_distance);
}

void compare_sides(const struct side *old, const struct side *new, struct comparison *comparison)
{
    *comparison = (struct comparison){ .arena = arena_new(COMPARISON_BLOCK) };
    const struct fate **from = sorted_fates(old, comparison->arena);
    const struct fate **to = sorted_fates(new, comparison->arena);
    size_t room = table_count(old->fates) + table_count(new->fates);
    comparison->changes = arena_alloc(comparison->arena, (room + 1) * sizeof(*comparison->changes));
    comparison->old = sum(from);
    comparison->new = sum(to);
    compare_tickets(comparison, from, to);
    if (comparison->move_count)
        qsort(comparison->moves, comparison->move_count, sizeof(*comparison->moves), by_tickets);
    compare_loads(comparison, old, new);
}

void comparison_free(struct comparison *comparison)
{
    arena_free(comparison->arena);
    *comparison = (struct comparison){ 0 };
}
