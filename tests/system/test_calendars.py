"""The shipped calendars against the packages that know the days off, and the command that shows and
makes calendars. No Kafka."""

import datetime
import subprocess

import chinese_calendar
import holidays
import pytest

from harness import sanitizer_environment
from kafka import ROOT

CONFIGURATION = ROOT / "conf/ombud.yaml"
OPEN = "09:00-18:00"
# What each shipped calendar says that it covers, and what it must agree with.
COUNTRIES = {
    "cn": (2024, 2026, lambda years: holidays.country_holidays("CN", years=years)),
    "de": (2024, 2030, lambda years: holidays.country_holidays("DE", years=years)),
    "us": (2024, 2030, lambda years: holidays.country_holidays("US", years=years)),
    "gb": (2024, 2028, lambda years: holidays.country_holidays("GB", subdiv="ENG", years=years)),
    "fr": (2024, 2030, lambda years: holidays.country_holidays("FR", years=years)),
    "jp": (2024, 2027, lambda years: holidays.country_holidays("JP", years=years)),
    "in": (2024, 2026, lambda years: holidays.country_holidays("IN", years=years)),
}


def calendar(build, *words):
    return subprocess.run([str(build / "ombudctl"), "calendar", *words], text=True, capture_output=True,
                          timeout=60, env=sanitizer_environment(), cwd=ROOT)


def days(build, name, years, config=CONFIGURATION):
    """Which hours each day has."""
    result = calendar(build, "show", name, "-c", str(config), "--year", years, "--days")
    assert result.returncode == 0, result.stderr
    lines = [line.split(" ") for line in result.stdout.splitlines()]
    return {datetime.date.fromisoformat(date): hours for date, _, hours in lines}


def test_every_shipped_calendar_is_checked():
    assert sorted(path.stem for path in (ROOT / "conf/calendars").iterdir()) == sorted([*COUNTRIES, "us-days"])


def test_whole_business_days_are_those_of_the_office(build):
    office, whole = (days(build, name, "2024..2030") for name in ("us", "us-days"))
    assert whole == {day: "off" if hours == "off" else "00:00-24:00" for day, hours in office.items()}


@pytest.mark.parametrize("name", COUNTRIES)
def test_a_shipped_calendar_knows_every_working_day(build, name):
    first, last, make = COUNTRIES[name]
    known = make(range(first, last + 1))
    found = days(build, name, f"{first}..{last}")
    assert len(found) == (datetime.date(last, 12, 31) - datetime.date(first, 1, 1)).days + 1
    for day, hours in found.items():
        assert hours in ("off", OPEN)
        assert (hours == OPEN) == known.is_working_day(day), day
        if name == "cn":
            assert (hours == OPEN) == chinese_calendar.is_workday(day), day
    shown = calendar(build, "show", name, "--year", str(last + 1)).stdout
    assert f"valid until {last}-12-31" in shown and shown.endswith(", provisional\n")


def test_mainland_china_works_on_these_weekend_days_of_2026(build):
    worked = [day for day, hours in days(build, "cn", "2026").items() if hours != "off" and day.weekday() >= 5]
    assert [day.strftime("%m-%d") for day in worked] == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]


def test_the_files_are_what_the_script_makes():
    result = subprocess.run([str(ROOT / "scripts/calendars"), "--check"], text=True, capture_output=True)
    assert (result.returncode, result.stdout) == (0, "changed: none\n")


def ics(events):
    body = "".join(f"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{day:%Y%m%d}\r\nSUMMARY:{name}\r\nEND:VEVENT\r\n"
                   for day, name in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-TIMEZONE:Asia/Shanghai\r\n{body}END:VCALENDAR\r\n"


def test_an_imported_calendar_is_the_shipped_one(build, tmp_path):
    def events():
        for number in range(365):
            day = datetime.date(2026, 1, 1) + datetime.timedelta(number)
            off, name = chinese_calendar.get_holiday_detail(day)
            if off and name:
                yield day, f"{name} 休"
            elif not off and day.weekday() >= 5:
                yield day, f"{name} 班"
    (tmp_path / "feed.ics").write_text(ics(events()))
    made = calendar(build, "import", str(tmp_path / "feed.ics"), "--workday", "班",
                    "-o", str(tmp_path / "feed.yaml"))
    assert (made.returncode, made.stderr) == (0, "")
    config = tmp_path / "ombud.yaml"
    config.write_text(f"include: [{CONFIGURATION}]\ncalendars: {{ feed: feed.yaml }}\n")
    assert days(build, "feed", "2026", config) == days(build, "cn", "2026")
    again = calendar(build, "import", str(tmp_path / "feed.ics"), "-o", str(tmp_path / "feed.yaml"))
    assert again.returncode == 73 and "it is there already" in again.stderr


@pytest.mark.parametrize("text, words, code, told", [
    ("no calendar", [], 65, "it is no iCalendar file"),
    ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nRRULE:FREQ=DAILY\nDTSTART:20260101\nEND:VEVENT\n", [], 65,
     "line 3: a repetition that is not understood"),
    ("BEGIN:VCALENDAR\n", ["--year", "26"], 64, "--year takes 2026"),
])
def test_what_cannot_be_imported_is_told(build, tmp_path, text, words, code, told):
    (tmp_path / "a.ics").write_text(text)
    result = calendar(build, "import", str(tmp_path / "a.ics"), *words)
    assert result.returncode == code and told in result.stderr, result


def test_an_unknown_calendar_and_wrong_usage_are_told(build):
    unknown = calendar(build, "show", "chn", "-c", str(CONFIGURATION))
    assert unknown.returncode == 78 and "unknown calendar 'chn'" in unknown.stderr
    assert calendar(build, "show").returncode == 64
    assert calendar(build, "show", "cn", "--days").returncode == 64
    assert calendar(build, "import", "/nowhere.ics").returncode == 66
