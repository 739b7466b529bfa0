/* ombudctl test: unit tests for a configuration. */
#include <unistd.h>
#include <stdio.h>

#include "host/config_file.h"
#include "ctl/command.h"
#include "ctl/table_file.h"
#include "enrich/enrich.h"
#include "host/options.h"
#include "ctl/test_case.h"

enum { FILE_BLOCK = 256 * 1024 };

struct tested {
    struct test_run run;
    struct arena *arena;
};

static bool each_file(void *arg, struct str path, struct str text, struct error *err)
{
    struct tested *tested = arg;
    const struct yaml *root = yaml_parse(path, text, tested->arena, err);
    return root && test_file(&tested->run, root, tested->arena, err);
}

static int test_all(struct tested *tested, const struct command *command, char **paths, int count)
{
    struct error err = { "" };
    for (int i = 0; i < count; i++) {
        if (!config_read_file(NULL, str_from(paths[i]), tested->arena, each_file, tested, &err))
            return command_failed(command, EX_DATAERR, "%s", err.text);
    }
    return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
    const char *path = NULL, *customers_path = NULL;
    bool coverage = false;
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &path },
        { .name = "coverage", .kind = OPTION_FLAG, .to = &coverage },
        { .name = "customers", .kind = OPTION_TEXT, .to = &customers_path },
        { 0 }
    };
    int code = command_options(command, options, argc, argv);
    if (code >= 0)
        return code;
    if ((path = command_config_path(command, path)) == NULL)
        return EX_USAGE;
    if (optind == argc)
        return command_misused(command, "a FILE of cases is missing");
    struct config *config = command_config(command, path);
    if (config == NULL)
        return EX_CONFIG;
    struct tested tested = { .run = { .config = config, .coverage = coverage_new(config) },
                             .arena = arena_new(FILE_BLOCK) };
    struct error err;
    struct customers *customers =
        customers_path ? table_from_file(GLOBAL_CUSTOMERS, customers_path, &err) : NULL;
    tested.run.customers = customers;
    code = customers_path && !customers ? command_failed(command, EX_DATAERR, "%s", err.text)
                                        : test_all(&tested, command, argv + optind, argc - optind);
    if (code == 0) {
        if (coverage)
            coverage_print(tested.run.coverage);
        printf("%u passed, %u failed\n", tested.run.cases - tested.run.failed_cases,
               tested.run.failed_cases);
        code = tested.run.failed_cases > 0 ? EX_DATAERR : 0;
    }
    coverage_free(tested.run.coverage);
    customers_free(customers);
    arena_free(tested.arena);
    config_free(config);
    return code;
}

const struct command command_test = {
    .name = "test",
    .arguments = "[-c FILE] [--coverage] [--customers FILE] CASES...",
    .summary = "Run the cases written for a configuration",
    .help =
        "CASES are YAML files, or folders of them:\n"
        "\n"
        "  cases:\n"
        "    - name: a fire goes to quality at once\n"
        "      events:\n"
        "        - { body: \"the charger caught fire\", category: quality }\n"
        "        - { at: 20m, type: message, from: agent, body: \"we are on our way\" }\n"
        "      until: 2h\n"
        "      expect: { department: quality, band: P1, signals: [text.safety] }\n"
        "\n"
        "An event has the fields of any event; left out, type is `opened` for the first and\n"
        "`message` for others, all are of one ticket, and nothing happens at other times than "
        "`at`\n"
        "(a time, or a duration since the first event) says. `until` lets time pass afterwards.\n"
        "`expect` stands with an event, for its decision, or with the case, for the ticket at its\n"
        "end: department, band, score (80, 60..79, \">= 60\"), signals and without (lists), "
        "label,\n"
        "screen, route, informed, told (levels), outcome, reason, status, breached (true, false,\n"
        "or names of clocks); `none` asks for nothing.\n"
        "\n"
        "  -c, --config FILE    the configuration (default: /etc/ombud/ombud.yaml, or "
        "conf/ombud.yaml)\n"
        "      --customers FILE the table of customers, a row a line\n"
        "      --coverage       also tell which rules no case reaches\n",
    .run = run,
};
