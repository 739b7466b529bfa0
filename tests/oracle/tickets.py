#!/usr/bin/env python3
"""A second implementation of the clocks of tickets, slow and obviously right, against the first.

It makes configurations (calendars, zones, splits, targets of every unit, pauses, named clocks, a
regulation, warnings) and histories of tickets, some events of which come after later ones, lets `ombudctl
replay` decide them, and recomputes after each event from what happened so far when every clock is due, whether
it is broken, what it was warned of and when, and whose each second was. Time is counted minute by minute over
what calendar.py says of each minute; there is no table and no sum.

usage: tickets.py OMBUDCTL [--seed N] [--tickets N]
"""
import argparse
import datetime
import importlib.util
import json
import pathlib
import random
import subprocess
import sys
import tempfile

spec = importlib.util.spec_from_file_location("oracle_calendar", pathlib.Path(__file__).with_name("calendar.py"))
calendars = importlib.util.module_from_spec(spec)
spec.loader.exec_module(calendars)

MINUTE, DAY = 60_000, 86_400_000
SPAN = 36 * 1440  # minutes of a configuration's time
LEXICON = str(pathlib.Path(__file__).parents[1] / "traces/lexicon")
TICKETS_EACH = 100  # of one configuration
BANDS = ["P1", "P2", "P3", "P4"]
ENDED = ("resolved", "closed")


# ---- time

class Office:
    """A calendar of which every minute is asked once."""

    def __init__(self, calendar, first):
        self.calendar, self.first = calendar, first
        self.open = bytearray(is_open for _, is_open in calendar.walk(first, first + SPAN * MINUTE))
        self.always = bytearray(b"\1" * SPAN)

    def index(self, moment):
        return (moment - self.first) // MINUTE

    def minutes(self, unit):
        return self.open if unit in ("m", "wd") else self.always


def last_minute(office, minutes, start, amount, pauses):
    """The last of so many of those minutes since `start`, none of them in a pause; None: too late."""
    counted = bytearray(minutes)
    for begin, end in pauses:
        for minute in range(office.index(begin), min(office.index(end), SPAN)):
            counted[minute] = 0
    for minute in range(office.index(start), SPAN):
        amount -= counted[minute]
        if amount == 0:
            return minute
    return None


def walk(office, minutes, start, amount, pauses):
    """When they have passed. What has no time left when a pause begins is due when that is over."""
    last = last_minute(office, minutes, start, amount, pauses)
    return None if last is None else go_on(office, minutes, last + 1, pauses)


def go_on(office, minutes, minute, pauses):
    for begin, end in pauses:
        if minute <= office.index(begin) and not any(minutes[minute:office.index(begin)]):
            minute = office.index(end)
    return office.first + minute * MINUTE


def passed(office, minutes, start, end):
    return sum(minutes[minute] for minute in range(office.index(start), min(office.index(end), SPAN)))


def walk_to(office, minutes, start, amount, pauses):
    """The same of milliseconds."""
    whole, rest = divmod(amount, MINUTE)
    if not rest:
        return walk(office, minutes, start, whole, pauses)
    last = last_minute(office, minutes, start, whole + 1, pauses)
    return None if last is None else office.first + last * MINUTE + rest


def plain_end(office, start, target, counts, on_day_off):
    """Of a target that nothing interrupts."""
    unit, amount = target
    if unit == "m":
        return walk(office, office.open, start, amount, [])
    if unit == "wd":
        return calendars.working_days(office.calendar, start, amount, counts)
    return calendars.calendar_days(office.calendar, start, unit, amount, counts, on_day_off)


def target_end(sla, office, start, target, pauses, extension):
    """With pauses, what is left of it after the last one is counted from there; with what a letter added."""
    end = plain_end(office, start, target, sla["first_day"], sla["on_day_off"])
    if not (pauses or extension) or end is None:
        return end
    minutes = office.minutes(target[0])
    if office.index(end) >= SPAN:
        return None
    amount = target[1] if target[0] == "m" else passed(office, minutes, start, end)
    return walk(office, minutes, start, amount + extension, pauses)


