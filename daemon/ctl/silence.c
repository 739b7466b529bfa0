/* ombudctl silence add|list|expire: what supervisors are not to be told for a while. */
#include "ctl/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/zone.h"
#include "ctl/board.h"
#include "ctl/writer.h"
#include "escalate/quiet.h"
#include "host/now.h"
#include "host/options.h"

enum { TIMEOUT = 30000, ID_SIZE = 32, SHOWN_ID = 18 };

struct errand {
    const struct command *command;
    const char *path;
    const char *by, *comment;
    time_ms until, span; /* 0: not given */
    bool until_resolved, all, ended;
    struct config *config;
    struct match_scratch *scratch;
    struct arena *arena;
    time_ms now;
};

/* ---- what a silence covers */

struct cover {
    size_t notices; /* open ones that it covers */
    size_t floored; /* that it would, but for a floor: it does not name their tickets */
};

static struct cover cover_of(struct errand *errand, const struct board *board,
                             const struct silence *silence)
{
    struct cover cover = { 0, 0 };
    const struct member *member;
    for (size_t at = 0; (member = groups_next_member(board->groups, &at)) != NULL;) {
        struct notice notice;
        member_notice(member, &notice);
        if (notice.status == NOTICE_RESOLVED)
            continue;
        bool covers = quiet_covers(silence, &notice, errand->scratch);
        cover.notices += covers;
        if (!covers && notice.floored) {
            notice.floored = false;
            cover.floored += quiet_covers(silence, &notice, errand->scratch);
        }
    }
    return cover;
}

static bool has_ended(const struct errand *errand, const struct board *board,
                      const struct silence *silence)
{
    return quiet_end(errand->config, silence) <= errand->now ||
           (silence->until_resolved && spent_has(board->spent, silence->id));
}

static int no_board(struct errand *errand, const struct error *err)
{
    return command_failed(errand->command, EX_UNAVAILABLE, "%s", err->text);
}

/* ---- writing */

static int write_record(struct errand *errand, struct str id, struct str value)
{
    struct error err;
    int code;
    struct writer *writer = writer_open(errand->config, TIMEOUT, &code, &err);
    if (writer == NULL)
        return command_failed(errand->command, code, "%s", err.text);
    struct writer_record record = { .topic = errand->config->topics.silences,
                                    .key = id,
                                    .value = value };
    if (writer_write(writer, &record, 1, TIMEOUT) > 0)
        code = command_failed(errand->command, writer_exit_code(record.refusal),
                              "the silence was not written to topic '%.*s': %s",
                              STR_ARG(record.topic), rd_kafka_err2str(record.refusal));
    writer_close(writer);
    return code;
}

static struct str new_id(struct errand *errand)
{
    uint64_t random = 0;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random))
        random = (uint64_t)errand->now;
    return arena_printf(errand->arena, "s-%012llx", (unsigned long long)(random >> 16));
}

/* ---- add */

static bool is_text(const char *text)
{
    return text && *text && utf8_valid(str_from(text), NULL);
}

/* -1: go on. */
static int check_end(struct errand *errand)
{
    const struct config *config = errand->config;
    char text[TIME_TEXT_SIZE];
    if (errand->until != 0 && errand->span != 0)
        return command_misused(errand->command, "--for or --until, not both");
    if (errand->until == 0 && errand->span == 0 && !errand->until_resolved)
        return command_misused(errand->command, "when does it end? --for or --until");
    if (errand->until == 0)
        errand->until = errand->now + (errand->span ? errand->span : config->max_silence);
    if (errand->until <= errand->now)
        return command_misused(errand->command, "it would end before it begins");
    if (errand->until > errand->now + config->max_silence)
        return command_failed(errand->command, EX_DATAERR,
                              "a silence lasts at most %.*s (max_silence)",
                              STR_ARG(duration_format(config->max_silence, text)));
    return -1;
}

/* The table reads it as the router will. */
static const struct silence *try_out(struct errand *errand, const char *match,
                                     struct silences *silences, struct error *err)
{
    struct silence silence = { .id = new_id(errand),
                               .match_text = str_from(match),
                               .by = str_from(errand->by),
                               .comment = str_from(errand->comment),
                               .from = errand->now,
                               .until = errand->until,
                               .until_resolved = errand->until_resolved };
    struct str value = silence_encode(&silence, errand->arena);
    return silences_put(silences, silence.id, value, err) ? silences_find(silences, silence.id)
                                                          : NULL;
}

static void say_cover(const struct cover *cover)
{
    if (cover->notices == 0)
        printf("; it matches nothing that is open");
    else
        printf("; it covers %zu open notice%s", cover->notices, cover->notices == 1 ? "" : "s");
    if (cover->floored > 0)
        printf(", but not %zu that tell%s of a danger: only a condition that names the ticket does",
               cover->floored, cover->floored == 1 ? "s" : "");
}

