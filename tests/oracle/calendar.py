#!/usr/bin/env python3
"""A second implementation of calendars, slow and obviously right, against the first.

It walks minute by minute and asks a zone of the system what the wall clock shows. A shift is open
from the first minute at which the clock has shown its begin, until the first at which it has shown
its end: what the clock has shown is the highest time so far, so an hour that comes twice counts from
the first, and one that is left out is reached by the jump. It has no table and no sums but the one it
is making. (osTicket #6739: an office that is open on Tuesdays only; here are weeks of any kind.)

usage: calendar.py ANSWERS [--seed N] [--calendars N]    (ANSWERS: the program calendar_answers)
"""
import argparse
import datetime
import json
import random
import subprocess
import sys
import zoneinfo

MINUTE, QUARTER, DAY = 60_000, 900_000, 86_400_000
EPOCH = datetime.date(1970, 1, 1)
NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# The two sides have each their own data of zones: these, from 2000 on, are not often revised.
ZONES = ["Asia/Shanghai", "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns",
         "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "America/Havana", "Pacific/Auckland",
         "UTC"]
SPAN_DAYS = 9


class Calendar:
    def __init__(self, zone, week, dates):
        self.name, self.zone, self.week, self.dates = zone, zoneinfo.ZoneInfo(zone), week, dates

    def hours(self, day):
        """Shifts of a day (days since 1970), as pairs of minutes; an end past midnight is over 1440."""
        if day in self.dates:
            return self.dates[day]
        return self.week[(EPOCH + datetime.timedelta(day)).weekday()]

    def offset(self, moment):
        """What the wall clock is ahead of UTC, ms."""
        at = datetime.datetime.fromtimestamp(moment // 1000, self.zone)
        return int(at.utcoffset().total_seconds()) * 1000

    def shown(self, first, last):
        """Of each UTC minute from `first` on, the highest time that the wall clock has shown."""
        highest = 0
        for quarter in range(first // QUARTER * QUARTER, last, QUARTER):
            offset = self.offset(quarter)
            changes = offset != self.offset(quarter + QUARTER)  # in Newfoundland at a minute past twelve
            for moment in range(max(first, quarter), min(last, quarter + QUARTER), MINUTE):
                if changes:
                    offset = self.offset(moment)
                highest = max(moment + offset, highest)
                yield moment, highest

    def reached(self, local):
        """The first minute at which the wall clock has shown that time."""
        first = (local - 26 * 3_600_000) // MINUTE * MINUTE  # Apia left out a day and was a day behind
        for moment, highest in self.shown(first, first + 4 * DAY):
            if highest >= local:
                return moment
        raise AssertionError("the clock never shows it")

    def today(self, moment):
        first = moment // MINUTE * MINUTE
        for _, highest in self.shown(first - 3 * 3_600_000, first + MINUTE):
            pass
        return highest // DAY

    def walk(self, first, last):
        """Of each UTC minute, whether it is open."""
        open_minutes = {}
        for moment, highest in self.shown(first - 3 * 3_600_000, last):
            day, minute = highest // DAY, highest % DAY // MINUTE
            if day not in open_minutes:
                open_minutes[day] = {m for begin, end in self.hours(day) for m in range(begin, end)}
                open_minutes[day] |= {m - 1440 for begin, end in self.hours(day - 1)
                                      for m in range(begin, end) if m >= 1440}
            if moment >= first:
                yield moment, minute in open_minutes[day]


def elapsed(minutes, start, to):
    total = 0
    for moment, is_open in minutes:
        if moment >= to:
            break
        if is_open:
            total += max(0, min(to, moment + MINUTE) - max(start, moment))
    return total


def due(minutes, start, amount):
    if amount == 0:
        return start
    for moment, is_open in minutes:
        part = moment + MINUTE - max(start, moment)
        if not is_open or part <= 0:
            continue
        if amount <= part:
            return max(start, moment) + amount
        amount -= part
    return None  # not within the span


def opening(minutes, start):
    for moment, is_open in minutes:
        if is_open and moment + MINUTE > start:
            return max(start, moment)
    return None


def closing(calendar, day):
    return calendar.reached(day * DAY + calendar.hours(day)[-1][1] * MINUTE)


def working_days(calendar, start, amount, counts):
    day = calendar.today(start)
    if counts and calendar.hours(day) and closing(calendar, day) > start:
        amount -= 1
    while amount:
        day += 1
        amount -= bool(calendar.hours(day))
    return closing(calendar, day)


def month_end(date, months, counts):
    """The day of the same number, or the one before it, or the month's last."""
    month = date.month - 1 + months
    year, month = date.year + month // 12, month % 12 + 1
    first = datetime.date(year, month, 1)
    wanted = date.day - counts
    if wanted == 0:
        return first - datetime.timedelta(1)
    last = (datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(1)).day
    return first.replace(day=min(wanted, last))


def calendar_days(calendar, start, unit, amount, counts, working_end):
    date = EPOCH + datetime.timedelta(calendar.today(start))
    if unit == "mo":
        end = month_end(date, amount, counts)
    else:
        end = date + datetime.timedelta(amount * (7 if unit == "w" else 1) - counts)
    day = (end - EPOCH).days
    while working_end and not calendar.hours(day):
        day += 1
    return calendar.reached((day + 1) * DAY)


def random_shifts(dice, before):
    """Shifts that do not overlap, after what the day before has left."""
    spilled = max([end - 1440 for _, end in before] + [0])
    cuts = sorted(dice.sample(range(spilled, 1441, 5), 2 * dice.choice([0, 1, 1, 1, 2, 2, 3])))
    shifts = [[a, b] for a, b in zip(cuts[::2], cuts[1::2])]
    if dice.random() < 0.1:
        shifts = [[spilled, 1440]]
    return shifts


def stretch(dice, shifts, after):
    """Sometimes the last one goes on past midnight, up to where the next day begins."""
    room = min([begin for begin, _ in after] + [720])
    if shifts and room and dice.random() < 0.2:
        shifts[-1][1] = 1440 + dice.randrange(1, room + 1)
        if shifts[-1][1] - shifts[-1][0] >= 1440:
            shifts[-1][1] = 1440


def random_calendar(dice, around):
    """`around`: the day that its dated entries are near to."""
    week = [random_shifts(dice, []) for _ in NAMES]
    if dice.random() < 0.2:  # one shift for all working days
        week = [[list(s) for s in week[0]] for _ in range(5)] + [[], []]
    if not any(week):
        week[dice.randrange(7)] = [[540, 1080]]
    for weekday in range(7):
        stretch(dice, week[weekday], week[(weekday + 1) % 7])
    calendar = Calendar(dice.choice(ZONES), week, {})
    for _ in range(dice.randrange(6)):
        day = around + dice.randrange(-3, SPAN_DAYS)
        calendar.dates.pop(day, None)
        shifts = [] if dice.random() < 0.5 else random_shifts(dice, calendar.hours(day - 1))
        calendar.dates[day] = shifts
        if shifts:
            stretch(dice, shifts, calendar.hours(day + 1))
        if any(end - 1440 > begin for d in (day - 1, day)
               for _, end in calendar.hours(d)[-1:] for begin, _ in calendar.hours(d + 1)[:1]):
            del calendar.dates[day]
    return calendar


def text_of(shifts):
    return ",".join("%02d:%02d-%02d:%02d" % (a // 60, a % 60, (b - 1440 if b > 1440 else b) // 60, b % 60)
                    for a, b in shifts) or "off"


def json_of(calendar):
    day_text = lambda day: (EPOCH + datetime.timedelta(day)).isoformat()
    return {"name": "random", "zone": calendar.name,
            "hours": {name: text_of(shifts) for name, shifts in zip(NAMES, calendar.week)},
            "dates": {day_text(day): text_of(shifts) for day, shifts in calendar.dates.items()}}


def random_day(dice):
    """Mostly near a change of some clock."""
    year = dice.randrange(2000, 2037)
    month, day = dice.choice([(3, 8), (3, 29), (4, 2), (9, 5), (9, 27), (10, 1), (10, 25), (11, 1),
                              (12, 29), (dice.randrange(1, 13), dice.randrange(1, 29))])
    return (datetime.date(year, month, day) - EPOCH).days + dice.randrange(-4, 3)


def questions(dice, calendar, first):
    """Pairs of a question and its answer."""
    walked = list(calendar.walk(first, first + SPAN_DAYS * DAY))
    moment = lambda days: first + dice.choice([1, MINUTE, 15 * MINUTE]) * dice.randrange(1440 * days // 15)
    for _ in range(2):
        start = moment(4)
        minutes = walked[(start - first) // MINUTE:]
        to = start + dice.randrange(5 * DAY)
        yield {"from": start, "to": to}, elapsed(minutes, start, to)
        amount = dice.choice([0, 1, MINUTE, dice.randrange(40) * 1_800_000, dice.randrange(2 * DAY)])
        yield {"from": start, "unit": "ms", "amount": amount}, due(minutes, start, amount)
        yield {"opening": start}, opening(minutes, start)
    start, counts, working_end = moment(4), dice.randrange(2), dice.randrange(2)
    amount = dice.randrange(1, 6)
    yield ({"from": start, "unit": "wd", "amount": amount, "today_counts": counts},
           working_days(calendar, start, amount, counts))
    unit = dice.choice(["cd", "w", "mo"])
    yield ({"from": start, "unit": unit, "amount": amount, "today_counts": counts, "working_end": working_end},
           calendar_days(calendar, start, unit, amount, counts, working_end))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("answers")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--calendars", type=int, default=500)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    dice = random.Random(options.seed)
    lines, expected = [], []
    for _ in range(options.calendars):
        around = random_day(dice)
        calendar = random_calendar(dice, around)
        described = json.dumps(json_of(calendar))
        lines.append(described)
        for question, answer in questions(dice, calendar, around * DAY - 12 * 3_600_000):
            if answer is not None:
                lines.append(json.dumps(question))
                expected.append((described, question, answer))
    run = subprocess.run([options.answers], input="\n".join(lines) + "\n", capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    given = [int(line) for line in run.stdout.split()]
    assert len(given) == len(expected) > 0
    wrong = [(*case, number) for case, number in zip(expected, given) if case[2] != number]
    for described, question, answer, number in wrong[:5]:
        print(f"{described}\n  {question}: {number}, but {answer} is right ({number - answer:+} ms)")
    print(f"{options.calendars} calendars, {len(expected)} questions, {len(wrong)} answered wrongly")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
