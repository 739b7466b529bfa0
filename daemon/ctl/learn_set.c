/* Which tickets are learned from, and which are held out. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "ctl/learn_train.h"

void set_free(struct learn_set *set)
{
    free(set->tickets);
    *set = (struct learn_set){ 0 };
}

static void add(struct learn_set *set, struct learn_ticket *ticket)
{
    if ((set->count & (set->count + 1)) == 0) /* full: capacities are powers of two, less one */
        set->tickets = mem_resize(set->tickets, 2 * set->count + 1, sizeof(*set->tickets));
    set->tickets[set->count++] = ticket;
}

static int by_time(const void *a, const void *b)
{
    const struct learn_ticket *one = *(struct learn_ticket *const *)a;
    const struct learn_ticket *two = *(struct learn_ticket *const *)b;
    if (one->opened != two->opened)
        return one->opened < two->opened ? -1 : 1;
    return str_compare(one->id, two->id);
}

/* The count of what is wrong with it; NULL: nothing is. */
static int64_t *flaw(const struct learn_ticket *ticket, const bool *departments,
                     struct model_facts *facts)
{
    if (!ticket->resolved)
        return &facts->unresolved;
    if (ticket->reopened)
        return &facts->reopened;
    if (ticket->department < 0)
        return &facts->unknown;
    if (departments && !departments[ticket->department])
        return &facts->rare;
    return ticket->mark_count == 0 ? &facts->silent : NULL;
}

void set_collect(const struct learn_history *history, const bool *departments,
                 struct learn_set *set, struct model_facts *facts)
{
    size_t at = 0;
    for (void *item; (item = table_next(history->tickets, &at));) {
        int64_t *count = flaw(item, departments, facts);
        if (count)
            ++*count;
        else
            add(set, item);
    }
    if (set->count)
        qsort(set->tickets, set->count, sizeof(*set->tickets), by_time);
}

void set_drop_rare(struct learn_set *set, const struct config *config, bool *departments,
                   struct model_facts *facts)
{
    size_t *tickets = mem_array(config->department_count, sizeof(*tickets));
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++)
        tickets[set->tickets[i]->department]++;
    for (size_t i = 0; i < config->department_count; i++)
        departments[i] = tickets[i] >= LEARN_LEAST;
    for (size_t i = 0; i < set->count; i++) {
        if (departments[set->tickets[i]->department])
            set->tickets[kept++] = set->tickets[i];
    }
    facts->rare = (int64_t)(set->count - kept);
    set->count = kept;
    free(tickets);
}

struct account {
    struct str name;
    bool early, late;
};

static struct str account_key(const void *value)
{
    return ((const struct account *)value)->name;
}

void set_split(const struct learn_set *all, struct learn_set *early, struct learn_set *held)
{
    struct account *accounts = mem_array(all->count + 1, sizeof(*accounts));
    struct table *names = table_new(account_key);
    size_t cut = all->count - all->count / 5, count = 0;
    for (size_t i = 0; i < all->count; i++) {
        struct account *account = table_get(names, all->tickets[i]->account);
        if (!account) {
            account = &accounts[count++];
            account->name = all->tickets[i]->account;
            table_put(names, account);
        }
        account->early |= i < cut;
        account->late |= i >= cut;
    }
    for (size_t i = 0; i < all->count; i++) {
        const struct account *account = table_get(names, all->tickets[i]->account);
        bool late = i >= cut;
        if (account->early && account->late && (hash64(account->name) & 1) != late)
            continue;
        add(late ? held : early, all->tickets[i]);
    }
    table_free(names);
    free(accounts);
}
