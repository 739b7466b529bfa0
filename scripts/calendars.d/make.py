"""Writes one calendar for each row of COUNTRIES: see scripts/calendars."""
import datetime
import importlib.metadata
import pathlib
import sys

import chinese_calendar
import holidays

DAY = datetime.timedelta(1)
HOURS = "09:00-18:00"


def chinese_days(years):
    """Days off, weekends in them included, and weekend days that are worked. A second list must agree
    about every day of the years."""
    other = holidays.country_holidays("CN", years=years)
    for day in days_of(years):
        worked = chinese_calendar.is_workday(day)
        if worked != other.is_working_day(day):
            sys.exit(f"chinesecalendar and holidays do not agree about {day}")
        off, name = chinese_calendar.get_holiday_detail(day)
        if off and name:
            yield day, "off", name
        elif worked and day.weekday() >= 5:
            yield day, "workday", f"for {name}" if name else ""


def public_days(country, **options):
    def days(years):
        for day, name in sorted(holidays.country_holidays(country, years=years, **options).items()):
            yield day, "off", name
    return days


# What each is called, its zone, the years, where the days are from, and what a reader must know.
COUNTRIES = {
    "cn": ("Mainland China", "Asia/Shanghai", range(2024, 2027), chinese_days,
           "PyPI chinesecalendar {chinesecalendar}, after the State Council's notices; holidays {holidays} agrees",
           "The State Council publishes the days off and the make-up workdays of a year in the\n"
           "November before."),
    "de": ("Germany", "Europe/Berlin", range(2024, 2031), public_days("DE"), "PyPI holidays {holidays}",
           "Holidays of the whole country. Each state has further ones."),
    "us": ("United States", "America/New_York", range(2024, 2031), public_days("US"), "PyPI holidays {holidays}",
           "Federal holidays, on the days on which they are observed as well."),
    "gb": ("England and Wales", "Europe/London", range(2024, 2029), public_days("GB", subdiv="ENG"),
           "PyPI holidays {holidays}", "Bank holidays. Scotland and Northern Ireland have others."),
    "fr": ("France", "Europe/Paris", range(2024, 2031), public_days("FR"), "PyPI holidays {holidays}",
           "Holidays of metropolitan France. Alsace-Moselle has two more."),
    "jp": ("Japan", "Asia/Tokyo", range(2024, 2028), public_days("JP"), "PyPI holidays {holidays}",
           "National holidays. The equinoxes of a year are announced in the February before."),
    "in": ("India", "Asia/Kolkata", range(2024, 2027), public_days("IN"), "PyPI holidays {holidays}",
           "Holidays of the whole country; most follow the moon and are known for a year or two. Each\n"
           "state has further ones."),
}


# What comes from another calendar: its base, the hours, and what a reader must know.
DERIVED = {
    "us-days": ("us", "00:00-24:00", "United States: whole business days, midnight to midnight, for terms in hours that leave out\n"
                "weekends and holidays (16 CFR 1115.14)."),
}


def days_of(years):
    day = datetime.date(years[0], 1, 1)
    while day.year <= years[-1]:
        yield day
        day += DAY


def runs(days):
    """Days that follow each other and are alike, as one."""
    found = []
    for day, what, name in days:
        if found and found[-1][1] == day - DAY and found[-1][2:] == [what, name] and found[-1][1].year == day.year:
            found[-1][1] = day
        else:
            found.append([day, day, what, name])
    return found


def lines_of(slug):
    title, zone, years, days, source, note = COUNTRIES[slug]
    versions = {name: importlib.metadata.version(name) for name in ("chinesecalendar", "holidays")}
    yield f"# {title}: working days of {years[0]} to {years[-1]}. Made by scripts/calendars, which would undo changes."
    for line in note.split("\n"):
        yield f"# {line}"
    yield "# The hours are a usual day's: yours, and your own days off, go into a calendar on top of it, as in"
    yield f"#   office: {{ base: {slug}, hours: {{ mon..fri: \"08:30-17:30\" }} }}"
    yield f"source: \"{source.format(**versions)}\""
    yield f"zone: {zone}"
    yield f"hours: {{ mon..fri: \"{HOURS}\" }}"
    yield f"valid_until: {years[-1]}-12-31"
    yield "dates:"
    for first, last, what, name in runs(days(years)):
        key = f"{first}" if first == last else f"{first}..{last}"
        yield f"  {key}: {what}" + (f"  # {name}" if name else "")


def derived_lines_of(slug):
    base, hours, note = DERIVED[slug]
    for line in note.split("\n"):
        yield f"# {line}"
    yield "# Made by scripts/calendars, which would undo changes."
    yield f"base: {base}"
    yield f"hours: {{ mon..fri: \"{hours}\" }}"


def main():
    folder, *words = sys.argv[1:]
    if words not in ([], ["--check"]):
        sys.exit("usage: scripts/calendars [--check]")
    changed = []
    for slug in [*COUNTRIES, *DERIVED]:
        path = pathlib.Path(folder) / f"{slug}.yaml"
        text = "\n".join((lines_of if slug in COUNTRIES else derived_lines_of)(slug)) + "\n"
        if path.exists() and path.read_text() == text:
            continue
        changed.append(path.name)
        if not words:
            path.write_text(text)
    print(f"changed: {', '.join(changed) or 'none'}")
    sys.exit(bool(words and changed))


main()
