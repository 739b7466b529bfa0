"""One record or one destination that stops everything else, if it can.

Replay alone cannot say what should come out here. What is compared instead: with poison, the outputs of
the log without the poisonous records, and one dead letter and one notice for each of them; with a topic
deleted under way, everything else as ever, and what was meant for that topic from some point on, task by
task, in the dead-letter topic and at the root department."""

import json
import time
from itertools import islice

import pytest

from checker import Checker, place_of
from faults import Supervisor
from harness import tail
from kafka import wait_until
from traffic import Traffic

POISON = "this-kills"


def with_poison(records, number):
    """The records, and after that many one that kills, with its ticket's later events."""
    yield from islice(records, number)
    ticket = f"P-{number}"
    for serial, body in enumerate([POISON, "and then?", "still nothing"]):
        yield ticket.encode(), json.dumps(
            {"type": "opened" if serial == 0 else "message", "ticket": ticket,
             "id": f"{ticket}-{serial}", "body": body}).encode()


def survive_poison(kafka, make_router, seed, numbers):
    router = make_router(kafka, clock="stream")
    checker = Checker(router)
    records = Traffic(seed=seed).records(80 * (len(numbers) + 1))
    with Supervisor(router, failpoint=f"poison:crash-on={POISON}") as supervisor:
        wait_until(lambda: supervisor.daemon and supervisor.daemon.is_ready(), 60, "a first start")
        for number in numbers:
            checker.send(with_poison(records, number))
        checker.send(records)
        checker.finish_sending()
        poison = {place_of(r) for r in checker.producer.acknowledged
                  if r.value and POISON.encode() in r.value}
        assert len(poison) == len(numbers)
        checker.check(drain=120 * len(numbers), poison=poison)
    # The first unclean death may be bad luck, and so may each be while events share a transaction.
    assert all(code == -9 for code in supervisor.codes)
    assert 3 <= len(supervisor.codes) <= 6 * len(numbers), supervisor.codes


def test_an_event_that_kills_whoever_meets_it(kafka, make_router):
    survive_poison(kafka, make_router, 50, [120])


@pytest.mark.long
@pytest.mark.timeout(900)
def test_several_events_that_kill(kafka, make_router):
    survive_poison(kafka, make_router, 51, [50, 1, 100, 30])


def test_a_department_topic_deleted_under_way(kafka, make_router):
    router = make_router(kafka, clock="stream")
    checker = Checker(router)
    records = Traffic(seed=52).records(300)
    daemon = router.start()
    gone = router.topic("dept.billing")
    checker.send(islice(records, 400))
    checker.drain()
    before = len(kafka.read(gone))
    assert before > 0
    checker.send(islice(records, 200))
    kafka.delete_topic(gone)
    checker.send(records)
    checked = checker.check(gone={gone})
    # What was there, what may have come before it was gone, and everything since.
    assert 0 < len(checked.redirected) <= len(checked.expected[gone]) - before
    assert "dept.billing" in daemon.log.read_text()
    # Nothing of the last events can have reached it: they were sent long after it was gone.
    last = b"\n".join(r.value or b"" for r in checker.producer.acknowledged[-200:])
    late = [o for o in checked.expected[gone]
            if json.dumps(json.loads(o.value)["event"]).encode() in last]
    assert late and {o.value for o in late} <= {o.value for o in checked.redirected}
