"""Every record is delivered exactly once, in order, byte for byte as `ombudctl replay` says: nothing
disturbs, several instances share the work, records come in by other ways."""

from itertools import islice

import pytest

from checker import Checker
from faults import SESSION, tasks_of
from harness import tail
from kafka import wait_until
from traffic import Traffic


def test_undisturbed(kafka, make_router):
    router = make_router(kafka, clock="stream")
    checker = Checker(router)
    daemon = router.start()
    checker.send(Traffic(seed=1).records(300))
    checker.check()
    assert daemon.stop() == 0, tail(daemon.log)


@pytest.mark.threads
def test_two_instances(kafka, make_router):
    router = make_router(kafka, clock="stream", kafka=SESSION)
    checker = Checker(router)
    records = Traffic(seed=2).records(300)
    first = router.start("one")
    checker.send(islice(records, 300))
    second = router.start("two")
    # Four partitions of home and the one of notices.
    wait_until(lambda: tasks_of(first) >= 2 and tasks_of(second) >= 2 and
               tasks_of(first) + tasks_of(second) == 5, 60, "both to have tasks")
    checker.send(records)
    checker.check()
    assert first.stop() == 0 and second.stop() == 0


@pytest.mark.threads
def test_an_instance_joins_and_leaves_again_and_again(kafka, make_router):
    router = make_router(kafka, clock="stream", kafka=SESSION)
    checker = Checker(router)
    records = Traffic(seed=3).records(300)
    router.start("stays")
    for round in range(3):
        checker.send(islice(records, 120))
        guest = router.start("guest")
        wait_until(lambda: tasks_of(guest) >= 2, 60, "the guest to have tasks")
        checker.send(islice(records, 120))
        if round == 1:
            guest.kill()
        else:
            assert guest.stop() == 0, tail(guest.log)
    checker.send(records)
    checker.check()


def test_a_new_process_restores_what_the_old_one_knew(kafka, make_router):
    """Same tickets before and after; what it decides then depends on all of their state."""
    router = make_router(kafka, clock="stream")
    checker = Checker(router)
    records = Traffic(seed=4).records(250)
    for _ in range(2):
        daemon = router.start()
        checker.send(islice(records, 400))
        checker.drain()
        assert daemon.stop() == 0, tail(daemon.log)
    router.start()
    checker.send(records)
    checker.check()


def test_two_partitioners_write_the_same_topic(kafka, make_router):
    """librdkafka's default puts half of the tickets elsewhere than Java's: they are forwarded."""
    router = make_router(kafka, clock="stream")
    checker = Checker(router)
    router.start()
    other = checker.add_producer(partitioner="consistent_random")
    records = Traffic(seed=5).records(250)
    while batch := list(islice(records, 40)):
        checker.send(batch[::2])
        checker.send(batch[1::2], producer=other)
    checked = checker.check()
    assert checked.counts["forwards"] > 100


def test_an_intake_topic(kafka, make_router):
    """A second source in the canonical format; its keys say nothing about the ticket."""
    router = make_router(kafka, create_topics=False, clock="stream")
    intake = router.topic("web")
    router.config["sources"].append({"topic": intake, "format": "ombud"})
    router.config_file = router.write_config()
    router.create_topics()
    checker = Checker(router)
    router.start()
    records = Traffic(seed=6).records(250)
    sent = 0
    while batch := list(islice(records, 50)):
        checker.send(batch[:25])
        foreign = [(f"k-{sent + i}".encode() if i % 3 else None, value)
                   for i, (_, value) in enumerate(batch[25:])]
        checker.send(foreign, topic=intake)
        sent += len(batch)
    checked = checker.check()
    assert len(checked.inputs[intake]) > 300
    assert checked.counts["forwards"] > 300
