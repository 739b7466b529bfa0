/* ombudctl diff: what another configuration would have made of the same events. */
#include "ctl/diff.h"

#include <unistd.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "ctl/command.h"
#include "ctl/course.h"
#include "ctl/table_file.h"
#include "enrich/enrich.h"
#include "host/options.h"
#include "json/json_writer.h"

struct diff {
    const struct command *command;
    const char *old_path, *new_path;
    const char *customers_path;
    struct customers *customers;
    struct side *old, *new;
    char *const *paths;
    int path_count;
    time_ms until;
    int limit; /* tickets listed */
    bool as_json;
};

/* -- for people ------------------------------------------------------------------------------ */

static void print_heading(const struct diff *diff, const struct comparison *comparison)
{
    printf("old  %s (%s)\nnew  %s (%s)\n", diff->old_path, diff->old->config->fingerprint,
           diff->new_path, diff->new->config->fingerprint);
    printf("%lu events, %zu tickets\n\n", (unsigned long)diff->old->events,
           comparison->old.tickets);
}

static void print_row(const char *what, long old, long new)
{
    printf("  %-28s %8ld %8ld %+8ld\n", what, old, new, new - old);
}

static void print_totals(const struct diff *diff, const struct comparison *comparison)
{
    const struct totals *old = &comparison->old, *new = &comparison->new;
    printf("  %-28s %8s %8s %8s\n", "", "old", "new", "change");
    print_row("tickets with a broken promise", old->breached, new->breached);
    print_row("  with an internal breach", old->internal, new->internal);
    print_row("escalation steps", old->told, new->told);
    print_row("hand-offs", old->handed_on, new->handed_on);
    print_row("dead letters", (long)diff->old->dead_letters, (long)diff->new->dead_letters);
    course_print(diff->old->course, diff->new->course, diff->limit);
    printf("\n%u of %zu tickets go first to another department, %u are more urgent, %u less, "
           "%u labelled otherwise\n",
           comparison->moved, old->tickets, comparison->raised, comparison->lowered,
           comparison->relabelled);
}

static void print_moves(const struct comparison *comparison, long limit)
{
    if (comparison->move_count == 0)
        return;
    printf("\nFirst department\n");
    for (size_t i = 0; i < comparison->move_count && (long)i < limit; i++) {
        const struct move *move = &comparison->moves[i];
        printf("  %8u  %.*s -> %.*s\n", move->tickets, STR_ARG(move->from), STR_ARG(move->to));
    }
}

static void print_bands(const struct comparison *comparison)
{
    if (comparison->raised + comparison->lowered == 0)
        return;
    printf("\nHighest band, old down, new across\n      ");
    for (int new = 0; new < BAND_COUNT; new ++)
        printf(" %8s", band_name(new));
    printf("\n");
    for (int old = 0; old < BAND_COUNT; old++) {
        printf("    %s", band_name(old));
        for (int new = 0; new < BAND_COUNT; new ++)
            printf(" %8u", comparison->bands[old][new]);
        printf("\n");
    }
}

static void print_loads(const struct comparison *comparison, long limit)
{
    bool titled = false;
    for (size_t i = 0; i < comparison->load_count && (long)i < limit; i++) {
        const struct load_change *change = &comparison->loads[i];
        if (change->old.received == change->new.received && change->old.peak == change->new.peak)
            continue;
        if (!titled)
            printf("\nDepartment load                  tickets received       most open at once\n");
        titled = true;
        printf("  %-24.*s %8u -> %-8u %8u -> %u\n", STR_ARG(change->department),
               change->old.received, change->new.received, change->old.peak, change->new.peak);
    }
}

static void print_fate(const struct fate *fate)
{
    if (fate == NULL)
        printf("none");
    else
        printf("%.*s %s %d%s%s", STR_ARG(fate->first), band_name(fate->highest_band), fate->score,
               fate->breached ? " broken" : "", fate->internal ? " internally broken" : "");
}

