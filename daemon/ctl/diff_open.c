#include "ctl/diff_open.h"

#include "ctl/members.h"

static void take_promise(struct open_change *change, struct str promise)
{
    static const struct str names[] = { { "status", 6 }, { "due", 3 }, { "previous_due", 12 } };
    struct str found[3];
    members_find(promise, names, found, 3);
    struct str status = member_text(found[0]);
    /* RFC 3339 in UTC: times in the order of their digits. */
    int order = str_compare(member_text(found[1]), member_text(found[2]));
    if (str_is(status, "moved"))
        ++*(order < 0 ? &change->earlier : &change->later);
    change->made += str_is(status, "made");
    change->ended += str_is(status, "ended");
    change->broken += str_is(status, "missed");
}

void open_change_take(struct open_change *change, const struct actions *actions)
{
    static const struct str names[] = { { "promises", 8 } };
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->items[i];
        struct str list, promise;
        if (action->output != OUTPUT_PROMISES || !str_present(action->value))
            continue;
        members_find(action->value, names, &list, 1);
        for (size_t at = 0; members_next(list, &at, &promise);)
            take_promise(change, promise);
    }
}
