/* ombudctl calendar show|import. */
#include "ctl/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calendar/calendar_text.h"
#include "config/config.h"
#include "ctl/calendar_import.h"
#include "host/config_file.h"
#include "host/options.h"

enum { YEAR_FIRST = 1970, YEAR_LAST = 2099 };

struct years {
    int first, last; /* 0: not given */
};

struct wanted {
    const char *config, *years, *zone, *base, *workday, *output;
    bool days;
};

/* "2026", "2026..2028". */
static bool read_years(const char *text, struct years *out)
{
    struct str years = str_from(text);
    struct str first = { years.data, years.size < 4 ? years.size : 4 }, last = first;
    int64_t from = 0, to = 0;
    if (years.size == 10 && memcmp(years.data + 4, "..", 2) == 0)
        last = (struct str){ years.data + 6, 4 };
    else if (years.size != 4)
        return false;
    if (!str_to_int(first, &from) || !str_to_int(last, &to) || from < YEAR_FIRST ||
        to > YEAR_LAST || to < from)
        return false;
    *out = (struct years){ (int)from, (int)to };
    return true;
}

static int64_t year_start(int year)
{
    return date_to_days((struct date){ year, 1, 1 });
}

/* ---- show */

static void print_hours(struct hours hours)
{
    struct buf text = { 0 };
    hours_format(hours, &text);
    fputs(buf_text(&text), stdout);
    buf_free(&text);
}

static bool alike(struct hours a, struct hours b)
{
    return a.count == b.count &&
           (a.count == 0 || memcmp(a.shifts, b.shifts, a.count * sizeof(*a.shifts)) == 0);
}

static void print_week(const struct calendar *calendar)
{
    for (int first = MONDAY, last; first < WEEKDAY_COUNT; first = last + 1) {
        struct hours hours = calendar_weekday_hours(calendar, (enum weekday)first);
        for (last = first; last < SUNDAY && alike(hours, calendar_weekday_hours(
                                                             calendar, (enum weekday)(last + 1)));)
            last++;
        if (last > first)
            printf("  %s..%s  ", weekday_name((enum weekday)first),
                   weekday_name((enum weekday)last));
        else
            printf("  %-8s  ", weekday_name((enum weekday)first));
        print_hours(hours);
        putchar('\n');
    }
}

static void print_date(int64_t first, int64_t last, struct hours hours)
{
    char from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];
    printf("  %s", date_format(first, from).data);
    if (last > first)
        printf("..%s  ", date_format(last, to).data);
    else
        printf("  %-12s", weekday_name(date_weekday(first)));
    print_hours(hours);
    putchar('\n');
}

static void print_dates(const struct calendar *calendar, struct years years)
{
    size_t count = 0;
    const struct dated_hours *dates = calendar_dates(calendar, &count);
    for (size_t i = 0, last; i < count; i = last + 1) {
        for (last = i;
             last + 1 < count && dates[last + 1].date == dates[last].date + 1 &&
             date_from_days(dates[last + 1].date).month == date_from_days(dates[i].date).month &&
             alike(dates[last + 1].hours, dates[i].hours);)
            last++;
        int64_t year = date_from_days(dates[i].date).year;
        if (!years.first || (year >= years.first && year <= years.last))
            print_date(dates[i].date, dates[last].date, dates[i].hours);
    }
}

static void print_sum(const struct calendar *calendar, int year)
{
    int64_t first = year_start(year), last = year_start(year + 1);
    int working = 0;
    for (int64_t date = first; date < last; date++)
        working += calendar_hours(calendar, date).count > 0;
    time_ms open = calendar_elapsed(calendar, calendar_midnight(calendar, first),
                                    calendar_midnight(calendar, last));
    printf("%d: %d working days, open %lldh", year, working, (long long)(open / TIME_HOUR));
    if (open % TIME_HOUR)
        printf(" %lldm", (long long)(open % TIME_HOUR / TIME_MINUTE));
    printf("%s\n", calendar_valid_until(calendar) < last - 1 ? ", provisional" : "");
}

static void print_calendar(const struct config_calendar *found, const struct calendar *calendar,
                           struct years years)
{
    char until[DATE_TEXT_SIZE];
    printf("%.*s: %.*s, version %016llx", STR_ARG(calendar_name(calendar)),
           STR_ARG(calendar_zone(calendar)), (unsigned long long)calendar_version(calendar));
    if (calendar_valid_until(calendar) != INT64_MAX)
        printf(", valid until %s", date_format(calendar_valid_until(calendar), until).data);
    putchar('\n');
    if (found && str_present(found->source))
        printf("dates from %.*s\n", STR_ARG(found->source));
    print_week(calendar);
    print_dates(calendar, years);
    for (int year = years.first; year && year <= years.last; year++)
        print_sum(calendar, year);
}

/* A day a line, for programs. */
static void print_days(const struct calendar *calendar, struct years years)
{
    for (int64_t date = year_start(years.first); date < year_start(years.last + 1); date++) {
        char text[DATE_TEXT_SIZE];
        printf("%s %s ", date_format(date, text).data, weekday_name(date_weekday(date)));
        print_hours(calendar_hours(calendar, date));
        putchar('\n');
    }
}

static struct config *load(const struct command *command, const char *path, const char *name)
{
    struct config_findings findings = { 0 };
    struct config *config =
        config_load_calendar(str_from(path), str_from(name), config_read_file, NULL, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        if (findings.items[i].fatal)
            fprintf(stderr, "%.*s\n", STR_ARG(findings.items[i].text));
    }
    config_findings_free(&findings);
    if (!config)
        command_failed(command, EX_CONFIG, "%s is not usable", path);
    return config;
}

