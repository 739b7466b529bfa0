#include "escalate/inhibitions.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "escalate/notice_facts.h"

/* The open sources of one rule that have equal labels. */
struct slot {
    uint64_t hash;        /* of rule and labels: the key */
    size_t open, sparing; /* of all, and of those that the rule's target does not match */
};

struct inhibitions {
    const struct config *config;
    struct match_scratch *scratch;
    struct table *slots;
    bool released;
};

static struct str slot_key(const void *value)
{
    const struct slot *slot = value;
    return (struct str){ (const char *)&slot->hash, sizeof(slot->hash) };
}

struct inhibitions *inhibitions_new(const struct config *config)
{
    struct inhibitions *inhibitions = mem_alloc(sizeof(*inhibitions));
    inhibitions->config = config;
    inhibitions->scratch = match_scratch_new();
    inhibitions->slots = table_new(slot_key);
    return inhibitions;
}

static void forget(struct inhibitions *inhibitions)
{
    size_t at = 0;
    for (struct slot *slot; (slot = table_next(inhibitions->slots, &at)) != NULL;)
        free(slot);
    table_free(inhibitions->slots);
}

void inhibitions_free(struct inhibitions *inhibitions)
{
    if (inhibitions == NULL)
        return;
    forget(inhibitions);
    match_scratch_free(inhibitions->scratch);
    free(inhibitions);
}

void inhibitions_configure(struct inhibitions *inhibitions, const struct config *config)
{
    forget(inhibitions);
    inhibitions->config = config;
    inhibitions->slots = table_new(slot_key);
}

/* False: it lacks a label, so it has it in common with nothing. */
static bool hash_labels(const struct config_inhibit *rule, size_t index,
                        const struct notice *notice, uint64_t *hash)
{
    struct str parts[LABEL_COUNT + 1];
    size_t count = 0;
    parts[count++] = (struct str){ (const char *)&index, sizeof(index) };
    for (int label = 0; label < LABEL_COUNT; label++) {
        if (!(rule->equal & 1u << label))
            continue;
        parts[count] = notice_label(notice, (enum notice_label)label);
        if (!str_present(parts[count++]))
            return false;
    }
    *hash = hash64_parts(parts, count);
    return true;
}

static struct slot *find_slot(const struct inhibitions *inhibitions, uint64_t hash)
{
    return table_get(inhibitions->slots, (struct str){ (const char *)&hash, sizeof(hash) });
}

static void count(struct inhibitions *inhibitions, uint64_t hash, bool spares, bool joins)
{
    struct slot *slot = find_slot(inhibitions, hash);
    if (slot == NULL) {
        slot = mem_alloc(sizeof(*slot));
        slot->hash = hash;
        table_put(inhibitions->slots, slot);
    }
    slot->open += joins ? 1 : (size_t)-1;
    slot->sparing += !spares ? 0 : joins ? 1 : (size_t)-1;
    inhibitions->released |= !joins && (slot->open == 0 || (spares && slot->sparing == 0));
    if (slot->open == 0) {
        table_remove(inhibitions->slots, slot_key(slot));
        free(slot);
    }
}

static void take(struct inhibitions *inhibitions, const struct member *member, bool joins)
{
    const struct config *config = inhibitions->config;
    if (config->inhibit_count == 0 || member->status == NOTICE_RESOLVED)
        return;
    struct notice notice;
    struct notice_facts seen;
    member_notice(member, &notice);
    notice_facts(&notice, inhibitions->scratch, &seen);
    for (size_t i = 0; i < config->inhibit_count; i++) {
        const struct config_inhibit *rule = &config->inhibits[i];
        uint64_t hash;
        if (matcher_matches(rule->source, &seen.facts) && hash_labels(rule, i, &notice, &hash))
            count(inhibitions, hash, !matcher_matches(rule->target, &seen.facts), joins);
    }
}

void inhibitions_join(struct inhibitions *inhibitions, const struct member *member)
{
    take(inhibitions, member, true);
}

void inhibitions_leave(struct inhibitions *inhibitions, const struct member *member)
{
    take(inhibitions, member, false);
}

const struct config_inhibit *inhibitions_judge(const struct inhibitions *inhibitions,
                                               const struct notice *notice)
{
    const struct config *config = inhibitions->config;
    struct notice_facts seen;
    notice_facts(notice, inhibitions->scratch, &seen);
    for (size_t i = 0; i < config->inhibit_count; i++) {
        const struct config_inhibit *rule = &config->inhibits[i];
        uint64_t hash;
        if (!matcher_matches(rule->target, &seen.facts) || !hash_labels(rule, i, notice, &hash))
            continue;
        const struct slot *slot = find_slot(inhibitions, hash);
        bool both = matcher_matches(rule->source, &seen.facts);
        if (slot && (both ? slot->sparing : slot->open) > 0)
            return rule;
    }
    return NULL;
}

bool inhibitions_released(struct inhibitions *inhibitions)
{
    bool released = inhibitions->released;
    inhibitions->released = false;
    return released;
}
