"""SIGHUP: a new configuration is taken over whole, at once and between transactions, or not at all."""

import json
import re
import signal

import pytest

from harness import tail
from kafka import LoggingProducer, wait_until


def opened(number):
    return {"type": "opened", "ticket": f"T-{number}", "id": f"e-{number}",
            "time": "2026-11-21T09:00:00Z", "category": "parcels", "body": "Where is it?"}


def decide(router, numbers):
    """Sends events; their decisions."""
    producer = LoggingProducer(router.kafka.bootstrap)
    for number in numbers:
        producer.send(router.home, key=f"T-{number}", value=json.dumps(opened(number)))
    assert producer.flush()
    router.wait_drained()
    tickets = {f"T-{number}" for number in numbers}
    return [value for _, value in router.read("decisions")
            if value["kind"] == "decision" and value["ticket"] in tickets]


def reload(router, daemon, **changes):
    """Rewrites the daemon's configuration and sends SIGHUP; what the log answers."""
    before = daemon.log.read_text().count("reload: ")
    router.write_config(daemon.config_file.stem, instance=daemon.instance,
                        http="127.0.0.1:0", control=daemon.control, **changes)
    daemon.signal(signal.SIGHUP)

    def answer():
        lines = [line for line in daemon.log.read_text().splitlines() if "reload: " in line]
        return lines[-1] if len(lines) > before and "reading" not in lines[-1] else None

    return wait_until(answer, 30, f"an answer to the reload in {tail(daemon.log)}")


def fingerprint(text):
    return re.search(r"configuration ([0-9a-f]{12})", text).group(1)


@pytest.mark.threads
def test_new_rules_hold_from_a_transaction_on(router):
    daemon = router.start()
    old = decide(router, range(3))
    assert {one["responsible"] for one in old} == {"service"}
    answer = reload(router, daemon, route={"department": "service", "routes": [
        {"match": "category == parcels", "department": "billing"}]})
    new = decide(router, range(10, 13))
    assert {one["responsible"] for one in new} == {"billing"}
    assert {one["config"] for one in new} == {fingerprint(answer)}
    texts = {record.key.decode(): value for record, value in router.read("config")}
    assert {one["config"] for one in old + new} <= set(texts)
    assert texts[fingerprint(answer)]["route"]["routes"][0]["department"] == "billing"
    assert daemon.stop() == 0


def test_what_is_wrong_or_takes_a_restart_changes_nothing(router):
    daemon = router.start()
    old = decide(router, range(1))[0]["config"]
    answer = reload(router, daemon, group_wait="soon", route={"department": "srvice"})
    assert re.search(r"refused, the old configuration stays: .*\.yaml:\d+:\d+: ", answer), answer
    assert "(did you mean 'service'?)" in daemon.log.read_text()
    answer = reload(router, daemon, workers=2)
    assert "'workers' cannot change while the router runs (1 to 2): restart it" in answer
    answer = reload(router, daemon, departments={"parcels": {}})
    assert f"{router.prefix}.dept.parcels" in answer, "a topic that is missing is named"
    assert [one["config"] for one in decide(router, range(5, 7))] == [old, old]
    assert daemon.stop() == 0


FIRE = "The heater caught fire last night and we had to leave the flat"
BURNS = {"on": ["band P1", "warning", "breach"], "ladder": "default"}


def test_a_level_and_a_department_removed_while_their_groups_are_open(kafka, make_router):
    """Who was told that something burns hears that it is over, nothing stays open for ever, and what the
    department held finds another holder."""
    router = make_router(kafka, escalations=[BURNS], ladders={"default": [
        {"after": "0m", "level": "lead"}, {"after": "0m", "level": "manager"}]})
    daemon = router.start()
    producer = LoggingProducer(kafka.bootstrap)

    def tell(kind, ticket, **fields):
        producer.send(router.home, key=ticket, value=json.dumps(
            {"type": kind, "ticket": ticket, "id": f"{ticket}-{kind}", **fields}))
        assert producer.flush()

    def told(level, status):
        return {ticket["ticket"] for _, value in router.read(f"escalations.{level}")
                if value["status"] == status for ticket in value["tickets"]}

    tickets = {"burns-1", "burns-2"}
    for ticket in tickets:
        tell("opened", ticket, body=FIRE)
    tell("opened", "bill", body="What is this sum?", category="billing")
    wait_until(lambda: told("lead", "firing") == tickets == told("manager", "firing"), 60,
               "both levels to be told")
    assert [value["ticket"] for _, value in router.read("dept.billing")] == ["bill"]
    answer = reload(router, daemon, levels=["lead"], departments={"billing": None}, agreements=[],
                    ladders={"default": [{"after": "0m", "level": "lead"}]},
                    route={"department": "service", "routes": [
                        {"match": "signal == text.safety", "department": "quality"}]})
    assert "is in use" in answer, answer
    log = daemon.log.read_text()
    assert "'billing' is gone from the configuration with 1 open ticket:" in log
    assert "'manager' is gone from the configuration with 2 open notices:" in log
    wait_until(lambda: [value["role"] for _, value in router.read("dept.billing")] == ["responsible", "released"],
               30, "the department to hear that it no longer holds the ticket")
    for ticket in tickets:
        tell("resolved", ticket)
    tell("message", "bill", body="And who answers me now?")

    def ends():
        """Of the groups of each level, as the first level hears them now."""
        return {value["group"].split("/")[0] for _, value in router.read("escalations.lead")
                if value["status"] == "resolved"}

    def open_groups():
        left = {}
        for record in kafka.read(router.topic("groups")):
            left[record.key] = record.value
        return [key for key, value in left.items() if value and key[:2] in (b"g/", b"n/")]

    wait_until(lambda: ends() == {"lead", "manager"} and not open_groups(), 60,
               "both levels' groups to end and to leave the changelog")
    assert told("manager", "resolved") == tickets, "a removed level hears of the end in its own topic, too"
    router.wait_drained()
    assert len(router.read("dept.billing")) == 2
    held = [value for _, value in router.read("dept.service") if value["ticket"] == "bill"]
    assert held and held[0]["role"] == "responsible" and "sum" in held[0]["body"], held
    assert not router.read("deadletter")
    assert daemon.stop() == 0, tail(daemon.log)
