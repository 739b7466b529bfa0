#include "host/options.h"

#include <assert.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"

enum { FIRST_LONG = 256 }; /* above every letter */

static bool refuse_choice(const struct option_row *row, const char *value, struct error *err)
{
    struct buf known = { 0 };
    for (const char *const *choice = row->choices; *choice; choice++)
        buf_printf(&known, "%s%s", choice == row->choices ? "" : ", ", *choice);
    error_set(err, "--%s is one of %s, not '%s'", row->name, buf_text(&known), value);
    buf_free(&known);
    return false;
}

static bool take(const struct option_row *row, const char *value, struct error *err)
{
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
            return error_set(err, "--%s is a number from %d to %d, not '%s'", row->name, row->least,
                             row->most, value);
        *(int *)row->to = (int)number;
        break;
    case OPTION_TIME:
        return time_parse(str_from(value), row->to, err) || error_prefix(err, "--%s", row->name);
    case OPTION_DURATION:
        return duration_parse(str_from(value), true, row->to, err) ||
               error_prefix(err, "--%s", row->name);
    case OPTION_CHOICE:
    case OPTION_CHOICES:
        while (row->choices[place] && strcmp(row->choices[place], value) != 0)
            place++;
        if (!row->choices[place])
            return refuse_choice(row, value, err);
        if (row->kind == OPTION_CHOICE)
            *(int *)row->to = place;
        else
            ((bool *)row->to)[place] = true;
        break;
    }
    return true;
}

/* 'c' of "config", 'o' of "output"; else none. */
static int letter_of(const struct option_row *row)
{
    return strcmp(row->name, "config") == 0 ? 'c' : strcmp(row->name, "output") == 0 ? 'o' : 0;
}

enum options_outcome options_read(const struct option_row *rows, int argc, char **argv,
                                  struct error *err)
{
    struct option options[OPTIONS_MOST + 2] = { 0 };
    char letters[2 * OPTIONS_MOST + 1] = "";
    size_t size = 0;
    int count = 0;
    for (; rows[count].name; count++) {
        assert(count < OPTIONS_MOST);
        int letter = letter_of(&rows[count]);
        if (letter) {
            letters[size++] = (char)letter;
            letters[size++] = ':';
        }
        options[count] =
            (struct option){ rows[count].name,
                             rows[count].kind == OPTION_FLAG ? no_argument : required_argument,
                             NULL, letter ? letter : FIRST_LONG + count };
    }
    options[count] = (struct option){ "help", no_argument, NULL, 'h' };
    for (int option; (option = getopt_long(argc, argv, letters, options, NULL)) != -1;) {
        if (option == 'h')
            return OPTIONS_HELP;
        int i = 0;
        while (i < count && options[i].val != option)
            i++;
        if (i == count) {
            error_set(err, "see --help");
            return OPTIONS_WRONG;
        }
        if (!take(&rows[i], optarg, err))
            return OPTIONS_WRONG;
    }
    return OPTIONS_READ;
}
