#include "escalate/member.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "base/pack.h"
#include "escalate/groups.h"

/* Level, department and trigger stand in the key, ticket or source is the name, and what struct
 * member has in front is not said twice. */
static void pack(struct buf *out, const struct notice *notice)
{
    pack_str(out, notice->id);
    pack_str(out, notice->event);
    pack_signed(out, notice->step);
    pack_signed(out, notice->repeat);
    pack_str(out, notice->ladder);
    pack_time(out, notice->time, notice->since);
    pack_byte(out, notice->floored);
    pack_str(out, notice->label);
    pack_str(out, notice->category);
    pack_str(out, notice->account);
    pack_str(out, notice->subject);
    pack_str(out, notice->clock);
    pack_time(out, notice->due, notice->since);
    pack_str(out, notice->why);
    pack_str(out, notice->next_level);
    pack_time(out, notice->next_at, notice->since);
    pack_str(out, notice->by);
    pack_str(out, notice->comment);
    pack_str(out, notice->also);
    pack_signed(out, notice->pace.waits ? notice->pace.wait : -1);
    pack_signed(out, notice->pace.rests ? notice->pace.interval : -1);
}

static void unpack(struct unpack *in, struct notice *notice)
{
    notice->id = unpack_str(in);
    notice->event = unpack_str(in);
    notice->step = (int)unpack_signed(in);
    notice->repeat = (int)unpack_signed(in);
    notice->ladder = unpack_str(in);
    notice->time = unpack_time(in, notice->since);
    notice->floored = unpack_bounded(in, 1) != 0;
    notice->label = unpack_str(in);
    notice->category = unpack_str(in);
    notice->account = unpack_str(in);
    notice->subject = unpack_str(in);
    notice->clock = unpack_str(in);
    notice->due = unpack_time(in, notice->since);
    notice->why = unpack_str(in);
    notice->next_level = unpack_str(in);
    notice->next_at = unpack_time(in, notice->since);
    notice->by = unpack_str(in);
    notice->comment = unpack_str(in);
    notice->also = unpack_str(in);
    time_ms wait = unpack_signed(in);
    notice->pace = notice_pace(wait, unpack_signed(in));
}

static void pack_cause(struct buf *out, const struct cause *cause)
{
    pack_byte(out, (unsigned)cause->kind);
    pack_str(out, cause->name);
    pack_time(out, cause->until, 0);
}

static struct cause unpack_cause(struct unpack *in)
{
    struct cause cause = { 0 };
    cause.kind = (enum suppression)unpack_bounded(in, SUPPRESSION_COUNT - 1);
    cause.name = unpack_str(in);
    cause.until = unpack_time(in, 0);
    return cause;
}

struct member *member_new(struct str key, size_t name_size, const struct notice *notice,
                          const struct standing *standing)
{
    struct buf packed = { 0 };
    pack(&packed, notice);
    if (standing->muted)
        pack_cause(&packed, &standing->why);
    assert(name_size <= key.size);
    struct member *member = mem_alloc(offsetof(struct member, bytes) + key.size + packed.size);
    member->key_size = (uint32_t)key.size;
    member->name_size = (uint32_t)name_size;
    member->packed_size = (uint32_t)packed.size;
    member->since = notice->since;
    member->told = standing->told;
    member->round = standing->round;
    member->muted = standing->muted;
    member->status = (uint8_t)notice->status;
    member->score = (uint8_t)notice->score;
    member->band = (int8_t)notice->band;
    member->has_ticket = str_present(notice->ticket);
    memcpy(member->bytes, key.data, key.size);
    memcpy(member->bytes + key.size, packed.data, packed.size);
    buf_free(&packed);
    return member;
}

size_t member_size(const struct member *member)
{
    return offsetof(struct member, bytes) + member->key_size + member->packed_size;
}

struct str member_key(const struct member *member)
{
    return (struct str){ member->bytes, member->key_size };
}

struct str member_name(const struct member *member)
{
    return (struct str){ member->bytes + member->key_size - member->name_size, member->name_size };
}

struct str member_label(const struct member *member, enum notice_label label)
{
    static const enum notice_label order[] = { LABEL_LEVEL, LABEL_DEPARTMENT, LABEL_TRIGGER };
    const char *from = member->bytes + sizeof("n/") - 1;
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        const char *end = memchr(from, '/', (size_t)(member->bytes + member->key_size - from));
        if (order[i] == label)
            return (struct str){ from, (size_t)(end - from) };
        from = end + 1;
    }
    return STR_NONE;
}

static struct unpack unpack_member(const struct member *member, struct notice *notice)
{
    struct unpack in =
        unpack_from((struct str){ member->bytes + member->key_size, member->packed_size });
    *notice = (struct notice){ .level = member_label(member, LABEL_LEVEL),
                               .department = member_label(member, LABEL_DEPARTMENT),
                               .trigger = member_label(member, LABEL_TRIGGER),
                               .status = (enum notice_status)member->status,
                               .since = member->since,
                               .score = member->score,
                               .band = member->band };
    *(member->has_ticket ? &notice->ticket : &notice->source) = member_name(member);
    unpack(&in, notice);
    return in;
}

void member_notice(const struct member *member, struct notice *notice)
{
    struct unpack in = unpack_member(member, notice);
    assert(!in.failed && (member->muted || in.at == in.end));
    (void)in;
}

struct standing member_standing(const struct member *member)
{
    struct standing standing = { .told = member->told,
                                 .round = member->round,
                                 .muted = member->muted };
    if (member->muted) {
        struct notice notice;
        struct unpack in = unpack_member(member, &notice);
        standing.why = unpack_cause(&in);
        assert(!in.failed && in.at == in.end);
    }
    return standing;
}

/* As far as a release knew that counted no rounds. */
static bool came_after_the_last_message(const struct member *member)
{
    const struct group *group = member->group;
    struct notice notice;
    member_notice(member, &notice);
    return group->flush != TIME_NEVER && (group->sent == TIME_NEVER || notice.time > group->sent);
}

bool member_is_fresh(const struct member *member)
{
    if (member->round == ROUND_UNKNOWN)
        return came_after_the_last_message(member);
    return member->round >= member->group->rounds;
}

uint64_t member_told(const struct member *member)
{
    if (member->muted || member_is_fresh(member))
        return member->told;
    struct notice notice;
    member_notice(member, &notice);
    return notice_mark(&notice);
}

bool member_is_done(const struct member *member)
{
    return member->status == NOTICE_RESOLVED || (!member->has_ticket && !member->muted);
}
