"""The group takes a member's partitions away, or is about to: restores that last, hosts that boot
together, pauses and cuts a little longer than a session."""

import json
import random
import threading
import time
from itertools import islice

import pytest

from checker import Checker
from faults import SESSION, Thawer, send_until_reached, tasks_of
from harness import tail
from kafka import ROOT, wait_until
from traffic import CROWDED, Traffic

TASKS = 5  # four partitions of home and the one of notices


def members(router):
    """How many members the group has."""
    group = router.config["kafka"]["group.id"]
    found = router.kafka.admin().describe_consumer_groups([group])[group].result(20)
    return len(found.members)


def test_a_restore_longer_than_max_poll_interval(kafka, make_router):
    """And a standby that has nothing to poll for. All three boot together, two of them restore."""
    patience = {**SESSION, "max.poll.interval.ms": 6000}
    router = make_router(kafka, clock="stream", kafka=patience,
                         topics={"partitions": 1})
    checker = Checker(router)
    records = Traffic(seed=70).records(250)
    first = router.start()
    checker.send(islice(records, 700))
    checker.drain()
    assert first.stop() == 0, tail(first.log)
    kept = len(kafka.read(router.topic("state")))
    slowly = f"in_restore=always:wait={8000 // kept + 1}"
    began = time.monotonic()
    daemons = [router.start(name, failpoint=slowly, ready=False) for name in ("one", "two", "three")]
    wait_until(lambda: sum(map(tasks_of, daemons)) == 2, 120, "both tasks to run", 0.5)
    assert time.monotonic() - began > 6, "the restore was no long one"
    time.sleep(max(0, began + 14 - time.monotonic()))
    checker.send(records)
    checker.check()
    assert members(router) == 3
    for daemon in daemons:
        log = daemon.log.read_text()
        assert "partitions lost" not in log and "MAX_POLL" not in log, tail(daemon.log)
        assert daemon.stop() == 0, tail(daemon.log)


def boot_together(kafka, make_router, seed, boots):
    """Two hosts at a time, under names that come back: what the last two had is still theirs for the
    length of a session, and is taken away and dealt out while the next two restore."""
    session = {"session.timeout.ms": 3000, "heartbeat.interval.ms": 300}
    router = make_router(kafka, clock="stream", kafka=session, **CROWDED)
    checker = Checker(router)
    chance = random.Random(seed)
    records = Traffic(seed=seed).records(20 * boots + 50)
    for _ in range(boots):
        names = chance.sample(["one", "two", "three", "four"], 2)
        checker.send(islice(records, 40))
        hosts = [router.start(name, ready=False) for name in names]
        checker.send(islice(records, 20))
        for host in hosts:
            host.wait_ready()
        wait_until(lambda: sum(map(tasks_of, hosts)) == TASKS, 60, "all tasks to run")
        ends = [threading.Thread(target=host.kill) if chance.random() < 0.3 else
                threading.Thread(target=host.stop) for host in hosts]
        for end in ends:
            end.start()
        for end in ends:
            end.join()
        for host in hosts:
            assert host.process.returncode in (0, -9), tail(host.log)
            assert "Sanitizer" not in host.log.read_text(errors="replace"), tail(host.log)
    router.start("one")
    checker.send(records)
    checker.check()


def test_hosts_that_boot_together(kafka, make_router):
    boot_together(kafka, make_router, 71, 4)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_hosts_that_boot_together_a_hundred_times(kafka, make_router):
    boot_together(kafka, make_router, 72, 100)


def host_of_notices(hosts):
    """The name of the host that groups notices, None while nobody does."""
    for name, host in sorted(hosts.items()):
        if host.process.poll() is None and host.http("/metrics")[0] == 200 and \
                any('stage="escalations"' in sample for sample in host.metrics()):
            return name
    return None


