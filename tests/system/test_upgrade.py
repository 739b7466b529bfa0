"""State versions: the one of the release before is written on in, until an operator says that none will read it."""

import json
import re

from harness import tail
from kafka import LoggingProducer, wait_until

CONFIGURATION, TEMPORARY = 78, 75
OLDER, NEWEST = 2, 3


def allow(router, version):
    """As `upgrade finalize` of some release says it."""
    producer = LoggingProducer(router.kafka.bootstrap)
    producer.send(router.topic("versions"), key="state", value=json.dumps({"version": version}))
    assert producer.flush()


def emit(router, *tickets, **fields):
    producer = LoggingProducer(router.kafka.bootstrap)
    for ticket in tickets:
        producer.send(router.home, key=ticket, value=json.dumps(
            {"type": "opened", "ticket": ticket, "id": f"{ticket}-{len(fields)}", "body": "Where is it?", **fields}))
    assert producer.flush()
    router.wait_drained()


def formats(router):
    """The version of each partition of the state, as it says itself."""
    found = {}
    for record in router.kafka.read(router.topic("state")):
        if record.key == b"m/format":
            found[record.partition] = json.loads(record.value)["version"]
    return found


def versions(router):
    """The version that each ticket is written in."""
    found = {}
    for record in router.kafka.read(router.topic("state")):
        if record.key.startswith(b"t/"):
            found[record.key.decode()] = record.value[0] if record.value else None
    return found


def status(router, daemon):
    return json.loads(router.ctl("status", "-c", daemon.config_file, "--json").stdout)


TICKETS = [f"T-{number}" for number in range(40)]


def test_an_upgrade_is_finalized_and_ends_the_way_back(kafka, make_router):
    router = make_router(kafka, slas=[{"name": "default", "calendar": "always", "response": {"P4": "8h"}}],
                         agreements=[])
    allow(router, OLDER)  # so the changelog begins as the release before wrote it
    daemon = router.start()
    emit(router, *TICKETS)
    assert set(formats(router)) == {0, 1, 2, 3} and set(formats(router).values()) == {OLDER}
    assert set(versions(router).values()) == {OLDER}, "nothing of it needs a newer version"
    said = router.ctl("upgrade", "status", "-c", router.config_file).stdout
    assert f"state: 4 partitions in version {OLDER}; this release can write version {NEWEST}\n" in said
    assert "newer version already" not in said
    assert f"state version {OLDER} of {NEWEST}" in router.ctl("status", "-c", daemon.config_file).stdout

    # Something that it has no room for is not cut off, and does not go unsaid.
    emit(router, "T-0", type="pending", on="customer")
    said = router.ctl("upgrade", "status", "-c", router.config_file).stdout
    assert "1 ticket of them needs a newer version already" in said, said

    said = router.ctl("upgrade", "finalize", "--by", "Lee", "-c", router.config_file)
    assert f"state: 4 partitions in version {NEWEST};" in said.stdout, said.stdout
    assert set(formats(router).values()) == {NEWEST}
    wait_until(lambda: {place["state_version"] for place in status(router, daemon)["partitions"]
                        if place["stage"] == "tickets"} == {NEWEST}, 20, "the router to say so")
    record = [value for record, value in router.read("versions") if record.key == b"state"][-1]
    assert record["version"] == NEWEST and record["by"] == "Lee" and re.match(r"\d{4}-", record["at"])
    emit(router, "T-1", type="message", **{"from": "agent"})
    assert versions(router)["t/T-1"] == NEWEST and versions(router)["t/T-2"] == OLDER
    daemon.kill()
    daemon = router.start()
    emit(router, "T-2", type="message", **{"from": "agent"})
    decided = [value for _, value in router.read("decisions") if value["kind"] == "decision"]
    assert len(decided) == len(TICKETS) + 3 and {value["outcome"] for value in decided} == {"applied"}

    # A newer release ends this one's time, but not what it has under way.
    allow(router, NEWEST + 1)
    wait_until(lambda: "going on with the partitions that are here" in daemon.log.read_text(), 30, "a warning")
    emit(router, "T-3", type="message", **{"from": "agent"})
    assert daemon.stop() == 0, tail(daemon.log)
    late = router.start(ready=False)
    assert late.wait(60) == CONFIGURATION
    assert f"this release reads up to version {NEWEST}: install that release again" in late.log.read_text()


def test_a_partition_that_no_router_has_is_named(kafka, make_router):
    router = make_router(kafka)
    allow(router, OLDER)
    daemon = router.start()
    emit(router, *TICKETS[:20])
    assert daemon.stop() == 0
    said = router.ctl("upgrade", "finalize", "--seconds", "5", "-c", router.config_file, check=False)
    assert said.returncode == TEMPORARY and "4 partitions will follow when a router" in said.stderr
    assert f"state: 4 partitions in version {OLDER};" in said.stdout
    daemon = router.start()
    wait_until(lambda: set(formats(router).values()) == {NEWEST}, 30, "what was said before it started")
    assert router.ctl("upgrade", "finalize", "-c", router.config_file).returncode == 0
    assert daemon.stop() == 0, tail(daemon.log)
