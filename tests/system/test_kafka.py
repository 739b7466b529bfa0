"""The tests' Kafka itself: transactions hide what they should, nodes come back, keys land as in Java."""

import pytest
from confluent_kafka import Producer

from kafka import home_partition, murmur2, wait_until

# As Java's Utils.murmur2 hashes them: signed 32 bits.
JAVA_HASHES = {"21": -973932308, "foobar": -790332482, "abc": 479470107,
               "a-little-bit-long-string": -985981536, "a-little-bit-longer-string": -1486304829}


@pytest.mark.parametrize("key", JAVA_HASHES)
def test_murmur2_is_that_of_java(key):
    assert murmur2(key) == JAVA_HASHES[key] & 0xFFFFFFFF


def test_read_shows_committed_records_only(kafka):
    topic = "reads"
    kafka.create_topic(topic, 2)
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": "reads",
                         "partitioner": "murmur2_random"})
    producer.init_transactions(30)
    for number, end in enumerate((producer.commit_transaction, producer.abort_transaction,
                                  producer.commit_transaction)):
        producer.begin_transaction()
        for key in ("T-1", "T-2", "T-3", "票-4"):
            producer.produce(topic, key=key, value=f"{number}")
        producer.flush(10)
        end(30)
    records = kafka.read(topic)
    assert sorted(r.value for r in records) == [b"0"] * 4 + [b"2"] * 4
    assert all(r.partition == home_partition(r.key, 2) for r in records)
    assert len(kafka.read(topic, isolation="read_uncommitted")) == 12


def test_read_waits_for_an_open_transaction(kafka):
    topic = "open"
    kafka.create_topic(topic, 1)
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": "open"})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, value="open")
    producer.flush(10)
    with pytest.raises(TimeoutError):
        kafka.read(topic, timeout=1)
    producer.commit_transaction(30)
    assert len(kafka.read(topic)) == 1


def test_producer_remembers_acknowledged_records(kafka):
    kafka.create_topic("acknowledged", 3)
    producer = kafka.producer("consistent_random")
    for number in range(100):
        producer.send("acknowledged", key=f"T-{number}", value=b"{}")
    assert producer.flush()
    assert not producer.failed
    stored = {(r.partition, r.offset, r.key) for r in kafka.read("acknowledged")}
    assert stored == {(r.partition, r.offset, r.key.encode()) for r in producer.acknowledged}
    assert len(stored) == 100


def test_a_killed_node_comes_back_with_its_data(kafka3):
    kafka3.create_topic("survives", 3, min_insync_replicas=2)
    producer = kafka3.producer()
    producer.send("survives", key="before", value=b"1")
    assert producer.flush()
    kafka3.kill_node(2)
    producer.send("survives", key="meanwhile", value=b"2")
    assert producer.flush()
    kafka3.start_node(2)
    wait_until(lambda: all(len(p.isrs) == 3 for p in kafka3.admin().list_topics(
        "survives", timeout=10).topics["survives"].partitions.values()), 60, "full replicas", 0.5)
    assert {r.key for r in kafka3.read("survives")} == {b"before", b"meanwhile"}


def test_console_tools_run(kafka):
    assert "__transaction_state" in kafka.tool("topics", "--list").split()
