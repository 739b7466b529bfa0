"""Sources that do not write canonical events: their records go home and are understood there."""

import json

from kafka import ROOT

CASES = ROOT / "tests/cases/formats"


def load(name):
    return json.loads((CASES / f"{name}.json").read_text())["record"]


def with_sources(make_router, kafka, **formats):
    """A router whose intakes are PREFIX.NAME in the given formats."""
    router = make_router(kafka, create_topics=False)
    sources = [dict(router.config["sources"][0])]
    for name, source in formats.items():
        sources.append({"topic": router.topic(name), **source})
    router.config["sources"] = sources
    router.config["formats"] = str(ROOT / "conf/formats")
    router.config_file = router.write_config()
    router.create_topics()
    for name in formats:
        if router.topic(name) not in kafka.topics():
            kafka.create_topic(router.topic(name), 3)
    return router


def send(kafka, topic, record, key=None):
    producer = kafka.producer()
    value = record.get("value")
    producer.send(topic, key=key,
                  value=None if value is None else json.dumps(value, ensure_ascii=False),
                  headers=list(record.get("headers", {}).items()) or None)
    producer.flush()


def test_every_format_becomes_tickets(kafka, make_router):
    router = with_sources(make_router, kafka,
                          zendesk={"format": "zendesk"}, jira={"format": "jira"},
                          servicenow={"format": "servicenow", "zone": "Europe/Berlin"},
                          cloud={"format": "cloudevents"}, cdc={"format": "debezium"})
    send(kafka, router.topic("zendesk"), load("zendesk-created"))
    send(kafka, router.topic("jira"), load("jira-created"))
    send(kafka, router.topic("servicenow"), load("servicenow-row"))
    send(kafka, router.topic("cloud"), load("cloudevents-structured"))
    send(kafka, router.topic("cloud"), load("cloudevents-binary"))
    send(kafka, router.topic("cloud"), load("cloudevents-batch"))
    send(kafka, router.topic("cloud"), load("cloudevents-data-base64-malformed"))
    send(kafka, router.topic("cdc"), load("debezium-first-copy"))
    send(kafka, router.topic("cdc"), load("debezium-tombstone"))
    daemon = router.start()
    router.wait_drained()

    decisions = {}
    for _, value in router.read("decisions"):
        if value["kind"] == "decision":
            decisions.setdefault(value["ticket"], []).append(value)
    assert sorted(decisions) == ["4711", "88123", "HELP-42", "INC0010023", "T-77"]
    # The two of T-77 lie in different partitions of their intake: either may come home first.
    assert all(d["outcome"] in ("applied", "late") for of_ticket in decisions.values()
               for d in of_ticket)
    assert {d["outcome"] for d in decisions["4711"]} == {"applied"}
    assert decisions["4711"][0]["type"] == "opened"
    assert any(s["signal"] == "text.money" for s in decisions["4711"][0]["signals"])
    assert decisions["INC0010023"][0]["type"] == "snapshot"
    assert {d["type"] for d in decisions["T-77"]} == {"opened", "message"}

    # Original bytes and headers came home, once each.
    home = [record for record, _ in router.read("events")]
    assert len(home) == 6
    forwarded = {dict(record.headers)["ombud-format"].decode() for record in home}
    assert forwarded == {"zendesk", "jira", "servicenow", "cloudevents", "debezium"}
    zendesk = next(r for r in home if dict(r.headers)["ombud-format"] == b"zendesk")
    assert json.loads(zendesk.value) == load("zendesk-created")["value"]

    # A row of a first copy has an owner, and neither a promise nor an escalation.
    promised = {value["ticket"] for _, value in router.read("promises") if value}
    assert "4711" in promised and "88123" not in promised
    assert all(value["ticket"] != "88123" for _, value in router.read("notices"))

    # What the mappings did not find is counted.
    missing = sum(value for name, value in daemon.metrics().items()
                  if name.startswith("ombud_tickets_missing_fields_total"))
    assert missing > 0
    # A tombstone is no event and no fault, in a transaction with others or in one of its own.
    send(kafka, router.topic("cdc"), load("debezium-tombstone"))
    router.wait_drained()
    skipped = sum(value for name, value in daemon.metrics().items()
                  if name.startswith("ombud_intake_skipped_total"))
    assert skipped == 2

    letters = [dict(letter.headers) for letter in kafka.read(router.topic("deadletter"))]
    assert sorted((h["ombud-error"].decode(), h["ombud-at"].decode()) for h in letters) == [
        ("a list of 2 in one record; each event must be a record of its own", ""),
        ("this is not base64", "/data_base64"),
    ]


def test_a_known_cloudevent_is_a_duplicate_wherever_it_was_read(kafka, make_router):
    router = with_sources(make_router, kafka, one={"format": "cloudevents"},
                          two={"format": "cloudevents"})
    send(kafka, router.topic("one"), load("cloudevents-structured"))
    router.start()
    router.wait_drained()
    send(kafka, router.topic("two"), load("cloudevents-structured"))
    router.wait_drained()
    outcomes = [value["outcome"] for _, value in router.read("decisions")
                if value["kind"] == "decision"]
    assert sorted(outcomes) == ["applied", "duplicate"]


def test_explain_tells_what_a_mapping_found(kafka, make_router):
    router = with_sources(make_router, kafka, zendesk={"format": "zendesk"})
    record = router.folder / "record.json"
    record.write_text(json.dumps(load("zendesk-numbers-and-gaps")["value"], ensure_ascii=False))
    told = router.ctl("explain", "-c", router.config_file, "--topic", router.topic("zendesk"),
                      "--mapping", record).stdout
    assert "mapping: 17 fields, 5 not found" in told
    assert "着火了  <- /detail/subject" in told
    assert "4712" in told
