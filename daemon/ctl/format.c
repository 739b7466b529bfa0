/* ombudctl format test: golden inputs of mappings, and the events expected of them. */
#include "ctl/command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "config/format_files.h"
#include "ctl/format_case.h"
#include "host/config_file.h"
#include "host/files.h"
#include "host/options.h"

enum { CASE_MAX = 8 << 20, BLOCK = 256 * 1024 };

struct tester {
    const struct command *command;
    const struct config *config;
    struct format_files files;
    struct arena *arena; /* one case's */
    bool write;
    unsigned passed, failed;
};

static bool read_formats(struct tester *tester, struct error *err)
{
    const struct config *config = tester->config;
    for (size_t i = 0; i < config->format_path_count; i++) {
        if (!format_files_read(&tester->files, config->format_paths[i], config_read_file, NULL,
                               err))
            return false;
    }
    return true;
}

/* NULL as `*mapping`: events as they are. */
static bool find_mapping(const struct tester *tester, const struct format_case *one,
                         const struct format **mapping, struct error *err)
{
    *mapping = NULL;
    if (format_is_canonical(one->format))
        return true;
    const struct format_file *file = format_files_find(&tester->files, one->format, err);
    if (file && !file->root)
        return error_set(err, "%s", file->wrong->text);
    *mapping = file ? format_read(file->root, one->zone, tester->arena, err) : NULL;
    return *mapping != NULL;
}

/* `text` is a JSON object with members: what it holds stays byte for byte. */
static bool write_expected(struct str path, struct str text, struct str expected, struct error *err)
{
    struct buf whole = { 0 };
    text.size = (size_t)((const char *)memrchr(text.data, '}', text.size) - text.data);
    while (strchr(" \t\r\n", text.data[text.size - 1]))
        text.size--;
    buf_add_str(&whole, text);
    buf_add_str(&whole, STR(",\n  \"expected\": "));
    buf_add_str(&whole, expected);
    buf_add_str(&whole, STR("\n}\n"));
    bool ok = file_replace(path, buf_str(&whole), err);
    buf_free(&whole);
    return ok;
}

/* A case that does not say what it expects tests nothing, so it fails. */
static bool offer_expected(struct tester *tester, struct str path, struct str text,
                           const struct format_result *result, struct error *err)
{
    struct buf json = { 0 };
    format_result_json(result, 2, tester->arena, &json);
    bool ok = true;
    if (tester->write) {
        ok = write_expected(path, text, buf_str(&json), err);
        if (ok)
            printf("%.*s: 'expected' is written; is it right?\n", STR_ARG(path));
    } else {
        printf("%.*s: nothing is expected; it gives\n  \"expected\": %s\n", STR_ARG(path),
               buf_text(&json));
        tester->failed++;
    }
    buf_free(&json);
    return ok;
}

static void report(struct tester *tester, struct str path, const struct format_case *one,
                   const struct format_result *result)
{
    struct buf differences = { 0 };
    bool same = format_result_is(result, one->expected, tester->arena, &differences);
    if (!same)
        printf("%.*s: %.*s%snot as expected\n%s", STR_ARG(path), STR_ARG(one->description),
               str_present(one->description) ? ": " : "", buf_text(&differences));
    tester->passed += same;
    tester->failed += !same;
    buf_free(&differences);
}

static bool test_case(struct tester *tester, struct str path, struct error *err)
{
    const struct format *mapping = NULL;
    struct format_case one;
    struct error why;
    struct str text;

    if (!file_read(path, CASE_MAX, tester->arena, &text, err) ||
        !format_case_read(path, text, tester->arena, &one, err))
        return false;
    if (!find_mapping(tester, &one, &mapping, &why))
        return error_set(err, "%.*s: %s", STR_ARG(path), why.text);
    struct format_result result =
        format_case_run(&one, mapping, tester->config->max_event, tester->arena);
    bool ok = true;
    if (one.expected)
        report(tester, path, &one, &result);
    else
        ok = offer_expected(tester, path, text, &result, err);
    format_free(mapping);
    return ok;
}

