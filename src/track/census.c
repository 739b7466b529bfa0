#include "track/census.h"

#include <stdlib.h>

#include "base/mem.h"
#include "model/clock_kind.h"

struct entry {
    struct census_row row;       /* its counts are the committed ones */
    struct census_counts counts; /* now */
};

/* Departments are few: they are looked for from the front. */
struct census {
    struct entry *rows;
    size_t count;
    uint64_t moves;
};

struct census *census_new(void)
{
    return mem_alloc(sizeof(struct census));
}

void census_free(struct census *census)
{
    if (census == NULL)
        return;
    for (size_t i = 0; i < census->count; i++)
        free((char *)census->rows[i].row.department.data);
    free(census->rows);
    free(census);
}

static struct entry *entry_of(struct census *census, struct str department)
{
    for (size_t i = 0; i < census->count; i++) {
        if (str_equal(census->rows[i].row.department, department))
            return &census->rows[i];
    }
    census->rows = mem_resize(census->rows, census->count + 1, sizeof(*census->rows));
    struct entry *row = &census->rows[census->count++];
    *row = (struct entry){ .row.department = { mem_copy(department.data, department.size),
                                               department.size } };
    return row;
}

struct standing standing_of(const struct ticket *ticket)
{
    struct standing standing = { .department = ticket->department,
                                 .band = ticket->band,
                                 .open = !status_is_ended(ticket->status) };
    for (size_t i = 0; standing.open && i < ticket->clock_count; i++) {
        const struct clock *clock = &ticket->clocks[i];
        if (clock_is_open(clock) && clock->breached != TIME_NEVER &&
            !clock_kinds[clock->kind].between)
            standing.overdue = true;
    }
    return standing;
}

static void add(struct census *census, const struct standing *standing, int change)
{
    if (!standing->open)
        return;
    struct entry *row = entry_of(census, standing->department);
    row->row.open[standing->band] += change;
    row->row.overdue += standing->overdue ? change : 0;
    census->moves++;
}

void census_move(struct census *census, const struct standing *before, const struct standing *after)
{
    /* Most turns change nothing here. */
    if (before->open == after->open &&
        (!after->open || (before->band == after->band && before->overdue == after->overdue &&
                          str_equal(before->department, after->department))))
        return;
    add(census, before, -1);
    add(census, after, 1);
}

uint64_t census_moves(const struct census *census)
{
    return census->moves;
}

void census_turn(struct census *census, const struct turn *turn)
{
    for (const struct dispatch *dispatch = turn->dispatches; dispatch; dispatch = dispatch->next)
        entry_of(census, dispatch->slug)->counts.dispatches[dispatch->role]++;
    if (turn->returned && turn->handback != NULL)
        entry_of(census, turn->handback->by)->counts.returns++;
    if (turn->breaches > 0)
        entry_of(census, turn->ticket->department)->counts.breaches += (uint64_t)turn->breaches;
}

void census_mark(struct census *census)
{
    for (size_t i = 0; i < census->count; i++)
        census->rows[i].row.counts = census->rows[i].counts;
}

void census_undo(struct census *census)
{
    for (size_t i = 0; i < census->count; i++)
        census->rows[i].counts = census->rows[i].row.counts;
}

bool census_row(const struct census *census, size_t index, struct census_row *row)
{
    if (index >= census->count)
        return false;
    *row = census->rows[index].row;
    return true;
}
