"""Records that are no events go to the dead-letter topic with reason, place and their original bytes;
the stream goes on and the order of all others is kept. And what a router must refuse to start with."""

import json

from checker import Checker, header, place_of
from harness import tail
from kafka import wait_until
from traffic import Traffic

MAX_EVENT = 512 * 1024


def event(**fields):
    return json.dumps({"type": "opened", "ticket": "T-bad", **fields}).encode()


# (what, value, part of the reason, `ombud-at`)
BAD = [
    ("malformed", b'{"type":"opened",}', "", None),
    ("truncated", event(body="it is burn")[:-6], "", None),
    ("not UTF-8", b'{"type":"opened","ticket":"T-\xff"}', "UTF-8", "byte 29"),
    ("deeply nested", b'{"type":"opened","ticket":"T","attributes":' + b"[" * 200 + b"]" * 200 +
     b"}", "deep", None),
    ("duplicate keys", b'{"type":"opened","ticket":"T-1","ticket":"T-2"}', "twice", "byte 32"),
    ("oversized", event(body="a" * MAX_EVENT), str(MAX_EVENT), None),
    ("empty", b"", "", None),
    ("no object", b"[1,2,3]", "", None),
    ("no ticket", b'{"type":"opened"}', "ticket", None),
    ("ticket of the wrong type", b'{"type":"opened","ticket":["T-1"]}', "ticket", "/ticket"),
    ("unknown type", b'{"type":"exploded","ticket":"T-1"}', "exploded", "/type"),
    ("no value", None, "value", None),
]


def test_bad_records_are_dead_letters_and_the_rest_goes_on(kafka, make_router):
    router = make_router(kafka, clock="stream")
    checker = Checker(router)
    router.start()
    good = Traffic(seed=60).records(120, bad_every=10**9)
    sent = []
    for what, value, reason, at in BAD:
        checker.send([next(good), next(good)])
        # Keys that say something, an empty one and none.
        for key in (b"T-bad", b"", None):
            checker.send([(key, value)])
            sent.append((what, value, reason, at, key))
    checker.send(good)
    checked = checker.check()

    bad_places = {}
    for record in checked.inputs[router.home]:
        bad_places.setdefault((record.key, record.value), []).append(place_of(record))
    letters = {(header(r, "ombud-topic").decode(), int(header(r, "ombud-partition")),
                int(header(r, "ombud-offset"))): r
               for r in checked.records[router.topic("deadletter")]}
    assert len(letters) == len(sent) == checked.counts["deadletters"]
    for what, value, reason, at, key in sent:
        letter = letters[bad_places[key, value].pop(0)]
        assert (letter.key or b"", letter.value) == (key or b"", value), what
        told = header(letter, "ombud-error").decode()
        assert told and reason in told, f"{what}: {told}"
        if at is not None:
            assert header(letter, "ombud-at").decode() == at, f"{what}: {letter.headers}"


def test_supervisors_hear_of_dead_letters_grouped(kafka, make_router):
    router = make_router(kafka)
    checker = Checker(router)
    router.start()
    checker.send([(b"k", b"no event %d" % i) for i in range(20)])
    checker.drain()
    told = wait_until(lambda: router.read("escalations.lead"), 30, "an escalation", 0.3)
    assert all(v["trigger"] == "deadletter" and v["department"] == "service" for _, v in told)
    wait_until(lambda: sum(v["tickets_total"] for _, v in router.read("escalations.lead")) >= 20,
               30, "all dead letters to be told", 0.3)
    assert len(router.read("escalations.lead")) < 20


def test_a_changelog_of_a_newer_version_is_named(kafka, make_router):
    router = make_router(kafka, clock="stream")
    checker = Checker(router)
    daemon = router.start()
    checker.send(Traffic(seed=64).records(30, bad_every=10**9))
    checker.drain()
    assert daemon.stop() == 0, tail(daemon.log)
    producer = kafka.producer()
    producer.send(router.topic("state"), key="m/format",
                  value=json.dumps({"version": 99, "partitions": 4}), partition=2)
    assert producer.flush()
    daemon = router.start(ready=False)
    assert daemon.wait(60) == 78, tail(daemon.log)
    log = daemon.log.read_text()
    assert router.topic("state") in log and "99" in log and "newer" in log, log


def test_a_position_behind_the_log_is_refused_until_told_otherwise(kafka, make_router):
    """Retention took records that were never read: nobody must find out by chance."""
    router = make_router(kafka, clock="stream")
    checker = Checker(router)
    daemon = router.start()
    checker.send(Traffic(seed=61).records(40, bad_every=10**9))
    checker.drain()
    assert daemon.stop() == 0, tail(daemon.log)
    checker.send(Traffic(seed=62).records(40, bad_every=10**9))
    checker.finish_sending()
    ends = kafka.end_offsets(router.home)
    request = {"partitions": [{"topic": router.home, "partition": p, "offset": end}
                              for p, end in enumerate(ends)], "version": 1}
    path = router.folder / "delete.json"
    path.write_text(json.dumps(request))
    kafka.tool("delete-records", "--offset-json-file", str(path))
    refused = router.start(ready=False)
    refused.may_die = True
    assert refused.wait(60) == 78, tail(refused.log)
    assert "accept-loss" in refused.log.read_text()
    going_on = router.start(arguments=["--accept-loss"])
    before = len(router.read("decisions"))
    checker.send(Traffic(seed=63).records(40, bad_every=10**9))
    checker.drain()
    assert len(router.read("decisions")) > before, tail(going_on.log)
