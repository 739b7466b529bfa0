/* ombudctl learn: a routing model from the company's own resolved tickets. */
#include "ctl/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/config.h"
#include "ctl/learn_report.h"
#include "host/config_file.h"
#include "host/files.h"
#include "host/options.h"

enum { HELD_LEAST = 20 };

struct learn {
    const struct command *command;
    struct config *config;
    const char *config_path, *events, *topic, *holdout, *output, *shown;
    bool report;
    char **paths; /* further files of events */
    int path_count;
    struct learn_history *history, *other; /* `other` of --holdout */
    struct learn_set all, early, held;
    bool *departments; /* by index: those that are learned */
    struct model_facts facts;
    struct training training;
    struct routing_model *model;
};

/* ---- reading ---- */

static bool read_events(struct learn *learn, struct error *err)
{
    bool ok = true;
    learn->history = history_open(learn->config);
    if (learn->topic)
        return history_topic(learn->history, str_from(learn->topic), err);
    ok = history_file(learn->history, learn->events, err);
    for (int i = 0; ok && i < learn->path_count; i++)
        ok = history_file(learn->history, learn->paths[i], err);
    return ok;
}

static bool read_holdout(struct learn *learn, struct error *err)
{
    struct model_facts unused = { 0 };
    learn->other = history_open(learn->config);
    if (!history_file(learn->other, learn->holdout, err))
        return false;
    set_collect(learn->other, learn->departments, &learn->held, &unused);
    return true;
}

/* ---- learning ---- */

static void list_departments(struct learn *learn)
{
    const struct config *config = learn->config;
    struct model_facts *facts = &learn->facts;
    facts->departments = mem_array(config->department_count + 1, sizeof(*facts->departments));
    for (size_t i = 0; i < config->department_count; i++) {
        struct model_department *row = &facts->departments[facts->department_count];
        if (!learn->departments[i])
            continue;
        facts->department_count++;
        row->slug = config->departments[i].slug;
        for (size_t k = 0; k < learn->all.count; k++)
            row->tickets += learn->all.tickets[k]->department == (int)i;
    }
}

static bool choose_tickets(struct learn *learn, struct error *err)
{
    struct model_facts *facts = &learn->facts;
    learn->departments = mem_array(learn->config->department_count, sizeof(bool));
    set_collect(learn->history, NULL, &learn->all, facts);
    set_drop_rare(&learn->all, learn->config, learn->departments, facts);
    list_departments(learn);
    facts->tickets = (int64_t)learn->all.count;
    facts->config = str_from(learn->config->fingerprint);
    if (facts->department_count < 2)
        return error_set(err,
                         "%zu tickets of %zu departments are not enough: at least two "
                         "departments must have resolved %d each",
                         learn->all.count, facts->department_count, LEARN_LEAST);
    if (facts->department_count > MODEL_DEPARTMENTS_MAX)
        return error_set(err, "a model holds at most %d departments, not %zu",
                         MODEL_DEPARTMENTS_MAX, facts->department_count);
    facts->from = learn->all.tickets[0]->opened;
    facts->to = learn->all.tickets[learn->all.count - 1]->opened;
    return true;
}

static bool hold_out(struct learn *learn, struct error *err)
{
    learn->facts.held_from = TIME_NEVER;
    if (learn->holdout && !read_holdout(learn, err))
        return false;
    if (!learn->holdout)
        set_split(&learn->all, &learn->early, &learn->held);
    if (learn->held.count < HELD_LEAST)
        return error_set(err, "%zu tickets to try it on are not enough: at least %d",
                         learn->held.count, HELD_LEAST);
    if (!learn->holdout)
        learn->facts.held_from = learn->held.tickets[0]->opened;
    return true;
}

/* A trial without what is held out tells how good it is and what margins mean; then the model is
 * made of everything. */
static bool learn_all(struct learn *learn, struct buf *out, struct error *err)
{
    struct learn_trial trial = { .config = learn->config, .held = &learn->held };
    double thresholds[MODEL_MARGINS];
    const struct learn_set *first = learn->holdout ? &learn->all : &learn->early;
    learn->training = (struct training){ .config = learn->config,
                                         .departments = learn->departments,
                                         .facts = &learn->facts };
    learn->model = train_model(&learn->training, first, err);
    if (!learn->model)
        return false;
    fit_margins(learn->model, &learn->training, &learn->held, thresholds);
    learn->training.thresholds = thresholds;
    model_free(learn->model);
    learn->model = train_model(&learn->training, first, err);
    bool ok = learn->model != NULL;
    if (ok) {
        trial_run(&trial, learn->model, &learn->facts);
        report_facts(&learn->facts, out);
    }
    if (ok && learn->report)
        report_trial(&trial, out);
    model_free(learn->model);
    learn->model = ok ? train_model(&learn->training, &learn->all, err) : NULL;
    learn->training.thresholds = NULL;
    trial_free(&trial);
    return learn->model != NULL;
}

/* ---- showing ---- */

