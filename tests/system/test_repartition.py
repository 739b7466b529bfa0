"""`ombudctl topics repartition`: more partitions for a router that stands still."""

import json

from confluent_kafka.admin import NewPartitions

from kafka import LoggingProducer, home_partition, wait_until

TEMPORARY, CONFIGURATION = 75, 78


def tell(router, events):
    producer = LoggingProducer(router.kafka.bootstrap)
    for event in events:
        producer.send(router.home, key=event["ticket"], value=json.dumps(event))
    assert producer.flush()


def opened(number):
    body = "The heater caught fire last night" if number % 5 == 0 else "Where is my parcel?"
    return {"type": "opened", "ticket": f"T-{number}", "id": f"o-{number}", "body": body,
            "category": "billing" if number % 3 == 0 else "parcels"}


def grow(kafka, topic, count):
    kafka.admin().create_partitions([NewPartitions(topic, count)])[topic].result(30)
    wait_until(lambda: kafka.partitions(topic) == count, 20, f"{topic} to have {count} partitions")


def repartition(router, new, check=True):
    return router.ctl("topics", "repartition", "-c", router.config_file, "--into", new, check=check)


def test_what_would_lose_something_is_refused(router):
    kafka = router.kafka
    daemon = router.start()
    tell(router, [opened(number) for number in range(8)])
    router.wait_drained()
    new = router.write_config("new", topics={"state": f"{router.prefix}.state-7", "partitions": 7})
    same = repartition(router, router.write_config("same"), check=False)
    assert same.returncode == CONFIGURATION and "must name a new topic" in same.stderr
    running = repartition(router, new, check=False)
    assert running.returncode == TEMPORARY
    assert "has 1 members: stop every router first" in running.stderr, running.stderr
    assert daemon.stop() == 0
    # The place of a static member stays its own until its session ends.
    wait_until(lambda: "members" not in repartition(router, new, check=False).stderr, 60,
               "the group to be empty", 1)
    grow(kafka, router.home, 7)
    assert "they must be equal" in repartition(router, new, check=False).stderr
    router.ctl("topics", "create", "-c", new)
    ticket = next(f"U-{n}" for n in range(100) if home_partition(f"U-{n}", 7) < 4)
    tell(router, [{"type": "opened", "ticket": ticket}])
    unread = repartition(router, new, check=False)
    assert "were not routed yet" in unread.stderr, unread.stderr
    assert kafka.end_offsets(f"{router.prefix}.state-7") == [0] * 7


def test_moved_state_is_the_same(kafka, make_router):
    # With a capacity partitions tell each other their load: that is of partitions that are no more.
    router = make_router(kafka, departments={"service": {"capacity": 1000}})
    count = 60
    daemon = router.start()
    tell(router, [opened(number) for number in range(count)])
    tell(router, [{"type": "resolved", "ticket": f"T-{number}", "id": f"r-{number}"}
                  for number in range(0, count, 4)])
    erased = {"type": "erased", "id": "forget-1", "customer": {"account": "nobody"}}
    producer = LoggingProducer(router.kafka.bootstrap)
    producer.send(router.home, key="nobody", value=json.dumps(erased))
    assert producer.flush()
    router.wait_drained()
    before = {value["ticket"]: value for _, value in router.read("decisions")
              if value["kind"] == "decision" and value["ticket"] in
              {f"T-{number}" for number in range(count)}}
    assert daemon.stop() == 0
    state = f"{router.prefix}.state-7"
    changes = {"topics": {"state": state, "partitions": 7}}
    new = router.write_config("new", **changes)
    grow(kafka, router.home, 7)
    router.ctl("topics", "create", "-c", new)
    done = wait_until(lambda: (lambda result: result if result.returncode == 0 else None)(
        repartition(router, new, check=False)), 60, "the group to be empty", 1)
    assert f"records of tickets are in {state} now, in 7 partitions instead of 4" in done.stdout
    assert {record.key.decode()[2:] for record in kafka.read(state)
            if record.key.startswith(b"t/")} == {f"T-{number}" for number in range(count)}
    for record in kafka.read(state):
        key = record.key.decode()
        if key[:2] in ("t/", "x/"):
            assert record.partition == home_partition(key[2:], 7)
    again = repartition(router, new, check=False)
    assert again.returncode == TEMPORARY and "is not empty" in again.stderr
    router.config = {**router.config, "topics": {**router.config["topics"], **changes["topics"]}}
    daemon = router.start(instance="two")
    tell(router, [{"type": "message", "ticket": f"T-{number}", "id": f"m-{number}",
                   "body": "And now?"} for number in range(count)])
    tell(router, [opened(3)])  # known: a duplicate, wherever the ticket lives now
    producer.send(router.home, key="nobody", value=json.dumps(erased))
    assert producer.flush()
    router.wait_drained()
    after = [value for _, value in router.read("decisions") if value["kind"] == "decision"]
    messages = {value["ticket"]: value for value in after if value["type"] == "message"}
    assert len(messages) == count
    for ticket, value in messages.items():
        assert value["outcome"] == "applied", value
        assert value["responsible"] == before[ticket]["responsible"], value
        assert value["score"] >= before[ticket]["score"], value
    assert [value["outcome"] for value in after if value["event"] == "o-3"] == \
        ["applied", "duplicate"]
    assert [value["outcome"] for value in after if value["event"] == "forget-1"] == \
        ["echo", "duplicate"]
    assert {value["source"]["partition"] for value in messages.values()} == set(range(7))
    assert daemon.stop() == 0
