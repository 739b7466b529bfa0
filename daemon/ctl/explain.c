/* ombudctl explain: why an event would go where it would go. */
#include "ctl/command.h"

#include <unistd.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "ctl/table_file.h"
#include "ctl/input.h"
#include "host/now.h"
#include "host/options.h"
#include "ctl/record_json.h"
#include "decode/event.h"
#include "format/format.h"
#include "explain/explain.h"
#include "json/json_writer.h"
#include "enrich/enrich.h"
#include "globals.h"
#include "stages.h"

enum { EVENT_BLOCK = 64 * 1024 };

struct explain {
    const struct command *command;
    struct config *config;
    int language; /* enum explain_language */
    bool as_json;
    bool mapping;
    const char *topic; /* NULL: home */
    const char *customers_path;
    struct globals globals;
    struct engine *engine;
    struct task_clock clock;
    struct line_defaults defaults;
};

/* What the source's format made of the record; nothing for canonical events. */
static void explain_mapping(const struct explain *explain, const struct record *record,
                            struct arena *arena, struct buf *out)
{
    const struct config_source *source = event_source(explain->config, record);
    struct refusal refusal = { .reason = STR_NONE };
    struct mapped mapped;

    if (source == NULL || source->mapping == NULL)
        return;
    /* Any other refusal is told by the dead letter that follows. */
    bool found = event_trace(record, source, explain->config->max_event, arena, &mapped, &refusal);
    if (found && explain->mapping)
        mapped_text(&mapped, explain->language == EXPLAIN_ZH, arena, out);
    else if (!found && refusal.skipped)
        buf_add_str(out, explain->language == EXPLAIN_ZH ? STR("格式跳过此记录。\n")
                                                         : STR("The format skips this record.\n"));
}

/* What people are to be reminded of: of a foreign record what its format found. */
static struct str quoted_event(const struct explain *explain, const struct record *record,
                               struct arena *arena)
{
    const struct config_source *source = event_source(explain->config, record);
    struct buf text = { 0 };
    struct json_writer json = json_writer_to(&text);
    struct refusal refusal;
    struct event event;

    if (source == NULL || source->mapping == NULL ||
        !event_decode(record, source, explain->config->max_event, arena, &event, &refusal))
        return record->value;
    json_open_object(&json);
    JSON_STR(&json, "subject", event.subject);
    JSON_STR(&json, "body", event.body);
    json_close_object(&json);
    struct str copy = arena_copy(arena, buf_str(&text));
    buf_free(&text);
    return copy;
}

static bool explain_event(struct explain *explain, struct str text, struct error *err)
{
    struct arena *arena = arena_new(EVENT_BLOCK);
    struct actions actions;
    struct record record;
    struct buf out = { 0 };
    bool bare;
    actions_init(&actions);
    bool ok = record_from_line(text, &explain->defaults, arena, &record, &bare, err);
    if (ok) {
        struct prepared *prepared = tickets_engine.prepare(explain->engine, &record, arena);
        engine_turn(&tickets_engine, explain->engine, &explain->clock, prepared,
                    record_arrival(&record), 0, &actions);
        tickets_engine.mark(explain->engine);
        explain->defaults.offset++;
        if (!explain->as_json)
            explain_mapping(explain, &record, arena, &out);
        if (explain->as_json)
            explain_json(&actions, &out);
        else
            explain_text(explain->config, quoted_event(explain, &record, arena), &actions,
                         explain->language, &out);
        if (out.size > 0 && out.data[out.size - 1] != '\n')
            buf_add_char(&out, '\n');
        fwrite(out.data ? out.data : "", 1, out.size, stdout);
    }
    buf_free(&out);
    actions_free(&actions);
    arena_free(arena);
    return ok;
}

/* A file is one event, printed as people print JSON, or one event a line. */
static bool explain_text_of_file(struct explain *explain, struct str text, struct error *err)
{
    static const struct json_limits limits = { 8u << 20, 1u << 20, JSON_DEPTH_MAX };
    struct json_traits traits;
    size_t at = 0;
    const char *line = text.data, *end = text.data + text.size;
    if (json_check(text, &limits, &traits, &at, NULL) || memchr(line, '\n', text.size) == NULL)
        return explain_event(explain, text, err);
    for (long number = 1; line < end; number++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        struct str event = { line, (size_t)((newline ? newline : end) - line) };
        if (event.size > 0 && !explain_event(explain, event, err))
            return error_prefix(err, "line %ld", number);
        line += event.size + 1;
    }
    return true;
}