static void print_local(const struct zone *zone, time_ms time)
{
    char text[TIME_TEXT_SIZE];
    printf("%.*s", STR_ARG(zone_format(zone, time, text)));
}

static int add_checked(struct errand *errand, const char *match)
{
    struct error err;
    struct board board;
    struct silences *tried = silences_new();
    const struct silence *silence = try_out(errand, match, tried, &err);
    int code = 0;
    if (silence == NULL)
        code = command_failed(errand->command, EX_DATAERR, "%s", err.text);
    else if (!board_open(&board, errand->config, &err))
        code = no_board(errand, &err);
    else {
        struct cover cover = cover_of(errand, &board, silence);
        struct zone *zone = zone_open(errand->config->zone, NULL);
        code = write_record(errand, silence->id, silence_encode(silence, errand->arena));
        if (code == 0) {
            printf("%.*s until ", STR_ARG(silence->id));
            print_local(zone, silence->until);
            say_cover(&cover);
            putchar('\n');
        }
        zone_close(zone);
        board_close(&board);
    }
    silences_free(tried);
    return code;
}

static int add(struct errand *errand, int count, char **arguments)
{
    if (count != 1 || !is_text(arguments[0]))
        return command_misused(errand->command, "one condition says what is not to be told");
    if (!is_text(errand->by) || !is_text(errand->comment))
        return command_misused(errand->command,
                               "--by NAME and --comment TEXT say who asks, and why");
    int code = check_end(errand);
    return code >= 0 ? code : add_checked(errand, arguments[0]);
}

/* ---- list */

static int compare_age(const void *a, const void *b)
{
    const struct silence *left = *(const struct silence *const *)a;
    const struct silence *right = *(const struct silence *const *)b;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    return str_compare(left->id, right->id);
}

static void print_row(struct errand *errand, const struct board *board, const struct zone *zone,
                      const struct silence *silence)
{
    char age[TIME_TEXT_SIZE], count[32];
    struct cover cover = cover_of(errand, board, silence);
    bool ended = has_ended(errand, board, silence);
    snprintf(count, sizeof(count), "%zu", cover.notices);
    printf("%-*.*s %8.*s  ", SHOWN_ID, STR_ARG(silence->id),
           STR_ARG(duration_format(time_max(errand->now - silence->from, 0), age)));
    print_local(zone, quiet_end(errand->config, silence));
    struct str words = arena_printf(errand->arena, "%.*s: %.*s  “%.*s”", STR_ARG(silence->by),
                                    STR_ARG(silence->match_text), STR_ARG(silence->comment));
    utf8_tame((char *)words.data, words.size);
    printf("  %8s  %.*s", ended ? "ended" : cover.notices ? count : "nothing", STR_ARG(words));
    if (silence->until_resolved)
        printf(", until resolved");
    if (cover.floored > 0 && !ended)
        printf(", not %zu of danger", cover.floored);
    putchar('\n');
}

static size_t pick(struct errand *errand, const struct board *board,
                   const struct silence **silences)
{
    const struct silence *silence;
    size_t count = 0;
    for (size_t at = 0; (silence = silences_next(board->silences, &at)) != NULL;) {
        if (errand->all || !has_ended(errand, board, silence))
            silences[count++] = silence;
    }
    qsort(silences, count, sizeof(*silences), compare_age);
    return count;
}

static int list(struct errand *errand, int count, char **arguments)
{
    struct error err;
    struct board board;
    (void)arguments;
    if (count != 0)
        return command_misused(errand->command, "a list names no silence");
    if (!board_open(&board, errand->config, &err))
        return no_board(errand, &err);
    const struct silence **silences =
        mem_array(silences_count(board.silences) + 1, sizeof(struct silence *));
    size_t found = pick(errand, &board, silences);
    struct zone *zone = zone_open(errand->config->zone, NULL);
    if (found > 0)
        printf("%-*s %8s  %-16s  %8s\n", SHOWN_ID, "silence", "age", "until", "covers");
    for (size_t i = 0; i < found; i++)
        print_row(errand, &board, zone, silences[i]);
    zone_close(zone);
    free(silences);
    board_close(&board);
    return 0;
}

/* ---- expire */

/* One that lasts gets its end written; one that has ended is taken out. */
static int expire_one(struct errand *errand, const struct board *board,
                      const struct silence *silence)
{
    struct silence changed = *silence;
    bool ended = has_ended(errand, board, silence);
    changed.until = time_max(errand->now, silence->from);
    struct str value = ended ? STR_NONE : silence_encode(&changed, errand->arena);
    int code = write_record(errand, silence->id, value);
    if (code == 0)
        printf("%.*s: %s\n", STR_ARG(silence->id), ended ? "taken out" : "ended");
    return code;
}

