"""`clock: wall` with an hour of events waiting: what was promised and what was broken must be what a
router would say that had run all the time. Replay stands for that one: in its time each record happens
at its Kafka timestamp."""

import json
import random
import time
from collections import Counter

from checker import Checker
from oracle import replay

MINUTE = 60_000
RESPONSE_MINUTES = 10


def hour(chance, tickets, end):
    """(timestamp, event) of tickets that are all over before `end`: answered in time, too late, or
    never, then resolved, some of them long after the promise, some before."""
    for number in range(tickets):
        ticket, at = f"T-{number}", end - chance.randrange(40 * MINUTE, 60 * MINUTE)
        yield at, {"type": "opened", "ticket": ticket, "body": "Where is my parcel?"}
        answered = chance.choice([None, 3, 9, 12, 25])
        if answered:
            yield at + answered * MINUTE, {"type": "message", "ticket": ticket, "from": "agent",
                                           "body": "We look into it."}
        yield at + (answered or 0) * MINUTE + chance.randrange(1, 14) * MINUTE, \
            {"type": "resolved", "ticket": ticket}


def what_was_said(values):
    """What does not depend on the moment at which it was found out. A ladder begins to climb when
    somebody can hear it, and a warning of what is broken already is told to nobody."""
    said = Counter()
    for value in values:
        if value["kind"] == "timer" and "step" not in value["timer"]:
            said[value["ticket"], "timer", value["timer"]] += 1
        elif value["kind"] == "notice" and value["trigger"] == "breach" and value["step"] == 1:
            said[value["ticket"], "notice", value["level"], value["status"]] += 1
        elif value["kind"] == "promise":
            for promise in value["promises"]:
                said[value["ticket"], promise["clock"], promise["status"]] += 1
    return said


def test_an_hour_of_events_waiting(kafka, make_router):
    router = make_router(kafka, slas=[{"name": "default", "warn": "75%", "response": {
        f"P{n}": f"{RESPONSE_MINUTES}m" for n in range(1, 5)}}])
    kafka.tool("configs", "--alter", "--entity-type", "topics", "--entity-name", router.home,
               "--add-config", "message.timestamp.type=CreateTime")
    checker = Checker(router)
    end = int(time.time() * 1000)
    events = sorted(hour(random.Random(80), 150, end), key=lambda pair: pair[0])
    for serial, (at, event) in enumerate(events):
        checker.producer.send(router.home, key=event["ticket"].encode(), timestamp=at,
                              value=json.dumps({**event, "id": f"e-{serial}"}).encode())
    checker.finish_sending()
    router.start()
    checked = checker.check_fates()
    stream = router.write_config("stream", clock="stream")
    expected = []
    for partition in range(kafka.partitions(router.home)):
        log = [r for r in checked.inputs[router.home] if r.partition == partition]
        expected += replay(stream, log, "tickets", checker._partitions, checker.changelogs, 4)
    names = [router.topic(name) for name in ("decisions", "promises", "notices")]
    want = what_was_said(json.loads(o.value) for o in expected if o.topic in names)
    got = what_was_said(json.loads(r.value) for name in names for r in checked.records[name])
    assert sum(n for key, n in want.items() if key[-1] == "missed") > 20
    kinds = [Counter(key[1:] for key in one.elements()) for one in (want - got, got - want)]
    assert got == want, f"missing {kinds[0]}, too much {kinds[1]}"
