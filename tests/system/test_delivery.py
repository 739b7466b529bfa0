"""Every record is delivered exactly once, in order, byte for byte as `ombudctl replay` says: nothing
disturbs, several instances share the work, records come in by other ways."""

from itertools import islice

from checker import Checker
from harness import tail
from kafka import wait_until
from traffic import Traffic

# How soon the group gives away the partitions of a member that went silent; a static member that
# stops says no goodbye.
SESSION = {"session.timeout.ms": 6000, "heartbeat.interval.ms": 500}


def tasks_of(daemon):
    return sum(name.startswith("ombud_task_position") for name in daemon.metrics())


def test_undisturbed(kafka, make_router):
    router = make_router(kafka, clock="stream")
    checker = Checker(router)
    daemon = router.start()
    checker.send(Traffic(seed=1).records(300))
    checker.check()
    assert daemon.stop() == 0, tail(daemon.log)