/* A case that cannot be run has failed; the others are run all the same. */
static int test_all(struct tester *tester, char **paths, int count)
{
    struct arena *names = arena_new(BLOCK);
    int code = 0;
    for (int i = 0; i < count; i++) {
        struct error err;
        size_t file_count = 0;
        const struct str *files = files_list(str_from(paths[i]), ".json", names, &file_count, &err);
        if (!files)
            code = command_failed(tester->command, EX_DATAERR, "%s", err.text);
        for (size_t k = 0; k < file_count; k++) {
            if (!test_case(tester, files[k], &err)) {
                command_failed(tester->command, EX_DATAERR, "%s", err.text);
                tester->failed++;
            }
            arena_reset(tester->arena);
        }
    }
    arena_free(names);
    printf("%u passed, %u failed\n", tester->passed, tester->failed);
    return tester->failed > 0 ? EX_DATAERR : code;
}

static int run(const struct command *command, int argc, char **argv)
{
    const char *path = NULL;
    bool write = false;
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &path },
        { .name = "write", .kind = OPTION_FLAG, .to = &write },
        { 0 },
    };
    int code = command_options(command, options, argc, argv);
    if (code >= 0)
        return code;
    if (optind == argc || strcmp(argv[optind], "test") != 0)
        return command_misused(command, "`test` is all that it does");
    if (optind + 1 == argc)
        return command_misused(command, "a FILE or DIR of cases is missing");
    if ((path = command_config_path(command, path)) == NULL)
        return EX_USAGE;
    struct config *config = command_config(command, path);
    if (config == NULL)
        return EX_CONFIG;
    struct tester tester = { .command = command,
                             .config = config,
                             .files = { .arena = arena_new(BLOCK) },
                             .arena = arena_new(BLOCK),
                             .write = write };
    struct error err;
    code = read_formats(&tester, &err) ? test_all(&tester, argv + optind + 1, argc - optind - 1)
                                       : command_failed(command, EX_CONFIG, "%s", err.text);
    format_files_free(&tester.files);
    arena_free(tester.files.arena);
    arena_free(tester.arena);
    config_free(config);
    return code;
}

const struct command command_format = {
    .name = "format",
    .arguments = "test [-c FILE] [--write] CASES...",
    .summary = "Run the cases written for a mapping of foreign records",
    .help =
        "CASES are JSON files, or folders of them (*.json, in the order of their names). A case "
        "is\n"
        "a record and the event that its format is to make of it:\n"
        "\n"
        "  { \"format\": \"shop\",\n"
        "    \"record\": { \"value\": { \"event\": \"order.complaint\", \"order\": { \"number\": 7 "
        "} } },\n"
        "    \"expected\": {\n"
        "      \"event\": { \"type\": \"opened\", \"ticket\": \"7\" },\n"
        "      \"missing\": [\"subject\"] } }\n"
        "\n"
        "The format is looked for in the directories `formats` of the configuration; a source "
        "need\n"
        "not name it. `zone` is that of a source, `description` is for people. `record` has the\n"
        "members of a record in `replay`, all of which may be left out: key, value, headers,\n"
        "key_base64, value_base64, timestamp, topic. Expected is a whole event: what is not named\n"
        "must not be there. So it is with `source`, `initial` and `warnings`; `missing`, the "
        "fields\n"
        "that were asked for and not found, is compared where it is given. What the dead letters\n"
        "would get is expected as { \"refusal\": { \"at\": ..., \"reason\": ... } }, and what the "
        "format\n"
        "skips as { \"skipped\": true }.\n"
        "\n"
        "  -c, --config FILE    the configuration (default: /etc/ombud/ombud.yaml, or "
        "conf/ombud.yaml)\n"
        "      --write          give each case without `expected` what the format makes of it "
        "now,\n"
        "                       for you to read; other cases are not touched\n",
    .run = run,
};