static void print_changes(const struct comparison *comparison, long limit)
{
    if (comparison->change_count == 0) {
        printf("\nNo ticket fares differently.\n");
        return;
    }
    printf("\nTickets that fare differently: %zu\n", comparison->change_count);
    for (size_t i = 0; i < comparison->change_count && (long)i < limit; i++) {
        const struct change *change = &comparison->changes[i];
        struct str ticket = change->old ? change->old->ticket : change->new->ticket;
        printf("  %-20.*s ", STR_ARG(ticket));
        print_fate(change->old);
        printf(" -> ");
        print_fate(change->new);
        printf("\n");
    }
    if ((long)comparison->change_count > limit)
        printf("  ... and %ld more (--limit N, --json for all)\n",
               (long)comparison->change_count - limit);
}

/* Under `pin` what `recompute_open` would do: whoever chooses wants to know. */
static void print_open(const struct diff *diff)
{
    const struct open_change *change = &diff->old->open_change;
    printf("\nPromises that are open at the end, after a reload with on_config_change: %s\n",
           diff->new->config->recompute_open ? "recompute_open"
                                             : "pin: all stay (recompute_open would do this)");
    printf("  %u earlier, %u later, %u new, %u ended, %u broken at once\n", change->earlier,
           change->later, change->made, change->ended, change->broken);
}

static void print_text(const struct diff *diff, const struct comparison *comparison)
{
    print_heading(diff, comparison);
    print_totals(diff, comparison);
    print_moves(comparison, diff->limit);
    print_bands(comparison);
    print_open(diff);
    print_loads(comparison, diff->limit);
    print_changes(comparison, diff->limit);
}

/* -- for programs ---------------------------------------------------------------------------- */

static void put_fate(struct json_writer *json, const struct fate *fate)
{
    if (fate == NULL) {
        json_put_null(json);
        return;
    }
    json_open_object(json);
    JSON_STR(json, "department", fate->first);
    JSON_STR(json, "last_department", fate->last);
    JSON_TEXT(json, "band", band_name(fate->first_band));
    JSON_TEXT(json, "highest_band", band_name(fate->highest_band));
    JSON_INT(json, "score", fate->score);
    JSON_STR(json, "label", fate->label);
    JSON_BOOL(json, "breached", fate->breached);
    JSON_BOOL(json, "internally_breached", fate->internal);
    JSON_INT(json, "escalation_steps", fate->told);
    json_close_object(json);
}

static void put_totals(struct json_writer *json, const struct side *side,
                       const struct totals *totals)
{
    json_open_object(json);
    JSON_TEXT(json, "config", side->config->fingerprint);
    JSON_INT(json, "tickets", (int64_t)totals->tickets);
    JSON_INT(json, "breached", totals->breached);
    JSON_INT(json, "internally_breached", totals->internal);
    JSON_INT(json, "escalation_steps", totals->told);
    JSON_INT(json, "hand_offs", totals->handed_on);
    JSON_INT(json, "dead_letters", (int64_t)side->dead_letters);
    JSON_KEY(json, "course");
    course_json(side->course, json);
    json_close_object(json);
}

static void put_load(struct json_writer *json, const struct load *load)
{
    json_open_object(json);
    JSON_INT(json, "received", load->received);
    JSON_INT(json, "peak", load->peak);
    JSON_INT(json, "open", load->open);
    json_close_object(json);
}

static void put_moves(struct json_writer *json, const struct comparison *comparison)
{
    JSON_KEY(json, "moves");
    json_open_array(json);
    for (size_t i = 0; i < comparison->move_count; i++) {
        json_open_object(json);
        JSON_STR(json, "from", comparison->moves[i].from);
        JSON_STR(json, "to", comparison->moves[i].to);
        JSON_INT(json, "tickets", comparison->moves[i].tickets);
        json_close_object(json);
    }
    json_close_array(json);
}