static int explain_file(struct explain *explain, const char *path)
{
    struct error err = { "" };
    struct input *input = input_open(path, &err);
    if (input == NULL)
        return command_failed(explain->command, EX_NOINPUT, "%s", err.text);
    struct buf text = { 0 };
    struct str line;
    while (input_line(input, &line, &err)) {
        if (text.size > 0)
            buf_add_char(&text, '\n');
        buf_add_str(&text, line);
    }
    int code = 0;
    if (err.text[0] || !explain_text_of_file(explain, buf_str(&text), &err))
        code = command_failed(explain->command, EX_DATAERR, "%s: %s", path, err.text);
    buf_free(&text);
    input_close(input);
    return code;
}

/* -1: go on. */
static int read_options(struct explain *explain, const char **path, int argc, char **argv)
{
    static const char *const languages[] = { [EXPLAIN_EN] = "en", [EXPLAIN_ZH] = "zh", NULL };
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = path },
        { .name = "lang", .kind = OPTION_CHOICE, .to = &explain->language, .choices = languages },
        { .name = "json", .kind = OPTION_FLAG, .to = &explain->as_json },
        { .name = "mapping", .kind = OPTION_FLAG, .to = &explain->mapping },
        { .name = "topic", .kind = OPTION_TEXT, .to = &explain->topic },
        { .name = "customers", .kind = OPTION_TEXT, .to = &explain->customers_path },
        { 0 },
    };
    int code = command_options(explain->command, options, argc, argv);
    if (code >= 0)
        return code;
    if ((*path = command_config_path(explain->command, *path)) == NULL)
        return EX_USAGE;
    return optind < argc ? -1 : command_misused(explain->command, "an EVENT file is missing");
}

static int run(const struct command *command, int argc, char **argv)
{
    struct explain explain = { .command = command, .clock = { .mode = CLOCK_STREAM } };
    const char *path = NULL;
    int code = read_options(&explain, &path, argc, argv);
    if (code >= 0)
        return code;
    explain.config = command_config(command, path);
    if (explain.config == NULL)
        return EX_CONFIG;
    struct error err;
    struct customers *customers = NULL;
    if (explain.customers_path &&
        !(customers = table_from_file(GLOBAL_CUSTOMERS, explain.customers_path, &err))) {
        config_free(explain.config);
        return command_failed(command, EX_DATAERR, "%s", err.text);
    }
    explain.globals.tables[GLOBAL_CUSTOMERS] = customers;
    struct engine_setup setup = { .config = explain.config,
                                  .topic = explain.config->topics.home,
                                  .partition_count = 1,
                                  .home_partitions = 1,
                                  .globals = &explain.globals };
    explain.engine = tickets_engine.create(&setup);
    explain.defaults = (struct line_defaults){ .topic = explain.topic ? str_from(explain.topic)
                                                                      : explain.config->topics.home,
                                               .timestamp = now_wall(),
                                               .config = explain.config };
    code = 0;
    for (int i = optind; i < argc && code == 0; i++)
        code = explain_file(&explain, argv[i]);
    tickets_engine.destroy(explain.engine);
    config_free(explain.config);
    customers_free(customers);
    return code;
}

const struct command command_explain = {
    .name = "explain",
    .arguments = "[-c FILE] [--lang zh|en] [--json] [--mapping] [--topic TOPIC]\n"
                 "                        [--customers FILE] EVENT...",
    .summary = "Tell why an event would go where it would go",
    .help =
        "EVENT is a file with one event as JSON, or one a line (then a later event meets what the\n"
        "earlier ones did to its ticket); - is standard input. Told are score and band with the\n"
        "quoted words, the route, who is informed, what was promised, and the rule that came\n"
        "nearest without matching.\n"
        "\n"
        "  -c, --config FILE    the configuration (default: /etc/ombud/ombud.yaml, or "
        "conf/ombud.yaml)\n"
        "      --lang zh|en     in Chinese or in English (default)\n"
        "      --customers FILE the table of customers: a row a line, or records with key and "
        "value\n"
        "      --topic TOPIC    as if it was read there: in the format of that source\n"
        "      --mapping        tell first what the source's format found where\n"
        "      --json           the records behind it, one object an event\n",
    .run = run,
};
