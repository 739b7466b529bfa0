#include "model/changelog.h"

#include <assert.h>
#include <stdio.h>

#include "json/json.h"

void changelog_begin(struct changelog *changelog, int version)
{
    assert(version == 0 || (version >= changelog->oldest && version <= changelog->newest));
    changelog->version = changelog->version_at_mark = version;
    changelog->known = changelog->known_at_mark = false;
    changelog->restored = changelog->restored_for = 0;
}

static int written_version(const struct changelog *changelog)
{
    return changelog->version ? changelog->version : changelog->newest;
}

static int bounded(const struct changelog *changelog, int allowed)
{
    return allowed > changelog->newest   ? changelog->newest
           : allowed < changelog->oldest ? changelog->oldest
                                         : allowed;
}

bool changelog_awaits(const struct changelog *changelog, int allowed)
{
    return changelog->known && allowed > changelog->version &&
           changelog->version < changelog->newest;
}

void changelog_raise(struct changelog *changelog, int allowed)
{
    bool begins = !changelog->known && changelog->version == 0 && allowed > 0;
    if (!begins && !changelog_awaits(changelog, allowed))
        return;
    changelog->version = bounded(changelog, allowed);
    changelog->known = false;
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

bool changelog_format(struct str value, int64_t *version, int64_t *partitions, struct error *err)
{
    static const struct json_limits limits = { .size = 4096, .nodes = 64, .depth = 4 };
    struct error why;
    size_t at = 0;
    bool ok = true;
    struct arena *arena = arena_new(1024);
    const cJSON *root = json_parse(value, &limits, arena, NULL, &at, &why);
    if (!root)
        ok = error_set(err, CHANGELOG_FORMAT_KEY ": byte %zu: %s", at, why.text);
    else if (!json_integer(json_get(root, STR("version")), version) || *version < 1 ||
             !json_integer(json_get(root, STR("partitions")), partitions) || *partitions < 1)
        ok = error_set(err, CHANGELOG_FORMAT_KEY " lacks \"version\" or \"partitions\"");
    arena_free(arena);
    return ok;
}

bool changelog_restore(struct changelog *changelog, struct str value, struct error *err)
{
    int64_t version = 0, partitions = 0;
    if (str_present(value) && !changelog_format(value, &version, &partitions, err))
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
    changelog->version_at_mark = changelog->version;
    changelog->known_at_mark = changelog->known;
}

void changelog_undo(struct changelog *changelog)
{
    changelog->version = changelog->version_at_mark;
    changelog->known = changelog->known_at_mark;
}
