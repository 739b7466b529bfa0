/* ombudctl deadletter list|show|requeue: what could not be taken, and giving it back. */
#include "ctl/command.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "ctl/letters.h"
#include "ctl/requeue.h"
#include "host/options.h"

struct options {
    const char *config;
    struct requeue requeue; /* its filter serves `list`, too */
    bool all, json;
    int limit;
};

static void print(struct buf *text)
{
    fwrite(buf_text(text), 1, text->size, stdout);
    buf_free(text);
}

static void print_letter(const struct options *options, const struct letter *letter)
{
    struct buf text = { 0 };
    if (options->json)
        letter_json(letter, false, &text);
    else
        letter_line(letter, &text);
    print(&text);
}

static int list(const struct command *command, const struct options *options,
                struct letters *letters)
{
    struct letter letter;
    struct letters_partition *partition;
    struct error err;
    enum letters_news news;
    uint64_t found = 0, settled = 0;
    while ((news = letters_next(letters, &letter, &partition, &err)) == LETTERS_ONE) {
        bool done = settled_has(&partition->settled, letter.record.offset);
        if (!letter_matches(&letter, &options->requeue.filter))
            continue;
        settled += done;
        if (done && !options->all)
            continue;
        if (found++ < (uint64_t)options->limit)
            print_letter(options, &letter);
    }
    if (news == LETTERS_FAILED)
        return command_failed(command, EX_UNAVAILABLE, "%s", err.text);
    if (found > (uint64_t)options->limit)
        fprintf(stderr, "and %llu more; --limit shows them\n",
                (unsigned long long)found - (unsigned long long)options->limit);
    if (found == 0)
        fprintf(stderr, "no dead letters%s\n", settled > 0 ? " that were not settled before" : "");
    return 0;
}

/* "3/1042" */
static bool parse_place(const char *text, int64_t *partition, int64_t *offset)
{
    const char *slash = strchr(text, '/');
    return slash != NULL && str_to_int((struct str){ text, (size_t)(slash - text) }, partition) &&
           str_to_int(str_from(slash + 1), offset) && *partition >= 0 && *offset >= 0;
}

static void print_whole(const struct options *options, const struct letter *letter)
{
    struct buf text = { 0 };
    if (options->json)
        letter_json(letter, true, &text);
    else
        letter_tell(letter, &text);
    print(&text);
}

static int show(const struct command *command, const struct options *options,
                const struct config *config, const char *place)
{
    struct letter letter;
    struct letters_partition *partition;
    struct error err;
    int64_t number, offset;
    if (!parse_place(place, &number, &offset) || number > INT32_MAX)
        return command_misused(command, "show PARTITION/OFFSET, as `list` has them; not '%s'",
                               place);
    struct letters *letters = letters_open_at(config, (int32_t)number, offset, &err);
    if (letters == NULL)
        return command_failed(command, EX_UNAVAILABLE, "%s", err.text);
    enum letters_news news = letters_next(letters, &letter, &partition, &err);
    int code = 0;
    if (news == LETTERS_ONE)
        print_whole(options, &letter);
    else if (news == LETTERS_FAILED)
        code = command_failed(command, EX_UNAVAILABLE, "%s", err.text);
    else
        code = command_failed(command, EX_DATAERR, "there is no dead letter at %s", place);
    letters_close(letters);
    return code;
}

static int list_letters(const struct command *command, const struct options *options,
                        const struct config *config)
{
    struct error err;
    struct letters *letters = letters_open(config, options->all, &err);
    if (letters == NULL)
        return command_failed(command, EX_UNAVAILABLE, "%s", err.text);
    int code = list(command, options, letters);
    letters_close(letters);
    return code;
}

static int perform(const struct command *command, struct options *options,
                   const struct config *config, char **words, int count)
{
    options->requeue.command = command;
    options->requeue.config = config;
    if (strcmp(words[0], "list") == 0 && count == 1)
        return list_letters(command, options, config);
    if (strcmp(words[0], "show") == 0 && count == 2)
        return show(command, options, config, words[1]);
    if (strcmp(words[0], "requeue") == 0 && count == 1)
        return requeue_run(&options->requeue);
    return command_misused(command, "list, show PARTITION/OFFSET or requeue?");
}

static int run(const struct command *command, int argc, char **argv)
{
    struct options options = { .limit = 100 };
    struct letter_filter *filter = &options.requeue.filter;
    const struct option_row rows[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &options.config },
        { .name = "reason", .kind = OPTION_TEXT, .to = &filter->reason },
        { .name = "topic", .kind = OPTION_TEXT, .to = &filter->topic },
        { .name = "ticket", .kind = OPTION_TEXT, .to = &filter->ticket },
        { .name = "since", .kind = OPTION_TIME, .to = &filter->since },
        { .name = "until", .kind = OPTION_TIME, .to = &filter->until },
        { .name = "all", .kind = OPTION_FLAG, .to = &options.all },
        { .name = "limit",
          .kind = OPTION_NUMBER,
          .to = &options.limit,
          .least = 0,
          .most = INT_MAX },
        { .name = "json", .kind = OPTION_FLAG, .to = &options.json },
        { .name = "dry-run", .kind = OPTION_FLAG, .to = &options.requeue.dry_run },
        { .name = "to", .kind = OPTION_TEXT, .to = &options.requeue.to },
        { .name = "quarantined", .kind = OPTION_FLAG, .to = &options.requeue.quarantined },
        { .name = "discard", .kind = OPTION_FLAG, .to = &options.requeue.discard },
        { 0 },
    };
    int code = command_options(command, rows, argc, argv);
    if (code >= 0)
        return code;
    if (optind == argc)
        return command_misused(command, "list, show PARTITION/OFFSET or requeue?");
    if (options.requeue.discard && options.requeue.to != NULL)
        return command_misused(command, "--discard writes nothing, so --to says nothing");
    const char *path = command_config_path(command, options.config);
    if (path == NULL)
        return EX_USAGE;
    struct config *config = command_broker_config(command, path);
    if (config == NULL)
        return EX_CONFIG;
    code = perform(command, &options, config, argv + optind, argc - optind);
    config_free(config);
    return code;
}

const struct command command_deadletter = {
    .name = "deadletter",
    .arguments = "list|show PARTITION/OFFSET|requeue [-c FILE] [FILTER]...",
    .summary = "Show what could not be taken, and give it back once it can",
    .help =
        "`list` shows the dead letters that nobody has settled, `show` one of them with headers\n"
        "and text. `requeue` writes them to where they came from, exactly once: interrupted, it\n"
        "goes on where it was when it is called again, each key in its order. Which are settled\n"
        "the broker keeps for the group GROUP-requeue. What came back three times stays.\n"
        "\n"
        "  -c, --config FILE    the configuration\n"
        "      --reason WORD    only of this kind (json, type, ticket, record, expired, poison),\n"
        "                       or with this in the reason\n"
        "      --topic TOPIC    only such as came from there\n"
        "      --ticket T       only of this ticket\n"
        "      --since TIME     only such as died then or later, RFC 3339\n"
        "      --until TIME     only such as died before\n"
        "\n"
        "list and show:\n"
        "      --all            those, too, that were requeued or discarded\n"
        "      --limit N        so many lines (default: 100)\n"
        "      --json           a line of JSON each\n"
        "\n"
        "requeue:\n"
        "      --dry-run        only count them, by reason\n"
        "      --to TOPIC       to another topic than their own\n"
        "      --quarantined    those, too, that came back three times\n"
        "      --discard        settle them without writing them\n",
    .run = run,
};
