#include "escalate/member.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "base/pack.h"
#include "escalate/groups.h"

/* Level, department and trigger are the group's, ticket or source is the name, and what struct
 * member has in front is not said twice. */
static void pack(struct buf *out, const struct notice *notice)
{
    pack_str(out, notice->id);
    pack_str(out, notice->event);
    pack_signed(out, notice->step);
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
}

static void unpack(struct unpack *in, struct notice *notice)
{
    notice->id = unpack_str(in);
    notice->event = unpack_str(in);
    notice->step = (int)unpack_signed(in);
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
}

struct member *member_new(struct str key, size_t name_size, const struct notice *notice)
{
    struct buf packed = { 0 };
    pack(&packed, notice);
    assert(name_size <= key.size);
    struct member *member = mem_alloc(offsetof(struct member, bytes) + key.size + packed.size);
    member->key_size = (uint32_t)key.size;
    member->name_size = (uint32_t)name_size;
    member->packed_size = (uint32_t)packed.size;
    member->since = notice->since;
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

void member_notice(const struct member *member, struct notice *notice)
{
    struct unpack in =
        unpack_from((struct str){ member->bytes + member->key_size, member->packed_size });
    *notice = (struct notice){ .level = member->group->level,
                               .department = member->group->department,
                               .trigger = member->group->trigger,
                               .status = (enum notice_status)member->status,
                               .since = member->since,
                               .score = member->score,
                               .band = member->band };
    *(member->has_ticket ? &notice->ticket : &notice->source) = member_name(member);
    unpack(&in, notice);
    assert(!in.failed && in.at == in.end);
}

bool member_is_done(const struct member *member)
{
    return member->status == NOTICE_RESOLVED || !member->has_ticket;
}