def move_about(kafka, make_router, seed, moves):
    """Alertmanager #2447, #4008: a peer that takes over tells once more of what is over. Whoever groups the
    notices is killed or stopped, the other takes over with open groups, and the first comes back."""
    session = {"session.timeout.ms": 1500, "heartbeat.interval.ms": 200}
    router = make_router(kafka, clock="stream", kafka=session, group_wait="20s", **CROWDED,
                         lexicons=[str(ROOT / "tests/traces/lexicon")])  # the others take a second to read
    checker = Checker(router)
    chance = random.Random(seed)
    records = Traffic(seed=seed, step_ms=6000).records(12 * moves + 50)
    hosts = {name: router.start(name) for name in ("one", "two")}
    for _ in range(moves):
        checker.send(islice(records, 40))
        owner = wait_until(lambda: host_of_notices(hosts), 60, "somebody to group notices")
        checker.send(islice(records, 10))
        (hosts[owner].kill if chance.random() < 0.7 else hosts[owner].stop)()
        wait_until(lambda: host_of_notices(hosts) not in (None, owner), 60, "the other to take over")
        hosts[owner] = router.start(owner)
    checker.send(records)
    checked = checker.check()
    ends = [ticket for record in checked.records[router.topic("escalations.lead")]
            for ticket in json.loads(record.value).get("tickets", []) if ticket["status"] == "resolved"]
    assert len(ends) >= moves // 2, "hardly anything ended"
    for host in router.daemons:
        assert "Sanitizer" not in host.log.read_text(errors="replace"), tail(host.log)


def test_the_notices_move_between_two_hosts(kafka, make_router):
    move_about(kafka, make_router, 75, 8)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_notices_move_between_two_hosts_fifty_times(kafka, make_router):
    move_about(kafka, make_router, 76, 50)


def test_paused_for_a_little_longer_than_a_session(kafka, make_router):
    """Within commits, at each of their steps, and between them. The other instance has taken over, or
    is just about to, when the paused one goes on."""
    router = make_router(kafka, clock="stream", kafka=SESSION)
    checker = Checker(router)
    records = Traffic(seed=73).records(400)
    points = ["before_send_offsets=4", "after_send_offsets=14", "before_commit=24"]
    paused = router.start("one", failpoint=";".join(f"{point}:stop" for point in points),
                          ready=False)
    with Thawer(paused, 6.5) as thawer:
        router.start("two")
        deadline = time.monotonic() + 120
        while thawer.thawed < len(points) and time.monotonic() < deadline:
            checker.send(islice(records, 8))
            time.sleep(0.2)
        assert thawer.thawed == len(points), tail(paused.log)
        wait_until(lambda: tasks_of(paused) > 0, 60, "it to be a member again")
        paused.freeze()
        wait_until(lambda: thawer.thawed > len(points), 30, "the last pause to end")
    checker.send(records)
    checker.check()
    assert paused.process.poll() is None, tail(paused.log)


def test_cut_off_within_a_commit(kafka_proxied, make_router):
    """While offsets are about to be sent the network is away for longer than the session: the group
    gives the partitions to another, and takes the one that comes back for a new member. What it held
    in its hands before that it may not commit."""
    kafka, proxy, address = kafka_proxied
    router = make_router(kafka, clock="stream", kafka={**SESSION, "transaction.timeout.ms": 20000})
    checker = Checker(router)
    records = Traffic(seed=74).records(250)
    cut_off = router.start("one", config={"kafka": {"bootstrap.servers": address}},
                           failpoint="before_send_offsets=9:wait=10500")
    other = router.start("two")
    wait_until(lambda: tasks_of(cut_off) >= 2 and tasks_of(other) >= 2, 60, "both to have tasks")
    send_until_reached(checker, records, "before_send_offsets")
    proxy.cut()
    try:
        checker.send(islice(records, 100))
        checker.finish_sending()
        time.sleep(6.6)
    finally:
        proxy.mend()
    wait_until(lambda: tasks_of(cut_off) + tasks_of(other) == TASKS, 90, "all tasks to run")
    checker.send(records)
    checker.check()
    assert "partitions lost" in cut_off.log.read_text(), tail(cut_off.log)