static void put_bands(struct json_writer *json, const struct comparison *comparison)
{
    JSON_KEY(json, "bands");
    json_open_object(json);
    for (int old = 0; old < BAND_COUNT; old++) {
        static const struct str keys[] = {
            { "\"P1\":", 5 }, { "\"P2\":", 5 }, { "\"P3\":", 5 }, { "\"P4\":", 5 }
        };
        json_key_quoted(json, keys[old]);
        json_open_object(json);
        for (int new = 0; new < BAND_COUNT; new ++) {
            json_key_quoted(json, keys[new]);
            json_put_int(json, comparison->bands[old][new]);
        }
        json_close_object(json);
    }
    json_close_object(json);
}

static void put_loads(struct json_writer *json, const struct comparison *comparison)
{
    JSON_KEY(json, "load");
    json_open_array(json);
    for (size_t i = 0; i < comparison->load_count; i++) {
        json_open_object(json);
        JSON_STR(json, "department", comparison->loads[i].department);
        JSON_KEY(json, "old");
        put_load(json, &comparison->loads[i].old);
        JSON_KEY(json, "new");
        put_load(json, &comparison->loads[i].new);
        json_close_object(json);
    }
    json_close_array(json);
}

static void put_changes(struct json_writer *json, const struct comparison *comparison)
{
    JSON_KEY(json, "tickets");
    json_open_array(json);
    for (size_t i = 0; i < comparison->change_count; i++) {
        const struct change *change = &comparison->changes[i];
        json_open_object(json);
        JSON_STR(json, "ticket", change->old ? change->old->ticket : change->new->ticket);
        JSON_KEY(json, "old");
        put_fate(json, change->old);
        JSON_KEY(json, "new");
        put_fate(json, change->new);
        json_close_object(json);
    }
    json_close_array(json);
}

static void put_open(struct json_writer *json, const struct diff *diff)
{
    const struct open_change *change = &diff->old->open_change;
    JSON_KEY(json, "open_promises");
    json_open_object(json);
    JSON_TEXT(json, "on_config_change",
              diff->new->config->recompute_open ? "recompute_open" : "pin");
    JSON_INT(json, "earlier", change->earlier);
    JSON_INT(json, "later", change->later);
    JSON_INT(json, "made", change->made);
    JSON_INT(json, "ended", change->ended);
    JSON_INT(json, "broken", change->broken);
    json_close_object(json);
}

static void print_json(const struct diff *diff, const struct comparison *comparison)
{
    struct buf out = { 0 };
    struct json_writer json = json_writer_to(&out);
    json_open_object(&json);
    JSON_INT(&json, "events", (int64_t)diff->old->events);
    JSON_KEY(&json, "old");
    put_totals(&json, diff->old, &comparison->old);
    JSON_KEY(&json, "new");
    put_totals(&json, diff->new, &comparison->new);
    JSON_INT(&json, "moved", comparison->moved);
    JSON_INT(&json, "more_urgent", comparison->raised);
    JSON_INT(&json, "less_urgent", comparison->lowered);
    JSON_INT(&json, "relabelled", comparison->relabelled);
    put_moves(&json, comparison);
    put_bands(&json, comparison);
    put_open(&json, diff);
    put_loads(&json, comparison);
    put_changes(&json, comparison);
    json_close_object(&json);
    buf_add_char(&out, '\n');
    fwrite(out.data, 1, out.size, stdout);
    buf_free(&out);
}

/* -- the command ----------------------------------------------------------------------------- */

struct run {
    struct diff *diff;
    struct side *side;
    bool ok;
    struct error err;
};

static void *run_side(void *arg)
{
    struct run *run = arg;
    struct diff *diff = run->diff;
    run->ok = side_run(run->side, diff->paths, diff->path_count, diff->until, &run->err);
    return NULL;
}

/* The two know nothing of each other, so each has a thread. */
static bool run_both(struct diff *diff, struct error *err)
{
    struct run old = { .diff = diff, .side = diff->old };
    struct run new = { .diff = diff, .side = diff->new };
    pthread_t thread;
    bool threaded = pthread_create(&thread, NULL, run_side, &new) == 0;
    run_side(&old);
    if (threaded)
        pthread_join(thread, NULL);
    else
        run_side(&new);
    if (!old.ok)
        *err = old.err;
    else if (!new.ok)
        *err = new.err;
    return old.ok && new.ok;
}

