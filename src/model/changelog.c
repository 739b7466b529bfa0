#include "model/changelog.h"

#include <assert.h>
#include <stdio.h>

#include "json/json.h"

void changelog_begin(struct changelog *changelog, int version)
{
    assert(version == 0 || (version >= changelog->oldest && version <= changelog->newest));
    changelog->version = version;
    changelog->known = changelog->known_at_mark = false;
    changelog->restored = changelog->restored_for = 0;
}

static int written_version(const struct changelog *changelog)
{
    return changelog->version ? changelog->version : changelog->newest;
}

void changelog_announce(struct changelog *changelog, struct actions *actions)
{
    if (changelog->known)
        return;
    changelog->known = true;
    changelog->version = written_version(changelog);
    struct action *action = actions_add(actions, changelog->output);
    action->partition = changelog->partition;
    action->key = STR(CHANGELOG_FORMAT_KEY);
    action->value = arena_printf(actions->arena, "{\"version\":%d,\"partitions\":%d}",
                                 changelog->version, (int)changelog->partition_count);
}

bool changelog_restore(struct changelog *changelog, struct str value, struct error *err)
{
    static const struct json_limits limits = { .size = 4096, .nodes = 64, .depth = 4 };
    struct error why;
    size_t at = 0;
    int64_t version = 0, partitions = 0;
    struct arena *arena = str_present(value) ? arena_new(1024) : NULL;
    bool ok = true;
    if (!arena)
        goto out;
    const cJSON *root = json_parse(value, &limits, arena, NULL, &at, &why);
    if (!root)
        ok = error_set(err, CHANGELOG_FORMAT_KEY ": byte %zu: %s", at, why.text);
    else if (!json_integer(json_get(root, STR("version")), &version) || version < 1 ||
             !json_integer(json_get(root, STR("partitions")), &partitions) || partitions < 1)
        ok = error_set(err, CHANGELOG_FORMAT_KEY " lacks \"version\" or \"partitions\"");
out:
    arena_free(arena);
    if (!ok)
        return false;
    changelog->restored = version;
    changelog->restored_for = partitions;
    return true;
}

static bool check_version(const struct changelog *changelog, struct error *err)
{
    char range[64];
    if (changelog->oldest < changelog->newest)
        snprintf(range, sizeof(range), "versions %d to %d", changelog->oldest, changelog->newest);
    else
        snprintf(range, sizeof(range), "version %d", changelog->newest);
    if (changelog->restored > changelog->newest)
        return error_set(err,
                         "the changelog has version %lld, this release reads %s: it was written by "
                         "a newer release",
                         (long long)changelog->restored, range);
    if (changelog->restored < changelog->oldest)
        return error_set(err,
                         "the changelog has version %lld, this release reads %s: run the release "
                         "between them first",
                         (long long)changelog->restored, range);
    return true;
}

bool changelog_restored(struct changelog *changelog, const char *what, struct error *err)
{
    if (!changelog->restored)
        return !what ||
               error_set(err, "the changelog has %s, but no " CHANGELOG_FORMAT_KEY " record", what);
    if (!check_version(changelog, err))
        return false;
    if (changelog->restored_for != changelog->partition_count)
        return error_set(err,
                         "the changelog was written with %lld partitions, the %s has %d "
                         "(`ombudctl topics repartition` changes the count)",
                         (long long)changelog->restored_for, changelog->input,
                         (int)changelog->partition_count);
    if (changelog->version < changelog->restored)
        changelog->version = (int)changelog->restored;
    changelog->known = changelog->version == changelog->restored;
    changelog_mark(changelog);
    return true;
}

void changelog_mark(struct changelog *changelog)
{
    changelog->known_at_mark = changelog->known;
}

void changelog_undo(struct changelog *changelog)
{
    changelog->known = changelog->known_at_mark;
}
