#include "ctl/learn_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { LISTED = 10, NAME_WIDTH = 24 };

void trial_free(struct learn_trial *trial)
{
    free(trial->guesses);
    free(trial->margins);
}

static void count_guess(struct model_facts *facts, int best, struct str truth)
{
    for (size_t k = 0; k < facts->department_count; k++) {
        struct model_department *department = &facts->departments[k];
        bool own = str_equal(department->slug, truth), said = (int)k == best;
        department->held_out += own;
        department->found += said;
        department->right += own && said;
        facts->right += own && said;
    }
}

void trial_run(struct learn_trial *trial, const struct routing_model *model,
               struct model_facts *facts)
{
    size_t count = trial->held->count;
    trial->guesses = mem_array(count + 1, sizeof(*trial->guesses));
    trial->margins = mem_array(count + 1, sizeof(*trial->margins));
    facts->held_out = (int64_t)count;
    for (size_t i = 0; i < count; i++) {
        const struct learn_ticket *ticket = trial->held->tickets[i];
        struct model_guess guess;
        trial->guesses[i] = model_decide(model, trial->config, ticket, &guess);
        trial->margins[i] = guess.best < 0 ? -1 : guess.margin;
        count_guess(facts, guess.best, trial->config->departments[ticket->department].slug);
    }
}

/* ---- what a model says of itself ---- */

static double percent(int64_t part, int64_t whole)
{
    return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

static void tell_day(struct buf *out, time_ms time)
{
    char text[TIME_TEXT_SIZE];
    struct str day = utf8_prefix(time_format(time, text), 10);
    buf_add_str(out, day);
}

static void tell_left_out(const struct model_facts *facts, struct buf *out)
{
    const struct {
        int64_t count;
        const char *why;
    } rows[] = { { facts->reopened, "reopened" },
                 { facts->unresolved, "not resolved" },
                 { facts->unknown, "resolved by nobody that is configured" },
                 { facts->rare, "of departments with fewer than 10" },
                 { facts->silent, "without text" } };
    bool first = true;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (rows[i].count == 0)
            continue;
        buf_printf(out, "%s%lld %s", first ? "left out    " : ", ", (long long)rows[i].count,
                   rows[i].why);
        first = false;
    }
    if (!first)
        buf_add_char(out, '\n');
}

static const struct model_department *largest(const struct model_facts *facts)
{
    const struct model_department *found = &facts->departments[0];
    for (size_t i = 1; i < facts->department_count; i++) {
        if (facts->departments[i].held_out > found->held_out)
            found = &facts->departments[i];
    }
    return found;
}

void report_facts(const struct model_facts *facts, struct buf *out)
{
    const struct model_department *majority = largest(facts);
    buf_printf(out, "learned     %lld tickets of %zu departments, opened ",
               (long long)facts->tickets, facts->department_count);
    tell_day(out, facts->from);
    buf_printf(out, " to ");
    tell_day(out, facts->to);
    buf_add_char(out, '\n');
    tell_left_out(facts, out);
    buf_printf(out, "held out    %lld tickets ", (long long)facts->held_out);
    if (facts->held_from == TIME_NEVER) {
        buf_printf(out, "of another file\n");
    } else {
        buf_printf(out, "opened since ");
        tell_day(out, facts->held_from);
        buf_printf(out, ", of accounts that nothing was learned from\n");
    }
    buf_printf(out, "right       %.1f %%; whoever says '%.*s' of all: %.1f %%\n\n",
               percent(facts->right, facts->held_out), STR_ARG(majority->slug),
               percent(majority->held_out, facts->held_out));
    buf_printf(out, "  %-*s %8s %8s %10s %8s\n", NAME_WIDTH, "", "learned", "held out", "precision",
               "recall");
    for (size_t i = 0; i < facts->department_count; i++) {
        const struct model_department *row = &facts->departments[i];
        buf_printf(out, "  %-*.*s %8lld %8lld %8.1f %% %6.1f %%\n", NAME_WIDTH, STR_ARG(row->slug),
                   (long long)row->tickets, (long long)row->held_out,
                   percent(row->right, row->found), percent(row->right, row->held_out));
    }
}

/* ---- beside the tree ---- */

/* How one judge did on one department. */
struct tally {
    int64_t own, said, right;
};

static struct tally tally_of(const struct learn_trial *trial, int department, bool tree)
{
    struct tally tally = { 0 };
    for (size_t i = 0; i < trial->held->count; i++) {
        const struct learn_ticket *ticket = trial->held->tickets[i];
        bool said = (tree ? ticket->tree : trial->guesses[i]) == department;
        tally.own += ticket->department == department;
        tally.said += said;
        tally.right += said && ticket->department == department;
    }
    return tally;
}