static int expire_named(struct errand *errand, const struct board *board, int count,
                        char **arguments)
{
    int code = 0;
    for (int i = 0; i < count; i++) {
        const struct silence *silence = silences_find(board->silences, str_from(arguments[i]));
        int one = silence ? expire_one(errand, board, silence)
                          : command_failed(errand->command, EX_DATAERR, "there is no silence '%s'",
                                           arguments[i]);
        code = code ? code : one;
    }
    return code;
}

static int expire_ended(struct errand *errand, const struct board *board)
{
    const struct silence *silence;
    int code = 0;
    for (size_t at = 0; code == 0 && (silence = silences_next(board->silences, &at)) != NULL;) {
        if (has_ended(errand, board, silence))
            code = expire_one(errand, board, silence);
    }
    return code;
}

static int expire(struct errand *errand, int count, char **arguments)
{
    struct error err;
    struct board board;
    if ((count == 0) != errand->ended)
        return command_misused(errand->command, "which one? Its id, or --ended for all that have");
    if (!board_open(&board, errand->config, &err))
        return no_board(errand, &err);
    int code = errand->ended ? expire_ended(errand, &board)
                             : expire_named(errand, &board, count, arguments);
    board_close(&board);
    return code;
}

/* ---- the command */

static int carry_out(struct errand *errand, int count, char **arguments)
{
    static const struct {
        const char *name;
        int (*run)(struct errand *errand, int count, char **arguments);
    } verbs[] = { { "add", add }, { "list", list }, { "expire", expire } };
    for (size_t i = 0; count > 0 && i < sizeof(verbs) / sizeof(*verbs); i++) {
        if (strcmp(arguments[0], verbs[i].name) == 0)
            return verbs[i].run(errand, count - 1, arguments + 1);
    }
    return command_misused(errand->command, "add, list or expire?");
}

static int run(const struct command *command, int argc, char **argv)
{
    struct errand errand = { .command = command };
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &errand.path },
        { .name = "by", .kind = OPTION_TEXT, .to = &errand.by },
        { .name = "comment", .kind = OPTION_TEXT, .to = &errand.comment },
        { .name = "for", .kind = OPTION_DURATION, .to = &errand.span },
        { .name = "until", .kind = OPTION_TIME, .to = &errand.until },
        { .name = "until-resolved", .kind = OPTION_FLAG, .to = &errand.until_resolved },
        { .name = "all", .kind = OPTION_FLAG, .to = &errand.all },
        { .name = "ended", .kind = OPTION_FLAG, .to = &errand.ended },
        { 0 },
    };
    int code = command_options(command, options, argc, argv);
    if (code >= 0)
        return code;
    errand.path = command_config_path(command, errand.path);
    if (errand.path == NULL)
        return EX_USAGE;
    errand.config = command_broker_config(command, errand.path);
    if (errand.config == NULL)
        return EX_CONFIG;
    errand.now = now_wall();
    errand.scratch = match_scratch_new();
    errand.arena = arena_new(4096);
    code = carry_out(&errand, argc - optind, argv + optind);
    match_scratch_free(errand.scratch);
    arena_free(errand.arena);
    config_free(errand.config);
    return code;
}

const struct command command_silence = {
    .name = "silence",
    .arguments = "[-c FILE] add MATCH --by NAME --comment TEXT (--for TIME | --until TIME)\n"
                 "                                [--until-resolved]\n"
                 "       ombudctl silence [-c FILE] list [--all]\n"
                 "       ombudctl silence [-c FILE] expire (ID... | --ended)",
    .summary = "Have supervisors not told of something for a while",
    .help =
        "MATCH is a condition over notices: level, department, trigger, clock, ticket, band, "
        "score,\n"
        "label, category, customer.account; for example \"ticket == T-1\", or \"department ==\n"
        "billing and trigger == warning\". A ticket that tells of a danger is silenced only by a\n"
        "condition that names it. What is still open when a silence ends is told at once; the end\n"
        "of what was told is always told.\n"
        "\n"
        "`list` shows the oldest first, and how many open notices each covers; `expire` ends one\n"
        "now, and takes out one that has ended.\n"
        "\n"
        "  -c, --config FILE      the configuration\n"
        "      --by NAME          who asks for it\n"
        "      --comment TEXT     why\n"
        "      --for TIME         how long: 90m, 4h; at most max_silence\n"
        "      --until TIME       until when (RFC 3339)\n"
        "      --until-resolved   it is over as soon as all that it covers has been resolved\n"
        "      --all              list those that have ended, too\n"
        "      --ended            take all out that have ended\n",
    .run = run,
};
