#include "escalate/flush.h"

#include <stdlib.h>

#include "escalate/message.h"
#include "escalate/suppressed.h"

/* One flush under way. */
struct work {
    struct flush *flush;
    struct group *group;
    struct actions *actions;
    time_ms now;
    time_ms wake;      /* when what stays muted is to be judged again */
    struct held *held; /* what is kept quiet */
    size_t held_count, held_room;
    const struct member **released; /* muted so far, told now */
    size_t released_count, news;
};

struct held {
    struct member *member;
    struct cause why;
};

static void note(struct work *work, const struct notice *notice, const struct cause *why)
{
    const struct quiet *quiet = &work->flush->quiet;
    const struct silence *silence =
        why->kind == SUPPRESSED_BY_SILENCE ? silences_find(quiet->silences, why->name) : NULL;
    suppressed_add(quiet->config, notice, work->group->name, why, silence, work->now,
                   work->actions);
    work->flush->suppressed++;
    for (size_t i = 0; why->kind == SUPPRESSED_BY_INHIBITION && i < quiet->config->inhibit_count;
         i++) {
        if (str_equal(quiet->config->inhibits[i].name, why->name))
            rule_hit(work->flush->hits, quiet->config->inhibits[i].rule);
    }
}

/* One record for a notice and what keeps it quiet, however long that lasts. */
static void keep_quiet(struct work *work, const struct member *member, const struct notice *notice,
                       const struct cause *why)
{
    struct standing standing = member_standing(member);
    const struct cause *before = &standing.why;
    bool known = standing.muted && before->kind == why->kind && str_equal(before->name, why->name);
    if (!known)
        note(work, notice, why);
    if (why->kind == SUPPRESSED_AS_DUPLICATE) {
        if (standing.muted)
            groups_mute(work->flush->groups, member, NULL, work->actions);
        return;
    }
    work->wake = time_min(work->wake, why->until);
    if (!known || before->until != why->until)
        groups_mute(work->flush->groups, member, why, work->actions);
}

static void judge(struct work *work, struct member *member)
{
    struct notice notice;
    struct cause why;
    member_notice(member, &notice);
    if (notice.status == NOTICE_RESOLVED) {
        work->news += member->told != 0; /* else its level never heard of it */
        return;
    }
    if (quiet_judge(&work->flush->quiet, member, &notice, work->now, &why)) {
        work->held = arena_grow(work->actions->arena, work->held, work->held_count,
                                &work->held_room, sizeof(*work->held));
        work->held[work->held_count++] = (struct held){ member, why };
        return;
    }
    work->news++;
    if (member->muted) {
        member->released = true;
        work->released[work->released_count++] = member;
    }
}

/* What is written must not depend on the order in memory: of those of which something is, which
 * are few, the keys give it. */
static int compare_members(const void *a, const void *b)
{
    return str_compare(member_key(*(const struct member *const *)a),
                       member_key(*(const struct member *const *)b));
}

static int compare_held(const void *a, const void *b)
{
    return str_compare(member_key(((const struct held *)a)->member),
                       member_key(((const struct held *)b)->member));
}

static void judge_all(struct work *work, bool muted)
{
    struct group *group = work->group;
    work->held_count = 0;
    for (size_t i = 0; i < group->member_count; i++) {
        struct member *member = group->members[i];
        if (muted ? member->muted : !member->muted && member_is_fresh(member))
            judge(work, member);
    }
    if (work->held_count > 1)
        qsort(work->held, work->held_count, sizeof(*work->held), compare_held);
    for (size_t i = 0; i < work->held_count; i++) {
        struct notice notice;
        member_notice(work->held[i].member, &notice);
        keep_quiet(work, work->held[i].member, &notice, &work->held[i].why);
    }
}

void flush_group(struct flush *flush, struct group *group, const struct moment *moment,
                 struct actions *actions)
{
    struct work work = {
        .flush = flush, .group = group, .actions = actions, .now = moment->now, .wake = TIME_NEVER
    };
    work.released =
        arena_alloc_raw(actions->arena, (group->muted_count + 1) * sizeof(struct member *));
    judge_all(&work, true);
    /* What is new waits on: only what is muted was asked for. */
    if (group->flush > moment->horizon && work.released_count == 0) {
        groups_judged(flush->groups, group, work.wake, actions);
        return;
    }
    judge_all(&work, false);
    if (work.news > 0) {
        message_add(&flush->quiet, flush->zone, flush->groups, group, moment->now, actions);
        flush->messages++;
    }
    qsort(work.released, work.released_count, sizeof(*work.released), compare_members);
    for (size_t i = 0; i < work.released_count; i++)
        groups_mute(flush->groups, work.released[i], NULL, actions);
    groups_flushed(flush->groups, group, work.news > 0, work.wake, moment->now, actions);
}
