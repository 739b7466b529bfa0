"""kill -9, at named places of a transaction's life and at random moments: nothing is lost, nothing is
doubled, and what was restored is what was known."""

import random
import time
from itertools import islice

import pytest

from checker import Checker
from faults import SESSION, Supervisor, reached, send_until_reached, tasks_of
from harness import tail
from kafka import wait_until
from traffic import CROWDED, Traffic

KILLED = -9


# With the hit at which it fires: some state, some committed transactions lie behind it by then.
@pytest.mark.parametrize("point", [
    "after_poll=150", "mid_produce=150", "before_send_offsets=4", "after_send_offsets=4",
    "before_commit=4", "after_commit=4",
])
def test_killed_within_a_transaction(kafka, make_router, point):
    router = make_router(kafka, clock="stream")
    checker = Checker(router)
    records = Traffic(seed=10).records(250)
    doomed = router.start(failpoint=f"{point}:kill", ready=False)
    send_until_reached(checker, records, point.partition("=")[0])
    assert doomed.wait(60) == KILLED, tail(doomed.log)
    checker.send(islice(records, 300))
    router.start()
    checker.send(records)
    checker.check()


def test_killed_in_restore(kafka, make_router):
    router = make_router(kafka, clock="stream")
    checker = Checker(router)
    records = Traffic(seed=11).records(250)
    first = router.start()
    checker.send(islice(records, 400))
    checker.drain()
    first.kill()
    checker.send(islice(records, 200))
    doomed = router.start(failpoint="in_restore:kill", ready=False)
    assert doomed.wait(60) == KILLED, tail(doomed.log)
    assert reached(router, "in_restore")
    router.start()
    checker.send(records)
    checker.check()


def test_killed_in_rebalance(kafka, make_router):
    """Three rebalances bring the partitions; the fourth, when another instance joins, is to take
    some away: killed there, they belong to nobody until the group deals out all of them again."""
    router = make_router(kafka, clock="stream", kafka=SESSION, **CROWDED)
    checker = Checker(router)
    records = Traffic(seed=12).records(250)
    doomed = router.start("one", failpoint="in_rebalance=4:kill")
    checker.send(islice(records, 300))
    second = router.start("two", ready=False)
    checker.send(islice(records, 300))
    assert doomed.wait(60) == KILLED, tail(doomed.log)
    assert reached(router, "in_rebalance")
    again = router.start("one")
    wait_until(lambda: tasks_of(again) + tasks_of(second) == 5, 60, "all tasks to run")
    checker.send(records)
    checker.check()


def test_killed_in_shutdown(kafka, make_router):
    router = make_router(kafka, clock="stream")
    checker = Checker(router)
    records = Traffic(seed=13).records(250)
    doomed = router.start(failpoint="in_shutdown:kill")
    checker.send(islice(records, 400))
    assert doomed.stop() == KILLED, tail(doomed.log)
    assert reached(router, "in_shutdown")
    router.start()
    checker.send(records)
    checker.check()


def test_killed_at_random_moments(kafka, make_router):
    router = make_router(kafka, clock="stream", kafka=SESSION, **CROWDED)
    checker = Checker(router)
    records = Traffic(seed=14, step_ms=1500).records(720)
    chance = random.Random(14)
    with Supervisor(router) as supervisor:
        for _ in range(5):
            rest = time.monotonic() + chance.uniform(0.3, 3.5)
            while time.monotonic() < rest:
                checker.send(islice(records, 15))
                time.sleep(0.1)
            supervisor.kill()
        checker.check()