static bool show_file(void *arg, struct str path, struct str text, struct error *err)
{
    struct error why;
    struct buf out = { 0 };
    struct fold *fold = fold_new(&why);
    struct routing_model *model = fold ? model_read(text, fold, &why) : NULL;
    (void)arg;
    if (!model) {
        fold_free(fold);
        return error_set(err, "%.*s: %s", STR_ARG(path), why.text);
    }
    buf_printf(&out, "model       %.*s, learned with configuration %.*s\n",
               STR_ARG(model_fingerprint(model)), STR_ARG(model_facts(model)->config));
    report_facts(model_facts(model), &out);
    fwrite(out.data, 1, out.size, stdout);
    buf_free(&out);
    model_free(model);
    fold_free(fold);
    return true;
}

static int show(const struct learn *learn)
{
    struct error err;
    struct arena *arena = arena_new(64 * 1024);
    bool ok = config_read_file(NULL, str_from(learn->shown), arena, show_file, NULL, &err);
    arena_free(arena);
    return ok ? 0 : command_failed(learn->command, EX_DATAERR, "%s", err.text);
}

/* ---- the command ---- */

static int learn_and_tell(struct learn *learn)
{
    struct error err;
    struct buf out = { 0 };
    int code = 0;
    if (!read_events(learn, &err))
        code = command_failed(learn->command, learn->topic ? EX_UNAVAILABLE : EX_DATAERR, "%s",
                              err.text);
    else if (!choose_tickets(learn, &err) || !hold_out(learn, &err) ||
             !learn_all(learn, &out, &err))
        code = command_failed(learn->command, EX_DATAERR, "%s", err.text);
    else if (learn->output &&
             !file_replace(str_from(learn->output), buf_str(&learn->training.file), &err))
        code = command_failed(learn->command, EX_IOERR, "%s", err.text);
    if (learn->history && learn->history->unreadable > 0)
        fprintf(stderr, "%lu of %lu records were no events\n", learn->history->unreadable,
                learn->history->events);
    if (code == 0)
        fwrite(out.data, 1, out.size, stdout);
    buf_free(&out);
    return code;
}

static void release(struct learn *learn)
{
    model_free(learn->model);
    buf_free(&learn->training.file);
    set_free(&learn->all);
    set_free(&learn->early);
    set_free(&learn->held);
    free(learn->departments);
    free(learn->facts.departments);
    history_close(learn->other);
    history_close(learn->history);
    config_free(learn->config);
}

/* -1: go on. */
static int read_options(struct learn *learn, int argc, char **argv)
{
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &learn->config_path },
        { .name = "events", .kind = OPTION_TEXT, .to = &learn->events },
        { .name = "topic", .kind = OPTION_TEXT, .to = &learn->topic },
        { .name = "holdout", .kind = OPTION_TEXT, .to = &learn->holdout },
        { .name = "output", .kind = OPTION_TEXT, .to = &learn->output },
        { .name = "report", .kind = OPTION_FLAG, .to = &learn->report },
        { .name = "show", .kind = OPTION_TEXT, .to = &learn->shown },
        { 0 },
    };
    int code = command_options(learn->command, options, argc, argv);
    if (code >= 0)
        return code;
    learn->paths = argv + optind;
    learn->path_count = argc - optind;
    if (learn->shown)
        return show(learn);
    if ((learn->events != NULL) == (learn->topic != NULL))
        return command_misused(learn->command, "either --events FILE or --topic TOPIC is needed");
    if (learn->topic && learn->path_count > 0)
        return command_misused(learn->command, "files of events come with --events");
    if (!learn->output && !learn->report)
        return command_misused(learn->command, "-o MODEL or --report is needed");
    learn->config_path = command_config_path(learn->command, learn->config_path);
    return learn->config_path ? -1 : EX_USAGE;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct learn learn = { .command = command };
    int code = read_options(&learn, argc, argv);
    if (code >= 0)
        return code;
    learn.config = learn.topic ? command_broker_config(command, learn.config_path)
                               : command_config(command, learn.config_path);
    code = learn.config ? learn_and_tell(&learn) : EX_CONFIG;
    release(&learn);
    return code;
}

const struct command command_learn = {
    .name = "learn",
    .arguments = "[-c FILE] (--events FILE [FILE]... | --topic TOPIC) [-o MODEL] [--report]\n"
                 "                      [--holdout FILE]\n"
                 "       ombudctl learn --show MODEL",
    .summary = "Make a routing model of the company's own resolved tickets",
    .help =
        "Reads events (NDJSON as for replay, plain, .gz or .zst; or all that a topic holds) and\n"
        "learns which department finally resolves what: from the first words of each ticket, "
        "the\n"
        "signals heard in them and the category given with them. Tickets that were reopened, "
        "and\n"
        "those of departments with fewer than 10, are left out. The same events and "
        "configuration\n"
        "give the same bytes. The first two lines of the file can be read.\n"
        "\n"
        "The latest fifth is held out to try it on, without accounts that it learned from; "
        "then\n"
        "the model is made of everything.\n"
        "\n"
        "  -c, --config FILE    the configuration: departments, lexicons, formats of topics\n"
        "      --events FILE    recorded events; further files may follow\n"
        "      --topic TOPIC    all events of a topic, from its beginning\n"
        "  -o, --output MODEL   where the model goes: for `learned: { model: MODEL }`\n"
        "      --report         by department, what it would do better and worse than the tree\n"
        "      --holdout FILE   try it on these events instead, and learn from all the others\n"
        "      --show MODEL     what a model was made of, and how good it is\n",
    .run = run,
};
