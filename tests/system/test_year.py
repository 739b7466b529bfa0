"""A real service desk's year: through `replay` and through ombudd on Kafka, and against counts that are
made here. OMBUD_YEAR names the file of events (NDJSON, .zst)."""

import hashlib
import json
import os
import re
import subprocess
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from checker import Checker
from harness import BUILD, Loader, sanitizer_environment
from kafka import ROOT

YEAR = Path(os.environ.get("OMBUD_YEAR", ROOT.parent / "shared/data/incidents.ndjson.zst"))
CONFIG = ROOT / "tests/eval/incidents.yaml"
pytestmark = [pytest.mark.long,
              pytest.mark.skipif(not YEAR.exists(), reason=f"no year of events at {YEAR}: "
                                                           "OMBUD_YEAR names it")]


def events():
    packed = YEAR.suffix == ".zst"
    text = subprocess.run(["zstdcat" if packed else "cat", str(YEAR)], capture_output=True,
                          check=True).stdout
    return [(json.loads(line), line) for line in text.splitlines()]


def replay(config, *arguments):
    """Its output, line by line, as it comes."""
    process = subprocess.Popen([str(BUILD / "ombudctl"), "replay", "-c", str(config), *arguments,
                                str(YEAR)], stdout=subprocess.PIPE, env=sanitizer_environment())
    yield from process.stdout
    assert process.wait() == 0


def test_ping_pong_is_what_ten_lines_count():
    """A ticket that is reopened when its retention is over is a new one."""
    holders, ended, count = defaultdict(lambda: ["Group 70"]), {}, 0
    for event, _ in events():
        ticket, kind, now = event["ticket"], event["type"], datetime.fromisoformat(event["time"][:-1])
        if kind == "closed":
            ended[ticket] = now
        elif kind == "reopened" and now - ended.pop(ticket, now) > timedelta(days=30):
            holders.pop(ticket)
        chain, to = holders[ticket], event.get("department")
        if kind == "assigned" and to != chain[-1] and ticket not in ended:
            chain.append(to)
            count += len(chain) > 2 and chain[-3] == to
    told = b"".join(replay(CONFIG, "--summary")).decode()
    assert int(re.search(r"ping-pong +(\d+)", told)[1]) == count > 1000, told


def test_replayed_twice_it_is_the_same():
    first, second = hashlib.sha256(), hashlib.sha256()
    for digest in (first, second):
        for line in replay(CONFIG):
            digest.update(line)
    assert first.hexdigest() == second.hexdigest()


def as_decided(decision):
    """A decision without the place of its event, which is another in every log."""
    return json.dumps({name: value for name, value in decision.items() if name != "source"},
                      sort_keys=True)


def instead_of(base, year):
    """What makes `year` of the tests' own configuration, key by key."""
    changes = {name: None for name in base} | {n: v for n, v in year.items() if n != "kafka"}
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(base.get(name), dict):
            changes[name] = {key: None for key in base[name]} | value
    return changes


@pytest.mark.timeout(1800)  # half a million records, compared one by one
def test_kafka_and_replay_say_the_same(kafka, make_router):
    base = yaml.load((ROOT / "tests/system/router.yaml").read_text(), Loader)
    year = yaml.load(CONFIG.read_text(), Loader)
    router = make_router(kafka, **instead_of(base, year) | {
        "workers": 1, "topics": {"partitions": 2, "replication": 0}, "clock": "stream",
        "commit_interval": "2s", "commit_records": 20000})
    checker = Checker(router)
    router.start()
    told = Counter()
    for event, line in events():
        checker.send([(event["ticket"].encode(), line)])
        told[event["ticket"]] += 1
    verdict, records = checker.check_replay(drain=900)
    assert not any(verdict), verdict

    # And what the events say by themselves, all tickets in one partition: equal, ticket by ticket.
    decided = defaultdict(list)
    for record in records[router.topic("decisions")]:
        value = json.loads(record.value)
        if value["kind"] in ("decision", "timer"):
            decided[value["ticket"]].append(as_decided(value))
    assert len(decided) == len(told) > 10000
    alone = defaultdict(list)
    for line in replay(router.config_file, "--stage", "tickets"):
        row = json.loads(line)
        if row["topic"] == router.topic("decisions"):
            alone[row["value"]["ticket"]].append(as_decided(row["value"]))
    # Deadlines behind the last event of a partition are still to come there.
    wrong = [ticket for ticket, life in alone.items()
             if life[:len(decided[ticket])] != decided[ticket] and
             decided[ticket][:len(life)] != life]
    assert wrong == [], (len(wrong), alone[wrong[0]][:3], decided[wrong[0]][:3])