static int show(const struct command *command, const struct wanted *wanted, const char *name)
{
    const char *path = NULL;
    struct years years = { 0, 0 };
    if (wanted->years && !read_years(wanted->years, &years))
        return command_misused(command, "--year takes 2026, or 2026..2028");
    if (wanted->days && !years.first)
        return command_misused(command, "--days needs --year");
    if ((path = command_config_path(command, wanted->config)) == NULL)
        return EX_USAGE;
    struct config *config = load(command, path, name);
    if (!config)
        return EX_CONFIG;
    const struct config_calendar *found = config_calendar(config, str_from(name));
    const struct calendar *calendar = found ? found->calendar : config->always;
    if (wanted->days)
        print_days(calendar, years);
    else
        print_calendar(found, calendar, years);
    config_free(config);
    return 0;
}

/* ---- import */

static bool take_file(void *arg, struct str path, struct str text, struct error *err)
{
    (void)path;
    (void)err;
    *(struct str *)arg = text; /* in the arena that was given */
    return true;
}

static int write_out(const struct command *command, const char *path, struct buf *text)
{
    FILE *file = path ? fopen(path, "wx") : stdout;
    if (!file)
        return command_failed(command, EX_CANTCREAT, "cannot make '%s', or it is there already",
                              path);
    bool written = fwrite(text->data, 1, text->size, file) == text->size;
    if (path && fclose(file) != 0)
        written = false;
    return written ? 0 : command_failed(command, EX_IOERR, "the output cannot be written");
}

static int import(const struct command *command, const struct wanted *wanted, const char *path)
{
    struct calendar_import import = { .file = str_from(path),
                                      .base = str_from(wanted->base),
                                      .zone = str_from(wanted->zone),
                                      .workday = str_from(wanted->workday) };
    struct years years = { 0, 0 };
    struct ics ics = { 0 };
    struct buf out = { 0 };
    struct str text = STR_NONE;
    struct error err;
    int code = 0;
    if (wanted->years && !read_years(wanted->years, &years))
        return command_misused(command, "--year takes 2026, or 2026..2028");
    import.first_year = years.first;
    import.last_year = years.last;
    struct arena *arena = arena_new(1 << 16);
    if (!config_read_file(NULL, import.file, arena, take_file, &text, &err))
        code = command_failed(command, EX_NOINPUT, "%s", err.text);
    else if (!ics_parse(text, arena, &ics, &err) || !calendar_import(&import, &ics, &out, &err))
        code = command_failed(command, EX_DATAERR, "%s: %s", path, err.text);
    else
        code = write_out(command, wanted->output, &out);
    if (code == 0 && ics.timed + ics.cancelled > 0)
        fprintf(stderr, "left out: %zu events with a time of day, %zu that are cancelled\n",
                ics.timed, ics.cancelled);
    buf_free(&out);
    arena_free(arena);
    return code;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct wanted wanted = { 0 };
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &wanted.config },
        { .name = "year", .kind = OPTION_TEXT, .to = &wanted.years },
        { .name = "days", .kind = OPTION_FLAG, .to = &wanted.days },
        { .name = "zone", .kind = OPTION_TEXT, .to = &wanted.zone },
        { .name = "base", .kind = OPTION_TEXT, .to = &wanted.base },
        { .name = "workday", .kind = OPTION_TEXT, .to = &wanted.workday },
        { .name = "output", .kind = OPTION_TEXT, .to = &wanted.output },
        { 0 }
    };
    int code = command_options(command, options, argc, argv);
    if (code >= 0)
        return code;
    const char *what = optind + 2 == argc ? argv[optind] : "";
    if (strcmp(what, "show") == 0)
        return show(command, &wanted, argv[optind + 1]);
    if (strcmp(what, "import") == 0)
        return import(command, &wanted, argv[optind + 1]);
    return command_misused(command, "show NAME, or import FILE?");
}

const struct command command_calendar = {
    .name = "calendar",
    .arguments = "show [-c FILE] NAME [--year Y [--days]] | import FILE.ics [OPTION]...",
    .summary = "Show when a calendar is open, or make one of an iCalendar file",
    .help =
        "`show` tells the weekly hours of a calendar, its dates (of one year: --year 2026, or of\n"
        "several: --year 2026..2028), and how many working days and open hours a year has. NAME "
        "is\n"
        "one of the configuration, or of a file in the folder `calendars` beside it.\n"
        "\n"
        "`import` writes the whole days of an iCalendar file as a calendar of the configuration: "
        "to\n"
        "the standard output, or into a new file that `calendars` then names. A file that repeats\n"
        "events in other ways than every year is refused, because days off would be missing.\n"
        "\n"
        "  -c, --config FILE    the configuration; default /etc/ombud/ombud.yaml, or "
        "conf/ombud.yaml\n"
        "      --days           a line for each day: date, weekday, hours or `off`\n"
        "      --year YEARS     which years to show, or to write events for that come every year\n"
        "      --zone ZONE      the calendar's time zone, where the file names none\n"
        "      --base NAME      the calendar whose zone, hours and further dates it takes\n"
        "      --workday TEXT   events with this text in their summary are make-up workdays\n"
        "  -o, --output FILE    a new file to write\n",
    .run = run,
};
