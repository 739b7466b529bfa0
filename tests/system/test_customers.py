"""The global table of customers: read before the first event, followed afterwards."""

import json

from kafka import wait_until


def decide(router, ticket):
    """The decision about a new ticket of account acme."""
    producer = router.kafka.producer()
    event = {"type": "opened", "ticket": ticket, "id": ticket, "subject": "The parcel is late",
             "customer": {"account": "acme"}}
    producer.send(router.home, key=ticket.encode(), value=json.dumps(event).encode())
    assert producer.flush()

    def found():
        return [value for _, value in router.read("decisions") if value["ticket"] == ticket]

    return wait_until(found, 30, f"a decision about {ticket}")[0]


def put(router, row):
    producer = router.kafka.producer()
    producer.send(router.topic("customers"), key=b"acme",
                  value=json.dumps(row).encode() if row else None)
    assert producer.flush()


def points(decision):
    return {s["signal"]: s["points"] for s in decision["signals"] if s["family"] == "customer"}


def test_the_table_is_read_before_the_first_event_and_followed(router):
    put(router, {"account": "acme", "tier": "gold", "value": 90, "lifecycle": "at_risk"})
    put_bad = router.kafka.producer()
    put_bad.send(router.topic("customers"), key=b"broken", value=b"{")
    assert put_bad.flush()
    daemon = router.start()
    decision = decide(router, "T-1")
    assert decision["customer"]["tier"] == "gold"
    assert points(decision)["customer.tier"] > 0

    put(router, {"account": "acme", "tier": "standard"})

    def standard():
        decide.count += 1
        return decide(router, f"T-live-{decide.count}")["customer"]["tier"] == "standard"

    decide.count = 0
    wait_until(standard, 30, "the change to reach decisions", 0.5)
    put(router, None)

    def unknown():
        decide.count += 1
        return "tier" not in decide(router, f"T-live-{decide.count}")["customer"]

    wait_until(unknown, 30, "the tombstone to reach decisions", 0.5)
    assert daemon.stop() == 0
    assert "the row is left out" in daemon.log.read_text()