# ---- one ticket

class Clock:
    def __init__(self, name, rule, start, repeated=False):
        self.name, self.rule, self.start, self.repeated = name, rule, start, repeated
        self.state, self.pauses, self.paused_since = "running", [], None
        self.broken, self.fulfilled, self.due, self.stopped = False, None, None, None
        self.extension = self.letters = 0
        self.warned, self.warned_of_all = set(), False
        self.state_when_stopped = None

    def open(self):
        return self.state in ("running", "paused")

    def takes(self, now):
        """A word that is reported late keeps nothing that began after it, but what began with the receipt."""
        return self.open() and (self.received or now >= self.start)

    def counts_until(self, now):
        """In a pause no time passes since it began."""
        pauses = self.pauses + ([(self.paused_since, None)] if self.state == "paused" else [])
        for begin, end in pauses:
            if begin <= now and (end is None or now < end):
                return begin
        return now

    def forget_after(self, now):
        """What was noted after its own time is no part of the promise."""
        self.state_when_stopped = "paused" if self.state == "paused" and self.paused_since <= now else "running"
        for begin, end in [pause for pause in self.pauses if pause[1] > now]:
            self.pauses.remove((begin, end))
            if begin <= now:
                self.paused_since, self.state_when_stopped = begin, "paused"


class Ticket:
    """What happened so far, and what follows from it."""

    def __init__(self, world, event):
        self.world, self.created = world, event["time"]
        self.status, self.wait, self.band = "new", None, 3
        self.clocks, self.shares, self.since = {}, {}, event["time"]
        self.department = "service"
        self.last_event, self.passed, self.warnings = event["time"], event["time"], []
        self.lost = self.unsure = False

    # -- clocks

    def sla(self, clock):
        return self.world["law"] if clock.rule.get("law") else self.world["sla"]

    def target(self, clock, band):
        return (clock.rule["every"] if clock.repeated else clock.rule["target"])[band]

    def office(self, clock):
        return self.world["offices"][clock.rule.get("calendar") or self.sla(clock)["calendar"][clock.band]]

    def aim(self, clock):
        """Where the new band promises nothing, the old one's promise stands."""
        sla = self.sla(clock)
        if not clock.promised or self.target(clock, self.band):
            clock.band = self.band
        target = self.target(clock, clock.band)
        if target is None:
            return
        clock.due = target_end(sla, self.office(clock), clock.start, target, clock.pauses, clock.extension)
        clock.promised = True

    def begin(self, name, rule, start, repeated=False, received=False):
        clock = Clock(name, rule, start, repeated)
        clock.promised, clock.received = False, received
        self.clocks[name] = clock
        self.aim(clock)
        if self.wait in self.sla(clock)["pause"]:
            self.pause(clock, start)

    def look(self, clock, now):
        """An event can tighten a promise to a moment that has passed, and stop it, too."""
        clock.broken |= clock.due is not None and clock.counts_until(now) > clock.due

    def pause(self, clock, now):
        clock.state, clock.paused_since = "paused", max(now, clock.start)

    def resume(self, clock, now):
        clock.state = "running"
        clock.pauses.append((clock.paused_since, now))
        self.aim(clock)

    def stop(self, clock, now, state):
        self.look(clock, now)
        clock.forget_after(now)
        clock.state, clock.stopped = state, now

    def keep(self, clock, now):
        if clock.takes(now):
            self.stop(clock, now, None)
            clock.state, clock.fulfilled = "missed" if clock.broken else "met", now

    def end(self, clock, now):
        self.stop(clock, now, "ended")

    def let_pass(self, now):
        for clock in self.clocks.values():
            self.unsure |= clock.promised and clock.due is None and clock.state == "running"
            while clock.state == "running" and clock.due is not None and not clock.broken:
                warning = self.next_warning(clock)
                if min(warning or clock.due, clock.due) > now:
                    break
                if warning is None or max(warning, self.passed) >= clock.due:
                    clock.broken = True
                else:
                    self.warn(clock, warning)
        self.passed = max(self.passed, now)

    # -- warnings

    def warning_times(self, clock):
        """Of each of them, None where it would warn of nothing."""
        sla, office, target = self.sla(clock), self.office(clock), self.target(clock, clock.band)
        minutes = office.minutes(target[0])
        end = plain_end(office, clock.start, target, sla["first_day"], sla["on_day_off"])
        if end is None or office.index(end) >= SPAN:
            self.unsure = True  # behind the time that is walked
            return []
        total = target[1] if target[0] == "m" else passed(office, minutes, clock.start, end)
        total = (total + clock.extension) * MINUTE
        amounts = [total * amount // 100 if unit == "%" else total - amount * MINUTE for unit, amount in sla["warn"]]
        times = [walk_to(office, minutes, clock.start, amount, clock.pauses) if 0 < amount < total else None
                 for amount in amounts]
        return [at if at is not None and clock.start < at < clock.due else None for at in times]

    def next_warning(self, clock):
        if clock.warned_of_all or not self.sla(clock)["warn"]:
            return None
        return min((at for number, at in enumerate(self.warning_times(clock))
                    if at is not None and number not in clock.warned), default=None)

    def warn(self, clock, now):
        """What is due at once is one warning, and after the last that can come there is none."""
        times = self.warning_times(clock)
        clock.warned |= {number for number, at in enumerate(times) if at is not None and at <= now}
        clock.warned_of_all = not any(at is not None and number not in clock.warned for number, at in enumerate(times))
        self.warnings.append((time_text_ms(now), clock.name))

    def warn_anew(self, clock, now):
        """Of a new end, as far as it is ahead."""
        clock.warned_of_all = False
        clock.warned = {number for number, at in enumerate(self.warning_times(clock) if self.sla(clock)["warn"] else [])
                        if at is not None and at <= now}

    def all_open(self):
        return [clock for clock in self.clocks.values() if clock.open()]

    # -- what clocks listen to

    def replied(self, now, ending):
        for clock in self.all_open():
            if "reply" in clock.rule["kept_by"]:
                self.keep(clock, now)
        update = self.clocks.get("update")
        if "update" in self.world["built_in"] and not ending and \
                not (update and update.open() and now <= update.start):
            self.begin("update", self.world["built_in"]["update"], now)

    def ends(self, clock):
        """Whether the resolution ends it that does not keep it."""
        if clock.name in ("response", "update"):
            return True
        return "." in clock.name + "." * clock.rule.get("named", False) and \
            ("fulfilled" not in clock.rule["kept_by"] or bool(clock.rule.get("every")))

    def resolved(self, now):
        for clock in self.all_open():
            if "resolved" in clock.rule["kept_by"]:
                self.keep(clock, now)
            elif self.ends(clock):
                self.end(clock, now)
        if "follow_up" in self.world["built_in"]:
            self.begin("follow_up", self.world["built_in"]["follow_up"], now)
        for clock in self.all_open():
            if clock.state == "paused":
                self.resume(clock, now)

    def reopened(self, now):
        built_in = self.world["built_in"]
        follow_up = self.clocks.get("follow_up")
        if follow_up and follow_up.open():
            self.end(follow_up, now)
        if "response" in built_in:
            self.begin("response", built_in["response"], now)
        for clock in list(self.clocks.values()):
            if clock.open() or clock.name in ("response", "update", "follow_up"):
                continue
            kept = clock.rule["kept_by"]
            if clock.rule.get("law") and clock.state == "ended":
                clock.state, clock.fulfilled = "running", None
            elif clock.name == "resolution" or clock.state == "ended" or kept == ["resolved"]:
                if clock.paused_since is not None and clock.state_when_stopped == "paused":
                    clock.pauses.append((clock.paused_since, clock.stopped))
                clock.pauses.append((clock.stopped, now))
                clock.state, clock.fulfilled = "running", None
                self.aim(clock)
        response = self.clocks.get("response")
        if "update" in built_in and not (response and response.promised):
            self.begin("update", built_in["update"], now)

    # -- named clocks

    def hear(self, event, opens):
        for rules, law in ((self.world["named"], False), (self.world["law_clocks"], True)):
            if law and not self.is_under_law(event):
                continue
            for name, rule in rules.items():
                self.hear_one(name, rule, event, opens or law and self.status not in ENDED)
            for name, rule in rules.items():
                clock = self.clocks.get(name)
                if clock and not clock.open() and clock.fulfilled is not None and rule.get("every") \
                        and self.status not in ENDED:
                    self.begin(name, rule, clock.fulfilled, repeated=True)

    def is_under_law(self, event):
        """It matches now, or one of its clocks has run."""
        return event.get("attributes", {}).get("law") or any(clock.rule.get("law") for clock in self.clocks.values())

    def hear_one(self, name, rule, event, opens):
        clock = self.clocks.get(name)
        if rule.get("after"):
            before = self.clocks.get(rule["after"])
            if before and before.fulfilled is not None and \
                    (not clock or (not clock.open() and clock.start < before.fulfilled)):
                self.begin(name, rule, before.fulfilled)
        elif rule.get("aware"):
            if not clock and event.get("attributes", {}).get("heard") == name.split(".")[-1]:
                self.begin(name, rule, event["time"])
        elif rule.get("start"):
            if event["type"] == rule["start"] and event["applies"] and not (clock and clock.open()):
                self.begin(name, rule, event["time"])
        elif not clock and opens:
            self.begin(name, rule, self.created, received=True)

    # -- whose time

    def owner(self):
        if self.status in ENDED:
            return ("ended", None)
        if self.status == "pending":
            return (self.wait, None)
        return ("department", self.department)

    def share(self, owner, now):
        self.shares[owner] = self.shares.get(owner, 0) + (now - self.since) // 1000
        self.since = now

    # -- events

    def take(self, event):
        now, kind, created = event["time"], event["type"], event["type"] == "opened"
        late = now < self.last_event
        self.last_event = max(self.last_event, now)
        self.let_pass(event["passed"])
        before = self.owner()
        event["applies"] = not late
        if created:
            self.opened(event)
        elif event.get("priority"):
            self.rise(4 - event["priority"])
        if late:
            self.take_late(event, now)
        else:
            getattr(self, "on_" + kind)(event, now)
        if self.status != "closed":
            self.hear(event, created or (kind == "reopened" and event["applies"]))
        if not late:
            self.share(before, now)

    def take_late(self, event, now):
        """It moves neither status nor owner; a word to the customer counts at its own time."""
        if event["type"] == "message" and event["from"] == "agent" and not event.get("automated"):
            self.replied(now, self.status in ENDED)
        elif event["type"] == "fulfilled":
            self.on_fulfilled(event, now)
            event["applies"] = False

    def opened(self, event):
        self.band = event["priority"] - 1
        self.danger = event["priority"] == 1
        built_in = self.world["built_in"]
        for name in ("response", "resolution"):
            if name in built_in:
                self.begin(name, built_in[name], self.created, received=True)
        response = self.clocks.get("response")
        if "update" in built_in and not (response and response.promised):
            self.begin("update", built_in["update"], self.created, received=True)

    def rise(self, urgency):
        band = 3 - urgency
        if band >= self.band:
            return
        self.band = band
        for clock in self.all_open():
            if not clock.promised or self.target(clock, band):
                self.aim(clock)

    def on_opened(self, event, now):
        pass

    def on_updated(self, event, now):
        """A danger that nobody knew of takes an ended ticket up again."""
        danger = event["priority"] == 1
        if danger and not self.danger and self.status in ENDED:
            self.take_up(now)
        self.danger |= danger

    def on_message(self, event, now):
        if event["from"] == "agent":
            if event.get("automated"):
                return
            self.replied(now, self.status in ENDED)
            if self.status == "new":
                self.status, self.wait = "open", None
            return
        if self.status == "pending" and self.wait == "customer":
            self.go_on(now)
        elif self.status == "resolved" and now - self.resolved_at <= 7 * DAY:
            self.take_up(now)

    def on_pending(self, event, now):
        if self.status in ENDED or (self.status == "pending" and self.wait == event["on"]):
            event["applies"] = False
            return
        self.status, self.wait = "pending", event["on"]
        for clock in self.all_open():
            pauses = self.wait in self.sla(clock)["pause"]
            if pauses:
                self.look(clock, now)
            if pauses and clock.state == "running":
                self.pause(clock, now)
            elif not pauses and clock.state == "paused":
                self.resume(clock, now)

    def go_on(self, now):
        self.status, self.wait = "open", None
        for clock in self.all_open():
            if clock.state == "paused":
                self.resume(clock, now)

    def on_resumed(self, event, now):
        event["applies"] = self.status == "pending"
        if event["applies"]:
            self.go_on(now)

    def on_accepted(self, event, now):
        event["applies"] = self.status not in ENDED and not getattr(self, "accepted", False)
        if event["applies"]:
            self.accepted = True
            if self.status == "new":
                self.status = "open"

    def on_assigned(self, event, now):
        event["applies"] = self.status != "closed" and self.department != event["department"]
        if event["applies"]:
            self.department, self.accepted = event["department"], False

    def on_resolved(self, event, now):
        event["applies"] = self.status not in ENDED
        if event["applies"]:
            self.status, self.wait, self.resolved_at = "resolved", None, now
            self.resolved(now)

    def on_closed(self, event, now):
        event["applies"] = self.status != "closed"
        if event["applies"]:
            self.status, self.wait = "closed", None
            for clock in self.all_open():
                self.end(clock, now)

    def take_up(self, now):
        self.status, self.wait = "open", None
        self.reopened(now)

    def on_reopened(self, event, now):
        if self.status in ENDED:
            self.take_up(now)
        elif self.status == "pending":
            self.go_on(now)
        else:
            event["applies"] = False

    def letter(self, clock, now, due):
        """A holding letter moves a promise that it may move, once."""
        limit = clock.rule.get("extend", [None] * 4)[clock.band] if clock.promised else None
        if due <= now or clock.broken or clock.letters or not limit:
            return False
        sla, office = self.sla(clock), self.office(clock)
        last = plain_end(office, clock.start, limit, sla["first_day"], sla["on_day_off"])
        if clock.due is None or last is None or office.index(due) >= SPAN:
            self.lost = True  # behind the time that is walked
            return False
        if not clock.due < due <= last:
            return False
        clock.letters, unit = 1, self.target(clock, clock.band)[0]
        clock.extension += passed(office, office.minutes(unit), clock.due, due)
        clock.due = due
        self.warn_anew(clock, now)
        return True

    def on_fulfilled(self, event, now):
        called = [clock for name, clock in self.clocks.items() if name.endswith("." + event["clock"])]
        clock = self.clocks.get(event["clock"]) or (called[0] if len(called) == 1 else None)
        if not clock or not clock.open() or not (event.get("due") or clock.takes(now)):
            event["applies"] = False
            return
        if event.get("due"):
            event["applies"] = self.letter(clock, now, event["due"])
            return
        self.keep(clock, now)
        update = self.clocks.get("update")
        if clock.name in ("response", "update") and "update" in self.world["built_in"] and \
                self.status not in ENDED and not (update and update.open() and now <= update.start):
            self.begin("update", self.world["built_in"]["update"], now)


# ---- configurations and histories

def random_target(dice, short=False):
    return dice.choice([("m", dice.randrange(1, 40 if short else 300) * 15), ("m", dice.randrange(1, 90)),
                        ("wd", dice.randrange(1, 4)), ("cd", dice.randrange(1, 8)), ("w", 1)])


def random_targets(dice):
    """None: nothing is promised in that band."""
    return [random_target(dice) if dice.random() < 0.85 else None for _ in BANDS]


def text_of(target):
    unit, amount = target
    return f"{amount}{unit}"


def targets_text(targets):
    return {band: text_of(target) for band, target in zip(BANDS, targets) if target}


def random_clock(dice, offices, **fields):
    clock = {"target": random_targets(dice), "named": True, **fields}
    if not any(clock["target"]):
        clock["target"][0] = ("cd", 1)
    if dice.random() < 0.3:
        clock["calendar"] = dice.choice(offices)
    if dice.random() < 0.8:
        clock["extend"] = [("cd", dice.randrange(6, 25)) for _ in BANDS]
    return clock


def random_named(dice, offices, prefix=""):
    kept = lambda: dice.choice([["fulfilled"], ["reply"], ["resolved"], ["fulfilled", "reply"], ["fulfilled", "resolved"]])
    named = {
        "receipt": random_clock(dice, offices, kept_by=kept()),
        "answer": random_clock(dice, offices, kept_by=kept(), after=prefix + "receipt"),
        "heard": random_clock(dice, offices, kept_by=kept(), aware="attributes.heard == heard"),
        "report": random_clock(dice, offices, kept_by=["fulfilled"], start=dice.choice(["accepted", "assigned"])),
    }
    if dice.random() < 0.7:
        named["report"]["every"] = random_targets(dice)
        if not any(named["report"]["every"]):
            del named["report"]["every"]
    return {prefix + name: {**clock, "law": bool(prefix)} for name, clock in named.items()}


def random_warnings(dice):
    """Parts of the target, and times before its end."""
    return [("%", dice.randrange(1, 100)) if dice.random() < 0.5 else ("m", dice.randrange(1, 60) * dice.choice([1, 5, 30]))
            for _ in range(dice.randrange(4))]


def random_world(dice):
    around = calendars.random_day(dice)
    first = around * DAY - 12 * 3_600_000
    offices = {name: Office(calendars.random_calendar(dice, around), first) for name in ("one", "two")}
    names = list(offices)
    built_in = {name: {"target": random_targets(dice), "kept_by": kept}
                for name, kept in (("response", ["reply"]), ("resolution", ["resolved"]), ("update", ["reply"]),
                                   ("follow_up", ["reply"]))
                if dice.random() < 0.8}
    built_in = {name: rule for name, rule in built_in.items() if any(rule["target"])}
    sla = lambda pause: {"calendar": [dice.choice(names) for _ in BANDS], "pause": pause,
                         "first_day": dice.randrange(2), "on_day_off": dice.randrange(2),
                         "warn": random_warnings(dice)}
    law = sla([])
    law["calendar"] = [law["calendar"][0]] * 4
    own = sla(dice.choice([[], ["customer"], ["customer", "third_party"]]))
    law["own_warn"], law["warn"] = law["warn"], law["warn"] or own["warn"]
    return {"first": first, "offices": offices, "built_in": built_in, "named": random_named(dice, names),
            "law_clocks": random_named(dice, names, "law."), "sla": own, "law": law}


def warnings_text(warnings):
    """A law that says nothing warns as the SLA does."""
    return {"warn": [f"{amount}{unit}" for unit, amount in warnings]} if warnings else {}


def clocks_text(clocks):
    return {name.split(".")[-1]:
            {key: targets_text(value) if key in ("target", "every", "extend") else value.split(".")[-1] if key == "after" else value
             for key, value in clock.items() if key not in ("named", "law")}
            for name, clock in clocks.items()}


def terms_text(sla):
    return {"calendar": dict(zip(BANDS, sla["calendar"])), "first_day": ["skipped", "counts"][sla["first_day"]],
            "on_day_off": ["stay", "next"][sla["on_day_off"]]}


def config_text(world):
    """YAML is also JSON."""
    shifts = lambda text: "off" if text == "off" else text
    calendar = lambda office: {"zone": calendars.json_of(office.calendar)["zone"],
                               "hours": {day: hours for day, hours in calendars.json_of(office.calendar)["hours"].items()
                                         if hours != "off"},
                               "dates": {day: shifts(hours) for day, hours in calendars.json_of(office.calendar)["dates"].items()}}
    return json.dumps({
        "departments": {"service": {}, "billing": {}}, "lexicons": [LEXICON], "route": {"department": "service"}, "zone": "UTC",
        "retention": "400d",
        "calendars": {name: calendar(office) for name, office in world["offices"].items()},
        "score": {"caps": {"stated": 10}, "bands": {"P1": 80, "P2": 6, "P3": 3}, "unheard": 0, "contact": 0, "reopen": 0,
                  "priority": {"1": 9, "2": 6, "3": 3, "4": 0}},
        "slas": [{"name": "default", **terms_text(world["sla"]), "pause": world["sla"]["pause"],
                  **warnings_text(world["sla"]["warn"]),
                  **{name: targets_text(rule["target"]) for name, rule in world["built_in"].items()},
                  "clocks": clocks_text(world["named"])}],
        "regulations": [{"name": "law", "match": "attributes.law == true", **warnings_text(world["law"]["own_warn"]),
                         "versions": [{"source": "a test", "checked": True, **terms_text(world["law"]),
                                       "clocks": clocks_text(world["law_clocks"])}]}],
    })


def random_history(dice, world, ticket):
    now = world["first"] + dice.randrange(2 * 1440, 6 * 1440) * MINUTE
    created = now
    yield {"type": "opened", "time": now, "read": now, "ticket": ticket, "priority": dice.randrange(1, 5),
           **({"attributes": {"law": True}} if dice.random() < 0.5 else {})}
    clocks = [*world["built_in"], *[*world["named"], *world["law_clocks"]] * 3]
    for _ in range(dice.randrange(2, 14)):
        now += dice.choice([1, 15, 60, 360, 1440]) * dice.randrange(1, 5) * MINUTE
        kind = dice.choice(["message", "message", "message", "pending", "pending", "resumed", "updated", "accepted",
                            "assigned", "resolved", "reopened", "fulfilled", "fulfilled", "fulfilled", "closed"])
        event = {"type": kind, "time": now, "read": now, "ticket": ticket}
        if dice.random() < 0.15:  # it is read after what happened later
            event["time"] = max(created, now - dice.choice([1, 15, 60, 360, 1440]) * dice.randrange(1, 5) * MINUTE)
        if kind == "message":
            event.update({"from": dice.choice(["agent", "customer"])},
                         **({"automated": True} if dice.random() < 0.1 else {}))
            if event["from"] == "customer":
                event.pop("automated", None)
        elif kind == "pending":
            event["on"] = dice.choice(["customer", "third_party"])
        elif kind == "assigned":
            event["department"] = dice.choice(["service", "billing"])
        elif kind == "fulfilled":
            event["clock"] = dice.choice(clocks)
            if dice.random() < 0.5 and event["time"] == now:
                event["due"] = now + dice.choice([60, 720, 2880]) * dice.randrange(1, 5) * MINUTE
        elif kind == "updated":
            event.update(priority=dice.randrange(1 if event["time"] == now else 2, 5),
                         **({"attributes": dice.choice([{"law": True}, {"heard": "heard"}])} if dice.random() < 0.6 else {}))
        yield event


# ---- both answers

def time_text_ms(moment):
    """As records have it: without a fraction where there is none."""
    fraction = moment % 1000
    return time_text(moment)[:-1] + f".{fraction:03}Z"


def time_text(moment):
    return datetime.datetime.fromtimestamp(moment // 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def expected_clocks(ticket):
    return {clock.name: (time_text(clock.due) if clock.due is not None else None, clock.state, clock.broken,
                         time_text(clock.fulfilled) if clock.fulfilled is not None else None)
            for clock in ticket.clocks.values() if clock.promised}


def found_clocks(decision):
    return {clock["clock"]: (clock["due"], clock["status"], clock["breached"] is not None, clock["fulfilled"])
            for clock in decision["clocks"]}


def same(expected, found, last):
    """What ends behind the configuration's time is not recomputed."""
    if expected.keys() != found.keys():
        return False
    return all(known[1:] == other[1:] and (known[0] == other[0] or known[0] is None and other[0] > last)
               for known, other in ((expected[name], found[name]) for name in expected))


def shares_of(decision):
    return {(share["party"], share.get("department")): share["seconds"] for share in decision["ledger"]["shares"]}


def decide(ombudctl, world, events):
    """The decisions by id of their event, and before each the warnings of its ticket since the last."""
    with tempfile.TemporaryDirectory() as folder:
        config, lines = pathlib.Path(folder, "config.yaml"), pathlib.Path(folder, "events.ndjson")
        config.write_text(config_text(world))
        with lines.open("w") as file:
            for event in events:
                record = {key: value for key, value in event.items() if key not in ("applies", "read", "passed")}
                if event.get("priority") == 1:  # what somebody states makes nothing P1, a danger does
                    record["body"] = "it is on fire"
                record.update({key: time_text(event[key]) for key in ("time", "due") if key in event})
                json.dump(record, file)
                file.write("\n")
        run = subprocess.run([ombudctl, "replay", "-c", str(config), str(lines)], capture_output=True, text=True)
        if run.returncode:
            sys.exit(run.stderr + config.read_text())
        records = [json.loads(line) for line in run.stdout.splitlines()]
    decisions, warnings = {}, {}
    for value in (one.get("value") for one in records):
        kind = value.get("kind") if isinstance(value, dict) else None
        if kind == "timer" and value["timer"].endswith(" warning"):
            warnings.setdefault(value["ticket"], []).append((value["due"], value["timer"][:-len(" warning")]))
        elif kind == "decision":
            decisions[value["event"]] = {**value, "warnings": sorted(warnings.get(value["ticket"], []))}
    return decisions


def compare(ombudctl, dice, tickets):
    world = random_world(dice)
    last = time_text(world["first"] + (SPAN - 1440) * MINUTE)
    events = sorted((event for number in range(tickets) for event in random_history(dice, world, f"t{number}")),
                    key=lambda event: event["read"])
    latest = 0
    for number, event in enumerate(events):
        latest = max(latest, event["time"])
        event.update(id=f"e{number}", passed=latest)
    decisions = decide(ombudctl, world, events)
    known, wrong, asked = {}, [], 0
    for event in events:
        if event["type"] == "opened":
            known[event["ticket"]] = Ticket(world, event)
        ticket = known[event["ticket"]]
        ticket.take(event)
        if ticket.lost:
            continue
        decision = decisions[event["id"]]
        expected, found = expected_clocks(ticket), found_clocks(decision)
        asked += len(found) + len(ticket.warnings)
        fine = same(expected, found, last) and \
            (ticket.unsure or sorted(ticket.warnings) == decision["warnings"])
        if "ledger" in decision and event["time"] == ticket.last_event:
            fine &= {owner: seconds for owner, seconds in ticket.shares.items() if seconds} == shares_of(decision)
            asked += 1
        if not fine:
            history = [one for one in events if one["ticket"] == event["ticket"] and one["read"] <= event["read"]]
            wrong.append((world, history, expected, found, ticket.shares, decision.get("ledger"),
                          sorted(ticket.warnings), decision["warnings"]))
            break
    return asked, wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ombudctl")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--tickets", type=int, default=600)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    dice = random.Random(options.seed)
    asked, wrong, done = 0, [], 0
    while done < options.tickets and len(wrong) < 3:
        more, bad = compare(options.ombudctl, dice, min(TICKETS_EACH, options.tickets - done))
        asked, wrong, done = asked + more, wrong + bad, done + TICKETS_EACH
    for world, history, expected, found, shares, ledger, warned, told in wrong:
        print(config_text(world))
        for event in history:
            print(" ", time_text(event["time"]), {k: v for k, v in event.items() if k not in ("time", "ticket", "read", "passed")})
        for name in sorted({*expected, *found}):
            mark = " " if expected.get(name) == found.get(name) else "!"
            print(f"  {mark} {name}: expected {expected.get(name)}, found {found.get(name)}")
        print("   ledger:", shares, ledger)
        print("   warnings: expected", warned, "found", told)
    print(f"{done} tickets, {asked} clocks, warnings and ledgers, {len(wrong)} configurations with a wrong one")
    sys.exit(bool(wrong))


main()
