#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "exactly_once/membership.h"

/* A rebalance, told: what happens on the left, what is ordered on the right. Tasks are letters, and
 * the partition is the letter's; 'A' is the second task of the partition of 'a'. */
struct line {
    const char *event, *orders;
};

struct story {
    const char *name;
    struct line lines[12];
};

static const struct story stories[] = {
    { "two partitions come, are restored and run",
      { { "assigned ab", "assign restore(a) restore(b)" },
        { "restored a", "add(a) assign" },
        { "restored b", "add(b) assign" },
        { "content", "" } } },
    { "a revocation is answered when the transaction has ended",
      { { "assigned ab", "assign restore(a) restore(b)" },
        { "restored a", "add(a) assign" },
        { "restored b", "add(b) assign" },
        { "revoked a", "" },
        { "end it", "" },
        { "boundary", "remove(a) unassign free(a)" },
        { "content", "" } } },
    { "what is restored meanwhile is added after the answer, not as one",
      { { "assigned ab", "assign restore(a) restore(b)" },
        { "restored a", "add(a) assign" },
        { "revoked a", "" },
        { "restored b", "" },
        { "boundary", "remove(a) unassign free(a) add(b) assign" } } },
    { "revoked while it is restored: nothing of it is in a transaction, so the answer is at once",
      { { "assigned a", "assign restore(a)" },
        { "revoked a", "cancel(a) unassign" },
        { "content", "" },
        { "restored a", "free(a)" } } },
    { "the restorer gives it back before the transaction has ended that others are in",
      { { "assigned ab", "assign restore(a) restore(b)" },
        { "restored a", "add(a) assign" },
        { "revoked ab", "cancel(b)" },
        { "restored b", "free(b)" },
        { "boundary", "remove(a) unassign free(a)" } } },
    { "given again while the restorer still has the first",
      { { "assigned a", "assign restore(a)" },
        { "revoked a", "cancel(a) unassign" },
        { "assigned A", "assign restore(A)" },
        { "restored a", "free(a)" },
        { "restored A", "add(A) assign" } } },
    { "a loss is answered at once, and before that the epoch rises",
      { { "assigned a", "assign restore(a)" },
        { "restored a", "add(a) assign" },
        { "lost a", "epoch remove(a) unassign" },
        { "abort it", "" },
        { "boundary", "free(a)" },
        { "content", "" } } },
    { "given again before what was lost has left: it begins after that",
      { { "assigned a", "assign restore(a)" },
        { "restored a", "add(a) assign" },
        { "lost a", "epoch remove(a) unassign" },
        { "assigned A", "assign" },
        { "boundary", "free(a) restore(A)" },
        { "restored A", "add(A) assign" } } },
    { "and taken away again before it began",
      { { "assigned a", "assign restore(a)" },
        { "restored a", "add(a) assign" },
        { "lost a", "epoch remove(a) unassign" },
        { "assigned A", "assign" },
        { "revoked A", "free(A) unassign" },
        { "boundary", "free(a)" } } },
    { "lost while a revocation waits: both are answered",
      { { "assigned ab", "assign restore(a) restore(b)" },
        { "restored a", "add(a) assign" },
        { "revoked a", "" },
        { "lost ab", "epoch cancel(b) remove(a) unassign unassign" },
        { "abort it", "" },
        { "restored b", "free(b)" },
        { "boundary", "free(a)" } } },
    { "somebody else committed for it: it goes and comes again at the boundary",
      { { "assigned a", "assign restore(a)" },
        { "restored a", "add(a) assign" },
        { "again a", "" },
        { "abort it", "" },
        { "boundary", "remove(a) unassign free(a) restore(A)" },
        { "restored A", "add(A) assign" } } },
    { "somebody else committed for what is revoked: it goes without a goodbye",
      { { "assigned a", "assign restore(a)" },
        { "restored a", "add(a) assign" },
        { "revoked a", "" },
        { "end it", "" },
        { "again a", "free(A)" },
        { "abort it", "" },
        { "boundary", "remove(a) unassign free(a)" } } },
    { "it is revoked while it is to come again: one answer",
      { { "assigned a", "assign restore(a)" },
        { "restored a", "add(a) assign" },
        { "again a", "" },
        { "revoked a", "free(A)" },
        { "boundary", "remove(a) unassign free(a)" },
        { "content", "" } } },
    { "what it has is given once more",
      { { "assigned a", "assign restore(a)" },
        { "restored a", "add(a) assign" },
        { "assigned A", "assign free(A)" } } },
};

static char tasks[128];

static struct place place_of(char letter)
{
    return (struct place){ .partition = letter | 32, .task = &tasks[(int)letter] };
}

static void write_orders(struct orders *orders, char *text, size_t size)
{
    static const char *const names[] = { "restore", "cancel",   "add",   "assign",
                                         "remove",  "unassign", "epoch", "free" };
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < orders->count; i++) {
        const struct order *order = &orders->items[i];
        used +=
            (size_t)snprintf(text + used, size - used, used > 0 ? " %s" : "%s", names[order->kind]);
        if (order->task != NULL)
            used += (size_t)snprintf(text + used, size - used, "(%c)",
                                     (char)((char *)order->task - tasks));
    }
    orders->count = 0;
}

static void happen(struct membership *membership, const char *event, struct orders *orders)
{
    struct place places[4];
    size_t count = 0;
    const char *letters = strchr(event, ' ');
    for (; letters != NULL && letters[1 + count] != '\0'; count++)
        places[count] = place_of(letters[1 + count]);
    if (strncmp(event, "assigned", 8) == 0)
        membership_assigned(membership, places, count, orders);
    else if (strncmp(event, "revoked", 7) == 0)
        membership_revoked(membership, places, count, false, orders);
    else if (strncmp(event, "lost", 4) == 0)
        membership_revoked(membership, places, count, true, orders);
    else if (strncmp(event, "restored", 8) == 0)
        membership_restored(membership, places[0].task, orders);
    else if (strncmp(event, "again", 5) == 0)
        membership_restore_again(membership, places[0].task, &tasks[(int)letters[1] & ~32], orders);
    else if (strcmp(event, "boundary") == 0)
        membership_boundary(membership, orders);
    else if (strcmp(event, "content") == 0)
        assert_int_equal(membership_wish(membership), MEMBERSHIP_CONTENT);
    else if (strcmp(event, "end it") == 0)
        assert_int_equal(membership_wish(membership), MEMBERSHIP_BOUNDARY);
    else if (strcmp(event, "abort it") == 0)
        assert_int_equal(membership_wish(membership), MEMBERSHIP_ABORT);
    else
        fail_msg("no such event: %s", event);
}

static void test_rebalances(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
        struct membership membership = { 0 };
        struct orders orders = { 0 };
        print_message("%s\n", stories[i].name);
        for (const struct line *line = stories[i].lines; line->event != NULL; line++) {
            char text[256];
            happen(&membership, line->event, &orders);
            write_orders(&orders, text, sizeof(text));
            if (strcmp(text, line->orders) != 0)
                fail_msg("%s: '%s', not '%s'", line->event, text, line->orders);
        }
        membership_free(&membership);
        orders_free(&orders);
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(test_rebalances),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