/* -1: go on. */
static int read_options(struct diff *diff, int argc, char **argv)
{
    const struct option_row options[] = {
        { .name = "old", .kind = OPTION_TEXT, .to = &diff->old_path },
        { .name = "new", .kind = OPTION_TEXT, .to = &diff->new_path },
        { .name = "until", .kind = OPTION_TIME, .to = &diff->until },
        { .name = "limit", .kind = OPTION_NUMBER, .to = &diff->limit, .least = 0, .most = INT_MAX },
        { .name = "customers", .kind = OPTION_TEXT, .to = &diff->customers_path },
        { .name = "json", .kind = OPTION_FLAG, .to = &diff->as_json },
        { 0 },
    };
    int code = command_options(diff->command, options, argc, argv);
    if (code >= 0)
        return code;
    if (diff->old_path == NULL || diff->new_path == NULL)
        return command_misused(diff->command, "--old FILE and --new FILE are needed");
    diff->paths = argv + optind;
    diff->path_count = argc - optind;
    for (int i = 0; i < diff->path_count; i++) {
        if (strcmp(diff->paths[i], "-") == 0)
            return command_misused(diff->command, "events are read twice, so not from a pipe");
    }
    return diff->path_count > 0 ? -1
                                : command_misused(diff->command, "a file of events is missing");
}

static int run(const struct command *command, int argc, char **argv)
{
    struct diff diff = { .command = command, .until = TIME_NEVER, .limit = 20 };
    struct config *old = NULL, *new = NULL;
    int code = read_options(&diff, argc, argv);
    if (code >= 0)
        return code;
    code = EX_CONFIG;
    old = command_config(command, diff.old_path);
    new = command_config(command, diff.new_path);
    if (old == NULL || new == NULL)
        goto out;
    struct error err;
    if (diff.customers_path &&
        !(diff.customers = table_from_file(GLOBAL_CUSTOMERS, diff.customers_path, &err))) {
        code = command_failed(command, EX_DATAERR, "%s", err.text);
        goto out;
    }
    diff.old = side_open(old, diff.customers);
    diff.new = side_open(new, diff.customers);
    struct config reloaded = *new;
    reloaded.recompute_open = true;
    diff.old->reload = &reloaded;
    if (!run_both(&diff, &err)) {
        code = command_failed(command, EX_DATAERR, "%s", err.text);
        goto out;
    }
    struct comparison comparison;
    compare_sides(diff.old, diff.new, &comparison);
    if (diff.as_json)
        print_json(&diff, &comparison);
    else
        print_text(&diff, &comparison);
    comparison_free(&comparison);
    code = fflush(stdout) == 0 ? 0 : EX_IOERR;
out:
    side_close(diff.old);
    side_close(diff.new);
    customers_free(diff.customers);
    config_free(old);
    config_free(new);
    return code;
}

const struct command command_diff = {
    .name = "diff",
    .arguments = "--old FILE --new FILE [--json] [--limit N] [--until TIME]\n"
                 "                     [--customers FILE] EVENTS...",
    .summary = "Show what another configuration would have changed",
    .help =
        "Runs recorded events (NDJSON as for replay, plain, .gz or .zst) through two\n"
        "configurations, each in the engines of ombudd and in the time of the events, and "
        "compares\n"
        "ticket by ticket: the first department, bands, broken promises, escalations, load; and\n"
        "how matters went: breaches of every clock, those that customers never hear of apart,\n"
        "returns, ping-pong, messages per level, per person and day, hours by holder. And\n"
        "what a reload at the end would do to open promises (on_config_change).\n"
        "\n"
        "      --old FILE, --new FILE   the configurations\n"
        "      --limit N                list at most N tickets and departments (default 20)\n"
        "      --json                   everything, one object\n"
        "      --customers FILE         the table of customers, a row a line\n"
        "      --until TIME             afterwards let time pass up to TIME (RFC 3339)\n",
    .run = run,
};