static void tell_departments(const struct learn_trial *trial, struct buf *out)
{
    int64_t all[2] = { 0 }, count = (int64_t)trial->held->count;
    buf_printf(out, "\n  %-*s %8s %22s %22s\n  %-*s %8s %12s %9s %12s %9s\n", NAME_WIDTH,
               "Beside the tree", "", "learned", "tree", NAME_WIDTH, "", "tickets", "precision",
               "recall", "precision", "recall");
    for (size_t i = 0; i < trial->config->department_count; i++) {
        struct tally learned = tally_of(trial, (int)i, false), tree = tally_of(trial, (int)i, true);
        all[0] += learned.right;
        all[1] += tree.right;
        if (learned.own + learned.said + tree.said == 0)
            continue;
        buf_printf(out, "  %-*.*s %8lld %10.1f %% %7.1f %% %10.1f %% %7.1f %%\n", NAME_WIDTH,
                   STR_ARG(trial->config->departments[i].slug), (long long)learned.own,
                   percent(learned.right, learned.said), percent(learned.right, learned.own),
                   percent(tree.right, tree.said), percent(tree.right, tree.own));
    }
    buf_printf(out, "  %-*s %8lld %20.1f %% %20.1f %%\n", NAME_WIDTH, "right in all",
               (long long)count, percent(all[0], count), percent(all[1], count));
}

/* From one department to another, so often; of it better and worse. */
struct pair {
    int from, to;
    int64_t count, better, worse;
};

static int by_count(const void *a, const void *b)
{
    const struct pair *one = a, *two = b;
    if (one->count != two->count)
        return one->count > two->count ? -1 : 1;
    if (one->from != two->from)
        return one->from < two->from ? -1 : 1;
    return one->to < two->to ? -1 : one->to > two->to;
}

enum listing { LIST_MOVED, LIST_CONFUSED_LEARNED, LIST_CONFUSED_TREE };

/* The pairs of a list, most frequent first; to be freed. */
static struct pair *collect(const struct learn_trial *trial, enum listing listing, size_t *count)
{
    size_t departments = trial->config->department_count, kept = 0;
    struct pair *pairs = mem_array(departments * departments, sizeof(*pairs));
    for (size_t i = 0; i < trial->held->count; i++) {
        const struct learn_ticket *ticket = trial->held->tickets[i];
        int truth = ticket->department, guess = trial->guesses[i];
        int from = listing == LIST_MOVED ? ticket->tree : truth;
        int to = listing == LIST_CONFUSED_TREE ? ticket->tree : guess;
        if (to < 0 || from == to)
            continue;
        struct pair *pair = &pairs[(size_t)from * departments + (size_t)to];
        pair->from = from;
        pair->to = to;
        pair->count++;
        pair->better += guess == truth;
        pair->worse += ticket->tree == truth;
    }
    for (size_t i = 0; i < departments * departments; i++) {
        if (pairs[i].count > 0)
            pairs[kept++] = pairs[i];
    }
    qsort(pairs, kept, sizeof(*pairs), by_count);
    *count = kept;
    return pairs;
}

static void tell_pairs(const struct learn_trial *trial, enum listing listing, struct buf *out)
{
    size_t count = 0;
    struct pair *pairs = collect(trial, listing, &count);
    int64_t total = 0, better = 0, worse = 0;
    for (size_t i = 0; i < count; i++) {
        total += pairs[i].count;
        better += pairs[i].better;
        worse += pairs[i].worse;
    }
    if (listing == LIST_MOVED)
        buf_printf(out,
                   "\nMoved from where the tree sends them: %lld, %lld to the right department, "
                   "%lld away from it\n",
                   (long long)total, (long long)better, (long long)worse);
    else
        buf_printf(out, "\nMistaken by %s: %lld\n",
                   listing == LIST_CONFUSED_TREE ? "the tree" : "what was learned",
                   (long long)total);
    for (size_t i = 0; i < count && i < LISTED; i++) {
        struct str from = trial->config->departments[pairs[i].from].slug;
        struct str to = trial->config->departments[pairs[i].to].slug;
        buf_printf(out, "  %6lld  %.*s %s %.*s", (long long)pairs[i].count, STR_ARG(from),
                   listing == LIST_MOVED ? "->" : "taken for", STR_ARG(to));
        if (listing == LIST_MOVED)
            buf_printf(out, "  (%lld better, %lld worse)", (long long)pairs[i].better,
                       (long long)pairs[i].worse);
        buf_add_char(out, '\n');
    }
    if (count > LISTED)
        buf_printf(out, "  ... and %zu more pairs\n", count - LISTED);
    free(pairs);
}

static void tell_margins(const struct learn_trial *trial, struct buf *out)
{
    int64_t count = (int64_t)trial->held->count;
    buf_printf(out, "\n  With a margin of at least    it answers    and is right\n");
    for (int margin = 0; margin <= 80; margin += 20) {
        int64_t answered = 0, right = 0;
        for (size_t i = 0; i < trial->held->count; i++) {
            bool answers = trial->guesses[i] >= 0 && trial->margins[i] >= margin;
            answered += answers;
            right += answers && trial->guesses[i] == trial->held->tickets[i]->department;
        }
        buf_printf(out, "  %26d %9.1f %% %13.1f %%\n", margin, percent(answered, count),
                   percent(right, answered));
    }
}

void report_trial(const struct learn_trial *trial, struct buf *out)
{
    size_t floored = 0;
    for (size_t i = 0; i < trial->held->count; i++)
        floored += trial->held->tickets[i]->floored;
    tell_departments(trial, out);
    tell_pairs(trial, LIST_MOVED, out);
    tell_pairs(trial, LIST_CONFUSED_LEARNED, out);
    tell_pairs(trial, LIST_CONFUSED_TREE, out);
    tell_margins(trial, out);
    if (floored > 0)
        buf_printf(out,
                   "\n%zu of the tickets tell of a danger: of them the router never asks the "
                   "model.\n",
                   floored);
}
