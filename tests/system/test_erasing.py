"""A person is forgotten: one event, every partition, state of tickets and of groups, for good."""

import json

import pytest

from checker import Checker
from kafka import home_partition, wait_until
from test_events import schema
from test_programs import run

ACCOUNT, CONTACT, WORDS = "Ericsson Söderberg", "lina@ericsson.example", "stove"
PARTITIONS = 4


def at(second):
    """`clock: stream`: messages are sent when a later record brings the time for them."""
    return f"2026-11-21T09:{second // 60:02}:{second % 60:02}Z"


def opened(number, customer):
    return {"type": "opened", "ticket": f"T-{number}", "id": f"o-{number}", "time": at(number),
            "body": f"My stove number {number} is on fire and I was burned", "lang": "en",
            "customer": customer}


def newest(kafka, topic):
    """What a compacted topic keeps in the end: the newest value of each key of a partition."""
    values = {}
    for record in kafka.read(topic):
        values[record.partition, record.key] = record.value
    return {place: value for place, value in values.items() if value is not None}


def kept(router, *words):
    """The places of both changelogs whose bytes have one of the words."""
    found = []
    for name in ("state", "groups"):
        for (partition, key), value in newest(router.kafka, router.topic(name)).items():
            found += [(name, partition, key) for word in words
                      if word.encode() in value or word.encode() in key]
    return found


def messages(router):
    return [value for level in router.config["levels"]
            for _, value in router.read(f"escalations.{level}")]


def decisions(router, *types):
    return [value for _, value in router.read("decisions")
            if value["kind"] == "decision" and value["type"] in types]


@pytest.mark.timeout(600)
def test_an_account_is_forgotten_on_every_partition(kafka, make_router):
    router = make_router(kafka, clock="stream")
    checker = Checker(router)
    daemon = router.start()
    person = {"account": ACCOUNT, "contact": CONTACT}
    tickets = list(range(16))
    assert {home_partition(f"T-{n}", PARTITIONS) for n in tickets} == set(range(PARTITIONS))
    events = [opened(number, person) for number in tickets]
    events.append(dict(opened(99, {"account": "other"}), body="A lamp is on fire and burned me"))
    events.append({"type": "closed", "ticket": "T-3", "id": "c-3", "time": at(100)})
    checker.send((e["ticket"].encode(), json.dumps(e).encode()) for e in events)
    checker.drain()
    wait_until(lambda: router.read("escalations.lead"), 90, "an escalation")
    assert len(kept(router, ACCOUNT)) > 2 * 15 and kept(router, CONTACT) and kept(router, WORDS)
    assert any(name == "groups" for name, _, _ in kept(router, WORDS))
    erased = {"type": "erased", "id": "request-17", "time": at(110),
              "customer": {"account": ACCOUNT}, "by": "dpo"}
    # From a producer that does not know the home partition: a forward first.
    partition = (home_partition(ACCOUNT, PARTITIONS) + 1) % PARTITIONS
    checker.producer.send(router.home, key=None, value=json.dumps(erased).encode(),
                          partition=partition)
    checker.drain()
    wait_until(lambda: len(decisions(router, "account_erased")) == PARTITIONS - 1, 90,
               "the other partitions")
    checker.drain()
    assert [value["outcome"] for value in decisions(router, "erased", "account_erased")] == \
        ["applied"] * PARTITIONS
    assert kept(router, ACCOUNT, CONTACT, WORDS) == []
    assert kept(router, "lamp"), "another customer's words stay"
    told = messages(router)
    assert all(message["sent_at"] < at(110) for message in told), "nobody is told of it"
    lives = {value["ticket"]: value for _, value in router.read("decisions")
             if value.get("timer") == "erased"}
    assert set(lives) == {f"T-{n}" for n in tickets}
    assert all(value["clocks"] and value["status"] == "new" for ticket, value in lives.items()
               if ticket != "T-3"), "what is open stays open and owed"
    assert not any(ACCOUNT in json.dumps(value, ensure_ascii=False) for value in
                   decisions(router, "erased", "account_erased"))

    # Whoever takes over has nothing of it, and what follows says nothing of it.
    assert daemon.stop() == 0
    daemon = router.start()
    later = [{"type": "assigned", "ticket": "T-1", "id": "a-1", "department": "billing",
              "time": at(120)},
             {"type": "resolved", "ticket": "T-2", "id": "r-2", "time": at(121)}, dict(erased)]
    checker.send((e.get("ticket", ACCOUNT).encode(), json.dumps(e).encode()) for e in later)
    checker.drain()
    last = {"type": "resolved", "ticket": "T-99", "id": "r-99", "time": at(150)}
    checker.send([(b"T-99", json.dumps(last).encode())])  # brings the time for the message of T-2
    checker.drain()
    assert decisions(router, "erased")[-1]["outcome"] in ("echo", "duplicate")
    wait_until(lambda: any(message["sent_at"] > at(120) for message in messages(router)), 90,
               "the end of T-2's escalation")
    for name in ("dept.billing", "escalations.lead"):
        last = router.read(name)[-1][1]
        assert WORDS not in json.dumps(last) and ACCOUNT not in json.dumps(last, ensure_ascii=False)
    checker.check()
    assert kept(router, ACCOUNT, CONTACT, WORDS) == []
    told = router.ctl("ticket", "-c", router.config_file, "T-1").stdout
    assert "T-1  erased with its customer's account" in told
    assert daemon.stop() == 0


def test_samples_of_both_forms(build):
    one = json.loads(run(build, "ombudctl", "event", "erased").stdout)
    assert one["ticket"] == "T-4711" and "customer" not in one
    both = [json.loads(run(build, "ombudctl", "event", "--account", account, "erased").stdout)
            for account in ("acme", "zenith")]
    assert [event["customer"] for event in both] == [{"account": "acme"}, {"account": "zenith"}]
    # A decision names the id: it must not say who it is, nor be another's at the same moment.
    assert "acme" not in both[0]["id"] and both[0]["id"] != both[1]["id"]
    assert not list(schema().iter_errors(one)) and not list(schema().iter_errors(both[0]))
    assert list(schema().iter_errors({"type": "erased", "id": "r"})), "whom?"
    assert list(schema().iter_errors({**both[0], "type": "opened"})), "no other may do without"
    assert run(build, "ombudctl", "event", "--account", "acme", "opened").returncode == 64
    assert run(build, "ombudctl", "event", "--account", 'a"b', "erased").returncode == 64
