#include "ctl/learn_solve.h"

#include <linear.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* How closely the weights follow the tickets: what did best on parts of the open data. */
#define COST 2.0
#define PRECISION 0.01

enum { COLUMNS = LEARN_BUCKETS + 1 }; /* the bias is the last */

/* The tickets as the trainer takes them. `values` are those of the nodes before emphasis. */
struct trainer {
    const struct learn_set *set;
    struct problem problem;
    struct feature_node *nodes;
    double *values;
    size_t node_count;
    size_t *all, *own; /* tickets by bucket: of everybody, of the department at work */
    double *emphasis;  /* by column, for the department at work */
};

/* A ticket's values over their length, as model_ask divides. */
static void take_ticket(struct trainer *trainer, const struct learn_ticket *ticket,
                        const uint8_t *rarity)
{
    size_t first = trainer->node_count;
    double squares = 0;
    for (size_t i = 0; i < ticket->mark_count; i++) {
        int32_t value = model_value(rarity[ticket->marks[i].bucket], ticket->marks[i].count);
        if (value == 0)
            continue;
        trainer->values[trainer->node_count] = value;
        trainer->nodes[trainer->node_count++].index = ticket->marks[i].bucket + 1;
        squares += (double)value * value;
    }
    for (size_t i = first; i < trainer->node_count; i++)
        trainer->values[i] /= sqrt(squares);
    trainer->values[trainer->node_count] = 1;
    trainer->nodes[trainer->node_count++].index = COLUMNS;
    trainer->nodes[trainer->node_count++].index = -1;
}

static void count_tickets(const struct learn_set *set, int department, size_t *tickets)
{
    for (size_t i = 0; i < LEARN_BUCKETS; i++)
        tickets[i] = 0;
    for (size_t i = 0; i < set->count; i++) {
        const struct learn_ticket *ticket = set->tickets[i];
        if (department >= 0 && ticket->department != department)
            continue;
        for (size_t k = 0; k < ticket->mark_count; k++)
            tickets[ticket->marks[k].bucket]++;
    }
}

static void trainer_open(struct trainer *trainer, const struct learn_set *set,
                         const uint8_t *rarity)
{
    size_t most = 0;
    for (size_t i = 0; i < set->count; i++)
        most += set->tickets[i]->mark_count + 2;
    *trainer = (struct trainer){ .set = set };
    trainer->nodes = mem_array(most + 1, sizeof(*trainer->nodes));
    trainer->values = mem_array(most + 1, sizeof(*trainer->values));
    trainer->all = mem_array(LEARN_BUCKETS, sizeof(*trainer->all));
    trainer->own = mem_array(LEARN_BUCKETS, sizeof(*trainer->own));
    trainer->emphasis = mem_array(COLUMNS, sizeof(*trainer->emphasis));
    trainer->problem = (struct problem){ .l = (int)set->count, .n = COLUMNS, .bias = 1 };
    trainer->problem.y = mem_array(set->count + 1, sizeof(*trainer->problem.y));
    trainer->problem.x = mem_array(set->count + 1, sizeof(*trainer->problem.x));
    for (size_t i = 0; i < set->count; i++) {
        trainer->problem.x[i] = trainer->nodes + trainer->node_count;
        take_ticket(trainer, set->tickets[i], rarity);
    }
    count_tickets(set, -1, trainer->all);
}

static void trainer_close(struct trainer *trainer)
{
    free(trainer->problem.x);
    free(trainer->problem.y);
    free(trainer->emphasis);
    free(trainer->own);
    free(trainer->all);
    free(trainer->values);
    free(trainer->nodes);
}

/* What tells a department's tickets from the others by mere counting is easier to believe, so it is
 * emphasised: the logarithm of how many times as often it stands on one side than on the other, to
 * a quarter. Few tickets are learned from better this way; with more of it, rare words of small
 * departments are believed too soon. */
static void emphasise(struct trainer *trainer, int department)
{
    size_t tickets = 0;
    count_tickets(trainer->set, department, trainer->own);
    for (size_t i = 0; i < trainer->set->count; i++)
        tickets += trainer->set->tickets[i]->department == department;
    double inside = (double)tickets + 2, outside = (double)(trainer->set->count - tickets) + 2;
    for (size_t i = 0; i < LEARN_BUCKETS; i++) {
        double own = (double)trainer->own[i] + 1;
        double others = (double)(trainer->all[i] - trainer->own[i]) + 1;
        trainer->emphasis[i] = (3 + fabs(log((own / inside) / (others / outside)))) / 4;
    }
    trainer->emphasis[LEARN_BUCKETS] = 1;
}

/* Its tickets are 1, the others -1. False: it has none. */
static bool take_sides(struct trainer *trainer, int department)
{
    bool seen = false;
    for (size_t i = 0; i < trainer->set->count; i++) {
        bool own = trainer->set->tickets[i]->department == department;
        trainer->problem.y[i] = own ? 1 : -1;
        seen |= own;
    }
    for (size_t i = 0; i < trainer->node_count; i++) {
        struct feature_node *node = &trainer->nodes[i];
        if (node->index > 0)
            node->value = trainer->values[i] * trainer->emphasis[node->index - 1];
    }
    return seen;
}

static void be_silent(const char *text)
{
    (void)text;
}

static void train_department(struct trainer *trainer, double *weights)
{
    /* The primal solver shuffles nothing: the same tickets give the same weights. */
    const struct parameter parameter = { .solver_type = L2R_L2LOSS_SVC,
                                         .eps = PRECISION,
                                         .C = COST };
    set_print_string_function(be_silent);
    struct model *machine = train(&trainer->problem, &parameter);
    double sign = machine->label[0] == 1 ? 1 : -1;
    for (size_t i = 0; i < COLUMNS; i++)
        weights[i] = sign * machine->w[i] * trainer->emphasis[i];
    free_and_destroy_model(&machine);
}

void solution_find(const struct learn_set *set, const uint8_t *rarity, const int *departments,
                   size_t count, struct learn_solution *solution)
{
    struct trainer trainer;
    *solution = (struct learn_solution){ .weights = mem_array(count * COLUMNS, sizeof(double)),
                                         .seen = mem_array(count, sizeof(bool)) };
    trainer_open(&trainer, set, rarity);
    for (size_t k = 0; k < count; k++) {
        emphasise(&trainer, departments[k]);
        solution->seen[k] = take_sides(&trainer, departments[k]);
        solution->seen_count += solution->seen[k];
        if (solution->seen[k])
            train_department(&trainer, solution->weights + k * COLUMNS);
    }
    trainer_close(&trainer);
}

void solution_free(struct learn_solution *solution)
{
    free(solution->weights);
    free(solution->seen);
    *solution = (struct learn_solution){ 0 };
}

const double *solution_weights(const struct learn_solution *solution, size_t department)
{
    return solution->weights + department * COLUMNS;
}
