#include "ctl/options.h"

#include <assert.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"

enum { FIRST_LONG = 256 }; /* above every letter */

static int refuse_choice(const struct command *command, const struct option_row *row,
                         const char *value)
{
    struct buf known = { 0 };
    for (const char *const *choice = row->choices; *choice; choice++)
        buf_printf(&known, "%s%s", choice == row->choices ? "" : ", ", *choice);
    int code =
        command_misused(command, "--%s is one of %s, not '%s'", row->name, buf_text(&known), value);
    buf_free(&known);
    return code;
}

static int take(const struct command *command, const struct option_row *row, const char *value)
{
    struct error err;
    int64_t number;
    int place = 0;
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)row->to = true;
        break;
    case OPTION_TEXT:
        *(const char **)row->to = value;
        break;
    case OPTION_NUMBER:
        if (!str_to_int(str_from(value), &number) || number < row->least || number > row->most)
            return command_misused(command, "--%s is a number from %d to %d, not '%s'", row->name,
                                   row->least, row->most, value);
        *(int *)row->to = (int)number;
        break;
    case OPTION_TIME:
        if (!time_parse(str_from(value), row->to, &err))
            return command_misused(command, "--%s: %s", row->name, err.text);
        break;
    case OPTION_CHOICE:
    case OPTION_CHOICES:
        while (row->choices[place] && strcmp(row->choices[place], value) != 0)
            place++;
        if (!row->choices[place])
            return refuse_choice(command, row, value);
        if (row->kind == OPTION_CHOICE)
            *(int *)row->to = place;
        else
            ((bool *)row->to)[place] = true;
        break;
    }
    return -1;
}

int options_read(const struct command *command, const struct option_row *rows, int argc,
                 char **argv)
{
    struct option options[OPTIONS_MOST + 2] = { 0 };
    int count = 0;
    for (; rows[count].name; count++) {
        assert(count < OPTIONS_MOST);
        int value = strcmp(rows[count].name, "config") == 0 ? 'c' : FIRST_LONG + count;
        options[count] =
            (struct option){ rows[count].name,
                             rows[count].kind == OPTION_FLAG ? no_argument : required_argument,
                             NULL, value };
    }
    options[count] = (struct option){ "help", no_argument, NULL, 'h' };
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(command);
        int i = 0;
        while (i < count && options[i].val != option)
            i++;
        int code =
            i < count ? take(command, &rows[i], optarg) : command_misused(command, "see --help");
        if (code >= 0)
            return code;
    }
    return -1;
}
